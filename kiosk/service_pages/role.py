"""Any role of a terminal, with the technician's pages behind it: one flow beside the other; the open one is drawn."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID, uuid5

from contract.wire.messages import DeviceStatus
from kiosk.flow.event import Answered, Touched, Unanswered
from kiosk.flow.requests import PendingRequests
from kiosk.flow.role import Role, Send
from kiosk.service_pages import flow
from kiosk.service_pages.state import Own, OwnDevice, Technician
from kiosk.ticket_kiosk.events import Turn
from kiosk.ticket_kiosk.scan.state import Scanned
from kiosk.ui.theme import Mode

if TYPE_CHECKING:
    from kiosk.ui.page import Page
    from kiosk.ui.page_context import PageContext

FOR_WHOEVER_IS_OPEN = (Touched, Turn, Scanned)
PASSING = ("own", "requests", "now", "clock", "idle_since", "touches", "wrong", "scan_until", "tell_at", "untold")  # fmt: skip
"""What changes without another page."""


class Performer(Protocol):
    """Does the effects it knows."""

    def perform(self, effect: Any, send: Send) -> None: ...


@dataclass(frozen=True)
class Both:
    """What the public sees, and the technician's pages."""

    public: Any
    technician: Technician


@dataclass(frozen=True)
class ServiceView:
    """What a page of the technician is drawn from: `devices` is what the terminal's status says of them."""

    state: Technician
    devices: tuple[DeviceStatus, ...] = ()

    @property
    def rows(self) -> tuple[tuple[OwnDevice, DeviceStatus | None], ...]:
        """Every device that can be tried, with its condition where it is known."""
        known = {device.id: device for device in self.devices}
        return tuple((part, known.get(part.id)) for part in self.state.own.devices)

    @property
    def key(self) -> Hashable:
        """What makes a page another page; times are brought up to date on the same one."""
        own = tuple((f.name, getattr(self.state, f.name)) for f in fields(Technician) if f.name not in PASSING)
        return tuple((name, tuple(value.items()) if name == "results" else value) for name, value in own), self.devices


def with_technician(role: Role, own: Own, performers: Sequence[Performer]) -> Role:
    """The role, with a way in for the technician. Who performs is opened and closed by the caller."""

    def step(both: Both, event: Any) -> tuple[Both, tuple[Any, ...]]:
        public, technician = both.public, both.technician
        done: tuple[Any, ...] = ()
        if _is_for_public(both, event):
            public, done = role.step(public, event)
        if _is_for_technician(both, event):
            technician, more = flow.step(technician, event)
            done = (*done, *more)
        return Both(public, technician), done

    def perform(effect: Any, send: Send) -> None:
        for performer in performers:
            performer.perform(effect, send)
        role.perform(effect, send)

    def mode(both: Both) -> Mode:
        return Mode(both.technician.language) if both.technician.is_open else role.mode(both.public)

    def view(both: Both) -> Any:
        return (
            ServiceView(both.technician, tuple(role.devices(both.public)))
            if both.technician.is_open
            else role.view(both.public)
        )

    def key(both: Both) -> Hashable:
        return ("technician", view(both).key) if both.technician.is_open else ("public", role.key(both.public))

    def draw(stage: PageContext, seen: Any) -> Page:
        if not isinstance(seen, ServiceView):
            return role.draw(stage, seen)
        from kiosk.service_pages import pages  # Kivy is loaded only when the window opens

        return pages.page(stage, seen)

    def first(seed: UUID) -> Both:
        public = role.first(uuid5(seed, "public"))
        technician = Technician(own, PendingRequests(uuid5(seed, "technician")), language=role.mode(public).language)
        return Both(public, technician)

    return replace(
        role, first=first, step=step, mode=mode, view=view, key=key, draw=draw, perform=perform,
        devices=lambda both: role.devices(both.public), lease=lambda both: role.lease(both.public),
    )  # fmt: skip


def _is_for_technician(both: Both, event: Any) -> bool:
    if isinstance(event, Answered | Unanswered):
        return event.request_id in both.technician.requests.pending
    return True


def _is_for_public(both: Both, event: Any) -> bool:
    """While the technician's pages are open nobody touches what is behind them: it goes home by itself."""
    if isinstance(event, Answered | Unanswered):
        return not _is_for_technician(both, event)
    return not both.technician.is_open or not isinstance(event, FOR_WHOEVER_IS_OPEN)
