"""Reads the guide file that the server built: every item's guide, and the search over them; no server is needed."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from contract.configuration.table import TextConfig
from contract.guides.item import Item
from contract.guides.pinyin import plain
from contract.guides.search import Places, Search, unpacked
from contract.guides.texts import Found, Texts, bare, letters

FORMAT = "jiaohao-guide-1"
SCHEMA = """
PRAGMA page_size = 16384;
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE gram (key TEXT PRIMARY KEY, places BLOB NOT NULL);
CREATE TABLE item (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name_zh TEXT NOT NULL, name_en TEXT NOT NULL,
    department TEXT NOT NULL, department_en TEXT NOT NULL, theme TEXT NOT NULL, audience TEXT NOT NULL, guide BLOB NOT NULL);
CREATE TABLE life_event (no INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (event, no)) WITHOUT ROWID;
CREATE TABLE english (zh TEXT PRIMARY KEY, en TEXT NOT NULL) WITHOUT ROWID;
"""


class BadGuide(ValueError):
    """The guide file cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class Entry:
    """An item in a list. `matched` is the line that was found, `start` and `length` mark the part of it to highlight."""

    id: str
    name: TextConfig
    department: TextConfig
    matched: str = ""
    start: int = 0
    length: int = 0


ALL = -1
"""No limit, to SQLite."""
_FOR = "instr(' ' || audience || ' ', ' ' || ? || ' ')"


@dataclass(frozen=True)
class FormUse:
    """An item that a blank form is for, its theme and its queue."""

    form: str
    item: str
    theme: str
    queue: str


class Guides:
    """An open guide file. Open it with `open_guides`; one thread at a time may use it."""

    def __init__(
        self, file: sqlite3.Connection, texts: Texts, readings: dict[str, str], version: str, shared: dict[str, Any]
    ) -> None:
        self._file = file
        self._search = Search(texts, Places(file), readings)
        self.version = version
        self.shared = shared
        self._has_english = bool(file.execute("SELECT 1 FROM sqlite_master WHERE name = 'english'").fetchone())

    def close(self) -> None:
        self._file.close()

    def search(self, query: str, limit: int = 20, skip: int = 0) -> list[Entry]:
        """The items that match what was typed so far, best first, `limit` of them after leaving out `skip`."""
        found = list(islice(self._search.find(query), skip, skip + limit))
        names = self._names(f"no IN ({','.join('?' * len(found))})", tuple(f.item for f in found))
        return [_matched(names[f.item], f) for f in found]

    def item(self, item_id: str) -> Item | None:
        """The whole guide of an item by its id or code, or None."""
        row = self._file.execute("SELECT guide FROM item WHERE id = ?", (item_id.lower(),)).fetchone()
        return Item.stored(zlib.decompress(row[0])) if row else None

    def english(self, sentences: Sequence[str]) -> dict[str, str]:
        """The English of those of the sentences that have one; none in a file built before there was any."""
        if not self._has_english or not sentences:
            return {}
        places = ",".join("?" * len(sentences))
        return dict(self._file.execute(f"SELECT zh, en FROM english WHERE zh IN ({places})", tuple(sentences)))  # noqa: S608

    def of_theme(self, theme: str, skip: int = 0, limit: int = ALL) -> list[Entry]:
        """The items of a theme, `limit` of them after leaving out `skip`."""
        return self._listed("theme = ?", theme, skip, limit)

    def of_department(self, department: str, skip: int = 0, limit: int = ALL) -> list[Entry]:
        """The items of a department, by its Chinese name."""
        return self._listed("department = ?", department, skip, limit)

    def of_life_event(self, event: str, skip: int = 0, limit: int = ALL) -> list[Entry]:
        """The items that belong to an event of life."""
        return self._listed("no IN (SELECT no FROM life_event WHERE event = ?)", event, skip, limit)

    def of_audience(self, audience: str, skip: int = 0, limit: int = ALL) -> list[Entry]:
        """The items for `person` or `enterprise`; none for any other text."""
        return self._listed(_FOR, audience, skip, limit)

    def themes_for(self, audience: str) -> list[str]:
        """The themes that have an item for `person` or `enterprise`."""
        return [theme for (theme,) in self._file.execute(f"SELECT DISTINCT theme FROM item WHERE {_FOR}", (audience,))]  # noqa: S608

    def of_theme_for(self, audience: str, theme: str) -> list[Entry]:
        """The items of a theme for `person` or `enterprise`."""
        return list(self._names(f"{_FOR} AND theme = ? ORDER BY no", (audience, theme)).values())

    def examples(self) -> frozenset[str]:
        """The ids of the items that are example data; in a file built before they were told apart, all of them or none."""
        if (told := self.shared.get("examples")) is not None:
            return frozenset(told)
        found = self._file.execute("SELECT id FROM item") if self.shared.get("example") else ()
        return frozenset(item for (item,) in found)

    def themes(self) -> list[str]:
        """The themes that have an item."""
        return [theme for (theme,) in self._file.execute("SELECT DISTINCT theme FROM item")]

    def departments(self) -> list[TextConfig]:
        rows = self._file.execute("SELECT department, department_en FROM item GROUP BY department ORDER BY MIN(no)")
        return [TextConfig(zh=zh, en=en) for zh, en in rows]

    def form_uses(self) -> list[FormUse]:
        """What every blank form is for, in the order of the items."""
        found = []
        for item, theme, guide in self._file.execute("SELECT id, theme, guide FROM item ORDER BY no"):
            told = json.loads(zlib.decompress(guide))
            forms = dict.fromkeys(material["form"] for material in told["materials"] if material.get("form"))
            found += [FormUse(form, item, theme, told["queue"]) for form in forms]
        return found

    def _listed(self, where: str, value: str, skip: int, limit: int) -> list[Entry]:
        return list(self._names(f"{where} ORDER BY no LIMIT ? OFFSET ?", (value, limit, skip)).values())

    def _names(self, where: str, values: tuple[Any, ...]) -> dict[int, Entry]:
        """Entries by item number; `where` is one of the conditions of this module."""
        query = f"SELECT no, id, name_zh, name_en, department, department_en FROM item WHERE {where}"  # noqa: S608
        rows = self._file.execute(query, values)
        return {no: Entry(i, TextConfig(zh=zh, en=en), TextConfig(zh=d, en=den)) for no, i, zh, en, d, den in rows}


def _matched(entry: Entry, found: Found) -> Entry:
    """The entry with its matched part; where the name itself matched, as it is written and not as it is compared."""
    end = found.start + found.length
    if found.length and found.line == bare(entry.name.zh):
        written, places = entry.name.zh, letters(entry.name.zh)
        start, end = places[found.start], places[end - 1] + 1
    else:
        written, start = (entry.name.en if found.line == plain(entry.name.en) else found.line), found.start
    return Entry(entry.id, entry.name, entry.department, written, start, min(end, len(written)) - start)


def sha256(path: Path) -> str:
    """The digest by which `catalogue/version` names a guide file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def open_guides(path: Path, expected_sha256: str | None = None) -> Guides:
    """Open a guide file for reading; raise BadGuide if it is missing, damaged or not the one expected."""
    if not path.is_file():
        raise BadGuide(f"{path} does not exist; the server builds it and the kiosk fetches it")
    if expected_sha256 is not None and sha256(path) != expected_sha256:
        raise BadGuide(f"{path} is not the file that the server announced; fetch it again")
    file = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    try:
        return _read(file)
    except (sqlite3.Error, KeyError, ValueError) as error:
        file.close()
        raise BadGuide(f"{path} cannot be read as a guide file ({error}); fetch it again") from None


def _read(file: sqlite3.Connection) -> Guides:
    meta: dict[str, bytes] = dict(file.execute("SELECT key, value FROM meta").fetchall())
    if meta["format"].decode() != FORMAT:
        raise ValueError(f"its format is {meta['format'].decode()!r}, this program reads {FORMAT!r}")
    starts, owners = unpacked(meta["starts"]), unpacked(meta["owners"])
    text, sounds, initials = (meta[key].decode() for key in ("text", "sounds", "initials"))
    texts = Texts(text, sounds, initials, starts, owners, meta["syllables"].decode().split())
    return Guides(file, texts, json.loads(meta["readings"]), meta["version"].decode(), json.loads(meta["shared"]))
