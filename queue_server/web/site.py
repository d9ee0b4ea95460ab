"""What every group of pages is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from fastapi import Request

from contract.configuration.hall import HallConfig, Window
from contract.guides.item import Item
from contract.wire import codec, messages
from queue_server.catalogue.hall_guides import HallGuides
from queue_server.hall_access import HallAccess
from queue_server.logs.audit_log import AuditLog
from queue_server.web.auth.accounts import Accounts
from queue_server.web.auth.guard import LOOPBACK, Guard, address
from queue_server.web.auth.sessions import Session, Sessions
from queue_server.web.displays_shown import ShownPanels
from queue_server.web.live import ChangeFeed, Streams
from queue_server.web.rendering import Pages

T = TypeVar("T")


@dataclass(frozen=True)
class Site:
    """The parts of the web application of one hall."""

    hall: HallAccess
    config: HallConfig
    pages: Pages
    guard: Guard
    sessions: Sessions
    accounts: Accounts
    audit: AuditLog
    changes: ChangeFeed
    visitors: Streams
    """Live pages that are open to all."""
    staff: Streams
    """Live pages with a log-in: strangers take none of their places."""
    threads: Executor
    """Where the public's reading is done, so that it waits for itself and not the staff for it."""
    panels: ShownPanels
    clock: Callable[[], datetime]
    """This moment, UTC."""
    address: str
    """Where others reach the public pages: scheme, host and port."""
    guides: HallGuides | None = None
    example_log_in: dict[str, str] = field(default_factory=dict)

    def now(self) -> datetime:
        """This moment in the hall's own time."""
        return self.clock().astimezone(self.config.zone)

    def today(self) -> date:
        """The day of the calendar in the hall."""
        return self.now().date()

    def is_local(self, request: Request) -> bool:
        """Whether the request comes from this machine, and not through a proxy on it."""
        where = address(request)
        return where in LOOPBACK and where not in self.config.web.proxies

    async def read_for_all(self, work: Callable[[], T]) -> T:
        """Do `work` for a page that is open to all, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)

    def queues_at(self, window_id: str) -> list[str]:
        """The queues that a window serves."""
        window = self.window(window_id)
        return [] if window is None else self.config.queues_of(window)

    def sign(self, window_id: str) -> str:
        """The number over a window; its id when the hall does not have it."""
        window = self.window(window_id)
        return window_id if window is None else window.number

    def window(self, window_id: str) -> Window | None:
        """The window of the configuration with this id."""
        return next((window for window in self.config.window if window.id == window_id), None)

    def item(self, item_id: str) -> Item | None:
        """The item in force with this id or code; None for any other text, and while there are no guides."""
        if self.guides is None or not item_id:
            return None
        with self.guides.shelf.guides() as guides:
            return guides.item(item_id) if guides is not None else None

    def state(self, topic: str, kind: type[T]) -> T | None:
        """A retained state, decoded; None where there is none or it cannot be read."""
        return codec.read(self.hall.state(topic), kind)

    def states(self, prefix: str, suffix: str, kind: type[T]) -> dict[str, T]:
        """Every retained state `<prefix><id><suffix>` by its id."""
        found = {}
        for topic, payload in self.hall.states(prefix).items():
            if topic.endswith(suffix) and (message := codec.read(payload, kind)) is not None:
                found[topic[len(prefix) : len(topic) - len(suffix)]] = message
        return found

    def window_states(self) -> dict[str, messages.WindowState]:
        """The state of every window by its id."""
        return self.states("window/", "/state", messages.WindowState)

    async def note(self, request: Request, session: Session, action: str, subject: str, detail: str = "") -> None:
        """Append to the audit who did what to what, and from where."""
        who, where = session.account.name, address(request)
        await asyncio.to_thread(lambda: self.audit.append(who, action, subject, detail=detail, address=where))
