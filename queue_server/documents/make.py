"""Papers about an item of the hall: its guide, its one-time notice, its forms."""

from __future__ import annotations

from datetime import datetime

from queue_server.api.hall import HallConfig
from queue_server.api.item import Form, Item
from queue_server.documents.papers import FormLine, FormPaper, GuidePaper, Letterhead, NoticePaper

GUIDE_NOTE = "手机扫码看指南"


def letterhead(hall: HallConfig, *, example: bool = False) -> Letterhead:
    """The hall's own head; `example` where the data are examples."""
    facts = hall.hall
    return Letterhead(
        hall=facts.name, address=facts.address.zh, telephone=facts.telephone, complaints=facts.complaints_telephone,
        example=example,
    )  # fmt: skip


def guide(head: Letterhead, hall: HallConfig, item: Item, forms: list[Form], *, at: datetime, web: str = "") -> GuidePaper:
    """The guide of an item; with the hall's `web` address its QR code opens the same guide on the phone."""
    titles = {form.id: form.title.zh for form in forms}
    return GuidePaper(
        head=head, printed_at=at, item=item, windows=_windows(hall, item), forms=titles,
        code=_address(web, item), code_note=GUIDE_NOTE,
    )  # fmt: skip


def notice(head: Letterhead, hall: HallConfig, item: Item, forms: list[Form], *, at: datetime, web: str = "") -> NoticePaper:
    """The one-time notice of an item."""
    titles = {form.id: form.title.zh for form in forms}
    return NoticePaper(
        head=head, printed_at=at, item=item, windows=_windows(hall, item), forms=titles,
        code=_address(web, item), code_note=GUIDE_NOTE,
    )  # fmt: skip


def form(head: Letterhead, blank: Form, *, at: datetime, filled_in: bool = False, item: str = "") -> FormPaper:
    """A blank form, or the same filled in as an example."""
    return FormPaper(
        head=head, printed_at=at, title=blank.title, declaration=blank.declaration, signed_by=blank.signed_by,
        filled_in=filled_in, item=item,
        fields=[FormLine(label=f.label, value=f.example if filled_in else "", lines=f.lines) for f in blank.fields],
    )  # fmt: skip


def _windows(hall: HallConfig, item: Item) -> str:
    return "、".join(window.number for window in hall.window if window.id in item.windows)


def _address(web: str, item: Item) -> str:
    return f"{web.rstrip('/')}/g/{item.id}" if web else ""
