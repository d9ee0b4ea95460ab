"""What makes a ledger unusable."""

from __future__ import annotations


class BadDatabase(RuntimeError):
    """The database cannot be used; the text says why and what to do."""
