"""The command line of the server: it starts, or says in plain words why not."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from queue_server import main


def start(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main.main(list(words))
    return code, capsys.readouterr().err


def test_a_hall_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, said = start(capsys, "--hall", str(tmp_path / "none"), "--state", str(tmp_path), "--broker", "127.0.0.1:1")
    assert code == 1 and "hall.toml" in said and said.startswith("jiaohao-server: ")


def test_a_wrong_broker_address_is_a_usage_error(hall_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, said = start(capsys, "--hall", str(hall_folder), "--state", str(tmp_path), "--broker", "http://x")
    assert code == 2 and "HOST:PORT" in said


def test_a_port_in_use_is_named_with_what_to_do(hall_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        web = f"127.0.0.1:{taken.getsockname()[1]}"
        code, said = start(
            capsys, "--hall", str(hall_folder), "--state", str(tmp_path / "s"), "--broker", "127.0.0.1:1", "--web", web
        )
    assert code == 1 and web in said and "another port" in said


def test_a_second_server_on_one_state_folder_is_refused(tmp_path: Path) -> None:
    refused = pytest.raises(main.CannotStart, match=f"{tmp_path}.*--state.*PostgreSQL")
    with main.alone(tmp_path), refused, main.alone(tmp_path, leaving_s=0.2):
        pass


def test_a_state_folder_that_cannot_be_written_is_named(hall_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "server.lock").mkdir()
    code, said = start(capsys, "--hall", str(hall_folder), "--state", str(tmp_path), "--broker", "127.0.0.1:1")
    assert code == 1 and str(tmp_path) in said and "give another --state" in said


def test_a_web_address_without_a_port_is_refused(hall_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code, said = start(
        capsys, "--hall", str(hall_folder), "--state", str(tmp_path / "s"), "--broker", "127.0.0.1:1", "--web", "here"
    )
    assert code == 1 and "HOST:PORT" in said


def test_an_unreachable_database_is_named(hall_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    words = ["--hall", str(hall_folder), "--state", str(tmp_path / "s"), "--broker", "127.0.0.1:1"]
    code, said = start(capsys, *words, "--database", "postgresql://postgres@127.0.0.1:1/ledger")
    assert code == 1 and "127.0.0.1:1/ledger cannot be used" in said


@pytest.mark.parametrize("words", [["--help"], ["crowd", "--help"], ["--version"]])
def test_help_and_version_are_told(words: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main.main(words)
    assert ended.value.code == 0 and capsys.readouterr().out
