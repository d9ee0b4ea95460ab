"""Reads a hall's service items.

    catalogue.toml   what items share: [type_letters], [[life_event]], [[flow]], [[material]]
    forms.toml       [[form]]: the blank forms
    items/*.toml     a [department] and its [[item]]s
    english.toml     Chinese sentence = the same in English, for every guide that says it; may be missing

So that an item stays short and readable, it may leave to be filled in
    type               by the letters of its code        ([type_letters])
    steps              by `flow = "name"`                 ([[flow]])
    a material         by `use = "id-card"`               ([[material]]), with single keys changed
    department, place, windows, hours, queue, theme, telephones   by the [department] of its file
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from contract import text_files
from contract.configuration import explain
from contract.configuration.explain import nearest
from contract.configuration.hall_files import BadHall
from contract.configuration.table import Identifier, Table, TextConfig
from contract.guides.item import Form, Item, ItemType, Material, Step
from contract.text_files import BadText
from queue_server.catalogue.codes import BadCode, LocalCode

SHARED = "catalogue.toml"
FORMS = "forms.toml"
ITEMS = "items"
ENGLISH = "english.toml"
FILE_KEYS = ("department", "item")
DEPARTMENT_GIVES = (
    "department",
    "department_en",
    "department_code",
    "place",
    "windows",
    "hours",
    "queue",
    "theme",
    "telephone",
    "supervision_telephone",
    "online_address",
    "handling",
    "delivery",
)


class TypeLetters(Table):
    """What two letters of a code stand for: the hall's name of the type and its number in GB/T 39046 A.1."""

    type: ItemType
    name: TextConfig


class Flow(Table):
    id: Identifier
    steps: list[Step]


class LifeEvent(Table):
    """Several items that belong together in somebody's life (一件事)."""

    id: Identifier
    name: TextConfig
    icon: str = ""


class Shared(Table):
    """catalogue.toml and forms.toml."""

    example: bool = Field(description="true while the items are example data, not the county's own")
    source: TextConfig
    region: str = Field(pattern=r"^[0-9]{8}$")
    type_letters: dict[str, TypeLetters]
    life_event: list[LifeEvent] = Field([])
    flow: list[Flow] = Field([])
    material: list[Material] = Field([])
    form: list[Form] = Field([])


@dataclass(frozen=True)
class Catalogue:
    """All items of a hall, in the order of their files, and what they share."""

    shared: Shared
    items: tuple[Item, ...]
    files: dict[str, str]
    """item code → the file it stands in"""
    english: Mapping[str, str] = field(default_factory=dict)
    """Chinese sentence of a guide → the same in English"""

    def examples(self, items: Iterable[Item]) -> list[str]:
        """The ids of the items that are example data: nobody has written them anew since they came with this folder."""
        known = {item.code: item for item in self.items} if self.shared.example else {}
        return [item.id for item in items if known.get(item.code) == item]

    def item(self, key: str) -> Item | None:
        """The item with this code or id, or None."""
        return next((item for item in self.items if key.upper() == item.code), None)

    def of_queue(self, queue: str) -> list[Item]:
        return [item for item in self.items if item.queue == queue]

    def form(self, form: str) -> Form | None:
        return next((f for f in self.shared.form if f.id == form), None)


def load(folder: Path) -> Catalogue:
    """Read the items of the hall in `folder`; raise BadHall with file, key and remedy for every problem found."""
    shared = load_shared(folder)
    items: list[Item] = []
    files: dict[str, str] = {}
    problems: list[str] = []
    for path in sorted((folder / ITEMS).glob("*.toml")):
        for item in _items(path, shared, problems):
            if item.code in files:
                problems.append(f"{path}: code {item.code} stands in {files[item.code]} too; every item has its own")
            items.append(item)
            files[item.code] = path.name
    if problems:
        raise BadHall("\n".join(problems))
    return Catalogue(shared, tuple(items), files, load_english(folder))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text_files.read(path))
    except OSError as error:
        raise BadHall(f"{path}: cannot be read ({error.strerror}); the items of a hall need it") from None
    except BadText as error:
        raise BadHall(f"{path}: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise BadHall(f"{path}: is not TOML: {error}") from None


def load_shared(folder: Path) -> Shared:
    """Read what the items of the hall in `folder` share; raise BadHall."""
    content = _read(folder / SHARED) | {"form": _read(folder / FORMS).get("form", [])}
    try:
        return Shared.model_validate(content)
    except ValidationError as error:
        raise BadHall("\n".join(_explain_shared(folder, e) for e in error.errors())) from None


def load_english(folder: Path) -> dict[str, str]:
    """The English of the sentences of the guides of the hall in `folder`; raise BadHall."""
    path = folder / ENGLISH
    content = _read(path) if path.exists() else {}
    wrong = [key for key, value in content.items() if not isinstance(value, str) or not value.strip()]
    if wrong:
        mend = 'write "Chinese sentence" = "the same in English"'
        raise BadHall("\n".join(f"{path}: {key}: the English is no text or is empty; {mend}" for key in wrong))
    return content


def _explain_shared(folder: Path, error: ErrorDetails) -> str:
    file = FORMS if error["loc"][0] == "form" else SHARED
    return explain.line(folder / file, error, Shared)


def _items(path: Path, shared: Shared, problems: list[str]) -> list[Item]:
    """The items of one file; what is wrong with it is added to `problems`."""
    try:
        content = _read(path)
    except BadHall as error:
        problems.append(str(error))
        return []
    department = content.get("department", {})
    problems += [f"{path}: {text}" for text in _strays("", content, FILE_KEYS)]
    problems += [f"{path}: {text}" for text in _strays("department.", department, DEPARTMENT_GIVES)]
    given = {key: value for key, value in department.items() if key in DEPARTMENT_GIVES}
    made = []
    for number, table in enumerate(content.get("item", []), 1):
        label = f"[[item]] {table.get('code', f'number {number}')}: "
        try:
            made.append(Item.model_validate(filled_in({**given, **table}, shared)))
        except ValidationError as error:
            problems += [explain.line(path, e, Item, entry=label) for e in error.errors()]
        except (BadCode, LookupError) as error:
            problems.append(f"{path}: {label}{error.args[0]}")
    return made


def _strays(prefix: str, table: dict[str, object], known: tuple[str, ...]) -> list[str]:
    return [f"unknown key {prefix}{key}; {nearest(key, known)}" for key in table if key not in known]


def filled_in(table: dict[str, object], shared: Shared) -> dict[str, object]:
    """`table` with type, steps and materials put in from what the items share; raise BadCode or LookupError."""
    letters = LocalCode.parse(str(table.get("code", ""))).type
    kind = shared.type_letters.get(letters)
    if kind is None:
        known = list(shared.type_letters)
        raise LookupError(f"code: type {letters} is not in [type_letters] of {SHARED}; {nearest(letters, known)}")
    result = {**table, "type": kind.type, "type_name": kind.name.model_dump()}
    if "flow" in result:
        result["steps"] = _named(shared.flow, result.pop("flow"), "flow").steps
    materials = result.get("materials")
    if isinstance(materials, list):
        result["materials"] = [_material(m, shared) for m in materials]
    return result


def _material(table: object, shared: Shared) -> object:
    if not isinstance(table, dict) or "use" not in table:
        return table
    base = _named(shared.material, table["use"], "material")
    return {**base.model_dump(), **{key: value for key, value in table.items() if key != "use"}}


def _named(entries: list[Any], name: Any, group: str) -> Any:
    for entry in entries:
        if entry.id == name:
            return entry
    raise LookupError(f"{name!r} is no [[{group}]] of {SHARED}; {nearest(str(name), [entry.id for entry in entries])}")
