"""A terminal is updated from the desk: real server, broker, device agent and installer; RAUC, GRUB and systemd are played."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from contract.wire import codec
from contract.wire.messages import TerminalStatus
from queue_server.web.auth.first_log_in import EXAMPLE_PASSWORD
from tests.ports import free_port
from tests.programs import PATIENCE_S, PrivateBroker, RunningServer, Watcher, wait_until
from tests.rauc_bundle import bundle
from tests.web_hall import csrf

STATUS = "terminal/devices-1/status"
OLD, NEW = "2026.11.22", "2026.11.23"
CONTENT = b"hsqs" + random.Random(3).randbytes(3_000_000)
MACHINE = 'mount -t overlay overlay -o "lowerdir=$0/usr/share:/usr/share" /usr/share && exec "$@"'
PLAYED = {
    "rauc": 'for bundle; do :; done; head -c 4 "$bundle" | grep -q hsqs || test "$1" = status; '
    'test "$1" != info || echo "{\\"version\\": \\"$(grep -ao "version=[0-9.]*" "$bundle" | cut -d= -f2)\\"}"',
    "grub-editenv": 'echo "ORDER=$(cat "$MACHINE/order")"',
    "systemctl": "exit 0",
}


def _may_overlay() -> bool:
    mount = "mount -t overlay overlay -o lowerdir=/usr/share:/usr/lib /usr/share"
    return subprocess.run(["unshare", "-m", "sh", "-c", mount], capture_output=True, check=False).returncode == 0


needs_namespaces = pytest.mark.skipif(
    not _may_overlay(), reason="the kernel does not allow an overlay in a mount namespace here"
)


class Terminal:
    """A device agent on a machine of its own with two slots, as far as systems and restarts go. Slot A runs OLD."""

    def __init__(self, folder: Path, hall: Path, broker: str) -> None:
        self.machine, programs = folder / "machine", folder / "programs"
        self.updates = self.machine / "var/lib/jiaohao-update"
        for place in (
            self.updates,
            self.machine / "usr/share/jiaohao",
            self.machine / "proc",
            self.machine / "var/lib/jiaohao-appliance",
            programs,
        ):
            place.mkdir(parents=True)
        for name, text in PLAYED.items():
            (programs / name).write_text(f"#!/bin/sh\n{text}\n")
            (programs / name).chmod(0o755)
        self._environment = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}", "MACHINE": str(self.machine)}
        self._command = [
            sys.executable,
            "-m",
            "drivers.main",
            "run",
            "--hall",
            str(hall),
            "--broker",
            broker,
            "--terminal",
            "devices-1",
            "--out",
            str(folder / "out"),
            "--updates",
            str(self.updates),
        ]
        self._program: subprocess.Popen[bytes] | None = None

    def start(self, slot: str, version: str, order: str) -> None:
        """Switch it on: the system that starts, and the order in which GRUB wanted to start them. It was good before."""
        (self.machine / "usr/share/jiaohao/version").write_text(f"{version}\n")
        (self.machine / "proc/cmdline").write_text(f"quiet rauc.slot={slot}")
        (self.machine / "order").write_text(order)
        (self.machine / "var/lib/jiaohao-appliance/proven.json").write_text(json.dumps({slot: version}))
        self._program = subprocess.Popen(["unshare", "-m", "sh", "-c", MACHINE, str(self.machine), *self._command])

    def stop(self) -> None:
        if self._program is not None:
            self._program.kill()
            self._program.wait(PATIENCE_S)

    def unit(self, name: str) -> None:
        """What systemd starts: `update` when there is a request, `judge` after every start."""
        command = [sys.executable, "-m", "appliance.boot.main", name, "--root", str(self.machine)]
        subprocess.run(command, env=self._environment, check=True, timeout=PATIENCE_S)


class Desk:
    """A technician's browser."""

    def __init__(self, port: int) -> None:
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S)
        page = self.client.get("/log-in").text
        self.client.post("/log-in", data={"name": "admin", "password": EXAMPLE_PASSWORD, "csrf": csrf(page)})

    @property
    def page(self) -> str:
        return self.client.get("/updates").text

    def upload(self, content: bytes) -> None:
        headers = {"x-csrf": csrf(self.page), "x-name": "lobby.raucb"}
        assert self.client.post("/updates/bundle", content=content, headers=headers).status_code == 200

    def begin(self, sha256: str) -> None:
        fields = {"csrf": csrf(self.page), "bundle": sha256, "group": "lobby", "at_most": "1", "may_fail": "0"}
        assert self.client.post("/updates/begin", data=fields).headers["location"] == "/updates"


@needs_namespaces
def test_a_terminal_is_updated_from_the_desk_and_a_server_that_starts_again_sees_it_through(
    broker: PrivateBroker, hall_folder: Path, tmp_path: Path, terminal_watcher: Watcher
) -> None:
    devices = hall_folder / "devices.toml"
    devices.write_text(
        devices.read_text().replace('id = "devices-1"\nrole = "agent"\n', 'id = "devices-1"\nrole = "agent"\ngroup = "lobby"\n')
    )
    port = free_port()
    server = RunningServer(hall_folder, tmp_path / "state", broker.address, "--web", f"127.0.0.1:{port}", "--example-accounts")
    terminal = Terminal(tmp_path, hall_folder, broker.address)
    terminal.start("A", OLD, "A B")
    server.open()
    try:
        terminal_watcher.wait(STATUS, "ready")
        desk = Desk(port)
        content = bundle(NEW, content=CONTENT)
        desk.upload(content)
        shelved = next((tmp_path / "state/bundles").iterdir())
        desk.begin(shelved.stem)
        wait_until((terminal.updates / "request.json").exists)
        assert (terminal.updates / "bundle.raucb").read_bytes() == content
        wait_until(lambda: "正在安装" in desk.page)
        server.kill()
        terminal.unit("update")
        terminal_watcher.wait(STATUS, "restarting")
        terminal.stop()
        server.open()
        terminal.start("B", NEW, "B A")
        terminal.unit("judge")
        status = codec.decode(terminal_watcher.wait(STATUS, '"state":"done"'), TerminalStatus)
        assert status.machine is not None and status.machine.system == NEW
        desk = Desk(port)
        wait_until(lambda: "完成 1 / 1 台" in desk.page and "已结束" in desk.page)
        assert NEW in desk.client.get("/fleet").text
        desk.upload(bundle("2026.11.24", content=CONTENT))  # the next system does not start
        newer = next(path for path in (tmp_path / "state/bundles").iterdir() if path != shelved)
        desk.begin(newer.stem)
        wait_until((terminal.updates / "request.json").exists)
        terminal.unit("update")
        terminal_watcher.wait(STATUS, "restarting")
        terminal.stop()
        terminal.start("B", NEW, "A B")
        terminal.unit("judge")
        wait_until(lambda: "新系统没有启动成功，已退回原来的系统" in desk.page)
    finally:
        terminal.stop()
        server.close()
