"""The rows of one table within a unit of work: read once, the same object whenever asked for, written together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Generic, TypeVar

from sqlalchemy import Connection, Select, Table, bindparam, insert, select, update

from queue_server.store.prepared import Prepared, Row
from queue_server.store.rows import ServiceRow, TicketRow, WindowRow

R = TypeVar("R", TicketRow, WindowRow, ServiceRow)
Query = Select[*tuple[object, ...]]
"""A select of the columns of a row, in the order of its fields."""


class RowStatements(Generic[R]):
    """How the rows of one table are read and written."""

    def __init__(self, table: Table, kind: type[R]) -> None:
        self.kind: type[R] = kind
        self.names = [f.name for f in fields(kind)]
        assert self.names[0] == "id", "a row is known by its id, which never changes"
        self.select: Query = select(*[table.c[name] for name in self.names])
        one = self.select.where(table.c.id == bindparam("id"))
        self.by_id = {False: Prepared(one), True: Prepared(one.with_for_update())}
        self.insert = Prepared(insert(table), self.names)
        self.update = Prepared(update(table).where(table.c.id == bindparam("of_id")), self.names[1:])

    def values(self, row: R) -> dict[str, object]:
        """A row as column → value."""
        return {name: getattr(row, name) for name in self.names}

    def changes(self, row: R) -> dict[str, object]:
        """The parameters of `update`."""
        return {"of_id": row.id, **{name: getattr(row, name) for name in self.names[1:]}}


class IdentityMap(Generic[R]):
    """The rows of one table that this unit of work has read, added or changed."""

    def __init__(self, connection: Connection, statements: RowStatements[R], *, lock: bool) -> None:
        self._connection = connection
        self._statements: RowStatements[R] = statements
        self._lock = lock
        self._known: dict[str, R] = {}
        self._new: dict[str, R] = {}
        self._changed: dict[str, R] = {}

    @property
    def rows(self) -> Iterable[R]:
        """Every row that was read or added, as it now stands."""
        return self._known.values()

    @property
    def columns(self) -> Query:
        """The select that `find` wants."""
        return self._statements.select

    def get(self, row_id: str) -> R | None:
        """The row, read and locked once."""
        known = self._known.get(row_id)
        if known is None:
            found = self._statements.by_id[self._lock].run(self._connection, {"id": row_id})
            if not found:
                return None
            known = self._known[row_id] = self._statements.kind(*found[0])
        return known

    def find(self, query: Query) -> list[R]:
        """Rows of a query that began with `columns`; rows known already are given as they now stand."""
        return self.known(self._connection.execute(query))

    def known(self, found: Iterable[Row]) -> list[R]:
        """Values in the order of `columns` as rows."""
        rows: list[R] = []
        for values in found:
            row = self._known.get(values[0])
            if row is None:
                row = self._known[values[0]] = self._statements.kind(*values)
            rows.append(row)
        return rows

    def add(self, row: R) -> None:
        """Insert `row` at the end."""
        self._known[row.id] = self._new[row.id] = row

    def touch(self, row: R) -> None:
        """Write `row` at the end."""
        if row.id not in self._new:
            self._changed[row.id] = row

    def flush(self) -> None:
        """Write what is new and what has changed."""
        if self._new:
            self._statements.insert.run_many(self._connection, map(self._statements.values, self._new.values()))
            self._new.clear()
        if self._changed:
            self._statements.update.run_many(self._connection, map(self._statements.changes, self._changed.values()))
            self._changed.clear()
