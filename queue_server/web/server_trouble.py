"""Troubles in which the server itself does not do its work: all the staff is told, and no page says otherwise."""

from __future__ import annotations

from collections.abc import Iterable

from contract.wire.messages import Alert

UNHEARD = "broker-silent"
"""Nothing comes from any terminal or display, and nothing reaches one: what they said last is no longer known to hold."""
KINDS = (UNHEARD, "ledger-unwritable")


def reasons(alerts: Iterable[Alert]) -> list[str]:
    """The kinds of these alerts for which the server is not ready, although it runs."""
    return sorted({alert.kind for alert in alerts} & set(KINDS))


def is_heard(alerts: Iterable[Alert]) -> bool:
    """Whether terminals and displays reach the server."""
    return UNHEARD not in reasons(alerts)
