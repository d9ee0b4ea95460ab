"""The guide files of a running hall: built once a version by a process of its own, kept under the name of their SHA-256.

A file is never changed; a change of the items makes a new one. The one before stays, for a kiosk that is fetching it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contract.guides.guide_file import FORMAT, BadGuide, Guides, open_guides, sha256
from queue_server.catalogue.everyday_words import SAID_FOR
from queue_server.catalogue.load import FORMS, ITEMS, SHARED
from queue_server.store.database import ERRORS
from queue_server.upkeep.job import PeriodicJob

LOG = logging.getLogger(__name__)
RETRY_S = 60.0
KEPT = 2
DIGEST = re.compile(r"[0-9a-f]{64}")


class BuildFailed(RuntimeError):
    """The guide file could not be built; the text says why."""


@dataclass(frozen=True)
class Edition:
    """A guide file that is ready."""

    version: str
    sha256: str
    path: Path


class GuideShelf:
    """Keeps the guide file up to date in a thread of its own, and opens it for the web pages."""

    def __init__(
        self,
        *,
        folder: Path,
        hall: Path,
        contents: Callable[[], Sequence[str]],
        english: Callable[[], Mapping[str, str]],
        announce: Callable[[Edition], None],
    ) -> None:
        """`hall` holds what items share, `contents` gives the JSON of the items in force, `english` the English of their
        sentences; `announce` is called with every new edition, in this shelf's thread."""
        self._folder, self._hall, self._contents, self._english, self._announce = folder, hall, contents, english, announce
        self.current: Edition | None = None
        self._guides: Guides | None = None
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._job = PeriodicJob(
            "guides",
            self._bring_up_to_date,
            every_s=None,
            at_once=True,
            retry_s=RETRY_S,
            expected=(OSError, BadGuide, BuildFailed, *ERRORS),
            failure="the guide file could not be built, the last one stays in use",
        )

    def open(self) -> None:
        """Begin; the first edition is ready soon after."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._job.open()

    def close(self) -> None:
        """End; an unfinished build is given up."""
        self._job.end()
        if (child := self._child) is not None:
            child.terminate()
        self._job.close()
        with self._lock:
            if self._guides is not None:
                self._guides.close()
                self._guides = None

    def refresh(self) -> None:
        """Items have changed: build a new edition, from any thread, without waiting for it."""
        self._job.wake()

    @contextmanager
    def guides(self) -> Iterator[Guides | None]:
        """The guides of the present edition, for one reader at a time; None while there is none."""
        with self._lock:
            yield self._guides

    def file(self, digest: str) -> Path | None:
        """The file with this SHA-256, if it is kept."""
        path = self._folder / f"{digest}.db"
        return path if DIGEST.fullmatch(digest) and path.is_file() else None

    # --- in the thread ----------------------------------------------------------------------------------------------

    def _bring_up_to_date(self) -> None:
        contents = self._contents()
        english = json.dumps(self._english(), ensure_ascii=False, sort_keys=True).encode()
        version = self._version(contents, english)
        if self.current is not None and self.current.version == version:
            return
        edition = self._kept(version) or self._build(version, contents, english)
        fresh = open_guides(edition.path)
        with self._lock:
            old, self._guides = self._guides, fresh
            if old is not None:
                old.close()
        self.current = edition
        self._clear_up()
        self._announce(edition)

    def _version(self, contents: Sequence[str], english: bytes) -> str:
        """The same items make the same version, whenever and wherever it is built; other everyday words make another, and other
        items in the hall's folder: they say which ones are example data."""
        digest = hashlib.sha256(FORMAT.encode() + repr(SAID_FOR).encode())
        for path in (self._hall / SHARED, self._hall / FORMS, *sorted((self._hall / ITEMS).glob("*.toml"))):
            digest.update(path.read_bytes())
        digest.update(english)
        for content in contents:
            digest.update(b"\n" + content.encode())
        return digest.hexdigest()[:12]

    def _kept(self, version: str) -> Edition | None:
        """The edition of an earlier run, if it is whole."""
        for path in self._folder.glob("*.db"):
            try:
                guides = open_guides(path, expected_sha256=path.stem)
            except BadGuide:
                path.unlink()
                continue
            found = guides.version
            guides.close()
            if found == version:
                path.touch()
                return Edition(version, path.stem, path)
        return None

    def _build(self, version: str, contents: Sequence[str], english: bytes) -> Edition:
        """Build in another process, at low priority: reading out 100,000 names takes long and must not delay a call."""
        unnamed, words = self._folder / "unnamed.tmp", self._folder / "english.tmp"
        words.write_bytes(english)
        command = ["nice", sys.executable, "-m", "queue_server.catalogue", "build", "--hall", str(self._hall)]
        command += ["--items", "-", "--english", str(words), "--version", version, str(unnamed)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        ) as child:
            self._child = child
            _, trouble = child.communicate("\n".join(contents).encode())
            self._child = None
        if trouble:
            LOG.warning("%s", trouble.decode(errors="replace").strip())
        if child.returncode != 0:
            raise BuildFailed(trouble.decode(errors="replace").strip() or f"the build ended with {child.returncode}")
        digest = sha256(unnamed)
        path = self._folder / f"{digest}.db"
        unnamed.replace(path)
        LOG.info("the guide file has %d items: version %s", len(contents), version)
        return Edition(version, digest, path)

    def _clear_up(self) -> None:
        files = sorted(self._folder.glob("*.db"), key=lambda path: path.stat().st_mtime, reverse=True)
        current = self.current.path if self.current else None
        for path in [path for path in files if path != current][KEPT - 1 :]:
            path.unlink(missing_ok=True)
