"""The texts of all programs, by gettext: message ids are the Chinese texts, `assets/locale/<language>` has the others.

New texts: `pybabel extract -F assets/locale/babel.cfg -o build/jiaohao.pot .` and
`pybabel update -D jiaohao -d assets/locale -i build/jiaohao.pot --no-fuzzy-matching` (docs/texts.md).
"""

from __future__ import annotations

import ast
import gettext as standard
from collections.abc import Callable
from functools import cache
from pathlib import Path

DOMAIN = "jiaohao"
LOCALE = Path(__file__).parents[1] / "assets" / "locale"
SOURCE_LANGUAGE = "zh"

Gettext = Callable[[str], str]


def unchanged(text: str) -> str:
    """Marks a text for extraction where it is translated later (name it `_` or `N_`)."""
    return text


@cache
def texts(language: str, folder: Path = LOCALE) -> Gettext:
    """The function that turns a Chinese text into `language`; a text without a translation stays Chinese.

    A catalogue that was not compiled, or is older than its source, is read from the source.
    """
    if language == SOURCE_LANGUAGE:
        return unchanged
    base = folder / language / "LC_MESSAGES" / DOMAIN
    compiled, source = base.with_suffix(".mo"), base.with_suffix(".po")
    if compiled.exists() and (not source.exists() or compiled.stat().st_mtime >= source.stat().st_mtime):
        with compiled.open("rb") as file:
            return standard.GNUTranslations(file).gettext
    if not source.exists():
        return unchanged
    catalogue = read_catalogue(source.read_text(encoding="utf-8"))
    return lambda text: catalogue.get(text) or text


def languages(folder: Path = LOCALE) -> list[str]:
    """The languages there are texts for, Chinese first."""
    return [SOURCE_LANGUAGE, *sorted(path.parts[-3] for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))]


def read_catalogue(source: str) -> dict[str, str]:
    """The translations in a .po file; entries marked fuzzy or obsolete are left out."""
    found: dict[str, str] = {}
    for block in source.replace("\r\n", "\n").split("\n\n"):
        parts: dict[str, str] = {}
        key = ""
        lines = block.split("\n")
        if any(line.startswith("#,") and "fuzzy" in line for line in lines):
            continue
        for line in lines:
            word, _, rest = line.partition(" ")
            if word in ("msgid", "msgstr"):
                key, line = word, rest
            if key and line.startswith('"'):
                parts[key] = parts.get(key, "") + ast.literal_eval(line)
        if parts.get("msgid"):
            found[parts["msgid"]] = parts.get("msgstr", "")
    return found
