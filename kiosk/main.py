"""jiaohao-kiosk: the face of a terminal: hall kiosk, window rater or call screen."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contract.configuration.hall import HallConfig
    from kiosk.flow.role import Role

ROLES = {"hall": "kiosk.ticket_kiosk.role", "rating": "kiosk.window_rater.role", "screen": "kiosk.call_screen.role"}
SIZES = {"hall": (1080, 1920), "rating": (1280, 800), "screen": (1920, 1080)}
LEAST = 320


def size(text: str) -> tuple[int, int]:
    """Read WIDTHxHEIGHT."""
    match = re.fullmatch(r"(\d{3,5})[xX](\d{3,5})", text)
    if match is None or min(int(match[1]), int(match[2])) < LEAST:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; give WIDTHxHEIGHT in pixels, for example 1080x1920")
    return int(match[1]), int(match[2])


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(prog="jiaohao-kiosk", description=__doc__.split(": ", 1)[1] if __doc__ else None)
    result.add_argument(
        "role", choices=sorted(ROLES), help="hall: ticket kiosk; rating: rater of a window; screen: call screen"
    )
    result.add_argument("--hall", type=Path, required=True, metavar="DIR", help="folder with the hall's TOML files")
    result.add_argument("--broker", required=True, metavar="HOST:PORT", help="the MQTT 5 broker; mqtts://HOST:PORT for TLS")
    result.add_argument(
        "--terminal", required=True, metavar="ID", help="this terminal's id in devices.toml, for example kiosk-1"
    )
    result.add_argument("--window-id", metavar="ID", help="the window a rater belongs to, for example 03")
    result.add_argument("--web", metavar="URL", help="where phones reach the server; goes into the QR code of a ticket")
    result.add_argument("--size", type=size, metavar="WxH", help="size of the window (default: the usual one of the role)")
    result.add_argument("--fullscreen", action="store_true", help="cover the screen, hide the pointer, refuse to close")
    result.add_argument("--language", choices=["zh", "en"], default="zh", help="first language (default: zh)")
    result.add_argument("--credentials", type=Path, metavar="DIR", help="folder with ca.crt, client.crt, client.key for mqtts")
    result.add_argument("--out", type=Path, metavar="DIR", help="where emulated devices keep what they print")
    result.add_argument(
        "--state", type=Path, metavar="DIR", help="where the hall kiosk keeps its copy of the guides between runs"
    )
    result.add_argument("--updates", type=Path, metavar="DIR", help="where systems to install are left for the installer")
    result.add_argument("--log-level", choices=["debug", "info", "warning", "error"], default="warning")
    return result


def main(arguments: list[str] | None = None) -> int:
    """Run one terminal until it is told to stop; return the exit code."""
    args = parser().parse_args(arguments)
    logging.basicConfig(level=args.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    from contract.configuration.hall_files import BadHall
    from contract.masking import mask_logs
    from link import BadBroker

    mask_logs()
    try:
        run(args)
    except (BadHall, BadBroker, FileNotFoundError, ValueError) as error:
        print(f"jiaohao-kiosk: {error}", file=sys.stderr)
        return 2
    return 0


def run(args: argparse.Namespace) -> None:
    """Wire one terminal together and run it. Raise BadHall, BadBroker, NoFont or ValueError."""
    from contract.configuration.hall_files import load
    from kiosk.app import inspection
    from kiosk.app.app import App, Screen
    from kiosk.app.click import Click
    from kiosk.app.link_events import TerminalLink
    from kiosk.service_pages.wiring import behind
    from link import Broker

    hall = load(args.hall)
    broker = Broker.parse(args.broker, credentials=args.credentials)
    role = make_role(args, hall)
    width, height = args.size or _whole_screen(args.fullscreen) or SIZES[args.role]
    app_sends = Forward()
    link = TerminalLink(
        broker=broker, hall=hall.hall.id, terminal=args.terminal, kind=role.kind, send=app_sends, updates=args.updates
    )
    role = behind(role, args, hall, link, lambda: app.stop())
    app = App(role=role, hall=hall, screen=Screen(width, height, args.fullscreen), link=link, click=Click())
    app_sends.to = app.send
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: app.stop())
    app.open()
    inspection.listen(app)
    try:
        app.run()
    finally:
        app.close()


def _whole_screen(fullscreen: bool) -> tuple[int, int] | None:
    """The size of the screen that a terminal without a desktop covers; None where a window is asked for."""
    from kiosk.app.screen_size import native_size

    return native_size() if fullscreen and os.environ.get("SDL_VIDEODRIVER") == "kmsdrm" else None


class Forward:
    """Passes events on to what is made later."""

    def __init__(self) -> None:
        self.to: Callable[[object], None] = lambda _event: None

    def __call__(self, event: object) -> None:
        self.to(event)


def make_role(args: argparse.Namespace, hall: HallConfig) -> Role:
    """The role named on the command line: every role's module has `make(hall, args) -> Role`."""
    known = [terminal.id for terminal in hall.terminal]
    if args.terminal not in known:
        raise ValueError(f"terminal {args.terminal!r} is not in devices.toml; known there: {', '.join(known) or 'none'}")
    module = importlib.import_module(ROLES[args.role])
    role: Role = module.make(hall, args)
    return role


if __name__ == "__main__":
    sys.exit(main())
