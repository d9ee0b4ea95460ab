"""What every page and widget of a terminal needs, in one object: look, texts, and the way to the flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from kiosk.ui.rect import Rect
from kiosk.ui.theme import Look

if TYPE_CHECKING:
    from contract.configuration.hall import HallConfig


class TwoLanguages(Protocol):
    """A text of the configuration or of a message."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


def no_click() -> None:
    """The click of a terminal without sound."""


@dataclass(frozen=True)
class PageContext:
    """`text` translates a Chinese message id into the language of the mode; `send` gives an event to the flow."""

    look: Look
    hall: HallConfig
    text: Callable[[str], str]
    send: Callable[[object], None]
    click: Callable[[], None] = no_click

    @property
    def rect(self) -> Rect:
        """The whole screen."""
        return Rect(0, 0, self.look.width, self.look.height)

    def pick(self, text: TwoLanguages) -> str:
        """The text of the configuration in the language of the mode."""
        return text.en if self.look.mode.language == "en" else text.zh
