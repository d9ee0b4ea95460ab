"""issue-ticket while a hall full of phones follows a line that moves, beside the same without any phone in the same run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from contract.wire.topics import Topics
from link import Broker, Link
from tests.bench import stage
from tests.bench.pages import open_pages
from tests.bench.report import Row, percentile
from tests.ports import free_port

PHONES = 1000
ISSUES, CALLS_EACH = 200, 5
"""Numbers that are given while somebody is called after every few of them."""
PAUSE_S = 0.05
AIM_P99_MS = 25


def rows() -> Iterator[Row]:
    """One row: the 99th percentile of issue-ticket, with and without phones."""
    with stage.folder() as at, stage.broker(at) as port, ExitStack() as stack:
        web = free_port()
        stack.enter_context(stage.server(at, stage.write_hall(at), port, "--web", f"127.0.0.1:{web}"))
        link = Link(broker=Broker("127.0.0.1", port), topics=Topics(stage.HALL), client_id="viewers")
        link.open()
        stack.callback(link.close)
        if not link.connected.wait(10):
            raise RuntimeError("no connection to the broker")
        _data(link, "open-window", {"window": "01"})
        given = [link.request("issue-ticket", {"queue": "qa", "channel": "web"}) for _ in range(PHONES)]
        tokens = [answer.data["ticket"]["token"] for answer in (one.result(60) for one in given) if answer.data is not None]
        alone = _issues(link)
        with open_pages(web, [(f"/t/{token}/live", "") for token in tokens]):
            beside = _issues(link)
    p99, of_alone = percentile(beside, 0.99), percentile(alone, 0.99)
    yield Row(
        f"issue beside {PHONES} phones on a moving line",
        f"p50 {percentile(beside, 0.5):.1f}, p99 {p99:.1f} ms",
        f"no phones p50 {percentile(alone, 0.5):.1f}, p99 {of_alone:.1f} ms",
        p99 / of_alone,
        f"p99 {AIM_P99_MS} ms",
        p99 < AIM_P99_MS,
    )


def _issues(link: Link) -> list[float]:
    """Milliseconds of each request for a number, while the line moves about three times a second."""
    took = []
    for turn in range(ISSUES):
        begun = time.perf_counter()
        _data(link, "issue-ticket", {"queue": "qa", "channel": "web"})
        took.append((time.perf_counter() - begun) * 1000)
        if turn % CALLS_EACH == 0:
            _data(link, "call-next", {"window": "01"})
            _data(link, "no-show", {"window": "01"})
        time.sleep(PAUSE_S)
    return took


def _data(link: Link, verb: str, body: dict[str, object]) -> Any:
    answer = link.request(verb, body).result(30)
    assert answer.data is not None, answer
    return answer.data
