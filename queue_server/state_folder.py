"""The folder in which a server keeps its data: whose it is, and what root may do in it."""

from __future__ import annotations

import os
from pathlib import Path


class BadState(RuntimeError):
    """Root must not work in this state folder; the text says why and what to do."""


def check_links(state: Path) -> None:
    """Refuse, as root, a state folder of somebody else in which a link could lead root's writing elsewhere. Raise BadState."""
    if not _of_another(state):
        return
    link = next((path for path in state.rglob("*") if path.is_symlink()), None)
    if link is not None:
        raise BadState(f"{link} is a link, which root follows in no folder of another user; look who made it, then delete it")


def give_back(state: Path) -> None:
    """What root has made in the state folder belongs to whoever the folder belongs to: the server runs as that user."""
    if _of_another(state):
        owner = state.stat()
        for path in state.rglob("*"):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _of_another(state: Path) -> bool:
    return os.geteuid() == 0 and state.is_dir() and state.stat().st_uid != 0
