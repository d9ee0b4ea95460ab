"""The command line of the server: it starts, or says in plain words why not."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from queue_server import main
from queue_server.backup import command
from queue_server.command_access import beside_server


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


def test_what_the_server_and_its_commands_write_is_for_their_own_user(hall_folder: Path, tmp_path: Path) -> None:
    of_server, of_command = tmp_path / "server", tmp_path / "command"
    os.umask(0o022)  # as a shell has it
    assert main.main(["--hall", str(hall_folder), "--state", str(of_server), "--broker", "127.0.0.1:1", "--web", "here"]) == 1
    with beside_server(of_command, None):
        pass
    assert os.umask(0o022) == 0o077, "the server goes on so"
    assert not [file for state in (of_server, of_command) for file in (state, *state.rglob("*")) if file.stat().st_mode & 0o077]
    assert (of_command / "ledger.sqlite").exists()


@pytest.mark.parametrize(
    ("content", "says"), [(None, "is gone"), (b"", "is empty"), (b"no ledger" * 999, "not a database"), (b"half", "malformed")]
)
def test_a_hall_that_has_lost_its_ledger_does_not_begin_anew_and_says_what_to_do(
    content: bytes | None, says: str, hall_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    ledger, words = tmp_path / "ledger.sqlite", ["--hall", str(hall_folder), "--state", str(tmp_path)]
    taken = ("--broker", "127.0.0.1:1", "--web", "here")
    assert "HOST:PORT" in start(capsys, *words, *taken)[1], "it has begun"
    if content == b"half":
        content = ledger.read_bytes()[: ledger.stat().st_size // 2]
    ledger.unlink()
    if content is not None:
        ledger.write_bytes(content)
    code, said = start(capsys, *words, *taken)
    assert code == main.EXIT_LOST and says in said and "jiaohao-server restore" in said
    assert (ledger.read_bytes() if ledger.exists() else None) == content, "it is left as it was found"


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


def test_a_backup_in_the_state_folder_is_put_back_at_the_first_start(
    hall_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    words = ["--hall", str(hall_folder), "--state", str(tmp_path / "old")]
    (tmp_path / "old").mkdir()
    waits = tmp_path / "new/restore"
    waits.mkdir(parents=True)
    (waits / "passphrase.txt").write_text("four words are easy")
    assert command.backup([*words, "--to", str(waits), "--passphrase-file", str(waits / "passphrase.txt")]) == 0
    first = ["--hall", str(tmp_path / "fresh"), "--state", str(tmp_path / "new"), "--broker", "127.0.0.1:1", "--web", "here"]
    assert "HOST:PORT" in start(capsys, *first)[1], "it went on to its web pages"
    assert (tmp_path / "fresh/hall.toml").read_bytes() == (hall_folder / "hall.toml").read_bytes()
    assert (tmp_path / "new/ledger.sqlite").exists() and not waits.exists()
    waits.mkdir()
    assert "HOST:PORT" in start(capsys, *first)[1], "beside a ledger it is not looked at"


def test_a_backup_that_cannot_be_put_back_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "restore").mkdir()
    (tmp_path / "restore/passphrase.txt").write_text("four words are easy")
    (tmp_path / "restore/some.backup").write_bytes(b"something else")
    code, said = start(capsys, "--hall", str(tmp_path / "hall"), "--state", str(tmp_path), "--broker", "127.0.0.1:1")
    assert code == 1 and str(tmp_path / "restore") in said and "no backup of Jiaohao" in said


def test_the_help_names_every_command_and_every_command_has_a_help(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main.main(["--help"])
    told = capsys.readouterr().out
    for name, (_, about) in main.COMMANDS.items():
        assert f"  {name} " in told and about in told
        with pytest.raises(SystemExit) as ended:
            main.main([name, "--help"])
        assert ended.value.code == 0 and f"jiaohao-server {name}" in capsys.readouterr().out


def test_a_command_that_there_is_not_is_named_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(["bakcup", "--hall", "x"])
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "there is no command 'bakcup'" in said and all(name in said for name in main.COMMANDS)


def test_a_backup_to_a_disk_that_is_not_there_says_what_to_do(
    hall_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away = tmp_path / "second-disk"
    assert command.backup(["--hall", str(hall_folder), "--state", str(tmp_path / "state"), "--to", str(away)]) == 1
    assert f"there is no folder {away}; put in the disk" in capsys.readouterr().err


def test_a_log_that_nobody_names_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["audit", "verify"]) == 2
    assert "give --state DIR or --database URL" in (said := capsys.readouterr().err) and "None" not in said
