"""What the look over a catalogue finds: one spoilt item for every rule."""

from dataclasses import replace
from pathlib import Path

import pytest

from contract.configuration import hall_files as halls
from contract.configuration.table import TextConfig
from contract.guides.item import Fee, Limit
from queue_server.catalogue.lint import RULES, WARNINGS, lint
from queue_server.catalogue.load import load

WUSHAN = Path(__file__).parents[4] / "assets/halls/wushan"
CATALOGUE = load(WUSHAN)
HALL = halls.load(WUSHAN)
ITEM = CATALOGUE.items[0]
assert ITEM.materials[0].form


def material(**changes):
    return {"materials": [ITEM.materials[0].model_copy(update=changes), *ITEM.materials[1:]]}


def named(zh):
    return material(name=TextConfig(zh=zh, en="x"))


SPOILT = [
    ("vague-material", named("其他材料")),
    ("vague-material", named("与申请有关的证明")),
    ("vague-material", named("相关材料")),
    ("vague-material", named("身份证等材料")),
    ("vague-material", named("必要的文件")),
    ("promised-over-legal", {"legal_limit": Limit(days=5), "promised_limit": Limit(days=6)}),
    ("promised-over-legal", {"legal_limit": Limit(days=7, unit="day"), "promised_limit": Limit(days=6)}),
    ("promise-missing", {"promised_limit": Limit()}),
    ("limit-unexplained", {"legal_limit": Limit()}),
    ("immediate-takes-days", {"kind": "immediate", "promised_limit": Limit(days=1)}),
    ("no-materials", {"materials": []}),
    ("no-copies", material(originals=0, copies=0)),
    ("form-unexplained", material(how_to_fill="")),
    ("form-unknown", material(form="no-such-form")),
    ("fee-unfounded", {"fee": Fee(charged=True, amount="每证10元")}),
    ("online-without-address", {"online_address": "", "handling": ["online"]}),
    ("code-malformed", {"code": "62002400MZ-XK-0001"}),
    ("code-foreign", {"code": "62052200MZ-XK-0001"}),
    ("code-repeated", {"code": CATALOGUE.items[1].code}),
    ("type-differs", {"national_code": "11310000MB2F30661Y231200356400001"}),
    ("national-code-opaque", {"national_code": "511A0138000000-511602000000-000"}),
    ("uscc", {"department_code": "11370500004311394A"}),
    ("queue-unknown", {"queue": "fishing"}),
    ("theme-unknown", {"theme": "fishing"}),
    ("window-unknown", {"windows": ["99"]}),
    ("window-does-not-serve", {"windows": ["13"]}),
    ("life-event-unknown", {"life_events": ["fishing"]}),
    ("english-missing", {"name": TextConfig(zh="名称", en="")}),
    ("sentences-in-chinese", {"conditions": ["有一条还没有译成英文的条件"]}),
]


def found(changes):
    item = ITEM.model_copy(update=changes)
    return lint(replace(CATALOGUE, items=(item, *CATALOGUE.items[1:])), HALL)


@pytest.mark.parametrize(("rule", "changes"), SPOILT)
def test_a_spoilt_item_is_found_by_its_rule_alone(rule, changes):
    findings = found(changes)
    assert [f.rule for f in findings] == [rule]
    assert findings[0].severity == ("warning" if rule in WARNINGS else "error")
    assert "{value}" not in findings[0].texts.zh + findings[0].texts.en


def test_every_rule_has_an_item_that_breaks_it():
    assert {rule for rule, _ in SPOILT} == set(RULES)


@pytest.mark.parametrize(
    "changes",
    [
        named("学历证书"),
        {"materials": [], "no_material_note": "能够核验的，不必提交"},
        {"legal_limit": Limit(days=7, unit="day"), "promised_limit": Limit(days=5)},
        {"legal_limit": Limit(days=1, unit="month"), "promised_limit": Limit(days=20)},
        {"department_code": "11370800MB28559184"},
    ],
)
def test_a_sound_item_is_left_alone(changes):
    assert found(changes) == []
