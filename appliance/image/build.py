"""One build from beginning to end: Debian, Python, root file system, boot and data partitions, disk image, bundle."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from appliance.image.base import base_tar
from appliance.image.boot import efi_partition
from appliance.image.bundle import check, keys, update_bundle
from appliance.image.disk_image import data_partition, disk_image
from appliance.image.recipe import Recipe
from appliance.image.root import root_squashfs
from appliance.image.steps import Steps
from appliance.image.wheels import source, wheels
from appliance.run import PACKAGES
from appliance.trouble import ApplianceError

TOOLS = (
    "git",
    "tar",
    "chroot",
    "mmdebstrap",
    "mksquashfs",
    "genimage",
    "grub-mkimage",
    "grub-editenv",
    "mkfs.vfat",
    "mcopy",
    "mke2fs",
    "bmaptool",
    "zstd",
    "rauc",
)
SCRATCH = "scratch-"
NEEDED_BYTES = 9 << 30
"""Room for the file system unpacked (3 GB), the disk image (3 GB, sparse) and what is kept for the next build."""


@dataclass(frozen=True)
class BuildResult:
    """What a build leaves: the compressed disk image (with .bmap and .sha256 beside it) and the update bundle."""

    image: Path
    bundle: Path


@dataclass(frozen=True)
class Folders:
    """Where a build reads and writes: results, what is kept between builds, the signing keys."""

    out: Path
    cache: Path
    keys: Path


def build(recipe: Recipe, folders: Folders, say: Callable[[str], None] = print) -> BuildResult:
    """Build image and bundle. Raise ApplianceError before anything is made if tools, rights or room are missing."""
    check_tools()
    check_room(folders)
    with alone(folders.cache), scratch_folder(folders.cache) as scratch:
        work, log = Path(scratch), folders.out / f"{recipe.name}.log"
        steps = Steps(folders.cache, say)
        log.unlink(missing_ok=True)
        say(f"{recipe.name}; every tool's words go to {log}")
        signing = keys(folders.keys)
        sources = source(recipe, work)
        base = base_tar(recipe, steps, log)
        packed = wheels(recipe, sources, steps, log)
        root = root_squashfs(recipe, sources, base, packed, signing / "ca.pem", steps, work, log)
        efi_partition(recipe, steps, work, log)
        data_partition(recipe, steps, work, log)
        image = disk_image(recipe, root, steps, work, folders.out, log)
        bundle = update_bundle(recipe, root, signing, steps, work, folders.out, log)
        check(bundle, signing / "ca.pem")
        say(steps.table())
    return BuildResult(image, bundle)


def check_tools() -> None:
    """Raise ApplianceError naming everything that is missing, and how to get it."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        wanted = sorted({PACKAGES.get(tool, tool) for tool in missing})
        raise ApplianceError(f"{', '.join(missing)} missing; run: apt install {' '.join(wanted)}")
    if os.geteuid() != 0:
        raise ApplianceError("an image holds files of many owners; run this as root: sudo .venv/bin/jiaohao-tech image build")


def check_room(folders: Folders) -> None:
    """Raise ApplianceError when the disk is too full for a build."""
    for folder in (folders.out, folders.cache):
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        if free < NEEDED_BYTES:
            raise ApplianceError(
                f"{folder} has {free / 1e9:.1f} GB free, a build needs {NEEDED_BYTES / 1e9:.1f} GB; make room, or give --out"
                " and --cache on another disk. Nothing was made"
            )


@contextmanager
def scratch_folder(cache: Path) -> Iterator[str]:
    """A folder for this build; what a build that was killed has left is cleared away first."""
    for left in cache.glob(f"{SCRATCH}*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=cache) as folder:
        yield folder


@contextmanager
def alone(cache: Path) -> Iterator[None]:
    """Two builds at once would write the same files."""
    with (cache / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ApplianceError(f"another build uses {cache}; wait for it, or give another --cache") from None
        yield
