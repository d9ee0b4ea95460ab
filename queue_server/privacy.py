"""Personal data at rest: encrypted where it must be kept in full.

Such data is stored only as what `Sealer.seal` makes of it (AES-256-GCM, NIST SP 800-38D). Where a masked name and a
pseudonymised number do (`queue_server.domain.name_masking`, `queue_server.codes.seal`), nothing more is kept. How numbers are
shown is in `contract.number_masking`, when data is deleted in `queue_server.upkeep.personal_data`. Rule: Personal Information
Protection Law article 51 (encryption).
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contract import durable

KEY_NAME = "personal-data.key"
KEY_BYTES = 32
NONCE_BYTES = 12
FORM = b"\x01"
"""First byte of everything sealed: AES-256-GCM, then 12 bytes of nonce, then text and tag."""


class NoKey(RuntimeError):
    """The key of the personal data cannot be used; the text says where it was looked for and what to do."""


class NotReadable(ValueError):
    """Sealed bytes that this hall's key does not open: another key, another place, or changed since."""


def key(state: Path, credentials: str | None = None) -> bytes:
    """The hall's key: the systemd credential `personal-data.key` if there is one, else a file of mode 0600 in the state
    folder, made on the first call. `credentials` is $CREDENTIALS_DIRECTORY if left out. Raise NoKey."""
    folder = credentials if credentials is not None else os.environ.get("CREDENTIALS_DIRECTORY", "")
    given = Path(folder) / KEY_NAME if folder else None
    path = given if given is not None and given.exists() else state / KEY_NAME
    try:
        if not path.exists():
            make_key(path)
        content = path.read_bytes()
        loose = path == state / KEY_NAME and path.stat().st_mode & 0o077
    except OSError as error:
        remedy = "look at the space on its disk, or give this user the file"
        raise NoKey(f"the key of the personal data {path} cannot be read ({error.strerror}); {remedy}") from None
    if len(content) != KEY_BYTES:
        raise NoKey(f"{path} must hold {KEY_BYTES} bytes and holds {len(content)}; put back the key from the backup")
    if loose:
        raise NoKey(f"others may read the key of the personal data; run: chmod 600 {path}")
    return content


def make_key(path: Path) -> None:
    """Write a new key where nobody else can read it; if two programs do so at once, the first one's stays."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        durable.flush(file)
    try:
        os.link(new, path)
    except FileExistsError:
        pass
    finally:
        new.unlink()
        durable.flush_folder(path.parent)


class Sealer:
    """Encrypts single values under one key of 32 bytes. Safe to use from several threads."""

    def __init__(self, hall_key: bytes) -> None:
        self._cipher = AESGCM(hmac.digest(hall_key, b"jiaohao personal data: seal", "sha256"))
        self._index_key = hmac.digest(hall_key, b"jiaohao personal data: index", "sha256")

    def seal(self, text: str, place: str) -> bytes:
        """`text` encrypted for one place, for example `appointments.telephone`: it cannot be read in another one."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return FORM + nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """The text again; raise NotReadable."""
        if sealed[:1] != FORM:
            raise NotReadable(f"what is kept in {place} was not sealed by this program")
        nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, rest, place.encode()).decode()
        except (InvalidTag, ValueError):
            raise NotReadable(f"what is kept in {place} was sealed with another key or has been changed") from None

    def index(self, text: str, place: str) -> bytes:
        """16 bytes that are the same for the same text and place: finds a sealed value again without reading any other.
        Spaces and hyphens do not count, nor does the case of letters."""
        plain = re.sub(r"[\s-]+", "", text).upper()
        return hmac.digest(self._index_key, f"{place}\0{plain}".encode(), "sha256")[:16]
