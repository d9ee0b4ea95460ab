"""A terminal updates itself: what comes over a bad network, what the installer says, and what runs after the restart."""

from __future__ import annotations

import hashlib
import json
import random
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from contract.backoff import Backoff
from contract.wire.messages import Update, UpdateStatus
from link.fetch import BadFetch, fetch
from link.https_opener import opener
from link.update import Updater, UpdateRefused
from tests.programs import wait_until

BUNDLE = random.Random(7).randbytes(700_000)
QUICK = Backoff(0.01, 0.01)


class Shelf:
    """Serves BUNDLE. `cut_after` ends the first so many answers in the middle; `content` may be something else."""

    def __init__(self) -> None:
        self.content, self.cuts, self.asked = BUNDLE, 0, list[str]()
        self.held = threading.Event()
        self.held.set()
        shelf = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                shelf.asked.append(self.headers.get("Range", ""))
                start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
                piece = shelf.content[start:]
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(piece)))
                self.end_headers()
                shelf.held.wait(60)
                if len(shelf.asked) <= shelf.cuts:
                    piece = piece[: len(piece) // 2]
                self.wfile.write(piece)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/bundle"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.held.set()
        self._server.shutdown()
        self._server.server_close()

    def update(self, version: str = "2026.11.23") -> Update:
        return Update(self.url, hashlib.sha256(BUNDLE).hexdigest(), len(BUNDLE), version)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()
    yield shelf
    shelf.close()


def get(shelf: Shelf, folder: Path, **more: Any) -> bool:
    more = {"progress": lambda _percent: None, "ended": threading.Event(), "backoff": QUICK, "spare": 0} | more
    return fetch(shelf.update(), folder / "bundle.raucb", opener(), **more)


class Machine:
    """One terminal's folder; `installer` plays root's services."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "update"
        self.folder.mkdir()

    def updater(self, told: list[UpdateStatus | None], **more: Any) -> Updater:
        updater = Updater(self.folder, "kiosk-1", lambda: told.append(updater.status), **more)
        return updater

    def installer(self, state: str, detail: str = "") -> None:
        new = self.folder / ".result"
        new.write_text(json.dumps({"state": state, "detail": detail, "version": "2026.11.22", "at": "2026-11-22T01:00:00Z"}))
        new.replace(self.folder / "result.json")

    def requested(self) -> dict[str, str]:
        wait_until(lambda: (self.folder / "request.json").exists())
        request: dict[str, str] = json.loads((self.folder / "request.json").read_text())
        return request


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def state(updater: Updater) -> str:
    return updater.status.state if updater.status is not None else ""


def test_a_bundle_that_is_cut_off_twice_goes_on_where_it_ended(shelf: Shelf, tmp_path: Path) -> None:
    shelf.cuts = 2
    percents: list[int] = []
    assert get(shelf, tmp_path, progress=percents.append)
    assert (tmp_path / "bundle.raucb").read_bytes() == BUNDLE
    assert shelf.asked == ["", "bytes=350000-", "bytes=525000-"]
    assert percents == sorted(percents) and percents[-1] == 100
    assert [path.name for path in tmp_path.iterdir()] == ["bundle.raucb"]


def test_a_bundle_that_is_not_what_was_announced_is_never_handed_over(shelf: Shelf, tmp_path: Path) -> None:
    shelf.content = BUNDLE[:-1] + b"!"
    with pytest.raises(BadFetch, match="not what was announced"):
        get(shelf, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_named_before_anything_is_fetched(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(BadFetch, match="too full"):
        get(shelf, tmp_path, spare=1 << 60)
    assert shelf.asked == []


def test_a_server_that_stays_away_is_given_up_in_the_end(shelf: Shelf, tmp_path: Path) -> None:
    shelf.close()
    with pytest.raises(BadFetch, match="check the network"):
        get(shelf, tmp_path)


def test_an_update_is_fetched_handed_over_and_done_after_the_restart(shelf: Shelf, machine: Machine) -> None:
    told: list[UpdateStatus | None] = []
    updater = machine.updater(told)
    updater.take("order-1", shelf.update())
    updater.take("order-1", shelf.update())  # the same order once more
    request = machine.requested()
    assert request["id"] == "order-1" and request["version"] == "2026.11.23"
    assert (machine.folder / request["file"]).read_bytes() == BUNDLE
    machine.installer("installing")
    machine.installer("restarting")
    wait_until(lambda: state(updater) == "restarting")
    updater.close()
    after = machine.updater(told)
    after.open()
    assert state(after) == "restarting"
    machine.installer("done")
    wait_until(lambda: after.status == UpdateStatus("order-1", "done", "2026.11.23"))
    assert not (machine.folder / "bundle.raucb").exists() and not (machine.folder / "request.json").exists()
    assert next(status.state for status in told if status and status.percent == 0) == "downloading"
    after.close()
    later = machine.updater([])
    later.open()
    assert state(later) == "done"  # it stays until the next order


def test_a_system_that_does_not_start_is_told_as_a_failure(shelf: Shelf, machine: Machine) -> None:
    updater = machine.updater([])
    updater.take("order-1", shelf.update())
    machine.requested()
    machine.installer("restarting")
    wait_until(lambda: state(updater) == "restarting")
    updater.close()
    machine.installer("failed", "the new system did not reach its screen; the machine went back to 2026.11.22")
    after = machine.updater([])
    after.open()
    wait_until(lambda: after.status == UpdateStatus("order-1", "failed", "2026.11.23", detail="went-back"))


def test_what_the_installer_refuses_is_told_in_its_words_and_the_next_order_may_come(shelf: Shelf, machine: Machine) -> None:
    updater = machine.updater([])
    updater.take("order-1", shelf.update())
    machine.requested()
    machine.installer("failed", "signature verification failed")
    wait_until(lambda: state(updater) == "failed")
    assert updater.status is not None and updater.status.detail == "signature verification failed"
    updater.take("order-2", shelf.update("2026.11.24"))
    wait_until(lambda: (machine.folder / "request.json").exists() and machine.requested()["id"] == "order-2")
    assert not (machine.folder / "result.json").exists()
    updater.close()


def test_an_installer_that_says_nothing_is_not_waited_for_for_ever(shelf: Shelf, machine: Machine) -> None:
    updater = machine.updater([], install_s=0.6)
    updater.take("order-1", shelf.update())
    wait_until(lambda: state(updater) == "failed")
    assert updater.status is not None and updater.status.detail == "installer-silent"


def test_an_update_is_followed_on_after_a_power_cut_while_it_was_installed(shelf: Shelf, machine: Machine) -> None:
    updater = machine.updater([])
    updater.take("order-1", shelf.update())
    machine.requested()
    machine.installer("installing")
    updater.close()
    after = machine.updater([])
    after.open()
    assert state(after) == "installing" and machine.requested()["id"] == "order-1"  # systemd sees the request again
    machine.installer("restarting")
    wait_until(lambda: state(after) == "restarting")
    after.close()


def test_a_download_goes_on_when_the_program_starts_again(shelf: Shelf, machine: Machine) -> None:
    shelf.held.clear()
    updater = machine.updater([])
    updater.take("order-1", shelf.update())
    wait_until(lambda: len(shelf.asked) == 1)
    closing = threading.Thread(target=updater.close)
    closing.start()
    wait_until(lambda: updater.ended)
    shelf.held.set()
    closing.join(60)
    assert not (machine.folder / "request.json").exists()
    after = machine.updater([])
    after.open()
    assert machine.requested()["id"] == "order-1"
    assert (machine.folder / "bundle.raucb").read_bytes() == BUNDLE
    after.close()


def test_two_terminals_on_one_machine_do_not_update_it_at_once(shelf: Shelf, machine: Machine) -> None:
    updater = machine.updater([])
    updater.take("order-1", shelf.update())
    machine.requested()
    told: list[UpdateStatus | None] = []
    agent = Updater(machine.folder, "devices-1", lambda: told.append(agent.status))
    agent.open()
    assert agent.status is None
    with pytest.raises(UpdateRefused, match="kiosk-1 is still at the update"):
        agent.take("order-2", shelf.update())
    assert told[-1] is not None and told[-1].state == "failed" and told[-1].id == "order-2"
    updater.close()


def test_a_machine_without_an_installer_says_so(shelf: Shelf, tmp_path: Path) -> None:
    told: list[UpdateStatus | None] = []
    for folder, words in ((None, "--updates"), (tmp_path / "nowhere", "cannot be written")):
        updater = Updater(folder, "kiosk-1", lambda: told.append(None))
        updater.open()
        with pytest.raises(UpdateRefused, match=words):
            updater.take("order-1", shelf.update())
        assert updater.status is not None and updater.status.state == "failed"
    assert len(told) == 2
