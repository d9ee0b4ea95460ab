"""A request that is refused: the code of the contract, what happened, and what to do, in the hall's two languages."""

from __future__ import annotations

from contract.wire import answers, messages
from contract.wire.messages import Text


class Refused(Exception):
    """Raised by a service before it has written anything."""

    def __init__(self, code: messages.ErrorCode, message: str, hint: Text) -> None:
        super().__init__(message)
        self.code: messages.ErrorCode = code
        self.hint = hint

    def answer(self) -> answers.Answer:
        """What the asker gets."""
        return refuse(self.code, str(self), self.hint)


def refuse(code: messages.ErrorCode, message: str, hint: Text) -> answers.Answer:
    """An answer with status error."""
    error = answers.Error(code, message, hint.en, hint)
    return answers.Answer("error", error=error)


def unknown_queue(queue: str) -> Refused:
    return Refused(
        "unknown-queue",
        f"there is no queue {queue!r}",
        Text("没有这个业务队列，请重新选择业务。", "Choose a queue of this hall."),
    )


def unknown_window(window: str) -> Refused:
    return Refused(
        "unknown-window",
        f"there is no window {window!r}",
        Text("没有这个窗口，请核对窗口号。", "Choose a window of this hall."),
    )


def unknown_ticket(ticket: str) -> Refused:
    hint = Text("没有这个号，请核对后再试。", "Check the number; tickets are known for as long as the hall keeps them.")
    return Refused("unknown-ticket", f"there is no ticket {ticket!r}", hint)


def bad_request(message: str, hint: Text) -> Refused:
    return Refused("bad-request", message, hint)


def wrong_state(message: str, hint: Text) -> Refused:
    return Refused("wrong-state", message, hint)


def in_use(message: str, question: Text) -> Refused:
    """Possible, but somebody is there: `question` is what the asker confirms."""
    return Refused("in-use", message, question)
