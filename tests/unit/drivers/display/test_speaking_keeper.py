"""A strip with a voice says the calls of its window as any voice says them. Time is the test's own."""

from __future__ import annotations

from contract.configuration.hall import Device
from contract.wire.messages import Announce, DisplayDesired, DisplayLine, Text
from drivers.connect import DeviceSite
from drivers.device_health import DeviceHealth
from drivers.display.onbon_bxk_yy import SpeakingBxkDisplay
from drivers.display.speaking_keeper import SpeakingKeeper
from drivers.emulators.onbon_bxk import OnbonBxkYyEmulator
from drivers.emulators.serve import MemoryStream
from drivers.ports import Unreachable
from drivers.stream import Stream


def call(number: str, window: str = "03", seq: int = 1) -> Announce:
    return Announce(seq, window, number, Text(f"请{number}号到{window}号窗口", f"Number {number}"))


def brief(call: Announce) -> Text:
    return Text(f"{call.number}到{call.window}号窗口", "")


class Strip:
    """A strip, what it shows and says, and the test's own time."""

    def __init__(self, window: str | None = "03", **options: str | int | bool) -> None:
        self.now = 100.0
        self.emulator = OnbonBxkYyEmulator(name="strip-03")
        emulator = self.emulator
        self.plugged = True
        strip = self

        class Wire(MemoryStream):
            def write(self, data: bytes) -> None:
                if not strip.plugged:
                    raise Unreachable("the cable is out")
                super().write(data)

        class Here(DeviceSite):
            def stream(self, device: Device) -> Stream:
                return Wire(emulator)

        device = Device(id="strip-03", kind="display", model="onbon-bxk-yy", address="loop://", options=dict(options))
        self.health: list[DeviceHealth] = []
        self.keeper = SpeakingKeeper(
            "strip-03",
            SpeakingBxkDisplay(device, Here(answer_s=30.0)),
            lambda health, _: self.health.append(health),
            window=window,
            brief=brief,
            clock=lambda: self.now,
        )

    def want(self, seq: int, text: str, effect: str = "blink") -> None:
        self.keeper.want(DisplayDesired(seq, [DisplayLine(text, effect=effect)]))

    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while (at := self.keeper.due()[0]) <= end:
            self.now = max(self.now, at)
            self.keeper.serve()
        self.now = end

    @property
    def said(self) -> list[str]:
        return self.emulator.said


def test_a_call_is_said_once_with_its_text_on_the_strip_whichever_came_first() -> None:
    for first in ("text", "call"):
        strip = Strip()
        strip.want(1, "欢迎您", "static")
        strip.pass_time(5)
        if first == "call":
            strip.keeper.line.put(call("A012"))
        strip.want(2, "请A012号")
        strip.pass_time(0.1)
        if first == "text":
            strip.keeper.line.put(call("A012"))
        strip.pass_time(3)
        assert strip.said == ["请A零一二号到三号窗口"] and strip.emulator.texts() == ["请A012号"]
        strip.want(3, "请A012号", "static")
        strip.pass_time(600)
        assert strip.said == ["请A零一二号到三号窗口"] and strip.emulator.texts() == ["请A012号"]
        assert strip.emulator.malformed == 0


def test_while_it_speaks_the_text_is_not_blanked_and_the_next_call_waits_for_the_end() -> None:
    strip = Strip()
    strip.want(1, "请A012号")
    strip.keeper.line.put(call("A012"))
    strip.pass_time(2)
    painted = strip.emulator.painted
    strip.keeper.line.put(call("A012", seq=2))
    strip.pass_time(2)
    assert strip.emulator.painted == painted and len(strip.said) == 1
    strip.pass_time(4)
    assert len(strip.said) == 2


def test_a_call_that_came_while_the_strip_was_away_is_said_when_it_is_back_and_one_that_is_over_is_not() -> None:
    for over, said in ((False, ["请A零一二号到三号窗口"]), (True, [])):
        strip = Strip()
        strip.want(1, "欢迎您", "static")
        strip.pass_time(1)
        strip.plugged = False
        strip.want(2, "请A012号")
        strip.keeper.line.put(call("A012"))
        strip.pass_time(40)
        assert strip.health[-1].state == "unreachable" and strip.said == []
        if over:
            strip.keeper.line.window_calls("03", None, 5)
        strip.plugged = True
        strip.pass_time(20)
        assert strip.said == said and strip.emulator.texts() == ["请A012号"]


def test_what_was_never_said_is_told_with_its_number() -> None:
    strip = Strip()
    strip.want(1, "请A012号")
    strip.pass_time(1)
    strip.plugged = False
    strip.keeper.line.put(call("A012"))
    strip.pass_time(300)
    strip.plugged = True
    strip.pass_time(60)
    assert strip.said == [] and strip.health[-1] == DeviceHealth("calls-missed", "A012 → 03")
    assert strip.keeper.missed.count == 1
    strip.pass_time(700)
    assert strip.health[-1].state == "ok"


def test_a_strip_says_the_calls_of_its_window_and_a_board_those_of_all() -> None:
    for window, said in (("03", ["请A零一二号到三号窗口"]), (None, ["请B零零七号到十二号窗口", "请A零一二号到三号窗口"])):
        strip = Strip(window)
        strip.want(1, "欢迎光临", "static")
        strip.keeper.line.put(call("B007", "12"))
        strip.keeper.line.put(call("A012", "03"))
        strip.pass_time(30)
        assert strip.said == said


def test_volume_speed_and_the_one_of_the_telephone_are_settings() -> None:
    strip = Strip(voice_volume=0, voice_speed=2, voice_person=5, yao=True)
    strip.want(1, "A111")
    strip.keeper.line.put(call("A111"))
    strip.pass_time(3)
    (area,) = strip.emulator.areas.values()
    assert area.sound is not None and area.sound.text is not None
    assert (area.sound.volume, area.sound.speed, area.sound.person, area.sound.repeat) == (0, 2, 5, 0)
    assert area.sound.text.decode("gb2312") == "请A幺幺幺号到三号窗口"
    assert strip.said == [], "silent"


def test_the_longest_call_fits_into_what_a_controller_takes() -> None:
    strip = Strip()
    strip.want(1, "号" * 300)
    strip.keeper.line.put(call("号" * 300))
    strip.pass_time(5)
    assert len(strip.said) == 1 and strip.emulator.malformed == 0


def test_a_strip_that_does_not_answer_while_it_is_to_speak_says_it_again_later() -> None:
    strip = Strip()
    strip.want(1, "请A012号")
    strip.pass_time(1)
    strip.emulator.fail("nack")
    strip.keeper.line.put(call("A012"))
    strip.pass_time(1)
    assert strip.health[-1].state == "refused"
    strip.emulator.repair()
    strip.pass_time(20)
    assert strip.said == ["请A零一二号到三号窗口"]
