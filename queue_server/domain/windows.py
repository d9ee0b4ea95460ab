"""What may happen at a window: its states and moves, written down once."""

from __future__ import annotations

from typing import get_args

from contract.wire.messages import Text, WindowCondition
from queue_server.domain.tickets import WrongState

STATES: tuple[WindowCondition, ...] = get_args(WindowCondition)
BUSY: frozenset[WindowCondition] = frozenset({"calling", "serving"})
"""The states in which a ticket is at the window."""

TRANSITIONS: dict[str, dict[WindowCondition, WindowCondition]] = {
    "open-window": {
        "closed": "idle",
        "paused": "idle",
        "idle": "idle",
        "calling": "calling",
        "serving": "serving",
        "rating": "rating",
    },
    "pause-window": {"idle": "paused", "rating": "paused", "paused": "paused"},
    "close-window": {"idle": "closed", "rating": "closed", "paused": "closed", "closed": "closed"},
    "call-next": {"idle": "calling", "rating": "calling"},
    "call-ticket": {"idle": "calling", "rating": "calling"},
    "recall": {"calling": "calling"},
    "start-service": {"calling": "serving"},
    "finish-service": {"serving": "rating"},
    "no-show": {"calling": "idle"},
    "hold": {"calling": "idle", "serving": "idle"},
    "resume": {"idle": "calling", "rating": "calling"},
    "resume-service": {"idle": "serving", "rating": "serving"},
    "transfer": {"calling": "idle", "serving": "idle"},
    "requeue": {"calling": "idle"},
    "rated": {"rating": "idle"},
    "expire": {
        "closed": "closed",
        "paused": "closed",
        "idle": "closed",
        "calling": "closed",
        "serving": "closed",
        "rating": "closed",
    },
}
"""verb → {from: to}. Opening an open window lets another clerk take it over as it is. `rated` is the end of the time for
rating, by an answer or without one; `expire` is the end of the business day."""

_HINTS: dict[WindowCondition, Text] = {
    "closed": Text("窗口未开启，请先登录并开启窗口。", "The window is closed; open it first."),
    "paused": Text("窗口已暂停，请先恢复服务。", "The window is paused; open it again first."),
    "idle": Text("窗口没有正在办理的号，请先叫号。", "No ticket is at the window; call one first."),
    "calling": Text(
        "窗口已叫号，请先开始办理、过号、挂起或转移。", "A ticket is called here; start, no-show, hold or transfer it first."
    ),
    "serving": Text(
        "窗口正在办理，请先办结、挂起或转移。", "A ticket is being served here; finish, hold or transfer it first."
    ),
    "rating": Text(
        "办理已结束，正在等待评价，可以直接叫下一号。",
        "The service is finished and waits for its rating; call the next ticket.",
    ),
}


def move(state: WindowCondition, verb: str) -> WindowCondition:
    """The state after `verb`; raise WrongState when the table has no such move, KeyError for a verb it does not know."""
    target = TRANSITIONS[verb].get(state)
    if target is None:
        raise WrongState(verb, state, hint(state), of="window")
    return target


def hint(state: WindowCondition) -> Text:
    """How a window in `state` is and what the clerk can do next."""
    return _HINTS[state]
