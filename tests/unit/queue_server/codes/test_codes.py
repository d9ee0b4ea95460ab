"""Codes under the scanner: what each is good for, and that forged, expired, replayed, foreign and senseless ones get nowhere."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import cv2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.configuration.hall_files import BadHall, load
from contract.wire import scanned_code
from drivers.scanner.reading import CodeReader
from queue_server.appointments import booking as bookings
from queue_server.appointments import repository as appointments
from queue_server.appointments.offer import Offer
from queue_server.appointments.repository import Booking
from queue_server.cases import repository as cases
from queue_server.codes import key_files
from queue_server.codes.__main__ import main
from queue_server.codes.code_picture import show
from queue_server.codes.ed25519 import SignedCodes, signed
from queue_server.codes.seal import code_of
from queue_server.codes.signer import Signer
from queue_server.codes.verifier import Holder, Refusal
from queue_server.codes.verifiers import example, opened
from tests.bed import MONDAY_MORNING, Bed
from tests.facts import cases_of
from tests.ledgers import ledger_in
from tests.small_hall import write_hall

ISSUER = "example-platform"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VERIFIER = f'\n[[verifier]]\nid = "province"\nissuer = "{ISSUER}"\npublic_key = "platform.pem"\n'


def hall_with_verifier(folder):
    write_hall(folder)
    with (folder / "hall.toml").open("a", encoding="utf-8") as file:
        file.write(VERIFIER)
    (folder / "platform.pem").write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return folder


@pytest.fixture
def bed(tmp_path):
    hall = hall_with_verifier(tmp_path / "hall")
    bed = Bed(hall, ledger_in(tmp_path), always_open=True).open()
    bed.hall.verifiers = opened(hall, bed.hall.config.verifier)
    yield bed
    bed.close()


def book(bed, minutes=15, **more):
    """An appointment that starts so many minutes from now and lasts half an hour; its code."""
    at = bed.clock.now + timedelta(minutes=minutes)
    booking = Booking(**{"queue": "household", "starts_at": at, "ends_at": at + timedelta(minutes=30), "name": "张三"} | more)
    with bed.database.writer.begin() as connection:
        made = bookings.book(
            connection,
            bed.ledger.signer,
            [booking],
            offer=Offer.of(bed.hall.config),
            now=bed.clock.now,
        )
    return code_of(bed.ledger.signer, "appointment", "testhall", made[0].id)


def check_in(bed, code, **more):
    return bed.ask("issue-ticket", **{"queue": "household", "channel": "web", "appointment": code} | more)


def service_code(bed, holder="620524199001010011", *, kind="person", name="张三", key=KEY, issuer=ISSUER, minutes=5):
    return signed(key, issuer=issuer, kind=kind, holder=holder, name=name, now=bed.clock.now, minutes=minutes)


# --- what kind a text is ---


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("http://10.0.0.2:8080/t/261122a001-abcdefghijkl", "ticket", "261122a001-abcdefghijkl"),
        ("261122a001-abcdefghijkl", "ticket", "261122a001-abcdefghijkl"),
        ("https://hall.example/g/62052400mz-jf-0004", "guide", "62052400mz-jf-0004"),
        ("62052400MZ-JF-0004\r\n", "guide", "62052400mz-jf-0004"),
        ("JHA.wushan.k3m9.abcdefghijkl", "appointment", "k3m9"),
        ("https://hall.example/a/wushan.k3m9.abcdefghijkl", "appointment", "k3m9"),
        ("JHC.wushan.WS-2026-1.abcdefghijkl", "case", "WS-2026-1"),
        ("JHP.e30.sig", "service", "JHP.e30.sig"),
        ("]Q1http://hall.example/t/261122a001-abcdefghijkl", "ticket", "261122a001-abcdefghijkl"),
        ("]C062052400MZ-JF-0004", "guide", "62052400mz-jf-0004"),
    ],
)
def test_every_kind_of_code_is_told_apart(text, kind, value):
    code = scanned_code.read(text)
    assert code is not None and (code.kind, code.value) == (kind, value)


@pytest.mark.parametrize("text", ["", "   ", "https://example.com/", "你好", "WIFI:S:hall;P:x y;;", "javascript://a/t/x", "\x1b[2J", "a" * 2001,
                                  "JHA.wushan.k3m9", "JHA.Wushan.k.abcdefghijkl", "http://h/t/../../etc"])  # fmt: skip
def test_what_is_no_code_of_the_hall_is_none(text):
    assert scanned_code.read(text) is None


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_code_of_a_known_kind_or_none(text):
    code = scanned_code.read(text)
    assert code is None or code.kind in get_args(scanned_code.CodeKind)


# --- tickets and guides ---


def test_a_ticket_code_tells_the_place_in_the_line(bed):
    bed.issue()
    ticket = bed.issue()
    told = bed.ok("scan", code=f"http://hall.example/t/{ticket['token']}")
    assert (told["kind"], told["ticket"]["number"], told["ahead"]) == ("ticket", ticket["number"], 1)


def test_a_guide_code_names_its_item(bed):
    assert bed.ok("scan", code="62052400MZ-JF-0004") == {"kind": "guide", "item": "62052400mz-jf-0004"}


@pytest.mark.parametrize("text", ["nonsense", "https://example.com/", "你好", "JHP.e30.AAAA", "JHP..", "JHA.testhall.x"])
def test_a_senseless_code_is_refused_in_one_sentence(bed, text):
    answer = bed.ask("scan", code=text)
    assert answer.error.code == "bad-request"
    assert answer.error.texts.zh.endswith("。") and answer.error.texts.zh.count("。") == 1


# --- appointments ---


def test_an_appointment_gets_its_ticket_without_standing_in_line_twice(bed):
    code = book(bed)
    told = bed.ok("scan", code=code)
    assert told["appointment"]["standing"] == "due" and told["appointment"]["name"] == "张*"
    ticket = check_in(bed, code).data["ticket"]
    assert ticket["class"] == "appointment"
    assert bed.ok("scan", code=code)["appointment"]["standing"] == "checked-in"


def test_a_second_scan_gets_the_same_ticket(bed):
    code = book(bed)
    first, second = (check_in(bed, code).data for _ in range(2))
    assert first["ticket"]["id"] == second["ticket"]["id"] and second["ticket"]["token"] == first["ticket"]["token"]
    assert bed.rows("SELECT COUNT(*) FROM tickets") == [(1,)]


def test_two_kiosks_that_scan_one_code_at_the_same_moment_give_one_ticket(bed):
    body = {"queue": "household", "channel": "web", "appointment": book(bed)}
    answers = bed.group(("issue-ticket", body), ("issue-ticket", body))
    assert len({answer.data["ticket"]["id"] for answer in answers}) == 1


def test_an_appointment_whose_paper_never_came_out_is_as_good_as_before(bed):
    code = book(bed)
    lost = check_in(bed, code, channel="kiosk", terminal="kiosk-1").data["ticket"]
    bed.ok("confirm-print", ticket=lost["id"], result="failed")
    assert bed.ok("scan", code=code)["appointment"]["standing"] == "due"
    assert check_in(bed, code).data["ticket"]["id"] != lost["id"]


def test_an_appointment_is_not_called_before_its_time_and_then_goes_first_in_its_turn(bed):
    bed.ok("open-window", window="01", clerk="0101")
    check_in(bed, book(bed, minutes=20))
    assert bed.refused("call-next", window="01") == "nothing-waiting"
    bed.clock.advance(minutes=21)
    assert bed.call("01") == "A001"


def test_whoever_comes_too_early_is_told_from_when(bed):
    answer = check_in(bed, book(bed, minutes=90))
    assert answer.error.code == "wrong-state" and "10:00" in answer.error.texts.zh


def test_whoever_comes_on_an_earlier_day_is_told_the_day(bed):
    assert "11月24日" in check_in(bed, book(bed, minutes=24 * 60)).error.texts.zh


def test_whoever_comes_too_late_stands_like_anybody_else(bed):
    code = book(bed)
    bed.clock.advance(minutes=50)
    assert bed.ok("scan", code=code)["appointment"]["standing"] == "late"
    assert check_in(bed, code).data["ticket"]["class"] == "ordinary"


def test_a_hall_may_refuse_whoever_comes_too_late(tmp_path):
    hall = write_hall(tmp_path / "hall", rules='appointment = {late = "refuse"}\n')
    bed = Bed(hall, ledger_in(tmp_path), always_open=True).open()
    code = book(bed)
    bed.clock.advance(minutes=50)
    assert check_in(bed, code).error.code == "expired"
    bed.close()


def test_an_appointment_of_yesterday_is_over_and_counted_as_missed(bed):
    code = book(bed)
    bed.pass_time(days=1)
    assert check_in(bed, code).error.code in ("expired", "wrong-state")
    assert bed.rows("SELECT state FROM appointments") == [("no-show",)]


def test_a_cancelled_appointment_gets_no_ticket(bed):
    code = book(bed)
    with bed.database.writer.begin() as connection:
        assert appointments.cancel(connection, scanned_code.read(code).value)
        assert not appointments.cancel(connection, scanned_code.read(code).value)
    assert check_in(bed, code).error.code == "wrong-state"


def test_an_appointment_for_another_queue_is_refused(bed):
    assert bed.refused("issue-ticket", queue="tax", channel="web", appointment=book(bed)) == "bad-request"


def test_a_forged_or_foreign_appointment_code_is_refused(bed):
    code = book(bed)
    forged = code[:-1] + ("A" if code[-1] != "A" else "B")
    foreign = code.replace("testhall", "otherhall")
    assert check_in(bed, forged).error.code == "not-authorised"
    assert "本大厅" in check_in(bed, foreign).error.texts.zh
    assert bed.refused("scan", code=forged) == bed.refused("scan", code=foreign) == "not-authorised"
    assert bed.rows("SELECT COUNT(*) FROM tickets") == [(0,)]


def test_a_person_books_once_a_day_and_not_after_three_missed(bed):
    book(bed, person="p1")
    with pytest.raises(appointments.NotBooked, match="already"):
        book(bed, minutes=60, person="p1")
    for _ in range(3):
        bed.pass_time(days=1)
        book(bed, person="p2")
    bed.pass_time(days=1)
    with pytest.raises(appointments.NotBooked, match="missed 3"):
        book(bed, person="p2")


# --- service codes ---


def test_a_service_code_shows_what_is_its_holders_and_who_it_is_only_masked(bed):
    book(bed, person="620524199001010011")
    with bed.database.writer.begin() as connection:
        found = cases_of(
            b'[{"number":"WS-1","item":"x","state":"examining","department":"d","applicant":"\xe5\xbc\xa0\xe4\xb8\x89",'
            b'"person":"620524199001010011","received_on":"2026-11-20"}]'
        )
        cases.put(connection, bed.ledger.signer, found, bed.clock.now)
    told = bed.ok("scan", code=service_code(bed))
    assert told["holder"]["name"] == "张*" and told["holder"]["kind"] == "person"
    assert [a["standing"] for a in told["appointments"]] == ["due"]
    assert [c["number"] for c in told["cases"]] == ["WS-1"]
    kept = (
        str(bed.rows("SELECT answer FROM requests"))
        + str(bed.rows("SELECT * FROM appointments"))
        + str(bed.rows("SELECT * FROM cases"))
    )
    assert "620524199001010011" not in str(told) + kept and "张三" not in kept


def test_an_enterprise_is_called_by_its_whole_name(bed):
    told = bed.ok("scan", code=service_code(bed, "91620524MA0000000X", kind="enterprise", name="武山示例商贸有限公司"))
    assert told["holder"] == {"kind": "enterprise", "name": "武山示例商贸有限公司", "key": told["holder"]["key"]}


def test_a_service_code_is_good_for_one_use_but_a_retry_gets_the_same_answer(bed):
    code = service_code(bed)
    first = bed.ask("scan", request_id="11111111-1111-4111-8111-111111111111", code=code)
    again = bed.ask("scan", request_id="11111111-1111-4111-8111-111111111111", code=code)
    assert first == again and first.status == "ok"
    replayed = bed.ask("scan", code=code)
    assert replayed.error.code == "expired" and "用过" in replayed.error.texts.zh


def test_a_replay_after_a_restart_is_refused_too(bed):
    code = service_code(bed)
    bed.ok("scan", code=code)
    assert bed.again().refused("scan", code=code) == "expired"


def test_an_expired_forged_or_foreign_service_code_is_refused_each_in_its_own_words(bed):
    old = service_code(bed)
    bed.clock.advance(minutes=6)
    stranger = Ed25519PrivateKey.generate()
    said = {}
    for name, code in (
        ("expired", old),
        ("forged", service_code(bed, key=stranger)),
        ("foreign", service_code(bed, issuer="elsewhere")),
        ("endless", service_code(bed, minutes=60 * 48)),
    ):
        answer = bed.ask("scan", code=code)
        assert answer.status == "error" and answer.data is None
        said[name] = answer.error.texts.zh
    assert len(set(said.values())) == 3 and said["expired"] == said["endless"]


def test_a_code_from_the_future_is_not_believed_beyond_a_minute_of_clock_difference():
    verifier = SignedCodes(ISSUER, KEY.public_key(), ("person",))

    def made(seconds):
        now = MONDAY_MORNING + timedelta(seconds=seconds)
        return verifier.verify(signed(KEY, issuer=ISSUER, kind="person", holder="x", name="x", now=now), MONDAY_MORNING)

    assert isinstance(made(50), Holder) and made(120) == Refusal("expired")


def test_a_kind_that_the_hall_does_not_take_is_foreign():
    verifier = SignedCodes(ISSUER, KEY.public_key(), ("person",))
    code = signed(KEY, issuer=ISSUER, kind="enterprise", holder="x", name="x", now=MONDAY_MORNING)
    assert verifier.verify(code, MONDAY_MORNING) == Refusal("foreign")


def test_no_changed_character_of_a_signed_code_is_believed():
    verifier = SignedCodes(ISSUER, KEY.public_key(), ("person",))
    code = signed(KEY, issuer=ISSUER, kind="person", holder="x", name="x", now=MONDAY_MORNING)
    assert isinstance(verifier.verify(code, MONDAY_MORNING), Holder)
    for place in range(4, len(code)):
        for other in set("ABQ-_.=0") - {code[place]}:
            assert isinstance(verifier.verify(code[:place] + other + code[place + 1 :], MONDAY_MORNING), Refusal)


@given(st.text(max_size=200).map(lambda text: "JHP." + text))
@settings(max_examples=150, deadline=None)
def test_verifying_never_fails(text):
    verifier = SignedCodes(ISSUER, KEY.public_key(), ("person",))
    verifier.recognises(text)
    assert isinstance(verifier.verify(text, MONDAY_MORNING), Refusal)


@pytest.mark.parametrize("content", [None, b"no key", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_a_key_that_cannot_be_read_is_named_with_file_key_and_remedy(tmp_path, content):
    hall = hall_with_verifier(tmp_path)
    (hall / "platform.pem").unlink()
    if content is not None:
        (hall / "platform.pem").write_bytes(content)
    with pytest.raises(BadHall, match=r"hall\.toml: \[\[verifier\]\] province: public_key: .*platform\.pem"):
        opened(hall, load(hall).verifier)


def test_codes_of_two_halls_with_two_keys_are_not_taken_for_each_other():
    ours, theirs = Signer(b"a" * 32), Signer(b"b" * 32)
    assert code_of(ours, "case", "h", "WS-1") != code_of(theirs, "case", "h", "WS-1")
    assert code_of(ours, "case", "h", "x").split(".")[3] != code_of(ours, "appointment", "h", "x").split(".")[3]


def test_a_code_made_by_command_is_believed_with_the_key_made_by_command(bed, tmp_path, capsys):
    key = tmp_path / "platform"
    assert main(["key", str(key)]) == 0 and key.stat().st_mode & 0o077 == 0
    assert main(["key", str(key)]) == 1
    assert main(["sign", "--key", str(key), "--issuer", ISSUER, "--holder", "x", "--name", "李四"]) == 0
    code = capsys.readouterr().out.strip()
    (tmp_path / "hall" / "platform.pem").write_bytes((tmp_path / "platform.pub").read_bytes())
    verifier = opened(tmp_path / "hall", bed.hall.config.verifier)[0]
    holder = verifier.verify(code, datetime.now(UTC))
    assert isinstance(holder, Holder) and holder.name == "李四"


def test_a_code_written_as_a_picture_is_read_by_the_camera_that_sees_it(tmp_path):
    text = "JHP." + "x" * 300
    show(text, tmp_path / "lens" / "code.png")
    assert [path.name for path in (tmp_path / "lens").iterdir()] == ["code.png"]
    [code] = CodeReader().read(cv2.imread(str(tmp_path / "lens" / "code.png")))
    assert code.text == text
    with pytest.raises(ValueError, match=r"\.png"):
        show(text, tmp_path / "code.gif")


def test_the_example_platform_is_believed_only_where_its_key_was_made(bed, tmp_path):
    verifier = example(tmp_path)
    code = signed(key_files.read(tmp_path / ISSUER), issuer=ISSUER, kind="person", holder="x", name="李四", now=MONDAY_MORNING)
    assert isinstance(verifier.verify(code, MONDAY_MORNING), Holder)
    assert isinstance(example(tmp_path).verify(code, MONDAY_MORNING), Holder), "the key is made once"
    (tmp_path / "other").mkdir()
    assert example(tmp_path / "other").verify(code, MONDAY_MORNING) == Refusal("forged")
