"""Reading a hall's items, and the example hall that ships with the product."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from contract.configuration import hall_files as halls
from contract.configuration.hall_files import BadHall
from contract.guides.item import Item
from queue_server.catalogue.codes import LocalCode
from queue_server.catalogue.lint import lint
from queue_server.catalogue.load import load

WUSHAN = Path(__file__).parents[4] / "assets/halls/wushan"


@pytest.fixture(scope="module")
def hall():
    return halls.load(WUSHAN)


@pytest.fixture(scope="module")
def catalogue():
    return load(WUSHAN)


@pytest.fixture
def folder(tmp_path):
    """A small hall of one file of items that a test may spoil."""
    for name in ("catalogue.toml", "forms.toml"):
        shutil.copy(WUSHAN / name, tmp_path / name)
    (tmp_path / "items").mkdir()
    shutil.copy(WUSHAN / "items/civil-affairs.toml", tmp_path / "items/civil-affairs.toml")
    return tmp_path


def spoil(folder, old, new, file="items/civil-affairs.toml"):
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadHall) as refused:
        load(folder)
    return str(refused.value)


def test_the_example_hall_offers_more_than_forty_items_for_every_queue(catalogue, hall):
    assert len(catalogue.items) >= 40
    assert {item.queue for item in catalogue.items} == {queue.id for queue in hall.queue}


def test_the_example_hall_is_marked_as_example_data(catalogue):
    assert catalogue.shared.example
    assert "示例" in catalogue.shared.source.zh


def test_the_example_hall_lints_clean(catalogue, hall):
    assert [str(finding) for finding in lint(catalogue, hall)] == []


def test_every_item_has_a_full_guide_in_both_languages(catalogue):
    for item in catalogue.items:
        assert item.basis and item.conditions and item.materials and item.faq, item.code
        assert item.name.en.isascii() and item.summary.en.isascii(), item.code
        assert all(material.name.en.isascii() for material in item.materials), item.code


def test_every_blank_form_is_asked_for_by_an_item(catalogue):
    asked = {m.form for item in catalogue.items for m in item.materials if m.form}
    assert {form.id for form in catalogue.shared.form} == asked


def test_every_life_event_has_items(catalogue):
    used = {event for item in catalogue.items for event in item.life_events}
    assert used == {event.id for event in catalogue.shared.life_event}


def test_codes_follow_the_county_rule_and_serials_have_no_gap(catalogue):
    serials = {}
    for item in catalogue.items:
        code = LocalCode.parse(item.code)
        assert code.region == "62052400"
        serials.setdefault((code.department, code.type), []).append(code.serial)
    for group, numbers in serials.items():
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), group


def test_chinese_texts_are_set_with_chinese_punctuation(catalogue):
    for item in catalogue.items:
        texts = [item.name.zh, item.summary.zh, *item.conditions, *(q.a for q in item.faq)]
        for text in texts:
            assert not re.search(r"[\u4e00-\u9fff][,;:?!]", text), text


def test_no_telephone_of_the_example_hall_could_ring_somewhere(catalogue):
    assert all(item.telephone.startswith("0938-0000") for item in catalogue.items)


def test_an_item_is_found_by_its_code_or_its_id(catalogue):
    item = catalogue.item("62052400mz-jf-0004")
    assert item is catalogue.item("62052400MZ-JF-0004")
    assert item.name.zh == "高龄津贴"
    assert catalogue.item("nothing") is None


def test_a_shared_material_and_a_flow_are_filled_in(catalogue):
    item = catalogue.item("62052400MZ-JF-0001")
    card = next(m for m in item.materials if m.id == "id-card")
    assert (card.originals, card.copies, card.issuer) == (1, 1, "公安机关")
    assert item.steps[0].kind == "start"
    assert (item.type, item.type_name.zh) == ("05", "行政给付")


def test_an_item_survives_json(catalogue):
    for item in catalogue.items:
        assert Item.model_validate_json(item.model_dump_json()) == item


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("conditions = [", "condition = [", "62052400MZ-JF-0001: unknown key condition; did you mean 'conditions'?"),
        ('result = "最低', 'results = "最低', "result is missing; add it"),
        ('use = "household-book"', 'use = "household-bok"', "did you mean 'household-book'?"),
        ('flow = "relief"', 'flow = "releif"', "did you mean 'relief'?"),
        ("MZ-JF-0001", "MZ-ZZ-0001", "type ZZ is not in [type_letters]"),
        ("MZ-JF-0001", "MZ-JF-1", "write it like 62052400MZ-XK-0001"),
        ("MZ-JF-0001", "MZ-JF-0002", "62052400MZ-JF-0002 stands in civil-affairs.toml too"),
        ('kind = "committed"', 'kind = "later"', "kind"),
        ("[department]", "[departments]", "unknown key 'departments'".replace("'", "")),
        ('telephone = "0938', 'phone = "0938', "unknown key department.phone"),
        ("originals = 1, form", "originals = 100, form", "materials.1.originals"),
        ("originals = 1, form", "original = 1, form", "did you mean 'originals'?"),
        ('place = "', 'place = "' + "很" * 101, "at most 100 characters"),
        ("[department]", "[department", "is not TOML"),
    ],
)
def test_a_spoilt_item_is_refused_with_file_key_and_remedy(folder, old, new, said):
    message = spoil(folder, old, new)
    assert "civil-affairs.toml" in message
    assert said in message


def test_a_spoilt_shared_file_is_refused_with_its_name(folder):
    assert "catalogue.toml: unknown key life_evnt" in spoil(folder, "[[life_event]]", "[[life_evnt]]", "catalogue.toml")


def test_a_spoilt_form_is_refused_with_its_name(folder):
    assert "forms.toml" in spoil(folder, 'id = "proxy-letter"', 'id = "Proxy Letter"', "forms.toml")


def test_a_missing_catalogue_is_named(tmp_path):
    with pytest.raises(BadHall, match=r"catalogue\.toml: cannot be read"):
        load(tmp_path)


def steps_of(*steps):
    item = tomllib.loads((WUSHAN / "items/veterans.toml").read_text(encoding="utf-8"))
    catalogue = load(WUSHAN)
    table = catalogue.item(item["item"][0]["code"]).model_dump()
    return table | {"steps": list(steps)}


START = {"id": "a", "kind": "start", "text": "开始", "next": "b"}
END = {"id": "b", "kind": "end", "text": "结束"}


def test_a_flow_of_start_and_end_is_whole():
    assert Item.model_validate(steps_of(START, END)).steps[1].id == "b"


@pytest.mark.parametrize(
    "steps",
    [
        [START, START, END],
        [END],
        [{**START, "next": "c"}, END],
        [START, END, {"id": "z", "kind": "end", "text": "够不着"}],
        [{**START, "next": None}, END],
        [{**START, "yes": "b"}, END],
        [{**START, "kind": "decision", "next": None, "yes": "b"}, END],
        [START, {**END, "next": "a"}],
    ],
)
def test_a_broken_flow_is_refused(steps):
    with pytest.raises(ValueError):
        Item.model_validate(steps_of(*steps))
