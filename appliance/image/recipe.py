"""What goes into an image: the commit, the packages, the day that every file is dated."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from appliance.run import run
from appliance.trouble import ApplianceError

PROJECT = Path(__file__).parents[2]
CONFIG = PROJECT / "systemd" / "image"
PROFILES = {"kiosk": "kiosk,devices", "server": "server"}
"""By profile: the extras of setup.py that it installs."""
SUITE = "bookworm"
COMPATIBLE = "jiaohao-{profile}-amd64"


@dataclass(frozen=True)
class Recipe:
    """The inputs of one image. `commit` is what is built, `epoch` (seconds) the date of every file in it."""

    profile: str
    commit: str
    epoch: int
    version: str
    mirrors: tuple[str, ...] = ()
    """Addresses or lines of sources.list; without any Debian's own, with its security updates."""

    @property
    def packages(self) -> list[str]:
        """The Debian packages, in the order of the lists."""
        return packages(CONFIG / "packages-common.txt") + packages(CONFIG / f"packages-{self.profile}.txt")

    @property
    def compatible(self) -> str:
        """What RAUC compares: a bundle fits only machines of the same profile."""
        return COMPATIBLE.format(profile=self.profile)

    @property
    def name(self) -> str:
        return f"jiaohao-{self.profile}-{self.version}"

    @property
    def env(self) -> dict[str, str]:
        """What makes Debian's tools date files by the commit instead of by the clock, and speak one language."""
        fixed = {"SOURCE_DATE_EPOCH": str(self.epoch), "E2FSPROGS_FAKE_TIME": str(self.epoch), "PYTHONHASHSEED": "0"}
        return {
            **fixed,
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "DEBIAN_FRONTEND": "noninteractive",
        }


def recipe(profile: str, mirrors: tuple[str, ...] = ()) -> Recipe:
    """The recipe for the checked-out commit, with changes that are not committed yet if there are any. Raise ApplianceError."""
    if not (PROJECT / ".git").exists():
        raise ApplianceError(f"{PROJECT} is no git checkout; the image is built of a commit, clone the project first")
    git = ("git", "-c", "safe.directory=*", "-C", PROJECT)
    head = run(*git, "rev-parse", "HEAD").strip()
    changed = run(*git, "status", "--porcelain", "--untracked-files=no").strip()
    commit = (
        run(*git, "-c", "user.name=image", "-c", "user.email=image@localhost", "stash", "create").strip() if changed else head
    )
    epoch = int(run(*git, "show", "--no-patch", "--format=%ct", head))
    stamp = run("date", "--utc", f"--date=@{epoch}", "+%Y%m%d.%H%M").strip()
    return Recipe(profile, commit, epoch, f"{stamp}-{head[:7]}" + (f"-{commit[:7]}" if changed else ""), mirrors)


def packages(path: Path) -> list[str]:
    """One package a line; # begins a comment."""
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def digest(*parts: str | Path) -> str:
    """A short hash over texts and the content of files and folders: the name under which a result is kept."""
    total = hashlib.sha256()
    for part in parts:
        files = [part] if isinstance(part, Path) and part.is_file() else []
        if isinstance(part, Path) and part.is_dir():
            files = sorted(path for path in part.rglob("*") if path.is_file())
        if isinstance(part, str):
            total.update(part.encode() + b"\0")
        for file in files:
            total.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()[:16]
