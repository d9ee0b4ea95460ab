"""What makes a ledger unusable."""

from __future__ import annotations


class BadDatabase(RuntimeError):
    """The database cannot be used; the text says why and what to do."""


class DamagedLedger(BadDatabase):
    """The file of the ledger is not what was written: a backup has to be put back."""
