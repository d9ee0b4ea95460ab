"""What displays show follows from the state of the hall, and what the server tells from what has changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from contract.configuration.hall import Device, HallConfig
from contract.configuration.hall_files import load
from queue_server.broker import display_texts
from queue_server.broker.display_texts import BoardCall, ShownWindow
from queue_server.broker.publisher import Publisher
from queue_server.broker.retained import RetainedTopics
from tests.bed import Bed
from tests.small_hall import write_hall

MakeBed = Callable[..., Bed]


class Wire:
    """Takes what a publisher sends; `bed` requests are told at once."""

    def __init__(self, bed: Bed) -> None:
        self.bed = bed
        self.sent: list[tuple[str, Any, bool, int | None]] = []
        clock = bed.clock
        self.retained = RetainedTopics()
        self.publisher = Publisher(
            bed.ledger, self.retained, self._send, clock=lambda: clock.now, monotonic=lambda: clock.monotonic
        )
        self.publisher.everything()

    def _send(self, topic: str, payload: bytes, retain: bool, expiry_s: int | None) -> None:
        self.sent.append((topic, json.loads(payload) if payload else None, retain, expiry_s))

    def ok(self, verb: str, **body: Any) -> list[str]:
        """Ask and tell; the topics that were sent, in order."""
        self.sent.clear()
        self.bed.ok(verb, **body)
        self.publisher.publish(self.bed.changes)
        return [topic for topic, *_ in self.sent]

    def last(self, topic: str) -> Any:
        return json.loads(self.retained.get(topic) or b"null")

    def text(self, display: str) -> list[tuple[str, str]]:
        return [(line["text"], line["effect"]) for line in self.last(f"display/{display}/desired")["lines"]]


@pytest.fixture
def wire(make_bed: MakeBed) -> Wire:
    return Wire(make_bed())


def line_of(config: HallConfig, strip: Device, state: str, window: str = "02") -> str:
    (line,) = display_texts.strip_lines(config, strip, window, ShownWindow(state, "A012", "tax"), 3)
    return line.text


def test_a_strip_has_its_text_for_every_state_of_its_window(hall_folder: Path):
    config = load(hall_folder)
    states = ("closed", "paused", "idle", "calling", "serving", "rating")
    shown = [line_of(config, display_texts.strips(config, "02")[0], state) for state in states]
    assert shown == ["窗口关闭", "暂停服务", "欢迎您", "请A012号到02号窗口", "正在办理A012号", "欢迎您"]


def test_a_strip_says_why_its_window_pauses_where_people_may_know_it(hall_folder: Path):
    config = load(hall_folder)
    strip = display_texts.strips(config, "02")[0]
    reasons = (None, "lunch", "fault", "away", "meeting", "看病")
    shown = [display_texts.strip_lines(config, strip, "02", ShownWindow("paused", reason=reason), 0)[0] for reason in reasons]
    assert [line.text for line in shown] == ["暂停服务", "暂停服务 午休", "暂停服务 设备故障", *["暂停服务"] * 3]


def test_a_hall_chooses_its_texts_and_may_name_queue_and_waiting(tmp_path: Path):
    rules = '[display_texts]\nidle = "{queue}等候{waiting}人 {unknown}"'
    config = load(write_hall(tmp_path / "hall", rules=rules))
    strip = display_texts.strips(config, "01")[0]
    shown = display_texts.strip_lines(config, strip, "01", ShownWindow("idle", None, "household"), 7)
    assert shown[0].text == "户政等候7人 {unknown}"


def test_a_display_may_have_texts_of_its_own_and_keeps_the_halls_for_the_rest(hall_folder: Path):
    config = load(hall_folder)
    strip = display_texts.strips(config, "02")[0]
    short = strip.model_copy(update={"options": {"calling": "{number}", "idle": ""}})
    texts = [line_of(config, short, state) for state in ("idle", "calling", "serving")]
    assert texts == ["", "A012", "正在办理A012号"]
    board = display_texts.boards(config)[0].model_copy(
        update={"options": {"rows": 1, "board_call": "{number}→{window}", "board_idle": "-"}}
    )
    assert [line.text for line in display_texts.board_lines(config, board, [BoardCall("01", "A001")])] == ["A001→01"]
    assert [line.text for line in display_texts.board_lines(config, board, [])] == ["-"]


def test_a_character_that_some_displays_lack_is_left_to_those(tmp_path: Path):
    rules = '[display_texts]\nidle = "瀍河区㵘𠮷"'
    config = load(write_hall(tmp_path / "hall", rules=rules))
    assert line_of(config, display_texts.strips(config, "01")[0], "idle", "01") == "瀍河区㵘𠮷"


def test_the_board_shows_the_latest_calls_and_a_greeting_when_there_are_none(hall_folder: Path):
    config = load(hall_folder)
    board = display_texts.boards(config)[0]
    calls = [BoardCall("01", f"A00{i}", fresh=i == 1) for i in range(1, 6)]
    lines = display_texts.board_lines(config, board, calls)
    assert [(line.text, line.effect) for line in lines] == [
        ("A001号 请到 01号窗口", "blink"),
        ("A002号 请到 01号窗口", "static"),
        ("A003号 请到 01号窗口", "static"),
    ]
    assert [line.text for line in display_texts.board_lines(config, board, [])] == ["欢迎光临"]


def test_a_call_reaches_window_state_voice_and_displays_in_this_order(wire: Wire):
    wire.bed.issue()
    wire.ok("open-window", window="01", clerk="0101")
    assert wire.ok("call-next", window="01")[:4] == [
        "window/01/state",
        "announce",
        "display/strip-01/desired",
        "display/board-1/desired",
    ]
    state = wire.last("window/01/state")
    assert (state["state"], state["ticket"]["number"], state["clerk"]["name"], state["calls"]) == (
        "calling",
        "A001",
        "工号 0101",
        1,
    )
    announce = next(entry for entry in wire.sent if entry[0] == "announce")
    assert announce[1]["texts"] == {"zh": "请A001号到01号窗口办理业务", "en": "Number A001, please go to window 01"}
    assert announce[2:] == (False, 30), "never retained, and nobody hears a call of half a minute ago"
    assert "announce" in wire.ok("recall", window="01")
    assert wire.last("window/01/state")["calls"] == 2


def test_a_call_blinks_and_then_holds(wire: Wire):
    wire.bed.issue()
    wire.ok("open-window", window="01")
    wire.ok("call-next", window="01")
    assert wire.text("strip-01") == [("请A001号到01号窗口", "blink")]
    wire.bed.clock.advance(seconds=2)
    wire.publisher.pass_time()
    assert wire.text("strip-01")[0][1] == "blink"
    wire.bed.clock.advance(seconds=1.1)
    wire.publisher.pass_time()
    assert wire.text("strip-01") == [("请A001号到01号窗口", "static")]
    assert wire.text("board-1") == [("A001号 请到 01号窗口", "static")]
    wire.ok("recall", window="01")
    assert wire.text("strip-01")[0][1] == "blink"


@pytest.mark.parametrize("leaves", ["no-show", "finish-service", "hold", "transfer"])
def test_a_board_names_only_numbers_that_are_called_or_served(wire: Wire, leaves: str):
    for window in ("01", "02"):
        wire.bed.issue()
        wire.ok("open-window", window=window)
        wire.ok("call-next", window=window)
        wire.bed.clock.advance(minutes=1)
        wire.publisher.pass_time()
    if leaves != "no-show":
        wire.ok("start-service", window="01")
        assert ("A001号 请到 01号窗口", "static") in wire.text("board-1")
    wire.ok(leaves, window="01", **({"to_queue": "tax"} if leaves == "transfer" else {}))
    assert wire.text("board-1") == [("A002号 请到 02号窗口", "static")]
    wire.ok("no-show", window="02")
    assert wire.text("board-1") == [("欢迎光临", "static")]


def test_a_display_that_shows_the_right_thing_is_left_alone(wire: Wire):
    assert "display/strip-01/desired" in wire.ok("open-window", window="01")
    assert "display/strip-01/desired" not in wire.ok("open-window", window="01", clerk="0102")


def test_sequence_numbers_grow_even_when_the_clock_goes_back(wire: Wire):
    seen = []
    for minutes in (0, -30, 5):
        wire.bed.clock.advance(minutes=minutes)
        wire.ok("open-window", window="01")
        seen.append(wire.last("window/01/state")["seq"])
    assert seen == sorted(set(seen))


def test_queue_states_are_sent_at_most_ten_times_a_second(wire: Wire):
    sent: list[str] = []
    for _ in range(40):
        sent += wire.ok("issue-ticket", queue="household", channel="web")
        wire.sent.clear()
        wire.bed.clock.advance(seconds=0.01)
        wire.publisher.pass_time()
        sent += [topic for topic, *_ in wire.sent]
    assert 3 <= sent.count("queue/household/state") <= 5
    assert wire.last("queue/household/state")["waiting"] >= 30
    wire.bed.clock.advance(seconds=0.2)
    wire.publisher.pass_time()
    state = wire.last("queue/household/state")
    assert (state["waiting"], state["last_issued"], state["open"], state["name"]["zh"]) == (40, "A040", True, "户政")


def test_a_database_error_never_shows_nobody_waiting(wire: Wire, monkeypatch: pytest.MonkeyPatch):
    wire.ok("issue-ticket", queue="household", channel="web")
    wire.bed.clock.advance(seconds=1)
    wire.publisher.pass_time()
    assert wire.last("queue/household/state")["waiting"] == 1
    wire.ok("issue-ticket", queue="household", channel="web")

    def broken() -> None:
        raise OperationalError("SELECT", {}, Exception("disk I/O error"))

    monkeypatch.setattr(wire.bed.database, "look", broken)
    wire.bed.clock.advance(seconds=1)
    wire.publisher.pass_time()
    assert wire.last("queue/household/state")["waiting"] == 1, "the last good figure stays"
    monkeypatch.undo()
    wire.bed.clock.advance(seconds=1)
    wire.publisher.pass_time()
    assert wire.last("queue/household/state")["waiting"] == 2


def test_queues_close_with_the_hall(wire: Wire):
    wire.publisher.pass_time()
    assert wire.last("queue/tax/state")["open"]
    wire.bed.clock.advance(hours=3, minutes=1)
    wire.publisher.pass_time()
    assert not wire.last("queue/tax/state")["open"]


def test_the_question_for_a_rating_is_retained_until_it_is_answered(wire: Wire):
    wire.bed.issue()
    wire.ok("open-window", window="01", clerk="0101")
    wire.ok("call-next", window="01")
    wire.ok("start-service", window="01")
    assert "rating/01/ask" in wire.ok("finish-service", window="01")
    ask = wire.last("rating/01/ask")
    assert (ask["number"], ask["clerk"]["name"], ask["expires_at"]) == ("A001", "工号 0101", "2026-11-23T09:01:00+08:00")
    assert wire.last("window/01/state")["state"] == "rating"
    wire.ok("rate", service=ask["service"], level=5, channel="tablet")
    assert wire.retained.get("rating/01/ask") is None
    assert wire.last("window/01/state")["state"] == "idle"
    assert "event/service-rated" in [topic for topic, *_ in wire.sent]


def test_after_a_reconnect_every_retained_state_is_sent_again(wire: Wire):
    wire.bed.issue()
    wire.ok("open-window", window="01")
    wire.ok("call-next", window="01")
    wire.sent.clear()
    wire.publisher.everything()
    topics = {topic for topic, _, retain, _ in wire.sent if retain}
    assert {f"window/0{i}/state" for i in (1, 2, 3, 4)} <= topics
    assert {f"display/strip-0{i}/desired" for i in (1, 2, 3, 4)} | {"display/board-1/desired"} <= topics
    assert {f"queue/{q}/state" for q in ("household", "tax", "enterprise")} <= topics
    assert "announce" not in {topic for topic, *_ in wire.sent}
