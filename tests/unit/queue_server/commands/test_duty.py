"""Who is on duty at which window: one person at one window, and a service stays with whoever began it."""

from __future__ import annotations

import pytest

from tests.bed import Bed


def on_duty(bed: Bed) -> dict[str, str | None]:
    """The open windows and who is on duty there."""
    return dict(bed.rows("SELECT id, clerk FROM windows WHERE state <> 'closed' ORDER BY id"))


def question(bed: Bed, verb: str, **body: object) -> str:
    """The question that has to be confirmed first."""
    answer = bed.ask(verb, **body)
    assert answer.error is not None and answer.error.code == "in-use" and answer.error.texts is not None, answer
    return answer.error.texts.zh


def test_a_clerk_who_opens_a_second_window_leaves_the_first_after_a_question(bed: Bed):
    assert question(bed, "open-window", window="04", clerk="0101").startswith("您正在01号窗口当班")
    assert on_duty(bed) == {"01": "0101", "02": "0102", "03": "0103"}
    bed.ok("open-window", window="04", clerk="0101", confirmed=True)
    assert on_duty(bed) == {"04": "0101", "02": "0102", "03": "0103"}


@pytest.mark.parametrize("state", ["idle", "paused", "rating"])
def test_whatever_the_first_window_does_a_clerk_is_never_at_two(bed: Bed, state: str):
    if state == "paused":
        bed.ok("pause-window", window="01")
    if state == "rating":
        bed.issue()
        bed.serve("01")
    for verb in ("open-window", "pause-window"):
        question(bed, verb, window="02", clerk="0101")
    bed.ok("pause-window", window="02", clerk="0101", confirmed=True)
    assert on_duty(bed) == {"02": "0101", "03": "0103"}


def test_a_clerk_with_a_ticket_stays_where_it_is(bed: Bed):
    bed.issue()
    bed.call("01")
    answer = bed.ask("open-window", window="04", clerk="0101", confirmed=True)
    assert answer.error is not None and answer.error.code == "wrong-state" and answer.error.texts is not None
    assert answer.error.texts.zh == "您在01号窗口还有A001没有办完，请先到那里办结、挂起或转移。"
    assert on_duty(bed) == {"01": "0101", "02": "0102", "03": "0103"}


@pytest.mark.parametrize("verb", ["open-window", "pause-window", "close-window"])
def test_a_clerk_works_only_at_windows_of_the_clerks_own(bed: Bed, verb: str):
    answer = bed.ask(verb, window="01", clerk="0104", confirmed=True)
    assert answer.error is not None and answer.error.code == "not-authorised" and answer.error.texts is not None
    assert answer.error.texts.zh == "工号 0104只能在04号窗口上岗，请另选窗口。"
    assert bed.ok("open-window", window="04", clerk="0104")["clerk"]["id"] == "0104"


def test_whoever_leaves_a_window_for_one_with_somebody_at_it_is_told_of_both(bed: Bed) -> None:
    bed.ok("close-window", window="04")
    bed.ok("open-window", window="04", clerk="0101", confirmed=True)
    bed.ok("open-window", window="03", clerk="0102", confirmed=True)
    left = "您正在03号窗口当班。到04号窗口上岗后，03号窗口会关闭。"
    there = "04号窗口现在由工号 0101当班。"
    assert question(bed, "open-window", window="04", clerk="0102") == f"{there}{left}确认接管吗？"
    bed.issue()
    bed.call("04")
    there = "04号窗口正在呼叫A001（工号 0101）。"
    assert question(bed, "open-window", window="04", clerk="0102") == f"{there}{left}确认接管吗？"


@pytest.mark.parametrize("clerk", [{"clerk": "0104"}, {"stand_in": True}])
def test_taking_over_in_mid_service_asks_and_the_service_stays_with_who_began_it(bed: Bed, clerk: dict[str, object]):
    bed.ok("close-window", window="04")
    bed.ok("open-window", window="04", clerk="0101", confirmed=True)
    bed.issue()
    bed.call("04")
    assert question(bed, "open-window", window="04", **clerk) == "04号窗口正在呼叫A001（工号 0101）。确认接管吗？"
    bed.ok("start-service", window="04")
    asked = question(bed, "open-window", window="04", **clerk)
    assert asked == "04号窗口正在办理A001（工号 0101）。这次办理和评价仍记在工号 0101名下。确认接管吗？"
    bed.ok("open-window", window="04", confirmed=True, **clerk)
    service = bed.ok("finish-service", window="04")["service"]
    assert (bed.changes.asks["04"].ask or {})["clerk"] == "0101"
    assert bed.ok("rate", service=service, level=5, channel="tablet")["rating"]["clerk"] == "0101"
    bed.issue()
    assert bed.ok("rate", service=bed.serve("04"), level=5, channel="tablet")["rating"]["clerk"] == clerk.get("clerk")


def test_somebody_stands_in_at_an_open_window_and_nobody_is_named(bed: Bed):
    assert bed.ok("open-window", window="01", stand_in=True)["clerk"] is None
    assert on_duty(bed) == {"01": None, "02": "0102", "03": "0103"}
    assert bed.ok("open-window", window="02")["clerk"]["id"] == "0102", "a keypad changes nobody"


def test_nobody_asks_a_clerk_who_comes_back_to_the_own_window(bed: Bed):
    bed.issue()
    bed.call("01")
    assert bed.ok("open-window", window="01", clerk="0101")["state"] == "calling"
