"""Builds the guide file that kiosk and phone page read: all items, and an index to find them by what is typed.

One SQLite file, made once on the server, because the pinyin of 100,000 names takes long; its layout:

    meta(key, value)                  version, syllables, texts and shadows, line starts and owners, readings of characters
    gram(key, places)                 "t" 1 or 2 characters, "y" 1 or 2 sounds, "n" 2 or 3 initials, "e" the beginning of a word
    item(no, id, name_zh, ..., guide) one row an item; guide is its JSON, deflated
    life_event(no, event)             which items belong to an event of life
    english(zh, en)                   the sentences of the guides and forms that have English
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pypinyin import Style, lazy_pinyin, pinyin

from contract.configuration.table import TextConfig
from contract.guides.english import form_sentences, sentences
from contract.guides.guide_file import FORMAT, SCHEMA
from contract.guides.item import Item
from contract.guides.pinyin import HANZI, plain
from contract.guides.texts import SOUNDS_FROM, bare
from queue_server.catalogue.everyday_words import everyday
from queue_server.catalogue.load import Catalogue

COMMON = [bytes([high, low]).decode("gb2312", "ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)]
"""The characters of GB 2312: their readings go into the file, so that a wrong one of the same sound is understood."""


@dataclass(frozen=True)
class Row:
    """What the index needs of an item."""

    id: str
    name: str
    words: Sequence[str]
    english: Sequence[str]
    far: Sequence[str] = ()
    """words of what it belongs to, in any language: behind other items that have them of their own"""


def build(catalogue: Catalogue, path: Path, version: str, examples: Sequence[str] = ()) -> str:
    """Write the guide file of a catalogue and return its SHA-256; `path` is replaced only by a whole file. `examples` names the
    items that are example data by their ids."""
    items = list(catalogue.items)
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    file = sqlite3.connect(unfinished)
    try:
        file.executescript(SCHEMA)
        file.executemany("INSERT INTO item VALUES (?,?,?,?,?,?,?,?,?)", (_item_row(no, item) for no, item in enumerate(items)))
        file.executemany("INSERT INTO life_event VALUES (?,?)", ((n, e) for n, i in enumerate(items) for e in i.life_events))
        file.executemany("INSERT INTO english VALUES (?,?)", _english(catalogue))
        shared = catalogue.shared.model_dump(include={"example", "source", "life_event", "form"}) | {"examples": list(examples)}
        _put(file, {"format": FORMAT, "version": version, "shared": json.dumps(shared, ensure_ascii=False)})
        events = {event.id: event.name for event in catalogue.shared.life_event}
        write_index(file, [_searched(item, [events[e] for e in item.life_events if e in events]) for item in items])
        file.commit()
        file.execute("VACUUM")
    finally:
        file.close()
    digest = hashlib.sha256(unfinished.read_bytes()).hexdigest()
    unfinished.replace(path)
    return digest


def _item_row(no: int, item: Item) -> tuple[object, ...]:
    guide = zlib.compress(item.model_dump_json().encode(), 6)
    audience = " ".join(item.audience)
    return no, item.id, item.name.zh, item.name.en, item.department, item.department_en, item.theme, audience, guide


def _english(catalogue: Catalogue) -> list[tuple[str, str]]:
    """The sentences that items and forms of this catalogue say, with their English."""
    said = {sentence for item in catalogue.items for sentence in sentences(item)}
    said |= {sentence for form in catalogue.shared.form for sentence in form_sentences(form)}
    return sorted((zh, catalogue.english[zh]) for zh in said if zh in catalogue.english)


def _searched(item: Item, events: Sequence[TextConfig]) -> Row:
    """The name of an item, what people say instead, and the events of life it belongs to."""
    codes = [item.code, *([item.national_code] if item.national_code else [])]
    said = everyday([item.name.zh, *item.words])
    around = [text for event in events for text in (event.zh, event.en)]
    return Row(
        item.id,
        item.name.zh,
        [*item.words, *(word for word in said if not word.isascii())],
        [item.name.en, *codes, *(word for word in said if word.isascii())],
        [*around, *everyday(around)],
    )


def _lines(rows: Sequence[Row], kind: Literal["words", "english"]) -> list[tuple[str, int]]:
    """The words of all rows with their owners, short before long, an item's own before what it belongs to."""
    owned = {(len(word), word, False, no) for no, row in enumerate(rows) for word in getattr(row, kind)}
    far = {(len(w), w, True, no) for no, row in enumerate(rows) for w in row.far if w.isascii() == (kind == "english")}
    return list(dict.fromkeys((word, no) for _, word, _, no in sorted(owned | far)))


def write_index(file: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Write texts, shadows and places of all rows into an open file with the guide schema."""
    names = sorted(((row.name, no) for no, row in enumerate(rows)), key=lambda pair: (len(pair[0]), pair[0]))
    words = _lines(rows, "words")
    english = _lines(rows, "english")
    chinese = [(bare(line), no) for line, no in [*names, *words]]
    heard = [_hear(line) for line, _ in chinese]
    spoken = zip(chinese, heard, strict=True)
    syllables = sorted({sound for (line, _), sounds in spoken for c, sound in zip(line, sounds, strict=True) if sound != c})
    sounds_of = {syllable: chr(SOUNDS_FROM + n) for n, syllable in enumerate(syllables)}
    text = "\n" + "".join(line + "\n" for line, _ in chinese)
    sounds = "\n" + "".join("".join(sounds_of.get(s, s) for s in line) + "\n" for line in heard)
    initials = "\n" + "".join("".join(s[0] for s in line) + "\n" for line in heard)
    latin = "".join(plain(line) + "\n" for line, _ in english)
    for kind, shadow, size in (
        ("t", text, 1),
        ("t", text, 2),
        ("y", sounds, 1),
        ("y", sounds, 2),
        ("n", initials, 2),
        ("n", initials, 3),
    ):
        rows_out = ((kind + key, array("I", where).tobytes()) for key, where in _runs(shadow, size).items())
        file.executemany("INSERT INTO gram VALUES (?,?)", rows_out)
    beginnings = ((f"e{key}", array("I", where).tobytes()) for key, where in _beginnings(latin, len(text)).items())
    file.executemany("INSERT INTO gram VALUES (?,?)", beginnings)
    lines = [*chinese, *((plain(line), no) for line, no in english)]
    _put(file, {"text": text + latin, "sounds": sounds, "initials": initials, "syllables": " ".join(syllables)})
    _put(file, {"starts": _starts(lines), "owners": array("I", (no for _, no in lines)).tobytes()})
    _put(file, {"readings": json.dumps(_readings([line for line, _ in chinese], heard), ensure_ascii=False)})


def _apart(unread: str) -> Any:
    """What pypinyin cannot read, one entry a character (it takes lists here, which its types do not say)."""
    return list(unread)


def _hear(line: str) -> list[str]:
    """For every character its syllable in context; a character without one stands for itself."""
    heard = lazy_pinyin(line, style=Style.NORMAL, errors=_apart, v_to_u=False) if line else []
    if len(heard) != len(line):
        heard = [lazy_pinyin(c, style=Style.NORMAL)[0] if HANZI.match(c) else c for c in line]
    return [h if HANZI.match(c) and h.isascii() and h.isalpha() else c for c, h in zip(line, heard, strict=True)]


def _readings(lines: Sequence[str], heard: Sequence[Sequence[str]]) -> dict[str, str]:
    """The readings that each Chinese character has in the lines, most frequent first; of common others the usual one."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for line, sounds in zip(lines, heard, strict=True):
        for character, sound in zip(line, sounds, strict=True):
            if sound != character:
                counted[character][sound] += 1
    found = {c: pinyin(c, style=Style.NORMAL)[0][0] for c in COMMON if c and c not in counted}
    usual = {c: sound for c, sound in found.items() if sound.isascii() and sound.isalpha()}
    return usual | {c: " ".join(sound for sound, _ in sounds.most_common()) for c, sounds in counted.items()}


def _runs(text: str, size: int) -> dict[str, list[int]]:
    """For every run of `size` characters that does not cross a line, the places where it stands; a line break may begin it."""
    found: dict[str, list[int]] = defaultdict(list)
    for place in range(len(text) - size + 1):
        gram = text[place : place + size]
        if "\n" not in gram[1:] and gram != "\n":
            found[gram].append(place)
    return found


def _beginnings(latin: str, offset: int) -> dict[str, list[int]]:
    """For the first three characters of every word, the places (behind `offset`) where such a word begins."""
    found: dict[str, list[int]] = defaultdict(list)
    for place in range(len(latin) - 2):
        begins = latin[place].isalnum() and (place == 0 or not latin[place - 1].isalnum())
        if begins and "\n" not in latin[place : place + 3]:
            found[latin[place : place + 3]].append(offset + place)
    return found


def _starts(lines: Sequence[tuple[str, int]]) -> bytes:
    starts, place = array("I"), 1
    for line, _ in lines:
        starts.append(place)
        place += len(line) + 1
    return starts.tobytes()


def _put(file: sqlite3.Connection, values: dict[str, str | bytes]) -> None:
    encoded = ((key, value.encode() if isinstance(value, str) else value) for key, value in values.items())
    file.executemany("INSERT INTO meta VALUES (?,?)", encoded)
