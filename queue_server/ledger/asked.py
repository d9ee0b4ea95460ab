"""Requests as the ledger takes them: who asks for what, read as the type of its verb."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from msgspec import Struct

from contract.wire import codec
from contract.wire.answers import Answer
from contract.wire.messages import Text
from contract.wire.requests import VERBS
from queue_server.commands.refused import refuse

ID_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as `content`, its JSON. `made` is the answer itself, None where only the JSON was kept."""

    content: bytes
    made: Answer | None = None

    @property
    def answer(self) -> Answer:
        """The answer, read from the JSON where that is all there is."""
        return codec.decode(self.content, Answer) if self.made is None else self.made


@dataclass(frozen=True, slots=True)
class LedgerRequest:
    """One request on its way to the ledger.

    `id` is the Correlation Data that its sender keeps on every retry, `body` the JSON of the verb or, from this program, its
    fields; `actor` who asks (an MQTT client id or a staff account), `terminal` the terminal of the hall that it is, if any.
    `answer` is called once, in the server's thread, after the commit.
    """

    id: str
    verb: str
    body: bytes | Mapping[str, object]
    actor: str
    answer: Callable[[Reply], None]
    terminal: str | None = None

    @property
    def key(self) -> str:
        """Under which the answer is kept, for this asker alone. A terminal has the same name after a restart or a new
        certificate."""
        return f"{self.terminal or self.actor} {self.id}"


@dataclass(slots=True)
class AskedRequest:
    """A request that could be read, and its answer as soon as there is one."""

    request: LedgerRequest
    body: Struct
    reply: Reply = Reply(b"")


def read_requests(
    requests: Iterable[LedgerRequest],
) -> tuple[list[AskedRequest], list[tuple[LedgerRequest, Answer]]]:
    """Requests that can be read, and the answers to those that cannot."""
    asked: list[AskedRequest] = []
    answered: list[tuple[LedgerRequest, Answer]] = []
    for request in requests:
        verb = VERBS.get(request.verb)
        if verb is None:
            hint = Text("请更新程序。", f"Verbs are {', '.join(VERBS)}.")
            answered.append((request, refuse("unknown-verb", f"there is no verb {request.verb!r}", hint)))
            continue
        try:
            asked.append(AskedRequest(request, _read(request.body, verb.request)))
        except codec.Illegal as error:
            answered.append((request, refuse("bad-request", str(error), _ILLEGAL)))
    return asked, answered


def named_by(asked: Iterable[AskedRequest]) -> tuple[set[str], set[str]]:
    """The windows and the queues that requests name, which are locked first."""
    windows, queues = set(), set()
    for one in asked:
        if (window := getattr(one.body, "window", None)) is not None:
            windows.add(window)
        if one.request.verb in ("issue-ticket", "lease-numbers"):
            queues.add(one.body.queue)  # type: ignore[attr-defined]
    return windows, queues


def _read(body: bytes | Mapping[str, object], kind: type[Struct]) -> Struct:
    """A request's body as the type of its verb; raise Illegal."""
    return codec.decode(body, kind) if isinstance(body, bytes) else codec.convert(body, kind)


_ILLEGAL = Text("请求内容有误。", "The body must be the JSON of this verb (docs/wire-contract.md).")
