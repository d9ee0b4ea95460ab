"""An item as the fields of a form: nothing gets lost, and every problem is named at its field."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.catalogue.form import FIELDS, BadForm, Filled, differences, filled, item_of, posted
from queue_server.catalogue.load import load

CATALOGUE = load(Path(__file__).parents[4] / "assets" / "halls" / "wushan")
SHARED = CATALOGUE.shared
FIRST = CATALOGUE.items[0]
NAMES = [
    *FIELDS[""],
    *(f"{name}.{row}.{key}" for name in ("materials", "steps", "faq") for row in (0, 1) for key in FIELDS[name]),
]


def pairs(fields: Filled) -> list[tuple[str, str]]:
    """The fields as a browser posts them."""
    rows = [(f"{n}.{i}.{k}", v) for n, rows in fields.rows.items() for i, row in enumerate(rows) for k, v in row.items()]
    return [*fields.main.items(), *rows]


def problems(fields: Filled) -> dict[str, str]:
    with pytest.raises(BadForm) as refused:
        item_of(fields, SHARED)
    assert all(text.zh and text.en for text in refused.value.problems.values())
    return {name: text.zh for name, text in refused.value.problems.items()}


def test_every_item_of_the_hall_comes_back_from_its_form_unchanged() -> None:
    for item in CATALOGUE.items:
        assert item_of(posted(pairs(filled(item))), SHARED) == item


def test_in_which_order_boxes_were_ticked_is_no_difference_and_what_differs_has_its_name() -> None:
    ids = [event.id for event in SHARED.life_event][:3]
    called = {"life_events": {event.id: event.name.zh for event in SHARED.life_event}}
    old = FIRST.model_copy(update={"life_events": ids[:2]})
    assert differences(old, old.model_copy(update={"life_events": ids[1::-1]}), str, called) == []
    more = old.model_copy(update={"life_events": [ids[2], *ids[:2]]})
    [(header, before, after)] = differences(old, more, str, called)
    assert header == "一件事" and set(after.split("\n")) - set(before.split("\n")) == {called["life_events"][ids[2]]}


def test_the_type_follows_the_letters_of_the_code() -> None:
    fields = filled(FIRST)
    fields.main["code"] = "62052400MZ-JF-0099"
    assert item_of(fields, SHARED).type == SHARED.type_letters["JF"].type


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("name.zh", "", "没有填写"),
        ("name.zh", "长" * 201, "200个字"),
        ("code", "62052400MZ-0001", "编码格式不对"),
        ("code", "62052400MZ-ZZ-0001", "类型字母"),
        ("telephone", "零九三八", "格式不对"),
        ("promised_limit.days", "五", "不是整数"),
        ("promised_limit.days", "99999", "不能大于9999"),
        ("handling", "飞鸽", "不在可选值中"),
        ("windows", "", "没有填写"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_wrong(key: str, value: str, said: str) -> None:
    fields = filled(FIRST)
    fields.main[key] = value
    found = problems(fields)
    assert any(said in text for text in found.values()), found
    if "200" not in said:
        assert key in found


def test_a_problem_of_a_row_is_named_at_its_row() -> None:
    fields = filled(FIRST)
    fields.rows["materials"][1]["originals"] = "很多"
    fields.rows["faq"][0]["a"] = ""
    assert set(problems(fields)) == {"materials.1.originals", "faq.0.a"}


def test_a_flow_that_leads_nowhere_is_refused_in_plain_chinese() -> None:
    fields = filled(FIRST)
    fields.rows["steps"][0]["next"] = "nowhere"
    assert any("去向“nowhere”不是任何步骤的标识" in text for text in problems(fields).values())


def test_rows_keep_their_order_whatever_their_numbers() -> None:
    made = posted([("faq.7.q", "b"), ("faq.2.q", "a"), ("faq.7.a", "c")])
    assert made.rows["faq"] == [{"q": "a"}, {"q": "b", "a": "c"}]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=30), st.text(max_size=40)), max_size=60))
def test_whatever_is_posted_makes_an_item_or_a_list_of_problems(sent: list[tuple[str, str]]) -> None:
    try:
        item_of(posted(sent), SHARED)
    except BadForm as refused:
        assert refused.problems


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(NAMES), st.text(max_size=60))
def test_one_field_changed_at_random_is_taken_or_refused_by_name(name: str, value: str) -> None:
    sent = [(n, v) for n, v in pairs(filled(FIRST)) if n != name] + [(name, value)]
    try:
        item_of(posted(sent), SHARED)
    except BadForm as refused:
        assert refused.problems
