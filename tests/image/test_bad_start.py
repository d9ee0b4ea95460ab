"""A terminal that cannot join: its screen and its console say why, nothing is harmed, and it joins once it can.

The tests go on from one another.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PIL import Image, ImageColor

from appliance.image.write import personalise
from kiosk.ui.theme import ORDINARY
from tests.image.bench import GOOD, Bench
from tests.programs import wait_until

pytestmark = pytest.mark.timeout(10_800)
IN_THE_FUTURE = ("-rtc", "base=2037-01-01T00:00:00")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("bad-start"))
    try:
        bench.open()
        yield bench
    finally:
        bench.close()


def says_trouble(bench: Bench) -> bool:
    """Whether the screen has the bar of a notice about trouble."""
    picture = Image.open(bench.machine.monitor.screenshot(bench.folder / "screen.png")).convert("RGB")
    bar, red = picture.getpixel((picture.width // 2, 2)), ImageColor.getrgb(ORDINARY["danger"])
    return isinstance(bar, tuple) and all(abs(a - b) < 8 for a, b in zip(bar, red, strict=True))


def test_a_wrong_token_is_told_on_screen_and_console_and_gives_no_certificate(bench: Bench) -> None:
    token = bench.token("kiosk-1")
    bench.write(f"{token[:-4]}{'7777' if token[-4:] != '7777' else '8888'}")
    bench.machine.open()
    bench.machine.wait_for("the token is wrong or not of this hall")
    wait_until(lambda: says_trouble(bench), timeout_s=900)
    bench.machine.cut()
    assert bench.data.read("/jiaohao/credentials/client.crt") == ""
    assert "kiosk-1" not in {certificate.terminal for certificate in bench.hall.register.certificates()}
    assert bench.machine.grub()["A_OK"] == "1"


def test_with_the_right_token_it_joins_though_its_clock_is_years_ahead(bench: Bench) -> None:
    personalise(str(bench.machine.disk), bench.kiosk(bench.token("kiosk-1")))
    bench.machine.set_grub(A_TRY="0")
    began = len(bench.machine.said)
    bench.machine.open(*IN_THE_FUTURE)
    said = bench.machine.wait_for("kiosk-1 is enrolled", since=began)
    assert "the clock is set to the server's" in said
    bench.machine.wait_for(GOOD, since=began)


def test_it_starts_again_with_the_clock_that_was_set(bench: Bench) -> None:
    bench.machine.cut()
    began = len(bench.machine.said)
    bench.machine.open()
    said = bench.machine.wait_for(GOOD, since=began)
    assert "going on with what was kept" not in said, "the broker does not believe a terminal whose clock went ahead again"
