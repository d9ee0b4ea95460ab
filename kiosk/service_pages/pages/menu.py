"""What the technician can do here."""

from __future__ import annotations

from functools import partial

from kiosk.service_pages.events import Open, PressOrder
from kiosk.service_pages.pages.frame import ServiceFrame
from kiosk.service_pages.role import ServiceView
from kiosk.service_pages.state import Order, PageName, Technician
from kiosk.ui.widgets import Tile, Words


class MenuPage(ServiceFrame):
    """A tile for each page, and two that restart."""

    def title_text(self) -> str:
        _ = self.context.text
        return _("技术人员")

    def build_body(self, shown: ServiceView) -> None:
        look, context, state, _ = self.look, self.context, shown.state, self.context.text
        said, body = self.body.bottom(look.type("body") * 2.8, look.space("m"))
        self.add_widget(Words(context, said, self._said(state), "body", colour=self._colour(state), line_height=1.25))
        places = body.grid(2, 4, look.space("m")) if look.portrait else body.grid(4, 2, look.space("m"))
        pages: tuple[tuple[PageName, str, str, str], ...] = (
            ("devices", _("设备测试"), _("打印机、扬声器等"), "printer"),
            ("network", _("网络与机器"), _("地址、用时、证书"), "lan"),
            ("touch", _("触摸检查"), _("点九个位置"), "crosshairs"),
            ("colours", _("屏幕颜色"), _("找坏点"), "palette"),
            ("log", _("运行日志"), _("最近的记录"), "note-text"),
        )
        for place, (name, title, note, icon) in zip(places, pages, strict=False):
            self.add_widget(Tile(context, place, title, partial(context.send, Open(name)), icon=icon, note=note))
        orders: tuple[tuple[Order, str, str, str], ...] = (
            ("restart", _("重启程序"), _("几秒钟"), "autorenew"),
            ("reboot", _("重启机器"), _("一两分钟"), "power"),
        )
        for place, (order, title, note, icon) in zip(places[len(pages) :], orders, strict=False):
            armed = state.armed == order
            words = _("再按一次确认") if armed else note
            tap = partial(context.send, PressOrder(order))
            self.add_widget(Tile(context, place, title, tap, icon=icon, note=words, main=armed, enabled=state.ordered is None))

    def _said(self, state: Technician) -> str:
        _ = self.context.text
        if state.refused == "reboot":
            return _("这台机器不允许从屏幕上重启：系统没有装重启服务。请到机器后面断电重启。")
        if state.ordered == "reboot":
            return _("正在重启机器…")
        if state.ordered == "restart":
            return _("正在重启程序…")
        if not state.presence.connected:
            return _("没有连上消息代理，请看“网络与机器”")
        return _("服务器正常") if state.presence.server_ready else _("消息代理已连上，服务器没有运行")

    def _colour(self, state: Technician) -> str:
        return "success" if state.served and not (state.refused or state.ordered) else "danger" if not state.ordered else "text"
