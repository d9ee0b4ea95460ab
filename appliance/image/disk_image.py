"""The disk: GPT with boot partition, two root slots and the data partition, by genimage; block map, compression, checksum."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from appliance.image.recipe import CONFIG, Recipe
from appliance.image.steps import Steps
from appliance.run import run
from appliance.trouble import ApplianceError

DATA_MB = 256
DATA_UUID = "6a69616f-6861-4f00-8000-000000000004"
SLOT_MB = 1280
"""Room for one root file system; an update never needs more than this."""
FOLDERS = ("var", "jiaohao", "rauc")


def data_partition(recipe: Recipe, steps: Steps, work: Path, log: Path) -> Path:
    """An ext4 file system with a journal and the folders that the image mounts; it grows with the disk at the first start."""

    def make(target: Path) -> None:
        content = work / "data"
        for name in FOLDERS:
            (content / name).mkdir(parents=True, exist_ok=True)
        options = ("-q", "-t", "ext4", "-L", "data", "-U", DATA_UUID, "-E", f"hash_seed={DATA_UUID},lazy_itable_init=0")
        run("mke2fs", *options, "-d", content, target, f"{DATA_MB}M", log=log, env=recipe.env)
        shutil.rmtree(content)

    return steps.do("data partition", make, work / "data.ext4")


def disk_image(recipe: Recipe, root: Path, steps: Steps, work: Path, out: Path, log: Path) -> Path:
    """The compressed disk image in `out`, with block map and checksum beside it. `work` holds the partitions.

    Raise ApplianceError.
    """
    if root.stat().st_size > SLOT_MB << 20:
        raise ApplianceError(
            f"the root file system has {root.stat().st_size >> 20} MB, a slot only {SLOT_MB}; shorten the package lists"
        )
    raw = out / f"{recipe.name}.img"
    packed = out / f"{recipe.name}.img.zst"

    def assemble(target: Path) -> None:
        inputs, config = work / "inputs", work / "genimage.cfg"
        inputs.mkdir()
        for name, path in (("esp.vfat", work / "esp.vfat"), ("root.squashfs", root), ("data.ext4", work / "data.ext4")):
            (inputs / name).symlink_to(path.resolve())
        text = (CONFIG / "genimage.cfg").read_text(encoding="utf-8")
        config.write_text(text.replace("SLOT", f"{SLOT_MB}M").replace("NAME", target.name), encoding="utf-8")
        (work / "empty").mkdir()
        run(
            "genimage",
            "--config",
            config,
            "--inputpath",
            inputs,
            "--outputpath",
            target.parent,
            "--tmppath",
            work / "genimage",
            "--rootpath",
            work / "empty",
            log=log,
            env=recipe.env,
        )

    steps.do("disk image", assemble, raw)
    steps.do(
        "block map", lambda target: run("bmaptool", "create", "--output", target, raw, log=log), out / f"{recipe.name}.bmap"
    )
    steps.do("compression", lambda target: run("zstd", "-q", "-f", "-6", "-T0", raw, "-o", target, log=log), packed)
    raw.unlink()
    with packed.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    Path(f"{packed}.sha256").write_text(f"{digest}  {packed.name}\n", encoding="ascii")
    return packed
