"""The pictures of web pages are drawn by a program of its own, which no other test runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.programs import PATIENCE_S

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_web_page_is_drawn(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.screenshots", "--out", str(tmp_path), "--modes", "web", "--only", "web-item-zh"]
    program = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert program.returncode == 0, program.stdout + program.stderr
    with Image.open(tmp_path / "web-item-zh-1280.png") as picture:
        assert picture.width == 1280
