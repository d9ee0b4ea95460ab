"""Installs the update that was asked for in request.json, beside it answers in result.json, and starts the machine again.

    request.json   {id, file, sha256, version, older}     file: a name in the same folder
    result.json    {id, state: installing|restarting|done|failed, detail, version, slot}     slot: A or B, which ran then

The terminal's program asks (link/update.py); the judge says after the restart whether it is done.

The bundle's signature decides, the checksum only distinguishes a broken download from a foreign bundle. A power cut leaves
request.json where it was: the update begins again, in the slot that does not run. If by then the new system runs, it was
written and made the one to start before the cut: it is not begun again, which would write over the system to go back to.

A bundle that is signed may still be an old one, with faults that are mended since. So the version inside its signature must be
newer than the one that runs, unless the request says that somebody wants the older one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from appliance.boot import slots
from appliance.boot.place import Place, read_left, write_json
from appliance.trouble import ApplianceError
from contract.version import newer

LOG = logging.getLogger(__name__)
REQUEST = "request.json"
RESULT = "result.json"


@dataclass(frozen=True)
class InstallRequest:
    """An update that was asked for; `file` is a name in the folder of the request."""

    id: str
    file: str
    sha256: str
    version: str
    older: bool = False


NOBODY = InstallRequest("", "", "", "")


class NotNewer(ApplianceError):
    """A bundle whose version is not newer than the one that runs, and nobody has said that it may be."""

    reason = "not-newer"


@dataclass(frozen=True)
class Installer:
    """What an update needs of the machine: the version that is signed in a bundle, writing it, starting again.

    The first two raise ApplianceError.
    """

    signed_version: Callable[[Path], str]
    install: Callable[[Path], None]
    restart: Callable[[], None]


def update(place: Place, installer: Installer) -> bool:
    """Do what request.json asks; whether it was done. Never raises: whatever goes wrong is the result."""
    asked, request = place.update / REQUEST, NOBODY
    try:
        request = read(asked)
        if _answered(place, request):
            LOG.warning("the update to %s was written before; it is not written again", request.version)
            _clear(place, request)
            return True
        report(place, request, "installing")
        bundle = checked(place.update, request)
        _need_newer(place, request, installer.signed_version(bundle))
        installer.install(bundle)
    except (ApplianceError, OSError) as error:
        LOG.error("the update was not installed: %s", error)
        with contextlib.suppress(OSError):  # a full disk, or a folder that whoever asks has spoilt
            report(place, request, "failed", error.reason if isinstance(error, NotNewer) else str(error))
        asked.unlink(missing_ok=True)
        return False
    report(place, request, "restarting")
    _clear(place, request)
    installer.restart()
    return True


def _answered(place: Place, request: InstallRequest) -> bool:
    """Whether a power cut left a request whose end, or whose new system, is there already."""
    result = _result(place)
    return result.get("id") == request.id and (result.get("state") != "installing" or _is_new(place, result))


def _is_new(place: Place, result: dict[str, str]) -> bool:
    """Whether another slot runs than the one that a result was left in."""
    return result.get("slot", "") not in ("", slots.running(place))


def _need_newer(place: Place, request: InstallRequest, signed: str) -> None:
    runs = place.version()
    if request.older or newer(signed, runs):
        return
    raise NotNewer(
        f"the bundle holds {signed or 'no version'}, which is not newer than {runs}, which runs; to go back to it all the same,"
        " begin the update again and answer the question about the older version"
    )


def _clear(place: Place, request: InstallRequest) -> None:
    for name in (request.file, REQUEST):
        (place.update / name).unlink(missing_ok=True)


def read(path: Path) -> InstallRequest:
    """Read a request. Raise ApplianceError for anything else."""
    try:
        given = json.loads(read_left(path))
        words = {name: str(given[name]) for name in ("id", "file", "sha256", "version")}
        request = InstallRequest(**words, older=given.get("older") is True)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ApplianceError(f"{path} cannot be read ({error!r}); it holds id, file, sha256, version and older") from None
    if not request.file or Path(request.file).name != request.file or request.file.startswith("."):
        raise ApplianceError(f"{path}: file {request.file!r} is no name of a file in {path.parent}")
    return request


def checked(folder: Path, request: InstallRequest) -> Path:
    """The bundle, if it is what was announced. Raise ApplianceError, OSError."""
    path = folder / request.file
    if path.is_symlink() or not path.is_file():
        raise ApplianceError(f"{path} is not there; download it again")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != request.sha256.lower():
        raise ApplianceError(f"{path} is not what was announced (its sha256 differs); download it again")
    return path


def report(place: Place, request: InstallRequest, state: str, detail: str = "") -> None:
    """Leave the result where whoever asked finds it. Raise OSError."""
    result = {"id": request.id, "state": state, "detail": detail, "version": request.version, "slot": slots.running(place)}
    write_json(place.update / RESULT, result)


def begun(place: Place) -> None:
    """At the start of a new system: a cut may have come before the installer could say that it was written. Raise OSError."""
    result = _result(place)
    if result.get("state") == "installing" and _is_new(place, result):
        write_json(place.update / RESULT, {**result, "state": "restarting"})


def judged(place: Place, detail: str = "") -> None:
    """Say of an update, after its restart, that it is done or, with a detail, why it failed. Raise OSError."""
    result = _result(place)
    if result.get("state") == "restarting":
        write_json(place.update / RESULT, {**result, "state": "failed" if detail else "done", "detail": detail})


def _result(place: Place) -> dict[str, str]:
    """What was left in result.json, empty if nothing."""
    try:
        result = json.loads(read_left(place.update / RESULT))
    except (OSError, ValueError):
        return {}
    return result if isinstance(result, dict) else {}
