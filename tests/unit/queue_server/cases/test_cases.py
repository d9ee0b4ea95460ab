"""Cases: taken in whole or not at all, found only by whom they concern, shown masked, printed as the rules ask."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.configuration.hall_files import load
from contract.documents import make, render
from contract.wire import codec
from contract.wire.case import PAPERS, STATES, Case
from contract.wire.case_number import key, meaning
from contract.wire.facts import CaseFacts
from queue_server.appointments import booking as appointments
from queue_server.appointments import command as appointment_command
from queue_server.appointments.offer import Offer
from queue_server.appointments.repository import Booking
from queue_server.cases import command as case_command
from queue_server.cases import repository
from queue_server.cases.intake import take_in
from queue_server.cases.row_format import CASES, BadCases
from queue_server.codes.seal import code_of
from queue_server.commands.hall_rules import HallRules
from queue_server.domain.deadline import last_days
from queue_server.row_files.taken import TakenIn
from queue_server.web.api import platforms, token_files
from queue_server.web.api.token_files import tokens_of
from tests.bed import Bed
from tests.facts import cases_of
from tests.ledgers import ledger_in
from tests.small_hall import write_hall
from tests.unit.contract.wire.spellings import NUMBERS, spellings_of

GIVEN = {
    "number": "WS-20261120-1",
    "item": "食品经营许可",
    "state": "accepted",
    "department": "市场监管局",
    "applicant": "欧阳娜娜",
    "id_last_four": "001X",
    "person": "620524199001010011",
    "received_on": "2026-11-20",
    "promised_on": "2026-11-27",
    "handler": "工号0103",
    "contact": "0938-0000102",
}


def one(**more):
    return json.dumps([GIVEN | more]).encode()


@pytest.fixture
def bed(tmp_path):
    bed = Bed(write_hall(tmp_path / "hall"), ledger_in(tmp_path)).open()
    yield bed
    bed.close()


def take(bed, **more):
    with bed.database.writer.begin() as connection:
        return repository.put(connection, bed.ledger.signer, cases_of(one(**more)), bed.clock.now)


def found(bed, last_four="001X", number="WS-20261120-1"):
    return bed.ask("find-case", number=number, last_four=last_four)


# --- taking in ---


def test_json_and_csv_say_the_same():
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([[*GIVEN, "missing"], [*GIVEN.values(), "平面图；健康证明"]])
    expected = cases_of(one(missing=["平面图", "健康证明"]))
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert [case for _, case in CASES.from_csv(text.getvalue().encode(encoding))] == expected
    assert cases_of(b'{"cases": ' + one(missing=["平面图", "健康证明"]) + b"}") == expected


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"{", "is not JSON"),
        (b"3", "no list of cases"),
        (one(state="gone"), "row 1: state"),
        (one(number="../x"), "row 1: number"),
        (one(colour="red"), "row 1: colour"),
        (one(state="rejected"), "whoever is refused is told why"),
        (one(state="supplement"), "everything is said at once"),
        (one(received_on="2026-13-01"), "received_on"),
        (one(id_last_four="620524199001010011"), "id_last_four"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_a_bad_json_file_is_refused_with_row_key_and_reason(content, part):
    with pytest.raises(BadCases, match=part):
        CASES.from_json(content)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "is empty"),
        (b"number,colour\n1,red", "unknown column"),
        (b"\xff\xfe\x00", "neither UTF-8|unknown column"),
        (b'number,item\n"x', "is not CSV"),
        (b"number\nWS-1,2,3", "column 2 holds something, but has no title"),
        (
            b"number,item,state,department,applicant,received_on\nWS-1,x,accepted,d,a,2026-11-20\nWS-1,x,accepted,d,a,2026-11-20",
            "row 3: number: WS-1 stands in row 2 too",
        ),
    ],
)
def test_a_bad_csv_file_is_refused_with_row_key_and_reason(content, part):
    with pytest.raises(BadCases, match=part):
        CASES.from_csv(content)


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_reading_any_bytes_gives_cases_or_problems(content):
    for read in (CASES.from_json, CASES.from_csv):
        try:
            assert isinstance(read(content), list)
        except BadCases as error:
            assert error.problems and str(error)


def test_a_case_that_comes_again_replaces_the_first(bed):
    assert take(bed) == 1 and take(bed, state="decided") == 1
    assert found(bed).data["case"]["state"] == "decided"
    assert bed.rows("SELECT COUNT(*) FROM cases") == [(1,)]


def test_nothing_that_names_a_person_is_kept(bed):
    take(bed)
    kept = str(bed.rows("SELECT * FROM cases"))
    for secret in ("欧阳娜娜", "娜娜", "001X", "620524199001010011"):
        assert secret not in kept


# --- finding ---


def test_a_case_is_found_by_number_and_last_four_in_either_case_of_x(bed):
    take(bed)
    case = found(bed, last_four="001x").data["case"]
    assert (case["applicant"], case["state_texts"]["zh"]) == ("欧阳**", "已受理")
    assert "id_last_four" not in case and "person" not in case
    assert case["deadline"]["texts"]["zh"] == "还有4个工作日" and case["deadline"]["state"] == "far"


def test_the_code_of_a_case_shows_it_and_a_forged_one_does_not(bed):
    take(bed)
    code = found(bed).data["case"]["code"]
    assert bed.ok("scan", code=code)["case"]["number"] == "WS-20261120-1"
    assert bed.ok("scan", code="http://hall.example/c/" + code.removeprefix("JHC."))["kind"] == "case"
    assert bed.refused("scan", code=code.replace("20261120-1", "20261120-2")) == "not-authorised"


def test_a_wrong_guess_and_an_unknown_number_are_told_the_same(bed):
    take(bed)
    assert found(bed, "1234") == found(bed, "1234", number="WS-20261120-2")


def test_after_five_wrong_tries_the_next_one_waits_and_longer_after_each(bed):
    take(bed)
    for _ in range(5):
        assert found(bed, "1234").error.code == "not-authorised"
    waited = []
    for _ in range(7):
        answer = found(bed)
        assert answer.error.code == "limit-reached", "not even the right one is answered"
        waited.append(int(re.search(r"请(\d+)分钟后再试", answer.error.texts.zh)[1]))
        bed.clock.advance(minutes=waited[-1])
        assert found(bed, "1234").error.code == "not-authorised"
    assert waited == [1, 2, 4, 8, 16, 30, 30]
    bed.clock.advance(minutes=31)
    assert found(bed).status == "ok"


def test_somebody_elses_wrong_tries_do_not_close_a_case_to_its_owner(bed):
    take(bed)
    bed.actor = "phone 10.0.0.5"
    for _ in range(5):
        found(bed, "1234")
    assert found(bed).error.code == "limit-reached"
    bed.actor = "kiosk-1"
    assert found(bed).status == "ok"


def test_whoever_is_wrong_is_told_how_often_it_may_still_be_tried_and_the_same_of_a_case_that_is_not_there(bed):
    take(bed)
    for number, actor in (("WS-20261120-1", "phone 10.0.0.1"), ("WS-NOT-THERE", "phone 10.0.0.2")):
        bed.actor = actor
        told = [found(bed, "1234", number).error.texts.zh.partition("请核对。")[2] for _ in range(5)]
        assert told == [*(f"还可以再试 {left} 次。" for left in (4, 3, 2, 1)), "已经输错多次，下次要等几分钟。"]


def test_a_case_that_many_try_waits_whoever_asks(bed):
    take(bed)
    for place in range(4):
        bed.actor = f"phone 10.0.0.{place}"
        for _ in range(5):
            assert found(bed, "1234").error.code == "not-authorised"
    bed.actor = "phone 10.0.0.9"
    assert found(bed).error.code == "limit-reached"
    bed.clock.advance(minutes=1)
    assert found(bed).status == "ok"


def test_one_terminal_cannot_guess_through_many_cases_whatever_its_requests_say_of_it(bed):
    bed.actor = "kiosk-1-0badcafe"
    for number in range(20):
        named = {} if number % 2 else {"terminal": "kiosk-1"}
        assert bed.refused("find-case", number=f"WS-{number}", last_four="1234", **named) == "not-authorised"
    bed.actor = "kiosk-1-0badf00d"
    assert bed.refused("find-case", number="WS-99", last_four="1234") == "limit-reached", "another session is the same kiosk"
    bed.clock.advance(minutes=1)
    assert bed.refused("find-case", number="WS-99", last_four="1234") == "not-authorised", "the next citizen waits a minute"
    bed.actor = "screen-9"
    assert bed.refused("find-case", number="WS-99", last_four="1234") == "not-authorised"


def test_whoever_guesses_for_an_hour_keeps_the_next_citizen_of_the_kiosk_waiting_for_a_minute_and_no_longer(bed):
    take(bed)
    bed.actor = "kiosk-1"
    for number in range(80):
        while bed.refused("find-case", number=f"WS-{number}", last_four="1234") == "limit-reached":
            bed.clock.advance(minutes=1)
    assert found(bed).error.code == "limit-reached"
    bed.clock.advance(minutes=1)
    assert found(bed).status == "ok"


def test_a_retry_of_one_guess_counts_once(bed):
    take(bed)
    body = {"number": "WS-20261120-1", "last_four": "1234", "terminal": "kiosk-1"}
    for _ in range(9):
        bed.group(("find-case", body), ids=["11111111-1111-4111-8111-111111111111"])
    assert found(bed).status == "ok"


def test_a_case_without_last_four_is_found_by_its_code_only(bed):
    take(bed, id_last_four="")
    assert found(bed, "0000").error.code == "not-authorised"


def test_the_earlier_of_promise_and_law_binds(bed):
    take(bed, promised_on="2026-12-30", legal_on="2026-11-24")
    assert found(bed).data["case"]["deadline"]["state"] == "near"


def test_a_case_that_is_over_has_no_deadline(bed):
    take(bed, state="delivered")
    assert found(bed).data["case"]["deadline"] is None


# --- numbers as departments write them ---


def test_a_case_is_found_by_any_spelling_of_its_number_and_shown_as_the_department_writes_it(bed):
    number = "武市监准〔2026〕12号"
    take(bed, number=number)
    for written in (number, "武市监准[2026]12", "武市监准（２０２６）１２号", "202612", "2026-12", "2026 12 号"):
        assert found(bed, number=written).data["case"]["number"] == number, written
    for written in ("武卫〔2026〕12号", "202613", "2026121"):
        assert found(bed, number=written).error.code == "not-authorised", written


@given(st.lists(NUMBERS, min_size=1, max_size=6, unique_by=meaning), st.data())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_spelling_finds_its_case_and_none_finds_two(bed, numbers, data):
    with bed.database.writer.connect() as connection:
        for number in numbers:
            repository.put(connection, bed.ledger.signer, cases_of(one(number=number)), bed.clock.now)
        for number in numbers:
            written = data.draw(spellings_of(number))
            of_applicant = repository.of_applicant(connection, bed.ledger.signer, written, "001X")
            assert number in [case.number for case in of_applicant]
            assert repository.find(connection, number).number == number
            if meaning(written) == meaning(number) != key(number):
                assert len(of_applicant) == 1
        connection.rollback()


def test_cases_whose_numbers_differ_in_chinese_alone_are_told_apart_by_the_last_four(bed):
    take(bed, number="武市监〔2026〕12号")
    take(bed, number="武卫〔2026〕12号", id_last_four="002X")
    assert found(bed, "001X", "202612").data["case"]["number"] == "武市监〔2026〕12号"
    assert found(bed, "002X", "202612").data["case"]["number"] == "武卫〔2026〕12号"
    take(bed, number="武教〔2026〕12号", id_last_four="002X")
    assert "有几个办件都对得上" in found(bed, "002X", "202612").error.texts.zh
    assert found(bed, "002X", "武教202612").data["case"]["number"] == "武教〔2026〕12号"


def test_the_wrong_tries_at_one_case_count_together_however_its_number_is_written(bed):
    take(bed)
    for written in ("WS-20261120-1", "ws202611201", "WS 20261120 1", "ＷＳ（20261120）1", "WS_20261120_1"):
        assert found(bed, "1234", written).error.code == "not-authorised"
    assert found(bed, "1234", "WS/20261120/1号").error.code == "limit-reached"


def test_the_code_of_a_case_shows_it_whatever_its_number_looks_like(bed):
    take(bed, number="甘0524行审字〔2026〕第 3/1 号")
    code = found(bed, number="0524202631").data["case"]["code"]
    assert bed.ok("scan", code=code)["case"]["number"] == "甘0524行审字〔2026〕第 3/1 号"
    assert bed.ok("scan", code="http://hall.example/c/" + code.removeprefix("JHC."))["kind"] == "case"


def test_numbers_that_differ_in_signs_only_are_refused_in_a_file_and_beside_kept_ones(bed):
    numbered = [GIVEN | {"number": number} for number in ("WS〔2026〕1号", "WS-2026-1")]
    with pytest.raises(BadCases) as refused:
        CASES.from_json(json.dumps(numbered).encode())
    said = "WS-2026-1和第1行的WS〔2026〕1号只差括号、横线这类符号，算同一个编号。是同一件就删去一行，不是就换一个编号"
    assert refused.value.problems[0].zh == said
    assert take_in(bed.database, CASES.from_json(json.dumps(numbered[:1]).encode()), bed.clock.now) == TakenIn(new=1)
    with pytest.raises(BadCases) as refused:
        take_in(bed.database, CASES.from_json(json.dumps(numbered[1:]).encode()), bed.clock.now)
    said = "WS-2026-1和已有的WS〔2026〕1号只差括号、横线这类符号。是同一件就照原来的写，不是就换一个编号"
    assert refused.value.problems[0].zh == said
    again = json.dumps([numbered[0] | {"number": "ws〔２０２６〕1号", "state": "decided"}]).encode()
    assert take_in(bed.database, CASES.from_json(again), bed.clock.now) == TakenIn(new=0, known=1)
    assert bed.rows("SELECT number, state FROM cases") == [("WS〔2026〕1号", "decided")]


# --- papers ---


def test_every_paper_that_a_case_offers_can_be_set(bed):
    head = make.letterhead(bed.hall.config)
    at = datetime(2026, 11, 23, 9, 0, tzinfo=bed.hall.zone)
    for state in STATES:
        take(
            bed,
            state=state,
            reason="不符合条件",
            missing=["平面图"],
            due_on="2026-11-30",
            steps=[{"on": "2026-11-20", "text": "收件"}],
        )
        case = codec.convert(found(bed).data["case"], CaseFacts)
        assert case.papers == list(PAPERS[state])
        for kind in case.papers:
            paper = make.of_case(head, kind, case, at=at, web="http://10.0.0.2")
            assert paper.kind == kind and paper.code.startswith("http://10.0.0.2/c/testhall.WS-20261120-1.")
    assert render.pdf(paper).startswith(b"%PDF")
    with pytest.raises(ValueError, match="gives no denial"):
        make.of_case(head, "denial", case, at=at)


# --- REST ---


@pytest.fixture
def door(bed, tmp_path):
    app = FastAPI()
    app.include_router(platforms.routes(bed.database, bed.hall.config, tokens_of(tmp_path), lambda: bed.clock.now))
    token = (tmp_path / token_files.CASES).read_text().strip()
    assert (tmp_path / token_files.CASES).stat().st_mode & 0o077 == 0
    return TestClient(app), {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def test_the_approval_platform_hands_cases_over_with_its_token(bed, door):
    client, headers = door
    assert client.post("/api/cases", content=one(), headers=headers).json() == {"taken": 1}
    assert found(bed).status == "ok"


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", "Basic x", "Bearer 你好".encode()])
def test_without_the_token_nothing_is_taken(bed, door, given):
    client, headers = door
    assert client.post("/api/cases", content=one(), headers=headers | {"Authorization": given}).status_code == 401
    assert bed.rows("SELECT COUNT(*) FROM cases") == [(0,)]


def test_one_bad_case_keeps_all_of_them_out(bed, door):
    client, headers = door
    body = json.dumps([GIVEN, GIVEN | {"number": "WS-2", "state": "gone"}])
    answer = client.post("/api/cases", content=body, headers=headers)
    assert answer.status_code == 400 and answer.json()["problems"][0]["row"] == 2
    assert client.post("/api/cases", content=body, headers=headers | {"Content-Type": "text/plain"}).status_code == 415
    assert bed.rows("SELECT COUNT(*) FROM cases") == [(0,)]


# --- commands ---


def test_cases_are_taken_in_and_shown_by_command(tmp_path, capsys):
    where = ["--hall", str(write_hall(tmp_path / "hall")), "--state", str(tmp_path / "state")]
    (tmp_path / "cases.json").write_bytes(one())
    assert case_command.main(["import", str(tmp_path / "cases.json"), *where]) == 0
    assert case_command.main(["show", "WS-20261120-1", *where]) == 0
    assert "欧阳**" in (told := capsys.readouterr().out) and "JHC.testhall." in told
    (tmp_path / "bad.csv").write_text("colour\nred")
    assert case_command.main(["import", str(tmp_path / "bad.csv"), *where]) == 1
    assert "unknown column" in capsys.readouterr().err


def test_appointments_are_booked_listed_and_cancelled_by_command(tmp_path, capsys):
    hall = write_hall(tmp_path / "hall", rules="issue_outside_hours = true")
    where = ["--hall", str(hall), "--state", str(tmp_path / "state")]
    at = HallRules(load(hall)).calendar.next_opening(datetime.now(UTC) + timedelta(days=1))
    assert at is not None
    booking = ["--queue", "tax", "--at", f"{at:%Y-%m-%dT%H:%M}", "--name", "张三"]
    assert appointment_command.main(["add", *booking, "--qr", *where]) == 0
    identity = capsys.readouterr().out.split()[0]
    assert appointment_command.main(["list", "--day", f"{at:%Y-%m-%d}", *where]) == 0
    assert identity in (told := capsys.readouterr().out) and "张三" not in told and "booked" in told
    assert appointment_command.main(["cancel", identity, *where]) == 0
    picture = tmp_path / "code.png"
    assert appointment_command.main(["add", "--queue", "tax", "--name", "张三", "--qr", str(picture), *where]) == 0
    assert picture.stat().st_size > 500, "without a time it is for now"
    assert appointment_command.main(["cancel", identity, *where]) == 1
    assert appointment_command.main(["add", "--queue", "no", *booking[2:], *where]) == 1
    assert "there is no queue" in capsys.readouterr().err


def test_the_reader_takes_every_field_of_a_case():
    assert set(GIVEN) <= set(Case.model_fields)


def test_cases_are_found_by_text_state_and_deadline_on_both_databases(tmp_path, database_url):
    bed = Bed(write_hall(tmp_path / "hall"), database_url).open()
    today = bed.clock.now.astimezone(bed.hall.zone).date()
    days = (today, *last_days(today, bed.hall.calendar.working_days))
    take(bed, promised_on=str(today - timedelta(days=20)))
    take(bed, number="WS-2", state="decided", promised_on=str(today - timedelta(days=20)))
    take(bed, number="WS-3", promised_on=None)
    with bed.database.look() as connection:

        def numbers(**wanted):
            found, count = repository.listed(connection, repository.Wanted(days, **wanted), 50, 0)
            assert count == len(found)
            return [case.number for case in found]

        assert numbers() == ["WS-20261120-1", "WS-3", "WS-2"]
        assert numbers(deadline="exceeded") == ["WS-20261120-1"] and numbers(deadline="near") == []
        assert numbers(state="decided") == ["WS-2"] and numbers(text="WS-3") == ["WS-3"] and numbers(text="%") == []
        assert repository.count_by_deadline(connection, days) == {"near": 0, "reached": 0, "exceeded": 1}
    bed.close()


def test_cases_and_appointments_work_on_both_databases(tmp_path, database_url):
    bed = Bed(write_hall(tmp_path / "hall"), database_url).open()
    assert take(bed) == take(bed, state="decided") == 1
    assert found(bed, "1234").error.code == "not-authorised"
    assert found(bed).data["case"]["state"] == "decided"
    at = bed.clock.now + timedelta(minutes=10)
    booking = Booking(queue="household", starts_at=at, ends_at=at + timedelta(minutes=30), name="张三", person="p")
    with bed.database.writer.begin() as connection:
        made = appointments.book(
            connection,
            bed.ledger.signer,
            [booking],
            offer=Offer.of(bed.hall.config),
            now=bed.clock.now,
        )
    body = {
        "queue": "household",
        "channel": "web",
        "appointment": code_of(bed.ledger.signer, "appointment", "testhall", made[0].id),
    }
    first, second = bed.group(("issue-ticket", body), ("issue-ticket", body))
    assert first.data["ticket"]["id"] == second.data["ticket"]["id"]
    bed.pass_time(days=1)
    assert bed.ok("scan", code=body["appointment"])["appointment"]["standing"] == "checked-in"
    bed.close()
