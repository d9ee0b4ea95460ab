"""What is said of devices in trouble: every error of every kind of driver has a sentence, in both languages."""

from __future__ import annotations

import re
from itertools import product

import pytest

from contract.wire.device_words import KINDS, MEANINGS, MENDS, WORDS, kind_name, sentence, word
from drivers import ports
from drivers.a4.words import CONDITIONS
from drivers.address import BadAddress
from drivers.device_health import REASONS, reason
from drivers.printer.escpos import MENDS as PRINTER_CONDITIONS
from drivers.registry import BadOption, models
from queue_server.broker.alerts import SOON, WELL

CHINESE = re.compile("[一-鿿]")
STATES = {*REASONS.values(), "failed", *PRINTER_CONDITIONS, *CONDITIONS} - set(WORDS)


def test_every_kind_of_device_has_a_name_in_both_languages() -> None:
    for kind in {model.kind for model in models().values()}:
        assert CHINESE.search(kind_name(kind, "zh")) and not CHINESE.search(kind_name(kind, "en"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_trouble_of_every_kind_is_a_sentence_with_a_mend(language: str) -> None:
    for kind, state in product(KINDS, sorted(STATES)):
        told = sentence(kind, state, language)
        assert (CHINESE.search(told) is not None) == (language == "zh"), (kind, state, told)
        assert len(re.split("。(?=.)|[.] (?=[A-Z])", told)) >= 2, told  # what happened, and what to do
        assert (CHINESE.search(word(state, language)) is not None) == (language == "zh")


def test_states_that_need_nobody_have_no_sentence_and_the_others_an_alert() -> None:
    for state in WORDS:
        assert sentence("printer", state, "zh") == "" and state in WELL
    assert {state for state in MEANINGS if state in WELL} == set()
    assert {"paper-low", "toner-low", "print-in-doubt"} <= SOON & set(MEANINGS)


def test_the_words_of_a_kind_are_for_kinds_and_states_that_there_are() -> None:
    assert {kind for kind, _ in MENDS} <= set(KINDS) and {state for _, state in MENDS} <= set(MEANINGS)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ports.NotFound("x"), "not-found"), (ports.NoPermission("x"), "no-permission"), (ports.InUse("x"), "in-use"),
        (ports.Unreachable("x"), "unreachable"), (ports.NoReply("x"), "no-reply"), (ports.BadReply("x"), "bad-reply"),
        (ports.Refused("x"), "refused"), (ports.Busy("x"), "device-busy"), (ports.PrintFailed("cutter", "x"), "cutter"),
        (BadOption("x"), "misconfigured"), (BadAddress("x"), "misconfigured"), (RuntimeError("x"), "failed"),
    ],
)  # fmt: skip
def test_every_error_of_a_driver_has_its_word(error: Exception, expected: str) -> None:
    assert reason(error) == expected


def test_a_state_that_nobody_knows_is_said_as_it_is() -> None:
    assert word("on-fire", "zh") == "on-fire" and sentence("printer", "on-fire", "zh") == ""
    assert sentence("teleporter", "no-reply", "zh", "beam-1").startswith("beam-1没有应答。")
