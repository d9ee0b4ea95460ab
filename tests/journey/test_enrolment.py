"""From a one-time token to a ticket over TLS, a renewed certificate, and a terminal that is shut out."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.wire.topics import Topics
from link import BadBroker, Broker, Link
from link.credentials import read, ssl_context, why_refused
from link.enrol import NotEnrolled, enrol, main, renew
from queue_server.enrolment import authority, command
from queue_server.enrolment.broker import client_credentials
from tests.faces import Face
from tests.ports import free_port
from tests.programs import PATIENCE_S, RunningServer, ok, wait_for_port, wait_until
from tests.secure_hall import SecureHall


@pytest.fixture(scope="module")
def web(secure_hall: SecureHall) -> Iterator[str]:
    """The address of the web pages of a real queue server that is on the broker with its own certificate."""
    port = free_port()
    more = ("--credentials", str(secure_hall.state / "credentials"), "--web", f"127.0.0.1:{port}")
    server = RunningServer(secure_hall.hall, secure_hall.state, secure_hall.address, *more)
    server.open()
    wait_for_port(port)
    yield f"http://127.0.0.1:{port}"
    server.close()


def new_token(hall: SecureHall, terminal: str, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """What `jiaohao-server enrol new` prints."""
    words = ["new", "--hall", str(hall.hall), "--state", str(hall.state), "--terminal", terminal, *more]
    assert command.enrol(words) == 0
    said = capsys.readouterr().out
    found = re.search(r"^token    ((?:\w{4}-){4}\w{4})$", said, re.MULTILINE)
    assert found and "█" in said, said
    return found[1]


def connected(hall: SecureHall, folder: Path) -> Link:
    broker = Broker.parse(hall.address, credentials=folder)
    link = Link(broker=broker, topics=Topics("testhall"), client_id="anything")
    link.open()
    assert link.connected.wait(PATIENCE_S)
    return link


def test_a_terminal_enrols_with_a_token_and_issues_a_ticket(
    secure_hall: SecureHall, web: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = new_token(secure_hall, "kiosk-1", capsys, "--role", "hall")
    assert main(["--url", web, "--credentials", str(tmp_path), "--terminal", "kiosk-1", "--token", token.lower()]) == 0
    assert "kiosk-1 is enrolled until" in capsys.readouterr().out
    assert (tmp_path / "client.key").stat().st_mode & 0o007 == 0
    link = connected(secure_hall, tmp_path)
    try:
        answer = ok(link, "issue-ticket", queue="household", channel="web")
        assert answer["ticket"]["number"].startswith("A")  # type: ignore[index]
    finally:
        link.close()


def test_the_device_agent_and_a_screen_work_with_nothing_but_their_rights(
    secure_hall: SecureHall, web: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def as_itself(terminal: str) -> tuple[str, ...]:
        enrol(web, new_token(secure_hall, terminal, capsys), terminal, tmp_path / terminal)
        where = ("--hall", str(secure_hall.hall), "--broker", secure_hall.address)
        return (*where, "--credentials", str(tmp_path / terminal), "--terminal", terminal)

    command_line = [sys.executable, "-m", "drivers.main", "run", *as_itself("devices-1"), "--out", str(tmp_path / "out")]
    screen = Face("screen", (640, 360), tmp_path, *as_itself("screen-1"))
    agent = subprocess.Popen(command_line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        screen.open()

        def measured() -> str:
            with urllib.request.urlopen(f"{web}/metrics") as answer:
                return str(answer.read().decode())

        for line in ('terminal_ready{terminal="devices-1"} 1.0', 'terminal_ready{terminal="screen-1"} 1.0'):
            wait_until(lambda line=line: line in measured())

        def shown() -> bool:
            with urllib.request.urlopen(f"{web}/wall/board-1.png") as answer:
                return answer.headers["X-Display-State"] == "ok"

        wait_until(shown)
    finally:
        screen.close()
        agent.terminate()
        agent.wait(PATIENCE_S)


def test_the_crowd_plays_with_a_certificate_of_its_own(secure_hall: SecureHall, web: str) -> None:
    command = [
        sys.executable,
        "-m",
        "queue_server.main",
        "crowd",
        "--hall",
        str(secure_hall.hall),
        "--broker",
        secure_hall.address,
        "--credentials",
        str(secure_hall.credentials("crowd-1")),
        "--citizens-per-hour",
        "3600",
        "--speed",
        "20",
    ]
    link = connected(secure_hall, secure_hall.credentials("screen-1"))
    called = threading.Event()
    link.subscribe(link.topics.root + "window/+/state", lambda _t, payload, _r: b'"serving"' in payload and called.set())
    crowd = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert called.wait(PATIENCE_S), "nobody was called and served"
    finally:
        crowd.send_signal(signal.SIGTERM)
        assert crowd.wait(PATIENCE_S) == 0
        link.close()


def test_a_kiosk_and_an_agent_on_one_machine_renew_both_certificates(
    secure_hall: SecureHall, web: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enrol(web, new_token(secure_hall, "kiosk-1", capsys), "kiosk-1", tmp_path)
    enrol(web, new_token(secure_hall, "devices-1", capsys), "devices-1", tmp_path / "devices")
    before = [(folder / "client.crt").read_bytes() for folder in (tmp_path, tmp_path / "devices")]
    assert main(["--renew", "--now", "--url", web, "--credentials", str(tmp_path)]) == 0
    assert [line.rpartition(": ")[2] for line in capsys.readouterr().out.splitlines()] == ["renewed", "renewed"]
    assert all((folder / "client.crt").read_bytes() not in before for folder in (tmp_path, tmp_path / "devices"))
    links = [connected(secure_hall, folder) for folder in (tmp_path, tmp_path / "devices")]
    assert all(link.connected.is_set() for link in links)
    for link in links:
        link.close()


def test_a_renewed_terminal_works_on_when_its_old_certificate_ends_and_an_ended_one_is_not_renewed(
    secure_hall: SecureHall, web: str, tmp_path: Path
) -> None:
    folder, left = tmp_path / "renewed", tmp_path / "left"
    for place in (folder, left):
        made = client_credentials(place, secure_hall.authority, "devices-2", datetime.now(UTC), timedelta(seconds=15))
        secure_hall.register.remember("devices-2", made)
        (place / "ca.crt").write_text(secure_hall.authority.pem)
    assert renew(web, folder, datetime.now(UTC))
    end = read(left).not_after
    wait_until(lambda: datetime.now(UTC) > end)
    link = connected(secure_hall, folder)
    link.close()
    with pytest.raises(NotEnrolled, match="has ended; enrol it with a new token"):
        renew(web, left, datetime.now(UTC))
    assert "has ended" in why_refused("127.0.0.1", secure_hall.port, ssl_context(*_files(left)), timeout_s=60)


def test_a_token_works_once_but_a_lost_answer_does_no_harm(
    secure_hall: SecureHall, web: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = new_token(secure_hall, "kiosk-2", capsys)
    first = tmp_path / "first"
    enrol(web, token, "kiosk-2", first)
    (first / "client.key").rename(first / "client.key.new")  # as if the answer had been lost on its way
    before = (first / "client.crt").read_text()
    enrol(web, token, "kiosk-2", first)
    assert (first / "client.crt").read_text() == before
    with pytest.raises(NotEnrolled, match="used already"):
        enrol(web, token, "kiosk-2", tmp_path / "second")
    assert not (tmp_path / "second" / "client.crt").exists()


def test_a_token_is_used_once_by_however_many_terminals_at_the_same_instant(
    secure_hall: SecureHall, web: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = new_token(secure_hall, "kiosk-2", capsys)
    refused: list[str] = []

    def try_it(number: int) -> None:
        try:
            enrol(web, token, "kiosk-2", tmp_path / str(number))
        except NotEnrolled as error:
            refused.append(str(error))

    threads = [threading.Thread(target=try_it, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 5 and all("used already" in text for text in refused)


def test_wrong_old_and_foreign_tokens_are_refused_in_words(
    secure_hall: SecureHall, web: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = new_token(secure_hall, "kiosk-1", capsys)
    last = "0" if token[-1] != "0" else "1"
    with pytest.raises(NotEnrolled, match="token is wrong"):
        enrol(web, token[:-1] + last, "kiosk-1", tmp_path)
    with pytest.raises(NotEnrolled, match="token is wrong"):
        enrol(web, "0000-1111-2222-3333-4444", "kiosk-1", tmp_path)
    with pytest.raises(NotEnrolled, match="five groups of four"):
        enrol(web, "1234", "kiosk-1", tmp_path)
    old = new_token(secure_hall, "kiosk-1", capsys, "--hours", "0")
    with pytest.raises(NotEnrolled, match="time is over"):
        enrol(web, old, "kiosk-1", tmp_path)
    with pytest.raises(NotEnrolled, match="cannot be reached"):
        enrol(f"http://127.0.0.1:{free_port()}", token, "kiosk-1", tmp_path)
    with pytest.raises(NotEnrolled, match="no web address"):
        enrol("127.0.0.1:80", token, "kiosk-1", tmp_path)
    with pytest.raises(NotEnrolled, match="for kiosk-1, not for kiosk-2"):
        enrol(web, token, "kiosk-2", tmp_path)
    assert not (tmp_path / "client.crt").exists()


def test_a_token_for_an_unknown_terminal_or_another_role_is_not_made(
    secure_hall: SecureHall, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["new", "--hall", str(secure_hall.hall), "--state", str(secure_hall.state)]
    assert command.enrol([*words, "--terminal", "kiosk-9"]) == 1
    assert "known there: kiosk-1" in capsys.readouterr().err
    assert command.enrol([*words, "--terminal", "kiosk-1", "--role", "rating"]) == 1
    assert "has the role hall, not rating" in capsys.readouterr().err


def test_a_clock_that_is_wrong_by_years_is_named_and_the_token_is_not_lost(
    secure_hall: SecureHall, web: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = new_token(secure_hall, "screen-1", capsys)
    with pytest.raises(NotEnrolled, match=r"clock says 1970-01-01 .*timedatectl set-time"):
        enrol(web, token, "screen-1", tmp_path, clock=lambda: datetime(1970, 1, 1, tzinfo=UTC))
    enrol(web, token, "screen-1", tmp_path)
    shown = read(tmp_path)
    assert "set the clock" in (shown.trouble(datetime(1970, 1, 1, tzinfo=UTC)) or "")
    assert "ended on" in (shown.trouble(datetime(2099, 1, 1, tzinfo=UTC)) or "")
    assert shown.trouble(datetime.now(UTC)) is None


def test_a_certificate_is_renewed_before_it_ends_without_a_token(
    secure_hall: SecureHall, web: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enrol(web, new_token(secure_hall, "rater-01", capsys), "rater-01", tmp_path)
    shown = read(tmp_path)
    assert not renew(web, tmp_path, datetime.now(UTC))
    assert renew(web, tmp_path, shown.not_after - timedelta(days=100))
    renewed = read(tmp_path)
    assert renewed.name == "rater-01" and renewed.not_after >= shown.not_after
    link = connected(secure_hall, tmp_path)
    link.close()
    stolen = tmp_path / "stolen"
    client_credentials(stolen, secure_hall.authority, "rater-01", datetime.now(UTC), timedelta(days=1))  # never in the register
    with pytest.raises(NotEnrolled, match="does not know this terminal"):
        renew(web, stolen, datetime.now(UTC), at_once=True)


def test_a_revoked_terminal_is_cut_off_at_once_and_does_not_come_back(
    secure_hall: SecureHall, web: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone, stays = tmp_path / "gone", tmp_path / "stays"
    enrol(web, new_token(secure_hall, "rater-02", capsys), "rater-02", gone)
    enrol(web, new_token(secure_hall, "devices-2", capsys), "devices-2", stays)
    waiting = new_token(secure_hall, "rater-02", capsys)
    out, other = connected(secure_hall, gone), connected(secure_hall, stays)
    lost = threading.Event()
    out.on_change(lambda up: None if up else lost.set())
    kept = threading.Event()
    other.on_change(lambda up: None if up else kept.set())
    try:
        words = ["revoke", "--terminal", "rater-02", "--state", str(secure_hall.state), "--port", str(secure_hall.port)]
        assert command.enrol(words) == 0, capsys.readouterr().err
        assert "1 certificates revoked" in capsys.readouterr().out
        assert lost.wait(PATIENCE_S)
        broker = Broker.parse(secure_hall.address, credentials=gone)
        context = ssl_context(gone / "ca.crt", gone / "client.crt", gone / "client.key")
        assert "revoked" in why_refused(broker.host, broker.port, context, timeout_s=60)
        assert not out.connected.is_set() and other.connected.is_set() and not kept.is_set()
    finally:
        out.close()
        other.close()
    with pytest.raises(NotEnrolled, match="revoked"):
        renew(web, gone, datetime.now(UTC), at_once=True)
    with pytest.raises(NotEnrolled, match="time is over"):
        enrol(web, waiting, "rater-02", tmp_path / "again")
    assert command.enrol(["list", "--state", str(secure_hall.state)]) == 0
    assert re.search(r"rater-02 +revoked", capsys.readouterr().out)


def test_foreign_expired_and_early_certificates_are_refused_with_the_reason(secure_hall: SecureHall, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    foreign = authority.make(tmp_path / "foreign", "otherhall", now)

    def reason(folder: Path, timeout_s: float = 60) -> str:
        context = ssl_context(folder / "ca.crt", folder / "client.crt", folder / "client.key")
        return why_refused("127.0.0.1", secure_hall.port, context, timeout_s=timeout_s)

    assert "from another hall" in reason(secure_hall.credentials("kiosk-1", signs=foreign))
    assert "has ended" in reason(secure_hall.credentials("kiosk-1", at=now - timedelta(days=30)))
    early = reason(secure_hall.credentials("kiosk-1", at=now + timedelta(days=3650)))
    assert "refuses this terminal's certificate" in early
    misled = secure_hall.credentials("kiosk-2")
    (misled / "ca.crt").write_text(foreign.pem)
    assert "belongs to another hall" in reason(misled)
    assert "nobody answers" in why_refused("127.0.0.1", free_port(), ssl_context(*_files(secure_hall.credentials("kiosk-1"))))
    assert "takes the certificate" in reason(secure_hall.credentials("kiosk-1"), 3)


def test_programs_say_which_credentials_are_missing_or_do_not_fit(secure_hall: SecureHall, tmp_path: Path) -> None:
    with pytest.raises(BadBroker, match=r"ca\.crt is missing; enrol this terminal"):
        Broker.parse(secure_hall.address, credentials=tmp_path)
    first, second = secure_hall.credentials("kiosk-1"), secure_hall.credentials("kiosk-2")
    (first / "client.key").write_bytes((second / "client.key").read_bytes())
    with pytest.raises(BadBroker, match="do not belong together"):
        Broker.parse(secure_hall.address, credentials=first)
    (first / "client.crt").write_text("rubbish")
    with pytest.raises(BadBroker, match="cannot be read"):
        Broker.parse(secure_hall.address, credentials=first)


def test_configuring_the_broker_again_keeps_keys_and_revocations(secure_hall: SecureHall) -> None:
    folder = secure_hall.state / "broker"
    kept = {
        path: path.read_bytes() for path in (secure_hall.state / "ca" / "ca.crt", folder / "server.crt", folder / "server.key")
    }
    own = (secure_hall.state / "credentials" / "client.crt").read_bytes()
    secure_hall.configure()
    assert all(path.read_bytes() == content for path, content in kept.items())
    assert (secure_hall.state / "credentials" / "client.crt").read_bytes() == own
    secure_hall.configure("--host", "10.1.2.3")
    assert (folder / "server.crt").read_bytes() != kept[folder / "server.crt"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_what_root_makes_belongs_to_the_user_of_the_server(tmp_path: Path, secure_hall: SecureHall) -> None:
    state = tmp_path / "state"
    state.mkdir()
    os.chown(state, 65534, 65534)
    words = ["--hall", str(secure_hall.hall), "--state", str(state), "--out", str(tmp_path / "broker"), "--group", "nogroup"]
    assert command.broker_config(words) == 0
    assert {path.stat().st_uid for path in state.rglob("*")} == {65534}
    assert (state / "ledger.sqlite").exists() and (state / "ca" / "ca.key").stat().st_mode & 0o777 == 0o600
    made = [path for path in (tmp_path / "broker").rglob("*") if path.is_file()]
    assert len(made) == 6 and all(path.stat().st_mode & 0o777 == 0o640 and path.group() == "nogroup" for path in made)
    revoked = (tmp_path / "broker" / "revoked").stat()
    assert (revoked.st_uid, revoked.st_mode & 0o7777) == (65534, 0o2750), "the server's user may put the list there"
    assert (tmp_path / "broker").stat().st_mode & 0o7777 == 0o2771, "and passes through, without reading anything else"


def _files(folder: Path) -> tuple[Path, Path, Path]:
    return folder / "ca.crt", folder / "client.crt", folder / "client.key"
