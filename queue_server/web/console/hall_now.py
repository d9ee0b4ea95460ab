"""What all consoles show alike: the states of the hall, the lines, the places to which a ticket can be sent."""

from __future__ import annotations

from dataclasses import dataclass

from contract.wire import messages
from queue_server.hall_access import CommonLine, LastService, Visit, WaitingTicket
from queue_server.web.live import SharedParts
from queue_server.web.site import Site

STATES = ("window/", "queue/", "rating/", "display/", "terminal/", "alert/", "server/")
MOST_SHOWN = 50
ROWS_KEPT = 5000
LINE_PAUSE_S = 0.05
"""Lines are read no more often than this, so that a hall in a rush has time for calls."""


@dataclass(frozen=True)
class HallNow:
    """The retained states of the hall that consoles show, each by its id."""

    queues: dict[str, messages.QueueState]
    windows: dict[str, messages.WindowState]
    ratings: dict[str, messages.RatingAsk]
    alerts: dict[str, messages.Alert]
    shown: dict[str, messages.DisplayShown]
    terminals: dict[str, messages.TerminalStatus]
    server: messages.ServerStatus | None


@dataclass(frozen=True)
class TransferTargets:
    """Where a ticket can be sent, as HTML: the options of all queues, and of each window by its id."""

    queues: str
    windows: dict[str, str]


@dataclass(frozen=True)
class SeenAtWindow:
    """What the ticket at a window, or its last service, is looked up by: again when the window or its question has changed."""

    window: str
    state: messages.WindowState | None
    rating: messages.RatingAsk | None

    def __hash__(self) -> int:
        return hash((self.window, self.state.seq if self.state else 0))


class ConsoleViews:
    """What consoles share, made once a change however many there are. Used in the event loop."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._rows: dict[tuple[str, WaitingTicket], str] = {}
        changes = site.changes
        self.hall = SharedParts(changes, self._hall, *STATES, pause_s=0)
        self.line = SharedParts(changes, self._line, "window/", "queue/", pause_s=LINE_PAUSE_S)
        self.places = SharedParts(changes, self._places, "window/", "queue/")
        self.visit = SharedParts(changes, self._visit, pause_s=0)
        self.last = SharedParts(changes, self._last, pause_s=0)

    async def _hall(self, _all: None) -> HallNow:
        site = self._site
        return HallNow(
            queues=site.states("queue/", "/state", messages.QueueState),
            windows=site.window_states(),
            ratings=site.states("rating/", "/ask", messages.RatingAsk),
            alerts=site.states("alert/", "", messages.Alert),
            shown=site.states("display/", "/shown", messages.DisplayShown),
            terminals=site.states("terminal/", "/status", messages.TerminalStatus),
            server=site.state("server/status", messages.ServerStatus),
        )

    async def _line(self, queues: tuple[str, ...]) -> CommonLine:
        return await self._site.hall.shared_line(queues, MOST_SHOWN)

    async def _visit(self, at: SeenAtWindow) -> Visit | None:
        here = at.state.ticket if at.state else None
        return await self._site.hall.visit(here.id) if here else None

    async def _last(self, at: SeenAtWindow) -> LastService | None:
        return await self._site.hall.last_service(at.window)

    async def _places(self, language: str) -> TransferTargets:
        pages, config, hall = self._site.pages, self._site.config, await self.hall.of(None)
        return TransferTargets(
            pages.part(language, "console/queue-options.html", queues=config.queue, states=hall.queues),
            {
                window.id: pages.part(language, "console/window-option.html", window=window, state=hall.windows.get(window.id))
                for window in config.window
            },
        )

    def renew(self) -> None:
        """A page that is opened shows what holds at that moment."""
        for parts in (self.hall, self.line, self.places, self.visit, self.last):
            parts.renew()

    def row(self, language: str, ticket: WaitingTicket) -> str:
        """A ticket of a list, as HTML."""
        found = self._rows.get((language, ticket))
        if found is None:
            if len(self._rows) >= ROWS_KEPT:
                self._rows.clear()
            queue = next((queue for queue in self._site.config.queue if queue.id == ticket.queue), None)
            found = self._site.pages.part(language, "console/row.html", ticket=ticket, queue=queue)
            self._rows[language, ticket] = found
        return found
