"""Enrols the terminal once, fetches the hall's configuration, starts the terminal's programs; the network may come later.

A terminal that is a member already starts its programs within seconds, whether cable and server are there or not.
"""

from __future__ import annotations

import logging
import queue
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from appliance.boot.place import UNITS, Place, named, without_token
from appliance.boot.serve import first_log_in, prepare
from appliance.terminal_file import TerminalFile
from appliance.trouble import ApplianceError
from contract.configuration.hall_files import BadHall
from contract.configuration.packing import Joiner, keep
from contract.wire import codec
from contract.wire.topics import Topics
from link import BadBroker, Broker, Link
from link.credentials import BadCredentials, read
from link.enrol import ClockWrong, NotEnrolled, enrol

LOG = logging.getLogger(__name__)
RETRY_S = 15.0
ANSWER_S = 6.0
"""How long a terminal with a configuration waits for a newer one before it starts: citizens wait for its screen meanwhile."""
FIRST_ANSWER_S = 40.0
"""The same without one, when there is nothing to start with."""
FIRST_LOOKS = 20
"""How often a server checks whether its screen must say how to log in for the first time."""


class NoConfiguration(RuntimeError):
    """The queue server did not give the hall's configuration; the text says what to do."""


TROUBLES = (NotEnrolled, BadBroker, BadHall, NoConfiguration, ApplianceError, OSError)


@dataclass(frozen=True)
class MachineControls:
    """What joining does to the machine: says something on its screen, sets its clock, starts units, waits."""

    say: Callable[[str, str, bool], None]
    set_clock: Callable[[datetime], None]
    start: Callable[[str], None]
    wait: Callable[[float], None] = time.sleep


def join(place: Place, machine: MachineControls) -> None:
    """Become a member of the hall, for as long as it takes, and start the programs.

    Raise ApplianceError for a disk without a name.
    """
    terminal, said = named(place), list[str]()
    machine.say(terminal.terminal, "", False)
    while True:
        try:
            if terminal.role == "server":
                said = prepare(place, terminal)
            else:
                terminal = _member(place, terminal, machine)
                fetch_configuration(place, terminal)
            break
        except TROUBLES as error:
            if _complete(place, terminal):
                LOG.warning("%s; going on with what was kept", error)
                break
            LOG.error("%s", error)
            machine.say(terminal.terminal, str(error), True)
            machine.wait(RETRY_S)
            terminal = named(place)
    for unit in UNITS[terminal.role]:
        machine.start(unit)
    if terminal.role == "server":
        _tell(place, terminal, machine, said)


def _tell(place: Place, terminal: TerminalFile, machine: MachineControls, said: list[str]) -> None:
    """Put onto the screen what was said, and the password of the first log-in once the server has made it. It goes into no
    log."""
    if said:
        machine.say(terminal.terminal, " ".join(said), False)
    for _ in range(FIRST_LOOKS):
        if text := first_log_in(place, terminal):
            machine.say(terminal.terminal, " ".join([*said, text]), False)
            return
        machine.wait(RETRY_S)


def _member(place: Place, terminal: TerminalFile, machine: MachineControls) -> TerminalFile:
    """The terminal with a certificate, if its broker asks for one, and without its token. Raise one of TROUBLES."""
    if not terminal.broker.startswith("mqtts://"):
        return terminal
    if _known_as(place.credentials) != terminal.terminal:
        if not terminal.token:
            raise ApplianceError(
                "this terminal has no certificate and no token; make one with: jiaohao-server enrol new, and put it on the disk"
                " with: jiaohao-tech name ... --token"
            )
        try:
            enrol(terminal.web, terminal.token, terminal.terminal, place.credentials)
        except ClockWrong as error:
            LOG.warning("%s: the clock is set to the server's", error)
            machine.set_clock(error.server)
            enrol(terminal.web, terminal.token, terminal.terminal, place.credentials)
        LOG.warning("%s is enrolled", terminal.terminal)
    let_groups_read(place.credentials)
    return without_token(place, terminal) if terminal.token else terminal


def fetch_configuration(place: Place, terminal: TerminalFile) -> None:
    """Bring the hall's configuration up to date. Raise NoConfiguration, BadBroker, BadHall, OSError."""
    received: queue.SimpleQueue[tuple[str, bytes]] = queue.SimpleQueue()
    broker = Broker.parse(terminal.broker, credentials=place.credentials)
    topics = Topics(terminal.hall)
    link = Link(broker=broker, topics=topics, client_id=terminal.terminal)
    for topic in (topics.configuration(), topics.root + "configuration/+"):
        link.subscribe(topic, lambda topic, payload, _retained: received.put((topic, payload)))
    link.open()
    joiner, whole = Joiner(), None
    try:
        while whole is None:
            topic, payload = received.get(timeout=ANSWER_S if _complete(place, terminal) else FIRST_ANSWER_S)
            whole = joiner.take(topics.relative(topic) or "", payload)
        if keep(whole, place.hall):
            LOG.warning("the hall's configuration is new")
    except queue.Empty:
        raise NoConfiguration(
            f"the queue server gives no configuration for hall {terminal.hall} over {broker}; is it running, is the hall's id"
            " right, and does it know this terminal (jiaohao-server broker-config after a change of devices.toml)?"
        ) from None
    except codec.Illegal as error:
        raise NoConfiguration(f"the configuration cannot be read ({error}); bring server and terminal to one version") from None
    finally:
        link.close()


def _complete(place: Place, terminal: TerminalFile) -> bool:
    """Whether the programs of a terminal can start without the server."""
    if terminal.role == "server":
        return False
    secure = terminal.broker.startswith("mqtts://")
    return (place.hall / "hall.toml").exists() and (not secure or _known_as(place.credentials) == terminal.terminal)


def _known_as(credentials: Path) -> str:
    try:
        return read(credentials).name
    except BadCredentials:
        return ""


def let_groups_read(credentials: Path) -> None:
    """Let the group of each file read it. The unit of the program whose key it is gives it its own group; through the folder
    others come to theirs."""
    for file in (credentials, *credentials.glob("*")):
        file.chmod(0o2751 if file == credentials else 0o2750 if file.is_dir() else 0o640)
