"""GUIDES: the ways to a guide, the themes, departments and events of life, and the items of one of them."""

from __future__ import annotations

from dataclasses import replace

from kiosk.ticket_kiosk.guides.state import OpenSearch, PickGroup, PickItem
from kiosk.ticket_kiosk.scan.state import OpenScan
from kiosk.ticket_kiosk.state import KioskState
from kiosk.ticket_kiosk.take_number.choice_page import ROW_HEIGHT, TILE_WIDTH, ChoicePage, ChoiceTile
from kiosk.ui.rect import Rect


class Listing(ChoicePage):
    """A list whose tiles can all be tapped and have no short word."""

    has_aside = False

    def aside(self, state: KioskState, entry: ChoiceTile) -> tuple[str, bool]:
        return "", True


class GuidesPage(Listing):
    """Which way to the guide."""

    least = (TILE_WIDTH, 220)

    def title_text(self) -> str:
        _ = self.context.text
        return _("查办事指南")

    def entries(self, state: KioskState) -> list[ChoiceTile]:
        _ = self.context.text
        ways = [
            ChoiceTile("search", _("搜索"), "magnify", _("输入拼音或首字母"), OpenSearch()),
            ChoiceTile("life-event", _("一件事"), "format-list-bulleted", _("开店、生孩子、退休等"), PickGroup("life-event")),
            ChoiceTile("theme", _("按主题查"), "view-grid", _("社保、户籍、房产、交通等"), PickGroup("theme")),
            ChoiceTile("department", _("按部门查"), "bank", _("知道归哪个部门管"), PickGroup("department")),
            ChoiceTile("person", _("个人办事"), "account", _("自己和家里的事"), PickGroup("person")),
            ChoiceTile("enterprise", _("企业办事"), "domain", _("公司和个体户的事"), PickGroup("enterprise")),
        ]
        if state.scan.known:
            note = _("指南或告示上印的二维码") if state.scan.able else _("暂时不能扫码")
            ways.append(ChoiceTile("scan", _("扫指南上的码"), "qrcode-scan", note, OpenScan()))
        there = state.lookup.contents
        return [way for way in ways if way.id != "life-event" or (there and there.life_events)]

    def _cells(self, area: Rect, columns: int, rows: int) -> list[Rect]:
        """Where one tile would stand alone in the last row, the first has a row of its own."""
        cells = super()._cells(area, columns, rows)
        if columns > 1 and self.count % columns == 1:
            return [replace(cells[0], w=area.w), *cells[columns:]]
        return cells


class GroupsPage(Listing):
    """Which theme, department or event of life."""

    least = (TILE_WIDTH, 190)
    stretch = 1.4

    def build(self, state: KioskState) -> None:
        self.group = state.lookup.group
        super().build(state)

    def title_text(self) -> str:
        _ = self.context.text
        names = {
            "theme": _("按主题查"),
            "life-event": _("您要办哪件事？"),
            "department": _("按部门查"),
            "person": _("个人办事"),
            "enterprise": _("企业办事"),
        }
        return names.get(self.group, _("请选择"))

    def entries(self, state: KioskState) -> list[ChoiceTile]:
        group, there = state.lookup.group, state.lookup.contents
        if there is None:
            return []
        if group in ("theme", "person", "enterprise"):
            themes = there.themes if group == "theme" else there.themes_for.get(group, frozenset())
            return [
                ChoiceTile(t.id, self.context.pick(t.name), t.icon, "", PickGroup(group, t.id))
                for t in self.context.hall.theme
                if t.id in themes
            ]
        if group == "life-event":
            return [
                ChoiceTile(e.id, self.context.pick(e.name), e.icon, "", PickGroup("life-event", e.id))
                for e in there.life_events
            ]
        return [ChoiceTile(d.zh, self.context.pick(d), "bank", "", PickGroup("department", d.zh)) for d in there.departments]


class ItemsPage(Listing):
    """The items of a theme, a department or an event of life; of a theme, perhaps only those for persons or for enterprises."""

    least = (TILE_WIDTH * 1.9, ROW_HEIGHT)
    stretch = 1.0

    def build(self, state: KioskState) -> None:
        self.of = self._name(state)
        super().build(state)

    def title_text(self) -> str:
        """What the items are of, so that nobody forgets what was chosen."""
        _ = self.context.text
        return self.of or _("请选择事项")

    def _name(self, state: KioskState) -> str:
        """The name of the theme, department or event of life."""
        group, key, there = state.lookup.group, state.lookup.key, state.lookup.contents
        if there is None:
            return ""
        if group == "department":
            named = {department.zh: department for department in there.departments}
        else:
            named = {each.id: each.name for each in (there.life_events if group == "life-event" else self.context.hall.theme)}
        return self.context.pick(named[key]) if key in named else ""

    def empty_text(self, state: KioskState) -> str:
        _ = self.context.text
        return super().empty_text(state) if state.lookup.listed else _("正在查找，请稍候…")

    def entries(self, state: KioskState) -> list[ChoiceTile]:
        pick = self.context.pick
        return [ChoiceTile(e.id, pick(e.name), "", pick(e.department), PickItem(e.id)) for e in state.lookup.entries]
