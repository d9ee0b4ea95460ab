"""The hall kiosk as it is drawn: every page, language, mode and size."""

from tests.contract.test_rater_and_call_screen import on_a_display


def test_no_word_is_cut_off_and_no_target_is_too_small_on_any_page_of_the_hall_kiosk():
    done = on_a_display("-m", "tests.screens.fits", "hall")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert int(done.stdout.split()[-4]) > 400, "pages were really drawn"
