"""How rater and call screen are wired: which window, which topics, which texts."""

import ast
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from contract.configuration.hall_files import load
from contract.texts import texts
from kiosk.options import TerminalOptions
from kiosk.terminal import role_of
from tests.small_hall import write_hall

KIOSK = Path(__file__).parents[3] / "kiosk"
RATER = '\n[[terminal]]\nid = "rater-02"\nrole = "rating"\nwindow = "02"\n'


@pytest.fixture
def folder(tmp_path):
    folder = write_hall(tmp_path / "hall")
    with (folder / "devices.toml").open("a", encoding="utf-8") as file:
        file.write(RATER)
    return folder


def role(folder, name="rating", terminal="rater-02", window=None, language="zh"):
    options = TerminalOptions(name, folder, "127.0.0.1:1883", terminal, folder / "state", window_id=window, language=language)
    return role_of(options, load(folder))


def test_a_rater_belongs_to_the_window_of_its_terminal_or_to_the_one_on_the_command_line(folder):
    assert role(folder).topics == ("server/status", "window/02/state", "rating/02/ask")
    assert "rating/03/ask" in role(folder, window="03").topics


def test_a_rater_without_window_or_with_an_unknown_one_is_refused_with_the_remedy(folder):
    with pytest.raises(ValueError, match="--window-id"):
        role(folder, terminal="kiosk-1")
    with pytest.raises(ValueError, match=r"'77'.*known there: 01"):
        role(folder, window="77")


def test_the_rules_of_the_hall_are_the_rules_of_the_rater(folder):
    settings = role(folder, language="en").first(UUID(int=0)).settings
    assert (settings.timeout_s, settings.bad_needs_reason, settings.language) == (60, True, "en")


def test_the_call_screen_follows_every_window_and_queue_and_nothing_of_persons(folder):
    screen = role(folder, "screen")
    numbers = {f"event/ticket-{what}" for what in ("missed", "requeued", "transferred")}
    assert set(screen.topics) == {"server/status", "queue/+/state", "window/+/state", "announce", "voice/+/saying", *numbers}


def test_a_photo_is_only_taken_from_the_folder_of_the_hall(folder):
    code = (
        "import sys; from pathlib import Path; from kiosk.app.setup import Screen, prepare_kivy; prepare_kivy(Screen(320, 320));"
        "from kiosk.window_rater.faces import photo_file as f; p = Path(sys.argv[1]);"
        "print(f('a.jpg', p), f('../secret.jpg', p), f('/etc/passwd', p), f('none.jpg', p), f(None, p))"
    )
    (folder / "a.jpg").write_bytes(b"")
    (folder.parent / "secret.jpg").write_bytes(b"")
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str((folder / "a.jpg").resolve()), "None", "None", "None", "None"]


@pytest.mark.parametrize(
    "path",
    sorted(KIOSK.glob("window_rater/*.py")) + sorted(KIOSK.glob("call_screen/*.py")),
    ids=lambda p: f"{p.parent.name}/{p.stem}",
)
def test_every_text_of_rater_and_call_screen_has_its_english(path):
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    ids = [
        c.args[0].value
        for c in calls
        if isinstance(c.func, ast.Name) and c.func.id == "_" and isinstance(c.args[0], ast.Constant)
    ]
    english = texts("en")
    assert [text for text in ids if english(text) == text] == []
    chinese = [
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and any("一" <= c <= "鿿" for c in node.value)
    ]
    assert set(chinese) - set(ids) <= {"中文", "工号", "月", "日 ", " 号窗口"}, "Chinese that is not marked for translation"
