"""The item versions of a hall in the ledger's database: what the editor changes and the guide file is built from.

The hall's folder seeds it. An item that nobody has touched in the editor follows its file; from the first edit on the
database alone holds it. Every method is one transaction, but many items are written a few at a time; call them off the event
loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Engine, Row, Select, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from contract.guides.item import Item
from queue_server.catalogue import lifecycle
from queue_server.catalogue.book import CODE_COLUMN, MAIN, problem
from queue_server.catalogue.lifecycle import Editor, History, HistoryEntry, Move, NotAllowed, NotPossible, Version
from queue_server.row_files.problem import BadRows, Problem
from queue_server.store.slices import write_in_slices
from queue_server.store.tables import item_notes, item_versions

FILES = "files"
"""Who notes what came from the hall's folder."""

V, N = item_versions.c, item_notes.c
NewestItems = Select[str, int, str, str, lifecycle.State, int | None]
"""A select of the fields of ListedItem."""


class ChangedMeanwhile(RuntimeError):
    """Somebody else changed the item since it was looked at; look again."""


@dataclass(frozen=True)
class ListedItem:
    """The newest version of an item, as a list shows it. `published` is the number of the version in force, if any."""

    code: str
    number: int
    department: str
    name: str
    state: lifecycle.State
    published: int | None


@dataclass(frozen=True)
class ImportCounts:
    """What an import did: items that were new, changed, and as they were."""

    new: int
    changed: int
    same: int


class Library:
    """All versions of all items of one hall."""

    def __init__(self, *, writer: Engine, reader: Engine, clock: Callable[[], datetime]) -> None:
        self._writer = writer
        self._reader = reader
        self._clock = clock

    # --- looking ----------------------------------------------------------------------------------------------------

    def contents(self) -> list[str]:
        """The JSON of every item in force, by code."""
        with self._reader.connect() as connection:
            return list(connection.execute(select(V.content).where(V.state == "in-force").order_by(V.code)).scalars())

    def history(self, code: str) -> History:
        """All versions of an item, oldest first; empty for an unknown code."""
        with self._reader.connect() as connection:
            return _history(connection, code)

    def newest(
        self, *, state: str = "", department: str = "", text: str = "", limit: int = 50, skip: int = 0
    ) -> list[ListedItem]:
        """The newest version of each item, by code; `text` is part of its name or code."""
        return self._listed(_newest(state, department, text).order_by(V.code).limit(limit).offset(skip))

    def count(self, *, state: str = "", department: str = "", text: str = "") -> int:
        """How many items `newest` would list in all."""
        with self._reader.connect() as connection:
            chosen = _newest(state, department, text).subquery()
            return connection.execute(select(func.count()).select_from(chosen)).scalar_one()

    def newest_contents(self, *, state: str = "", department: str = "", text: str = "") -> list[str]:
        """The JSON of the newest version of each item that `newest` would list, by code."""
        with self._reader.connect() as connection:
            chosen = _newest(state, department, text).with_only_columns(V.content)
            return list(connection.execute(chosen.order_by(V.code)).scalars())

    def departments(self) -> list[str]:
        """The departments that have items."""
        with self._reader.connect() as connection:
            return list(connection.execute(select(V.department).distinct().order_by(V.department)).scalars())

    def _listed(self, query: NewestItems) -> list[ListedItem]:
        with self._reader.connect() as connection:
            return [ListedItem(*row) for row in connection.execute(query)]

    # --- changing ---------------------------------------------------------------------------------------------------

    def seed(self, items: Iterable[Item]) -> int:
        """Take in the items of the hall's folder, each as a version in force; return how many were new or had changed.

        Where another server on the same ledger does so at this moment, it is left to that one.
        """
        with self._reader.connect() as connection:
            rows = connection.execute(_newest("", "", "").with_only_columns(V.code, V.content))
            known = {row.code: row.content for row in rows}
            edited = set(connection.execute(select(N.code).where(N.account != FILES).distinct()).scalars())
        fresh = [item for item in items if item.code not in edited and not _same(known.get(item.code), item)]
        try:
            write_in_slices(self._writer, fresh, partial(self._seed, self._clock()))
        except IntegrityError:
            return 0
        return len(fresh)

    @staticmethod
    def _seed(at: datetime, connection: Connection, items: Sequence[Item]) -> None:
        for item in items:
            old = _history(connection, item.code)
            note = HistoryEntry(at, FILES, "seed")
            version = Version(item.code, len(old) + 1, item.department, item.model_dump_json(), "in-force", (note,))
            archived = tuple(replace(v, state="archived") if v.state == "in-force" else v for v in old)
            _write(connection, old, (*archived, version))

    def save(self, item: Item, account: Editor, *, seen: int) -> History:
        """Keep an item as a draft. Raises Changed, or NotAllowed and NotPossible of the life cycle.

        `seen` is what `edits` said of the history that was on the screen.
        """
        return self._change(item.code, seen, lambda old: self._draft(old, item, account))

    def move(self, code: str, made: Move, account: Editor, *, seen: int, reason: str = "") -> History:
        """Make a move of the life cycle with the newest version. Raises Changed, NotAllowed, NotPossible, ValueError."""
        return self._change(code, seen, lambda old: lifecycle.move(old, made, account, self._clock(), reason))

    def take_in(self, items: Sequence[Item], account: Editor) -> ImportCounts:
        """Keep all items of a file as drafts, or none: raises BadRows with every item that cannot be taken.

        They are written a few at a time. An item that somebody changes meanwhile ends it with BadRows: those before it are
        drafts, and handed over again they are the same.
        """
        wanted: list[tuple[int, History, History]] = []
        problems: list[Problem] = []
        with self._reader.connect() as connection:
            for row, item in enumerate(items, 2):
                old = _history(connection, item.code)
                if old and _same(old[-1].content, item):
                    continue
                try:
                    wanted.append((row, old, self._draft(old, item, account)))
                except NotAllowed:
                    zh = f"“{item.department}”不是本账号的部门“{account.department}”，{item.code}不能导入"
                    en = f"“{item.department}” is not the department of this account, “{account.department}”; {item.code}"
                    problems.append(problem(MAIN, row, "实施主体", zh, en))
                except NotPossible:
                    zh, en = f"{item.code}正在审核或已废置，不能导入", f"{item.code} is under review or abolished"
                    problems.append(problem(MAIN, row, CODE_COLUMN, zh, en))
        if problems:
            raise BadRows(problems)
        write_in_slices(self._writer, wanted, _write_unchanged)
        new = sum(not old for _, old, _ in wanted)
        return ImportCounts(new, len(wanted) - new, len(items) - len(wanted))

    def _draft(self, old: History, item: Item, account: Editor) -> History:
        if item.department != account.department and account.role == "entry":
            raise NotAllowed(f"the item belongs to {item.department}; this account enters for {account.department or 'nobody'}")
        return lifecycle.draft(old, item.code, item.model_dump_json(), account, self._clock())

    def _change(self, code: str, seen: int, changed: Callable[[History], History]) -> History:
        try:
            with self._writer.begin() as connection:
                old = _history(connection, code, lock=True)
                if edits(old) != seen:
                    raise ChangedMeanwhile(code)
                new = changed(old)
                _write(connection, old, new)
        except IntegrityError:
            raise ChangedMeanwhile(code) from None
        return new


def edits(history: History) -> int:
    """How often an item was touched: whoever changes it says up to where it was read."""
    return sum(len(version.history) for version in history)


def _same(content: str | None, item: Item) -> bool:
    if content is None:
        return False
    return content == item.model_dump_json() or Item.stored(content) == item


def _newest(state: str, department: str, text: str) -> NewestItems:
    other, published = item_versions.alias(), item_versions.alias()
    last = select(func.max(other.c.number)).where(other.c.code == V.code).scalar_subquery()
    in_force = select(published.c.number).where(published.c.code == V.code, published.c.state == "in-force")
    columns = (V.code, V.number, V.department, V.name, V.state, in_force.limit(1).scalar_subquery())
    query = select(*columns).where(V.number == last)
    if state:
        query = query.where(V.state == state)
    if department:
        query = query.where(V.department == department)
    if text:
        query = query.where(V.name.contains(text, autoescape=True) | V.code.contains(text.upper(), autoescape=True))
    return query


def _history(connection: Connection, code: str, *, lock: bool = False) -> History:
    notes: dict[int, list[HistoryEntry]] = {}
    for row in connection.execute(select(item_notes).where(N.code == code).order_by(N.id)):
        note = HistoryEntry(row.at, row.account, row.move, row.reason)
        notes.setdefault(row.number, []).append(note)
    query = select(item_versions).where(V.code == code).order_by(V.number)
    rows = connection.execute(query.with_for_update() if lock else query)
    return tuple(_version(row, notes.get(row.number, [])) for row in rows)


def _version(row: Row[*tuple[object, ...]], notes: list[HistoryEntry]) -> Version:
    return Version(row.code, row.number, row.department, row.content, row.state, tuple(notes))


def _write_unchanged(connection: Connection, drafts: Sequence[tuple[int, History, History]]) -> None:
    """Bring items, each with its row in a file, from one history to the next, unless somebody has changed one."""
    for row, old, new in drafts:
        code = new[-1].code
        if edits(_history(connection, code, lock=True)) != edits(old):
            zh, en = f"{code}刚刚被别人修改，请重新导入", f"somebody has just changed {code}; import the file again"
            raise BadRows([problem(MAIN, row, CODE_COLUMN, zh, en)])
        _write(connection, old, new)


def _write(connection: Connection, old: History, new: History) -> None:
    """Bring the tables from one history to the next: versions that changed, and the notes that were added."""
    for place, version in enumerate(new):
        before = old[place] if place < len(old) else None
        if before == version:
            continue
        row = {
            "department": version.department,
            "name": Item.stored(version.content).name.zh,
            "state": version.state,
            "content": version.content,
        }
        key = {"code": version.code, "number": version.number}
        if before is None:
            connection.execute(insert(item_versions).values(row | key))
        else:
            this = (V.code == version.code) & (V.number == version.number)
            connection.execute(update(item_versions).where(this).values(row))
        for note in version.history[len(before.history) if before else 0 :]:
            fact = {"at": note.at, "account": note.account, "move": note.move, "reason": note.reason}
            connection.execute(insert(item_notes).values(key | fact))
