"""`jiaohao-hall`: the whole example hall on this machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from contract.configuration.hall import HallConfig, Terminal
from contract.configuration.hall_files import BadHall, load
from launcher import example_case
from launcher.a4_printer import ExamplePrinter, hall_with, printers
from launcher.broker import NotStarted, broker, free_port, wait_for_port
from launcher.child import Child
from launcher.network import own_address
from launcher.newest import NewestThings
from launcher.virtual_screens import VirtualScreen, XDisplay, gallery, has_screen

PROJECT = Path(__file__).resolve().parent.parent
WATCH_S = 0.5


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jiaohao-hall", description="Start a whole hall on this machine; Ctrl-C ends it.")
    parser.add_argument("--hall", type=Path, default=PROJECT / "assets/halls/wushan", help="folder of the hall's configuration")
    parser.add_argument("--state", type=Path, help="folder for ledger, logs and papers (default .state/<hall>)")
    parser.add_argument("--web-port", type=int, default=8080, help="port of the web pages (another one if it is taken)")
    parser.add_argument("--faces-port", type=int, default=6080, help="port of the pages that show kiosk, rater and call screen")
    parser.add_argument("--headless", action="store_true", help="use virtual displays even when there is a screen")
    parser.add_argument("--no-crowd", action="store_true", help="do not play citizens and clerks")
    parser.add_argument("--citizens-per-hour", type=int, default=90, help="how lively the played crowd is (default 90)")
    parser.add_argument(
        "--leave-windows", default="03", help="windows, each with its first queue, that the crowd leaves to you (default 03)"
    )
    parser.add_argument(
        "--phones", action="store_true", help="let phones of the same network open the code on a ticket: public pages only"
    )
    return parser


@dataclass(frozen=True)
class LauncherOptions:
    """What the command line asks for; `state` is the folder for ledger, logs and papers."""

    hall: Path
    state: Path | None
    web_port: int
    screens_port: int
    headless: bool
    crowd: bool
    citizens_per_hour: int
    leave_windows: str
    phones: bool

    @classmethod
    def parse(cls, argv: Sequence[str] | None) -> LauncherOptions:
        """Read the command line; argparse ends the program for one that it does not understand."""
        given = arguments().parse_args(argv)
        return cls(
            hall=given.hall.resolve(),
            state=given.state,
            web_port=given.web_port,
            screens_port=given.faces_port,
            headless=given.headless,
            crowd=not given.no_crowd,
            citizens_per_hour=given.citizens_per_hour,
            leave_windows=given.leave_windows,
            phones=given.phones,
        )


class WholeHall:
    """All programs of one hall as children, in the order in which they need each other."""

    def __init__(self, options: LauncherOptions, config: HallConfig) -> None:
        self.options, self.config = options, config
        self.state: Path = options.state or PROJECT / ".state" / config.hall.id
        self.children: list[Child] = []
        self.printers: list[ExamplePrinter] = []
        self.displays: list[XDisplay] = []
        self.newest = NewestThings(config.device, self.state / "devices", self.state / "faces")
        self.web_port = 0
        self._own_address = own_address() if options.phones else ""
        self.screens_port = 0

    @property
    def for_phones(self) -> str:
        """Where phones reach the pages; empty where they do not."""
        return f"http://{self._own_address}:{self.web_port}" if self._own_address else ""

    def listen(self) -> str:
        """Where the pages listen: on this machine, unless phones were asked for."""
        return "0.0.0.0" if self._own_address else "127.0.0.1"  # noqa: S104

    def start(self) -> None:
        """Start everything; raise NotStarted naming the part that did not come up."""
        self.state.mkdir(parents=True, exist_ok=True)
        say("broker")
        mqtt_port = free_port()
        mqtt = self._add(broker(self.state, mqtt_port))
        wait_for_port(mqtt_port, mqtt)
        say("queue server")
        self.web_port = free_port(self.options.web_port)
        address = f"127.0.0.1:{mqtt_port}"
        common = ["--hall", str(self.options.hall), "--broker", address]
        web = ["--web", f"{self.listen()}:{self.web_port}", "--web-tls", "off", "--example-accounts", "--example-platform"]
        server = self._program("server", "jiaohao-server", *common, "--state", str(self.state), *web)
        wait_for_port(self.web_port, server, timeout_s=120)
        self._wait_until_ready(server)
        self._take_in_example_case()
        say("devices")
        for terminal in self._terminals("agent"):
            self._program(
                terminal.id, "jiaohao-devices", "run", *common, "--terminal", terminal.id, "--out", str(self.state / "devices")
            )
        self.start_printers()
        say("kiosk, rater, call screen")
        here = hall_with(self.printers, self.options.hall, self.config.device, self.state)
        self._start_faces(["--hall", str(here), "--broker", address])
        if self.options.crowd:
            say("crowd")
            self._program(
                "crowd",
                "jiaohao-server",
                "crowd",
                *common,
                "--citizens-per-hour",
                str(self.options.citizens_per_hour),
                "--leave-windows",
                self.options.leave_windows,
            )

    def _take_in_example_case(self) -> None:
        """Through the door by which cases come from the approval platform."""
        case = example_case.write(self.state, date.today())
        command = [str(Path(sys.executable).parent / "jiaohao-server"), "case", "import", str(case)]
        command += ["--hall", str(self.options.hall), "--state", str(self.state)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            say(f"example case: not taken in, {done.stderr.strip()}")

    def _wait_until_ready(self, server: Child) -> None:
        deadline = time.monotonic() + 120
        while health(f"http://127.0.0.1:{self.web_port}").status != "ready":
            if not server.running or time.monotonic() > deadline:
                raise NotStarted(f"the queue server does not become ready; see {server.log}")
            time.sleep(0.1)

    def start_printers(self) -> None:
        """The hall opens without its A4 printer too: the kiosk says that nothing is printed."""
        for printer in printers(self.config.device, self.state):
            self.printers.append(printer)
            try:
                printer.start()
            except NotStarted as error:
                say(f"A4 printer {printer.name}: not there, {error}")
            else:
                say(f"A4 printer {printer.name}: {printer.page}")

    def _start_faces(self, common: list[str]) -> None:
        on_screen = has_screen() and not self.options.headless
        faces = [
            ("hall", VirtualScreen("kiosk", "取号机 Kiosk", 1080, 1920)),
            ("rating", VirtualScreen("rater", "评价器 Rater", 1280, 800)),
            ("screen", VirtualScreen("screen", "等候区大屏 Call screen", 1920, 1080)),
        ]
        for role, face in faces:
            for terminal in self._shown(role):
                environment, size = {}, ["--size", f"{face.width}x{face.height}"]
                kept = ["--out", str(self.state / "devices"), "--state", str(self.state / terminal.id)]
                if on_screen and role == "hall":
                    size = ["--size", "608x1080"]
                else:
                    display = XDisplay(face, self.state / "log")
                    self.displays.append(display)
                    environment = {"DISPLAY": display.start(), "LIBGL_ALWAYS_SOFTWARE": "1"}
                web = self.for_phones or f"http://127.0.0.1:{self.web_port}"
                self._program(
                    face.name,
                    "jiaohao-kiosk",
                    role,
                    *common,
                    "--terminal",
                    terminal.id,
                    "--web",
                    web,
                    *kept,
                    *size,
                    environment=environment,
                )
        if self.displays:
            self.screens_port = free_port(self.options.screens_port)
            web = f"http://127.0.0.1:{self.web_port}"
            page = gallery(self.displays, pages=PROJECT / "assets/faces", state=self.state, port=self.screens_port, web=web)
            self.newest.open()
            wait_for_port(self.screens_port, self._add(page))

    def _shown(self, role: str) -> list[Terminal]:
        """The one terminal of a role that is started here; of the raters, the one at a window that the crowd leaves alone."""
        left = self.options.leave_windows.split(",")
        return sorted(self._terminals(role), key=lambda terminal: terminal.window not in left)[:1]

    def _terminals(self, role: str) -> list[Terminal]:
        return [terminal for terminal in self.config.terminal if terminal.role == role]

    def _program(self, name: str, program: str, *words: str, environment: dict[str, str] | None = None) -> Child:
        """A program of this project, from the same environment as this one."""
        command = [str(Path(sys.executable).parent / program), *words]
        return self._add(Child(name, command, log=self.state / "log" / f"{name}.log", environment=environment))

    def _add(self, child: Child) -> Child:
        self.children.append(child)
        try:
            child.start()
        except FileNotFoundError as error:
            raise NotStarted(f"{child.name} cannot be started: {error.filename} is missing; run `make set-up`") from None
        return child

    def watch(self, ended: threading.Event) -> None:
        """Keep everything running until `ended`."""
        while not ended.wait(WATCH_S):
            vnc = [child for display in self.displays for child in display.children]
            for child in [*self.children, *vnc, *(child for printer in self.printers for child in printer.children)]:
                if sentence := child.watch():
                    print(sentence, flush=True)
            if self.screens_port:
                self.newest.look()

    def stop(self) -> None:
        """End all, the last started first."""
        for child in reversed(self.children):
            child.stop()
        for printer in self.printers:
            printer.stop()
        for display in self.displays:
            display.stop()

    def addresses(self) -> str:
        """What to open in a browser, one a line."""
        web = f"http://127.0.0.1:{self.web_port}"
        rows = [
            ("web pages", web),
            ("clerk console", f"{web}/console"),
            ("LED displays", f"{web}/wall"),
            ("supervisor", f"{web}/supervisor"),
        ]
        if self.screens_port:
            faces = f"http://127.0.0.1:{self.screens_port}"
            alone = [(d.face.name, f"{faces}/face.html?name={d.face.name}") for d in self.displays]
            rows = [("the hall at a glance", faces), *alone, *rows]
        rows += [("tickets and papers", str(self.state / "devices")), ("logs", str(self.state / "log"))]
        rows.append(("a case to look up", f"{example_case.NUMBER}, last four characters {example_case.LAST_FOUR}"))
        phones = "open on this machine only; with `make run ARGS=--phones` on phones of the same network too"
        rows.append(
            ("codes on tickets", f"open on phones of the same network, at {self.for_phones}" if self.for_phones else phones)
        )
        if self.state == PROJECT / ".state" / "wushan":
            rows.append(("a code for the kiosk", "touch 扫码办理, then run `make appointment` in another terminal"))
        return "\n".join(f"  {name:<22}{address}" for name, address in rows)


def say(text: str) -> None:
    print(f"· {text}", flush=True)


@dataclass(frozen=True)
class ServerHealth:
    """What the server says of itself: an empty status while it cannot be asked, and the passwords of example accounts."""

    status: str = ""
    log_ins: Mapping[str, str] = field(default_factory=dict)


def health(web: str) -> ServerHealth:
    """Ask the server how it is."""
    try:
        with urllib.request.urlopen(f"{web}/health", timeout=5) as reply:  # noqa: S310 - our own server
            answer = json.load(reply)
    except (OSError, ValueError):
        return ServerHealth()
    return ServerHealth(str(answer.get("status", "")), answer.get("example_log_in") or {})


def log_in(web: str) -> str:
    """How to log in at the example hall, as its server tells it on loopback; empty when the hall has accounts of its own."""
    return "".join(f"  log in as {name:<15}{password}\n" for name, password in health(web).log_ins.items())


def main(argv: Sequence[str] | None = None) -> int:
    """Start the hall, print its addresses, stay until Ctrl-C; exit status 1 when a part does not come up."""
    options = LauncherOptions.parse(argv)
    try:
        config = load(options.hall)
    except BadHall as error:
        print(f"{options.hall} is no hall: {error}. Give a folder such as assets/halls/wushan with --hall.", file=sys.stderr)
        return 2
    hall = WholeHall(options, config)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    print(f"{config.hall.name.zh} · {config.hall.name.en}", flush=True)
    try:
        hall.start()
        print(f"\nThe hall is open. Ctrl-C closes it.\n{hall.addresses()}")
        print(log_in(f"http://127.0.0.1:{hall.web_port}"), flush=True)
        hall.watch(ended)
    except NotStarted as error:
        print(f"The hall could not be started: {error}", file=sys.stderr)
        return 1
    finally:
        print("closing…", flush=True)
        hall.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
