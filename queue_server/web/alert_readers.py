"""Who reads which alert: those who can do something about it, and nobody else."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from contract.wire.device_state import FINE
from contract.wire.device_words import MEANINGS
from contract.wire.messages import Alert
from queue_server.web import server_trouble

ADMINISTRATORS = frozenset({"administrator"})
TECHNICIANS = ADMINISTRATORS | {"technician"}
SUPERVISORS = ADMINISTRATORS | {"supervisor"}
HALL = TECHNICIANS | SUPERVISORS
WINDOWS = HALL | {"clerk"}
"""Also the clerks of the windows that it is about."""

_SET_UP = {"misconfigured", "failed", "no-permission", "in-use", "bad-reply", "no-sound-card", "garbled", "read-only"}
"""States that no hand at the device ends: a supervisor sees to it that somebody comes."""
READERS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(server_trouble.KINDS, WINDOWS),
    **dict.fromkeys(("terminal-lost", "display-unreachable"), WINDOWS),
    **dict.fromkeys((f"device-{state}" for state in MEANINGS), HALL),
    **dict.fromkeys((f"device-{state}" for state in MEANINGS.keys() - _SET_UP), WINDOWS),
    **dict.fromkeys(("terminals-unseen", "clock-ahead", "clock-long-off", "clock-behind", "clock-unset"), HALL),
    **dict.fromkeys(("backup-failed", "backup-old", "backup-same-disk", "restored"), HALL),
    "queue-unserved": SUPERVISORS,
    "log-broken": ADMINISTRATORS,
    **dict.fromkeys(
        ("program-failed", "program-garbled", "program-read-only", "illegal-message", "flood", "same-name", "lease-low"),
        TECHNICIANS,
    ),
    **dict.fromkeys(("rollout-paused", "rollout-failed"), TECHNICIANS),
}
"""Kind of alert → the roles that can do something about it."""


def readers(kind: str) -> frozenset[str]:
    """The roles that read alerts of this kind. A state of a device that is not known may be in sight of whoever is there; of
    other kinds that are not known technicians have to find out what they are."""
    unknown = WINDOWS if kind.startswith("device-") and kind.removeprefix("device-") not in FINE else TECHNICIANS
    return READERS.get(kind, unknown)


def read_by(role: str, alerts: Mapping[str, Alert]) -> dict[str, Alert]:
    """The alerts, by name, that an account of this role reads."""
    return {name: alert for name, alert in alerts.items() if role in readers(alert.kind)}


def read_at(subjects: Collection[str], alerts: Mapping[str, Alert]) -> list[Alert]:
    """The alerts that a clerk reads whose window depends on these `subjects`: devices, terminals and programs."""
    return [
        alert
        for alert in read_by("clerk", alerts).values()
        if alert.severity != "info" and (alert.subject in subjects or alert.kind in server_trouble.KINDS)
    ]
