"""Rater and call screen as they are drawn: on a virtual display, every page, mode and size."""

from __future__ import annotations

import pytest

from tests.contract.virtual_display import on_a_display


@pytest.mark.timeout(600)
def test_no_word_is_cut_off_and_no_target_is_too_small_on_any_page_of_rater_and_call_screen() -> None:
    done = on_a_display("-m", "tests.screens.fits", "rating", "callscreen")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert int(done.stdout.split()[-4]) > 300, "pages were really drawn"


def test_the_newest_number_can_be_read_at_fifteen_metres() -> None:
    done = on_a_display("-c", "from tests.screens.callscreen import newest_number_height as h; print(h())")
    assert float(done.stdout.split()[-1]) >= 200, done.stderr[-2000:]


def test_thirteen_windows_are_shown_at_once_lying_and_upright() -> None:
    done = on_a_display("-c", "from tests.screens.callscreen import windows_shown as w; print(*w())")
    assert done.stdout.split()[-3:] == ["13", "13", "13"], done.stderr[-2000:]


@pytest.mark.timeout(600)
def test_every_page_of_rater_and_call_screen_is_whole_right_after_any_tap_before_an_answer_has_come() -> None:
    done = on_a_display("-m", "tests.screens.taps", "rating", "callscreen")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert int(done.stdout.split()[-4]) > 50, "pages were really drawn"
