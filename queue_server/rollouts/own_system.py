"""The system of the server's own machine: updated like a terminal's, by a bundle of the shelf, when somebody says so."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

from contract.version import newer
from contract.wire.messages import Update, UpdateStatus
from link.machine_status import system_version
from link.update import Updater
from queue_server.rollouts.bundle_shelf import Bundle, BundleShelf

COMPATIBLE = "jiaohao-server"
"""How the bundles for a server's machine begin to say what they fit."""


class OwnSystem:
    """Updates of this machine. `open` first: after a restart it says what became of the one that was under way."""

    def __init__(
        self,
        folder: Path | None,
        shelf: BundleShelf,
        fetched_at: str,
        ca: Path | None,
        version: Callable[[], str] = system_version,
    ) -> None:
        """`folder` is the one that the installer watches, None on a machine that cannot be updated so; `fetched_at` is where
        this machine reaches its own public pages."""
        self._shelf, self._fetched_at, self._version = shelf, fetched_at, version
        self._able = folder is not None
        self._updater = Updater(folder, "server", lambda: None, ca=ca)

    def open(self) -> None:
        """Go on with what was under way."""
        self._updater.open()

    def close(self) -> None:
        """Let go of a download; it goes on at the next start."""
        self._updater.close()

    @property
    def version(self) -> str:
        """What runs now; empty on a machine that was not made from an image."""
        return self._version()

    @property
    def able(self) -> bool:
        """Whether this machine has an installer."""
        return self._able

    @property
    def status(self) -> UpdateStatus | None:
        """How far the latest update has come."""
        return self._updater.status

    def bundles(self) -> list[Bundle]:
        """The bundles that fit this machine, the newest first. Raise ERRORS of the database."""
        return [bundle for bundle in self._shelf.all() if bundle.compatible.startswith(COMPATIBLE)]

    def bundle(self, sha256: str) -> Bundle | None:
        """A bundle that fits this machine; None if it is not there or fits no server. Raise ERRORS of the database."""
        return next((bundle for bundle in self.bundles() if bundle.sha256 == sha256), None)

    def is_newer(self, bundle: Bundle) -> bool:
        """Whether the bundle is newer than what runs."""
        return newer(bundle.version, self.version)

    def update(self, bundle: Bundle, *, older: bool = False) -> None:
        """Begin to install a bundle; with `older` one that is not newer than what runs. Raise UpdateRefused."""
        url = f"{self._fetched_at}/bundles/{bundle.sha256}.raucb"
        self._updater.take(str(uuid.uuid4()), Update(url, bundle.sha256, bundle.size, bundle.version, older))
