"""What a terminal is started with: the command line, read once into one frozen value."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from contract.web_address import BadWebAddress, reachable

RoleName = Literal["hall", "rating", "screen"]
SIZES: dict[RoleName, tuple[int, int]] = {"hall": (1080, 1920), "rating": (1280, 800), "screen": (1920, 1080)}
LEAST = 320
"""Pixels that each side of a window has at least."""


@dataclass(frozen=True)
class TerminalOptions:
    """How this terminal runs. `hall` is the folder of its configuration, `state` where it keeps what outlives it; `size` is
    None for the usual one of the role."""

    role: RoleName
    hall: Path
    broker: str
    terminal: str
    state: Path
    window_id: str | None = None
    web: str | None = None
    size: tuple[int, int] | None = None
    fullscreen: bool = False
    language: str = "zh"
    credentials: Path | None = None
    out: Path | None = None
    updates: Path | None = None
    log_level: str = "warning"

    @property
    def ca(self) -> Path | None:
        """The certificate of the hall's authority; None without `credentials`."""
        return self.credentials / "ca.crt" if self.credentials is not None else None


def parse(arguments: list[str] | None = None) -> TerminalOptions:
    """Read the command line; end the program for one that cannot be read, as argparse does."""
    given = vars(parser().parse_args(arguments))
    return TerminalOptions(**given | {"state": state_folder(given["state"], given["terminal"])})


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(
        prog="jiaohao-kiosk", description="the face of a terminal: hall kiosk, window rater or call screen."
    )
    result.add_argument(
        "role", choices=sorted(SIZES), help="hall: ticket kiosk; rating: rater of a window; screen: call screen"
    )
    result.add_argument("--hall", type=Path, required=True, metavar="DIR", help="folder with the hall's TOML files")
    result.add_argument("--broker", required=True, metavar="HOST:PORT", help="the MQTT 5 broker; mqtts://HOST:PORT for TLS")
    result.add_argument(
        "--terminal", required=True, metavar="ID", help="this terminal's id in devices.toml, for example kiosk-1"
    )
    result.add_argument("--window-id", metavar="ID", help="the window a rater belongs to, for example 03")
    result.add_argument("--web", type=web, metavar="URL", help="where phones reach the server, for the QR code of a ticket")
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


def web(text: str) -> str:
    """Read a web address, as it goes into QR codes."""
    try:
        return reachable(text)
    except BadWebAddress as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def size(text: str) -> tuple[int, int]:
    """Read WIDTHxHEIGHT."""
    match = re.fullmatch(r"([0-9]{3,5})[xX]([0-9]{3,5})", text)
    if match is None or min(int(match[1]), int(match[2])) < LEAST:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; give WIDTHxHEIGHT in pixels, for example 1080x1920")
    return int(match[1]), int(match[2])


def state_folder(given: Path | None, terminal: str, environment: Mapping[str, str] = os.environ) -> Path:
    """Where a terminal keeps what outlives it: --state, else systemd's StateDirectory, else the user's own folder."""
    if given is not None:
        return given
    if ours := environment.get("STATE_DIRECTORY"):
        return Path(ours)
    home = environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "jiaohao" / terminal
