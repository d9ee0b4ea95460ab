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


def routes(site: Site, *, staff_here: bool) -> APIRouter:
    """`/wall`, `/wall/live`, the pictures of its lines. `staff_here`: whether one can log in at this listener."""
    router = APIRouter()
    displays = {device.id: device for device in site.config.device if device.kind == "display"}

    def found(display: str) -> tuple[Device, ShownPanel]:
        if display not in displays:
            raise HTTPException(404)
        return displays[display], site.panels.panel(display)

    changed = site.changes.event("display/", "window/")
    rendered: dict[str, dict[str, str]] = {}

    def parts(language: str) -> dict[str, str]:
        """The panels, rendered once a change, however many look on."""
        if changed.is_set():
            changed.clear()
            rendered.clear()
        if language not in rendered:
            rendered[language] = fresh(language)
        return rendered[language]

    def fresh(language: str) -> dict[str, str]:
        states = site.window_states()
        return {
            f"panel-{device.id}": site.pages.part(
                language,
                "wall/panel.html",
                device=device,
                window=site.window(device.serves or ""),
                window_state=states.get(device.serves or ""),
                panel=(panel := site.panels.panel(device.id)),
                lines=_lines(device, panel),
            )
            for device in displays.values()
        }

    @router.get("/wall")
    async def wall(request: Request) -> Response:
        language = site.pages.language(request)
        ordered = sorted(displays.values(), key=lambda device: device.serves != "board")
        session = await site.guard.session(request) if staff_here else None
        return site.pages.page(request, "wall.html", displays=ordered, parts=parts(language), session=session)

    @router.get("/wall/live")
    async def live(request: Request) -> Response:
        language = site.pages.language(request)

        async def render() -> dict[str, str]:
            return parts(language)

        return site.visitors.open(request, render, "display/", "window/", pause_s=LIVE_PAUSE_S)

    @router.get("/wall/{display}.png")
    async def whole(display: str) -> Response:
        device, panel = found(display)
        return await _png(site, device, panel, panel.lines, headers={"X-Display-State": panel.state})

    @router.get("/wall/{display}/{line}.png")
    async def one_line(request: Request, display: str, line: int) -> Response:
        device, panel = found(display)
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
