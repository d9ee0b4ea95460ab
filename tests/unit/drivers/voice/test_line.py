"""Announcements that wait for their turn."""

import threading

from contract.wire.messages import Announce, Text
from drivers.voice.line import AnnouncementQueue


def call(number: str, window: str, seq: int = 1) -> Announce:
    return Announce(seq, window, number, Text(f"请{number}号到{window}号窗口", f"Number {number}, window {window}"))


def numbers(line: AnnouncementQueue) -> list[str]:
    return [a.number for a in iter(lambda: line.take(0), None)]


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
    assert [(a.number, a.seq) for a in iter(lambda: line.take(0), None)] == [("A001", 3), ("B001", 1)]


def test_nobody_is_called_to_a_window_that_has_moved_on():
    line = AnnouncementQueue()
    line.put(call("A001", "01"))
    line.put(call("A002", "01"))
    assert numbers(line) == ["A002"]


def test_the_line_never_grows_beyond_its_limit_and_the_oldest_goes():
    line = AnnouncementQueue(limit=3)
    for place in range(10):
        line.put(call(f"A00{place}", f"w{place}"))
    assert numbers(line) == ["A007", "A008", "A009"]
    assert line.dropped == 7


def test_old_news_is_not_announced():
    now = [0.0]
    line = AnnouncementQueue(keep_s=60, clock=lambda: now[0])
    line.put(call("A001", "01"))
    now[0] = 50
    line.put(call("B001", "02"))
    now[0] = 61
    assert numbers(line) == ["B001"]


def test_the_voice_is_woken_by_a_new_announcement():
    line = AnnouncementQueue()
    taken: list[Announce | None] = []
    voice = threading.Thread(target=lambda: taken.append(line.take(60)))
    voice.start()
    line.put(call("A001", "01"))
    voice.join(60)
    assert taken and taken[0] is not None and taken[0].number == "A001"
