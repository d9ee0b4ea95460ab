"""A hall's configuration is read whole or refused with file, key and remedy."""

import shutil
from pathlib import Path

import pytest

from contract.configuration.hall_files import BadHall, load

WUSHAN = Path(__file__).parents[4] / "assets/halls/wushan"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WUSHAN, tmp_path / "hall"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is no longer in {path.name}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_example_hall_loads():
    config = load(WUSHAN)
    assert config.hall.id == "wushan"
    assert config.hall.region == "620524"
    assert len(config.window) >= 12
    assert {"comprehensive", "appointment", "green-channel", "cannot-get-it-done"} <= {w.kind for w in config.window}


def test_every_queue_of_the_example_hall_has_a_window():
    config = load(WUSHAN)
    assert [q.id for q in config.queue if not config.windows_of(q.id)] == []


def test_an_unknown_key_is_refused_with_file_key_and_remedy(folder: Path):
    change(folder / "queues.toml", "letter =", "leter =")
    with pytest.raises(BadHall) as refused:
        load(folder)
    text = str(refused.value)
    assert "queues.toml" in text
    assert "leter" in text
    assert "did you mean 'letter'?" in text


def test_an_unknown_table_is_refused(folder: Path):
    with (folder / "windows.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[windwo]]\nid = "99"\n')
    with pytest.raises(BadHall, match=r"windows\.toml: unknown key 'windwo'; did you mean 'window'\?"):
        load(folder)


def test_a_window_that_serves_an_unknown_queue_is_refused(folder: Path):
    with (folder / "windows.toml").open("a", encoding="utf-8") as file:
        file.write(
            '\n[[window]]\nid = "99"\nnumber = "99"\nname = { zh = "测试", en = "test" }\nkind = "sector"\nqueues = ["no-such"]\n'
        )
    with pytest.raises(BadHall, match=r"windows\.toml: \[\[window\]\] 99: queues 'no-such' is no queue"):
        load(folder)


def test_a_letter_that_stands_twice_is_refused(folder: Path):
    letters = [line for line in (folder / "queues.toml").read_text(encoding="utf-8").splitlines() if line.startswith("letter")]
    change(folder / "queues.toml", letters[1], letters[0])
    with pytest.raises(BadHall, match="stands twice"):
        load(folder)


def test_a_time_zone_that_does_not_exist_is_refused(folder: Path):
    change(folder / "hall.toml", "Asia/Shanghai", "Asia/Wushan")
    with pytest.raises(BadHall, match=r"hall\.toml: .*time_zone.*Asia/Shanghai"):
        load(folder)


@pytest.mark.parametrize("option", ['rows = "many"', "rows = 0", "rows = 3.5", "brightness = 101", "brightness = true"])
def test_a_display_option_that_the_server_cannot_use_is_refused(folder: Path, option: str):
    change(folder / "devices.toml", 'id = "board-1"\n', f'id = "board-1"\noptions = {{ {option} }}\n')
    with pytest.raises(BadHall, match=r"devices.toml: \[\[device\]\] board-1: options: .*is a whole number from 1 to"):
        load(folder)


def test_a_missing_file_is_named(folder: Path):
    (folder / "devices.toml").unlink()
    with pytest.raises(BadHall, match=r"devices\.toml: cannot be read"):
        load(folder)


def test_broken_toml_is_named_with_its_line(folder: Path):
    (folder / "hall.toml").write_text("[hall\n", encoding="utf-8")
    with pytest.raises(BadHall, match=r"hall\.toml: is not TOML: .*line 1"):
        load(folder)


def test_a_hall_that_is_no_folder_is_refused(tmp_path: Path):
    with pytest.raises(BadHall, match="a hall needs the files"):
        load(tmp_path / "nowhere")


def test_https_with_a_certificate_from_elsewhere_needs_its_files(folder: Path):
    (folder / "hall.toml").write_text((folder / "hall.toml").read_text() + '\n[web]\ntls = "files"\ncertificate = "web.crt"\n')
    with pytest.raises(BadHall, match="needs certificate and key"):
        load(folder)


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (
            'days = ["sun"]\nopens = 10:00:00\ncloses = 10:00:00',
            r"number 5: closes 10:00 is not after opens 10:00; give a later",
        ),
        (
            'days = ["sun"]\nopens = 22:00:00\ncloses = 06:00:00',
            "number 5: closes 06:00 is not after opens 22:00; .*two entries",
        ),
        ("days = []\nopens = 10:00:00\ncloses = 11:00:00", "number 5: days is empty; name the days"),
        ('days = ["sun", "mon"]\nopens = 11:00:00\ncloses = 13:00:00', r"number 5: opens 11:00 lies within .*number 1 \(mon\)"),
    ],
)
def test_hours_that_contradict_themselves_are_refused(folder: Path, hours: str, told: str):
    change(folder / "hall.toml", "# 排队规则", f"[[hours]]\n{hours}\n\n# 排队规则")
    with pytest.raises(BadHall, match=rf"hall\.toml: \[\[hours\]\] {told}"):
        load(folder)


@pytest.mark.parametrize(
    ("segments", "told"),
    [
        ('[{opens = "10:00", closes = "09:00", limit = 5}]', "number 1: closes 09:00 is not after opens 10:00"),
        (
            '[{opens = "08:00", closes = "10:00", limit = 5}, {opens = "09:00", closes = "11:00", limit = 5}]',
            "number 2: opens 09:00 lies within .*number 1",
        ),
    ],
)
def test_segments_that_contradict_themselves_are_refused(folder: Path, segments: str, told: str):
    change(folder / "queues.toml", "[[queue]]\n", f"[[queue]]\nsegments = {segments}\n")
    with pytest.raises(BadHall, match=rf"queues\.toml: \[\[queue\]\] .*segments {told}"):
        load(folder)


def test_a_day_that_is_open_and_closed_is_refused(folder: Path):
    change(folder / "hall.toml", "closed_days = []", "closed_days = [2026-10-01]")
    change(folder / "hall.toml", "open_days = []", "open_days = [2026-10-01]")
    with pytest.raises(BadHall, match=r"hall\.toml: open_days: 2026-10-01 stands in closed_days too"):
        load(folder)


def test_two_windows_of_one_number_are_refused(folder: Path):
    change(folder / "windows.toml", 'number = "02"', 'number = "01"')
    with pytest.raises(BadHall, match=r"windows\.toml: \[\[window\]\] number '01' stands twice"):
        load(folder)
