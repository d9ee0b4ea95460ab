"""What a command works with: the rows, the hall's rules, the time, and what it changes for the world outside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from msgspec.structs import replace

from contract.wire import codec
from contract.wire.events import Event
from contract.wire.facts import SignedTicket, TicketFacts
from contract.wire.messages import Estimate, Text
from queue_server.codes.signer import Signer
from queue_server.commands.hall_rules import HallRules
from queue_server.commands.refused import Refused, bad_request, unknown_ticket, unknown_window, wrong_state
from queue_server.commands.wait_times import WaitTimes
from queue_server.domain import tickets as ticket_states
from queue_server.domain import windows as window_states
from queue_server.domain.routing import Candidate
from queue_server.domain.ticket_number import ticket_id
from queue_server.domain.tickets import WrongState
from queue_server.store import tables
from queue_server.store.rows import TicketRow, WindowRow
from queue_server.store.unit_of_work import UnitOfWork

_NUMBER = re.compile(r"[A-Za-z][0-9]{3,6}")
SHUT = frozenset({"closed", "paused"})
"""States of a window that works for nobody: estimates are made anew when one begins or ends."""


class PlaceInLine(NamedTuple):
    """How many are called before a ticket, how long that takes (None while no window works for it), and where it is called."""

    ahead: int
    wait: Estimate | None
    windows: list[str]


@dataclass(frozen=True, slots=True)
class CalledNumber:
    """A number that is to be announced now."""

    window: str
    number: str


@dataclass(slots=True)
class Changes:
    """What the world outside must learn after the commit.

    `shown` holds the changed windows with number and queue of the ticket at each, `asks` those whose question for a rating
    began or ended, `unreadable` the verbs of requests that could not be read, `flooding` terminals that asked for more than
    one may.
    """

    windows: set[str] = field(default_factory=set)
    shown: list[tuple[WindowRow, str | None, str | None]] = field(default_factory=list)
    queues: set[str] = field(default_factory=set)
    asks: dict[str, WindowRow] = field(default_factory=dict)
    calls: list[CalledNumber] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    flooding: set[str] = field(default_factory=set)


@dataclass(slots=True)
class LineEnd:
    """When the youngest ticket was issued. Whoever comes while the clock shows less stands behind it all the same."""

    at: datetime


@dataclass(slots=True)
class CommandContext:
    """One request's context inside a unit that it may share with others.

    `actor` is who asks, as events note it; `terminal` the terminal of the hall that it is, None for everybody else.
    """

    unit: UnitOfWork
    hall: HallRules
    wait_times: WaitTimes
    signer: Signer
    now: datetime
    day: date
    actor: str
    terminal: str | None
    changes: Changes
    line_end: LineEnd = field(default_factory=lambda: LineEnd(tables.EPOCH))

    # --- rows -------------------------------------------------------------------------------------------------------

    def ticket(self, name: str) -> TicketRow:
        """The ticket of an id, or of a number of today as it is printed; refused as unknown-ticket when there is none."""
        ticket = self.unit.tickets.get(self._ticket_id(name))
        if ticket is None:
            raise unknown_ticket(name)
        return ticket

    def _ticket_id(self, name: str) -> str:
        name = name.strip()
        return ticket_id(self.day, name) if _NUMBER.fullmatch(name) else name

    def window(self, window_id: str) -> WindowRow:
        """The window; refused as unknown-window when the hall has none of this id."""
        window = self.unit.windows.get(window_id) if window_id in self.hall.windows else None
        if window is None:
            raise unknown_window(window_id)
        return window

    def at(self, window_id: str | None, ticket: str | None) -> tuple[WindowRow, TicketRow]:
        """The window and the ticket at it, named by either."""
        if window_id is None and ticket is None:
            raise bad_request("neither window nor ticket is named", Text("请指明窗口或号票。", "Name a window or a ticket."))
        named = self.ticket(ticket) if ticket is not None else None
        if window_id is None and named is not None:
            window_id = named.window
            if window_id is None:
                raise self.refused_ticket(named)
        window = self.window(window_id or "")
        if window.ticket is None:
            raise self.refused_window(window)
        present = self.ticket(window.ticket)
        if named is not None and named.id != present.id:
            raise self.refused_ticket(named)
        return window, present

    @staticmethod
    def refused_window(window: WindowRow) -> Refused:
        """A wrong-state that says how the window is."""
        return wrong_state(f"window {window.id} is {window.state}", window_states.hint(window.state))

    @staticmethod
    def refused_ticket(ticket: TicketRow) -> Refused:
        """A wrong-state that says how the ticket is."""
        return wrong_state(f"ticket {ticket.number} is {ticket.state}", ticket_states.hint(ticket.state))

    # --- moves ------------------------------------------------------------------------------------------------------

    def check(self, verb: str, *, window: WindowRow | None = None, ticket: TicketRow | None = None) -> None:
        """Refuse as wrong-state what the tables of states do not allow; nothing is changed."""
        try:
            if window is not None:
                window_states.move(window.state, verb)
            if ticket is not None:
                ticket_states.move(ticket.state, verb)
        except WrongState as error:
            raise wrong_state(str(error), error.hint) from None

    def move_ticket(self, ticket: TicketRow, verb: str, *, clerk: str | None = None, queue: str | None = None) -> None:
        """Take the ticket to its next state: its period ends, the next begins, the lines are counted."""
        state = ticket_states.move(ticket.state, verb)
        at = max(self.now, ticket.changed_at)
        self.unit.close_period(ticket, at=at)
        if ticket.state == "waiting":
            self._line(ticket, -1)
        ticket.state, ticket.changed_at, ticket.step = state, at, ticket.step + 1
        ticket.queue = queue or ticket.queue
        self.changes.queues.add(ticket.queue)
        if state == "waiting":
            self._line(ticket, +1)
        if state in ticket_states.OPEN:
            self.unit.open_period(ticket, at=at, clerk=clerk)
        self.unit.tickets.touch(ticket)

    def move_window(self, window: WindowRow, verb: str) -> None:
        """Take the window to its next state."""
        state = window_states.move(window.state, verb)
        if state != window.state:
            window.since = self.now
        if (state in SHUT) != (window.state in SHUT):
            self.wait_times.stale = True
            self.changes.queues.update(self.hall.queues_of.get(window.id, ()))
        window.state = state
        if state != "paused":
            window.pause_reason = None
        self.touch(window)

    def enter(self, ticket: TicketRow) -> None:
        """A new ticket: its first period begins."""
        self.unit.tickets.add(ticket)
        self.unit.open_period(ticket, at=ticket.changed_at, clerk=None)
        self.changes.queues.add(ticket.queue)
        if ticket.state == "waiting":
            self._line(ticket, +1)

    def _line(self, ticket: TicketRow, delta: int) -> None:
        self.changes.queues.add(ticket.queue)
        self.unit.add_to_line(ticket.queue, ticket.class_, delta)

    def touch(self, window: WindowRow) -> None:
        """The window's row and its published state have changed."""
        self.unit.windows.touch(window)
        self.changes.windows.add(window.id)

    def free(self, window: WindowRow) -> None:
        """The ticket has left the window."""
        window.ticket, window.calls, window.called_at = None, 0, None
        self.touch(window)

    def end_ask(self, window: WindowRow) -> None:
        """The question for a rating is over, answered or not."""
        if window.ask is not None:
            window.ask, window.ask_expires_at = None, None
            self.changes.asks[window.id] = window
            self.unit.windows.touch(window)
        if window.state == "rating":
            self.move_window(window, "rated")

    # --- what others learn ------------------------------------------------------------------------------------------

    def event(self, event: Event) -> None:
        """Keep a fact for ever, and publish it after the commit."""
        self.unit.append(tables.events, {"at": self.now, "type": event.type, "actor": self.actor, "body": codec.plain(event)})
        self.changes.events.append(replace(event, at=self.now.astimezone(self.hall.zone)))

    def facts(self, ticket: TicketRow) -> TicketFacts:
        """A ticket as answers carry it."""
        return TicketFacts(
            ticket.id,
            ticket.number,
            ticket.queue,
            ticket.class_,
            ticket.item,
            ticket.state,
            ticket.window,
            self.local(ticket.issued_at),
            ticket.business_day,
        )

    def signed(self, ticket: TicketRow, *, again: bool = False) -> SignedTicket:
        """A ticket as its holder gets it, with its token: that of the next paper where it is printed `again`."""
        return SignedTicket(
            ticket.id,
            ticket.number,
            ticket.queue,
            ticket.class_,
            ticket.item,
            ticket.state,
            ticket.window,
            self.local(ticket.issued_at),
            ticket.business_day,
            self.signer.token(ticket.id, ticket.reprints + again),
        )

    def place(self, ticket: TicketRow) -> PlaceInLine:
        """Where a ticket stands: before its own window if it is bound to one, else in the line of its queue."""
        windows = self.wait_times.serving(ticket.queue) if ticket.bound is None else [ticket.bound]
        if ticket.state not in ("waiting", "printing"):
            return PlaceInLine(0, None, windows)
        self.wait_times.note(self.unit.windows.rows)
        waiting = Candidate(ticket.id, ticket.queue, ticket.class_, ticket.rank, ticket.bound)
        ahead, wait = self.wait_times.place(waiting, self.unit.lines(), self.now, self.unit.line_changes())
        return PlaceInLine(ahead, wait, windows)

    def opens_at(self) -> datetime | None:
        """When the hall's hours begin again; None during them."""
        return self.hall.opens_at(self.now)

    def local(self, instant: datetime) -> datetime:
        """An instant as answers carry it: in the hall's zone, to the second."""
        return instant.astimezone(self.hall.zone).replace(microsecond=0)
