"""The verifiers that a hall's configuration names, with their keys read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from contract.configuration import hall
from contract.configuration.hall_files import BadHall
from queue_server.codes import key_files
from queue_server.codes.ed25519 import SignedCodes
from queue_server.codes.verifier import CodeVerifier

EXAMPLE = "example-platform"
"""Issuer and key file of the platform for trying things out."""


def opened(folder: Path, entries: Iterable[hall.Verifier]) -> tuple[CodeVerifier, ...]:
    """The verifiers of the hall in `folder`; raise BadHall when a key cannot be read."""
    return tuple(SignedCodes(entry.issuer, _public_key(folder, entry), tuple(entry.kinds)) for entry in entries)


def example(state: Path) -> CodeVerifier:
    """A platform for trying things out, whose key pair is made in the server's own folder: no other hall believes it."""
    if not (state / EXAMPLE).exists():
        key_files.make(state / EXAMPLE)
    return SignedCodes(EXAMPLE, key_files.read(state / EXAMPLE).public_key(), ("person", "enterprise"))


def _public_key(folder: Path, entry: hall.Verifier) -> Ed25519PublicKey:
    path = folder / entry.public_key
    where = f"{folder / 'hall.toml'}: [[verifier]] {entry.id}: public_key"
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise BadHall(f"{where}: {path} cannot be read ({error.strerror}); put the issuer's public key there") from None
    except (ValueError, UnsupportedAlgorithm):
        raise BadHall(f"{where}: {path} is no public key in PEM; ask the issuer for one") from None
    if not isinstance(key, Ed25519PublicKey):
        raise BadHall(f"{where}: {path} is a key of another kind; an Ed25519 key is needed")
    return key
