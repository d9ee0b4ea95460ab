"""A terminal's status: what it reports, when, and in which order."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contract.version import version
from contract.wire import codec
from contract.wire.messages import DeviceStatus, LeaseStatus, TerminalStatus
from link import Broker
from link.terminal import TerminalPresence

OK, LOW = (DeviceStatus("printer-1", "printer", state) for state in ("ok", "paper-low"))


class Broken:
    """Takes the place of paho: keeps what is published. `meanwhile` happens in another thread at the first message."""

    def __init__(self) -> None:
        self.published: list[TerminalStatus] = []
        self.meanwhile: threading.Thread | None = None

    def publish(self, _topic: str, payload: bytes, **_options: Any) -> SimpleNamespace:
        if self.meanwhile is not None and not self.meanwhile.is_alive() and not self.published:
            self.meanwhile.start()
            self.meanwhile.join(0.2)  # it ends at once, unless it has to wait for its turn
        self.published.append(codec.decode(payload, TerminalStatus))
        return SimpleNamespace(wait_for_publish=lambda _timeout: None)

    def __getattr__(self, _name: str) -> Any:
        return lambda *_arguments, **_options: None


@pytest.fixture
def paho(monkeypatch: pytest.MonkeyPatch) -> Broken:
    """Takes the place of paho in every link that is made."""
    paho = Broken()
    monkeypatch.setattr("link.connection.client", lambda _broker, _client_id: paho)
    return paho


@pytest.fixture
def kiosk(paho: Broken) -> TerminalPresence:
    return TerminalPresence(broker=Broker.parse("127.0.0.1:1883"), hall="wushan", terminal="kiosk-1", role="hall")


def test_a_status_names_session_role_and_version_and_goes_out_when_something_has_changed(
    kiosk: TerminalPresence, paho: Broken
) -> None:
    kiosk.report([OK])
    assert paho.published == [], "nobody knows of the terminal before it opens"
    kiosk.open()
    try:
        lease = LeaseStatus({"registry": 3}, 30, 0)
        for devices, left in (([OK], None), ([LOW], None), ([LOW], lease), ([LOW], lease)):
            kiosk.report(devices, left)
        assert [(one.devices, one.lease) for one in paho.published] == [([LOW], None), ([LOW], lease)]
        status = paho.published[0]
        assert (status.state, status.session, status.kind, status.version) == ("ready", kiosk.session, "hall", version())
        assert status.machine is not None
    finally:
        kiosk.close()


def test_a_state_that_is_reported_while_another_goes_out_follows_it(kiosk: TerminalPresence, paho: Broken) -> None:
    kiosk.open()
    try:
        paho.meanwhile = threading.Thread(target=kiosk.report, args=([LOW],))
        kiosk.report([OK])
        paho.meanwhile.join(60)
        assert [one.devices for one in paho.published] == [[OK], [LOW]]
    finally:
        kiosk.close()


def test_a_disk_that_takes_nothing_is_in_the_status_until_it_does(
    paho: Broken, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broker = Broker.parse("127.0.0.1:1883")
    kiosk = TerminalPresence(broker=broker, hall="wushan", terminal="kiosk-1", role="hall", state=tmp_path)
    kiosk.open()
    try:
        for state in (True, False):
            monkeypatch.setattr("link.terminal.is_read_only", lambda _folder, state=state: state)
            kiosk.refresh()
        read_only, well = (status.devices for status in paho.published[-2:])
        assert [(one.id, one.kind, one.state) for one in read_only] == [("disk", "program", "read-only")]
        assert well == []
    finally:
        kiosk.close()
