"""What every display keeps to, each model on its emulator over a real socket."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from contract.configuration.hall import Device
from contract.wire.messages import DisplayDesired, DisplayLine
from drivers import registry
from drivers.display.keeper import DisplayKeeper
from drivers.display.onbon_bxk import BxkDisplay
from drivers.emulators.serve import MemoryStream, PtyServer, TcpServer, UdpServer
from drivers.ports import DeviceError, DeviceRefused, NoReply, Unreachable
from drivers.registry import BadOption, DeviceSite

MODELS = [m.name for m in registry.models().values() if m.kind == "display" and m.emulator]
ONE_WAY = ["qt-strip", "alpha", "number-4byte", "number-xunpeng"]
"""They never answer; every other model must."""
ANSWERING = [model for model in MODELS if model not in ONE_WAY]
NUMBERS = ["number-4byte", "number-xunpeng"]
"""They show digits alone; every other model shows the whole text."""
DRAWN = ["onbon-bx6"]
"""Their text comes as a picture, in which the emulator reads no letters."""
REFUSAL = {"huidu": "busy", "huidu-serial": "busy"}
"""The emulator's fault by which a model refuses, where it is not `nack`."""

PATIENCE_S = 10.0
"""How long the drivers wait for an answer: threads of a busy machine do not run for seconds."""


def device(model: str, address: str, **options: Any) -> Device:
    return Device(id="strip-03", kind="display", model=model, address=address, serves="03", options=options)


def text(*lines: str, brightness: int = 80, seq: int = 1) -> DisplayDesired:
    return DisplayDesired(seq, [DisplayLine(line) for line in lines], brightness)


class Bench:
    """A driver and its emulator."""

    def __init__(self, model: str, out: Path | None = None, **options: Any) -> None:
        self.model = model
        self.emulator = registry.emulator(model)(name="strip-03", out=out)
        self.server = TcpServer(self.emulator)
        self.server.open()
        self.driver = registry.build(device(model, self.server.address, **options), DeviceSite(out, PATIENCE_S))

    def shows(self, *expected: str) -> bool:
        return self.emulator.wait_for(lambda: self.emulator.texts() == list(expected))


@pytest.fixture(params=MODELS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(request.param, tmp_path)
    yield bench
    bench.driver.close()
    bench.server.close()


def seen(model: str, line: str, number: str) -> list[str]:
    if model in NUMBERS:
        return [number] if number else []
    return ["▦"] if model in DRAWN or (model == "alpha" and not line.isascii()) else [line]


def test_a_display_shows_the_call_and_then_the_next_state(bench: Bench) -> None:
    bench.driver.open()
    bench.driver.show(text("请A012号到03号窗口"))
    assert bench.shows(*seen(bench.model, "请A012号到03号窗口", "12")), bench.emulator.texts()
    bench.driver.check()
    bench.driver.show(text("暂停服务"))
    assert bench.shows(*seen(bench.model, "暂停服务", "")), bench.emulator.texts()
    assert bench.emulator.malformed == 0


def test_a_display_is_seen_on_a_picture(bench: Bench, tmp_path: Path) -> None:
    bench.driver.open()
    bench.driver.show(text("A012"))
    assert bench.shows(*seen(bench.model, "A012", "12"))
    bench.server.close()
    with Image.open(tmp_path / "strip-03.png") as picture:
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20)}
    assert any(red > 120 and green < 100 for red, green, blue in colours), "lit LEDs"


def test_an_empty_text_makes_a_display_dark(bench: Bench) -> None:
    bench.driver.open()
    bench.driver.show(text("A012"))
    assert bench.shows(*seen(bench.model, "A012", "12"))
    bench.driver.show(text(""))
    assert bench.shows()


@pytest.mark.parametrize(
    "hostile", ["\\C2\\FO000红", "A\x1b\x1c2\x04\x01", "<text guid='x'>&a;", "\xa5\x5a\xff", "刘𠮷㵘", "号" * 300]
)
def test_no_text_disturbs_the_frames(bench: Bench, hostile: str) -> None:
    bench.driver.open()
    bench.driver.show(text(hostile))
    bench.driver.show(text("A001"))
    assert bench.shows(*seen(bench.model, "A001", "1")), bench.emulator.texts()
    assert bench.emulator.malformed == 0


def test_a_display_can_be_closed_twice_and_opened_again(bench: Bench) -> None:
    bench.driver.close()
    bench.driver.open()
    bench.driver.close()
    bench.driver.close()
    bench.driver.open()
    bench.driver.show(text("A001"))
    assert bench.shows(*seen(bench.model, "A001", "1"))


def test_a_display_that_hangs_up_is_reported_and_taken_again(bench: Bench) -> None:
    bench.driver.open()
    bench.emulator.fail("disconnects")
    with pytest.raises(DeviceError) as caught:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            bench.driver.show(text("A001"))
            bench.driver.check()
            time.sleep(0.01)  # a line that has no answers shows its end only when the emulator has heard something
    assert caught.value.remedy
    bench.emulator.repair()
    bench.driver.close()
    bench.driver.open()
    bench.driver.show(text("A002"))
    assert bench.shows(*seen(bench.model, "A002", "2"))


def test_a_power_cut_however_short_is_made_good_without_a_new_call(bench: Bench) -> None:
    now = [100.0]
    states: list[str] = []
    keeper = DisplayKeeper("strip-03", bench.driver, lambda health, _: states.append(health.state), clock=lambda: now[0])

    def pass_time(seconds: float) -> None:
        end = now[0] + seconds
        while (at := keeper.due()[0]) <= end:
            now[0] = max(now[0], at)
            keeper.serve()
        now[0] = end

    keeper.want(text("A007"))
    pass_time(30)
    shown = seen(bench.model, "A007", "7")
    assert bench.shows(*shown)
    bench.emulator.fail("power-cut")
    bench.emulator.repair("power-cut")
    bench.driver.reply_s = 0.4
    pass_time(70)
    assert bench.shows(*shown)
    assert states[-1] == "ok"
    keeper.want(text("请A012号到03号窗口", seq=2))
    pass_time(2)
    assert bench.shows(*seen(bench.model, "请A012号到03号窗口", "12"))


@pytest.mark.parametrize("model", MODELS)
def test_nobody_listening_is_unreachable_with_a_remedy(model: str) -> None:
    driver = registry.build(device(model, "socket://127.0.0.1:9"))
    with pytest.raises(Unreachable, match=r"refuses.*check"):
        driver.open()


@pytest.mark.parametrize("model", ANSWERING)
@pytest.mark.parametrize("fault", ["no-answer", "garbage", "half-frames", "bit-errors"])
def test_a_display_without_a_whole_answer_is_reported_in_time(model: str, fault: str) -> None:
    bench = Bench(model)
    try:
        bench.driver.open()
        bench.emulator.fail(fault)
        bench.driver.reply_s = 0.4
        begun = time.monotonic()
        with pytest.raises(DeviceError) as caught:
            for _ in range(5):
                bench.driver.show(text("A001"))
        assert caught.value.remedy and time.monotonic() - begun < 60
        bench.driver.reply_s = PATIENCE_S
        bench.emulator.repair()
        bench.driver.close()
        bench.driver.open()
        bench.driver.show(text("A002"))
        bench.driver.check()
    finally:
        bench.driver.close()
        bench.server.close()


@pytest.mark.parametrize("model", ANSWERING)
def test_noise_before_the_answers_is_overheard_on_lines_that_mark_their_frames(model: str) -> None:
    bench = Bench(model)
    try:
        bench.emulator.fail("noise")
        bench.driver.open()
        bench.driver.show(text("A001"))
        assert bench.shows(*seen(model, "A001", "1"))
    finally:
        bench.driver.close()
        bench.server.close()


@pytest.mark.parametrize("model", ANSWERING)
def test_a_refusal_is_told_apart_from_silence(model: str) -> None:
    bench = Bench(model)
    try:
        bench.driver.open()
        bench.emulator.fail(REFUSAL.get(model, "nack"))
        with pytest.raises(DeviceRefused, match="refuses"):
            bench.driver.show(text("A001"))
    finally:
        bench.driver.close()
        bench.server.close()


def test_an_onbon_strip_works_on_a_serial_line_and_by_udp(tmp_path: Path) -> None:
    for kind in (PtyServer, UdpServer):
        emulator = registry.emulator("onbon-bxk")(name="strip")
        server = kind(emulator)
        server.open()
        address = server.address + ("?baud=9600" if kind is PtyServer else "")
        driver = registry.build(device("onbon-bxk", address, addr=7), DeviceSite(answer_s=PATIENCE_S))
        driver.open()
        driver.show(text("请A012号到03号窗口"))
        driver.check()
        assert emulator.texts() == ["请A012号到03号窗口"]
        driver.close()
        server.close()


def test_an_onbon_board_keeps_one_area_a_line_and_deletes_what_is_no_longer_shown() -> None:
    bench = Bench("onbon-bxk", height=64)
    bench.driver.open()
    bench.driver.show(DisplayDesired(1, [DisplayLine("A001"), DisplayLine("B002", "green"), DisplayLine("C003", "yellow")]))
    assert bench.emulator.texts() == ["A001", "B002", "C003"]
    assert [area.y for area in bench.emulator.areas.values()] == [0, 21, 42]
    bench.driver.show(text("A001"))
    assert bench.emulator.texts() == ["A001"]
    bench.driver.close()
    bench.server.close()


def test_a_strip_that_lost_its_memory_says_so_at_the_next_check() -> None:
    bench = Bench("onbon-bxk")
    bench.driver.open()
    bench.driver.show(text("A001"))
    bench.emulator.fail("power-cut")
    with pytest.raises(NoReply, match="without power"):
        bench.driver.check()
    bench.emulator.fail("off")
    bench.driver.open()
    bench.driver.check()
    assert bench.emulator.is_on, "a strip that was switched off is switched on again"
    bench.driver.close()
    bench.server.close()


def test_brightness_by_time_of_day_is_left_to_the_controller_with_the_right_clock() -> None:
    bench = Bench("onbon-bxk", night_brightness=20, night_from="19:00", night_to="07:00")
    bench.driver.open()
    bench.driver.show(text("A001", brightness=100))
    assert bench.emulator.levels == [3] * 14 + [15] * 24 + [3] * 10
    assert abs((datetime.now() - bench.emulator.clock).total_seconds()) < 60
    before = bench.emulator.frames
    bench.driver.show(text("A002", brightness=100))
    assert bench.emulator.frames == before + 1, "brightness that did not change is not sent again"
    bench.driver.close()
    bench.server.close()


@pytest.mark.parametrize("model", ["onbon-bxk", "onbon-bx6", "huidu"])
def test_the_clock_of_a_display_is_the_halls_wherever_the_machine_thinks_it_is(model: str) -> None:
    zone = timezone(timedelta(hours=14))  # nobody's machine is there
    emulator = registry.emulator(model)(name="strip-03")
    server = TcpServer(emulator)
    server.open()
    driver = registry.build(device(model, server.address, night_brightness=20), DeviceSite(answer_s=PATIENCE_S, zone=zone))
    driver.open()
    driver.show(text("A001"))
    set_to = emulator.clock if model != "huidu" else datetime.fromisoformat(emulator.time)
    assert abs((datetime.now(zone).replace(tzinfo=None) - set_to).total_seconds()) < 60
    driver.close()
    server.close()


def test_what_nobody_writes_any_more_goes_by_itself() -> None:
    for model in ("onbon-bxk", "onbon-bx6"):
        bench = Bench(model)
        bench.driver.open()
        bench.driver.show(text("A001"))
        (area,) = bench.emulator.areas.values()
        assert area.run_mode == 2 and 2 * bench.driver.refresh_s <= area.timeout_s
        bench.driver.close()
        bench.server.close()


def test_a_slow_line_keeps_time_for_calls_though_all_is_written_again() -> None:
    class Slow(MemoryStream):
        def transmit_s(self, size: int) -> float:
            return size / 960

    class Here(DeviceSite):
        def stream(self, device: Device) -> Any:
            return Slow(registry.emulator("onbon-bx6")(name="strip"))

    driver = registry.build(device("onbon-bx6", "loop://"), Here())
    driver.open()
    driver.show(text("A001"))
    assert driver.refresh_s > 100, "9 kB take ten seconds"


def test_the_speed_of_a_serial_strip_is_found_out() -> None:
    emulator = registry.emulator("onbon-bxk")(name="strip")

    class SlowListener(MemoryStream):
        """A line on which the strip understands 57600 baud only."""

        baud = 9600

        def set_baud(self, baud: int) -> None:
            self.baud = baud

        def write(self, data: bytes) -> None:
            super().write(data if self.baud == 57600 else b"\x00" * len(data))

    class Here(DeviceSite):
        def stream(self, device: Device) -> Any:
            return SlowListener(emulator)

    driver = BxkDisplay(device("onbon-bxk", "loop://", autobaud=True), Here(answer_s=0.4))
    driver.open()
    assert driver.stream.baud == 57600
    driver.show(text("A001"))
    assert emulator.texts() == ["A001"]


def test_a_long_text_runs_or_is_shown_in_parts() -> None:
    long = "请A012号到03号窗口办理不动产登记业务"
    bxk = registry.build(device("onbon-bxk", "loop://", width=128))
    assert [(a.display, a.align) for a in bxk.areas([DisplayLine(long)])] == [(3, 0)]
    bx6 = registry.build(device("onbon-bx6", "loop://", width=128))
    assert len(bx6.pages(DisplayLine(long), 16)) == 3
    assert len(bx6.pages(DisplayLine("A012", effect="blink"), 16)) == 2
    sign = registry.build(device("alpha", "loop://", width=120))
    assert any(b"\x1b\x20a\x14P" in frame.encode() for frame in sign.frames([DisplayLine(long)])), (
        "the picture runs through the sign"
    )


@pytest.mark.parametrize(
    ("model", "options", "said"),
    [("onbon-bxk", {"addr": 0}, "addr"), ("onbon-bxk", {"autobaud": 1}, "= true or autobaud = false"), ("onbon-bx6", {"width": 1024, "height": 128}, "too many"),
     ("alpha", {"height": 8}, "16 to 31"), ("qt-strip", {"addr": 255}, "1 to 254"), ("onbon-bxk", {"colour": "red"}, "unknown option")],
)  # fmt: skip
def test_a_wrong_option_is_refused_with_key_and_remedy(model: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(BadOption, match=r"strip-03.*" + said):
        registry.build(device(model, "loop://", **options))


def test_a_board_that_has_no_room_for_its_lines_is_refused() -> None:
    for model, options, said in (("onbon-bxk", {"rows": 6}, "1 to 5"), ("huidu", {"rows": 4, "height": 32}, "rows = 2")):
        board = Device(id="board", kind="display", model=model, address="loop://", serves="board", options=options)
        with pytest.raises(BadOption, match=said):
            registry.build(board)


def test_the_virtual_display_paints_its_lines(tmp_path: Path) -> None:
    driver = registry.build(device("virtual", "emulator://virtual"), DeviceSite(tmp_path / "deep" / "er"))
    driver.open()
    driver.show(text("A012号 请到 03号窗口"))
    with Image.open(tmp_path / "deep" / "er" / "strip-03.png") as picture:
        assert picture.size == (320 * 6, 16 * 6)


@pytest.mark.hardware
@pytest.mark.skipif(
    "JIAOHAO_DISPLAY" not in os.environ, reason="JIAOHAO_DISPLAY names no real display, such as onbon-bxk=/dev/ttyUSB0"
)
def test_a_real_display_shows_a_call() -> None:
    model, _, address = os.environ["JIAOHAO_DISPLAY"].partition("=")
    driver = registry.build(device(model, address))
    driver.open()
    driver.show(text("请A012号到03号窗口"))
    driver.check()
    driver.close()
