"""Forms of items that are no items yet: what an editor has written so far is kept, whatever is missing in it.

A version of an item is always whole, so that lists, exports and guides can read it; until then the fields stand here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select, update

from queue_server.catalogue.form import Filled
from queue_server.store.tables import unfinished_items

U = unfinished_items.c
LONGEST_NAME = 200


@dataclass(frozen=True)
class UnfinishedItem:
    """A form as it was left. `code` is "" for a new item; `seen` is what `library.edits` said when it was opened."""

    id: int
    code: str
    department: str
    name: str
    seen: int
    fields: Filled
    account: str
    at: datetime


class UnfinishedItems:
    """All forms of a hall that are not finished. Every method is one transaction; call them off the event loop."""

    def __init__(self, *, writer: Engine, reader: Engine, clock: Callable[[], datetime]) -> None:
        self._writer = writer
        self._reader = reader
        self._clock = clock

    def of(self, department: str) -> list[UnfinishedItem]:
        """Those of a department, the latest first."""
        query = select(unfinished_items).where(U.department == department).order_by(U.at.desc(), U.id)
        with self._reader.connect() as connection:
            return [_form(row._asdict()) for row in connection.execute(query)]

    def get(self, number: int) -> UnfinishedItem | None:
        with self._reader.connect() as connection:
            row = connection.execute(select(unfinished_items).where(U.id == number)).first()
        return _form(row._asdict()) if row else None

    def of_item(self, code: str) -> UnfinishedItem | None:
        """The one of an item that there is already."""
        with self._reader.connect() as connection:
            row = connection.execute(select(unfinished_items).where(U.code == code).order_by(U.id.desc())).first()
        return _form(row._asdict()) if row else None

    def keep(self, fields: Filled, *, number: int, code: str, department: str, seen: int, account: str) -> int:
        """Keep the form with this number, or as a new one (0); return its number."""
        facts = {
            "code": code,
            "department": department,
            "name": fields.main.get("name.zh", "")[:LONGEST_NAME],
            "seen": seen,
            "fields": json.dumps(asdict(fields), ensure_ascii=False),
            "account": account,
            "at": self._clock(),
        }
        with self._writer.begin() as connection:
            if number and connection.execute(update(unfinished_items).where(U.id == number).values(facts)).rowcount:
                return number
            made = connection.execute(insert(unfinished_items).values(facts)).inserted_primary_key
            assert made is not None
            return int(made[0])

    def drop(self, number: int) -> None:
        """The form is finished, or thrown away."""
        with self._writer.begin() as connection:
            connection.execute(delete(unfinished_items).where(U.id == number))


def _form(row: dict[str, object]) -> UnfinishedItem:
    return UnfinishedItem(**{**row, "fields": Filled(**json.loads(str(row["fields"])))})  # type: ignore[arg-type]
