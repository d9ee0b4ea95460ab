"""Numbers on lease to a kiosk, and what it gave out of them, on a ledger of either kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.configuration.hall_files import BadHall
from queue_server.codes.signer import ticket_named
from queue_server.upkeep.personal_data import delete_expired, retention_rules
from tests.bed import Bed
from tests.postgres import PrivatePostgres
from tests.small_hall import write_hall

MakeBed = Callable[..., Bed]
DAY = "2026-11-23"


def lease(bed: Bed, count: int = 3, queue: str = "household", terminal: str = "kiosk-1") -> list[str]:
    """The ids of numbers that a kiosk now holds."""
    return [n["ticket"] for n in bed.ok("lease-numbers", queue=queue, terminal=terminal, count=count)["numbers"]]


def given(ticket: str, at: datetime, result: str = "printed", **more: Any) -> dict[str, Any]:
    """A ticket as a kiosk tells that it gave it out."""
    return {"ticket": ticket, "issued_at": at.isoformat(), "result": result, **more}


def merge(bed: Bed, *tickets: dict[str, Any], terminal: str = "kiosk-1") -> list[str]:
    """The states of tickets after a kiosk has told of them."""
    return [t["state"] for t in bed.ok("merge-tickets", terminal=terminal, tickets=list(tickets))["tickets"]]


def last_issued(bed: Bed, count: int) -> None:
    """As if so many numbers of the household queue had been given out today."""
    with bed.database.writer.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO counters (queue, business_day, last) VALUES ('household', '{DAY}', {count})")


def test_a_lease_says_all_that_a_kiosk_needs_without_the_server(bed: Bed):
    answer = bed.ok("lease-numbers", queue="household", terminal="kiosk-1", count=2)
    numbers = answer.pop("numbers")
    assert answer == {
        "queue": "household",
        "business_day": DAY,
        "leased_at": "2026-11-23T09:00:00+08:00",
        "expires": "2026-11-24T00:00:00+08:00",
        "windows": ["01", "02", "03", "04"],
        "open": [
            {"from": "2026-11-23T08:30:00+08:00", "until": "2026-11-23T12:00:00+08:00"},
            {"from": "2026-11-23T13:30:00+08:00", "until": "2026-11-23T17:30:00+08:00"},
        ],
    }
    assert [(n["number"], n["ticket"]) for n in numbers] == [("A901", "20261123-a901"), ("A902", "20261123-a902")]
    assert [(ticket_named(n["token"]), bed.ledger.signer.signed(n["token"])) for n in numbers] == [
        ("20261123-a901", True),
        ("20261123-a902", True),
    ]


def test_two_kiosks_and_every_new_question_get_numbers_of_their_own(bed: Bed):
    held = lease(bed) + lease(bed, terminal="kiosk-1") + lease(bed, queue="tax")
    assert held == [f"20261123-a90{i}" for i in range(1, 7)] + [f"20261123-b90{i}" for i in range(1, 4)]


def test_a_lease_whose_answer_was_lost_is_answered_again_with_the_same_numbers(bed: Bed):
    body = {"queue": "household", "terminal": "kiosk-1", "count": 3}
    first = bed.ask("lease-numbers", request_id="same", **body)
    assert bed.ask("lease-numbers", request_id="same", **body) == first
    assert lease(bed)[0] == "20261123-a904"


def test_the_ordinary_count_passes_over_numbers_that_are_on_lease(bed: Bed):
    assert lease(bed) == ["20261123-a901", "20261123-a902", "20261123-a903"]
    last_issued(bed, 899)
    assert [bed.issue()["number"] for _ in range(3)] == ["A900", "A904", "A905"]


def test_a_lease_begins_behind_the_ordinary_count_once_that_is_so_high(bed: Bed):
    last_issued(bed, 998)
    assert bed.issue()["number"] == "A999"
    assert lease(bed, 2) == ["20261123-a1000", "20261123-a1001"]
    assert bed.issue()["number"] == "A1002"


def test_offline_tickets_stand_in_line_by_the_time_at_which_they_were_given(bed: Bed):
    first, second, third = lease(bed)
    bed.clock.advance(minutes=1)
    begin = bed.clock.now
    assert bed.issue()["number"] == "A001"
    bed.clock.advance(minutes=10)
    assert bed.issue()["number"] == "A002"
    bed.clock.advance(minutes=5)
    told = [given(third, begin + timedelta(minutes=12)), given(second, begin + timedelta(minutes=5)), given(first, begin)]
    assert merge(bed, *told) == ["waiting"] * 3
    called = []
    for _ in range(5):
        called.append(bed.call("01"))
        bed.ok("no-show", window="01")
    assert called == ["A001", "A901", "A902", "A002", "A903"]


def test_a_merge_told_twice_or_in_parts_makes_every_ticket_once(bed: Bed):
    tickets = [given(ticket, bed.clock.now) for ticket in lease(bed)]
    assert merge(bed, tickets[0]) == ["waiting"]
    assert merge(bed, *tickets, tickets[1]) == ["waiting"] * 4
    assert bed.call("01") == "A901"
    assert merge(bed, *tickets) == ["called", "waiting", "waiting"]
    assert bed.rows("SELECT number FROM tickets ORDER BY number") == [("A901",), ("A902",), ("A903",)]
    assert bed.rows("SELECT count(*) FROM events WHERE type = 'ticket-issued'") == [(3,)]
    bed = bed.again()
    assert merge(bed, *tickets) == ["called", "waiting", "waiting"]
    bed.close()


def test_an_offline_ticket_that_was_not_printed_is_void_and_nobody_is_called_with_it(bed: Bed):
    failed, unsure, _ = lease(bed)
    assert merge(bed, given(failed, bed.clock.now, "failed"), given(unsure, bed.clock.now, "unsure")) == ["void", "waiting"]
    assert bed.call("01") == "A902", "whoever may hold the paper is called"
    bed.ok("no-show", window="01")
    assert bed.refused("call-next", window="01") == "nothing-waiting"
    assert bed.rows(f"SELECT ticket FROM periods WHERE ticket = '{failed}'") == []


def test_an_offline_number_that_stood_on_the_screen_only_is_in_the_line_and_the_log_says_so(bed: Bed):
    shown, *_ = lease(bed)
    assert merge(bed, given(shown, bed.clock.now, "shown")) == ["waiting"]
    assert bed.call("01") == "A901"
    [(body,)] = bed.rows("SELECT body FROM events WHERE type = 'ticket-issued'")
    assert (body if isinstance(body, dict) else json.loads(body))["on_screen"] is True


def test_numbers_that_were_not_leased_or_to_another_kiosk_are_refused_and_the_others_taken(bed: Bed):
    mine = lease(bed, 1)[0]
    online = bed.issue()
    told = [given(mine, bed.clock.now), given("20261123-a777", bed.clock.now), given(online["id"], bed.clock.now)]
    assert merge(bed, *told, terminal="kiosk-2") == ["refused"] * 3
    assert merge(bed, *told) == ["waiting", "refused", "refused"]
    assert bed.rows("SELECT count(*) FROM tickets") == [(2,)]


def test_a_wrong_clock_of_a_kiosk_is_believed_only_between_the_lease_and_now(bed: Bed):
    early, late, _ = lease(bed)
    bed.clock.advance(minutes=30)
    merge(bed, given(early, bed.clock.now - timedelta(days=400)), given(late, bed.clock.now + timedelta(days=400)))
    shown = [bed.ok("lookup", ticket=ticket)["ticket"]["issued_at"] for ticket in (early, late)]
    assert shown == ["2026-11-23T09:00:00+08:00", "2026-11-23T09:30:00+08:00"]


def test_a_class_and_an_item_come_along(bed: Bed):
    bed.issue()
    ticket = lease(bed, 1)[0]
    merge(bed, given(ticket, bed.clock.now, item="household-move", **{"class": "priority"}))
    found = bed.ok("lookup", ticket=ticket)["ticket"]
    assert (found["class"], found["item"], found["state"]) == ("priority", "household-move", "waiting")


def test_what_was_given_out_yesterday_is_expired_when_it_is_told_today(bed: Bed):
    ticket, unused, _ = lease(bed)
    given_at = bed.clock.now
    bed.pass_time(days=1)
    bed.ok("open-window", window="01", clerk="0101")
    assert merge(bed, given(ticket, given_at)) == ["expired"]
    assert bed.refused("call-next", window="01") == "nothing-waiting"
    assert lease(bed, 1) == ["20261124-a901"], "a new day, numbers anew"
    assert bed.refused("lookup", ticket=unused) == "unknown-ticket"


def test_unused_numbers_count_as_nothing(bed: Bed):
    lease(bed, 30)
    assert bed.issue()["number"] == "A001"
    assert bed.ok("lookup", ticket="20261123-a001")["ahead"] == 0
    assert bed.reports.statistics(bed.hall.day(bed.clock.now)).queues["household"].issued == 1


def test_leases_are_forgotten_after_a_month(bed: Bed):
    lease(bed)
    rules = retention_rules(bed.hall.config)
    for days, left in ((29, 3), (2, 0)):
        bed.pass_time(days=days)
        delete_expired(bed.database, rules, bed.clock.now)
        assert bed.rows("SELECT count(*) FROM leases") == [(left,)]


def test_only_kiosks_of_this_hall_lease_and_only_so_many(bed: Bed):
    assert bed.refused("lease-numbers", queue="nowhere", terminal="kiosk-1", count=1) == "unknown-queue"
    assert bed.refused("lease-numbers", queue="household", terminal="devices-1", count=1) == "not-authorised"
    assert bed.refused("lease-numbers", queue="household", terminal="kiosk-9", count=1) == "not-authorised"
    assert bed.refused("lease-numbers", queue="household", terminal="kiosk-1", count=100) == "bad-request"
    for _ in range(5):
        lease(bed, 99)
    assert bed.refused("lease-numbers", queue="household", terminal="kiosk-1", count=6) == "limit-reached"
    assert len(lease(bed, 5)) == 5


LIMITED = "daily_limit = 5\n"


def test_a_queue_whose_numbers_are_limited_is_not_leased(make_bed: MakeBed):
    bed = make_bed(queues=LIMITED)
    assert bed.refused("lease-numbers", queue="enterprise", terminal="kiosk-1", count=1) == "queue-closed"
    assert lease(bed, 1) == ["20261123-a901"]


def test_a_hall_that_wants_a_limited_queue_offline_is_told_what_to_mend(make_bed: MakeBed):
    with pytest.raises(BadHall, match="enterprise: offline = true does not go with daily_limit or segments"):
        make_bed(queues=LIMITED + "offline = true\n")


def test_a_phone_is_told_why_its_number_is_not_known_yet(bed: Bed):
    number = bed.ok("lease-numbers", queue="household", terminal="kiosk-1", count=1)["numbers"][0]
    answer = bed.ask("lookup", token=number["token"])
    assert answer.error is not None and answer.error.code == "unknown-ticket" and answer.error.texts is not None
    assert "网络中断" in answer.error.texts.zh
    merge(bed, given(number["ticket"], bed.clock.now))
    assert bed.ok("lookup", token=number["token"])["ticket"]["number"] == "A901"


def test_two_servers_on_one_postgresql_give_every_number_once(tmp_path: Path, postgres: PrivatePostgres):
    """Both lease and issue at the same time, where the ordinary count meets what is on lease."""
    folder, url = write_hall(tmp_path / "hall"), postgres.new_database()
    servers = [Bed(folder, url).open() for _ in range(2)]
    try:
        last_issued(servers[0], 895)

        def work(server: Bed) -> list[str]:
            numbers: list[str] = []
            for _ in range(8):
                body = {"queue": "household", "terminal": "kiosk-1", "count": 2}
                answer = server.ask("lease-numbers", **body)
                numbers += [n["ticket"] for n in answer.data["numbers"]] if answer.data else []
                numbers.append(server.issue()["id"])
            return numbers

        with ThreadPoolExecutor(2) as threads:
            told = [number for numbers in threads.map(work, servers) for number in numbers]
        assert len(told) == len(set(told)) == 2 * 8 * 3
    finally:
        for server in servers:
            server.close()


def test_an_always_open_hall_leases_for_the_whole_day(make_bed: MakeBed):
    bed = make_bed(always_open=True)
    spans = bed.ok("lease-numbers", queue="tax", terminal="kiosk-1", count=1)["open"]
    assert spans == [{"from": "2026-11-23T00:00:00+08:00", "until": "2026-11-24T00:00:00+08:00"}]
