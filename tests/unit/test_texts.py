"""Every text of every program is there in English, and keeps its placeholders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from contract.texts import LOCALE, languages, texts

PROJECT = Path(__file__).parents[2]
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
with (LOCALE / "en/LC_MESSAGES/jiaohao.po").open("rb") as source:
    ENGLISH = {str(text.id): str(text.string) for text in read_po(source) if text.id and not text.fuzzy}
PLACEHOLDER = re.compile(r"{(\w*)}|%\((\w+)\)s")


def texts_of(package: str) -> dict[str, str]:
    """Every text of a package, and where it stands."""
    options = {"**.html": {"newstyle_gettext": "true"}}
    found = extract_from_dir(str(PROJECT / package), METHODS, options, keywords={"_": None, "N_": None, "gettext": None})
    return {str(message): f"{package}/{file}:{line}" for file, line, message, _, _ in found if message}


@pytest.mark.parametrize("package", ["contract", "drivers", "kiosk", "link", "queue_server"])
def test_every_text_is_there_in_english(package: str):
    wanted = texts_of(package)
    assert {text: place for text, place in wanted.items() if not ENGLISH.get(text)} == {}


def test_every_entry_of_the_catalogue_has_one_text_and_one_translation():
    """What two changes have both left there babel reads, and msgfmt does not."""
    lines = (LOCALE / "en/LC_MESSAGES/jiaohao.po").read_text(encoding="utf-8").splitlines()
    words = [line.split(" ")[0] for line in lines if line.startswith(("msgid ", "msgstr "))]
    wrong = [number for number, word in enumerate(words) if word != ("msgid", "msgstr")[number % 2]]
    assert not wrong and len(ENGLISH) == len(words) // 2 - 1


def test_a_translation_keeps_the_placeholders_of_its_text():
    def names(text: str) -> set[str]:
        return {a or b for a, b in PLACEHOLDER.findall(text)}

    assert [text for text, english in ENGLISH.items() if english and names(text) != names(english)] == []


def test_no_english_text_has_chinese_characters_in_it():
    chinese = re.compile("[一-鿿]")
    assert [english for english in ENGLISH.values() if chinese.search(english) and "中文" not in english] == []


def test_chinese_is_the_language_of_the_sources():
    assert languages() == ["zh", "en"]
    assert texts("zh")("取号") == "取号"
    assert texts("en")("取号") == "Take a number"


def test_a_language_without_a_compiled_catalogue_stays_chinese_and_the_log_says_how_to_compile(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    assert texts("en", tmp_path)("取号") == "取号"
    assert "make set-up" in caplog.text
