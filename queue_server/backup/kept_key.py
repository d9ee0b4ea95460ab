"""The key under which the server seals backups by itself: made of the passphrase, which is kept nowhere."""

from __future__ import annotations

from pathlib import Path

from contract import durable
from queue_server.backup.sealed_file import PassphraseKey

NAME = "backup.key"
SHORTEST = 12


class BadPassphrase(ValueError):
    """The passphrase cannot be taken; the text says why and what to do."""


def checked(passphrase: str) -> str:
    """A passphrase that is long enough. Raise BadPassphrase."""
    passphrase = passphrase.strip()
    if len(passphrase) < SHORTEST:
        raise BadPassphrase(
            f"a passphrase has {SHORTEST} characters or more; several words are easier to keep than a few signs"
        )
    return passphrase


def keep(state: Path, passphrase: str) -> PassphraseKey:
    """Seal with this passphrase from now on. Raise BadPassphrase, OSError."""
    made = PassphraseKey.of(checked(passphrase))
    durable.replace_file(state / NAME, bytes(made), mode=0o600)
    return made


def kept(state: Path) -> PassphraseKey | None:
    """The key that `keep` has left; None while there is no passphrase."""
    try:
        return PassphraseKey.kept((state / NAME).read_bytes())
    except (OSError, ValueError):
        return None
