"""A role: what makes the one Kivy program a hall kiosk, a window rater or a call screen."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kiosk.ui.theme import Mode

if TYPE_CHECKING:
    from contract.wire.messages import Act, DeviceStatus, LeaseStatus
    from kiosk.ui.page import Page
    from kiosk.ui.page_context import PageContext
    from link.orders import OrderHandler

Send = Callable[[Any], None]


def nothing() -> None:
    """For a role that has nothing of its own to open or close."""


def itself(state: Any) -> Any:
    """For a role whose pages are drawn from its state."""
    return state


def performs_nothing(_effect: Any, _send: Send) -> None:
    """For a role without effects of its own."""


@dataclass(frozen=True)
class Role:
    """The parts of a role.

    - `kind` stands in the terminal's status; `first(seed)` is the flow's first state. The ids of its requests come from the
      seed, which is another one for every start, so that no id is used for two things.
    - `step(state, event) -> (state, effects)` is the flow, pure.
    - `mode(state)` says how to draw, `key(state)` names the page, `view(state)` is what pages are drawn from: when mode or
      key changes, `draw(stage, view)` builds a new page; otherwise the present page gets `show(view)`.
    - `topics` are filters without the hall's root; what arrives on them becomes `Received`.
    - `perform(effect, send)` does the effects other than `Ask`, in the UI thread, so it hands slow work to a thread and
      sends events from there (`send` may be called from any thread).
    - `devices(state)` is what the terminal's status says about its devices.
    - `lease(state)` is what it says of numbers that the terminal may give out by itself.
    - `acts` are what the desk may ask of the role besides what every program can do; called in the thread of the orders.
    - `owns` are the ids of devices that the role holds open: it tries them itself when `perform` gets a TryDevice.
    - `start(send)` and `stop()` open and close what the role owns besides.
    """

    kind: str
    first: Callable[[UUID], Any]
    step: Callable[[Any, Any], tuple[Any, tuple[Any, ...]]]
    mode: Callable[[Any], Mode]
    key: Callable[[Any], Hashable]
    draw: Callable[[PageContext, Any], Page]
    topics: tuple[str, ...]
    owns: tuple[str, ...] = ()
    view: Callable[[Any], Any] = itself
    perform: Callable[[Any, Send], None] = performs_nothing
    devices: Callable[[Any], list[DeviceStatus]] = lambda _state: []
    lease: Callable[[Any], LeaseStatus | None] = lambda _state: None
    acts: Mapping[Act, OrderHandler] = field(default_factory=dict)
    start: Callable[[Send], None] = lambda _send: None
    stop: Callable[[], None] = nothing
