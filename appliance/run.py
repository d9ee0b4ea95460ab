"""Runs the tools of Debian that do the work: bmaptool, mtools, sfdisk, lsblk, mmdebstrap, genimage, rauc."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from appliance.trouble import ApplianceError

PACKAGES = {
    "bmaptool": "bmap-tools",
    "mcopy": "mtools",
    "mtype": "mtools",
    "sfdisk": "fdisk",
    "lsblk": "util-linux",
    "mmdebstrap": "mmdebstrap",
    "genimage": "genimage",
    "rauc": "rauc",
    "grub-mkimage": "grub-common",
    "grub-editenv": "grub-common",
    "zstd": "zstd",
    "mksquashfs": "squashfs-tools",
    "openssl": "openssl",
    "mkfs.vfat": "dosfstools",
    "mmd": "mtools",
    "mke2fs": "e2fsprogs",
    "chroot": "coreutils",
}


def run(*command: str | Path, log: Path | None = None, env: Mapping[str, str] | None = None, stdin: bytes | None = None) -> str:
    """Run one command and return what it printed; with `log` that goes to the file.

    Raise ApplianceError naming tool and remedy.
    """
    words = [str(word) for word in command]
    if shutil.which(words[0]) is None:
        raise ApplianceError(f"{words[0]} is not installed; run: apt install {PACKAGES.get(words[0], words[0])}")
    done = subprocess.run(words, input=stdin, capture_output=True, check=False, env=dict(env) if env is not None else None)
    if log is not None:
        with log.open("ab") as file:
            file.write(f"$ {' '.join(words)}\n".encode() + done.stdout + done.stderr)
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-3:]
        raise ApplianceError(
            f"{words[0]} failed ({' / '.join(last) or f'exit status {done.returncode}'})" + (f"; see {log}" if log else "")
        )
    return done.stdout.decode("utf-8", "replace")
