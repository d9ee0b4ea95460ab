"""What may happen to a ticket: its states and moves, written down once."""

from __future__ import annotations

from typing import get_args

from contract.wire.messages import Text, TicketState

STATES: tuple[TicketState, ...] = get_args(TicketState)
OPEN: frozenset[TicketState] = frozenset({"printing", "waiting", "called", "serving", "held", "missed"})
"""The states in which a ticket is not over yet; the end of the business day makes them expired."""

TRANSITIONS: dict[str, dict[TicketState, TicketState]] = {
    "printed": {"printing": "waiting"},
    "print-failed": {"printing": "void"},
    "call-next": {"waiting": "called"},
    "call-ticket": {"waiting": "called", "missed": "called"},
    "recall": {"called": "called"},
    "start-service": {"called": "serving"},
    "finish-service": {"serving": "finished"},
    "no-show": {"called": "missed"},
    "no-show-void": {"called": "void"},
    "hold": {"called": "held", "serving": "held"},
    "resume": {"held": "called"},
    "resume-service": {"held": "serving"},
    "transfer": {"waiting": "waiting", "called": "waiting", "serving": "waiting", "held": "waiting", "missed": "waiting"},
    "requeue": {"called": "waiting", "held": "waiting", "missed": "waiting"},
    "cancel-ticket": {"printing": "cancelled", "waiting": "cancelled", "held": "cancelled", "missed": "cancelled"},
    "expire": {
        "printing": "expired",
        "waiting": "expired",
        "called": "expired",
        "serving": "expired",
        "held": "expired",
        "missed": "expired",
    },
}
"""verb → {from: to}. `no-show-void` is a no-show in a hall whose missed tickets are over; `resume-service` resumes a ticket
that was held while it was being served; `printed` and `print-failed` are the results of confirm-print."""

_STATE_WORDS: dict[TicketState, Text] = {
    "printing": Text("正在打印", "still being printed"),
    "waiting": Text("正在等候", "waiting"),
    "called": Text("已叫号，尚未开始办理", "called, but its service has not started"),
    "serving": Text("正在办理", "being served"),
    "held": Text("已挂起", "on hold"),
    "missed": Text("已过号", "missed"),
    "finished": Text("已办结", "finished"),
    "void": Text("已作废", "void"),
    "cancelled": Text("已取消", "cancelled"),
    "expired": Text("已过期，不是今天的号", "expired: it is from an earlier day"),
}
_NEXT_STEP: dict[TicketState, Text] = {
    "printing": Text("等号票打印完成后再操作", "wait until it is printed"),
    "waiting": Text("请先叫号", "call it first"),
    "called": Text("请先开始办理、过号或挂起", "start the service, mark a no-show or hold it first"),
    "serving": Text("请先办结、挂起或转移", "finish, hold or transfer it first"),
    "held": Text("请先恢复办理", "resume it first"),
    "missed": Text("请先重新排队，或直接呼叫该号", "put it back into the line or call it by its number"),
    "finished": Text("如需再办请重新取号", "take a new number for another service"),
    "void": Text("请重新取号", "take a new number"),
    "cancelled": Text("请重新取号", "take a new number"),
    "expired": Text("请重新取号", "take a new number"),
}


class WrongState(Exception):
    """A move that is not possible from this state; `hint` says to a clerk how the ticket is and what to do."""

    def __init__(self, verb: str, state: str, hint: Text, *, of: str = "ticket") -> None:
        super().__init__(f"{verb} is not possible while the {of} is {state}")
        self.verb = verb
        self.state = state
        self.hint = hint


def move(state: TicketState, verb: str) -> TicketState:
    """The state after `verb`; raise WrongState when the table has no such move, KeyError for a verb it does not know."""
    target = TRANSITIONS[verb].get(state)
    if target is None:
        raise WrongState(verb, state, hint(state))
    return target


def hint(state: TicketState) -> Text:
    """How a ticket in `state` is and what can be done next."""
    words, step = _STATE_WORDS[state], _NEXT_STEP[state]
    return Text(f"该号{words.zh}，{step.zh}。", f"The ticket is {words.en}; {step.en}.")
