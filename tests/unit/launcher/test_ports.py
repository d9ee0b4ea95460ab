"""The ports of a hall on one machine: kept with its state, told when another program has them."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from launcher.broker import NotStarted
from launcher.main import only_hall
from launcher.ports import KeptPorts
from tests.ports import free_port


@pytest.fixture
def told() -> list[str]:
    return []


def test_a_port_that_was_found_once_is_taken_again_although_the_usual_one_is_free_then(tmp_path: Path, told: list[str]) -> None:
    usual = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", usual))
        found = KeptPorts(tmp_path, told.append).take("web pages", usual)
    assert found != usual
    assert told == [f"web pages: port {usual} is taken by another program, so it is {found}"]
    assert KeptPorts(tmp_path, told.append).take("web pages", usual) == found
    assert len(told) == 1, "what was told once is the hall's address now"


def test_the_usual_port_is_taken_without_a_word_and_each_name_has_its_own(tmp_path: Path, told: list[str]) -> None:
    first, second = free_port(), free_port()
    ports = KeptPorts(tmp_path, told.append)
    assert (ports.take("web pages", first), ports.take("screens", second)) == (first, second)
    assert not told


def test_a_port_that_is_asked_for_comes_before_the_one_of_the_last_time(tmp_path: Path, told: list[str]) -> None:
    usual, asked = free_port(), free_port()
    ports = KeptPorts(tmp_path, told.append)
    assert ports.take("web pages", usual) == usual
    assert ports.take("web pages", usual, asked) == asked
    assert ports.take("web pages", usual, 0) not in (usual, asked)
    assert not told


@pytest.mark.parametrize(
    "kept", ["", "{", "[]", "null", '{"web pages": "8080"}', '{"web pages": -1}', '{"web pages": 1e9}', "\0"]
)
def test_a_file_of_ports_that_was_cut_off_is_as_good_as_none(tmp_path: Path, told: list[str], kept: str) -> None:
    (tmp_path / "ports.json").write_text(kept)
    usual = free_port()
    assert KeptPorts(tmp_path, told.append).take("web pages", usual) == usual


def test_a_second_hall_with_the_same_state_is_refused_and_one_after_it_is_not(tmp_path: Path) -> None:
    with (
        only_hall(tmp_path),
        pytest.raises(NotStarted, match=r"runs already with .* folder with --state"),
        only_hall(tmp_path, 0),
    ):
        pass
    with only_hall(tmp_path, 0):
        pass
