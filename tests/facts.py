"""What the server answers about cases and tickets, complete as the contract has it, in JSON's own kinds."""

from __future__ import annotations

from typing import Any

from contract.wire import codec
from contract.wire.case import Case
from contract.wire.facts import CaseFacts
from queue_server.cases.row_format import CASES


def case_facts(number: str = "WS-1", **changes: Any) -> dict[str, Any]:
    """A case without anything special."""
    facts = {
        "number": number,
        "item": "住房公积金个人住房贷款",
        "item_code": "",
        "state": "examining",
        "department": "住房公积金管理部",
        "applicant": "王*",
        "received_on": "2026-11-02",
        "promised_on": None,
        "legal_on": None,
        "handler": "",
        "contact": "",
        "reason": "",
        "basis": "",
        "missing": [],
        "due_on": None,
        "materials": [],
        "delivery": "",
        "steps": [],
        "state_texts": {"zh": "审查中", "en": "being examined"},
        "deadline": None,
        "papers": ["receipt", "progress"],
        "code": f"JHC.testhall.{number}.AAAAAAAAAAAA",
    }
    assert changes.keys() <= facts.keys()
    return facts | changes


def a_case(number: str = "WS-1", **changes: Any) -> CaseFacts:
    """The same as a struct."""
    return codec.convert(case_facts(number, **changes), CaseFacts)


def ticket_facts(number: str = "A001", state: str = "waiting", **changes: Any) -> dict[str, Any]:
    """A ticket with its token."""
    facts = {
        "id": f"20261122-{number.lower()}",
        "number": number,
        "queue": "social",
        "class": "ordinary",
        "item": None,
        "state": state,
        "window": None,
        "issued_at": "2026-11-22T09:41:00+08:00",
        "business_day": "2026-11-22",
        "token": "261122a001-abcdefghijkl",
    }
    assert changes.keys() <= facts.keys()
    return facts | changes


def cases_of(content: bytes) -> list[Case]:
    """The cases in a JSON text, as a platform hands them over."""
    return [case for _, case in CASES.from_json(content)]
