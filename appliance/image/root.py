"""The root file system: Debian, the Python environment, the units and files of systemd/, packed as one read-only squashfs."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from appliance.image import wheels
from appliance.image.recipe import CONFIG, Recipe, digest, packages
from appliance.image.steps import Steps
from appliance.run import run
from appliance.trouble import ApplianceError

PLACES = {
    "*.service": "system",
    "*.target": "system",
    "*.timer": "system",
    "*.path": "system",
    "journald.conf.d/*": "journald.conf.d",
    "logind.conf.d/*": "logind.conf.d",
    "system.conf.d/*": "system.conf.d",
}
BESIDE = {"sysusers.d": "sysusers.d", "tmpfiles.d": "tmpfiles.d", "sysctl.d": "sysctl.d", "udev": "udev/rules.d"}
MOUNT_POINTS = ("data", "efi", "etc/jiaohao")
WIPED = ("var/cache", "var/log", "var/lib/apt", "var/tmp", "tmp", "run", "boot/grub")
COMMAND = re.compile(r"^Exec(\w+)=[-+!@:]*(\S+)", re.MULTILINE)
LEFTOVERS = ("etc/passwd-", "etc/group-", "etc/shadow-", "etc/gshadow-", "etc/.pwd.lock", "var/lib/dpkg/status-old")


def root_squashfs(
    recipe: Recipe, sources: Path, base: Path, wheel_tar: Path, keyring: Path, steps: Steps, work: Path, log: Path
) -> Path:
    """The file system of `recipe`, from the cache when nothing of it has changed. Raise ApplianceError."""
    key = digest(recipe.commit, recipe.version, base.name, wheel_tar.name, keyring)

    def make(target: Path) -> None:
        root = work / "root"
        root.mkdir()
        try:
            run("tar", "--extract", "--xattrs", "--numeric-owner", "--file", base, "--directory", root)
            wheels.install(recipe, sources, wheel_tar, root, log)
            _configure(recipe, sources, keyring, root, log)
            check_commands(root)
            _pack(recipe, root, target, log)
        finally:
            shutil.rmtree(root, ignore_errors=True)

    return steps.kept(f"root file system of {recipe.profile}", key, ".squashfs", make)


def _configure(recipe: Recipe, sources: Path, keyring: Path, root: Path, log: Path) -> None:
    """Put the project's files in, make the users, switch on exactly what the preset lists, wipe what is this machine's."""
    units = sources / "systemd"
    library = root / "usr/lib"
    for pattern, folder in PLACES.items():
        for path in sorted(units.glob(pattern)):
            _copy(path, library / "systemd" / folder / path.name)
    for folder, place in BESIDE.items():
        for path in sorted((units / folder).iterdir()):
            _copy(path, library / place / path.name)
    run("cp", "--recursive", "--no-dereference", f"{units / 'image' / 'tree'}/.", root)
    _copy(keyring, root / "etc/rauc/keyring.pem")
    _fill(root / "etc/rauc/system.conf", compatible=recipe.compatible)
    facts = root / "usr/share/jiaohao"
    facts.mkdir(parents=True, exist_ok=True)
    (facts / "version").write_text(f"{recipe.version}\n", encoding="ascii")
    (root / "usr/lib/clock-epoch").touch()  # the clock never starts before the day of the build: see clock-epoch in systemd(1)
    os.utime(root / "usr/lib/clock-epoch", (recipe.epoch, recipe.epoch))
    run("chroot", root, "systemd-sysusers", log=log, env=recipe.env)
    run("chroot", root, "systemctl", "preset-all", log=log, env=recipe.env)
    masked = packages(units / "masked-units") + packages(CONFIG / "masked-units.txt")
    run("chroot", root, "systemctl", "mask", *masked, log=log, env=recipe.env)
    installed = run("chroot", root, "dpkg-query", "--show", env=recipe.env)
    (facts / "packages").write_text(installed, encoding="utf-8")
    for name in LEFTOVERS:
        (root / name).unlink(missing_ok=True)
    for name in WIPED:
        shutil.rmtree(root / name, ignore_errors=True)
        (root / name).mkdir(mode=0o1777 if name.endswith("tmp") else 0o755)
    for name in MOUNT_POINTS:
        (root / name).mkdir(exist_ok=True)


def check_commands(root: Path) -> None:
    """Make sure that what our units run besides their program is there: a small system has not every command that a large one
    has. A unit whose program belongs to the other profile is left alone. Raise ApplianceError."""
    for unit in sorted((root / "usr/lib/systemd/system").glob("jiaohao-*.service")):
        commands = COMMAND.findall(unit.read_text(encoding="utf-8"))
        missing = [(kind, command) for kind, command in commands if not os.path.lexists(root / command.lstrip("/"))]
        if missing and not any(kind == "Start" for kind, _ in missing):
            kind, command = missing[0]
            raise ApplianceError(f"{unit.name} runs {command} (Exec{kind}), which the image lacks; add its package to {CONFIG}")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o644)


def _fill(path: Path, **values: str) -> None:
    """Put values in the places of a file that are written {so}."""
    path.write_text(path.read_text(encoding="utf-8").format(**values), encoding="utf-8")


def _pack(recipe: Recipe, root: Path, target: Path, log: Path) -> None:
    """gzip, because GRUB reads the kernel out of this file system and knows no zstd."""
    plain = "uncompressed@name(vmlinuz-*) || name(initrd.img-*)"  # compressed already, and GRUB is slow at it
    options = ("-comp", "gzip", "-Xcompression-level", "3", "-b", "256K", "-noappend", "-no-progress", "-quiet")
    run("mksquashfs", root, target, *options, "-action", plain, log=log, env=recipe.env)
