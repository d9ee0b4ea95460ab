"""Plays citizens and clerks over the wire contract: takes numbers, calls, serves, rates, as people in a hall would.

One thread does everything; what comes over the link is handed to it. Clerks follow the states that windows show.
"""

from __future__ import annotations

import heapq
import logging
import queue
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from typing import TypeVar

from contract.configuration.hall import HallConfig
from contract.wire import answers, codec, messages
from link import Link
from queue_server.crowd.clerk import ClerkAction, PlayedClerk
from queue_server.crowd.people import Citizen, Citizens, Handling, clerks_for, handling, opinion
from queue_server.domain.business_day import business_day

LOG = logging.getLogger(__name__)
LOOK_AGAIN_S = 10.0
GOING_HOME_S = 2.0
LAST_ACTS = {
    "start-service": {"calling"},
    "finish-service": {"calling", "serving"},
    "close-window": {"calling", "serving", "idle", "rating", "paused"},
}
"""What a clerk still does at a window before going home, with the states in which it is found."""
LEFT_LINE = 6
"""So many played people at most stand in a line that the crowd leaves to real clerks."""
T = TypeVar("T")


@dataclass(frozen=True)
class Habits:
    """How the crowd behaves: `speed` divides the times that people take, `clerks` is how many windows they play.

    `leave_windows` are left to real clerks, and so is the first queue of each that has queues of its own: whoever takes a
    number there waits for them.
    """

    seed: int = 1
    speed: float = 1.0
    citizens_per_hour: float = 60.0
    rating_share: float = 0.6
    clerks: int | None = None
    leave_windows: frozenset[str] = frozenset()


class Crowd:
    """The played people of one hall."""

    def __init__(self, link: Link, config: HallConfig, habits: Habits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.counts: Counter[str] = Counter()
        self._link, self._config, self._habits, self._clock = link, config, habits, clock
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._plans: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        seats = clerks_for(config, [window.id for window in config.window])
        played = [w.id for w in config.window if w.id not in habits.leave_windows][: habits.clerks]
        self.clerks = {window: PlayedClerk(window, seats[window]) for window in played}
        self._queues = {window.id: config.queues_of(window) for window in config.window}
        self._left = {w.queues[0] for w in config.window if w.id in habits.leave_windows and w.queues[0] != "*"}
        self._acts: dict[str, int] = {}
        self._lines: dict[str, messages.QueueState] = {}
        self._asks: dict[str, str] = {}
        self._visits: Counter[str] = Counter()
        self._ready = False
        self._citizens = Citizens(config, seed=habits.seed, per_hour=habits.citizens_per_hour)

    # --- the link hands over ----------------------------------------------------------------------------------------

    def open(self) -> None:
        """Subscribe to what people see; nothing is asked for before the server is ready."""
        topics = self._link.topics
        self._listen(topics.server_status(), messages.ServerStatus, lambda _id, status: self._server(status))
        self._listen(topics.root + "window/+/state", messages.WindowState, self._window)
        self._listen(topics.root + "queue/+/state", messages.QueueState, self._line)
        self._listen(topics.root + "rating/+/ask", messages.RatingAsk, self._ask_for_rating, self._ask_ended)
        for kind in ("window-opened", "window-taken-over"):
            self._link.subscribe(topics.event(kind), lambda _t, payload, _r: self._inbox.put(partial(self._opened, payload)))

    def _listen(
        self, topic: str, kind: type[T], handler: Callable[[str, T], None], ended: Callable[[str], None] | None = None
    ) -> None:
        def receive(topic: str, payload: bytes, _retained: bool) -> None:
            subject = (self._link.topics.relative(topic) or "").split("/")[1]
            if payload:
                try:
                    self._inbox.put(partial(handler, subject, codec.decode(payload, kind)))
                except codec.Illegal as error:
                    LOG.warning("%s is not as the contract says: %s", topic, error)
            elif ended is not None:
                self._inbox.put(partial(ended, subject))

        self._link.subscribe(topic, receive)

    def stop(self) -> None:
        """End `run`; may be called from anywhere."""
        self._inbox.put(None)

    # --- the one thread ---------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Play until `stop`."""
        self._expect(self._citizens.next())
        while True:
            wait = self._plans[0][0] - self._clock()
            try:
                news = self._inbox.get(timeout=wait) if wait > 0 else self._inbox.get_nowait()
            except queue.Empty:
                heapq.heappop(self._plans)[2]()
                continue
            if news is None:
                return
            news()

    def _later(self, after_s: float, what: Callable[[], None]) -> int:
        number = next(self._order)
        heapq.heappush(self._plans, (self._clock() + after_s / self._habits.speed, number, what))
        return number

    def _request(self, verb: str, body: dict[str, object], done: Callable[[answers.Answer], None]) -> None:
        def answered(future: Future[answers.Answer]) -> None:
            error = future.exception()
            if error is not None:
                LOG.info("%s %s: %s", verb, body, error)
            answer = future.result() if error is None else answers.Answer("error", error=answers.Error("busy", str(error)))
            self._inbox.put(partial(done, answer))

        self._link.request(verb, body).add_done_callback(answered)

    def _server(self, status: messages.ServerStatus) -> None:
        self._ready = status.state == "ready"
        if self._ready:
            for window in self.clerks:
                self._decide(window)

    def _today(self) -> date:
        return business_day(datetime.now(UTC), self._config.zone, self._config.rules.day_starts)

    def go_home(self) -> None:
        """End what the played clerks have begun, and close their windows; call it when `run` has ended.

        Whoever opens the hall the next time finds these windows free, with or without a crowd.
        """
        if not self._link.connected.is_set():
            return
        leaving = [seat for seat in self.clerks.values() if seat.ours and seat.state is not None]
        for verb, states in LAST_ACTS.items():
            sent = [
                self._link.request(verb, {"window": seat.window})
                for seat in leaving
                if seat.state is not None and seat.state.state in states
            ]
            wait(sent, timeout=GOING_HOME_S)

    # --- citizens ---------------------------------------------------------------------------------------------------

    def _expect(self, citizen: Citizen) -> None:
        self._later(citizen.after_s * self._habits.speed, partial(self._arrive, citizen))

    def _arrive(self, citizen: Citizen) -> None:
        self._expect(self._citizens.next())
        line = self._lines.get(citizen.request["queue"])
        full = line is None or (citizen.request["queue"] in self._left and line.waiting >= LEFT_LINE)
        if self._ready and self._link.connected.is_set() and line is not None and line.open and not full:
            self._request("issue-ticket", citizen.request, partial(self._issued, citizen))

    def _issued(self, citizen: Citizen, answer: answers.Answer) -> None:
        found = answers.of(answer, answers.IssueAnswer)
        if found is None:
            LOG.debug("no number for %s: %s", citizen.request, answer.error)
            return
        self.counts["tickets"] += 1
        if citizen.gives_up_s is not None:
            token = found.ticket.token
            self._later(citizen.gives_up_s, lambda: self._request("cancel-ticket", {"token": token}, lambda _answer: None))

    def _line(self, name: str, state: messages.QueueState) -> None:
        self._lines[name] = state
        for window in self.clerks:
            if name in self._queues[window]:
                self._decide(window)

    # --- clerks -----------------------------------------------------------------------------------------------------

    def _window(self, window: str, state: messages.WindowState) -> None:
        seat = self.clerks.get(window)
        if seat is None:
            return
        before = seat.state
        seat.shows(state, self._today())
        if before is None or (before.state, before.ticket, before.calls) != (state.state, state.ticket, state.calls):
            self._acts.pop(window, None)
            self._decide(window)

    def _opened(self, payload: bytes) -> None:
        window = codec.decode(payload, dict).get("window")
        if window in self.clerks:
            self.clerks[window].opened(self._today())

    def _decide(self, window: str) -> None:
        """Plan the window's next act, unless one is planned or asked for already."""
        seat = self.clerks[window]
        if window in self._acts or seat.asked is not None or not self._ready:
            return
        ours = [q for q in self._queues[window] if q in self._lines and q not in self._left]
        longest = max(ours, key=lambda q: self._lines[q].waiting, default=None)
        act = seat.next_act(
            self._clock(),
            waiting=longest is not None and self._lines[longest].waiting > 0,
            queue=longest if self._left.intersection(self._queues[window]) else None,
            may_open=any(self._lines[q].open for q in ours),
            recall_limit=self._config.rules.recall_limit,
            handling=self._handling,
        )
        if act is not None:
            self._acts[window] = self._later(act.after_s, lambda: self._do(window, act, number))
            number = self._acts[window]

    def _do(self, window: str, act: ClerkAction, number: int) -> None:
        """Send what was planned, if the plan still stands."""
        seat = self.clerks[window]
        if self._acts.get(window) != number:
            return
        del self._acts[window]
        if not seat.ours or seat.state is None or not self._link.connected.is_set():
            self._later(LOOK_AGAIN_S, lambda: self._decide(window))
            return
        seat.asks(act.verb)
        ticket = act.body.get("ticket") or (seat.state.ticket.id if seat.state.ticket else None)
        self._request(act.verb, act.body, partial(self._done, window, act, ticket))

    def _done(self, window: str, act: ClerkAction, ticket: str | None, answer: answers.Answer) -> None:
        seat = self.clerks[window]
        if answer.error is not None:
            seat.refused()
            if answer.error.code == "limit-reached" and ticket is not None:
                seat.recalls[ticket] = self._config.rules.recall_limit
            if answer.error.code in ("wrong-state", "in-use") and act.verb != "resume":
                seat.leave(self._today())
            seat.held = [entry for entry in seat.held if entry[1] != act.body.get("ticket")]
            self._later(LOOK_AGAIN_S, lambda: self._decide(window))
            return
        self.counts[act.verb] += 1
        if ticket is not None:
            self._follow(seat, act.verb, ticket)
        self._later(LOOK_AGAIN_S, lambda: self._decide(window))

    def _follow(self, seat: PlayedClerk, verb: str, ticket: str) -> None:
        """What an act means for the rest of the ticket's day."""
        plan = self._handling(ticket)
        if verb == "recall":
            seat.recalls[ticket] = seat.recalls.get(ticket, 0) + 1
        elif verb == "hold":
            seat.held.append((self._clock() + plan.pause_s / self._habits.speed, ticket))
            self._later(plan.pause_s, lambda: self._decide(seat.window))
        elif verb == "resume":
            seat.held = [entry for entry in seat.held if entry[1] != ticket]
        elif verb == "no-show" and plan.comes_back_s is not None and self._config.rules.missed == "requeue":
            self._later(plan.comes_back_s, lambda: self._request("requeue", {"ticket": ticket}, lambda _answer: None))
        if verb in ("hold", "no-show", "transfer"):
            self._visits[ticket] += 1

    def _handling(self, ticket: str) -> Handling:
        letter = ticket.partition("-")[2][:1].upper()
        here = next((q for q in self._config.queue if q.letter == letter), self._config.queue[0])
        others = [q.id for q in self._config.queue if q.id != here.id and self._lines.get(q.id)]
        return handling(self._habits.seed, ticket, self._visits[ticket], here.service_minutes, others)

    # --- ratings ----------------------------------------------------------------------------------------------------

    def _ask_for_rating(self, window: str, ask: messages.RatingAsk) -> None:
        if window not in self.clerks or not self.clerks[window].ours or self._asks.get(window) == ask.service:
            return
        self._asks[window] = ask.service
        view = opinion(self._habits.seed, ask.service, self._habits.rating_share)
        if view is not None:
            self._later(view.after_s, lambda: self._rate(window, ask.service, view.request))

    def _rate(self, window: str, service: str, request: dict[str, object]) -> None:
        if self._asks.get(window) == service and self.clerks[window].ours:
            self._request("rate", request | {"service": service}, self._rated)

    def _rated(self, answer: answers.Answer) -> None:
        self.counts["rate"] += answer.error is None

    def _ask_ended(self, window: str) -> None:
        self._asks.pop(window, None)
