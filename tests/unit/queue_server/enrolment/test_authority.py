"""The hall's certificate authority on its disk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract import durable
from queue_server.enrolment.authority import BadAuthority, load, make

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_an_authority_is_found_again_as_it_was_made_and_its_key_is_its_owners_alone(tmp_path: Path) -> None:
    made = make(tmp_path / "ca", "testhall", NOW)
    assert load(tmp_path / "ca").pem == made.pem
    assert (tmp_path / "ca").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "ca" / "ca.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["ca"]


def test_a_power_cut_while_the_authority_is_made_leaves_nothing_that_hinders_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_file = durable.replace_file

    def cut(path: Path, content: bytes, *, mode: int) -> None:
        if path.name == "ca.crt":
            raise KeyboardInterrupt
        replace_file(path, content, mode=mode)

    with monkeypatch.context() as patched:
        patched.setattr(durable, "replace_file", cut)
        with pytest.raises(KeyboardInterrupt):
            make(tmp_path / "ca", "testhall", NOW)
    assert not (tmp_path / "ca").exists()
    assert make(tmp_path / "ca", "testhall", NOW).pem == load(tmp_path / "ca").pem


def test_half_an_authority_says_what_is_missing_or_does_not_fit(tmp_path: Path) -> None:
    make(tmp_path / "ca", "testhall", NOW)
    make(tmp_path / "other", "testhall", NOW)
    (tmp_path / "ca" / "ca.key").write_bytes((tmp_path / "other" / "ca.key").read_bytes())
    with pytest.raises(BadAuthority, match="do not belong together"):
        load(tmp_path / "ca")
    (tmp_path / "ca" / "ca.key").unlink()
    with pytest.raises(BadAuthority, match=r"ca\.key is missing"):
        load(tmp_path / "ca")
