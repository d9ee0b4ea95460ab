"""Devices and their tests, the network and the machine, the log."""

from __future__ import annotations

from functools import partial

from contract.wire.device_words import kind_name, sentence, word
from contract.wire.messages import DeviceStatus
from kiosk.flow.device_test import Result
from kiosk.service_pages.events import OnlyWarnings, Open, Try
from kiosk.service_pages.pages.frame import ServiceFrame
from kiosk.service_pages.role import ServiceView
from kiosk.service_pages.state import Network, OwnDevice
from kiosk.ticket_kiosk import paging
from kiosk.ticket_kiosk.guides.text import Paragraph
from kiosk.ui.rect import Rect
from kiosk.ui.widgets import Card, Chip, TextButton, Words

ROW = 224
LONGEST_LINE = 400
GRAVE = (" WARNING ", " ERROR ", " CRITICAL ")


class DevicesPage(ServiceFrame):
    """A row for each device that this terminal opens itself: how it is, its test, and what came of that."""

    def title_text(self) -> str:
        _ = self.context.text
        return _("设备测试")

    def build_body(self, shown: ServiceView) -> None:
        columns, gap = (1 if self.look.portrait else 2), self.look.space("m")
        count = -(-len(shown.rows) // columns)
        high = min(self.body.h, (self.look.px(ROW) + gap) * count - gap)
        places = self.body.top(high)[0].grid(columns, count, gap)
        for place, (part, status) in zip(places, shown.rows, strict=False):
            self._row(place, part, status, shown.state.results.get(part.id))

    def _row(self, place: Rect, part: OwnDevice, status: DeviceStatus | None, result: Result | None) -> None:
        look, context, _ = self.look, self.context, self.context.text
        self.add_widget(Card(context, place))
        body = place.inset(look.space("m"), look.space("s"))
        button, body = body.right(min(look.px(230), body.w * 0.3), look.space("m"))
        button = button.centre(button.w, min(button.h, look.target))
        if result is not None and result.well is None:
            doing = _("请出示二维码") if result.text == "show" else _("正在测试…")
            self.add_widget(Words(context, button, doing, "note", colour="secondary", align="center", line_height=1.15))
        else:
            self.add_widget(TextButton(context, button, _("测试"), partial(context.send, Try(part.id))))
        name, below = body.top(body.h * 0.4)
        model = part.id if part.id != part.kind else ""
        title = " · ".join(text for text in (kind_name(part.kind, self.look.mode.language), model, part.model) if text)
        self.add_widget(Words(context, name, title, "body", bold=True, line_height=1.15))
        text, colour = self._said(part, status, result)
        self.add_widget(Words(context, below, text, "note", colour=colour, line_height=1.2))

    def _said(self, part: OwnDevice, status: DeviceStatus | None, result: Result | None) -> tuple[str, str]:
        """What came of the test; before there was one, the device's own condition."""
        _ = self.context.text
        if result is not None and result.well:
            done = {
                "printer": _("测试页已打印，请看宽度、汉字和切纸"),
                "speaker": _("放过一声长音，请问是否听见"),
                "voice": _("说过一句测试语音，请问是否听见"),
                "display": _("显示屏上有测试文字"),
                "a4": _("测试页已送到打印机，请看出纸口"),
                "scanner": _("读到一个 {count} 个字符的码").format(count=result.text),
            }
            return done.get(part.kind, _("应答正常")), "success"
        if result is not None and result.well is False:
            return self._condition(part, result.text), "danger"
        if status is None:
            return _("还没有测试"), "secondary"
        return self._condition(part, status.state), "success" if status.state == "ok" else "warning"

    def _condition(self, part: OwnDevice, state: str) -> str:
        """What happened and what to do; for a device that needs nobody, how it is."""
        language = self.look.mode.language
        return sentence(part.kind, state, language) or word(state, language)


class NetworkPage(ServiceFrame):
    """Addresses, times, the certificate; and how the machine is."""

    def title_text(self) -> str:
        _ = self.context.text
        return _("网络与机器")

    def build_body(self, shown: ServiceView) -> None:
        self.add_widget(Card(self.context, self.body))
        body = self.body.inset(self.look.space("l"), self.look.space("m"))
        facts = self._facts(shown)
        self._values: dict[str, Words] = {}
        for place, (label, value, colour) in zip(body.rows(len(facts), 0), facts, strict=True):
            left, right = place.left(place.w * 0.4, self.look.space("m"))
            self.add_widget(Words(self.context, left, label, "note", colour="secondary", line_height=1.15))
            words = Words(self.context, right, value, "body", colour=colour, line_height=1.1)
            self.add_widget(words)
            self._values[label] = words

    def show(self, shown: ServiceView) -> None:
        super().show(shown)
        _ = self.context.text
        if (clock := self._values.get(_("本机时间"))) is not None:
            clock.say(self._clock(shown))

    def more(self, place: Rect, shown: ServiceView) -> None:
        _ = self.context.text
        self.add_widget(
            TextButton(self.context, place, _("再查一次"), lambda: self.context.send(Open("network")), icon="refresh")
        )

    def _facts(self, shown: ServiceView) -> list[tuple[str, str, str]]:
        """Label, value and colour of each line."""
        _, state = self.context.text, shown.state
        seen = state.network
        if seen is None:
            return [(_("正在查…"), "", "text")]
        good, bad = "success", "danger"
        secure = _("加密") if seen.secure else _("不加密")
        return [
            (_("消息代理"), f"{seen.broker} · {secure}", "text"),
            (_("连接"), _("已连上") if state.presence.connected else _("没有连上"), good if state.presence.connected else bad),
            (
                _("服务器"),
                state.presence.server_version if state.presence.server_ready else _("没有运行"),
                good if state.presence.server_ready else bad,
            ),
            (_("本机地址"), ", ".join(seen.addresses) or _("没有网络"), "text" if seen.addresses else bad),
            (_("接通代理用时"), self._time(seen.broker_ms), "text" if seen.broker_ms is not None else bad),
            (_("服务器应答用时"), self._time(seen.server_ms), "text" if seen.server_ms is not None else bad),
            (_("证书到期"), self._end(seen), "text"),
            (_("本机时间"), self._clock(shown), "text"),
            (_("机器"), self._machine(seen), "text"),
        ]

    def _clock(self, shown: ServiceView) -> str:
        clock = shown.state.clock
        return f"{clock:%Y-%m-%d %H:%M:%S}" if clock else "—"

    def _time(self, ms: float | None) -> str:
        return f"{ms:.1f} ms" if ms is not None else self.context.text("没有应答")

    def _end(self, seen: Network) -> str:
        _ = self.context.text
        if not seen.secure:
            return _("不用证书")
        return f"{seen.ends.astimezone(self.context.hall.zone):%Y-%m-%d}" if seen.ends is not None else _("证书读不出来")

    def _machine(self, seen: Network) -> str:
        _ = self.context.text
        warm = f"{seen.temperature_c:.0f} °C · " if seen.temperature_c is not None else ""
        up = _("开机 {hours} 小时").format(hours=seen.uptime_s // 3600)
        free = _("空闲 {disk} GB / {memory} MB").format(disk=f"{seen.disk_free_mb / 1024:.1f}", memory=seen.memory_free_mb)
        return f"{warm}{free} · {up}"


class LogPage(ServiceFrame):
    """The latest lines, the newest first, on sheets."""

    def title_text(self) -> str:
        _ = self.context.text
        return _("运行日志")

    def build_body(self, shown: ServiceView) -> None:
        look, context, state, _ = self.look, self.context, shown.state, self.context.text
        strip, body = self.body.bottom(look.target, look.space("m"))
        self.add_widget(Card(context, body))
        body = body.inset(look.space("m"), look.space("m"))
        wanted = [line for line in state.lines if not state.warnings or any(word in line for word in GRAVE)]
        text = [Paragraph(line[:LONGEST_LINE], "note") for line in reversed(wanted)] or [Paragraph(_("没有记录"), "note")]
        parts = paging.sheets_of(paging.lines_of(look, text, body.w), body.h)
        sheet = min(state.sheet, len(parts) - 1)
        paging.draw_sheet(self, body, parts[sheet])
        if len(parts) > 1:
            paging.draw_turner(self, strip, sheet, len(parts))

    def more(self, place: Rect, shown: ServiceView) -> None:
        context, _ = self.context, self.context.text
        self.add_widget(
            Chip(context, place, _("只看警告和错误"), lambda: context.send(OnlyWarnings()), on=shown.state.warnings)
        )
