"""What `make run` tells whoever tries the hall, and that it is true."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from contract.configuration.hall_files import load
from launcher import example_case, whole_hall
from launcher.options import LauncherOptions
from launcher.whole_hall import WholeHall
from queue_server.cases.row_format import CASES
from tests.small_hall import write_hall


def hall(folder: Path, *words: str) -> WholeHall:
    return WholeHall(LauncherOptions.parse(["--state", str(folder), *words]), load(write_hall(folder / "hall")))


def test_the_example_case_can_be_taken_in_on_any_day_and_is_named_with_what_opens_it(tmp_path: Path) -> None:
    for today in (date(2026, 3, 1), date(2028, 2, 29), datetime.now(UTC).date()):
        path = example_case.write(tmp_path, today)
        ((_, case),) = CASES.read(path.read_bytes(), path.name)
        assert (case.number, case.id_last_four) == (example_case.NUMBER, example_case.LAST_FOUR)
        assert case.binding_on is not None and case.received_on < today < case.binding_on
    told = hall(tmp_path).addresses()
    assert f"{example_case.NUMBER}, last four characters {example_case.LAST_FOUR}" in told


def test_where_the_code_on_a_ticket_opens_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_hall, "own_address", lambda: "10.0.0.7")
    alone = hall(tmp_path)
    assert alone.listen() == "127.0.0.1" and "on this machine only; with `make run ARGS=--phones`" in alone.addresses()
    for_all = hall(tmp_path, "--phones")
    for_all.web_port = 8080
    assert for_all.listen() == "0.0.0.0"
    assert "phones of the same network, at http://10.0.0.7:8080" in for_all.addresses()


def test_without_a_network_the_pages_stay_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_hall, "own_address", lambda: "")
    alone = hall(tmp_path, "--phones")
    assert alone.listen() == "127.0.0.1" and "open on this machine only" in alone.addresses()
