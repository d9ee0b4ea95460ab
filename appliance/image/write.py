"""Writes an image to a disk or file, checks it, and names the terminal, without a running system and without mounting."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from appliance import terminal_file as terminals
from appliance.image.disks import disks, writable
from appliance.image.system_only import write_system
from appliance.run import run
from appliance.terminal_file import TerminalFile
from appliance.trouble import ApplianceError

ESP_TYPE = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"


def flash(
    image: Path,
    target: str,
    *,
    built_in: bool = False,
    keep_data: bool = False,
    erase: bool = False,
    say: Callable[[str], None] = print,
) -> None:
    """Write `image` (raw or .zst, with its .bmap beside it) to `target`, a disk or a file, and verify it. `keep_data` writes
    the system only; without it the disk of a hall's server is written only with `erase`.

    Raise ApplianceError.
    """
    block_map = block_map_of(image)
    check_sum(image)
    size = image_size(block_map)
    if Path(target).is_block_device():
        found = disks()
        disk = next((d for d in found if built_in and d.path == str(Path(target).resolve()) and not d.mounted), None)
        room = (disk or writable(target, found)).size
    else:
        room = shutil.disk_usage(Path(target).resolve().parent).free
    if room < size:
        raise ApplianceError(
            f"{target} has room for {room / 1e9:.1f} GB, the image needs {size / 1e9:.1f} GB; nothing was written"
        )
    if keep_data:
        say(f"writing the system of {image.name} to {target}; its data stays")
        write_system(image, target)
        say("verified: every block is as in the image")
        return
    if not erase:
        _is_no_server(target)
    say(f"writing {image.name} to {target} ({size / 1e9:.1f} GB, only used blocks)")
    try:
        run("bmaptool", "--quiet", "copy", "--bmap", block_map, image, target)
    except ApplianceError as error:
        raise ApplianceError(
            f"{target} was not written completely: {error}. Write it again; what is on it now does not start"
        ) from None
    say("verified: every block is as in the image")


def _is_no_server(target: str) -> None:
    """Raise ApplianceError for the disk of a hall's server."""
    try:
        named = inspect(target)["terminal"]
    except (ApplianceError, ValueError):
        return
    if isinstance(named, dict) and named.get("role") == "server":
        raise ApplianceError(
            f"{target} is the disk of the server of hall {named.get('hall')}: its ledger, keys and accounts would be lost; "
            "nothing was written. Keep them with --keep-data, or say --erase"
        )


def block_map_of(image: Path) -> Path:
    """The block map beside an image; raise ApplianceError when one of the two is missing."""
    if not image.is_file():
        raise ApplianceError(f"{image} does not exist; make one with: jiaohao-tech image build")
    for candidate in (image.with_suffix(".bmap"), Path(f"{image}.bmap"), image.with_suffix("").with_suffix(".bmap")):
        if candidate.is_file():
            return candidate
    raise ApplianceError(f"{image} has no block map beside it; copy {image.with_suffix('').name}.bmap as well")


def image_size(block_map: Path) -> int:
    """The size in bytes of the disk that an image makes."""
    text = block_map.read_text(encoding="utf-8", errors="replace")
    begin, end = text.find("<ImageSize>"), text.find("</ImageSize>")
    try:
        return int(text[begin + 11 : end])
    except ValueError:
        raise ApplianceError(f"{block_map} is no block map; copy it again") from None


def check_sum(image: Path) -> None:
    """Compare the image with the .sha256 beside it, where there is one. Raise ApplianceError when it was changed or cut."""
    stated = Path(f"{image}.sha256")
    if not stated.is_file():
        return
    with image.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != stated.read_text(encoding="ascii").split()[0]:
        raise ApplianceError(f"{image} is not what was built (its sha256 differs); copy it again. Nothing was written")


def esp_offset(target: str) -> int:
    """Where the EFI partition begins on a disk or in an image file, in bytes. Raise ApplianceError for what is no such disk."""
    try:
        table = json.loads(run("sfdisk", "--json", target))["partitiontable"]
    except (ApplianceError, ValueError):
        raise ApplianceError(f"{target} has no partition table; it is no disk of Jiaohao. Write an image to it first") from None
    for partition in table["partitions"]:
        if partition["type"].upper() == ESP_TYPE:
            return int(partition["start"]) * int(table.get("sectorsize", 512))
    raise ApplianceError(f"{target} has no EFI partition; it is no disk of Jiaohao. Write an image to it first")


def personalise(target: str, terminal: TerminalFile, hall_files: Path | None = None) -> None:
    """Put the terminal's file onto the EFI partition, for a server the hall's folder as well. Raise ApplianceError."""
    terminal.check()
    if hall_files is not None:
        _check_hall(hall_files)
    where = f"{target}@@{esp_offset(target)}"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / terminals.FILE
        file.write_text(terminal.json(), encoding="utf-8")
        env = {**os.environ, "MTOOLS_SKIP_CHECK": "1"}
        run("mcopy", "-o", "-i", where, file, f"::/{terminals.FILE}", env=env)
        if hall_files is not None:
            copy = Path(folder) / "hall"
            shutil.copytree(hall_files, copy)
            run("mcopy", "-s", "-o", "-i", where, copy, "::/", env=env)


def _check_hall(folder: Path) -> None:
    """Raise ApplianceError for a folder that no queue server would start with."""
    from contract.configuration.hall_files import BadHall, load

    try:
        load(folder)
    except BadHall as error:
        raise ApplianceError(f"{folder} is no hall that can be used: {error}") from None


def inspect(target: str) -> dict[str, object]:
    """What a disk or image file is: its partitions, and the terminal it was named. Raise ApplianceError."""
    offset = esp_offset(target)
    table = json.loads(run("sfdisk", "--json", target))["partitiontable"]
    parts = [
        {"name": p.get("name", ""), "size_mb": round(p["size"] * table.get("sectorsize", 512) / 1e6)}
        for p in table["partitions"]
    ]
    try:
        named = run("mtype", "-i", f"{target}@@{offset}", f"::/{terminals.FILE}", env={**os.environ, "MTOOLS_SKIP_CHECK": "1"})
    except ApplianceError:
        return {"partitions": parts, "terminal": None}
    identity = json.loads(named)
    return {"partitions": parts, "terminal": {**identity, "token": "set" if identity.get("token") else ""}}
