"""Fetches a large file over a network that may be cut: goes on where it ended, and gives it out only when it is whole."""

from __future__ import annotations

import errno
import hashlib
import logging
import shutil
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from threading import Event
from urllib.error import HTTPError
from urllib.request import OpenerDirector, Request

from contract import durable
from contract.backoff import Backoff
from contract.wire.messages import Update

LOG = logging.getLogger(__name__)
ANSWER_S = 30.0
PIECE = 256 * 1024
SPARE = 64 * 1024 * 1024
"""Bytes of the disk that stay free whatever is fetched: logs and numbers are written there too."""
FIRST_RETRY_S, LONGEST_RETRY_S = 1.0, 30.0
TRIES = 20
"""Maximum tries in a row without a single byte, about eight minutes; then the server is taken to be away for good."""


class BadFetch(RuntimeError):
    """The file did not come, or is not what was announced; the text says why and what to do.

    `reason` is one of: no-room, not-there, unreachable, another-file.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def fetch(
    update: Update,
    target: Path,
    web: OpenerDirector,
    *,
    progress: Callable[[int], None],
    ended: Event,
    backoff: Backoff | None = None,
    spare: int = SPARE,
) -> bool:
    """Leave what `update` names in `target`; False when `ended` was set before it was there. Raise BadFetch.

    What has come so far is kept beside it as `<sha256>.part`, also over a restart. `progress` gets whole percents.
    """
    part = target.with_name(f"{update.sha256}.part")
    for other in target.parent.glob("*.part"):
        if other != part:
            other.unlink()
    tries, backoff = 0, backoff or Backoff(FIRST_RETRY_S, LONGEST_RETRY_S)
    while (there := _size(part)) < update.size:
        _need_room(part.parent, update.size - there, spare)
        try:
            _go_on(update, part, there, web, progress, ended)
        except (OSError, HTTPException) as error:
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise _full(part.parent) from None
            if isinstance(error, HTTPError) and error.code in (404, 410):
                raise BadFetch("not-there", f"{update.url} is not there any more; begin the update again") from None
            LOG.warning("%s did not come whole (%s); going on", update.url, error)
        if _size(part) > there:
            tries = 0
            backoff.reset()
        else:
            tries += 1
        if tries >= TRIES:
            text = f"{update.url} cannot be reached; check the network between this terminal and the server"
            raise BadFetch("unreachable", text)
        if ended.is_set() or (_size(part) < update.size and ended.wait(backoff.next())):
            return False
    _check(update, part)
    durable.rename(part, target)
    return True


def _go_on(update: Update, part: Path, there: int, web: OpenerDirector, progress: Callable[[int], None], ended: Event) -> None:
    """Fetch what is behind byte `there`, as much as comes."""
    request = Request(update.url, headers={"Range": f"bytes={there}-"} if there else {})  # noqa: S310 - the contract says http
    with web.open(request, timeout=ANSWER_S) as answer:
        goes_on = answer.status == 206
        with part.open("ab" if goes_on else "wb") as file:
            while not ended.is_set() and (piece := answer.read(PIECE)):
                file.write(piece)
                if file.tell() > update.size:
                    break
                progress(100 * file.tell() // update.size)
            durable.flush(file)


def _check(update: Update, part: Path) -> None:
    with part.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != update.sha256:
        part.unlink()
        raise BadFetch(
            "another-file",
            f"what came from {update.url} is not what was announced (SHA-256 {digest[:16]}… instead of {update.sha256[:16]}…); "
            "upload the bundle again",
        )


def _need_room(folder: Path, bytes_to_come: int, spare: int) -> None:
    if shutil.disk_usage(folder).free < bytes_to_come + spare:
        raise _full(folder)


def _full(folder: Path) -> BadFetch:
    return BadFetch("no-room", f"the disk of {folder} is too full for the update; fetch the logs, then see what fills it")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
