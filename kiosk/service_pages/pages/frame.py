"""The frame of the technician's pages: title, which terminal this is, the other language, and the countdown."""

from __future__ import annotations

from functools import partial

from kiosk.service_pages.events import Leave, Open, SetWords
from kiosk.service_pages.role import ServiceView
from kiosk.service_pages.state import CODE_S, MENU_S
from kiosk.ui.page import Page
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import CountdownRing, IconButton, TextButton, Words


class ServiceFrame(Page[ServiceView]):
    """A page with a head, and a bar at the bottom that leads back. `body` is what a page may fill."""

    def build(self, shown: ServiceView) -> None:
        look = self.look
        rest = self.context.rect.inset(look.margin, look.space("m"))
        head, rest = rest.top(max(look.target, look.type("title") * 2.1), look.space("m"))
        self._build_head(head, shown)
        foot, self.body = rest.bottom(look.target, look.space("m"))
        self._build_foot(foot, shown)
        self.build_body(shown)

    def build_body(self, shown: ServiceView) -> None:
        """Fill `body`."""

    def title_text(self) -> str:
        """The title of the page in the language of the technician."""
        return ""

    def show(self, shown: ServiceView) -> None:
        of_s = CODE_S if shown.state.page == "code" else MENU_S
        self._ring.show(shown.state.left_s, of_s)

    def _build_head(self, head: Rect, shown: ServiceView) -> None:
        context, look = self.context, self.look
        other = "zh" if shown.state.language == "en" else "en"
        place, head = head.right(look.target * 1.2, look.space("m"))
        name = "中文" if other == "zh" else "English"
        self.add_widget(IconButton(context, place, "translate", name, partial(context.send, SetWords(other))))
        place, head = head.right(max(look.px(96), look.type("note") * 2.6), look.space("m"))
        self._ring = CountdownRing(context, place)
        title, below = head.top(look.type("title") * 1.35)
        own = shown.state.own
        self.put(
            self._ring,
            Words(context, title, self.title_text(), "title", bold=True, line_height=1.2),
            Words(context, below, f"{own.id} · {own.kind} · {own.version}", "note", colour="secondary"),
        )

    def _build_foot(self, foot: Rect, shown: ServiceView) -> None:
        context, _ = self.context, self.context.text
        left, right = foot.columns(2, self.look.space("m"))
        if shown.state.page not in ("code", "menu"):
            self.add_widget(TextButton(context, left, _("返回"), lambda: context.send(Open("menu")), icon="chevron-left"))
            self.more(right, shown)
        else:
            self.add_widget(TextButton(context, left, _("离开"), lambda: context.send(Leave()), icon="exit-to-app"))

    def more(self, place: Rect, shown: ServiceView) -> None:
        """Another button beside the way back."""
