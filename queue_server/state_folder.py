"""The folder in which a server keeps its data: whose it is."""

from __future__ import annotations

import os
from pathlib import Path


def give_back(state: Path) -> None:
    """What root has made in the state folder belongs to whoever the folder belongs to: the server runs as that user."""
    owner = state.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        for path in state.rglob("*"):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
