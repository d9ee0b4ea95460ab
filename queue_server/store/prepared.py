"""Core statements that run often: compiled once, then run on the driver's own cursor.

Executing a Core statement costs some 100 µs of Python each time, several times what SQLite takes for the work itself, and
a request needs about eight of them (docs/decisions/0023-prepared-statements.md). Types are converted as Core does it. Errors
come as the driver raises them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Insert, Select, TextClause, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql.compiler import SQLCompiler

Query = Select[*tuple[object, ...]] | CompoundSelect[*tuple[object, ...]]
Statement = Query | Insert | Update | TextClause
Values = Mapping[str, object]
"""The value of every named parameter."""
Row = tuple[Any, ...]
"""The columns of a row, each as the type of its column says."""
Parameters = Any
"""What the driver takes: a list by place, or a dict by name."""
Converter = Callable[[object], object]


class Prepared:
    """One statement. Every run gives the values of all its named parameters."""

    def __init__(self, statement: Statement, names: Sequence[str] | None = None) -> None:
        """`names` are the columns that an insert or update sets, if it does not say so itself."""
        self.statement = statement
        self._names = names
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, values: Values) -> list[Row]:
        """Run once; the rows of the result, none for a statement that gives no rows."""
        compiled = self._for(connection)
        cursor = _cursor(connection)
        cursor.execute(compiled.sql, compiled.parameters(values))
        if cursor.description is None:
            return []
        return compiled.rows(cursor.fetchall(), cursor.description)

    def run_many(self, connection: Connection, rows: Iterable[Values]) -> None:
        """Run once for every row, in order."""
        compiled = self._for(connection)
        _cursor(connection).executemany(compiled.sql, [compiled.parameters(row) for row in rows])

    def _for(self, connection: Connection) -> _Compiled:
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self.statement, self._names, dialect)
        return compiled


class _Compiled:
    """A statement in the words of one database, with the conversions of its parameters and columns."""

    def __init__(self, statement: Statement, names: Sequence[str] | None, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=None if names is None else list(names))
        assert isinstance(compiled, SQLCompiler)
        self.sql = str(compiled)
        order = compiled.positiontup
        self._positional = order is not None
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._binds: list[tuple[str, Converter | None]] = [
            (name, binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in order or binds
        ]
        self._constants = {name: bind.value for name, bind in binds.items() if bind.value is not None}
        columns = statement.selected_columns if isinstance(statement, Select | CompoundSelect) else ()
        self._types = [column.type.dialect_impl(dialect) for column in columns]
        self._dialect = dialect
        self._converters: list[tuple[int, Converter]] | None = None

    def parameters(self, values: Values) -> Parameters:
        if self._constants:
            values = self._constants | dict(values)
        if self._positional:
            return [values[name] if convert is None else convert(values[name]) for name, convert in self._binds]
        return {name: values[name] if convert is None else convert(values[name]) for name, convert in self._binds}

    def rows(self, found: Sequence[Row], description: Sequence[Row]) -> list[Row]:
        """The rows with their columns converted; `description` is the cursor's, which tells the driver's own types."""
        if self._converters is None:
            kinds = zip(self._types, description, strict=False)
            makers = [kind.result_processor(self._dialect, column[1]) for kind, column in kinds]
            self._converters = [(i, make) for i, make in enumerate(makers) if make is not None]
        rows = []
        for values in map(list, found):
            for i, convert in self._converters:
                values[i] = convert(values[i])
            rows.append(tuple(values))
        return rows


def _cursor(connection: Connection) -> DBAPICursor:
    driver = connection.connection.dbapi_connection
    assert driver is not None, "the connection is open"
    return driver.cursor()
