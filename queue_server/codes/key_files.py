"""Key pairs of a platform that signs service codes, as files: NAME is secret, NAME.pub goes to the halls."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)


def make(file: Path) -> None:
    """Write a new pair, PEM; raise FileExistsError rather than replace one."""
    key = Ed25519PrivateKey.generate()
    public = file.with_name(file.name + ".pub")
    for path in (file, public):
        if path.exists():
            raise FileExistsError(f"{path} is there already; choose another name")
    file.touch(mode=0o600)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def read(file: Path) -> Ed25519PrivateKey:
    """The secret key of a pair; raise OSError or ValueError."""
    key = load_pem_private_key(file.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{file} is no Ed25519 key; make one with `key`")
    return key
