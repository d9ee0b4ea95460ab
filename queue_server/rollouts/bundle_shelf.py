"""RAUC bundles: what they say of themselves, and the shelf in the state folder from which terminals fetch them.

A bundle (RAUC's manual, "Bundle formats") is a squashfs, a CMS signature (RFC 5652), and its length in 8 bytes, big-endian.
In the format `verity` the signed manifest is inside the signature. It is only read here: terminals check the signature.
"""

from __future__ import annotations

import configparser
import hashlib
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, Row, delete, insert, select

from contract import durable
from queue_server.store.tables import bundles

B = bundles.c
SQUASHFS = b"hsqs"
LARGEST_SIGNATURE = 64 * 1024
LARGEST = 8 * 1024**3
SPARE = 256 * 1024**2
"""How much of the disk stays free, in bytes: the ledger is on it."""
INCOMING = "incoming-"


class BadBundle(ValueError):
    """A file that is no bundle, or cannot be kept. `reason` is one of: no-bundle, old-format, no-version, too-large, no-room,
    cut-off."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Bundle:
    """One bundle on the shelf."""

    sha256: str
    name: str
    version: str
    compatible: str
    size: int
    added_at: datetime
    added_by: str


class BundleShelf:
    """The bundles of one server. Every method is short or reads a file; call them off the event loop."""

    def __init__(
        self, folder: Path, writer: Engine, reader: Engine, clock: Callable[[], datetime], *, spare: int = SPARE
    ) -> None:
        self.folder, self._spare = folder, spare
        self._writer, self._reader, self._clock = writer, reader, clock
        self._taking = threading.Lock()

    def all(self) -> list[Bundle]:
        """Every bundle whose file is here, the newest first."""
        with self._reader.connect() as connection:
            rows = connection.execute(select(bundles).order_by(B.added_at.desc())).all()
        return [_bundle(row) for row in rows if self.path(row.sha256).exists()]

    def get(self, sha256: str) -> Bundle | None:
        """The bundle, if its file is here."""
        return next((bundle for bundle in self.all() if bundle.sha256 == sha256), None)

    def path(self, sha256: str) -> Path:
        """Where the file of a bundle is."""
        return self.folder / f"{sha256}.raucb"

    def receive(self, size: int) -> IncomingBundle:
        """Begin to take in a file of `size` bytes. Raise BadBundle."""
        if size > LARGEST:
            raise BadBundle("too-large")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._taking:  # each sees the room that those before it have taken
            if shutil.disk_usage(self.folder).free < size + self._spare:
                raise BadBundle("no-room")
            return IncomingBundle(self.folder, size)

    def clear(self) -> None:
        """Remove what a power cut has left of files that were coming in; call it before any comes. Raise OSError."""
        for left in self.folder.glob(f"{INCOMING}*"):
            left.unlink()

    def keep(self, incoming: IncomingBundle, name: str, by: str) -> Bundle:
        """Put what has come in on the shelf; the same bundle again is the same. Raise BadBundle."""
        version, compatible = manifest(incoming.path)
        sha256 = incoming.keep()
        known = self.get(sha256)
        if known is not None:
            return known
        clean = re.sub(r"[^\w.() -]+", "_", Path(name).name)[:128] or "bundle"
        bundle = Bundle(sha256, clean, version, compatible, incoming.size, self._clock(), by[:64])
        with self._writer.begin() as connection:
            connection.execute(delete(bundles).where(B.sha256 == sha256))
            connection.execute(insert(bundles).values(asdict(bundle)))
        return bundle

    def remove(self, sha256: str) -> None:
        """Take a bundle off the shelf."""
        with self._writer.begin() as connection:
            connection.execute(delete(bundles).where(B.sha256 == sha256))
        self.path(sha256).unlink(missing_ok=True)


class IncomingBundle:
    """A file that is coming in, whose room is taken from its beginning. `write` its pieces, then `BundleShelf.keep`; `close` in
    any case."""

    def __init__(self, folder: Path, size: int) -> None:
        """Raise BadBundle."""
        self.path = folder / f"{INCOMING}{os.urandom(8).hex()}"
        self.size = size
        self._digest = hashlib.sha256()
        self._there = 0
        self._file: IO[bytes] = self.path.open("xb")
        try:
            os.posix_fallocate(self._file.fileno(), 0, max(size, 1))
        except OSError:
            self.close()
            raise BadBundle("no-room") from None

    def write(self, piece: bytes) -> None:
        """Take one piece. Raise BadBundle."""
        self._there += len(piece)
        if self._there > self.size:
            raise BadBundle("too-large")
        self._digest.update(piece)
        self._file.write(piece)

    def end(self) -> None:
        """All pieces are there, or should be. Raise BadBundle."""
        durable.flush(self._file)
        if self._there != self.size:
            raise BadBundle("cut-off")

    def keep(self) -> str:
        """Give the file its name; its SHA-256."""
        sha256 = self._digest.hexdigest()
        durable.rename(self.path, self.path.with_name(f"{sha256}.raucb"))
        return sha256

    def close(self) -> None:
        """Let go; a file that was not kept is removed."""
        self._file.close()
        self.path.unlink(missing_ok=True)


def manifest(path: Path) -> tuple[str, str]:
    """Version and `compatible` out of a bundle. Raise BadBundle."""
    with path.open("rb") as file:
        if file.read(4) != SQUASHFS:
            raise BadBundle("no-bundle")
        end = max(0, file.seek(0, os.SEEK_END) - 8)
        file.seek(end)
        length = int.from_bytes(file.read(8), "big")
        if not 0 < length <= min(LARGEST_SIGNATURE, end):
            raise BadBundle("no-bundle")
        file.seek(end - length)
        content = _signed_content(file.read(length))
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(content.decode())
        version, compatible = parser["update"].get("version", ""), parser["update"]["compatible"]
    except (configparser.Error, KeyError, UnicodeDecodeError):
        raise BadBundle("no-bundle") from None
    if not re.fullmatch(r"[\w.+~-]{1,64}", version):
        raise BadBundle("no-version")
    return version, compatible[:128]


def _signed_content(cms: bytes) -> bytes:
    """The content inside ContentInfo → SignedData → encapContentInfo (RFC 5652, sections 3 and 5)."""
    try:
        (_, info), *_ = _parts(cms)
        _oid, (_, wrapped) = _parts(info)
        (_, signed), *_ = _parts(wrapped)
        _version, _digests, (_, encapsulated), *_ = _parts(signed)
        _kind, *content = _parts(encapsulated)
        if not content:
            raise BadBundle("old-format")
        (_, octets), *_ = _parts(content[0][1])
    except BadBundle:
        raise
    except ValueError:
        raise BadBundle("no-bundle") from None
    return octets


def _parts(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of every value in a sequence of DER values (X.690). Raise ValueError."""
    at = 0
    while at < len(der):
        head = der[at : at + 2]
        if len(head) < 2:
            raise ValueError("a value ends before its length")
        at, length = at + 2, head[1]
        if length >= 0x80:
            size = length - 0x80
            length, at = int.from_bytes(der[at : at + size], "big"), at + size
        if at + length > len(der):
            raise ValueError("a value is longer than its sequence")
        yield head[0], der[at : at + length]
        at += length


def _bundle(row: Row[tuple[object, ...]]) -> Bundle:
    return Bundle(row.sha256, row.name, row.version, row.compatible, row.size, row.added_at, row.added_by)
