"""Calls that wait for their turn: shorter as the line grows, and none leaves it unseen."""

from __future__ import annotations

import re
import threading
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.wire.messages import Announce, Text
from drivers.voice.line import TOGETHER, AnnouncementQueue, VoiceTurn
from drivers.voice.wording import worded


def call(number: str, window: str, seq: int = 1) -> Announce:
    return Announce(seq, window, number, Text(f"请{number}号到{window}号窗口办理业务", f"Number {number}, window {window}"))


def brief(one: Announce) -> Text:
    return Text(f"请{one.number}号到{one.window}号窗口", f"Number {one.number}, window {one.window}")


def all_of(line: AnnouncementQueue) -> list[Announce]:
    """Everything that can be taken, each said."""
    found: list[Announce] = []
    while (turn := line.take(0)) is not None:
        found += turn.calls
        line.said()
    return found


def numbers(line: AnnouncementQueue) -> list[str]:
    return [one.number for one in all_of(line)]


def test_announcements_come_one_after_another_in_the_order_of_the_calls():
    line = AnnouncementQueue()
    for place, number in enumerate(("A001", "B001", "C001")):
        line.put(call(number, f"0{place}"))
    assert numbers(line) == ["A001", "B001", "C001"]


def test_a_recall_of_what_still_waits_is_said_once():
    line = AnnouncementQueue()
    line.put(call("A001", "01"))
    line.put(call("B001", "02"))
    line.put(call("A001", "01", seq=3))
    assert [(one.number, one.seq) for one in all_of(line)] == [("A001", 3), ("B001", 1)]


def test_nobody_is_called_to_a_window_that_has_called_somebody_else():
    line = AnnouncementQueue()
    line.put(call("A001", "01"))
    line.put(call("A002", "01"))
    assert numbers(line) == ["A002"] and line.lost() == []


@pytest.mark.parametrize(
    ("now_called", "seq", "said"),
    [
        (None, 5, []),  # the citizen is served already, or has gone
        ("A002", 5, []),
        ("A001", 5, ["A001"]),
        (None, 1, ["A001"]),  # told before the call was made
    ],
)
def test_what_its_window_does_not_call_any_more_is_over(now_called: str | None, seq: int, said: list[str]):
    line = AnnouncementQueue()
    line.put(call("A001", "01", seq=2))
    line.window_calls("01", now_called, seq)
    assert numbers(line) == said and line.lost() == [], "what is over is not missed"


def test_a_call_that_was_not_said_to_its_end_is_said_again_first():
    line = AnnouncementQueue()
    for number, window in (("A001", "01"), ("B001", "02")):
        line.put(call(number, window))
    assert line.take(0) is not None
    line.not_said(refused=False)
    assert numbers(line) == ["A001", "B001"]


def test_a_call_whose_window_moved_on_while_it_failed_is_not_said_again():
    line = AnnouncementQueue()
    line.put(call("A001", "01", seq=1))
    assert line.take(0) is not None
    line.window_calls("01", None, 2)
    line.not_said(refused=False)
    line.put(call("B001", "02"))
    assert line.take(0) is not None
    line.put(call("B002", "02"))
    line.not_said(refused=False)
    assert numbers(line) == ["B002"] and line.lost() == []


def test_a_call_that_the_device_cannot_say_is_reported_and_does_not_stop_the_others():
    line = AnnouncementQueue()
    for place in range(10):
        line.put(call(f"A00{place}", f"w{place}"))
    said: list[str] = []
    while (turn := line.take(0)) is not None:
        if any(one.number == "A001" for one in turn.calls):
            line.not_said(refused=True)
        else:
            said += [one.number for one in turn.calls]
            line.said()
    assert said == [f"A00{place}" for place in range(10) if place != 1]
    assert [one.number for one in line.lost()] == ["A001"] and line.lost() == []


def test_a_call_that_was_not_said_within_its_life_is_reported():
    now = [0.0]
    line = AnnouncementQueue(life_s=60, clock=lambda: now[0])
    line.put(call("A001", "01"))
    now[0] = 50
    line.put(call("B001", "02"))
    line.put(call("A001", "01", seq=2))  # a recall does not make it younger: the citizen has waited since the first
    now[0] = 61
    assert numbers(line) == ["B001"]
    assert [one.number for one in line.lost()] == ["A001"]


def test_a_call_for_later_waits_without_holding_up_others_and_its_own_announcement_goes_before():
    now = [0.0]
    line = AnnouncementQueue(clock=lambda: now[0])
    line.put(call("A001", "01"), after_s=2)
    line.put(call("B001", "02"))
    assert numbers(line) == ["B001"]
    line.put(call("A001", "01", seq=9))
    assert [one.seq for one in all_of(line)] == [9]
    line.put(call("C001", "03"), after_s=2)
    assert numbers(line) == []
    now[0] = 2
    assert numbers(line) == ["C001"]


def test_the_voice_is_woken_by_a_new_announcement():
    line = AnnouncementQueue()
    taken: list[VoiceTurn | None] = []
    voice = threading.Thread(target=lambda: taken.append(line.take(60)))
    voice.start()
    line.put(call("A001", "01"))
    voice.join(60)
    assert taken and taken[0] is not None and taken[0].calls[0].number == "A001"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 9)),
        st.tuples(st.just("over"), st.integers(0, 9)),
        st.tuples(st.sampled_from(["say", "fail", "refuse"]), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 40)),
    ),
    max_size=60,
)


@given(STEPS)
def test_every_call_is_said_or_over_or_reported(steps: list[tuple[str, int]]):
    now = [0.0]
    line = AnnouncementQueue(life_s=60, clock=lambda: now[0])
    made: dict[str, str] = {}
    ended: Counter[str] = Counter()
    latest: dict[str, str] = {}

    def take(how: str) -> None:
        turn = line.take(0)
        if turn is None:
            return
        assert 1 <= len(turn.calls) <= TOGETHER
        if how == "say":
            line.said()
            ended.update(one.number for one in turn.calls)
        else:
            line.not_said(refused=how == "refuse")

    for seq, (what, value) in enumerate(steps):
        window = f"w{value}"
        if what == "put":
            if window in latest:
                ended[latest[window]] += 1  # unless it was said or reported before, it is over now
            latest[window] = f"N{seq}"
            made[latest[window]] = window
            line.put(call(latest[window], window, seq))
        elif what == "over":
            line.window_calls(window, None, seq)
            if window in latest:
                ended[latest.pop(window)] += 1
        elif what == "wait":
            now[0] += value
        else:
            take(what)
        ended.update(one.number for one in line.lost())
    while len(line):
        take("say")
        now[0] += 1
        ended.update(one.number for one in line.lost())
    assert set(made) == set(ended)


# --- how much is said --------------------------------------------------------------------------------------------------


def seconds(said: Announce, languages: list[str]) -> float:
    """About how long espeak-ng takes, by what was measured: 1.3 s of chime, 0.38 s a syllable, 0.3 s an English sound."""
    zh = len(re.findall(r"\w", said.texts.zh)) * 0.38 if "zh" in languages else 0.0
    en = len(re.findall(r"[a-z]+|\d", said.texts.en)) * 0.4 if "en" in languages else 0.0
    return zh + en + 1.3 * said.chime + 0.35


@pytest.mark.parametrize("languages", [["zh", "en"], ["zh"], ["en", "zh"]])
def test_when_thirty_windows_call_at_once_everybody_is_called_in_time(languages: list[str]):
    now = [0.0]
    line = AnnouncementQueue(clock=lambda: now[0])
    for place in range(1, 31):
        line.put(call(f"A{place:03}", f"{place}", place))
    said: list[str] = []
    while (turn := line.take(0)) is not None:
        announcement = worded(turn, languages, brief)
        now[0] += seconds(announcement, languages)
        said += re.findall(r"A\d{3}", announcement.texts.zh or announcement.texts.en)
        line.said()
    assert said == [f"A{place:03}" for place in range(1, 31)] and line.lost() == []
    assert now[0] < 150, "two and a half minutes at most, instead of nearly six"


@pytest.mark.parametrize(
    ("waiting", "zh", "en", "chime"),
    [
        (1, "请A001号到1号窗口办理业务", "Number A001, window 1", True),
        (2, "请A001号到1号窗口办理业务", "Number A001, window 1", True),
        (3, "请A001号到1号窗口办理业务", "", True),
        (4, "请A001号到1号窗口办理业务", "", True),
        (5, "请A001号到1号窗口，请A002号到2号窗口，请A003号到3号窗口，请A004号到4号窗口", "", False),
    ],
)
def test_the_more_calls_wait_the_less_is_said_of_each(waiting: int, zh: str, en: str, chime: bool):
    line = AnnouncementQueue()
    for place in range(1, waiting + 1):
        line.put(call(f"A{place:03}", f"{place}"))
    turn = line.take(0)
    assert turn is not None
    said = worded(turn, ["zh", "en"], brief)
    assert (said.texts.zh, said.texts.en, said.chime) == (zh, en, chime)


def test_a_voice_without_mandarin_shortens_in_its_own_language():
    calls = [call("A001", "1"), call("A002", "2")]
    said = worded(VoiceTurn(calls, 9), ["en"], brief)
    assert said.texts == Text("", "Number A001, window 1, Number A002, window 2")
    assert worded(VoiceTurn(calls[:1], 3), ["en"], brief).texts == Text("", "Number A001, window 1")
