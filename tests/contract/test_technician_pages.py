"""The technician's pages as they are drawn: every page, language and size of a terminal."""

from __future__ import annotations

import pytest

from tests.contract.virtual_display import on_a_display


@pytest.mark.timeout(600)
def test_no_word_is_cut_off_and_no_target_is_too_small_on_any_page_of_the_technician() -> None:
    done = on_a_display("-m", "tests.screens.fits", "technician")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert int(done.stdout.split()[-4]) > 250, "pages were really drawn"


@pytest.mark.timeout(600)
def test_every_page_of_the_technician_can_be_drawn_right_after_any_tap_before_an_answer_has_come() -> None:
    done = on_a_display("-m", "tests.screens.taps", "technician")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert int(done.stdout.split()[-4]) > 50, "pages were really drawn"
