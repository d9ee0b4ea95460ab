"""The example hall of Wushan with its guides, as tests start it."""

from __future__ import annotations

import shutil
from pathlib import Path

from contract.wire import codec, messages
from tests.programs import Watcher
from tests.small_hall import NOON

WUSHAN = Path(__file__).parents[1] / "assets" / "halls" / "wushan"


def copy_at_noon(folder: Path, web: str) -> Path:
    """A copy of the example hall in which it is noon; its terminals find the web pages at `web`."""
    shutil.copytree(WUSHAN, folder)
    file = folder / "hall.toml"
    text = file.read_text("utf-8").replace('time_zone = "Asia/Shanghai"', f'time_zone = "{NOON}"')
    file.write_text(text.replace("\n[hall]\n", f'\n[hall]\nweb_address = "{web}"\n'), "utf-8")
    return folder


def announced(watcher: Watcher) -> messages.CatalogueVersion:
    """The guide file as soon as the server announces it."""
    return codec.decode(watcher.wait("catalogue/version", "sha256"), messages.CatalogueVersion)
