"""A reader of English gets a whole guide in English: at the kiosk, on the phone and on paper."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from contract.configuration.hall_files import load
from contract.documents import make, render
from contract.guides.english import Told, form_sentences, sentences, told
from contract.guides.guide_file import Guides, open_guides
from contract.guides.item import Item
from contract.texts import texts
from kiosk.ticket_kiosk.guides import speech
from kiosk.ticket_kiosk.guides import text as guides_text
from kiosk.ticket_kiosk.guides.guide_store import answer, contents
from kiosk.ticket_kiosk.guides.pinyin_input import PinyinInput
from kiosk.ticket_kiosk.guides.state import SECTIONS, Contents, ItemIs, ReadItem
from kiosk.ui.page_context import PageContext
from kiosk.ui.theme import Look, Mode
from queue_server.catalogue.__main__ import main
from queue_server.catalogue.index import build
from queue_server.catalogue.load import load as load_catalogue
from tests.web_hall import WebHall

WUSHAN = Path(__file__).parents[4] / "assets" / "halls" / "wushan"
HALL = load(WUSHAN)
CATALOGUE = load_catalogue(WUSHAN)
ITEM = CATALOGUE.items[0]
AT = datetime(2026, 11, 23, 9, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
CHINESE = re.compile("[㐀-鿿]+")
STRANGE = "一句还没有英文的话"
ENGLISH = PageContext(Look(1080, 1920, Mode(language="en")), HALL, texts("en"), lambda _event: None)


def strange() -> Item:
    return ITEM.model_copy(update={"conditions": [STRANGE, *ITEM.conditions]})


def kept(item: Item) -> list[str]:
    """What stays Chinese on purpose: names that a citizen shows to a clerk. The longest first."""
    names = [item.name.zh, *(m.name.zh for m in item.materials), *(b.law for b in item.basis)]
    names += [form.title.zh for form in CATALOGUE.shared.form]
    return sorted(names, key=len, reverse=True)


def left_chinese(text: str, item: Item) -> list[str]:
    for name in kept(item):
        text = text.replace(name, "")
    return CHINESE.findall(text)


@pytest.fixture(scope="module")
def guides(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guides]:
    path = tmp_path_factory.mktemp("guides") / "guide.db"
    build(CATALOGUE, path, "1")
    opened = open_guides(path)
    yield opened
    opened.close()


def read(guides: Guides, item: Item) -> tuple[Told, Contents]:
    """An item as a kiosk reads it out of its guide file, in English."""
    found = answer(guides, ReadItem(item.id), PinyinInput())
    assert isinstance(found, ItemIs) and found.item is not None
    return told(found.item, found.english, "en"), contents(guides)


def test_a_limit_that_is_not_always_kept_says_so_on_the_summary_and_when_with_the_rules(guides: Guides) -> None:
    for item in CATALOGUE.items:
        guide, there = read(guides, item)
        limit = guide.item.promised_limit
        rules = "\n".join(part.text for part in guides_text.paragraphs(ENGLISH, guide, "basis", there))
        assert limit.note in rules and guide.item.legal_limit.note in rules
        assert ("not always: see Rules" in guides_text.short_limit(ENGLISH, limit)) == bool(limit.note)


def test_every_sentence_of_the_example_hall_is_there_in_english_and_no_other() -> None:
    said = {sentence for item in CATALOGUE.items for sentence in sentences(item)}
    said |= {sentence for form in CATALOGUE.shared.form for sentence in form_sentences(form)}
    assert sorted(said - CATALOGUE.english.keys()) == []
    assert sorted(CATALOGUE.english.keys() - said) == [], "sentences that no guide says any more"


def test_the_english_is_english() -> None:
    strange_signs = re.compile("[㐀-鿿，。；：？！（）、“”]")
    wrong = {zh: en for zh, en in CATALOGUE.english.items() if strange_signs.search(en.replace("“", "").replace("”", ""))}
    assert wrong == {}


def test_no_text_of_an_item_is_left_out_of_what_is_put_into_english() -> None:
    """Whatever is Chinese in an item put into English is there in both languages, or for search, or a law's own title."""
    for item in CATALOGUE.items:
        table = told(item, CATALOGUE.english, "en").item.model_dump(exclude={"words", "department"})
        left = [text for text in chinese_texts(table) if text not in ("无",)]
        assert left == [f"{CATALOGUE.english[law.law]} ({law.law})" for law in item.basis], item.code


def chinese_texts(value: object) -> list[str]:
    """Every text with Chinese in it, but for those that have their English beside them."""
    if isinstance(value, dict):
        return [] if value.keys() == {"zh", "en"} else [text for part in value.values() for text in chinese_texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in chinese_texts(part)]
    return [value] if isinstance(value, str) and CHINESE.search(value) else []


def test_the_kiosk_shows_every_guide_in_english(guides: Guides) -> None:
    for item in CATALOGUE.items:
        guide, there = read(guides, item)
        assert guide.chinese == frozenset()
        for section in ("materials", "basis", "questions"):
            shown = [part.text for part in guides_text.paragraphs(ENGLISH, guide, section, there)]
            assert left_chinese("\n".join(shown), item) == [], (item.code, section)
            assert not any("in Chinese only" in text for text in shown)
        drawn = [guide.item.place, guides_text.fee_text(ENGLISH, guide.item), *(step.text for step in guide.item.steps)]
        assert CHINESE.findall("".join(drawn)) == []


def test_a_guide_read_aloud_in_english_has_nothing_for_the_chinese_voice(guides: Guides) -> None:
    for item in CATALOGUE.items:
        guide, there = read(guides, item)
        heard = [s for section in SECTIONS for s in speech.sentences(ENGLISH, guide, section, there, ())]
        assert CHINESE.findall("".join(heard)) == [], item.code


def test_a_sentence_without_english_is_shown_in_chinese_and_the_page_says_so_once(guides: Guides) -> None:
    guide = told(strange(), guides.english(sentences(strange())), "en")
    assert guide.chinese == {STRANGE}
    shown = [part.text for part in guides_text.paragraphs(ENGLISH, guide, "basis", None)]
    assert f"1. {STRANGE}" in shown
    assert [text for text in shown if "in Chinese only" in text] == shown[:1]
    for section in ("materials", "questions"):
        assert not any("in Chinese only" in part.text for part in guides_text.paragraphs(ENGLISH, guide, section, None))


def test_in_chinese_a_guide_is_as_it_was_written() -> None:
    assert told(ITEM, CATALOGUE.english, "zh") == Told(ITEM)


def test_a_guide_file_from_before_there_was_english_is_read_in_chinese(tmp_path: Path) -> None:
    path = tmp_path / "guide.db"
    build(CATALOGUE, path, "1")
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("DROP TABLE english")
    old = open_guides(path)
    assert old.english(sentences(ITEM)) == {}
    old.close()


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    hall = WebHall(tmp_path_factory.mktemp("hall"), HALL, items=WUSHAN)
    with TestClient(hall.open(), base_url="http://hall", headers={"accept-language": "en"}) as client:
        hall.edition()
        yield client
    hall.close()


def test_the_phone_shows_every_guide_in_english(phone: TestClient) -> None:
    for item in CATALOGUE.items:
        page = phone.get(f"/g/{item.id}").text
        said = re.sub(r'<span lang="zh-CN">(.*?)</span>', r"\1", page[page.index("<main") : page.index("</main>")])
        shown = re.sub(r"<[^>]*>", " ", said)
        assert left_chinese(shown, item) == [], item.code
        assert "in Chinese only" not in shown


def words(pdf: bytes) -> str:
    """The text of a PDF without spaces, so that line breaks do not matter."""
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return re.sub(r"\s+", "", found)


@pytest.mark.parametrize("paper", [make.guide, make.notice])
def test_guide_and_notice_are_printed_in_english(paper) -> None:
    head = make.letterhead(HALL, example=True)
    for item in CATALOGUE.items[::12]:
        made = paper(head, HALL, item, CATALOGUE.shared.form, at=AT, web="http://hall", english=CATALOGUE.english)
        text = words(render.pdf(made))
        english = told(item, CATALOGUE.english, "en").item
        for sentence in (*english.conditions, english.result, item.name.en):
            assert re.sub(r"\s+", "", sentence) in text
        chinese = "".join(left_chinese(text, item)).replace("办事指南", "").replace("一次性告知书", "")
        assert set(chinese) <= set("".join(kept(item))), "parts of names that a cell has broken into lines"


def test_a_form_is_printed_in_chinese_with_english_below_its_labels() -> None:
    head, blank = make.letterhead(HALL), CATALOGUE.form("living-allowance")
    assert blank is not None
    plain = words(render.pdf(make.form(head, blank, at=AT)))
    both = words(render.pdf(make.form(head, blank, at=AT, english=CATALOGUE.english)))
    for field in blank.fields:
        english = CATALOGUE.english[field.label].replace(" ", "")
        assert field.label in both and english in both
        assert field.label in plain and english not in plain


def test_the_phone_gets_the_papers_in_its_language(phone: TestClient) -> None:
    for path in (f"{ITEM.id}/guide", f"{ITEM.id}/notice"):
        english = words(phone.get(f"/g/{path}.pdf").content)
        chinese = words(phone.get(f"/g/{path}.pdf", headers={"accept-language": "zh-CN"}).content)
        assert "Conditions" in english and "受理条件" in chinese and "受理条件" not in english


def test_the_english_of_the_hall_is_json_that_a_build_takes(tmp_path: Path) -> None:
    items, english, file = tmp_path / "items", tmp_path / "english.json", tmp_path / "guide.db"
    items.write_text(ITEM.model_dump_json(), encoding="utf-8")
    english.write_text(json.dumps({ITEM.conditions[0]: "A condition"}), encoding="utf-8")
    assert main(["build", "--hall", str(WUSHAN), "--items", str(items), "--english", str(english), str(file)]) == 0
    guides = open_guides(file)
    assert guides.english(sentences(ITEM)) == {ITEM.conditions[0]: "A condition"}
    guides.close()
