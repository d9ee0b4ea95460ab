"""Verb → service function. The requests they take stand in the wire contract (queue_server/api/messages.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from queue_server.service import calling, issuing, leasing, moving, rating, reprinting, scanning, serving, technician, windows
from queue_server.service.work import Work

VERBS: dict[str, Callable[[Work, Any], dict[str, Any]]] = {
    "issue-ticket": issuing.issue_ticket,
    "confirm-print": issuing.confirm_print,
    "call-next": calling.call_next,
    "call-ticket": calling.call_ticket,
    "recall": calling.recall,
    "no-show": calling.no_show,
    "start-service": serving.start_service,
    "finish-service": serving.finish_service,
    "hold": serving.hold,
    "resume": serving.resume,
    "transfer": moving.transfer,
    "requeue": moving.requeue,
    "cancel-ticket": moving.cancel_ticket,
    "open-window": windows.open_window,
    "pause-window": windows.pause_window,
    "close-window": windows.close_window,
    "reprint-ticket": reprinting.reprint_ticket,
    "confirm-reprint": reprinting.confirm_reprint,
    "rate": rating.rate,
    "lookup": rating.lookup,
    "scan": scanning.scan,
    "find-case": scanning.find_case,
    "lease-numbers": leasing.lease_numbers,
    "merge-tickets": leasing.merge_tickets,
    "check-technician-code": technician.check_code,
    "fetch-technician-secret": technician.fetch_secret,
    "tell-technician-acts": technician.take_acts,
}
READS_ONLY = frozenset({"lookup", "fetch-technician-secret"})
"""Verbs whose answers are not kept: asked again, they may answer anew."""
