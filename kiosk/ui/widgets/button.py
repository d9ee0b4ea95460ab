"""Everything that can be tapped. The pressed state shows in the frame of the touch, the action follows its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kivy.graphics import Color, SmoothRoundedRectangle

from kiosk.ui.rect import Rect
from kiosk.ui.theme import LINE_HEIGHT
from kiosk.ui.widgets.base import Box
from kiosk.ui.widgets.picture import Icon
from kiosk.ui.widgets.surface import Card, Fill, outline
from kiosk.ui.widgets.text import Align, Words, even, fitted, has_room, measure, whole

if TYPE_CHECKING:
    from kivy.input import MotionEvent

    from kiosk.ui.page_context import PageContext

Action = Callable[[], None]


class Tap(Box):
    """An area that can be tapped; subclasses draw it and its pressed state."""

    def __init__(self, context: PageContext, rect: Rect, on_tap: Action, **kwargs: object) -> None:
        super().__init__(context, rect, **kwargs)
        self.on_tap = on_tap
        self.pressed = False
        self.enabled = True

    def on_touch_down(self, touch: MotionEvent) -> bool:
        if not self.enabled or not self.collide_point(*touch.pos):
            return False
        touch.grab(self)
        self._press(True)
        self.context.click()
        return True

    def on_touch_move(self, touch: MotionEvent) -> bool:
        if touch.grab_current is not self:
            return False
        self._press(self.collide_point(*touch.pos))
        return True

    def on_touch_up(self, touch: MotionEvent) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        inside = self.pressed
        self._press(False)
        if inside:
            self.on_tap()
        return True

    def _press(self, pressed: bool) -> None:
        if pressed != self.pressed:
            self.pressed = pressed
            self.draw_pressed(pressed)

    def draw_pressed(self, pressed: bool) -> None:
        """Show that a finger is on it, or no longer."""


class Tile(Tap):
    """A large card with an icon, a title and a note; `aside` is a short word at its right or lower edge."""

    def __init__(
        self,
        context: PageContext,
        rect: Rect,
        title: str,
        on_tap: Action,
        *,
        icon: str = "",
        note: str = "",
        aside: str = "",
        main: bool = False,
        enabled: bool = True,
    ) -> None:
        super().__init__(context, rect, on_tap)
        self.enabled = enabled
        self.main = main
        self.card = Card(context, rect, "accent" if main else "surface", raised=enabled)
        self.add_widget(self.card)
        ink = "on_accent" if main else ("text" if enabled else "secondary")
        self.aside: Words | None = None
        self.notes: list[Words] = []
        body = rect.inset(self.look.space("m") * 1.25, self.look.space("m"))
        if rect.w > rect.h * 1.9:
            self._draw_row(body, title, icon, note, aside, ink)
        else:
            self._draw_column(body, title, icon, note, aside, ink)

    def _draw_column(self, body: Rect, title: str, icon: str, note: str, aside: str, ink: str) -> None:
        look, context = self.look, self.context
        if aside or not self.enabled:
            place, body = body.bottom(look.type("note") * 1.5)
            self.aside = self._aside(place, aside, "left")
        side = min(body.h * 0.38, look.px(150))
        place, below = body.top(side, look.space("s"))
        if icon and (not look.mode.elder or has_room(look, title, below, "tile")):
            body = below
            self.add_widget(Icon(context, place.left(side)[0], icon, colour=ink if self.main else "accent"))
        place, below = body.top(look.type("tile") * (1.4 if note else 2.8), look.px(4))
        self.title = Words(context, place, title, "tile", bold=True, colour=ink, valign="middle")
        if note and below.h >= look.type("note") * 1.3 and whole(look, note, below, "note"):
            self.notes = [Words(context, below, note, "note", colour=ink if self.main else "secondary", valign="top")]
        self.put(self.title, *self.notes)

    def _draw_row(self, body: Rect, title: str, icon: str, note: str, aside: str, ink: str) -> None:
        look, context = self.look, self.context
        if aside or not self.enabled:
            place, body = body.right(min(body.w * 0.36, look.type("note") * 7), look.space("s"))
            self.aside = self._aside(place, aside, "right")
        place, beside = body.left(min(body.h, look.px(96)), look.space("m"))
        if icon and (not look.mode.elder or has_room(look, title, beside, "tile", line_height=1.2)):
            body = beside
            self.add_widget(Icon(context, place, icon, colour=ink if self.main else "accent"))
        lines = 1 if measure(note, look.type("note")) <= body.w else 2
        if note and body.h >= look.type("tile") * 1.3 + look.type("note") * 1.3 * (lines if look.mode.elder else 1):
            body = body.centre(body.w, min(body.h, look.type("tile") * 1.4 + look.type("note") * 1.4 * lines))
            place, below = body.top(look.type("tile") * 1.4)
            self.notes = [Words(context, below, note, "note", colour=ink if self.main else "secondary", valign="top")]
        else:
            place = body
        _size, lines_said = fitted(look, title, place, look.type("tile"), bold=True, line_height=1.2)
        # a font's lines stand further apart than that: what two lines stand out of the box by is air, with more lines it is ink
        line_height = 1.2 if len(lines_said) <= 2 else LINE_HEIGHT
        self.title = Words(context, place, title, "tile", bold=True, colour=ink, line_height=line_height)
        self.put(self.title, *self.notes)

    def _aside(self, place: Rect, text: str, align: Align) -> Words:
        words = Words(self.context, place, text, "note", colour="on_accent" if self.main else "secondary", align=align)
        self.add_widget(words)
        return words

    def draw_pressed(self, pressed: bool) -> None:
        if self.main:
            self.card.paint("accent_pressed" if pressed else "accent")
        else:
            self.card.paint("pressed" if pressed else "surface")


def even_tiles(tiles: Sequence[Tile]) -> None:
    """Give the titles of tiles one size, and their notes one."""
    even(tile.title for tile in tiles)
    even(note for tile in tiles for note in tile.notes)


class Bar(Tap):
    """The main action of a page: a wide bar."""

    def __init__(
        self, context: PageContext, rect: Rect, text: str, on_tap: Action, *, icon: str = "", colour: str = "accent"
    ) -> None:
        super().__init__(context, rect, on_tap)
        self.colour = colour
        self.surface = Fill(context, rect, colour, corner=self.look.corner)
        self.add_widget(self.surface)
        inside = rect.inset(self.look.space("m"), min(self.look.space("s"), rect.h * 0.1))
        side, gap = min(rect.h * 0.5, self.look.px(84)), self.look.space("m")
        size, lines = fitted(self.look, text, inside, self.look.type("tile"), bold=True)
        wide = measure(lines[0], size, bold=True)
        if icon and len(lines) == 1 and side + gap + wide <= inside.w:
            place, inside = inside.centre(side + gap + wide, inside.h).left(side, gap)
            self.add_widget(Icon(context, place.centre(side, side), icon, colour="on_accent"))
            inside = Rect(inside.x, inside.y, inside.w + gap, inside.h)  # a hair more, so that nothing is made smaller
            self.words = Words(context, inside, text, "tile", bold=True, colour="on_accent")
        else:
            self.words = Words(context, inside, text, "tile", bold=True, colour="on_accent", align="center")
        self.add_widget(self.words)

    def draw_pressed(self, pressed: bool) -> None:
        pressed_colour = "accent_pressed" if self.colour == "accent" else "text"
        self.surface.paint(pressed_colour if pressed else self.colour)


class TextButton(Tap):
    """A second action: white with an outline, icon and words."""

    def __init__(
        self,
        context: PageContext,
        rect: Rect,
        text: str,
        on_tap: Action,
        *,
        icon: str = "",
        size: str = "body",
        icon_last: bool = False,
    ) -> None:
        super().__init__(context, rect, on_tap)
        look = self.look
        with self.canvas:
            self._fill = Color(*look.colour("surface"))
            SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[look.corner])
            Color(*look.colour("line"))
            outline(rect, look.corner, max(2.0, look.px(3)))
        body = rect.inset(look.space("m"), look.space("s") / 2)
        side, gap = min(look.type(size) * 1.3, body.h), look.space("s")
        beside = body.left(body.w - side - gap)[0]
        if icon and has_room(look, text, beside, size, line_height=1.2):
            type_size, lines = fitted(look, text, beside, look.type(size), bold=True, line_height=1.2)
            wide = max(measure(line, type_size, bold=True) for line in lines) + look.px(4)
            both = body.centre(min(body.w, wide + gap + side), body.h)
            place, body = both.right(side, gap) if icon_last else both.left(side, gap)
            self.add_widget(Icon(context, place, icon))
        self.words = Words(context, body, text, size, colour="accent", bold=True, align="center", line_height=1.2)
        self.add_widget(self.words)

    def draw_pressed(self, pressed: bool) -> None:
        self._fill.rgba = self.look.colour("pressed" if pressed else "surface")


class IconButton(Tap):
    """A small action in a bar: an icon, with a word below or beside it. `active` shows that it is switched on."""

    def __init__(self, context: PageContext, rect: Rect, icon: str, text: str, on_tap: Action, *, active: bool = False) -> None:
        super().__init__(context, rect, on_tap)
        look = self.look
        self.active = active
        self.surface = Fill(context, rect, "accent" if active else "background", corner=look.corner)
        ink = "on_accent" if active else "accent"
        self.add_widget(self.surface)
        self.icon = self.words = None
        body = rect.inset(look.space("s") / 2)
        if icon:
            side = min(look.px(52), body.h * 0.5)
            place, body = body.top(side) if text else (body.centre(look.px(72), look.px(72)), body)
            self.icon = Icon(context, place, icon, colour=ink)
            self.add_widget(self.icon)
        if text:
            size: str | float = "note"
            wide = measure(text, look.type("note"), bold=active)
            if " " not in text and wide > body.w:  # one word in one line: rather smaller than broken
                size = max(look.smallest_type, look.type("note") * body.w / wide) / look.unit
            self.words = Words(context, body, text, size, colour=ink, align="center", bold=active, line_height=1.15)
            self.add_widget(self.words)

    def draw_pressed(self, pressed: bool) -> None:
        self.surface.paint("pressed" if pressed else ("accent" if self.active else "background"))
        for part in (self.icon, self.words):
            if part is not None and self.active:
                part.paint("accent" if pressed else "on_accent")


class Chip(Tap):
    """A choice that is on or off, with a mark or an icon and words; `colour` is that of the class it means."""

    def __init__(
        self,
        context: PageContext,
        rect: Rect,
        text: str,
        on_tap: Action,
        *,
        on: bool = False,
        colour: str = "accent",
        note: str = "",
        mark: bool = True,
        icon: str = "",
    ) -> None:
        super().__init__(context, rect, on_tap)
        look = self.look
        self.on = on
        ink = colour if on else "text"
        with self.canvas:
            self._fill = Color(*look.colour("accent_soft" if on else "surface"))
            SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[look.corner])
            Color(*look.colour(colour if on else "line"))
            outline(rect, look.corner, max(2.0, look.px(5 if on else 3)))
        body = rect.inset(look.space("s" if icon else "m"), look.space("s") / 2)
        if mark:
            place, body = body.left(min(look.px(64), body.h), look.space("m"))
            self.add_widget(
                Icon(context, place, "checkbox-marked" if on else "checkbox-blank-outline", colour=ink if on else "secondary")
            )
        if icon:
            side = min(look.px(40), body.h)
            fits_beside = measure(text, look.type("body"), bold=on) <= body.w - side - look.space("s")
            if fits_beside:
                place, body = body.left(side, look.space("s"))
            else:
                place, body = body.top(side)
            self.add_widget(Icon(context, place.centre(side, side), icon, colour=ink))
        if note:
            body = body.centre(body.w, look.type("body") * 1.4 + look.type("note") * 1.5)
            place, below = body.top(look.type("body") * 1.4)
            self.add_widget(Words(context, below, note, "note", colour="secondary"))
            body = place
        align: Align = "left" if mark or (icon and fits_beside) else "center"
        self.words = Words(context, body, text, "body", bold=on, colour=ink, align=align, line_height=1.2)
        self.add_widget(self.words)

    def draw_pressed(self, pressed: bool) -> None:
        self._fill.rgba = self.look.colour("pressed" if pressed else ("accent_soft" if self.on else "surface"))
