"""Any role of a terminal, with the service pages behind it: one flow beside the other; the open one is drawn."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Generic, TypeVar, cast, get_args
from uuid import UUID, uuid5

from contract.wire.messages import Act, DeviceStatus, LeaseStatus
from kiosk.flow.event import Answered, Touched, Unanswered
from kiosk.flow.requests import PendingRequests
from kiosk.flow.role import Role
from kiosk.parts import Absent, Part
from kiosk.service_pages import flow
from kiosk.service_pages.events import Effect, Pointer
from kiosk.service_pages.state import Own, OwnDevice, Technician
from kiosk.ticket_kiosk.events import Turn
from kiosk.ticket_kiosk.scan.state import NextPicture, Scanned, Watch
from kiosk.ui.theme import Mode

if TYPE_CHECKING:
    from kiosk.flow.device_test import DeviceTester
    from kiosk.ui.page import Page
    from kiosk.ui.page_context import PageContext
    from link.orders import OrderHandler

S = TypeVar("S")
V = TypeVar("V")
FOR_THE_OPEN_PAGE = (Touched, Turn, Scanned)
PASSING = ("own", "requests", "now", "clock", "idle_since", "touches", "wrong", "scan_until", "report_at", "unreported")
"""What changes without another page."""


@dataclass(frozen=True)
class Both(Generic[S]):
    """What the public sees, and the technician's pages."""

    public: S
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
    def watches(self) -> Hashable:
        """What makes a page another page; times are brought up to date on the same one."""
        own = tuple((f.name, getattr(self.state, f.name)) for f in fields(Technician) if f.name not in PASSING)
        return tuple((name, tuple(value.items()) if name == "results" else value) for name, value in own), self.devices


class WithServicePages(Role[Both[S], V | ServiceView], Generic[S, V]):
    """A role with a way in for the technician. `parts` do what the service pages ask for; what no part of the terminal does
    for want of a scanner or of a pointer is left undone."""

    def __init__(self, role: Role[S, V], own: Own, parts: Sequence[Part[object]]) -> None:
        self._role, self._own = role, own
        self.kind, self.topics, self.device_ids = role.kind, role.topics, role.device_ids
        self.effects = (*role.effects, *get_args(Effect))
        handled = {kind for part in (*parts, *role.parts) for kind in part.handles}
        missing = [kind for kind in (Watch, NextPicture, Pointer) if kind not in handled]
        self.parts = (*parts, *role.parts, Absent("scanner or pointer", *missing))

    def first(self, seed: UUID) -> Both[S]:
        public = self._role.first(uuid5(seed, "public"))
        requests = PendingRequests(uuid5(seed, "technician"))
        return Both(public, Technician(self._own, requests, language=self._role.mode(public).language))

    def step(self, state: Both[S], event: object) -> tuple[Both[S], tuple[object, ...]]:
        public, technician = state.public, state.technician
        effects: tuple[object, ...] = ()
        if _is_for_public(technician, event):
            public, effects = self._role.step(public, event)
        if _is_for_technician(technician, event):
            technician, more = flow.step(technician, event)
            effects = (*effects, *more)
        return Both(public, technician), effects

    def mode(self, state: Both[S]) -> Mode:
        return Mode(state.technician.language) if state.technician.is_open else self._role.mode(state.public)

    def watches(self, state: Both[S]) -> Hashable:
        if state.technician.is_open:
            return "technician", self._service_view(state).watches
        return "public", self._role.watches(state.public)

    def page_state(self, state: Both[S]) -> V | ServiceView:
        return self._service_view(state) if state.technician.is_open else self._role.page_state(state.public)

    def draw(self, context: PageContext, page_state: V | ServiceView) -> Page[V | ServiceView]:
        if not isinstance(page_state, ServiceView):
            # each page is shown states of its own kind only: `watches` tells the two apart
            return cast("Page[V | ServiceView]", self._role.draw(context, page_state))
        from kiosk.service_pages import pages  # Kivy is loaded only when the window opens

        return cast("Page[V | ServiceView]", pages.page(context, page_state))

    def devices(self, state: Both[S]) -> list[DeviceStatus]:
        return self._role.devices(state.public)

    def lease(self, state: Both[S]) -> LeaseStatus | None:
        return self._role.lease(state.public)

    def orders(self) -> Mapping[Act, OrderHandler]:
        return self._role.orders()

    def testers(self) -> Mapping[str, DeviceTester]:
        return self._role.testers()

    def _service_view(self, state: Both[S]) -> ServiceView:
        return ServiceView(state.technician, tuple(self._role.devices(state.public)))


def _is_for_technician(technician: Technician, event: object) -> bool:
    if isinstance(event, Answered | Unanswered):
        return event.request_id in technician.requests.pending
    return True


def _is_for_public(technician: Technician, event: object) -> bool:
    """While the technician's pages are open nobody touches what is behind them: it goes home by itself."""
    if isinstance(event, Answered | Unanswered):
        return not _is_for_technician(technician, event)
    return not technician.is_open or not isinstance(event, FOR_THE_OPEN_PAGE)
