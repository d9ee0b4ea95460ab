"""What staff look at is rendered once a change for all who see the same, however many look on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest

from contract.wire.messages import Alert, TerminalStatus, Text
from queue_server.rollouts.repository import RolloutRepository
from queue_server.rollouts.step import Rollout, Target
from queue_server.web.live import SharedParts
from tests.programs import PATIENCE_S
from tests.web_hall import WebHall, now, serving

LOOK_ON = ("supervisor", "supervisor", "supervisor", "admin", "admin")


@contextmanager
def stream(site: str, path: str, cookie: str) -> Iterator[HTTPResponse]:
    to = urlsplit(site)
    asking = HTTPConnection(str(to.hostname), to.port, timeout=PATIENCE_S)
    try:
        asking.request("GET", path, headers={"Cookie": cookie, "Accept": "text/event-stream"})
        answer = asking.getresponse()
        assert answer.status == 200
        yield answer
    finally:
        asking.close()


def picture(answer: HTTPResponse) -> None:
    """Wait for the next picture."""
    while answer.readline().strip() != b"event: picture":
        pass


def new_alert(hall: WebHall) -> None:
    hall.put("alert/device-printer-1", Alert("device-paper-out", "error", "printer-1", now(), Text("缺纸", "paper out")))


def new_status(hall: WebHall) -> None:
    hall.put("terminal/kiosk-1/status", TerminalStatus("ready", "s", "hall-kiosk", "0.1.0"))


def new_rollout(hall: WebHall) -> None:
    book = RolloutRepository(hall.database.writer, hall.database.reader)
    book.begin(Rollout("r1", "0" * 64, "2", "lobby", 1, 1, (Target("kiosk-1"),), started_by="admin", started_at=now()))
    hall.parts.site.changes.tell("rollout/r1")


@pytest.mark.parametrize(
    ("path", "changes", "people", "first", "then"),
    [
        ("/supervisor/live", new_alert, LOOK_ON, {"supervisor/overview.html": 1}, {"supervisor/overview.html": 2}),
        (
            "/fleet/live",
            new_status,
            LOOK_ON,
            {"fleet/terminals.html": 2, "fleet/alerts.html": 2},  # of supervisors, and with the orders
            {"fleet/terminals.html": 4, "fleet/alerts.html": 2},
        ),
        (
            "/fleet/live",
            new_alert,
            LOOK_ON,
            {"fleet/terminals.html": 2, "fleet/alerts.html": 2},
            {"fleet/terminals.html": 4, "fleet/alerts.html": 4},
        ),
        ("/updates/live", new_rollout, ["admin"] * 5, {"updates/rollouts.html": 1}, {"updates/rollouts.html": 2}),
    ],
)
def test_a_change_is_rendered_once_for_all_who_see_the_same(
    hall: WebHall,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    changes: Callable[[WebHall], None],
    people: list[str],
    first: dict[str, int],
    then: dict[str, int],
) -> None:
    assert SharedParts.__init__.__kwdefaults__ is not None
    monkeypatch.setitem(SharedParts.__init__.__kwdefaults__, "lasts_s", PATIENCE_S)  # only a change renders anew
    application = hall.open()
    drawn: Counter[str] = Counter()
    site, part = hall.parts.site, hall.parts.site.pages.part

    def counted(language: str, template: str, **context: object) -> str:
        drawn[template] += template in first
        return part(language, template, **context)

    monkeypatch.setattr(site.pages, "part", counted)
    accounts = [account for name in people if (account := site.accounts.get(name)) is not None]
    cookies = [f"jiaohao_session={site.sessions.start(account)}" for account in accounts]
    with serving(application) as address, ExitStack() as stack:
        looking_on = [stack.enter_context(stream(address, path, cookie)) for cookie in cookies]
        assert len(looking_on) == 5
        for one in looking_on:
            picture(one)
        assert {name: count for name, count in drawn.items() if count} == first
        changes(hall)
        for one in looking_on:
            picture(one)
        assert {name: count for name, count in drawn.items() if count} == then
