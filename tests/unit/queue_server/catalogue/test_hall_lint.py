"""What is pointed out in a hall's own files."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.configuration.hall import DISPLAY_TEXTS, Device, DisplayTexts, HallConfig
from contract.configuration.hall_files import load
from contract.configuration.table import TextConfig
from queue_server.catalogue.__main__ import main
from queue_server.catalogue.hall_lint import lint_hall
from tests.small_hall import write_hall

WUSHAN = Path(__file__).parents[4] / "assets/halls/wushan"


def hall(
    folder: Path, *, letter: str = "A", model: str = "onbon-bxk", name: str = "户政", paused: str = "暂停服务"
) -> HallConfig:
    config = load(write_hall(folder))
    queue = config.queue[0].model_copy(update={"letter": letter, "name": TextConfig(zh=name, en="Household")})
    strips = [device.model_copy(update={"model": model}) for device in config.device]
    texts = config.display_texts.model_copy(update={"paused": paused})
    return config.model_copy(update={"queue": [queue, *config.queue[1:]], "device": strips, "display_texts": texts})


@pytest.mark.parametrize("letter", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
def test_a_letter_that_people_take_for_a_figure_is_pointed_out_with_a_better_one(letter: str, tmp_path: Path):
    found = lint_hall(hall(tmp_path, letter=letter))
    assert [(f.file, f.code, f.key, f.severity) for f in found] == [
        ("queues.toml", "household", "letter", "warning") for _ in range(letter in "EIO")
    ]
    assert all("例如A" in finding.texts.zh and "example A" in finding.texts.en for finding in found)


@pytest.mark.parametrize(
    ("model", "count"), [("onbon-bxk", 1), ("onbon-bxk-yy", 1), ("qt-strip", 1), ("huidu", 0), ("virtual", 0)]
)
def test_a_text_that_a_display_cannot_show_whole_is_pointed_out(model: str, count: int, tmp_path: Path):
    found = lint_hall(hall(tmp_path, model=model, name="瀍河区户政", paused="暂停服务——请稍候"))
    assert [(f.file, f.code, f.key) for f in found] == [("queues.toml", "household", "name")] * count
    assert all("“瀍”" in finding.texts.zh for finding in found), "a dash is shown, and said nothing of"


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("ipp://10.0.0.9:631/ipp/print", 1),
        ("ipp://printer.lan/ipp/print", 1),
        ("ipps://10.0.0.9/ipp/print", 0),
        ("ipp://localhost:8631/ipp/print", 0),
        ("ipp://127.0.0.1/ipp/print", 0),
    ],
)
def test_a_printer_to_which_papers_go_readable_is_pointed_out(address: str, count: int, tmp_path: Path):
    config = hall(tmp_path)
    printer = Device(id="a4-1", kind="a4", model="ipp", address=address)
    found = lint_hall(config.model_copy(update={"device": [*config.device, printer]}))
    assert [(f.file, f.code, f.key) for f in found] == [("devices.toml", "a4-1", "address")] * count
    assert all("ipps://" in finding.texts.zh and "ipps://" in finding.texts.en for finding in found)


def test_a_display_with_texts_of_its_own_is_named_with_the_option(tmp_path: Path):
    config = hall(tmp_path)
    config.device[0].options["idle"] = "欢迎您😀"
    (found,) = lint_hall(config)
    assert (found.file, found.code, found.key) == ("devices.toml", "board-1", "options.idle")


def test_the_texts_that_come_with_the_program_can_be_shown_by_every_display(tmp_path: Path):
    assert set(DISPLAY_TEXTS) <= set(DisplayTexts.model_fields)
    assert lint_hall(hall(tmp_path)) == [] == lint_hall(load(WUSHAN))


def test_the_command_tells_of_the_halls_own_files_as_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = write_hall(tmp_path / "hall")
    (folder / "queues.toml").write_text((folder / "queues.toml").read_text().replace('letter = "A"', 'letter = "O"'))
    for name in ("catalogue.toml", "forms.toml"):
        (folder / name).write_text((WUSHAN / name).read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "items").mkdir()
    main(["lint", "--hall", str(folder)])
    assert "queues.toml: household letter: 字母O看起来、听起来都像“0”" in capsys.readouterr().out
