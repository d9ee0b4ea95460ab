"""What several journeys begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from drivers.emulators.escpos import EscPosEmulator
from drivers.emulators.serve import TcpServer
from tests.browsers import OpenPage, chromium, new_page
from tests.faces import Face
from tests.ports import free_port
from tests.programs import PrivateBroker, RunningServer, Watcher
from tests.small_hall import NOON, add_kiosk_device, write_hall


@pytest.fixture
def printer(tmp_path: Path) -> EscPosEmulator:
    """The ticket printer of the kiosk of `hall_folder`; what it prints goes to the folder `papers`."""
    return EscPosEmulator(name="printer-1", out=tmp_path / "papers")


@pytest.fixture
def hall_folder(tmp_path: Path, printer: EscPosEmulator) -> Iterator[Path]:
    """The small hall, in which it is noon; its kiosk has a ticket printer with 5 m of paper."""
    server = TcpServer(printer)
    server.open()
    hall = write_hall(tmp_path / "hall", hall=f'time_zone = "{NOON}"')
    add_kiosk_device(hall, "printer-1", kind="printer", model="escpos-80", address=server.address, options="{roll_m = 5}")
    yield hall
    server.close()


@pytest.fixture
def site() -> str:
    """The address of the web pages of `web_server`."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def web_server(tmp_path: Path, hall_folder: Path, broker: PrivateBroker, site: str) -> Iterator[RunningServer]:
    """The server of the small hall with its web pages and the example accounts."""
    web = ("--web", site.removeprefix("http://"), "--example-accounts")
    server = RunningServer(hall_folder, tmp_path / "state", broker.address, *web)
    server.open()
    yield server
    server.close()


@pytest.fixture
def watcher(broker: PrivateBroker, server: RunningServer) -> Iterator[Watcher]:
    """A connection that sees everything, while the server runs."""
    link = broker.link()
    watcher = Watcher(link)
    link.open()
    watcher.wait("server/status", "ready")
    yield watcher
    link.close()


@pytest.fixture
def terminal_watcher(broker: PrivateBroker) -> Iterator[Watcher]:
    """A connection that sees what the terminals report of themselves, with or without a server."""
    link = broker.link()
    watcher = Watcher(link, "terminal/+/status")
    link.open()
    yield watcher
    link.close()


@pytest.fixture
def kiosk(broker: PrivateBroker, hall_folder: Path, watcher: Watcher, tmp_path: Path) -> Iterator[Face]:
    """The kiosk of the small hall at home, all its devices fine; its state is in the folder `kiosk`."""
    where = ("--hall", str(hall_folder), "--broker", broker.address, "--state", str(tmp_path / "kiosk"))
    face = Face("hall", (540, 960), hall_folder, *where, "--terminal", "kiosk-1")
    face.open()
    watcher.wait("terminal/kiosk-1/status", '"ok"')
    face.control("取号")
    yield face
    face.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for all tests of a file."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a Chinese browser in which nobody is logged in."""
    page = new_page(browser)
    yield page
    page.context.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens a page as on a computer or phone of its own; fails when a script of ours fails."""
    opened: list[tuple[Page, list[str]]] = []

    def open_page(width: int = 1280, height: int = 800, scripts: bool = True, language: str = "zh-CN") -> Page:
        page = new_page(browser, width=width, height=height, scripts=scripts, language=language)
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if "Content Security" in message.text else None)
        opened.append((page, troubles))
        return page

    yield open_page
    for page, troubles in opened:
        page.context.close()
        assert not troubles
