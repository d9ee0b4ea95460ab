"""Verb → command. What each takes and answers is in the wire contract (`contract.wire.requests.VERBS`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from queue_server.commands import call, find, issue, lease, move, rate, reprint, scan, serve, technician_code, window
from queue_server.commands.context import CommandContext

COMMANDS: dict[str, Callable[[CommandContext, Any], Struct]] = {
    "issue-ticket": issue.issue_ticket,
    "confirm-print": issue.confirm_print,
    "call-next": call.call_next,
    "call-ticket": call.call_ticket,
    "recall": call.recall,
    "no-show": call.no_show,
    "start-service": serve.start_service,
    "finish-service": serve.finish_service,
    "hold": serve.hold,
    "resume": serve.resume,
    "transfer": move.transfer,
    "requeue": move.requeue,
    "cancel-ticket": move.cancel_ticket,
    "open-window": window.open_window,
    "pause-window": window.pause_window,
    "close-window": window.close_window,
    "reprint-ticket": reprint.reprint_ticket,
    "confirm-reprint": reprint.confirm_reprint,
    "rate": rate.rate,
    "lookup": rate.lookup,
    "scan": scan.scan,
    "find-case": find.find_case,
    "find-appointment": find.find_appointment,
    "lease-numbers": lease.lease_numbers,
    "merge-tickets": lease.merge_tickets,
    "check-technician-code": technician_code.check_code,
    "fetch-technician-secret": technician_code.fetch_secret,
    "tell-technician-acts": technician_code.take_acts,
}
