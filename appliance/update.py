"""Installs the update that was asked for in request.json, beside it answers in result.json, and starts the machine again.

    request.json   {file, sha256, version}     file: a name in the same folder
    result.json    {state: installing|restarting|done|failed, detail, version, at}

The bundle's signature decides, the checksum only tells a broken download from a foreign bundle. A power cut leaves
request.json where it was: the update begins again, in the slot that does not run.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from appliance.place import Place, write_json
from technician.trouble import Trouble

LOG = logging.getLogger(__name__)
REQUEST = "request.json"
RESULT = "result.json"
CHUNK = 1 << 20


@dataclass(frozen=True)
class Request:
    """An update that was asked for; `file` is a name in the folder of the request."""

    file: str
    sha256: str
    version: str


def update(place: Place, install: Callable[[Path], None], restart: Callable[[], None]) -> bool:
    """Do what request.json asks; whether it was done. Never raises: whatever goes wrong is the result."""
    asked = place.update / REQUEST
    version = ""
    try:
        request = read(asked)
        version = request.version
        report(place, "installing", "", version)
        bundle = checked(place.update, request)
        install(bundle)
    except (Trouble, OSError) as error:
        LOG.error("the update was not installed: %s", error)
        report(place, "failed", str(error), version)
        asked.unlink(missing_ok=True)
        return False
    report(place, "restarting", "", version)
    bundle.unlink()
    asked.unlink()
    restart()
    return True


def read(path: Path) -> Request:
    """Read a request. Raise Trouble for anything but {file, sha256, version}."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        request = Request(**{name: str(told[name]) for name in ("file", "sha256", "version")})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Trouble(f"{path} cannot be read ({error!r}); it holds file, sha256 and version") from None
    if not request.file or Path(request.file).name != request.file or request.file.startswith("."):
        raise Trouble(f"{path}: file {request.file!r} is no name of a file in {path.parent}")
    return request


def checked(folder: Path, request: Request) -> Path:
    """The bundle, if it is what was announced. Raise Trouble, OSError."""
    path = folder / request.file
    if path.is_symlink() or not path.is_file():
        raise Trouble(f"{path} is not there; download it again")
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != request.sha256.lower():
        raise Trouble(f"{path} is not what was announced (its sha256 differs); download it again")
    return path


def report(place: Place, state: str, detail: str, version: str) -> None:
    """Leave the result where whoever asked finds it. Raise OSError."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    write_json(place.update / RESULT, {"state": state, "detail": detail, "version": version, "at": at})
