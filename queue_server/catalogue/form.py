"""An item as the fields of a web form, and back: the same columns and words as the tables of an export.

A field is named by the key of its column, `name.zh`; one of a row by list, place and key, `materials.0.name.zh`.
What the letters of the code say (type) is no field: it is filled in from the hall's table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from pydantic import ValidationError

from contract.configuration import explain
from contract.configuration.table import BrokenRule, TextConfig
from contract.guides.item import Item, Material
from queue_server.catalogue.book import put
from queue_server.catalogue.codes import BadCode, LocalCode
from queue_server.catalogue.columns import DEFAULTS, SHEETS, SHORT, Column, cell, item_in_english, read
from queue_server.catalogue.load import Shared

ROW = re.compile(r"(materials|steps|faq)\.([0-9]{1,3})\.([a-z_.]{1,40})")
MOST_ROWS = 100
FROM_CODE = ("type", "type_name.zh", "type_name.en")
JOINED = {"words": "、", "lines": "\n"}
Cells = dict[str, str]

FIELDS: dict[str, dict[str, Column]] = {
    key: {c.key: c for c in columns if c.key not in FROM_CODE and (not key or c.key != "code")}
    for key, columns in SHEETS.values()
}
"""List of the item ("" for the item itself) → key → column."""
LISTS = tuple(key for key in FIELDS if key)


class BadForm(ValueError):
    """Fields that make no item. `problems`: name of a field, of a list, or "" for the whole → what is wrong with it."""

    def __init__(self, problems: dict[str, TextConfig]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


@dataclass
class Filled:
    """What stands in the fields."""

    main: Cells = field(default_factory=dict)
    rows: dict[str, list[Cells]] = field(default_factory=lambda: {key: [] for key in LISTS})


def filled(item: Item) -> Filled:
    """The fields of an item."""
    content = item.model_dump()
    made = Filled({key: cell(content, column) for key, column in FIELDS[""].items()})
    for name in LISTS:
        made.rows[name] = [{key: cell(row, column) for key, column in FIELDS[name].items()} for row in content[name]]
    return made


def differences(
    old: Item, new: Item, say: Callable[[str], str], called: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, str, str]]:
    """Where the fields of two versions differ: what it is, as `say` puts it, and what stands there before and after.

    `called` has the names of what a field may hold. In which order the boxes of a field were ticked is no difference.
    """

    def shown(key: str, written: str) -> str:
        lines = sorted(written.split("\n")) if key in SHORT else [written]
        return "\n".join(called.get(key, {}).get(line, line) for line in lines)

    before, after = filled(old), filled(new)
    found = [(say(c.header), shown(key, before.main[key]), shown(key, after.main[key])) for key, c in FIELDS[""].items()]
    for sheet, (name, _) in SHEETS.items():
        if name:
            old_rows, new_rows = ([_row_text(name, row) for row in side.rows[name]] for side in (before, after))
            rows = zip_longest(old_rows, new_rows, fillvalue="")
            found += [(f"{say(sheet)} {number}", *texts) for number, texts in enumerate(rows, 1)]
    return [entry for entry in found if entry[1] != entry[2]]


def _row_text(name: str, row: Cells) -> str:
    return "\n".join(row[key] for key in FIELDS[name] if key != "id" and row.get(key))


def row_of(name: str, element: Material) -> Cells:
    """The fields of a row of the list `name`."""
    row = element.model_dump()
    return {key: cell(row, column) for key, column in FIELDS[name].items()}


def posted(pairs: Iterable[tuple[str, str]]) -> Filled:
    """The fields as a browser sent them; names that are no field are left out, rows keep their order."""
    made, rows = Filled(), {name: dict[int, Cells]() for name in LISTS}
    for name, value in pairs:
        found = ROW.fullmatch(name)
        cells = rows[found[1]].setdefault(int(found[2]), {}) if found else made.main
        key, known = (found[3], FIELDS[found[1]]) if found else (name, FIELDS[""])
        if key in known:
            joined = JOINED.get(known[key].kind, "")
            text = value.replace("\r\n", "\n").strip()
            cells[key] = f"{cells[key]}{joined}{text}" if cells.get(key) and joined else text
    for name, numbered in rows.items():
        made.rows[name] = [numbered[number] for number in sorted(numbered)][:MOST_ROWS]
    return made


def item_of(fields: Filled, shared: Shared) -> Item:
    """The item that the fields make; raise BadForm with every problem."""
    problems: dict[str, TextConfig] = {}
    table = _table(fields.main, FIELDS[""], "", problems) | _type(fields.main.get("code", ""), shared, problems)
    for name in LISTS:
        table[name] = [_table(row, FIELDS[name], f"{name}.{number}.", problems) for number, row in enumerate(fields.rows[name])]
    try:
        item = Item.model_validate(item_in_english(table))
    except ValidationError as error:
        for found in error.errors():
            problems.setdefault(_name(found["loc"]), explain.texts(found))
        raise BadForm(problems) from None
    if problems:
        raise BadForm(problems)
    return item


def _type(code: str, shared: Shared, problems: dict[str, TextConfig]) -> dict[str, object]:
    """Type and its name, as the letters of the code say."""
    try:
        letters = LocalCode.parse(code).type
    except BadCode as error:
        problems["code"] = TextConfig(zh="编码格式不对，应如 62052400MZ-XK-0001", en=str(error))
        letters = next(iter(shared.type_letters))
    if letters not in shared.type_letters:
        known = "、".join(shared.type_letters)
        problems["code"] = TextConfig(
            zh=f"编码中的类型字母“{letters}”不在{known}中", en=f"the type letters {letters} are none of {known}"
        )
        letters = next(iter(shared.type_letters))
    kind = shared.type_letters[letters]
    return {"type": kind.type, "type_name": kind.name.model_dump()}


def _table(cells: Cells, known: dict[str, Column], prefix: str, problems: dict[str, TextConfig]) -> dict[str, object]:
    table: dict[str, object] = {}
    defaults = DEFAULTS[prefix.partition(".")[0]]
    for key, column in known.items():
        if not (written := cells.get(key, "")):
            if key in defaults:
                problems[prefix + key] = explain.KINDS["missing"]
            continue
        try:
            put(table, key, read(written, column))
        except BrokenRule as error:
            problems[prefix + key] = TextConfig(zh=error.zh, en=str(error))
    return table


def _name(where: tuple[int | str, ...]) -> str:
    """The field of a problem: the column itself, or the first of a group that is missing as a whole."""
    name = ".".join(map(str, where))
    found = ROW.fullmatch(name)
    known, prefix, key = (FIELDS[found[1]], f"{found[1]}.{found[2]}.", found[3]) if found else (FIELDS[""], "", name)
    begins = [
        known_key
        for known_key in known
        if key == known_key or key.startswith(f"{known_key}.") or known_key.startswith(f"{key}.")
    ]
    return prefix + begins[0] if begins else name
