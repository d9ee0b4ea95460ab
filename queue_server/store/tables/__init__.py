"""All tables of the ledger, a module a subject. `metadata` knows every one of them."""

from queue_server.store.tables.account import accounts, log_in_failures, web_sessions
from queue_server.store.tables.alert import alert_takers
from queue_server.store.tables.appointment import appointments, intakes
from queue_server.store.tables.case import cases
from queue_server.store.tables.code import used_codes, wrong_guesses
from queue_server.store.tables.columns import EPOCH, MICROSECOND, Instant, metadata
from queue_server.store.tables.enrolment import certificates, enrol_tokens
from queue_server.store.tables.item import guide_translations, item_notes, item_versions, unfinished_items
from queue_server.store.tables.log import audit, events, log_beginnings, log_checks
from queue_server.store.tables.rating import ratings
from queue_server.store.tables.rollout import bundles, rollout_terminals, rollouts
from queue_server.store.tables.server import marks, requests, restores, secrets
from queue_server.store.tables.technician import technician_codes, technician_diaries
from queue_server.store.tables.ticket import BOUND, OPEN, UNBOUND, WAITING, counters, leases, lines, periods, reprints, tickets
from queue_server.store.tables.window import services, windows

__all__ = [
    "BOUND",
    "EPOCH",
    "MICROSECOND",
    "OPEN",
    "UNBOUND",
    "WAITING",
    "Instant",
    "accounts",
    "alert_takers",
    "appointments",
    "audit",
    "bundles",
    "cases",
    "certificates",
    "counters",
    "enrol_tokens",
    "events",
    "guide_translations",
    "intakes",
    "item_notes",
    "item_versions",
    "leases",
    "lines",
    "log_beginnings",
    "log_checks",
    "log_in_failures",
    "marks",
    "metadata",
    "periods",
    "ratings",
    "reprints",
    "requests",
    "restores",
    "rollout_terminals",
    "rollouts",
    "secrets",
    "services",
    "technician_codes",
    "technician_diaries",
    "tickets",
    "unfinished_items",
    "used_codes",
    "web_sessions",
    "windows",
    "wrong_guesses",
]
