"""What the hall kiosk knows and shows, as one frozen value, and what its flow can ask the printer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from contract.serving_windows import at_work
from contract.wire.device_state import WORKS
from contract.wire.messages import QueueState, TicketClass, WindowState
from kiosk.flow.event import Ask
from kiosk.flow.hall_view import HallView
from kiosk.flow.requests import PendingRequests
from kiosk.ticket_kiosk.a4_print.state import A4Effect, A4Printing, PrinterState
from kiosk.ticket_kiosk.case_progress.state import CaseQuery
from kiosk.ticket_kiosk.guides.state import GuideLookup, GuideQuery
from kiosk.ticket_kiosk.my_ticket.state import MyTicketState
from kiosk.ticket_kiosk.offline_numbers.state import FEW, HeldLease, LeaseEffect
from kiosk.ticket_kiosk.pages import PAGES, Need, PageName, ShownName
from kiosk.ticket_kiosk.read_aloud.state import ReadAloud, ReadingEffect
from kiosk.ticket_kiosk.scan.state import NextPicture, ScanState, Watch
from kiosk.ticket_kiosk.take_number.state import PrintTicket, Taking
from kiosk.ui.theme import Mode

ELDER_TIME_OUT = 2
RING_S = 15
SHORT_S = 30
"""A page that stays no longer than this goes without asking whether somebody is still there."""
STARTING_S = 5
Interruption = Literal["closed", "away"]
"""What takes a page away from a citizen: numbers are no longer given, or the server is gone."""


@dataclass(frozen=True)
class Business:
    """What the flow needs to know of a queue."""

    id: str
    theme: str
    default_class: TicketClass = "ordinary"
    offline: bool = False


@dataclass(frozen=True)
class Setting:
    """What does not change while the kiosk runs."""

    terminal: str
    businesses: tuple[Business, ...]
    printer: str | None = None
    voice: str | None = None
    first_mode: Mode = field(default_factory=Mode)
    web: str | None = None
    scanners: tuple[str, ...] = ()
    bad_needs_reason: bool = True
    a4: str | None = None
    sheets_a_job: int = 20
    offline_numbers: int = 0

    def ticket_url(self, token: str) -> str | None:
        """Where a phone follows the ticket; None when phones cannot reach the server."""
        return f"{self.web.rstrip('/')}/t/{token}" if self.web else None

    def guide_url(self, item: str) -> str | None:
        """Where a phone reads a guide; None when phones cannot reach the server."""
        return f"{self.web.rstrip('/')}/g/{item}" if self.web else None

    def of_theme(self, theme: str) -> tuple[Business, ...]:
        return tuple(b for b in self.businesses if b.theme == theme)

    def business(self, queue: str) -> Business | None:
        return next((b for b in self.businesses if b.id == queue), None)

    @property
    def themes(self) -> tuple[str, ...]:
        """The themes that have a business, in their order."""
        return tuple(dict.fromkeys(b.theme for b in self.businesses))


@dataclass(frozen=True)
class CalledNow:
    """A number at a window; `serving` when it has been answered."""

    number: str
    window: str
    serving: bool = False


@dataclass(frozen=True)
class KioskState:
    """Everything the hall kiosk knows."""

    setting: Setting
    requests: PendingRequests
    page: PageName = "home"
    interrupted: Interruption | None = None
    """Why the page before this one is gone, while that is told."""
    trail: tuple[PageName, ...] = ()
    mode: Mode = field(default_factory=Mode)
    now: float = 0
    clock: datetime | None = None
    started: float | None = None
    idle_since: float = 0
    hall: HallView = field(default_factory=HallView)
    printer: str | None = None
    sheet: int = 0
    lookup: GuideLookup = field(default_factory=GuideLookup)
    case_query: CaseQuery = field(default_factory=CaseQuery)
    scan: ScanState = field(default_factory=ScanState)
    my_ticket: MyTicketState = field(default_factory=MyTicketState)
    aloud: ReadAloud = field(default_factory=ReadAloud)
    a4: PrinterState = field(default_factory=PrinterState)
    printing: A4Printing = field(default_factory=A4Printing)
    taking: Taking = field(default_factory=Taking)
    lease: HeldLease = field(default_factory=HeldLease)

    def at(self, page: PageName) -> KioskState:
        """Another page, with the way back to this one."""
        return replace(self, page=page, trail=(*self.trail, self.page), sheet=0, idle_since=self.now)

    def with_requests(self, requests: PendingRequests) -> KioskState:
        return replace(self, requests=requests)

    @property
    def queues(self) -> Mapping[str, QueueState]:
        """The states of the queues, by their ids."""
        return self.hall.queues

    @property
    def windows(self) -> Mapping[str, WindowState]:
        """The states of the windows, by their ids."""
        return self.hall.windows

    @property
    def working(self) -> frozenset[str]:
        """The ids of the windows that work now; none while the server is away and nobody knows."""
        return at_work(self.windows) if self.served else frozenset()

    @property
    def has_guides(self) -> bool:
        """Whether guides can be looked up here, with or without the server."""
        return self.lookup.contents is not None

    @property
    def tiles(self) -> tuple[str, ...]:
        """What there is here besides taking a number, whether or not it works just now."""
        there = {
            "guides": self.has_guides,
            "my-ticket": True,
            "scan": self.scan.known,
            "check-in": not self.setting.scanners and not self.scan.known,
            "progress": True,
            "blanks": self.setting.a4 is not None and self.a4.known and self.has_forms,
            "help": True,
        }
        return tuple(name for name, is_there in there.items() if is_there)

    @property
    def out_of_order(self) -> tuple[str, ...]:
        """The tiles whose device is in trouble, or that need the server while it is away: they stay, and say so."""
        broken = {
            "my-ticket": not self.served,
            "scan": not self.scan.able or not self.served,
            "check-in": not self.served,
            "progress": not self.served,
            "blanks": not self.prints_papers,
        }
        return tuple(name for name in self.tiles if broken.get(name))

    @property
    def has_forms(self) -> bool:
        """Whether there are blank forms to print."""
        return self.lookup.contents is not None and bool(self.lookup.contents.forms)

    @property
    def served(self) -> bool:
        """Whether the server can be asked."""
        return self.hall.presence.served

    def gives_numbers(self, queue: str) -> bool:
        """Whether this kiosk can give a number for a queue now."""
        if self.setting.business(queue) is None:
            return False
        if self.offline:
            return self.lease.gives(queue, self.clock)
        return self.served and queue in self.queues and self.queues[queue].open

    @property
    def young(self) -> bool:
        """Whether the program has only just started, and the server may be there any moment."""
        return self.started is None or self.now - self.started < STARTING_S

    @property
    def offline(self) -> bool:
        """Whether numbers come from the lease: the server is away, there are some, the printer has reported its condition."""
        return not self.served and not self.young and self.printer is not None and self.lease.running(self.clock)

    @property
    def few_left(self) -> bool:
        """Whether numbers are given from the lease, and those of some queue are nearly used up."""
        least = self.setting.offline_numbers // FEW
        return self.offline and any(self.lease.left.get(b.id, 0) <= least for b in self.setting.businesses if b.offline)

    @property
    def prints(self) -> bool:
        """Whether a ticket would come out on paper just now."""
        return self.setting.printer is not None and self.printer in WORKS

    @property
    def prints_papers(self) -> bool:
        """Whether papers would come out of an A4 printer just now."""
        return self.setting.a4 is not None and self.a4.well

    @property
    def shown(self) -> ShownName:
        """The page to draw: the one that is active. Home has another face while no number can be taken."""
        if self.page != "home" or self.there:
            return self.page
        if self.served:
            return "closed"
        return "starting" if self.young and not self.queues else "away"

    @property
    def there(self) -> bool:
        """Whether what the page needs is there."""
        needs = PAGES[self.page].needs
        return not needs or any(self._has(need) for need in needs)

    @property
    def resumed(self) -> bool:
        """Whether what interrupted a citizen is over."""
        return self.served and (self.interrupted == "away" or not self.all_closed)

    def _has(self, need: Need) -> bool:
        match need:
            case "server":
                return self.served
            case "open business":
                return self.served and not self.all_closed
            case "lease":
                return self.offline
            case "guides":
                return self.has_guides

    @property
    def all_closed(self) -> bool:
        """Whether no business gives numbers now."""
        known = [self.queues[b.id] for b in self.setting.businesses if b.id in self.queues]
        return bool(known) and not any(queue.open for queue in known)

    @property
    def opens_at(self) -> datetime | None:
        """When the hall's hours begin again; None during them, and when that is not known."""
        return next((queue.opens_at for queue in self.queues.values() if queue.opens_at is not None), None)

    @property
    def time_out_s(self) -> int | None:
        """How long this page may stay untouched; None for one that does not end."""
        if self.page == "home" and self.mode == self.setting.first_mode:
            return None
        limit = self._limit_s
        return limit * ELDER_TIME_OUT if limit is not None and self.mode.elder else limit

    @property
    def _limit_s(self) -> int | None:
        """The same in ordinary mode."""
        facts = PAGES[self.page]
        return facts.time_out_s(self) if callable(facts.time_out_s) else facts.time_out_s

    @property
    def asks_still_there(self) -> bool:
        """Whether the page asks if somebody is still there, before it closes and what was chosen is lost."""
        return self.left_s is not None and (self._limit_s or 0) > SHORT_S

    @property
    def left_s(self) -> int | None:
        """Seconds until the page closes by itself, when that is near enough to be shown."""
        limit = self.time_out_s
        if limit is None or self.page in ("home", "fail-safe"):
            return None
        left = max(0, round(limit - (self.now - self.idle_since)))
        return left if left <= RING_S else None

    @property
    def calls(self) -> tuple[CalledNow, ...]:
        """Who is called and still to come, then who is at a window, each the newest first."""
        busy = [
            (known.state == "calling", known.since, CalledNow(known.ticket.number, window, serving=known.state == "serving"))
            for window, known in self.windows.items()
            if known.ticket is not None and known.state in ("calling", "serving")
        ]
        return tuple(call for *_, call in sorted(busy, key=lambda entry: entry[:2], reverse=True))


Effect = Ask | PrintTicket | GuideQuery | ReadingEffect | Watch | NextPicture | A4Effect | LeaseEffect
"""Everything that the flow may want done."""
Effects = tuple[Effect, ...]
