"""A day at a small hall, every verb asked and refused: what goes out and what is kept is, byte for byte, what was recorded.

The English sentences of refusals are left out: they may be worded better without a change of the contract.
`python -m tests.unit.queue_server.ledger.test_recorded_day` records anew, after a change of the contract that is wanted.
"""

from __future__ import annotations

import json
import re
import secrets
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contract.wire.requests import VERBS
from queue_server.appointments import booking as appointments
from queue_server.appointments.offer import Offer
from queue_server.appointments.repository import Booking
from queue_server.broker.publisher import Publisher
from queue_server.broker.retained import RetainedTopics
from queue_server.cases import repository as cases
from queue_server.codes.ed25519 import signed
from queue_server.codes.seal import code_of
from queue_server.codes.signer import Signer
from queue_server.codes.verifiers import opened
from queue_server.store.database import sqlite_url
from queue_server.technician_codes import repository as technician_codes
from tests.bed import Bed
from tests.facts import cases_of
from tests.small_hall import add_kiosk_device, write_hall

RECORDED = Path(__file__).with_name("recorded_day.txt")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VERIFIER = '\n[[verifier]]\nid = "province"\nissuer = "example-platform"\npublic_key = "platform.pem"\n'
CASE = {
    "number": "WS-20261120-1",
    "item": "食品经营许可",
    "state": "supplement",
    "department": "市场监管局",
    "applicant": "欧阳娜娜",
    "id_last_four": "001X",
    "person": "620524199001010011",
    "received_on": "2026-11-20",
    "promised_on": "2026-11-27",
    "handler": "工号0103",
    "contact": "0938-0000102",
    "missing": ["平面图", "健康证明"],
    "steps": [{"on": "2026-11-20", "text": "收件"}],
}
TECHNICIAN = "kiosk-1-0badcafe"
_SENTENCES = re.compile(r'"(message|hint|en)":"(?:[^"\\]|\\.)*"')

REQUESTS = "SELECT id, verb, answer FROM requests"


class Day:
    """The hall of one recorded day. `lines` is what went out, in order."""

    def __init__(self, folder: Path) -> None:
        hall = write_hall(folder / "hall")
        with (hall / "hall.toml").open("a", encoding="utf-8") as file:
            file.write(VERIFIER)
        add_kiosk_device(hall, "printer-1", kind="printer", model="escpos-80", address="emulator://escpos-80")
        public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (hall / "platform.pem").write_bytes(public)
        self.bed = Bed(hall, sqlite_url(folder)).open()
        self.bed.hall.verifiers = opened(hall, self.bed.hall.config.verifier)
        self.bed.ledger.signer = Signer(bytes(range(32)))
        self.lines: list[str] = []
        self.asked: list[str] = []
        clock = self.bed.clock
        self.publisher = Publisher(
            self.bed.ledger, RetainedTopics(), self._send, clock=lambda: clock.now, monotonic=lambda: clock.monotonic
        )
        self.publisher.everything()

    def _send(self, topic: str, payload: bytes, retain: bool, expiry_s: int | None) -> None:
        self.lines.append(f"{topic} {'retained' if retain else expiry_s} {payload.decode()}")

    def ask(self, verb: str, request_id: str = "", **body: Any) -> dict[str, Any]:
        """One request, its answer recorded, and what is published after it; the data of the answer."""
        self.asked.append(verb)
        body = {key.rstrip("_"): value for key, value in body.items()}
        request_id = request_id or str(uuid.uuid5(uuid.NAMESPACE_OID, f"{verb} {len(self.asked)}"))
        answer = self.bed.raw(verb, request_id, body)
        self.lines.append(f"> {verb} {answer.decode()}")
        self.publisher.publish(self.bed.changes)
        self.bed.clock.advance(seconds=1.25)
        self.publisher.pass_time()
        data: dict[str, Any] = json.loads(answer).get("data") or {}
        return data

    def pass_time(self, **duration: float) -> None:
        self.publisher.publish(self.bed.pass_time(**duration))
        self.publisher.pass_time()

    def close(self) -> None:
        """Record what the ledger holds."""
        for at, kind, actor, body in self.bed.rows("SELECT at, type, actor, body FROM events ORDER BY id"):
            self.lines.append(f"= {at} {kind} {actor} {body}")
        kept = {key.partition(" ")[2]: f"{verb} {bytes(answer).decode()}" for key, verb, answer in self.bed.rows(REQUESTS)}
        self.lines += [f"# {request_id} {kept[request_id]}" for request_id in sorted(kept)]
        self.bed.close()

    # --- made by others than the wire -----------------------------------------------------------------------------------

    def book(self, minutes: float, **more: Any) -> str:
        """An appointment so many minutes from now; its code."""
        bed, at = self.bed, self.bed.clock.now + timedelta(minutes=minutes)
        booking = Booking(
            **{"queue": "household", "starts_at": at, "ends_at": at + timedelta(minutes=30), "name": "张三"} | more
        )
        with bed.database.writer.begin() as connection:
            made = appointments.book(
                connection,
                bed.ledger.signer,
                [booking],
                offer=Offer.of(bed.hall.config),
                now=bed.clock.now,
            )
        return code_of(bed.ledger.signer, "appointment", "testhall", made[0].id)

    def technician_code(self) -> str:
        with self.bed.database.writer.begin() as connection:
            return technician_codes.new_code(connection, self.bed.ledger.signer, "kiosk-1", "technician", self.bed.clock.now)[0]

    def take_case(self) -> None:
        with self.bed.database.writer.begin() as connection:
            cases.put(connection, self.bed.ledger.signer, cases_of(json.dumps([CASE]).encode()), self.bed.clock.now)


def windows_and_tickets(day: Day) -> None:
    """Numbers, calls, services, moves."""
    for window, clerk in (("01", "0101"), ("02", "0102"), ("03", None)):
        day.ask("open-window", window=window, **({"clerk": clerk} if clerk else {}))
    day.ask("open-window", window="01", clerk="0102")
    day.ask("open-window", window="01", clerk="0103")
    day.ask("open-window", window="01", clerk="9999")
    first = day.ask("issue-ticket", queue="household", channel="kiosk", terminal="kiosk-1")["ticket"]
    day.ask("confirm-print", ticket=first["id"], result="printed")
    day.ask("confirm-print", ticket=first["id"], result="printed")
    second = day.ask("issue-ticket", queue="household", channel="kiosk", terminal="kiosk-1", item="11")["ticket"]
    day.ask("confirm-print", ticket=second["id"], result="failed", detail="cut")
    third = day.ask("issue-ticket", "the-same-id", queue="household", channel="web", class_="priority")["ticket"]
    day.ask("issue-ticket", "the-same-id", queue="household", channel="web", class_="priority")
    day.ask("call-next", "the-same-id", window="01")
    for queue in ("tax", "enterprise", "household", "household"):
        day.ask("issue-ticket", queue=queue, channel="phone", item="事项")
    day.ask("lookup", ticket="A001")
    day.ask("lookup", token=third["token"])
    day.ask("call-next", window="01")
    day.ask("call-next", window="02", queue="tax")
    day.ask("call-next", window="02", queue="tax")
    day.ask("recall", window="01")
    day.bed.clock.advance(seconds=5)
    for _ in range(5):
        day.ask("recall", window="01")
        day.bed.clock.advance(seconds=5)
    day.ask("start-service", window="01")
    day.ask("lookup", ticket=third["id"])
    day.ask("finish-service", window="01")
    day.ask("rate", service=f"{third['id']}-s1", level=1, channel="tablet")
    day.ask("rate", service=f"{third['id']}-s1", level=2, channel="tablet", reasons=["201"])
    day.ask("rate", service=f"{third['id']}-s1", level=2, channel="tablet", reasons=["5"])
    day.ask("rate", service=f"{third['id']}-s1", level=2, channel="tablet", unexplained=True)
    day.ask("rate", service=f"{third['id']}-s1", level=2, channel="tablet", text=" 等太久 ", reasons=["208"])
    day.ask("rate", token=third["token"], level=5, channel="qr")
    day.ask("lookup", token=third["token"])
    day.ask("no-show", window="02")
    day.ask("requeue", ticket=day.ask("lookup", ticket="B001")["ticket"]["id"], places=2)
    day.ask("call-ticket", window="03", ticket="B001", reason="老人")
    day.ask("hold", window="03")
    day.ask("resume", window="03")
    day.ask("start-service", window="03")
    day.ask("hold", window="03")
    day.ask("resume", window="03", ticket=day.ask("lookup", ticket="B001")["ticket"]["id"])
    day.ask("transfer", window="03", to_queue="household", return_=True)
    day.ask("transfer", window="03", to_queue="household")
    day.ask("transfer", ticket=first["id"], to_window="02")
    day.ask("call-next", window="02")
    day.ask("pause-window", window="02")
    day.ask("start-service", window="02")
    day.ask("finish-service", window="02")
    day.ask("reprint-ticket", ticket=day.ask("lookup", ticket="A005")["ticket"]["id"], terminal="devices-1")
    waiting = day.ask("lookup", ticket="A005")["ticket"]["id"]
    day.ask("reprint-ticket", ticket=waiting, terminal="kiosk-1")
    for result in ("printed", "failed", "unknown"):
        day.ask("confirm-reprint", ticket=waiting, terminal="kiosk-1", result=result, detail="" if result == "printed" else "x")
    day.ask("cancel-ticket", ticket=waiting, reason="走了")
    day.ask("cancel-ticket", token="261123a005-abcdefghijkl")
    day.ask("transfer", ticket=day.ask("issue-ticket", queue="tax", channel="desk")["ticket"]["id"], to_window="03")
    day.ask("pause-window", window="02", reason="午饭")
    day.ask("close-window", window="03", reason="下班")
    day.ask("call-next", window="04")
    day.ask("call-next", window="01")
    day.ask("call-next", window="02")


def offline_numbers(day: Day) -> None:
    leased = day.ask("lease-numbers", queue="enterprise", terminal="kiosk-1", count=5)["numbers"]
    day.ask("lease-numbers", queue="enterprise", terminal="devices-1", count=5)
    day.ask("lookup", token=leased[3]["token"])
    at = (day.bed.clock.now - timedelta(seconds=1)).isoformat()
    results = zip(leased, ("printed", "shown", "failed", "unsure"), strict=False)
    told = [{"ticket": one["ticket"], "issued_at": at, "result": result} for one, result in results]
    told.append({"ticket": "20261123-c999", "issued_at": at, "result": "printed", "class": "priority", "item": "x"})
    for _ in range(2):
        day.ask("merge-tickets", terminal="kiosk-1", tickets=told)


def codes(day: Day) -> None:
    """Everything that may be held under a scanner."""
    person = "620524199001010011"
    due, early = day.book(15, person=person, item="户口", reference="WX-1"), day.book(24 * 60, person=person)
    day.take_case()
    ticket = day.ask("issue-ticket", queue="household", channel="web")["ticket"]
    for code in (ticket["token"], "62052400MZ-JF-0004", due, early, "nonsense", "JHA.testhall.kkkk.abcdefghijkl"):
        day.ask("scan", code=code)
    checked_in = {"queue": "household", "channel": "kiosk", "terminal": "kiosk-1"}
    for code in (due, due, early):
        day.ask("issue-ticket", appointment=code, **checked_in)
    day.ask("scan", code=due)
    found = day.ask("find-case", number="WS-20261120-1", last_four="001X", terminal="kiosk-1")["case"]
    day.ask("scan", code=found["code"])
    for _ in range(6):
        day.ask("find-case", number="WS-20261120-1", last_four="0011", terminal="kiosk-1")
    for last_four in ("0011", "1100"):
        day.ask("find-appointment", number="wx-1", last_four=last_four, terminal="kiosk-1")
    service_code = signed(KEY, issuer="example-platform", kind="person", holder=person, name="张三", now=day.bed.clock.now)
    for _ in range(2):
        day.ask("scan", code=service_code)


def technician(day: Day) -> None:
    day.bed.actor = TECHNICIAN
    code = day.technician_code()
    day.ask("check-technician-code", code="00000000")
    day.ask("check-technician-code", code=code)
    day.ask("fetch-technician-secret")
    diary = str(uuid.UUID(int=7))
    acts = [
        {"number": 1, "at": "2026-11-23T09:00:00+08:00", "act": "entered-offline"},
        {"number": 2, "at": "2026-11-23T09:01:00.5Z", "act": "tested", "subject": "printer-1", "result": "ok"},
    ]
    for _ in range(2):
        day.ask("tell-technician-acts", diary=diary, acts=acts)
    day.bed.actor = "somebody"
    day.ask("fetch-technician-secret")


def refused(day: Day) -> None:
    """What programs get wrong, and hours at which no number is given."""
    day.ask("dance", window="01")
    day.ask("call-next", window=7)
    day.ask("call-next", window="77")
    day.ask("issue-ticket", queue="nowhere", channel="web")
    day.ask("issue-ticket", queue="tax", channel="web", item="x" * 201)
    day.ask("recall")
    day.ask("start-service", ticket="20261123-a999")
    day.pass_time(hours=3, minutes=30)
    day.ask("issue-ticket", queue="household", channel="web")


@contextmanager
def nothing_random() -> Iterator[None]:
    """What is otherwise chosen by chance counts up."""
    turns = count()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "choice", lambda letters: letters[next(turns) % len(letters)])
        patch.setattr(secrets, "randbelow", lambda _limit: 12345678)
        yield


def lived(folder: Path) -> list[str]:
    """What went out and what was kept on the recorded day."""
    with nothing_random():
        day = Day(folder)
        for part in (windows_and_tickets, offline_numbers, codes, technician, refused):
            part(day)
        day.pass_time(days=1, hours=1)
        day.ask("issue-ticket", queue="household", channel="web")
        day.close()
    assert VERBS.keys() <= set(day.asked)
    return [_SENTENCES.sub(r'"\1":"…"', line) if '"status":"error"' in line else line for line in day.lines]


def test_everything_sent_and_kept_is_byte_for_byte_as_recorded(tmp_path: Path) -> None:
    recorded = RECORDED.read_text(encoding="utf-8").splitlines()
    for line, now in zip(recorded, lived(tmp_path), strict=True):
        assert now == line


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        RECORDED.write_text("\n".join(lived(Path(scratch))) + "\n", encoding="utf-8")
