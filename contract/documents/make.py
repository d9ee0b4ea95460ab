"""Papers about an item of the hall (its guide, its one-time notice, its forms) and about a case."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime
from typing import Any

from contract.configuration.hall import HallConfig
from contract.configuration.table import TextConfig
from contract.documents.papers import (
    AnyPaper,
    DenialPaper,
    FormLine,
    FormPaper,
    GuidePaper,
    Letterhead,
    Mark,
    NoticePaper,
    ProgressPaper,
    ReceiptPaper,
    RejectionPaper,
    SupplementPaper,
    TrialPaper,
)
from contract.guides.english import English, in_english
from contract.guides.item import Form, Item
from contract.serving_windows import serving_windows
from contract.wire.case import PaperKind
from contract.wire.facts import CaseFacts
from contract.wire.scanned_code import PREFIXES

GUIDE_NOTE = TextConfig(zh="手机扫码看指南", en="This guide on a phone")
CASE_NOTE = "自助机扫码查进度"
_COMMON = ("number", "item", "item_code", "applicant", "department", "received_on", "handler", "contact")


def letterhead(hall: HallConfig, *, example: bool = False) -> Letterhead:
    """The hall's own head; `example` where the data are examples."""
    facts = hall.hall
    return Letterhead(
        hall=facts.name,
        address=facts.address.zh,
        telephone=facts.telephone,
        complaints=facts.complaints_telephone,
        example=example,
    )


def trial(head: Letterhead, *, terminal: str, device: str, at: datetime) -> TrialPaper:
    """A page to try a printer with."""
    return TrialPaper(head=head, printed_at=at, terminal=terminal, device=device)


def guide(
    head: Letterhead,
    hall: HallConfig,
    item: Item,
    forms: list[Form],
    *,
    at: datetime,
    web: str = "",
    english: English | None = None,
    working: Container[str] = (),
) -> GuidePaper:
    """The guide of an item; with the hall's `web` address its QR code opens the same guide on the phone. With `english`, the
    English of its sentences, the whole paper is in English. `working`: the ids of the windows that work now."""
    return GuidePaper(head=head, printed_at=at, **_of_item(hall, item, forms, web, english, working))


def notice(
    head: Letterhead,
    hall: HallConfig,
    item: Item,
    forms: list[Form],
    *,
    at: datetime,
    web: str = "",
    english: English | None = None,
    working: Container[str] = (),
) -> NoticePaper:
    """The one-time notice of an item, in English as a guide is."""
    return NoticePaper(head=head, printed_at=at, **_of_item(hall, item, forms, web, english, working))


def _of_item(
    hall: HallConfig, item: Item, forms: list[Form], web: str, english: English | None, working: Container[str]
) -> dict[str, Any]:
    windows = [window.number for window in serving_windows(hall, item.queue, working)]
    if english is None:
        titles, note = {form.id: form.title.zh for form in forms}, GUIDE_NOTE.zh
        words: dict[str, object] = {"item": item, "windows": "、".join(windows)}
    else:
        titles, note = {form.id: f"{form.title.en} ({form.title.zh})" for form in forms}, GUIDE_NOTE.en
        words = {"item": in_english(item, english), "windows": ", ".join(windows), "language": "en"}
    return words | {"forms": titles, "code": _address(web, item), "code_note": note}


def form(
    head: Letterhead, blank: Form, *, at: datetime, filled_in: bool = False, item: str = "", english: English | None = None
) -> FormPaper:
    """A blank form, or the same filled in as an example. Forms are handed in in Chinese; with `english`, the English of its
    labels, it stands below them."""
    known = english or {}
    lines = [
        FormLine(label=f.label, english=known.get(f.label, ""), value=f.example if filled_in else "", lines=f.lines)
        for f in blank.fields
    ]
    return FormPaper(
        head=head,
        printed_at=at,
        title=blank.title,
        fields=lines,
        filled_in=filled_in,
        item=item,
        declaration=blank.declaration,
        declaration_english=known.get(blank.declaration, ""),
        signed_by=blank.signed_by,
        signed_by_english=known.get(blank.signed_by, ""),
        language="zh" if english is None else "en",
    )


def of_case(head: Letterhead, kind: PaperKind, case: CaseFacts, *, at: datetime, web: str = "") -> AnyPaper:
    """A paper about a case, as `scan` and `find-case` answer it. Raise ValueError when its state gives no such paper."""
    if kind not in case.papers:
        raise ValueError(f"a case that is {case.state} gives no {kind}")
    common: dict[str, Any] = {name: getattr(case, name) for name in _COMMON}
    code = f"{web.rstrip('/')}/c/{case.code.removeprefix(PREFIXES['case'])}" if web else case.code
    common |= {"head": head, "printed_at": at, "code": code, "code_note": CASE_NOTE}
    match kind:
        case "receipt":
            return ReceiptPaper(**common, promised_on=case.promised_on, materials=case.materials, delivery=case.delivery)
        case "supplement":
            return SupplementPaper(**common, missing=case.missing, due_on=case.due_on)
        case "rejection":
            return RejectionPaper(**common, reason=case.reason, basis=case.basis)
        case "denial":
            return DenialPaper(**common, reason=case.reason, basis=case.basis)
        case _:
            return ProgressPaper(
                **common,
                state=case.state_texts.zh,
                promised_on=case.promised_on,
                deadline=case.deadline.texts.zh if case.deadline is not None else "",
                marks=[Mark(on=step.on, text=step.text) for step in case.steps],
            )


def _address(web: str, item: Item) -> str:
    return f"{web.rstrip('/')}/g/{item.id}" if web else ""
