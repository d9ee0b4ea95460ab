"""What a terminal makes of what comes over the wire."""

from __future__ import annotations

import pytest

from contract.wire.answers import Answer, Error
from contract.wire.messages import Text
from kiosk.app.link_events import breach

REFUSED = Answer("error", error=Error("busy", "the ledger cannot be written", Text("请稍后再试。", "Please try again.")))


@pytest.mark.parametrize(
    ("verb", "answer", "problem"),
    [
        ("lease-numbers", Answer("ok", data={"numbers": []}), "missing required field"),
        ("lookup", Answer("ok", data={"ticket": 7}), "Expected `object`"),
        ("tell-technician-acts", Answer("ok"), "no data"),
    ],
)
def test_an_answer_that_breaks_the_contract_says_what_is_wrong(verb: str, answer: Answer, problem: str) -> None:
    assert problem in breach(verb, answer)


def test_a_refusal_and_an_answer_to_a_foreign_verb_break_nothing() -> None:
    assert breach("lease-numbers", REFUSED) == breach("of-another-version", Answer("ok")) == ""
