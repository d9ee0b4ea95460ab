"""TAKE A NUMBER: a theme, then a business with its waiting count. Lists that are long have sheets, no scroll bars."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.ticket_kiosk.events import PickQueue, PickTheme
from kiosk.ticket_kiosk.guides.state import OpenSearch
from kiosk.ticket_kiosk.page_frame import PageFrame
from kiosk.ticket_kiosk.paging import draw_turner
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import TextButton, Tile, Words, even_tiles
from kiosk.ui.widgets.text import has_room, measure

TILE_WIDTH = 460
TILE_HEIGHT = 250
ROW_HEIGHT = 168


@dataclass(frozen=True)
class ChoiceTile:
    """One tile of a list."""

    id: str
    title: str
    icon: str
    note: str
    event: object


class ChoicePage(PageFrame):
    """A grid of tiles in sheets; `aside` gives the short word of each tile, which changes while the page stays."""

    least: tuple[float, float] = (TILE_WIDTH, TILE_HEIGHT)

    has_aside = True
    stretch = 1.9
    """How much taller than they must be tiles may become, to fill the page."""

    def entries(self, state: KioskState) -> list[ChoiceTile]:
        """What there is to choose from."""
        raise NotImplementedError

    def aside(self, state: KioskState, entry: ChoiceTile) -> tuple[str, bool]:
        """The short word of a tile, and whether it can be tapped."""
        raise NotImplementedError

    def empty_text(self, _state: KioskState) -> str:
        """The sentence on the page while there is nothing to choose from."""
        _ = self.context.text
        return _("这里暂时没有内容")

    def other_way(self, _state: KioskState) -> tuple[str, object] | None:
        """Words and event of the way for whoever does not find it in the list."""
        return None

    def _in_head(self, way: tuple[str, object]) -> None:
        """A wide screen has room for it beside the title."""
        look, title = self.look, self._title.rect
        free = title.w - measure(self.title_text(), look.type("title"), bold=True) - look.space("l")
        self._other(title.right(min(look.px(620), free))[0].centre(min(look.px(620), free), look.target), way)

    def _other(self, rect: Rect, way: tuple[str, object]) -> None:
        text, event = way
        self.add_widget(TextButton(self.context, rect, text, lambda: self.context.send(event), icon="magnify"))

    def build_body(self, state: KioskState) -> None:
        look = self.look
        entries = self.entries(state)
        area = self.reach
        if not entries:
            self.add_widget(Words(self.context, area, self.empty_text(state), "body", colour="secondary", align="center"))
        way = self.other_way(state)
        if way and not look.portrait and not look.mode.low:
            self._in_head(way)
            way = None
        columns, rows = self._fit(area, entries)
        if way or columns * rows < len(entries):
            strip, area = area.bottom(look.target, look.space("m"))
            columns, rows = self._fit(area, entries)
            sheets = math.ceil(len(entries) / (columns * rows))
            if way:
                place, strip = strip.right(strip.w * 0.36 if sheets > 1 else strip.w, look.space("m"))
                self._other(place, way)
            if sheets > 1:
                draw_turner(self, strip, min(state.sheet, sheets - 1), sheets)
        sheets = math.ceil(len(entries) / (columns * rows)) or 1
        sheet = min(state.sheet, sheets - 1)
        part = entries[sheet * columns * rows : (sheet + 1) * columns * rows]
        used = rows if sheets > 1 else math.ceil(len(part) / columns)
        self.count = len(part)
        cells = self._cells(area, columns, used)
        self.tiles: list[tuple[ChoiceTile, bool, Tile, Rect]] = []
        for entry, cell in zip(part, cells, strict=False):
            self._add(entry, cell, state)
        even_tiles([tile for _, _, tile, _ in self.tiles])

    def _fit(self, area: Rect, entries: list[ChoiceTile]) -> tuple[int, int]:
        """Columns and rows of tiles that are large enough, in elder mode also for the longest title."""
        look = self.look
        scale = 1.35 if look.mode.elder and look.portrait else 1.0  # a wide screen has room for larger type as it is
        gap = look.space("m")
        columns = max(1, int((area.w + gap) / (look.px(self.least[0]) * scale + gap)))
        titles = sorted((entry.title for entry in entries), key=len)[-1:] if look.mode.elder else []
        while columns > 1 and not all(self._has_room(title, area.columns(columns, gap)[0], columns) for title in titles):
            columns -= 1
        rows = max(1, int((area.h + gap) / (self._least_height(columns) + gap)))
        return min(columns, max(1, len(entries))), rows

    def _has_room(self, title: str, column: Rect, columns: int) -> bool:
        """Whether a title is no smaller than in ordinary mode in a tile of a column."""
        look = self.look
        tile = column.top(min(column.h, self._least_height(columns)))[0]
        inside = tile.inset(look.space("m") * 1.25, look.space("m"))
        if self.has_aside and inside.h < look.type("note") * 5:  # as flat as that, the short word is beside the title
            inside = inside.left(inside.w * 0.62)[0]
        return has_room(look, title, inside, "tile", line_height=1.2)

    def _least_height(self, columns: int) -> float:
        """Tiles that are as wide as the page lie flat."""
        least = ROW_HEIGHT if columns == 1 else self.least[1]
        look = self.look
        scale = 1.0 if not look.mode.elder else 1.05 if look.mode.low else 1.18 if look.portrait else 0.97
        return look.px(least) * scale

    def _cells(self, area: Rect, columns: int, rows: int) -> list[Rect]:
        """Cells from the top; no taller than `stretch` times what they must be."""
        look = self.look
        most = self._least_height(columns) * self.stretch
        gap = look.space("m")
        height = min(area.h, rows * most + (rows - 1) * gap)
        return area.top(height)[0].grid(columns, rows, gap)

    def _add(self, entry: ChoiceTile, cell: Rect, state: KioskState) -> None:
        text, enabled = self.aside(state, entry)
        tap: Callable[[], None] = lambda: self.context.send(entry.event)  # noqa: E731
        aside = (text or " ") if self.has_aside else ""
        tile = Tile(self.context, cell, entry.title, tap, icon=entry.icon, note=entry.note, aside=aside, enabled=enabled)
        self.tiles.append((entry, enabled, tile, cell))
        self.add_widget(tile)

    def show(self, state: KioskState) -> None:
        super().show(state)
        for i, (entry, was_enabled, tile, cell) in enumerate(self.tiles):
            text, enabled = self.aside(state, entry)
            if enabled != was_enabled:
                self.remove_widget(tile)
                self._add(entry, cell, state)
                self.tiles[i] = self.tiles.pop()
                even_tiles([tile for _, _, tile, _ in self.tiles])
            elif tile.aside is not None:
                tile.aside.say(text)


class NumberChoice(ChoicePage):
    """A step on the way to a number; whoever knows only what has happened searches for that and gets the number there."""

    def other_way(self, state: KioskState) -> tuple[str, object] | None:
        _ = self.context.text
        return (_("不知道选哪个？搜一搜"), OpenSearch()) if state.has_guides else None


class ThemesPage(NumberChoice):
    """Which part of life is it about."""

    def title_text(self) -> str:
        _ = self.context.text
        return _("请选择办事主题")

    def entries(self, state: KioskState) -> list[ChoiceTile]:
        names = {queue.id: self.context.pick(queue.name) for queue in self.context.hall.queue}
        return [
            ChoiceTile(
                theme.id,
                self.context.pick(theme.name),
                theme.icon,
                self._some([names[b.id] for b in state.setting.of_theme(theme.id)]),
                PickTheme(theme.id),
            )
            for theme in self.context.hall.theme
            if state.setting.of_theme(theme.id)
        ]

    def _some(self, names: list[str]) -> str:
        """The first names of a theme, and that there are more."""
        _ = self.context.text
        most = 2 if self.look.mode.elder else 3
        some = (_("、")).join(names[:most])
        return some if len(names) <= most else _("{names}等").format(names=some)

    def aside(self, state: KioskState, entry: ChoiceTile) -> tuple[str, bool]:
        _ = self.context.text
        if state.offline:
            open_here = any(state.gives_numbers(b.id) for b in state.setting.of_theme(entry.id))
            return _("可取号") if open_here else _("暂停取号"), True
        queues = [state.queues[b.id] for b in state.setting.of_theme(entry.id) if b.id in state.queues]
        if queues and not any(queue.open for queue in queues):
            return _("暂停取号"), True
        return _("{count} 人等候").format(count=sum(queue.waiting for queue in queues)), True


class BusinessesPage(NumberChoice):
    """Which business of the theme."""

    least = (TILE_WIDTH * 1.9, ROW_HEIGHT)
    stretch = 1.4

    def title_text(self) -> str:
        _ = self.context.text
        return _("请选择办理业务")

    def entries(self, state: KioskState) -> list[ChoiceTile]:
        wanted = {b.id for b in state.setting.of_theme(state.taking.theme or "")}
        return [
            ChoiceTile(
                queue.id,
                self.context.pick(queue.name),
                queue.icon,
                self.context.pick(queue.note) if queue.note else "",
                PickQueue(queue.id),
            )
            for queue in self.context.hall.queue
            if queue.id in wanted
        ]

    def aside(self, state: KioskState, entry: ChoiceTile) -> tuple[str, bool]:
        _ = self.context.text
        if state.offline:
            open_here = state.gives_numbers(entry.id)
            return _("可取号") if open_here else _("暂停取号"), open_here
        queue = state.queues.get(entry.id)
        if queue is None or not queue.open:
            return _("暂停取号"), False
        return _("{count} 人等候").format(count=queue.waiting), True
