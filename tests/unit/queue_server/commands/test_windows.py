"""Calling, serving, rating and windows, on a ledger of either kind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from queue_server.commands.window import window_state
from queue_server.store.hall_rows import window_rows
from tests.bed import Bed

MakeBed = Callable[..., Bed]


def test_two_windows_that_call_at_the_same_instant_get_different_tickets(bed: Bed):
    bed.issue()
    bed.issue()
    answers = bed.group(("call-next", {"window": "01"}), ("call-next", {"window": "03"}), ("call-next", {"window": "02"}))
    numbers = [a.data["ticket"]["number"] for a in answers if a.data is not None]
    assert sorted(numbers) == ["A001", "A002"]
    assert [a.error.code for a in answers if a.error is not None] == ["nothing-waiting"]


def test_a_service_from_the_call_to_the_rating(bed: Bed):
    bed.issue(item="62052400MZ-XK-0001")
    assert bed.ok("call-next", window="01")["ticket"]["item"] == "62052400MZ-XK-0001"
    assert [(c.window, c.number) for c in bed.changes.calls] == [("01", "A001")]
    bed.ok("start-service", window="01")
    bed.clock.advance(minutes=4)
    service = bed.ok("finish-service", window="01")["service"]
    assert bed.changes.asks["01"].ask == {"service": service, "number": "A001", "item": "62052400MZ-XK-0001", "clerk": "0101"}
    rating = bed.ok("rate", service=service, level=5, reasons=["510", "517"], channel="tablet")["rating"]
    assert {
        k: rating[k] for k in ("ticket", "service", "window", "window_number", "clerk", "item", "channel", "level", "reasons")
    } == {
        "ticket": "20261123-a001",
        "service": service,
        "window": "01",
        "window_number": "01",
        "clerk": "0101",
        "item": "62052400MZ-XK-0001",
        "channel": "tablet",
        "level": 5,
        "reasons": ["510", "517"],
    }
    assert bed.changes.asks["01"].ask is None
    assert bed.changes.shown[-1][0].state == "idle"


def test_a_service_is_rated_once(bed: Bed):
    ticket = bed.issue()
    service = bed.serve()
    bed.ok("rate", service=service, level=4, channel="tablet")
    assert bed.refused("rate", service=service, level=1, reasons=["108"], channel="tablet") == "already-rated"
    assert bed.refused("rate", token=ticket["token"], level=1, reasons=["108"], channel="qr") == "already-rated"
    group = [("rate", {"token": bed.issue()["token"], "level": 5, "channel": "qr"})] * 2
    bed.serve()
    assert [answer.status for answer in bed.group(*group)] == ["ok", "error"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"level": 2}, "bad-request"),
        ({"level": 1, "text": "   "}, "bad-request"),
        ({"level": 1, "reasons": ["510"]}, "bad-request"),
        ({"level": 1, "reasons": ["101"]}, "bad-request"),
        ({"level": 1, "text": "长" * 151}, "bad-request"),
        ({"level": 5, "channel": "pigeon"}, "bad-request"),
        ({"level": 1, "text": "等太久"}, None),
        ({"level": 2, "reasons": ["213"]}, None),
        ({"level": 3}, None),
    ],
)
def test_a_bad_rating_needs_a_reason_of_its_level_or_a_text(bed: Bed, body: dict[str, object], code: str | None):
    bed.issue()
    service = bed.serve()
    answer = bed.ask("rate", **{"service": service, "channel": "tablet", **body})
    assert (answer.error.code if answer.error else None) == code


def test_time_out_means_not_rated_and_leaves_no_row(bed: Bed):
    bed.issue()
    bed.serve()
    bed.pass_time(seconds=61)
    assert bed.rows("SELECT state, ask FROM windows WHERE id = '01'") == [("idle", None)]
    assert bed.rows("SELECT count(*) FROM ratings")[0][0] == 0


def test_what_was_touched_at_the_window_counts_on_the_same_day_however_late_it_comes(make_bed: MakeBed):
    bed = make_bed()
    bed.ok("open-window", window="01")
    first, second = bed.issue(), bed.issue()
    late, next_day = bed.serve(), bed.serve()
    bed.pass_time(hours=3)
    assert bed.ok("rate", service=late, level=1, unexplained=True, channel="tablet")
    bed.clock.advance(days=1)
    assert bed.refused("rate", service=next_day, level=5, channel="tablet") == "expired"
    assert bed.refused("rate", token=first["token"], level=5, channel="qr") == "already-rated"
    assert bed.ok("rate", token=second["token"], level=5, channel="qr")["rating"]["service"] == next_day


def test_a_bad_rating_that_nobody_explained_is_kept_without_a_reason(bed: Bed):
    bed.issue()
    service = bed.serve()
    rating = bed.ok("rate", service=service, level=1, unexplained=True, channel="tablet")["rating"]
    assert (rating["level"], rating["reasons"], rating["text"]) == (1, [], "")
    [bad] = bed.reports.ratings(bed.ledger.hall.day(bed.clock.now), bad_only=True)
    assert (bad.level, bad.reasons, bad.text) == (1, (), "")


def test_reasons_may_follow_a_rating_once_and_the_level_stays(bed: Bed):
    ticket = bed.issue()
    service = bed.serve()
    given = bed.ok("rate", service=service, level=4, channel="tablet")["rating"]
    bed.clock.advance(minutes=1)
    assert bed.refused("rate", token=ticket["token"], level=1, reasons=["108"], channel="qr") == "already-rated"
    assert bed.refused("rate", token=ticket["token"], level=4, channel="qr") == "already-rated"
    said = bed.ok("rate", token=ticket["token"], level=4, reasons=["410"], text="挺好", channel="qr")["rating"]
    assert said == given | {"reasons": ["410"], "text": "挺好"}, "where and when it was given stays"
    assert [event.type for event in bed.changes.events] == ["rating-explained"]
    assert bed.refused("rate", service=service, level=4, reasons=["411"], channel="tablet") == "already-rated"
    assert bed.rows("SELECT level, text, channel FROM ratings") == [(4, "挺好", "tablet")]


def test_what_a_citizen_writes_is_kept_without_the_numbers_of_people(bed: Bed):
    bed.issue()
    said = "电话13812345678，身份证620524199001011234，座机0938-3221234，wx 138 1234 5678，等了40分钟"
    bed.ok("rate", service=bed.serve(), level=1, reasons=["108"], text=said, channel="tablet")
    [(kept,)] = bed.rows("SELECT text FROM ratings")
    assert kept == "电话138****5678，身份证620***********1234，座机093****1234，wx 138****5678，等了40分钟"
    assert not [row for row in bed.rows("SELECT * FROM events") if "1381234" in str(row)]


def test_a_question_that_the_next_service_cuts_short_is_a_figure_of_its_window(bed: Bed):
    for _ in range(4):
        bed.issue()
    bed.serve()  # its question is cut short
    rated = bed.serve()
    bed.ok("rate", service=rated, level=5, channel="tablet")
    bed.serve()
    bed.pass_time(seconds=61)  # nobody answered, and nobody cut it short
    late = bed.serve()
    report = bed.reports.statistics(bed.ledger.hall.day(bed.clock.now))
    assert (report.windows["01"].served, report.windows["01"].unasked) == (4, 1)
    bed.issue()
    bed.call()
    bed.ok("start-service", window="01")
    assert ("rating-expired", "next") in [(event.type, getattr(event, "cause", None)) for event in bed.changes.events]
    assert bed.reports.statistics(bed.ledger.hall.day(bed.clock.now)).windows["01"].unasked == 2
    bed.ok("rate", service=late, level=2, unexplained=True, channel="tablet")
    assert bed.reports.statistics(bed.ledger.hall.day(bed.clock.now)).windows["01"].unasked == 1, "it came after all"


def test_a_token_rates_for_five_working_days_and_not_longer(make_bed: MakeBed):
    bed = make_bed()
    bed.ok("open-window", window="01")
    first, second = bed.issue(), bed.issue()
    bed.serve()
    bed.serve()
    bed.clock.advance(days=7, hours=14)  # Monday evening of the next week: the fifth working day
    assert bed.ok("rate", token=first["token"], level=5, channel="qr")
    bed.clock.advance(hours=2)
    assert bed.refused("rate", token=second["token"], level=5, channel="qr") == "expired"


def test_the_next_call_does_not_end_the_question_but_the_next_service_does(bed: Bed):
    bed.issue()
    bed.issue()
    service = bed.serve()
    assert bed.call("01") == "A002"
    assert bed.rows("SELECT state FROM windows WHERE id = '01'") == [("calling",)]
    assert bed.rows("SELECT ask_expires_at IS NOT NULL FROM windows WHERE id = '01'")[0][0]
    bed.ok("start-service", window="01")
    assert bed.changes.asks["01"].ask is None
    assert bed.ok("rate", service=service, level=5, channel="tablet"), "an answer that was on its way still counts"


def test_calling_while_a_ticket_stands_at_the_window_is_refused_with_what_to_do(bed: Bed):
    bed.issue()
    bed.issue()
    bed.call("01")
    answer = bed.ask("call-next", window="01")
    assert answer.error is not None and answer.error.code == "wrong-state"
    assert answer.error.texts is not None and "过号" in answer.error.texts.zh
    bed.ok("start-service", window="01")
    assert bed.refused("call-next", window="01") == "wrong-state"


def test_a_second_start_does_not_reset_the_time_of_service(bed: Bed):
    bed.issue()
    bed.call("01")
    bed.ok("start-service", window="01")
    before = bed.rows("SELECT started_at FROM services")
    bed.clock.advance(minutes=3)
    assert bed.refused("start-service", window="01") == "wrong-state"
    assert bed.rows("SELECT started_at FROM services") == before


def test_recalls_are_limited_and_a_new_call_counts_anew(make_bed: MakeBed):
    bed = make_bed(rules="recall_limit = 2\nrequeue_places = 0")
    bed.ok("open-window", window="01")
    ticket = bed.issue()
    bed.call("01")
    assert [bed.ok("recall", window="01")["calls"] for _ in range(2)] == [2, 3]
    assert bed.refused("recall", window="01") == "limit-reached"
    bed.ok("no-show", window="01")
    bed.ok("requeue", ticket=ticket["id"])
    assert bed.call("01") == "A001"
    assert bed.ok("recall", window="01")["calls"] == 2


def test_a_recall_right_after_the_call_is_ignored_where_the_hall_says_so(make_bed: MakeBed):
    bed = make_bed(rules="repeat_call_ignore_s = 5")
    bed.ok("open-window", window="01")
    bed.issue()
    bed.call("01")
    bed.ok("recall", window="01")
    assert bed.changes.calls == []
    bed.clock.advance(seconds=6)
    bed.ok("recall", window="01")
    assert len(bed.changes.calls) == 1


def test_a_missed_ticket_comes_back_behind_the_first_three(bed: Bed):
    tickets = [bed.issue() for _ in range(6)]
    bed.call("01")
    assert bed.ok("no-show", window="01")["ticket"]["state"] == "missed"
    bed.ok("requeue", ticket=tickets[0]["id"])
    order = []
    for _ in range(6):
        order.append(bed.call("01"))
        bed.ok("no-show", window="01")
    assert order == ["A002", "A003", "A004", "A001", "A005", "A006"]


def test_where_missed_means_void_the_ticket_is_over(make_bed: MakeBed):
    bed = make_bed(rules='missed = "void"')
    bed.ok("open-window", window="01")
    ticket = bed.issue()
    bed.call("01")
    assert bed.ok("no-show", window="01")["ticket"]["state"] == "void"
    assert bed.refused("requeue", ticket=ticket["id"]) == "wrong-state"


def test_a_held_ticket_is_resumed_where_it_was(bed: Bed):
    bed.issue()
    bed.issue()
    bed.call("01")
    bed.ok("hold", window="01")
    assert bed.call("01") == "A002"
    bed.ok("start-service", window="01")
    bed.ok("hold", window="01")
    assert bed.refused("resume", window="01") == "bad-request", "two tickets are held here"
    assert bed.ok("resume", window="01", ticket="20261123-a002")["ticket"]["state"] == "serving"
    assert bed.changes.calls == []
    bed.ok("finish-service", window="01")
    assert bed.ok("resume", window="01")["ticket"]["state"] == "called"
    assert len(bed.changes.calls) == 1, "who was only called sits in the hall and must hear it"


def test_a_transfer_keeps_number_and_age_and_returns_afterwards(bed: Bed):
    for _ in range(2):
        bed.issue("tax")
    bed.clock.advance(minutes=1)
    bed.issue("household")
    bed.clock.advance(minutes=1)
    bed.issue("household")
    assert bed.call("01") == "A001"
    bed.ok("start-service", window="01")
    bed.ok("transfer", window="01", to_queue="tax", return_=True)
    assert [bed.call("02"), bed.ok("no-show", window="02")["ticket"]["number"], bed.call("02")] == ["B001", "B001", "B002"]
    bed.ok("no-show", window="02")
    assert bed.call("02") == "A001", "older than A002"
    bed.ok("start-service", window="02")
    back = bed.ok("finish-service", window="02")["ticket"]
    assert (back["state"], back["queue"]) == ("waiting", "household")
    assert bed.refused("call-next", window="04") == "wrong-state"
    bed.ok("open-window", window="04")
    assert bed.call("04") == "A002", "A001 is meant for window 01"
    assert bed.call("01") == "A001"


def test_a_transfer_to_a_window_is_called_only_there_and_is_freed_when_it_closes(bed: Bed):
    bed.issue()
    bed.call("01")
    bed.ok("transfer", window="01", to_window="02")
    assert bed.refused("call-next", window="03") == "nothing-waiting"
    bed.ok("close-window", window="02")
    assert bed.call("03") == "A001"
    assert bed.refused("transfer", window="03", to_window="02") == "wrong-state"
    assert bed.refused("transfer", window="03") == "bad-request"


def test_a_chosen_ticket_is_called_by_its_number_and_the_reason_is_kept(bed: Bed):
    bed.issue()
    bed.issue()
    bed.ok("call-ticket", window="01", ticket="A002", reason="行动不便")
    assert bed.refused("call-ticket", window="03", ticket="A002", reason="再叫") == "wrong-state"
    bodies = [str(row[0]) for row in bed.rows("SELECT body FROM events WHERE type = 'ticket-called'")]
    assert len(bodies) == 1 and ("行动不便" in bodies[0] or "\\u884c" in bodies[0])


def test_priority_and_ordinary_tickets_take_turns_by_the_ratio(bed: Bed):
    for _ in range(6):
        bed.issue()
    for _ in range(3):
        bed.issue(class_="priority")
    order = []
    for _ in range(9):
        order.append(bed.call("01"))
        bed.ok("no-show", window="01")
    favoured = [number in ("A007", "A008", "A009") for number in order]
    assert [sum(favoured[i : i + 3]) for i in (0, 3, 6)] == [1, 1, 1]


def test_a_window_is_paused_and_closed_only_without_a_ticket(bed: Bed):
    bed.issue()
    bed.call("01")
    assert bed.refused("pause-window", window="01") == "wrong-state"
    assert bed.refused("close-window", window="01") == "wrong-state"
    bed.ok("no-show", window="01")
    assert bed.ok("pause-window", window="01")["state"] == "paused"
    assert bed.refused("call-next", window="01") == "wrong-state"
    assert bed.ok("open-window", window="01")["state"] == "idle"
    closed = bed.ok("close-window", window="01")
    assert (closed["state"], closed["clerk"]) == ("closed", None)


def test_why_a_window_pauses_is_known_for_as_long_as_it_pauses(bed: Bed):
    def published() -> str | None:
        with bed.again().database.look() as connection:  # a server that has just started says the same
            rows = {row.id: row for row, *_ in window_rows(connection)}
        return window_state(bed.hall, rows["01"], 1, None, None).reason

    bed.ok("pause-window", window="01", reason="lunch")
    assert published() == "lunch"
    bed.ok("pause-window", window="01", reason=" 领导检查 ")
    assert published() == "领导检查"
    for verb in ("open-window", "close-window"):
        bed.ok("pause-window", window="01", reason="fault")
        bed.ok(verb, window="01")
        assert published() is None
        bed.ok("open-window", window="01")
    bed.ok("pause-window", window="01")
    assert published() is None


def test_a_second_login_takes_the_window_over_with_its_ticket(bed: Bed):
    bed.issue()
    bed.call("01")
    bed.ok("start-service", window="01")
    taken = bed.ok("open-window", window="01", clerk="0103", confirmed=True)
    assert (taken["state"], taken["clerk"]["id"], taken["ticket"]["number"]) == ("serving", "0103", "A001")
    assert bed.changes.events[-1].type == "window-taken-over"


def test_every_statistic_is_a_sum_of_periods(bed: Bed):
    bed.issue()
    bed.clock.advance(minutes=7)
    bed.call("01")
    bed.clock.advance(minutes=1)
    bed.ok("start-service", window="01")
    bed.clock.advance(minutes=5)
    bed.ok("hold", window="01")
    bed.clock.advance(minutes=2)
    bed.ok("resume", window="01")
    bed.clock.advance(minutes=3)
    bed.ok("rate", service=bed.ok("finish-service", window="01")["service"], level=2, reasons=["213"], channel="tablet")
    bed.ok("cancel-ticket", ticket=bed.issue()["id"])
    report = bed.reports.statistics(bed.hall.day(bed.clock.now))
    line = report.queues["household"]
    assert (line.issued, line.called, line.served, line.cancelled) == (2, 1, 1, 1)
    assert (line.waiting_s, line.serving_s, line.held_s) == (7 * 60, 8 * 60, 2 * 60)
    assert report.windows["01"].serving_s == 8 * 60
    assert report.ratings == {5: 0, 4: 0, 3: 0, 2: 1, 1: 0}
    assert [r.window for r in bed.reports.ratings(report.day, bad_only=True)] == ["01"]


def test_what_still_runs_counts_neither_as_served_nor_as_waited(bed: Bed):
    for _ in range(2):
        bed.issue()
    bed.clock.advance(minutes=7)
    bed.call("01")
    bed.ok("start-service", window="01")
    bed.clock.advance(minutes=5)
    line = bed.reports.statistics(bed.hall.day(bed.clock.now)).queues["household"]
    assert (line.called, line.waited, line.waiting_s, line.served, line.serving_s) == (1, 1, 7 * 60, 0, 0)
    bed.ok("hold", window="01")
    assert bed.reports.statistics(bed.hall.day(bed.clock.now)).queues["household"].served == 0
    bed.ok("resume", window="01")
    bed.ok("finish-service", window="01")
    report = bed.reports.statistics(bed.hall.day(bed.clock.now))
    assert (report.queues["household"].served, report.windows["01"].served) == (1, 1)


def test_only_a_finished_service_counts_as_served_and_in_the_average(bed: Bed):
    for _ in range(3):
        bed.issue()
    for minutes, leaves in ((4, "finish-service"), (20, "transfer"), (6, "finish-service")):
        bed.call("01")
        bed.ok("start-service", window="01")
        bed.clock.advance(minutes=minutes)
        bed.ok(leaves, window="01", **({"to_queue": "tax"} if leaves == "transfer" else {}))
    report = bed.reports.statistics(bed.hall.day(bed.clock.now))
    for figures in (report.windows["01"], report.queues["household"]):
        assert (figures.served, figures.served_s) == (2, 10 * 60)
    assert report.windows["01"].serving_s == 30 * 60, "the work before a transfer is work of the window"
    assert report.queues["tax"].served == 0


def test_a_ticket_that_is_finished_elsewhere_and_comes_back_counts_once_in_its_queue(bed: Bed):
    for _ in range(3):
        bed.issue()
    bed.ok("cancel-ticket", ticket=bed.issue()["id"])
    number = bed.call("01")
    bed.ok("start-service", window="01")
    bed.ok("transfer", window="01", to_window="03", **{"return": True})
    bed.ok("call-ticket", window="03", ticket=number, reason="试")
    bed.ok("start-service", window="03")
    bed.ok("finish-service", window="03")

    def counted() -> tuple[int, int, int]:
        line = bed.reports.statistics(bed.hall.day(bed.clock.now)).queues["household"]
        return line.issued, line.finished, line.cancelled

    assert counted() == (4, 0, 1), "it waits again: 4 = 3 that wait + 1 cancelled"
    bed.ok("call-ticket", window="01", ticket=number, reason="试")
    bed.ok("start-service", window="01")
    bed.ok("finish-service", window="01")
    assert counted() == (4, 1, 1)
    windows = bed.reports.statistics(bed.hall.day(bed.clock.now)).windows
    assert (windows["01"].served, windows["03"].served) == (1, 1), "each window has finished a service"


def test_the_clerk_sees_the_line_and_why_a_ticket_is_next(bed: Bed):
    bed.issue()
    bed.issue("tax")
    third = bed.issue()
    bed.ok("call-ticket", window="03", ticket=third["number"], reason="试")
    bed.ok("hold", window="03")
    assert [(t.number, t.state) for t in bed.line("01")] == [("A001", "waiting")], "what another window holds is not its own"
    assert {(t.number, t.state) for t in bed.line("03")} == {("A001", "waiting"), ("B001", "waiting"), ("A002", "held")}
    first = bed.lines.at("03", 1).waiting
    assert ([t.number for t in first.tickets], first.count) == (["A001"], 2)
    assert "A001" in bed.lines.at("01", 1).why.zh
    bed.call("01")
    assert bed.lines.at("01", 1).why.en == "Nobody waits for this window."


def test_a_ticket_that_is_sent_to_a_window_waits_behind_those_of_that_window_only(bed: Bed):
    for _ in range(5):
        bed.issue()
    for _ in range(2):
        bed.call("01")
        bed.ok("transfer", window="01", to_window="03")
    ahead = {number: bed.ok("lookup", ticket=number)["ahead"] for number in ("A001", "A002", "A005")}
    assert ahead == {"A001": 0, "A002": 1, "A005": 2}, "and stands before nobody in the line that it has left"
