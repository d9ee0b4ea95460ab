"""Requests to the server, from the first try to the answer: one machine for the flows of all roles. Pure.

A flow keeps `PendingRequests` in its state. `ask` sends a request under a new id; every repetition keeps that id, so that the
server does what is asked once. `Owners` brings the answer, or the news that none came, to the step that asked. Ids are made
from a seed and a count: another seed for each run of the program makes them unique, the same seed makes them the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Generic, Protocol, Self, TypeVar, cast
from uuid import UUID, uuid5

from contract.wire.answers import Answer
from kiosk.flow.event import Answered, Ask, Unanswered


@dataclass(frozen=True)
class Policy:
    """How often a request is sent while no answer comes, each time for `timeout_s` seconds.

    After `tries` times its owner learns that there was no answer. That ends it, unless `until_answered`: what the server did
    must be known, so it is sent on and on, and the owner learns once that it takes long.
    """

    tries: int = 1
    until_answered: bool = False
    timeout_s: float = 8


class ServerRequest:
    """What is asked of the server; a frozen dataclass for each purpose, with what its owner needs when the answer comes."""

    verb: ClassVar[str]
    policy: ClassVar[Policy] = Policy()

    def body(self) -> dict[str, object]:
        """The body of the request, as the wire contract has it."""
        raise NotImplementedError


R = TypeVar("R", bound=ServerRequest)
R_co = TypeVar("R_co", bound=ServerRequest, covariant=True)


@dataclass(frozen=True)
class Pending(Generic[R_co]):
    """A request without an answer so far."""

    id: str
    request: R_co
    tries: int = 1

    @property
    def ask(self) -> Ask:
        """The effect that sends it."""
        return Ask(self.request.verb, self.request.body(), self.id, self.request.policy.timeout_s)


@dataclass(frozen=True)
class PendingRequests:
    """The requests under way, by their ids, and where the next id comes from."""

    seed: UUID = field(repr=False)
    count: int = 0
    pending: Mapping[str, Pending[ServerRequest]] = field(default_factory=dict)
    put_off: tuple[tuple[float, Pending[ServerRequest]], ...] = ()
    """What the server could not take, and when it is sent again."""

    def new_id(self) -> tuple[PendingRequests, str]:
        """An id that no request of this seed had."""
        return replace(self, count=self.count + 1), str(uuid5(self.seed, str(self.count)))

    def find(self, request_id: str | None, kind: type[R]) -> Pending[R] | None:
        """The request of this id, if it is of this kind and under way."""
        pending = self.pending.get(request_id) if request_id is not None else None
        return cast(Pending[R], pending) if pending is not None and isinstance(pending.request, kind) else None

    def of(self, kind: type[R]) -> tuple[Pending[R], ...]:
        """The requests of a kind that are under way, the oldest first."""
        return tuple(cast(Pending[R], pending) for pending in self.pending.values() if isinstance(pending.request, kind))

    def waits_for(self, *kinds: type[ServerRequest]) -> bool:
        """Whether a request of one of these kinds is under way."""
        return any(isinstance(pending.request, kinds) for pending in self.pending.values())

    def without(self, *kinds: type[ServerRequest]) -> PendingRequests:
        """Nobody wants the answers to requests of these kinds any more; they are not sent again."""
        kept = {key: pending for key, pending in self.pending.items() if not isinstance(pending.request, kinds)}
        return replace(self, pending=kept)

    def renewed(self, request_id: str) -> PendingRequests:
        """Wanted anew: its tries are counted from the beginning."""
        return self._put(replace(self.pending[request_id], tries=1))

    def _put(self, pending: Pending[ServerRequest]) -> PendingRequests:
        return replace(self, pending={**self.pending, pending.id: pending})

    def _drop(self, request_id: str) -> PendingRequests:
        return replace(self, pending={key: pending for key, pending in self.pending.items() if key != request_id})


NOT_NOW = ("busy", "internal")
"""Codes of errors by which the server says that it could not do what was asked, not that it may not be done."""
AGAIN_S = 5
"""How long after such an error a request is sent again."""


class AskingState(Protocol):
    """The state of a flow that asks."""

    @property
    def requests(self) -> PendingRequests: ...

    def with_requests(self, requests: PendingRequests) -> Self:
        """The same with other requests."""


S = TypeVar("S", bound=AskingState)
E = TypeVar("E")


def ask(state: S, request: ServerRequest, *, again: str = "") -> tuple[S, Ask]:
    """Send a request, under a new id or under that of the same request which failed before (`again`)."""
    requests, request_id = (state.requests, again) if again else state.requests.new_id()
    pending: Pending[ServerRequest] = Pending(request_id, request)
    return state.with_requests(requests._put(pending)), pending.ask


def put_off(state: S, pending: Pending[ServerRequest], now: float) -> S:
    """Send a request again in a while, with the same id: the server could not take it."""
    later = (*state.requests.put_off, (now + AGAIN_S, pending))
    return state.with_requests(replace(state.requests, put_off=later))


def send_put_off(state: S, now: float) -> tuple[S, tuple[Ask, ...]]:
    """Send again what was put off until now."""
    due = [pending for when, pending in state.requests.put_off if when <= now]
    if not due:
        return state, ()
    left = tuple(one for one in state.requests.put_off if one[0] > now)
    state = state.with_requests(replace(state.requests, put_off=left))
    asks: list[Ask] = []
    for pending in due:
        state, asked = ask(state, pending.request, again=pending.id)
        asks.append(asked)
    return state, tuple(asks)


def no_step(state: S, _pending: Pending[ServerRequest]) -> tuple[S, tuple[()]]:
    """For an owner whom it does not concern that no answer came yet."""
    return state, ()


class Owners(Generic[S, E]):
    """Who takes the answers: for each kind of request one step for its answer, one for none."""

    def __init__(self) -> None:
        self._answered: dict[type[ServerRequest], Callable[[S, Pending[ServerRequest], Answer], tuple[S, tuple[E, ...]]]] = {}
        self._unanswered: dict[type[ServerRequest], Callable[[S, Pending[ServerRequest]], tuple[S, tuple[E, ...]]]] = {}

    def take(
        self,
        kind: type[R],
        answered: Callable[[S, Pending[R], Answer], tuple[S, tuple[E, ...]]],
        unanswered: Callable[[S, Pending[R]], tuple[S, tuple[E, ...]]] = no_step,
    ) -> None:
        """Name the steps of a kind of request. Raise ValueError when it has some."""
        if kind in self._answered:
            raise ValueError(f"two steps want the answers to {kind.__name__}")
        self._answered[kind] = lambda state, pending, answer: answered(state, cast(Pending[R], pending), answer)
        self._unanswered[kind] = lambda state, pending: unanswered(state, cast(Pending[R], pending))

    @property
    def kinds(self) -> frozenset[type[ServerRequest]]:
        """The requests whose answers somebody takes."""
        return frozenset(self._answered)

    def answered(self, state: S, event: Answered) -> tuple[S, tuple[E, ...]]:
        """The answer ends the request; one that nobody waits for changes nothing."""
        pending = state.requests.pending.get(event.request_id)
        if pending is None:
            return state, ()
        state = state.with_requests(state.requests._drop(pending.id))
        return self._answered[type(pending.request)](state, pending, event.answer)

    def unanswered(self, state: S, event: Unanswered) -> tuple[S, tuple[E | Ask, ...]]:
        """Send it again by its policy, with the same id; the owner learns when that was in vain."""
        pending = state.requests.pending.get(event.request_id)
        if pending is None:
            return state, ()
        policy = pending.request.policy
        effects: tuple[Ask, ...] = ()
        if pending.tries < policy.tries or policy.until_answered:
            again = replace(pending, tries=pending.tries + 1)
            state, effects = state.with_requests(state.requests._put(again)), (again.ask,)
        else:
            state = state.with_requests(state.requests._drop(pending.id))
        if pending.tries != policy.tries:
            return state, effects
        after, more = self._unanswered[type(pending.request)](state, pending)
        return after, (*more, *effects)
