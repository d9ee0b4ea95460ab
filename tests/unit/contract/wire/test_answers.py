"""Answers and events of a whole recorded day are what their types say, and are written again as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contract.wire import answers, codec
from contract.wire.answers import Answer
from contract.wire.events import EVENTS
from contract.wire.requests import VERBS

RECORDED = Path(__file__).parents[2] / "queue_server/ledger/recorded_day.txt"
LINES = [line.split(" ", 2) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
ANSWERED = [(verb, text) for mark, verb, text in LINES if mark == ">"]
TICKET = {
    "id": "20261123-a001",
    "number": "A001",
    "queue": "household",
    "class": "ordinary",
    "item": None,
    "state": "waiting",
    "window": None,
    "issued_at": "2026-11-23T09:00:06+08:00",
    "business_day": "2026-11-23",
}


@pytest.mark.parametrize("verb", VERBS)
def test_every_answer_of_a_verb_is_of_its_type_and_is_written_as_it_was(verb: str) -> None:
    texts = [text for name, text in ANSWERED if name == verb and '"status":"ok"' in text]
    assert texts
    for text in texts:
        kind: Any = VERBS[verb].answer
        data = answers.of(codec.decode(text, Answer), kind)
        assert data is not None
        assert codec.encode(Answer("ok", data)).decode() == text


def test_every_event_is_of_its_type_and_is_written_as_it_was() -> None:
    published = [(topic, text) for topic, _, text in LINES if topic.startswith("event/")]
    for topic, text in published:
        assert codec.encode(codec.decode(text, EVENTS[topic.removeprefix("event/")])).decode() == text
    assert len({topic for topic, _ in published}) >= len(EVENTS) - 1


def test_an_answer_made_in_this_program_is_read_like_one_from_the_wire() -> None:
    made = answers.SecretAnswer("00ff")
    assert answers.of(Answer("ok", made), answers.SecretAnswer) is made


@pytest.mark.parametrize(
    "answer",
    [
        Answer("error", error=answers.Error("busy", "")),
        Answer("ok"),
        Answer("ok", 7),
        Answer("ok", {}),
        Answer("ok", {"ticket": 7}),
        Answer("ok", {"ticket": TICKET | {"class": "queen"}}),
        Answer("ok", {"ticket": TICKET | {"issued_at": "soon"}}),
        Answer("ok", answers.SecretAnswer("")),
    ],
)
def test_what_is_no_answer_of_the_type_is_none(answer: Answer) -> None:
    assert answers.of(answer, answers.TicketAnswer) is None
    assert answers.of_scan(answer) is None


def test_a_later_field_changes_nothing() -> None:
    assert answers.of(Answer("ok", {"ticket": TICKET | {"colour": "red"}, "more": 1}), answers.TicketAnswer) is not None


@pytest.mark.parametrize("payload", [None, b"", b"{", b"3", b"\xff", b'{"zh": 1, "en": ""}', b"[" * 100_000])
def test_what_cannot_be_read_is_none(payload: bytes | None) -> None:
    assert codec.read(payload, answers.Text) is None
