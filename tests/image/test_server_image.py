"""The hall's server made of the image: it starts by itself, its first password opens the web pages, a terminal enrols and works.

The tests go on from one another.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from contract.wire.topics import Topics
from link import Broker, Link
from link.enrol import enrol
from tests.image.server_bench import HALL, KIOSK, Citizens, ServerBench
from tests.programs import wait_until
from tests.web_hall import csrf

pytestmark = pytest.mark.timeout(10_800)
PASSWORD = "made-up-by-a-test-7"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerBench]:
    bench = ServerBench(tmp_path_factory.mktemp("server"))
    bench.write()
    bench.machine.open(network=bench.network)
    yield bench
    bench.machine.cut()


@pytest.fixture(scope="module")
def browser(bench: ServerBench) -> Iterator[httpx.Client]:
    """A browser logged in with the first password, which it then changes."""
    bench.started()
    bench.machine.cut()
    name, password = bench.data.read("/var/lib/jiaohao/first-log-in.txt").split()
    bench.machine.open(network=bench.network)
    bench.started()
    with httpx.Client(base_url=f"https://127.0.0.1:{bench.staff}", verify=False, timeout=300) as browser:
        page = browser.get("/log-in")
        form = {"csrf": csrf(page.text), "name": name, "password": password, "next": ""}
        assert browser.post("/log-in", data=form).status_code == 303
        page = browser.get("/password")
        changed = {"csrf": csrf(page.text), "old": password, "new": PASSWORD, "again": PASSWORD}
        assert browser.post("/password", data=changed).status_code == 303
        yield browser


def test_the_first_password_opens_the_web_pages_and_is_changed_there(browser: httpx.Client) -> None:
    assert browser.get("/fleet").status_code == 200


def test_a_terminal_enrols_with_a_token_of_the_fleet_page_and_takes_a_ticket(bench: ServerBench, browser: httpx.Client) -> None:
    page = browser.get(f"/token/{KIOSK}")
    made = browser.post(f"/token/{KIOSK}", data={"csrf": csrf(page.text)})
    token = made.text.partition('id="token">')[2].partition("<")[0]
    credentials = bench.folder / "enrolled"
    enrol(f"http://127.0.0.1:{bench.web}", token, KIOSK, credentials)
    link = Link(
        broker=Broker.parse(f"mqtts://127.0.0.1:{bench.mqtt}", credentials=credentials), topics=Topics(HALL), client_id=KIOSK
    )
    link.open()
    try:
        wait_until(lambda: link.connected.is_set(), timeout_s=600)
        assert Citizens().answered_by(link, "first").endswith("a001")
    finally:
        link.close()


def test_a_terminal_revoked_on_its_page_is_cut_off_at_once(bench: ServerBench, browser: httpx.Client) -> None:
    broker = Broker.parse(f"mqtts://127.0.0.1:{bench.mqtt}", credentials=bench.folder / "enrolled")
    link = Link(broker=broker, topics=Topics(HALL), client_id=KIOSK)
    link.open()
    try:
        wait_until(lambda: link.connected.is_set(), timeout_s=600)
        page = browser.get(f"/revoke/{KIOSK}")
        done = browser.post(f"/revoke/{KIOSK}", data={"csrf": csrf(page.text)})
        assert done.headers["location"] == f"/revoke/{KIOSK}", "the broker of the machine has read the list"
        wait_until(lambda: not link.connected.is_set(), timeout_s=600)
    finally:
        link.close()
