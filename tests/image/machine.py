"""One terminal in QEMU: a disk file written and named as a technician does it, firmware, screen, network, serial line."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from appliance.image.write import esp_offset, flash, personalise
from appliance.terminal_file import TerminalFile
from tests.image import forgetful
from tests.image.accelerator import FIRMWARE, VARIABLES, accelerator
from tests.image.qmp import Monitor

CONSOLE = (
    "console=ttyS0,115200 jiaohao.patience=2700 systemd.service_watchdogs=no systemd.default_timeout_start_sec=900"
    " mitigations=off no_timer_check"
)
"""What a virtual machine is started with besides: words on the serial line, and time, because emulation is slow."""
MTOOLS = {**os.environ, "MTOOLS_SKIP_CHECK": "1"}
GRUB_PATH = "::/grub/grubenv"
ROOM = 6 << 30


class Machine:
    """`open` switches it on, `cut` pulls the plug, `disk` stays. Everything it says on the serial line is in `said`.

    When the guest starts again by itself, QEMU ends and another one goes on with the same disk: within one QEMU that has
    emulated a whole system, the firmware has been too slow for its own timer and never got to the disk.
    """

    def __init__(self, folder: Path, *, memory_mb: int = 2048, screen: tuple[int, int] = (360, 640)) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.disk, self.serial = folder, folder / "disk.img", folder / "serial.log"
        self._memory, self._screen = memory_mb, screen
        self._process: subprocess.Popen[bytes] | None = None
        self._command: list[str] = []
        self._switch = threading.Lock()
        self.monitor = Monitor(folder / "qmp")
        self.boots = 0

    def write(self, image: Path, terminal: TerminalFile | None, hall_files: Path | None = None) -> None:
        """Write the image to the disk file, name the terminal, let the disk be larger than the image."""
        self.disk.unlink(missing_ok=True)
        flash(image, str(self.disk), say=lambda _text: None)
        if terminal is not None:
            personalise(str(self.disk), terminal, hall_files)
        self.set_grub(extra=CONSOLE)
        shutil.copyfile(VARIABLES, self.folder / "vars.fd")
        os.truncate(self.disk, ROOM)

    def grub(self) -> dict[str, str]:
        """GRUB's environment on the disk of a machine that is off."""
        with tempfile.TemporaryDirectory() as folder:
            file = self._grubenv(folder)
            listed = subprocess.run(["grub-editenv", file, "list"], check=True, capture_output=True, text=True).stdout
        return dict(line.split("=", 1) for line in listed.splitlines())

    def set_grub(self, **values: str) -> None:
        """Change GRUB's environment on the disk of a machine that is off."""
        with tempfile.TemporaryDirectory() as folder:
            file = self._grubenv(folder)
            subprocess.run(["grub-editenv", file, "set", *(f"{k}={v}" for k, v in values.items())], check=True)
            self._mtools("mcopy", "-o", file, GRUB_PATH)

    def open(self, *more: str, network: str = "user,id=hall", disk: tuple[str, ...] = ()) -> None:
        """Switch it on, on QEMU's own network (the host is 10.0.2.2) or on another one with the id `hall`, with its own disk
        or with another one."""
        self.boots += 1
        width, height = self._screen
        self._command = [
            "qemu-system-x86_64", "-machine", "q35", "-no-reboot", *accelerator(), "-m", str(self._memory),
            "-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE}",
            "-drive", f"if=pflash,format=raw,file={self.folder / 'vars.fd'}",
            *(disk or ("-drive", f"file={self.disk},format=raw,if=virtio,cache=writeback,discard=unmap")),
            "-device", f"virtio-vga,xres={width},yres={height}", "-device", "virtio-tablet-pci", "-device", "virtio-keyboard-pci",
            "-device", "virtio-rng-pci", "-netdev", network, "-device", "virtio-net-pci,netdev=hall",
            "-chardev", f"file,id=serial,path={self.serial},append=on", "-serial", "chardev:serial",
            "-qmp", f"unix:{self.folder / 'qmp'},server=on,wait=off", "-display", "none", *more,
        ]  # fmt: skip
        with self._switch:
            self._start(self._command)
        threading.Thread(target=self._keep_on, name="restarts of a machine", daemon=True).start()

    def _start(self, command: list[str]) -> None:
        (self.folder / "qmp").unlink(missing_ok=True)
        with (self.folder / "qemu.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while True:
            try:
                return self.monitor.open()
            except OSError:
                assert time.monotonic() < deadline and self._process.poll() is None, (self.folder / "qemu.log").read_text()
                time.sleep(0.1)

    def _keep_on(self) -> None:
        """Go on with the same disk whenever the guest has asked for a restart, until the plug is pulled."""
        while (process := self._process) is not None and process.wait() == 0:
            with self._switch:
                if self._process is process:
                    self.monitor.close()
                    self._start([forgetful.go_on(word) for word in self._command])

    def cut(self) -> None:
        """Pull the plug: what the guest has not written to its disk is lost."""
        with self._switch:
            self.monitor.close()
            if self._process is not None:
                self._process.kill()
                self._process.wait(30)
                self._process = None

    @property
    def runs(self) -> bool:
        """Whether it is on, or about to start again."""
        return self._process is not None and self._process.poll() in (None, 0)

    @property
    def said(self) -> str:
        return self.serial.read_text(encoding="utf-8", errors="replace") if self.serial.exists() else ""

    def wait_for(self, marker: str, timeout_s: float = 2700, since: int = 0) -> str:
        """Return what was said from `since` on, as soon as it contains `marker`. A start by emulation takes three minutes on an
        idle machine and ten on a busy one."""
        deadline = time.monotonic() + timeout_s
        while marker not in (said := self.said[since:]):
            assert self.runs, f"the machine went off: {said[-3000:]}"
            assert time.monotonic() < deadline, f"{marker!r} never came; last words:\n{said[-3000:]}"
            time.sleep(0.5)
        return said

    def _grubenv(self, folder: str) -> Path:
        file = Path(folder) / "grubenv"
        self._mtools("mcopy", "-o", GRUB_PATH, file)
        return file

    def _mtools(self, tool: str, *words: str | Path) -> None:
        where = f"{self.disk}@@{esp_offset(str(self.disk))}"
        subprocess.run([tool, "-i", where, *words], check=True, env=MTOOLS)
