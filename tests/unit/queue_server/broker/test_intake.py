"""A client has a budget of messages, and one that floods the server is not heard for a while; nobody else notices."""

from __future__ import annotations

import pytest

from contract.configuration.hall import HallConfig
from contract.configuration.hall_files import load
from queue_server.broker import budget, intake
from queue_server.broker.budget import Allowance, Budget
from queue_server.broker.intake import Intake
from tests.secure_hall import MORE
from tests.small_hall import write_hall


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> HallConfig:
    hall = write_hall(tmp_path_factory.mktemp("hall") / "hall")
    with (hall / "devices.toml").open("a", encoding="utf-8") as file:
        file.write(MORE)
    return load(hall)


class Door:
    """The intake of a hall, and what it does to clients."""

    def __init__(self, config: HallConfig, *, certified: bool = True) -> None:
        self.done: list[str] = []
        self.now = 1000.0
        mute = (lambda client: self.done.append(f"mute {client}")) if certified else None
        hear = (lambda client: self.done.append(f"hear {client}")) if certified else None
        self.intake = Intake(config, mute=mute, hear=hear)

    def lets_in(self, topic: str, number: int = 1, reply: str = "") -> int:
        """How many of so many messages at one moment are let in."""
        return sum(self.intake.admits(topic, reply, self.now) for _ in range(number))


def test_a_budget_fills_up_again_and_never_beyond_its_most() -> None:
    accounts, allowance = Budget(), Allowance(rate=2, at_once=10)

    def spent(now: float, tries: int = 100) -> int:
        return sum(accounts.spend("a", "asks", allowance, now) for _ in range(tries))

    assert spent(0.0) == 10 and spent(0.0) == 0
    assert spent(3.0) == 6 and spent(3.2) == 0
    assert spent(1000.0) == 10
    assert accounts.spend("b", "asks", allowance, 1000.0) and accounts.spend("a", "reports", allowance, 1000.0)


def test_one_clients_flood_takes_nothing_from_another(config: HallConfig) -> None:
    door = Door(config)
    assert door.lets_in("cmd/scan/kiosk-1", 5000) == budget.TERMINAL.at_once
    assert door.lets_in("cmd/scan/kiosk-2", 100) == 100 and door.lets_in("terminal/kiosk-1/status", 100) == 100


def test_a_kiosk_takes_no_more_numbers_than_people_can_tap(config: HallConfig) -> None:
    door = Door(config)
    assert door.lets_in("cmd/issue-ticket/kiosk-1", 500) == budget.NUMBERS.at_once
    assert door.lets_in("cmd/scan/kiosk-1") == 1
    door.now += 30
    assert door.lets_in("cmd/issue-ticket/kiosk-1", 500) == 30 * budget.NUMBERS.rate
    assert door.lets_in("cmd/issue-ticket/crowd-1", 300) == 300, "a crowd is many people"


def test_what_terminals_and_displays_say_of_themselves_is_counted_too(config: HallConfig) -> None:
    door = Door(config)
    most = int(budget.REPORTS.at_once)
    assert door.lets_in("terminal/kiosk-1/told", most + 50) == most
    assert door.lets_in("display/board-1/shown", most) + door.lets_in("display/strip-02/shown", 50) == most, (
        "one agent writes both"
    )
    assert door.lets_in("display/strip-far/shown", 50) == 50


def test_a_client_that_goes_on_is_not_heard_for_a_while_and_longer_each_time(config: HallConfig) -> None:
    door = Door(config)
    silences = []
    for _ in range(8):
        assert door.lets_in("cmd/scan/kiosk-1", 5000) < 5000
        assert door.intake.pass_time(door.now) == {"kiosk-1"}
        assert door.done.count("mute kiosk-1") == len(silences) + 1, "once a flood"
        begun = door.now
        while door.done[-1] != "hear kiosk-1":
            door.now += 1
            door.intake.pass_time(door.now)
        silences.append(door.now - begun)
    assert silences == [5, 10, 20, 40, 80, 160, 300, 300]
    door.now += intake.FORGIVEN_S
    door.lets_in("cmd/scan/kiosk-1", 5000)
    door.done.clear()
    door.now += 5
    door.intake.pass_time(door.now)
    assert door.done == ["hear kiosk-1"]


def test_a_client_a_little_over_its_budget_stays_heard(config: HallConfig) -> None:
    door = Door(config)
    door.lets_in("cmd/scan/kiosk-1", int(budget.TERMINAL.at_once) + intake.MUTE_AFTER - 1)
    assert not door.done


def test_without_certificates_everybody_has_a_budget_and_nobody_is_left_unheard(config: HallConfig) -> None:
    door = Door(config, certified=False)
    for topic, reply in (("cmd/scan", "visitor-1"), ("cmd/scan/visitor-2", ""), ("cmd/scan", "")):
        assert door.lets_in(topic, 5000, reply) == budget.UNKNOWN.at_once
    assert not door.done and door.intake.pass_time(door.now) == {"visitor-1", "visitor-2", ""}
    assert door.intake.pass_time(door.now) == frozenset()


def test_names_that_are_made_up_fill_no_memory() -> None:
    accounts = Budget()
    for number in range(2 * budget.MOST_ACCOUNTS + 5):
        assert accounts.spend(f"made-up-{number}", "asks", budget.UNKNOWN, 0.0)
    assert len(accounts) <= budget.MOST_ACCOUNTS


def test_what_the_server_itself_left_at_the_broker_is_always_let_in(config: HallConfig) -> None:
    assert Door(config).lets_in("alert/device-x", 5000) == 5000
