"""Keeping displays as the hall wants them: newest state, blinking, trouble, and several of them on one line."""

import threading
from itertools import pairwise

from contract.configuration.hall import Device
from contract.wire.messages import DisplayDesired, DisplayLine
from drivers.bus import Bus, SharedDeviceSite, line_of
from drivers.display.keeper import DisplayKeeper
from drivers.ports import NoReply, NotFound
from drivers.registry import BadOption


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


class Glass:
    """A display that keeps what it was told; `broken` makes it fail."""

    def __init__(self, min_interval_s=1.0, blinks=False, refresh_s=float("inf")):
        self.min_interval_s, self.blinks, self.line_gap_s, self.refresh_s = min_interval_s, blinks, 0.0, refresh_s
        self.runs = False
        self.broken = None
        self.shown, self.calls = [], []

    def _call(self, name):
        self.calls.append(name)
        if self.broken is not None:
            raise self.broken

    def open(self):
        self._call("open")

    def close(self):
        self.calls.append("close")

    def check(self):
        self._call("check")

    def stays_lit(self, desired):
        return self.runs

    def show(self, desired):
        self._call("show")
        self.shown.append(desired.lines[0].text)


def desired(seq, text, effect="static", brightness=80):
    return DisplayDesired(seq, [DisplayLine(text, effect=effect)], brightness)


class Stage:
    def __init__(self, **glass):
        self.clock, self.glass, self.told = Clock(), Glass(**glass), []
        self.keeper = DisplayKeeper(
            "strip", self.glass, lambda health, seq: self.told.append((health.state, seq)), clock=self.clock
        )

    def pass_time(self, seconds, step=0.05):
        """Serve whenever the keeper is due."""
        end = self.clock.now + seconds
        while self.clock.now <= end:
            if self.keeper.due()[0] <= self.clock.now:
                self.keeper.serve()
            else:
                self.clock.now += step


def test_only_the_newest_state_is_shown():
    stage = Stage()
    stage.keeper.want(desired(1, "A001"))
    stage.pass_time(0.1)
    for seq in range(2, 9):
        stage.keeper.want(desired(seq, f"A00{seq}"))
    stage.pass_time(2)
    assert stage.glass.shown == ["A001", "A008"]
    assert stage.told == [("ok", 1), ("ok", 8)]


def test_a_display_is_never_written_faster_than_it_can_take():
    stage = Stage(min_interval_s=1.0)
    times = []
    show = stage.glass.show
    stage.glass.show = lambda d: (times.append(stage.clock.now), show(d))
    for seq in range(1, 40):
        stage.keeper.want(desired(seq, f"A{seq}"))
        stage.pass_time(0.2)
    assert len(times) >= 7 and all(after - before >= 0.99 for before, after in pairwise(times))


def test_a_call_blinks_and_then_holds_without_another_write():
    stage = Stage(min_interval_s=0.1)
    stage.keeper.want(desired(1, "A001", "blink"))
    stage.pass_time(2.2)
    assert stage.glass.shown == ["A001", "", "A001", "", "A001"]
    stage.keeper.want(desired(2, "A001"))
    stage.pass_time(0.2)
    assert stage.glass.shown[-1] == "A001" and len(stage.glass.shown) == 5
    assert stage.told[-1] == ("ok", 2)
    stage.pass_time(3)
    assert len(stage.glass.shown) == 5


def test_a_call_that_ends_in_the_dark_is_lit_again():
    stage = Stage(min_interval_s=0.1)
    stage.keeper.want(desired(1, "A001", "blink"))
    stage.pass_time(0.7)
    assert stage.glass.shown[-1] == ""
    stage.keeper.want(desired(2, "A001"))
    stage.pass_time(0.3)
    assert stage.glass.shown[-1] == "A001"


def test_a_display_that_blinks_by_itself_is_left_to_it():
    stage = Stage(blinks=True)
    stage.keeper.want(desired(1, "A001", "blink"))
    stage.pass_time(3)
    stage.keeper.want(desired(2, "A001"))
    stage.pass_time(1)
    assert stage.glass.shown == ["A001", "A001"], "told once to blink, once to hold"


def test_after_trouble_the_present_state_is_shown_not_the_missed_ones():
    stage = Stage()
    stage.keeper.want(desired(1, "A001"))
    stage.pass_time(0.2)
    stage.glass.broken = NoReply("silent", "check the cable")
    for seq in range(2, 6):
        stage.keeper.want(desired(seq, f"A00{seq}"))
        stage.pass_time(3)
    tries = stage.glass.calls.count("open")
    assert 3 <= tries <= 8, "tried again with growing pauses"
    assert stage.told[-1] == ("no-reply", None)
    stage.glass.broken = None
    stage.pass_time(11)
    assert stage.glass.shown == ["A001", "A005"]
    assert stage.told[-1] == ("ok", 5)


def test_a_quiet_display_is_asked_now_and_then_and_its_silence_is_noticed():
    stage = Stage()
    stage.keeper.want(desired(1, "A001"))
    stage.pass_time(25)
    assert stage.glass.calls.count("check") == 2
    stage.glass.broken = NotFound("no such port", "plug it in")
    stage.pass_time(11)
    assert stage.told[-1] == ("not-found", None)
    stage.glass.broken = None
    stage.pass_time(12)
    assert stage.told[-1] == ("ok", 1) and stage.glass.shown[-1] == "A001", "it may have forgotten what it showed"


def test_a_driver_with_a_mistake_does_not_end_its_line():
    stage = Stage()
    stage.glass.broken = ZeroDivisionError("division by zero")
    stage.keeper.want(desired(1, "A001"))
    stage.pass_time(1)
    assert stage.told[-1] == ("failed", None)
    stage.glass.broken = None
    stage.pass_time(5)
    assert stage.glass.shown == ["A001"]


def test_the_same_content_is_not_written_twice_but_its_seq_is_told():
    stage = Stage()
    stage.keeper.want(desired(1, "A001"))
    stage.pass_time(2)
    stage.keeper.want(desired(7, "A001"))
    stage.pass_time(2)
    assert stage.glass.shown == ["A001"] and stage.told == [("ok", 1), ("ok", 7)]
    stage.keeper.want(desired(8, "A001", brightness=20))
    stage.pass_time(2)
    assert stage.glass.shown == ["A001", "A001"], "brightness is part of what is seen"


def test_a_call_right_after_a_finished_one_does_not_wait_for_a_greeting():
    stage = Stage(min_interval_s=1.0)
    stage.keeper.want(desired(1, "serving A001"))
    stage.pass_time(60)
    stage.keeper.want(desired(2, "welcome"))
    stage.pass_time(0.3)
    called_at = stage.clock.now
    stage.keeper.want(desired(3, "A002", "blink"))
    while stage.glass.shown[-1] != "A002":
        stage.pass_time(0)
        stage.clock.now += 0.01
        assert stage.clock.now - called_at < 0.1
    stage.keeper.want(desired(4, "welcome"))
    stage.pass_time(2)
    assert stage.glass.shown[-1] == "welcome", "without another call the greeting comes"
    assert "welcome" not in stage.glass.shown[:2]


def test_what_a_display_may_lose_unnoticed_is_written_again():
    stage = Stage(refresh_s=30.0)
    stage.keeper.want(desired(1, "A001"))
    stage.pass_time(100)
    assert 3 <= len(stage.glass.shown) <= 4 and set(stage.glass.shown) == {"A001"}


# --- lines ---------------------------------------------------------------------------------------------------------------


class Wish:
    line_gap_s = 0.0

    def __init__(self, bus_clock, at, trouble=False, routine=False):
        self.at, self.trouble, self.routine = at, trouble, routine
        self.clock, self.served, self.closed = bus_clock, [], threading.Event()

    def due(self):
        return self.at, self.trouble, self.routine

    def serve(self):
        self.served.append(self.clock())
        self.at = float("inf")

    def close(self):
        self.closed.set()


def test_news_come_before_routine_and_the_well_before_those_in_trouble():
    clock = Clock()
    order = []
    wishes = {
        "trouble": Wish(clock, 1, trouble=True),
        "routine": Wish(clock, 2, routine=True),
        "late": Wish(clock, 50),
        "early": Wish(clock, 20),
    }
    for name, wish in wishes.items():
        wish.serve = lambda name=name, wish=wish: (order.append(name), setattr(wish, "at", float("inf")))
    bus = Bus("bus", wishes.values(), clock=clock)
    bus.open()
    for wish in wishes.values():
        assert not wish.closed.is_set()
    deadline = threading.Event()
    while len(order) < 4 and not deadline.wait(0.01):
        bus.wake()
    bus.close()
    assert order == ["early", "late", "routine", "trouble"]
    assert all(wish.closed.wait(60) for wish in wishes.values())


def strip(name, address, **options):
    return Device(id=name, kind="display", model="qt-strip", address=address, options=options)


def test_devices_with_one_port_share_it_until_nobody_holds_it():
    site = SharedDeviceSite()
    one, two = site.stream(strip("a", "loop://?bus=x", addr=1)), site.stream(strip("b", "loop://?bus=x", addr=2))
    one.open()
    two.open()
    one.close()
    assert two.is_open and not one.is_open
    two.write(b"abc")
    assert two.read(1) == b"abc"
    two.close()
    assert not two.is_open


def test_one_port_with_two_settings_is_refused():
    site = SharedDeviceSite()
    site.stream(strip("a", "/dev/ttyUSB0?baud=9600"))
    try:
        site.stream(strip("b", "/dev/ttyUSB0?baud=57600"))
    except BadOption as error:
        assert "b" in str(error) and "same address" in error.remedy
    else:
        raise AssertionError("two speeds on one port")
    assert line_of(strip("a", "/dev/ttyUSB0?baud=9600")) == line_of(strip("b", "/dev/ttyUSB0?baud=9600"))
    assert line_of(strip("a", "/dev/ttyUSB0?baud=9600")) == "/dev/ttyUSB0", "as people call it"
    assert line_of(strip("a", "socket://10.0.0.7:5005")) != line_of(strip("b", "socket://10.0.0.7:5005"))


def test_a_text_that_runs_through_the_display_is_not_begun_anew_by_blinking():
    stage = Stage(min_interval_s=0.5)
    stage.glass.runs = True
    stage.keeper.want(desired(1, "请A012号到03号窗口办理业务", "blink"))
    stage.pass_time(5)
    assert stage.glass.shown == ["请A012号到03号窗口办理业务"]
    stage.keeper.want(desired(2, "请A012号到03号窗口办理业务", "blink"))
    stage.pass_time(5)
    assert len(stage.glass.shown) == 2, "called again: it begins anew once"
