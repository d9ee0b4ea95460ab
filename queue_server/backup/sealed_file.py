"""A file that only a passphrase opens: scrypt (RFC 7914) makes the key, AES-256-GCM seals the content piece by piece.

    magic 16 | salt of the passphrase 16 | log2 of scrypt's N 1 | salt of the file 16 | pieces

A piece is 1 MiB of content and a tag of 16 bytes; the last one may be shorter. Its nonce is its number, 11 bytes, and whether
it is the last, 1 byte: pieces that are missing, doubled or in another order do not open (the STREAM construction of Hoang,
Reyhanitabar, Rogaway and Vizár, 2015). Every file has a key of its own, derived from the passphrase's by HKDF (RFC 5869).
"""

from __future__ import annotations

import io
import secrets
from dataclasses import dataclass
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MAGIC = b"JIAOHAO-BACKUP\x00\x01"
SALT_BYTES = 16
KEY_BYTES = 32
LOG_N = 17
"""128 MiB and about half a second for one guess at a passphrase."""
MOST_LOG_N = 20
"""A file that asks for more memory than 1 GiB is not ours."""
PIECE = 1 << 20
TAG = 16
HEADER = len(MAGIC) + SALT_BYTES + 1 + SALT_BYTES


class NotOpened(ValueError):
    """The sealed file cannot be opened; the text says why and what to do."""


@dataclass(frozen=True)
class PassphraseKey:
    """What scrypt makes of a passphrase with a salt. It seals and opens, and does not tell the passphrase."""

    salt: bytes
    log_n: int
    key: bytes

    @classmethod
    def of(cls, passphrase: str, salt: bytes | None = None, log_n: int = LOG_N) -> PassphraseKey:
        """The key of a passphrase; a fresh salt if none is given. Takes half a second."""
        salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
        made = Scrypt(salt=salt, length=KEY_BYTES, n=1 << log_n, r=8, p=1).derive(passphrase.encode())
        return cls(salt, log_n, made)

    @classmethod
    def kept(cls, content: bytes) -> PassphraseKey:
        """The key of what `bytes` has made of one. Raise ValueError."""
        if len(content) != SALT_BYTES + 1 + KEY_BYTES:
            raise ValueError("the content has not the length of a key")
        return cls(content[:SALT_BYTES], content[SALT_BYTES], content[SALT_BYTES + 1 :])

    def __bytes__(self) -> bytes:
        return self.salt + bytes([self.log_n]) + self.key

    def opens(self, header: bytes) -> bool:
        """Whether a file with this header was sealed under the same passphrase and salt."""
        return header[len(MAGIC) : len(MAGIC) + SALT_BYTES + 1] == self.salt + bytes([self.log_n])

    def cipher(self, header: bytes) -> AESGCM:
        """The cipher of the file with this header."""
        return AESGCM(HKDF(SHA256(), KEY_BYTES, header[-SALT_BYTES:], b"jiaohao backup").derive(self.key))


class SealedWriter(io.RawIOBase):
    """Seals what is written into `file`. `close` writes the last piece; without it the file does not open."""

    def __init__(self, file: IO[bytes], key: PassphraseKey) -> None:
        self._file = file
        self._header = MAGIC + key.salt + bytes([key.log_n]) + secrets.token_bytes(SALT_BYTES)
        self._cipher, self._number, self._left = key.cipher(self._header), 0, bytearray()
        file.write(self._header)

    def writable(self) -> bool:
        return True

    def write(self, content: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        self._left += content
        while len(self._left) > PIECE:
            self._seal(bytes(self._left[:PIECE]), last=False)
            del self._left[:PIECE]
        return len(content)

    def finish(self) -> None:
        """Write the last piece."""
        self._seal(bytes(self._left), last=True)
        self._left.clear()

    def _seal(self, content: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last), content, self._header))
        self._number += 1


class SealedReader(io.RawIOBase):
    """The content of a sealed file. Every read may raise NotOpened; only after the end the file is known to be whole."""

    def __init__(self, file: IO[bytes], key: PassphraseKey) -> None:
        self._file = file
        self._header = header_of(file)
        if not key.opens(self._header):
            raise NotOpened("the file was sealed with another passphrase")
        self._cipher, self._number, self._left = key.cipher(self._header), 0, b""
        self._next = file.read(PIECE + TAG)
        if not self._next:
            raise NotOpened("the file has been cut off; take another copy or an older backup")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._left and self._next:
            self._open_piece()
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def _open_piece(self) -> None:
        sealed, self._next = self._next, self._file.read(PIECE + TAG)
        try:
            self._left = self._cipher.decrypt(_nonce(self._number, not self._next), sealed, self._header)
        except InvalidTag:
            raise NotOpened(
                "the passphrase is wrong, or the file has been damaged or cut off; try again, then an older backup"
                if self._number == 0
                else "the file has been damaged or cut off; take another copy or an older backup"
            ) from None
        self._number += 1


def header_of(file: IO[bytes]) -> bytes:
    """The header of a sealed file, read from its beginning. Raise NotOpened."""
    header = file.read(HEADER)
    if len(header) != HEADER or not header.startswith(MAGIC) or header[len(MAGIC) + SALT_BYTES] > MOST_LOG_N:
        raise NotOpened("this is no backup of Jiaohao, or one of a newer version")
    return header


def key_for(file: IO[bytes], passphrase: str) -> PassphraseKey:
    """The key that a passphrase makes for a sealed file, which is read from its beginning. Raise NotOpened."""
    header = header_of(file)
    file.seek(0)
    salt = header[len(MAGIC) : len(MAGIC) + SALT_BYTES]
    return PassphraseKey.of(passphrase, salt, header[len(MAGIC) + SALT_BYTES])


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])
