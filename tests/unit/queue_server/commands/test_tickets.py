"""The verbs of the contract on a ledger of either kind: tickets from the first number to the end."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from contract.wire.requests import VERBS
from queue_server.store import tables
from tests.bed import Bed

MakeBed = Callable[..., Bed]


def test_a_number_has_a_letter_and_three_digits_and_all_that_is_printed(bed: Bed):
    data = bed.ok("issue-ticket", queue="household", channel="web")
    assert data["ticket"] | {"token": "", "issued_at": ""} == {
        "id": "20261123-a001",
        "number": "A001",
        "queue": "household",
        "class": "ordinary",
        "item": None,
        "state": "waiting",
        "window": None,
        "issued_at": "",
        "business_day": "2026-11-23",
        "token": "",
    }
    assert data["ticket"]["issued_at"] == "2026-11-23T09:00:00+08:00"
    assert data["ahead"] == 0
    assert 0 <= data["estimate_s"]["low"] <= data["estimate_s"]["high"]
    assert data["windows"] == ["01", "02", "03"], "those that are open"
    assert bed.issue()["number"] == "A002"
    assert bed.issue("tax")["number"] == "B001"


def test_a_repeated_request_gets_its_first_answer_and_no_second_ticket(bed: Bed):
    same = str(uuid.uuid4())
    first = bed.ask("issue-ticket", request_id=same, queue="household", channel="web")
    assert bed.ask("issue-ticket", request_id=same, queue="household", channel="web") == first
    twice = bed.group(*[("issue-ticket", {"queue": "tax", "channel": "web"})] * 2, ids=["double-tap"] * 2)
    assert twice[0] == twice[1]
    assert [row[0] for row in bed.rows("SELECT count(*) FROM tickets")] == [2]


def test_a_repeated_request_gets_its_first_answer_after_a_restart(bed: Bed):
    same = str(uuid.uuid4())
    first = bed.ask("issue-ticket", request_id=same, queue="household", channel="web")
    bed = bed.again()
    assert bed.ask("issue-ticket", request_id=same, queue="household", channel="web") == first
    assert bed.issue()["number"] == "A002"
    bed.close()


def test_a_refusal_is_repeated_as_well(bed: Bed):
    same = str(uuid.uuid4())
    refused = bed.ask("call-next", request_id=same, window="01")
    bed.issue()
    assert bed.ask("call-next", request_id=same, window="01") == refused
    assert bed.call("01") == "A001"


def test_an_id_that_belongs_to_another_verb_is_refused(bed: Bed):
    bed.ask("issue-ticket", request_id="one", queue="household", channel="web")
    assert bed.refused("call-next", request_id="one", window="01") == "bad-request"


def test_after_a999_comes_a1000(bed: Bed):
    with bed.database.writer.begin() as connection:
        connection.exec_driver_sql("INSERT INTO counters (queue, business_day, last) VALUES ('household', '2026-11-23', 998)")
    assert [bed.issue()["number"] for _ in range(2)] == ["A999", "A1000"]
    assert [bed.call("01") for _ in range(1)] == ["A999"]


def test_a_ticket_for_a_kiosk_waits_only_once_it_is_printed(bed: Bed):
    ticket = bed.issue(channel="kiosk", terminal="kiosk-1")
    assert ticket["state"] == "printing"
    assert bed.refused("call-next", window="01") == "nothing-waiting"
    assert bed.ok("confirm-print", ticket=ticket["id"], result="printed")["ticket"]["state"] == "waiting"
    assert bed.call("01") == "A001"


def test_a_ticket_whose_print_failed_never_stands_in_the_line(bed: Bed):
    ticket = bed.issue(channel="kiosk", terminal="kiosk-1")
    assert bed.ok("confirm-print", ticket=ticket["id"], result="failed", detail="paper out")["ticket"]["state"] == "void"
    assert bed.refused("call-next", window="01") == "nothing-waiting"
    assert bed.refused("confirm-print", ticket=ticket["id"], result="printed") == "wrong-state"
    assert bed.issue()["number"] == "A002"


def test_a_ticket_whose_kiosk_stays_silent_is_void_after_the_time_out(bed: Bed):
    ticket = bed.issue(channel="kiosk", terminal="kiosk-1")
    bed.pass_time(seconds=59)
    assert bed.state(ticket) == "printing"
    bed.pass_time(seconds=2)
    assert bed.state(ticket) == "void"


@pytest.mark.parametrize(
    ("day", "told"),
    [((2026, 10, 1), "10月08日 08:30"), ((2026, 2, 17), "02月24日 08:30"), ((2026, 10, 10), None), ((2026, 9, 20), None)],
)
def test_holidays_and_make_up_days_rule_numbers_and_words(make_bed: MakeBed, day: tuple[int, int, int], told: str | None):
    bed = make_bed()
    bed.clock.now = datetime(*day, 9, 0, tzinfo=bed.hall.zone)
    answer = bed.ask("issue-ticket", queue="household", channel="web")
    if told is None:
        assert answer.status == "ok", "a make-up working day"
    else:
        assert answer.error is not None and answer.error.texts is not None and told in answer.error.texts.zh
    lease = bed.ok("lease-numbers", queue="household", terminal="kiosk-1", count=1)
    assert bool(lease["open"]) is (told is None)


def test_outside_opening_hours_no_number_is_given_and_the_next_opening_is_told(bed: Bed):
    bed.clock.advance(hours=3, minutes=30)
    answer = bed.ask("issue-ticket", queue="household", channel="web")
    assert answer.error is not None and answer.error.code == "queue-closed"
    assert "13:30" in answer.error.hint
    bed.clock.advance(hours=1)
    assert bed.issue()["number"] == "A001"


def test_a_hall_may_give_numbers_at_any_hour(make_bed: MakeBed):
    bed = make_bed(rules="issue_outside_hours = true")
    bed.clock.advance(hours=12)
    assert bed.issue()["number"] == "A001"


LIMITED = """
[[queue]]
id = "passport"
letter = "P"
name = {zh = "出入境", en = "Passports"}
theme = "people"
daily_limit = 3
segments = [{opens = 08:30:00, closes = 10:00:00, limit = 2}, {opens = 10:00:00, closes = 12:00:00, limit = 2}]
"""


def test_daily_and_hourly_limits_are_kept_and_void_tickets_do_not_count(make_bed: MakeBed):
    bed = make_bed(queues=LIMITED)
    first = bed.issue("passport", channel="kiosk", terminal="kiosk-1")
    bed.ok("confirm-print", ticket=first["id"], result="failed")
    assert [bed.issue("passport")["number"] for _ in range(2)] == ["P002", "P003"]
    assert bed.refused("issue-ticket", queue="passport", channel="web") == "limit-reached"
    bed.clock.advance(hours=1)
    assert bed.issue("passport")["number"] == "P004"
    assert bed.refused("issue-ticket", queue="passport", channel="web") == "limit-reached", "three a day"


def test_a_queue_gives_numbers_only_in_its_own_times(make_bed: MakeBed):
    bed = make_bed(queues=LIMITED)
    bed.clock.advance(hours=5)
    assert bed.refused("issue-ticket", queue="passport", channel="web") == "queue-closed"


IMPOSSIBLE: list[tuple[str, dict[str, object], str]] = [
    ("issue-ticket", {"queue": "nothing", "channel": "web"}, "unknown-queue"),
    ("issue-ticket", {"queue": "household"}, "bad-request"),
    ("issue-ticket", {"queue": "household", "channel": "pigeon"}, "bad-request"),
    ("issue-ticket", {"queue": "Household!", "channel": "web"}, "bad-request"),
    ("issue-ticket", {"queue": "household", "channel": "web", "item": "x" * 300}, "bad-request"),
    ("call-next", {"window": "99"}, "unknown-window"),
    ("call-next", {"window": "01", "queue": "tax"}, "bad-request"),
    ("call-ticket", {"window": "01", "ticket": "a999", "reason": "先办"}, "unknown-ticket"),
    ("call-ticket", {"window": "01", "ticket": "a001"}, "bad-request"),
    ("recall", {"window": "01"}, "wrong-state"),
    ("recall", {}, "bad-request"),
    ("finish-service", {"window": "01"}, "wrong-state"),
    ("resume", {"window": "01"}, "wrong-state"),
    ("transfer", {"ticket": "20261123-a001"}, "unknown-ticket"),
    ("requeue", {"ticket": "20261123-a001"}, "unknown-ticket"),
    ("cancel-ticket", {}, "bad-request"),
    ("cancel-ticket", {"token": "261123a001-AAAAAAAAAAAA"}, "not-authorised"),
    ("cancel-ticket", {"token": "x"}, "not-authorised"),
    ("open-window", {"window": "01", "clerk": "9999"}, "bad-request"),
    ("rate", {"level": 5, "channel": "tablet"}, "bad-request"),
    ("rate", {"level": 6, "channel": "tablet", "service": "x"}, "bad-request"),
    ("lookup", {"ticket": "20261123-a001"}, "unknown-ticket"),
    ("dance", {}, "unknown-verb"),
]


def test_what_cannot_be_done_is_refused_with_its_code_and_leaves_nothing_behind(bed: Bed):
    assert [(verb, body, bed.refused(verb, **body)) for verb, body, _ in IMPOSSIBLE] == IMPOSSIBLE
    assert bed.issue()["number"] == "A001"
    assert bed.rows("SELECT count(*) FROM tickets")[0][0] == 1


def test_an_unknown_clerk_is_named(bed: Bed):
    answer = bed.ask("open-window", window="01", clerk="9999")
    assert answer.error is not None and "9999" in answer.error.message and "9999" in answer.error.hint


def test_cancelling_takes_a_ticket_out_of_the_line_by_id_or_token(bed: Bed):
    first, second = bed.issue(), bed.issue()
    assert bed.ok("cancel-ticket", token=first["token"])["ticket"]["state"] == "cancelled"
    assert bed.ok("cancel-ticket", ticket=second["id"])["ticket"]["state"] == "cancelled"
    assert bed.refused("call-next", window="01") == "nothing-waiting"
    assert bed.refused("cancel-ticket", token=first["token"]) == "wrong-state"


def test_a_called_ticket_cannot_be_cancelled(bed: Bed):
    ticket = bed.issue()
    bed.call("01")
    assert bed.refused("cancel-ticket", token=ticket["token"]) == "wrong-state"


def test_lookup_tells_how_many_are_ahead_and_where_to_go(bed: Bed):
    tickets = [bed.issue() for _ in range(3)]
    assert bed.ok("lookup", token=tickets[2]["token"])["ahead"] == 2
    bed.call("01")
    assert bed.ok("lookup", token=tickets[2]["token"])["ahead"] == 1
    called = bed.ok("lookup", token=tickets[0]["token"])
    assert (called["ticket"]["state"], called["ticket"]["window"], called["ahead"]) == ("called", "01", 0)


def test_lookup_finds_a_ticket_by_its_number_of_today_too(bed: Bed):
    ticket = bed.issue()
    assert bed.ok("lookup", ticket="A001")["ticket"]["id"] == bed.ok("lookup", ticket="a001")["ticket"]["id"] == ticket["id"]
    assert bed.refused("lookup", ticket="A002") == "unknown-ticket"
    bed.pass_time(days=1)
    assert bed.refused("lookup", ticket="A001") == "unknown-ticket"


def test_every_verb_takes_a_ticket_by_its_number_of_today_as_well_as_by_its_id(make_bed: MakeBed):
    def hold(bed: Bed) -> None:
        bed.call("01")
        bed.ok("hold", window="01")

    def serve(bed: Bed) -> None:
        bed.call("01")
        bed.ok("start-service", window="01")

    def miss(bed: Bed) -> None:
        bed.call("01")
        bed.ok("no-show", window="01")

    ways: dict[str, tuple[Callable[[Bed], object], dict[str, object]]] = {
        "call-ticket": (lambda bed: None, {"window": "01", "reason": "asked for"}),
        "recall": (lambda bed: bed.call("01"), {}),
        "no-show": (lambda bed: bed.call("01"), {}),
        "start-service": (lambda bed: bed.call("01"), {}),
        "finish-service": (serve, {}),
        "hold": (lambda bed: bed.call("01"), {}),
        "resume": (hold, {}),
        "transfer": (lambda bed: None, {"to_queue": "tax"}),
        "requeue": (miss, {}),
        "cancel-ticket": (lambda bed: None, {}),
        "lookup": (lambda bed: None, {}),
    }
    named = {verb for verb, kind in VERBS.items() if "ticket" in kind.request.__struct_fields__}
    assert named - ways.keys() == {"confirm-print", "reprint-ticket", "confirm-reprint"}, "those need a printer"
    bed = make_bed(always_open=True)
    for verb, (before, more) in ways.items():
        for written in (str.upper, str.lower):
            bed.pass_time(days=1)  # numbers begin anew
            ticket = bed.issue()
            bed.ok("open-window", window="01")
            before(bed)
            found = bed.ok(verb, ticket=written(ticket["number"]), **more)["ticket"]
            assert found["id"] == ticket["id"], verb
            assert bed.refused(verb, ticket="A002", **more) == "unknown-ticket"


def test_what_is_no_ticket_is_unknown_in_words_for_people_and_no_illegal_message(bed: Bed):
    for name in ("A00", "号", "A001 or so", "?"):
        answer = bed.ask("requeue", ticket=name)
        assert answer.error is not None and answer.error.code == "unknown-ticket" and "请核对" in answer.error.texts.zh
    assert not bed.changes.unreadable


def with_item(bed: Bed, code: str, queue: str, state: str = "in-force") -> None:
    """An item of the hall's catalogue."""
    row = {
        "code": code,
        "number": 1,
        "department": "公安局",
        "name": "事项",
        "state": state,
        "content": f'{{"queue": "{queue}"}}',
    }
    with bed.database.writer.begin() as connection:
        connection.execute(insert(tables.item_versions).values(row))


def test_a_ticket_is_for_an_item_of_the_hall_and_of_its_own_queue(bed: Bed):
    assert bed.issue(item="whatever")["item"] == "whatever", "a hall without a catalogue"
    with_item(bed, "62052400GA-XK-0001", "household")
    with_item(bed, "62052400GA-XK-0002", "household", "abolished")
    for item in ("62052400ga-xk-0001", "62052400GA-XK-0001"):
        assert bed.issue("household", item=item)["item"] == item
        assert bed.refused("issue-ticket", queue="tax", channel="web", item=item) == "bad-request"
    for item in ("62052400ga-xk-0002", "62052400ga-xk-0003", "whatever"):
        answer = bed.ask("issue-ticket", queue="household", channel="web", item=item)
        assert answer.error is not None and "没有这个事项" in answer.error.texts.zh


def test_a_number_given_offline_counts_whatever_its_item_was(bed: Bed):
    with_item(bed, "62052400GA-XK-0001", "household")
    lease = bed.ok("lease-numbers", queue="household", terminal="kiosk-1", count=3)
    items = ("62052400ga-xk-0001", "62052400ga-xk-0003", None)
    told = [
        {"ticket": one["ticket"], "issued_at": lease["leased_at"], "result": "printed", "item": item}
        for one, item in zip(lease["numbers"], items, strict=True)
    ]
    merged = bed.ok("merge-tickets", terminal="kiosk-1", tickets=told)["tickets"]
    kept = [bed.ok("lookup", ticket=one["id"])["ticket"] for one in merged]
    assert [(one["state"], one["item"]) for one in kept] == [("waiting", items[0]), ("waiting", None), ("waiting", None)]


def test_a_token_of_another_hall_is_not_accepted(make_bed: MakeBed, tmp_path, postgres):
    ticket = make_bed().issue()
    other = Bed(tmp_path / "hall-0", postgres.empty_database()).open()  # with a key of its own
    other.issue()
    assert other.refused("lookup", token=ticket["token"]) == "not-authorised"
    other.close()


def test_yesterdays_tickets_expire_windows_close_and_numbers_restart(bed: Bed):
    waiting, called = bed.issue(), None
    bed.issue("tax")
    bed.ok("call-next", window="02")
    called = bed.ok("lookup", ticket="20261123-b001")["ticket"]
    bed.pass_time(days=1)
    assert [bed.state(waiting), bed.state(called)] == ["expired", "expired"]
    assert {row[0] for row in bed.rows("SELECT state FROM windows")} == {"closed"}
    assert bed.issue()["id"] == "20261124-a001"
    assert bed.rows("SELECT sum(waiting) FROM lines")[0][0] == 1


def test_the_business_day_turns_over_at_midnight_of_the_hall_and_not_of_utc(bed: Bed):
    bed.clock.advance(hours=14, minutes=59)  # 23:59 in the hall, 15:59 UTC
    ticket = bed.again().ok("lookup", ticket=bed_issue_at_night(bed))["ticket"]
    assert ticket["business_day"] == "2026-11-23"
    bed.pass_time(minutes=2)
    assert bed.state(ticket) == "expired"


def bed_issue_at_night(bed: Bed) -> str:
    bed.hall.any_hour = True
    number: str = bed.issue()["id"]
    return number


def test_a_clock_that_jumps_back_makes_no_number_twice_and_no_negative_period(bed: Bed):
    first = bed.issue()
    bed.clock.now -= timedelta(minutes=20)
    bed.hall.any_hour = True
    second = bed.issue()
    bed.call("01")
    assert first["id"] != second["id"]
    assert bed.rows("SELECT count(*) FROM periods WHERE ended_at < started_at")[0][0] == 0
    bed.clock.now -= timedelta(days=1)
    bed.pass_time()
    assert bed.state(first) in ("waiting", "called")
