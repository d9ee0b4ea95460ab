"""The EFI partition: GRUB as one file, its menu without a menu, and the environment in which RAUC and GRUB count."""

from __future__ import annotations

import tempfile
from pathlib import Path

from appliance.image.recipe import CONFIG, Recipe
from appliance.image.steps import Steps
from appliance.run import run
from appliance.trouble import ApplianceError

SIZE_MB = 64
SERIAL = "4A414F48"
MODULES = (
    "part_gpt",
    "fat",
    "squash4",
    "gzio",
    "normal",
    "configfile",
    "linux",
    "loadenv",
    "test",
    "echo",
    "regexp",
    "sleep",
    "reboot",
    "all_video",
)
FIRST = {"ORDER": "A B", "A_OK": "1", "A_TRY": "0", "B_OK": "0", "B_TRY": "0", "TRIES": "3"}
"""What a fresh disk says: slot A is good, slot B is empty; a slot that failed three times in a row is left alone."""


def efi_partition(recipe: Recipe, steps: Steps, work: Path, log: Path) -> Path:
    """A FAT file system with the boot loader. Raise ApplianceError."""

    def make(target: Path) -> None:
        with target.open("wb") as file:
            file.truncate(SIZE_MB << 20)
        run("mkfs.vfat", "--invariant", "-i", SERIAL, "-n", "ESP", "-F", "32", target, log=log, env=recipe.env)
        with tempfile.TemporaryDirectory() as folder:
            loader, environment = Path(folder) / "BOOTX64.EFI", Path(folder) / "grubenv"
            _loader(recipe, loader, log)
            run("grub-editenv", environment, "create", log=log)
            run("grub-editenv", environment, "set", *(f"{name}={value}" for name, value in FIRST.items()), log=log)
            run("mmd", "-i", target, "::/EFI", "::/EFI/BOOT", "::/grub", log=log, env=recipe.env)
            run("mcopy", "-i", target, loader, "::/EFI/BOOT/BOOTX64.EFI", log=log, env=recipe.env)
            run("mcopy", "-i", target, CONFIG / "grub.cfg", environment, "::/grub/", log=log, env=recipe.env)

    return steps.do("boot partition", make, work / "esp.vfat")


def _loader(recipe: Recipe, target: Path, log: Path) -> None:
    if not Path("/usr/lib/grub/x86_64-efi/normal.mod").exists():
        raise ApplianceError("GRUB for EFI machines is not installed; run: apt install grub-efi-amd64-bin")
    options = ("--format", "x86_64-efi", "--prefix", "/grub", "--output", target)
    run("grub-mkimage", *options, *MODULES, log=log, env=recipe.env)
