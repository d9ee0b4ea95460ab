"""A role: what makes the one Kivy program a ticket kiosk, a window rater or a call screen."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar
from uuid import UUID

if TYPE_CHECKING:
    from contract.wire.messages import Act, DeviceStatus, LeaseStatus
    from kiosk.flow.device_test import DeviceTester
    from kiosk.parts import Part
    from kiosk.ui.page import Page
    from kiosk.ui.page_context import PageContext
    from kiosk.ui.theme import Mode
    from link.orders import OrderHandler

S = TypeVar("S")
V = TypeVar("V")


class Role(ABC, Generic[S, V]):
    """The flow of a terminal, how it is drawn, and what the terminal owns for it. `S` is the flow's state; pages are drawn
    from a `V`, most often the state itself."""

    kind: str
    """As the terminal's status names the role."""
    topics: tuple[str, ...]
    """Filters without the hall's root; what arrives on them becomes `Received`."""
    effects: tuple[type, ...]
    """What the flow may ask for: each is handled by one of the parts, `Ask` by the link."""
    parts: tuple[Part[object], ...] = ()
    """Opened after the first frame, in this order."""
    device_ids: tuple[str, ...] = ()
    """The devices that the role holds open."""

    @abstractmethod
    def first(self, seed: UUID) -> S:
        """The flow's first state. The ids of its requests come from the seed, which is another one for every start, so that
        no id is used for two things."""

    @abstractmethod
    def step(self, state: S, event: object) -> tuple[S, tuple[object, ...]]:
        """The flow: what follows from an event, and the effects to carry out. Pure."""

    @abstractmethod
    def mode(self, state: S) -> Mode:
        """How to draw."""

    @abstractmethod
    def watches(self, state: S) -> Hashable:
        """What makes a page another page: when it or the mode changes, a new page is drawn; otherwise the present one is
        brought up to date."""

    @abstractmethod
    def page_state(self, state: S) -> V:
        """What the page is drawn from."""

    @abstractmethod
    def draw(self, context: PageContext, page_state: V) -> Page[V]:
        """A new page. Kivy is imported in here, once its window is being opened."""

    def devices(self, state: S) -> list[DeviceStatus]:
        """What the terminal's status says about its devices."""
        return []

    def lease(self, state: S) -> LeaseStatus | None:
        """What it says of numbers that the terminal may give out by itself."""
        return None

    def orders(self) -> Mapping[Act, OrderHandler]:
        """What staff may order besides what every program can do; called in the thread of the orders."""
        return {}

    def testers(self) -> Mapping[str, DeviceTester]:
        """Who tries those of `device_ids` that can be tried without a person, by the ids of the devices."""
        return {}
