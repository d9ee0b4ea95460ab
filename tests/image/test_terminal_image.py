"""An image written to a disk as a technician does it, started in a virtual machine beside a real hall with TLS.

The tests go on from one another, as a terminal's life does: a start takes minutes in emulation.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from appliance.image.write import inspect
from tests.image.bench import GOOD, Bench, newest
from tests.image.broken import broken_bundle
from tests.image.machine import CONSOLE
from tests.programs import wait_until

pytestmark = pytest.mark.timeout(10_800)
HOME = "#1557B0"
"""The colour of the large button on the home page."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    bench = Bench(tmp_path_factory.mktemp("image"))
    try:
        bench.open()
        bench.write(bench.token("kiosk-1"))
        yield bench
    finally:
        bench.close()


def shows_home(bench: Bench) -> bool:
    """Whether the large button of the home page is on the screen."""
    picture = Image.open(bench.machine.monitor.screenshot(bench.folder / "screen.png")).convert("RGB")
    colour = tuple(int(HOME[at : at + 2], 16) for at in (1, 3, 5))
    return picture.getpixel((picture.width // 8, picture.height // 3)) == colour


def leaves_home(bench: Bench) -> bool:
    """Touch the large button as often as a citizen would whose first touch a slow screen has missed."""
    bench.machine.monitor.tap(0.5, 0.3)
    with contextlib.suppress(AssertionError):
        wait_until(lambda: not shows_home(bench), timeout_s=30)
    return not shows_home(bench)


def ready_terminals(bench: Bench) -> bytes:
    import urllib.request

    with urllib.request.urlopen(f"http://127.0.0.1:{bench.port}/metrics") as answer:
        return bytes(answer.read())


def test_a_written_disk_starts_enrols_over_tls_and_shows_the_home_page(bench: Bench) -> None:
    bench.machine.open()
    said = bench.machine.wait_for(GOOD)
    assert "kiosk-1 is enrolled" in said
    wait_until(lambda: b'terminal_ready{terminal="kiosk-1"} 1.0' in ready_terminals(bench), timeout_s=600)
    wait_until(lambda: shows_home(bench), timeout_s=600)


def test_a_touch_reaches_the_kiosk_and_no_key_leads_out(bench: Bench) -> None:
    for keys in (("ctrl", "alt", "f2"), ("ctrl", "alt", "delete"), ("alt", "f4"), ("ctrl", "c"), ("alt", "sysrq", "b")):
        bench.machine.monitor.keys(*keys)
    wait_until(lambda: shows_home(bench), timeout_s=600)
    wait_until(lambda: leaves_home(bench), timeout_s=600)


def test_the_token_is_gone_and_the_data_partition_has_taken_the_disk(bench: Bench) -> None:
    bench.machine.cut()
    told = inspect(str(bench.machine.disk))
    assert told["terminal"]["token"] == "" and told["terminal"]["terminal"] == "kiosk-1"  # type: ignore[index]
    sizes = {part["name"]: part["size_mb"] for part in told["partitions"]}  # type: ignore[attr-defined]
    assert sizes["data"] > 3000
    grub = bench.machine.grub()
    assert (grub["ORDER"], grub["A_OK"], grub["A_TRY"]) == ("A B", "1", "0")


def test_an_update_goes_in_and_the_other_slot_starts(bench: Bench) -> None:
    bundle = newest("jiaohao-kiosk-*.raucb")
    bench.data.ask_for_update(bundle)
    began = len(bench.machine.said)
    bench.machine.open()
    said = bench.machine.wait_for("slot B with", timeout_s=5400, since=began)
    assert re.search(r"slot B with \S+ is good", said)
    bench.machine.cut()
    assert json.loads(bench.data.read("/var/lib/jiaohao-update/result.json"))["state"] == "done"
    grub = bench.machine.grub()
    assert (grub["ORDER"].split()[0], grub["B_OK"], grub["B_TRY"]) == ("B", "1", "0")


def test_a_tampered_bundle_is_refused_and_nothing_changes(bench: Bench, tmp_path: Path) -> None:
    bundle = tmp_path / "tampered.raucb"
    content = bytearray(newest("jiaohao-kiosk-*.raucb").read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)
    before = bench.machine.grub()
    bench.data.ask_for_update(bundle)
    began = len(bench.machine.said)
    bench.machine.open()
    bench.machine.wait_for("the update was not installed", timeout_s=5400, since=began)
    bench.machine.wait_for("slot B with", since=began)
    bench.machine.cut()
    told = json.loads(bench.data.read("/var/lib/jiaohao-update/result.json"))
    assert told["state"] == "failed" and told["detail"]
    assert bench.machine.grub()["ORDER"].split()[0] == before["ORDER"].split()[0]


def test_a_system_that_never_shows_its_screen_is_left_for_the_one_before(bench: Bench, tmp_path: Path) -> None:
    bench.data.ask_for_update(broken_bundle(tmp_path))
    bench.machine.set_grub(extra=CONSOLE.replace("patience=2700", "patience=60"), TRIES="1")
    began = len(bench.machine.said)
    bench.machine.open()
    said = bench.machine.wait_for("went back to", timeout_s=8100, since=began)
    assert "does not reach its screen; the machine starts again" in said
    bench.machine.wait_for("slot B with", timeout_s=300, since=began + said.index("went back to"))
    bench.machine.cut()
    grub = bench.machine.grub()
    assert grub["ORDER"].split()[0] == "B" and grub["A_OK"] == "0" and grub["B_TRY"] == "0"
