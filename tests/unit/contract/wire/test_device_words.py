"""What is said of devices in trouble: every error of every kind of driver has a sentence, in both languages."""

from __future__ import annotations

import re
from itertools import product
from typing import get_args

import pytest

from contract.wire.device_state import FINE, SEVERITY, WORKS, worst
from contract.wire.device_words import KINDS, MEANINGS, REMEDIES, WORDS, kind_name, sentence, word
from drivers import ports
from drivers.a4.words import A4Condition
from drivers.address import BadAddress
from drivers.device_health import reason
from drivers.registry import BadOption, models

CHINESE = re.compile("[一-鿿]")


def test_every_kind_of_device_has_a_name_in_both_languages() -> None:
    for kind in {model.kind for model in models().values()}:
        assert CHINESE.search(kind_name(kind, "zh")) and not CHINESE.search(kind_name(kind, "en"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_trouble_of_every_kind_is_a_sentence_with_a_remedy(language: str) -> None:
    for kind, state in product(KINDS, sorted(set(SEVERITY) - FINE)):
        told = sentence(kind, state, language)
        assert (CHINESE.search(told) is not None) == (language == "zh"), (kind, state, told)
        assert len(re.split("。(?=.)|[.] (?=[A-Z])", told)) >= 2, told  # what happened, and what to do
        assert (CHINESE.search(word(state, language)) is not None) == (language == "zh")


def test_states_that_ask_for_nobody_have_a_word_and_no_sentence() -> None:
    assert set(WORDS) == FINE and set(MEANINGS) == set(SEVERITY) - FINE
    for state in FINE:
        assert sentence("printer", state, "zh") == ""


def test_what_works_is_less_grave_than_what_does_not() -> None:
    grave = [state for state in SEVERITY if state not in WORKS | FINE]
    assert [worst(["ok", state]) for state in grave] == grave
    light = (WORKS | FINE) & set(SEVERITY)
    assert SEVERITY[: len(light)] == tuple(sorted(light, key=SEVERITY.index))
    assert worst(["paper-low", "cover-open", "toner-low"]) == "cover-open"
    with pytest.raises(ValueError, match="on-fire"):
        worst(["ok", "on-fire"])


def test_every_condition_of_a_printer_is_a_state_of_a_device() -> None:
    assert {*get_args(ports.PrinterCondition), *get_args(A4Condition)} <= set(SEVERITY)


def test_the_words_of_a_kind_are_for_kinds_and_states_that_there_are() -> None:
    assert {kind for kind, _ in REMEDIES} <= set(KINDS) and {state for _, state in REMEDIES} <= set(MEANINGS)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ports.NotFound("x"), "not-found"),
        (ports.NoPermission("x"), "no-permission"),
        (ports.InUse("x"), "in-use"),
        (ports.Unreachable("x"), "unreachable"),
        (ports.NoReply("x"), "no-reply"),
        (ports.BadReply("x"), "bad-reply"),
        (ports.DeviceRefused("x"), "refused"),
        (ports.Busy("x"), "device-busy"),
        (ports.PrintFailed("cutter", "x"), "cutter"),
        (BadOption("x"), "misconfigured"),
        (BadAddress("x"), "misconfigured"),
        (RuntimeError("x"), "failed"),
    ],
)
def test_every_error_of_a_driver_has_its_word(error: Exception, expected: str) -> None:
    assert reason(error) == expected


def test_a_state_that_nobody_knows_is_a_sentence_for_people_without_its_word() -> None:
    assert word("on-fire", "zh") == "未知故障" and word("on-fire", "en") == "Unknown fault"
    assert sentence("printer", "on-fire", "zh", "P-1") == "P-1 报告了系统不认识的故障。请告诉运维人员。"
    assert sentence("teleporter", "on-fire", "en") == "Device reports a fault that the system does not know. Tell a technician."
    assert sentence("teleporter", "no-reply", "zh", "beam-1").startswith("beam-1 没有应答。")
