"""Revocation that takes effect at once: the broker reads the new list, then whoever is connected in the name is cut off.

mosquitto checks the list only when a client connects. So after it has read it, a client with a fresh certificate of the same
name connects for a moment: the broker takes a name over by ending the older connection, and the revoked one does not get back.
"""

from __future__ import annotations

import os
import socket
import ssl
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import paho.mqtt.client as mqtt

from link.address import Broker
from link.connection import client
from link.credentials import ssl_context
from queue_server.enrolment.broker import REVOKED, ask_for_reload, client_credentials, reload, write_revoked
from queue_server.enrolment.register import Register

SHORT = timedelta(minutes=10)
PATIENCE_S = 30.0
"""For the broker to read the list; on a machine that does much else it takes a few seconds."""
LOOK_S = (0.4, 5.0)
"""How long a connection is watched for the broker's refusal, at first and at most: a slow broker refuses late."""


class NotInEffect(RuntimeError):
    """The certificates are revoked in the register, but the broker does not know it; the text says what to do.

    `reason`: the list could not be `unwritten`, the broker has `unread` it, is `away`, belongs to another hall (`foreign`), or
    does not let the name in with a fresh certificate (`refused`).
    """

    def __init__(self, reason: Literal["unwritten", "unread", "away", "foreign", "refused"], text: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True)
class BrokerHere:
    """The broker of this machine: its folder, and where it listens as host and port."""

    folder: Path
    address: tuple[str, int]


def broker_here(folder: Path, broker: Broker) -> BrokerHere | None:
    """The broker that the server is connected to, if this is its folder; None if it has no TLS or is on another machine."""
    here = broker.ca is not None and os.access(folder / REVOKED, os.W_OK | os.X_OK)
    return BrokerHere(folder, (broker.host, broker.port)) if here else None


def revoke(register: Register, broker: BrokerHere, terminals: Sequence[str], clock: Callable[[], datetime]) -> int:
    """Revoke every certificate of the terminals and end their connections; return how many certificates that were.

    Raise NotInEffect.
    """
    count = sum(register.revoke(terminal) for terminal in terminals)
    with tempfile.TemporaryDirectory() as temporary:
        probe, guest = Path(temporary, "probe"), Path(temporary, "guest")
        certificate = client_credentials(probe, register.authority, "revocation", clock(), SHORT)
        register.remember("revocation", certificate, revoked=True)
        _publish(register, broker.folder, clock())
        _wait_until_refused(probe, broker.address)
        for terminal in terminals:
            client_credentials(guest, register.authority, terminal, clock(), SHORT)
            _take_over(guest, broker.address)
    return count


def _publish(register: Register, folder: Path, now: datetime) -> None:
    """Let the broker read the list as the register has it now."""
    try:
        write_revoked(folder, register, now)
        if not reload(folder):
            ask_for_reload(folder)
    except OSError as error:
        raise NotInEffect(
            "unwritten",
            f"the list of revoked certificates in {folder / REVOKED} cannot be written ({error.strerror or error}); run "
            "`jiaohao-server broker-config` as root as before, then revoke again",
        ) from None


def _wait_until_refused(probe: Path, broker: tuple[str, int]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    context, look_s = _context(probe), LOOK_S[0]
    while not _refused(context, broker, look_s):
        if time.monotonic() > deadline:
            raise NotInEffect(
                "unread",
                "the broker has not read the list of revoked certificates; restart it (`systemctl restart jiaohao-broker` as "
                "root), then revoke again",
            )
        look_s = min(look_s * 1.5, LOOK_S[1])
        time.sleep(0.05)


def _refused(context: ssl.SSLContext, broker: tuple[str, int], look_s: float) -> bool:
    """Whether the broker turns away a client with these credentials within `look_s`."""
    try:
        with (
            socket.create_connection(broker, PATIENCE_S) as plain,
            context.wrap_socket(plain, server_hostname=broker[0]) as secure,
        ):
            secure.settimeout(look_s)
            secure.recv(1)
    except ssl.SSLCertVerificationError as error:
        text = f"the broker at {broker[0]}:{broker[1]} is not this hall's ({error.verify_message})"
        raise NotInEffect("foreign", text) from None
    except ssl.SSLError:
        return True
    except TimeoutError:
        return False
    except OSError as error:
        raise NotInEffect(
            "away",
            f"the broker at {broker[0]}:{broker[1]} cannot be reached ({error.strerror or error}); the certificates are "
            "refused as soon as it starts again",
        ) from None
    return False


def _take_over(guest: Path, broker: tuple[str, int]) -> None:
    """Connect in the name of the guest's certificate for a moment."""
    where = Broker(broker[0], broker[1], guest / "ca.crt", guest / "client.crt", guest / "client.key")
    paho = client(where, "")
    connected: list[bool] = []
    paho.on_connect = lambda *_: connected.append(True)
    refused = NotInEffect(
        "refused", "the broker refuses a fresh certificate of this hall; run `jiaohao-server broker-config` again"
    )
    try:
        paho.connect(where.host, where.port)
        deadline = time.monotonic() + PATIENCE_S
        while not connected:
            if paho.loop(0.2) is not mqtt.MQTT_ERR_SUCCESS or time.monotonic() > deadline:
                raise refused
        paho.disconnect()
    except OSError:
        raise refused from None


def _context(folder: Path) -> ssl.SSLContext:
    return ssl_context(folder / "ca.crt", folder / "client.crt", folder / "client.key")
