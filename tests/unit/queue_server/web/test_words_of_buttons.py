"""A button that does something is named by what it does, and the way out of a question never has its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import queue_server.web
from contract.texts import texts

TEMPLATES = Path(queue_server.web.__path__[0]) / "templates"
WAYS_OUT = ("取消", "返回")
NAMELESS = {"确认", "确定", "是", "否", "好", *WAYS_OUT}
BUTTON = re.compile(r"<button\b((?:[^>{]|{{.*?}}|{%.*?%})*)>(.*?)</button>", re.DOTALL)


def buttons(page: str) -> list[tuple[str, list[str]]]:
    """The attributes of every button and the msgids in its words."""
    return [(attributes, re.findall(r"_\([\"'](.*?)[\"']", words)) for attributes, words in BUTTON.findall(page)]


def test_every_button_that_does_something_names_what() -> None:
    seen = 0
    for path in sorted(TEMPLATES.rglob("*.html")):
        for attributes, words in buttons(path.read_text(encoding="utf-8")):
            seen += 1
            if "data-close" in attributes:
                assert words and set(words) <= set(WAYS_OUT), (path.name, words)
            else:
                assert not NAMELESS & set(words), (path.name, words)
    assert seen > 60


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_deed_has_the_words_of_a_way_out(language: str) -> None:
    say = texts(language)
    out = {say(word) for word in WAYS_OUT}
    for path in sorted(TEMPLATES.rglob("*.html")):
        for attributes, words in buttons(path.read_text(encoding="utf-8")):
            if "data-close" not in attributes:
                assert not out & {say(word) for word in words}, (path.name, words)
