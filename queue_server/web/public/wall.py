"""The virtual wall: what every strip and board of the hall really shows, live and as PNG. Open to all: it hangs in public."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from contract.configuration.hall import Device
from contract.wire import messages
from queue_server.web.displays_shown import ShownPanel
from queue_server.web.public.panel_picture import picture
from queue_server.web.site import Site

COLUMNS = 192
LIVE_PAUSE_S = 1.0


@dataclass(frozen=True)
class PanelLine:
    """One line of a panel: where its picture is, and how it moves."""

    address: str
    text: str
    effect: str


class _Panels:
    """The panels of the wall as HTML, rendered once a change, however many look on."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.displays = {device.id: device for device in site.config.device if device.kind == "display"}
        agents = {device.agent for device in self.displays.values() if device.agent}
        self.watched = ("display/", "window/", "alert/", *(f"terminal/{agent}/status" for agent in sorted(agents)))
        self._changed = site.changes.event(*self.watched)
        self._rendered: dict[str, dict[str, str]] = {}

    def found(self, display: str) -> tuple[Device, ShownPanel]:
        """A display of the hall and what it shows. Raise 404."""
        if display not in self.displays:
            raise HTTPException(404)
        return self.displays[display], self._site.panels.panel(display)

    def parts(self, language: str) -> dict[str, str]:
        """Element id → HTML of every panel."""
        if self._changed.is_set():
            self._changed.clear()
            self._rendered.clear()
        if language not in self._rendered:
            states = self._site.window_states()
            self._rendered[language] = {
                f"panel-{device.id}": self._panel(language, device, states.get(device.serves or ""))
                for device in self.displays.values()
            }
        return self._rendered[language]

    def _panel(self, language: str, device: Device, window_state: messages.WindowState | None) -> str:
        panel = self._site.panels.panel(device.id)
        return self._site.pages.part(
            language,
            "wall/panel.html",
            device=device,
            window=self._site.window(device.serves or ""),
            window_state=window_state,
            panel=panel,
            lines=_lines(device, panel),
        )


def routes(site: Site, *, staff_here: bool) -> APIRouter:
    """`/wall`, `/wall/live`, the pictures of its lines. `staff_here`: whether one can log in at this listener."""
    panels = _Panels(site)
    router = _pictures(site, panels)

    @router.get("/wall")
    async def wall(request: Request) -> Response:
        parts = panels.parts(site.pages.language(request))
        ordered = sorted(panels.displays.values(), key=lambda device: device.serves != "board")
        session = await site.guard.session(request) if staff_here else None
        return site.pages.page(request, "wall.html", displays=ordered, parts=parts, session=session)

    @router.get("/wall/live")
    async def live(request: Request) -> Response:
        language = site.pages.language(request)

        async def render() -> dict[str, str]:
            return panels.parts(language)

        return site.visitors.open(request, render, *panels.watched, pause_s=LIVE_PAUSE_S)

    return router


def _pictures(site: Site, panels: _Panels) -> APIRouter:
    """What a panel shows, whole or line by line, as PNG."""
    router = APIRouter()

    @router.get("/wall/{display}.png")
    async def whole(display: str) -> Response:
        device, panel = panels.found(display)
        return await _png(site, device, panel, panel.lines, headers={"X-Display-State": panel.state})

    @router.get("/wall/{display}/{line}.png")
    async def one_line(request: Request, display: str, line: int) -> Response:
        device, panel = panels.found(display)
        if not 0 <= line < len(panel.lines):
            raise HTTPException(404)
        lasting = request.url.query == _edition(panel.lines[line], panel)
        headers = {"Cache-Control": "private, max-age=3600"} if lasting else {}
        return await _png(site, device, panel, panel.lines[line : line + 1], headers=headers)

    return router


def _columns(device: Device) -> int:
    """The width of the panel in dots, from the device's option `width` if it has one."""
    value = device.options.get("width", COLUMNS)
    return value if isinstance(value, int) and 8 <= value <= 2048 else COLUMNS


async def _png(
    site: Site, device: Device, panel: ShownPanel, lines: tuple[messages.DisplayLine, ...], headers: dict[str, str]
) -> Response:
    plain = tuple((line.text, line.colour) for line in lines)
    centred = device.serves != "board"
    content = await site.read_for_all(lambda: picture(plain, _columns(device), panel.brightness, centred=centred))
    return Response(content, media_type="image/png", headers=headers)


def _lines(device: Device, panel: ShownPanel) -> list[PanelLine]:
    """The lines of a panel with addresses that change with their content, so that a browser fetches each once."""
    return [
        PanelLine(f"/wall/{device.id}/{number}.png?{_edition(line, panel)}", line.text, line.effect)
        for number, line in enumerate(panel.lines)
    ]


def _edition(line: messages.DisplayLine, panel: ShownPanel) -> str:
    return hashlib.sha256(f"{line.text} {line.colour} {panel.brightness}".encode()).hexdigest()[:10]
