"""All programs of one hall as children of one process, in the order in which they need each other."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import date
from pathlib import Path

from contract.configuration.hall import HallConfig, Terminal
from launcher import example_case
from launcher.a4_printer import ExamplePrinter, hall_with, printers
from launcher.broker import NotStarted, broker, wait_for_port
from launcher.child import Child
from launcher.network import own_address
from launcher.newest import NewestThings
from launcher.options import PROJECT, LauncherOptions
from launcher.ports import KeptPorts, free_port
from launcher.told import health, say
from launcher.virtual_screens import VirtualScreen, XDisplay, gallery

WATCH_S = 0.5
WEB_PORT, SCREENS_PORT = 8080, 6080
"""The usual ports, which a hall has unless another program has them."""
FACES = (
    ("hall", VirtualScreen("kiosk", "取号机 Kiosk", 1080, 1920)),
    ("rating", VirtualScreen("rater", "评价器 Rater", 1280, 800)),
    ("screen", VirtualScreen("screen", "等候区大屏 Call screen", 1920, 1080)),
)
"""The role of each touch program that is started, and its screen."""


class WholeHall:
    """The programs, their ports and their screens. `start`, then `watch`, `stop` at the end."""

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
        self._ports = KeptPorts(self.state, say)

    @property
    def for_phones(self) -> str:
        """Where phones reach the pages; empty where they do not."""
        return f"http://{self._own_address}:{self.web_port}" if self._own_address else ""

    def listen(self) -> str:
        """Where the pages listen: on this machine, unless phones were asked for."""
        return "0.0.0.0" if self._own_address else "127.0.0.1"  # noqa: S104

    def start(self) -> None:
        """Start everything; raise NotStarted naming the part that did not come up."""
        say("broker")
        mqtt_port = free_port()
        mqtt = self._add(broker(self.state, mqtt_port))
        wait_for_port(mqtt_port, mqtt)
        say("queue server")
        self.web_port = self._ports.take("web pages", WEB_PORT, self.options.web_port)
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
        for printer in printers(self.config.device, self.state, self._ports):
            self.printers.append(printer)
            try:
                printer.start()
            except NotStarted as error:
                say(f"A4 printer {printer.name}: not there, {error}")
            else:
                say(f"A4 printer {printer.name}: {printer.page}")

    def _start_faces(self, common: list[str]) -> None:
        """Each touch program on a screen of its own, which the hall page shows and touches."""
        web = self.for_phones or f"http://127.0.0.1:{self.web_port}"
        for role, face in FACES:
            for terminal in self._shown(role):
                display = XDisplay(face, self.state / "log")
                self.displays.append(display)
                where = ["--terminal", terminal.id, "--web", web, "--size", f"{face.width}x{face.height}"]
                kept = ["--out", str(self.state / "devices"), "--state", str(self.state / terminal.id)]
                environment = {"DISPLAY": display.start(), "LIBGL_ALWAYS_SOFTWARE": "1"}
                self._program(face.name, "jiaohao-kiosk", role, *common, *where, *kept, environment=environment)
        if self.displays:
            self.screens_port = self._ports.take("the hall at a glance", SCREENS_PORT, self.options.screens_port)
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

    def watch(self) -> None:
        """Keep everything running, without end."""
        while True:
            vnc = [child for display in self.displays for child in display.children]
            for child in [*self.children, *vnc, *(child for printer in self.printers for child in printer.children)]:
                if sentence := child.watch():
                    print(sentence, flush=True)
            if self.screens_port:
                self.newest.look()
            time.sleep(WATCH_S)

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
