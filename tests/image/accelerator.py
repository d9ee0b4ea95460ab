"""Whether this machine really runs guests, or only says so."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

FIRMWARE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
VARIABLES = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")
EMULATED = ("-accel", "tcg", "-cpu", "Nehalem", "-smp", "1")
"""A processor without AVX: emulated, a SHA-256 that is made for AVX takes twice as long as one that is not. One of them: it
starts in half the time of two."""
NATIVE = ("-accel", "kvm", "-cpu", "host", "-smp", "2")
PATIENCE_S = 20.0


@cache
def accelerator() -> tuple[str, ...]:
    """QEMU's options: KVM if firmware writes its first words under it in time, else emulation. /dev/kvm alone proves nothing."""
    return NATIVE if os.access("/dev/kvm", os.R_OK | os.W_OK) and _firmware_speaks() else EMULATED


def _firmware_speaks() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        serial = Path(folder) / "serial"
        process = subprocess.Popen(
            ["qemu-system-x86_64", "-machine", "q35", *NATIVE, "-m", "512", "-display", "none", "-net", "none",
             "-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE}", "-serial", f"file:{serial}"],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + PATIENCE_S
            while time.monotonic() < deadline and process.poll() is None:
                if serial.exists() and serial.stat().st_size:
                    return True
                time.sleep(0.2)
            return False
        finally:
            process.kill()
            process.wait()
