"""The tokens of other programs on the disk."""

from __future__ import annotations

from pathlib import Path

from queue_server.web.api.token_files import token_of


def test_a_token_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "token.txt"
    token = token_of(path)
    assert len(token) > 40 and token_of(path) == token
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_a_power_cut_left_empty_does_not_let_in_whoever_shows_no_token(tmp_path: Path) -> None:
    path = tmp_path / "token.txt"
    path.write_text("")
    assert token_of(path)
    assert path.read_text().strip() == token_of(path)
