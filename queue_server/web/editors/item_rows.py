"""The rows of an item's form: materials, steps and questions are added, moved and removed; the program gives them their ids."""

from __future__ import annotations

from contract.configuration.table import TextConfig
from queue_server.catalogue.columns import DEFAULTS
from queue_server.catalogue.form import FIELDS, MOST_ROWS, Cells, Filled

IDS = {"materials": "material", "steps": "step"}
"""List whose rows have an id → how an id begins that nobody had to think of."""


def give_ids(fields: Filled) -> None:
    """Give an id to every row that has none."""
    for name, beginning in IDS.items():
        taken = {row.get("id", "") for row in fields.rows[name]}
        free = (made for number in range(1, 2 * MOST_ROWS + 1) if (made := f"{beginning}-{number}") not in taken)
        for row in fields.rows[name]:
            if not row.get("id"):
                row["id"] = next(free)


def drop_empty(fields: Filled) -> None:
    """Drop the rows in which nobody has written: what they say by default, and an id, make no material, step or question."""
    for name, rows in fields.rows.items():
        said = DEFAULTS[name]
        fields.rows[name] = [r for r in rows if any(v and v != said.get(key) for key, v in r.items() if key != "id")]


def steps_of(fields: Filled) -> dict[str, TextConfig]:
    """What an arrow may lead to: the id of every step, and how the form shows it."""
    named = ((row.get("id", ""), f"{number}. {row.get('text', '')}") for number, row in enumerate(fields.rows["steps"], 1))
    return {name: TextConfig(zh=shown, en=shown) for name, shown in named}


def change_rows(fields: Filled, do: str, name: str, place: int, common: Cells | None = None) -> str:
    """Add (a `common` one, or an empty one), remove or lift a row; return the name of the field to stand in afterwards."""
    rows = fields.rows[name]
    if do == "add" and len(rows) < MOST_ROWS:
        rows.append(dict(DEFAULTS[name]) | (common or {}))
        if name in IDS and any(row.get("id") == rows[-1].get("id") for row in rows[:-1]):
            rows[-1]["id"] = ""
        place = len(rows) - 1
    elif do == "remove" and place < len(rows):
        del rows[place]
        place = max(0, place - 1)
    elif do == "up" and 0 < place < len(rows):
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
        place -= 1
    give_ids(fields)
    return f"{name}.{place}.{next(key for key in FIELDS[name] if key != 'id')}"
