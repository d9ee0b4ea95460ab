"""The texts of all programs, by gettext: message ids are the Chinese texts, `assets/locale/<language>` has the others.

New texts: `pybabel extract -F assets/locale/babel.cfg -o build/jiaohao.pot .` and
`pybabel update -D jiaohao -d assets/locale -i build/jiaohao.pot --no-fuzzy-matching`.
"""

from __future__ import annotations

import gettext as standard
import logging
from collections.abc import Callable
from functools import cache
from pathlib import Path

LOG = logging.getLogger(__name__)
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

    The set-up compiles the catalogues (`make set-up`). Without the compiled one everything stays Chinese, and the log says so.
    """
    if language == SOURCE_LANGUAGE:
        return unchanged
    compiled = folder / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    try:
        with compiled.open("rb") as file:
            return standard.GNUTranslations(file).gettext
    except FileNotFoundError:
        LOG.error("%s is missing: the texts stay Chinese; run: make set-up", compiled)
        return unchanged


def languages(folder: Path = LOCALE) -> list[str]:
    """The languages there are texts for, Chinese first."""
    return [SOURCE_LANGUAGE, *sorted(path.parts[-3] for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))]
