"""Files that people write with Windows' Notepad: read, or refused with what to choose there."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.boot.place import Place, named
from appliance.terminal_file import TerminalFile
from appliance.trouble import ApplianceError
from contract.configuration import hall_files, packing
from contract.configuration.hall_files import FILES, BadHall
from contract.text_files import BadText, read
from queue_server.catalogue.load import load
from tests.small_hall import write_hall

HALL = Path(__file__).parents[3] / "assets/halls/wushan"


@pytest.mark.parametrize("name", FILES)
def test_a_hall_saved_with_a_mark_in_front_is_read_and_one_in_gbk_says_what_to_do(tmp_path: Path, name: str) -> None:
    folder = write_hall(tmp_path / "hall")
    before, text = hall_files.load(folder), (folder / name).read_text() + "# 武山县\n"
    (folder / name).write_text(text, encoding="utf-8-sig")
    assert hall_files.load(folder) == before
    assert packing.packed(folder).files[name] == text
    for encoding in ("gbk", "utf-16"):
        (folder / name).write_text(text, encoding=encoding)
        with pytest.raises(BadHall, match=r"choose Save as, and the encoding UTF-8"):
            hall_files.load(folder)


def test_items_saved_with_a_mark_in_front_are_read_and_those_in_gbk_say_what_to_do(tmp_path: Path) -> None:
    for path in [*HALL.glob("*.toml"), *HALL.glob("items/civil*.toml")]:
        copy = tmp_path / path.relative_to(HALL)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(path.read_text(), encoding="utf-8-sig")
    assert load(tmp_path).items
    (tmp_path / "forms.toml").write_text((HALL / "forms.toml").read_text(), encoding="gbk", errors="replace")
    with pytest.raises(BadHall, match=r"forms\.toml: is not in UTF-8"):
        load(tmp_path)


def test_the_file_of_a_terminal_is_read_with_its_mark_and_in_gbk_says_what_to_do(tmp_path: Path) -> None:
    place = Place(tmp_path)
    terminal = TerminalFile("kiosk-1", "hall", "wushan", "10.0.0.2:1883")
    place.efi.mkdir(parents=True)
    (place.efi / "terminal.json").write_text(terminal.json(), encoding="utf-8-sig")
    assert named(place) == terminal
    (place.efi / "terminal.json").write_text(terminal.json(), encoding="utf-16")
    with pytest.raises(ApplianceError, match="encoding UTF-8"):
        named(place)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        read(tmp_path / "nowhere")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadText):
        read(tmp_path / "bytes")
