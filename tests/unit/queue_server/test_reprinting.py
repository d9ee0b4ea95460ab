"""A ticket is printed again at a kiosk that the staff chooses: one order, its answer on the page, everything in the events."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from contract.wire import codec
from contract.wire.messages import DeviceStatus, PaperUse, TerminalAsk, TerminalStatus, TerminalTold
from queue_server.web.staff import reprint
from tests.bed import Bed
from tests.web_hall import WebHall, csrf, log_in


class Kiosk:
    """Hears the orders of the desk and answers each as `answers` says."""

    def __init__(self, hall: WebHall) -> None:
        self.hall = hall
        self.asks: list[TerminalAsk] = []
        self.answers: Callable[[TerminalAsk], TerminalTold | None] = lambda ask: TerminalTold(ask.id, ask.act, "done")
        hall.access.say = self._heard
        self.status("ok")

    def status(self, printer: str, state: Any = "ready", paper: PaperUse | None = None) -> None:
        devices = [DeviceStatus("printer-1", "printer", printer, paper=paper)]
        self.hall.put("terminal/kiosk-1/status", TerminalStatus(state, "s", "hall-kiosk", "0.1.0", devices))

    def _heard(self, topic: str, payload: bytes, _expiry_s: int) -> None:
        assert topic == "terminal/kiosk-1/ask"
        ask = codec.decode(payload, TerminalAsk)
        if ask.id not in [before.id for before in self.asks] and (told := self.answers(ask)) is not None:
            answer = codec.encode(told)
            threading.Timer(0.05, lambda: self.hall.retained.put("terminal/kiosk-1/told", answer, retained=False)).start()
        self.asks.append(ask)


@pytest.fixture
def kiosk(hall: WebHall) -> Kiosk:
    return Kiosk(hall)


@pytest.fixture
def client(kiosk: Kiosk, client: TestClient) -> TestClient:
    return client


def form(client: TestClient, ticket: str, **more: str) -> dict[str, str]:
    """What the button of a ticket posts."""
    page = client.get("/reprint").text
    found = re.search(r'name="request_id" value="([^"]+)"', page)
    assert found
    return {"csrf": csrf(page), "request_id": found[1], "ticket": ticket, "terminal": "kiosk-1", "language": "en"} | more


def events(hall: WebHall) -> list[tuple[str, str]]:
    with hall.database.look() as connection:
        rows = connection.exec_driver_sql("SELECT type, actor FROM events WHERE type LIKE '%reprint%' ORDER BY id")
        return [tuple(row) for row in rows]


def test_a_waiting_ticket_is_printed_again_under_its_number(hall: WebHall, kiosk: Kiosk, client: TestClient) -> None:
    hall.issue()
    ticket = hall.issue(class_="priority")
    assert log_in(client, "0101") == 303
    answer = client.post("/reprint", data=form(client, ticket["id"]))
    assert answer.status_code == 303
    assert "A002 已在 kiosk-1 补打" in client.get(answer.headers["location"]).text
    [ask] = kiosk.asks
    assert ask.act == "reprint" and ask.ticket is not None
    assert (ask.ticket.number, ask.ticket.class_) == ("A002", "priority")
    old, new = (client.get(f"/t/{token}").status_code for token in (ticket["token"], ask.ticket.token))
    assert (old, new) == (404, 200), "of two papers one counts"
    assert (ask.ticket.language, ask.ticket.windows) == ("en", ["01"])
    assert events(hall) == [("ticket-reprint-ordered", "0101"), ("ticket-reprinted", "0101")]
    assert hall.issue()["number"] == "A003", "a reprint takes no number"


def test_a_form_that_is_sent_twice_prints_once(hall: WebHall, kiosk: Kiosk, client: TestClient) -> None:
    ticket = hall.issue()
    assert log_in(client, "supervisor") == 303
    posted = form(client, ticket["id"])
    first, second = (client.post("/reprint", data=posted).headers["location"] for _ in range(2))
    assert first == second and len({ask.id for ask in kiosk.asks}) == 1
    assert [kind for kind, _ in events(hall)] == ["ticket-reprint-ordered", "ticket-reprinted"]


def test_a_printer_in_trouble_is_named_in_plain_words(hall: WebHall, kiosk: Kiosk, client: TestClient) -> None:
    ticket = hall.issue()
    kiosk.answers = lambda ask: TerminalTold(ask.id, ask.act, "failed", "paper-out")
    assert log_in(client, "0101") == 303
    answer = client.post("/reprint", data=form(client, ticket["id"]))
    assert re.search("没有在 kiosk-1 打出来：缺纸", client.get(answer.headers["location"]).text)
    assert [kind for kind, _ in events(hall)] == ["ticket-reprint-ordered", "ticket-reprint-failed"]


def test_a_kiosk_that_does_not_answer_is_not_believed_to_have_printed(
    hall: WebHall, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk.answers = lambda _ask: None
    quick = reprint.routes
    monkeypatch.setattr(reprint, "routes", lambda site, told: quick(site, told, wait_s=0.2))
    with TestClient(hall.open(), base_url="http://hall", follow_redirects=False) as client:
        ticket = hall.issue()
        assert log_in(client, "0101") == 303
        answer = client.post("/reprint", data=form(client, ticket["id"]))
        assert "kiosk-1 没有回应" in client.get(answer.headers["location"]).text
    assert [kind for kind, _ in events(hall)] == ["ticket-reprint-ordered", "ticket-reprint-unanswered"]


def test_nothing_is_ordered_of_a_kiosk_that_cannot_print_or_for_a_ticket_that_is_over(
    hall: WebHall, kiosk: Kiosk, client: TestClient
) -> None:
    ticket = hall.issue()
    assert log_in(client, "0101") == 303
    for printer, state in (("paper-out", "ready"), ("ok", "lost")):
        kiosk.status(printer, state)
        answer = client.post("/reprint", data=form(client, ticket["id"]))
        assert answer.status_code == 409 and "换一台" in answer.text and "现在没有能打印的自助机" in answer.text
    kiosk.status("paper-low")
    hall.ask("cancel-ticket", ticket=ticket["id"])
    answer = client.post("/reprint", data=form(client, ticket["id"]))
    assert answer.status_code == 409 and "只能补打今天还没有办理的号" in answer.text
    assert client.post("/reprint", data=form(client, ticket["id"], request_id="1")).status_code == 400
    assert kiosk.asks == [] and events(hall) == []


def test_the_list_holds_what_may_be_printed_again_and_finds_a_number(hall: WebHall, client: TestClient) -> None:
    kept, gone = hall.issue(), hall.issue("tax")
    hall.ask("cancel-ticket", ticket=gone["id"])
    assert client.get("/reprint").status_code == 303
    assert log_in(client, "0101") == 303
    page = client.get("/reprint").text
    assert kept["id"] in page and gone["id"] not in page
    assert kept["id"] in client.get("/reprint", params={"q": "a0"}).text
    assert kept["id"] not in client.get("/reprint", params={"q": "%"}).text


def test_the_fleet_page_shows_the_paper_and_takes_the_word_that_a_new_roll_is_in(
    hall: WebHall, kiosk: Kiosk, client: TestClient
) -> None:
    kiosk.status("paper-low", paper=PaperUse(312, 87, 25, 34320, None))
    assert log_in(client, "supervisor") == 303
    page = client.get("/fleet").text
    assert "本卷已打 312 张（34.3 米），约还能打 25 张，今天 87 张" in page
    kiosk.status("paper-out", paper=PaperUse(312, 87, 25, 34320, None))
    assert "约还能打" not in client.get("/fleet").text, "without paper nothing is left to print on"
    token = csrf(page)
    assert client.post("/fleet/kiosk-1/refilled", data={"csrf": token}).status_code == 400
    answer = client.post("/fleet/kiosk-1/refilled", data={"csrf": token, "device": "printer-1"})
    assert answer.status_code == 303 and (kiosk.asks[-1].act, kiosk.asks[-1].device) == ("refilled", "printer-1")
    assert client.post("/fleet/kiosk-1/reprint", data={"csrf": token}).status_code == 403
    metrics = TestClient(client.app, client=("127.0.0.1", 1)).get("/metrics").text
    assert 'jiaohao_printer_papers_left{device="printer-1",terminal="kiosk-1"} 25.0' in metrics


def test_the_papers_of_a_day_are_counted_by_kiosk(bed: Bed) -> None:
    for result in ("printed", "printed", "failed"):
        ticket = bed.issue(channel="kiosk", terminal="kiosk-1")
        bed.ok("confirm-print", ticket=ticket["id"], result=result)
    waiting = bed.issue(channel="web")
    bed.ok("confirm-reprint", ticket=waiting["id"], terminal="kiosk-1", result="printed")
    bed.ok("confirm-reprint", ticket=waiting["id"], terminal="kiosk-1", result="failed", detail="paper-out")
    papers = bed.reports.statistics(bed.hall.day(bed.clock.now)).papers
    assert {terminal: (p.tickets, p.reprints, p.spoiled) for terminal, p in papers.items()} == {"kiosk-1": (2, 1, 1)}


def test_a_terminal_without_a_ticket_printer_is_refused(bed: Bed) -> None:
    ticket = bed.issue()
    assert bed.refused("reprint-ticket", ticket=ticket["id"], terminal="rater-01") == "bad-request"
    assert bed.refused("reprint-ticket", ticket=str(uuid.uuid4()), terminal="kiosk-1") in ("unknown-ticket", "bad-request")
