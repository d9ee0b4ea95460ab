"""Parts of the rater's pages: the drawn faces, the plate of the clerk, the foot with its switches."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from kivy.graphics import Color, Ellipse, SmoothEllipse, SmoothLine

from contract.wire.messages import WindowClerk
from contract.wire.rating_reasons import LEVELS, Level
from kiosk.ui.page_context import PageContext
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Card, Icon, IconButton, Picture, Tap, Words
from kiosk.ui.widgets.base import Box
from kiosk.ui.widgets.text import Align
from kiosk.window_rater.state import ButtonTapped, Tapped

LOG = logging.getLogger(__name__)
COLOURS = {5: "success", 4: "appointment", 3: "accent", 2: "warning", 1: "danger"}
MOUTHS = {5: 0.20, 4: 0.12, 3: 0.0, 2: -0.11, 1: -0.18}
"""How far the middle of the mouth hangs below its corners, in parts of the face."""


def level_name(context: PageContext, value: int) -> str:
    """The words of a level in the language of the mode."""
    level = next(level for level in LEVELS if level.value == value)
    return level.en if context.look.mode.language == "en" else level.zh


class Face(Box):
    """A drawn face for a level, as large as its box allows."""

    def __init__(self, context: PageContext, rect: Rect, level: int) -> None:
        super().__init__(context, rect)
        side = min(rect.w, rect.h)
        place = rect.centre(side, side)
        cx, cy = place.x + side / 2, place.y + side / 2
        with self.canvas:
            Color(*self.look.colour(COLOURS[level], 0.14))
            SmoothEllipse(pos=(place.x, place.y), size=(side, side))
            Color(*self.look.colour(COLOURS[level]))
            SmoothLine(circle=(cx, cy, side / 2 - side * 0.02), width=side * 0.02)
            for dx in (-0.17, 0.17):
                eye = side * 0.09
                Ellipse(pos=(cx + dx * side - eye / 2, cy + side * 0.11 - eye / 2), size=(eye, eye * 1.15))
            self._draw_mouth(cx, cy, side, MOUTHS[level], level)

    def _draw_mouth(self, cx: float, cy: float, side: float, hang: float, level: int) -> None:
        half, y = side * 0.24, cy - side * 0.16 + max(0.0, hang) * side * 0.4
        if level in (1, 2):
            y = cy - side * 0.25
        steps = [place / 12 for place in range(13)]
        points = [value for t in steps for value in (cx - half + 2 * half * t, y - hang * side * 4 * t * (1 - t))]
        SmoothLine(points=points, width=side * 0.022, cap="round", joint="round")


class FaceButton(Tap):
    """One level: face and words; upright in a row, lying in a column."""

    def __init__(self, context: PageContext, rect: Rect, level: Level, on_tap: Callable[[], None]) -> None:
        super().__init__(context, rect, on_tap)
        look = self.look
        self.card = Card(context, rect)
        body = rect.inset(look.space("s"), look.space("m"))
        if rect.w > rect.h * 1.6:
            face, words = body.inset(look.space("m"), 0).left(body.h, look.space("l"))
        else:
            words, face = body.bottom(look.type("tile") * 2.6, look.space("s"))
        text = level.en if look.mode.language == "en" else level.zh
        align: Align = "left" if rect.w > rect.h * 1.6 else "center"
        size = "tile" if align == "left" or not look.mode.elder else "body"
        self.put(
            self.card,
            Face(context, face.centre(look.px(250), look.px(250)), level.value),
            Words(context, words, text, size, bold=True, align=align, line_height=1.25),
        )

    def draw_pressed(self, pressed: bool) -> None:
        self.card.paint("pressed" if pressed else "surface")


class ClerkPlate(Box):
    """Photo, or a drawn placeholder, and the name that the public reads. `photos` is the folder that photo paths start from."""

    def __init__(self, context: PageContext, rect: Rect, clerk: WindowClerk, photos: Path, *, beside: bool) -> None:
        super().__init__(context, rect)
        look = self.look
        if beside:
            picture, words = rect.left(rect.h, look.space("m"))
        else:
            words, picture = rect.bottom(look.type("body") * 1.5, look.space("s"))
        self.add_widget(self._portrait(picture, clerk, photos))
        _ = context.text
        name = clerk.name.replace("工号", _("工号"))
        self.add_widget(Words(context, words, name, "body", bold=True, align="left" if beside else "center"))

    def _portrait(self, rect: Rect, clerk: WindowClerk, photos: Path) -> Box:
        path = photo_file(clerk.photo, photos)
        if path is not None:
            try:
                return Picture(self.context, rect, str(path))
            except Exception as error:  # whatever is wrong with the file, the plate is shown without it
                LOG.warning("the photo %s cannot be shown: %s", path, error)
        return Placeholder(self.context, rect)


class Placeholder(Box):
    """Head and shoulders in a circle, where there is no photo."""

    def __init__(self, context: PageContext, rect: Rect) -> None:
        super().__init__(context, rect)
        side = min(rect.w, rect.h)
        place = rect.centre(side, side)
        with self.canvas:
            Color(*self.look.colour("accent_soft"))
            SmoothEllipse(pos=(place.x, place.y), size=(side, side))
        self.add_widget(Icon(context, rect.centre(side * 0.66, side * 0.66), "account"))


def photo_file(photo: str | None, photos: Path) -> Path | None:
    """The file of a clerk's photo, if it is there and inside the hall's folder."""
    if not photo:
        return None
    path = (photos / photo).resolve()
    return path if path.is_relative_to(photos.resolve()) and path.is_file() else None


def foot(context: PageContext, rect: Rect, *, decline: bool) -> list[Box]:
    """The switches of every page: language, elder mode, and the free choice not to rate."""
    _, mode = context.text, context.look.mode
    width = max(context.look.target * 1.35, context.look.type("note") * 5.2)
    first, rest = rect.left(width, context.look.space("m"))
    second, rest = rest.left(width, context.look.space("m"))

    def send(what: Tapped) -> Callable[[], None]:
        return lambda: context.send(ButtonTapped(what))

    buttons: list[Box] = [
        IconButton(context, first, "translate", "中文" if mode.language == "en" else "English", send("language")),
        IconButton(context, second, "glasses", _("长者模式"), send("elder"), active=mode.elder),
    ]
    if decline:
        place, _rest = rest.right(width * 1.2)
        buttons.append(IconButton(context, place, "close", _("不评价"), send("decline")))
    return buttons
