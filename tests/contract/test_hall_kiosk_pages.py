"""The hall kiosk as it is drawn: every page, language, mode and size."""

from __future__ import annotations

import pytest

from tests.contract.virtual_display import on_a_display
from tests.screens.hall import MODES, SIZES, WALKED


@pytest.mark.timeout(600)
@pytest.mark.parametrize("size", ["portrait", "landscape", "small"])
def test_no_word_is_cut_off_and_no_target_is_too_small_on_any_page_of_the_hall_kiosk(size: str) -> None:
    done = on_a_display("-m", "tests.screens.fits", f"hall:{size}")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert int(done.stdout.split()[-4]) > 200, "pages were really drawn"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("layout", [f"{mode}/{size}" for mode, size in WALKED])
def test_every_page_is_whole_right_after_any_tap_before_an_answer_has_come(layout: str) -> None:
    done = on_a_display("-m", "tests.screens.taps", f"hall:{layout}")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert int(done.stdout.split()[-4]) > 300, "pages were really drawn"


def test_a_picture_of_the_screen_for_the_desk_leaves_out_what_the_camera_sees_and_pages_of_a_person() -> None:
    done = on_a_display("-m", "tests.screens.unseen")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert done.stdout.splitlines()[:2] == ["on screen: True", "for the desk: False"]
    assert done.stdout.split("\n")[2:] == ["", ""], "no page of a person is in it"


def test_no_touch_goes_through_the_name_of_the_terminal_to_the_page_below() -> None:
    done = on_a_display("-m", "tests.screens.named")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert done.stdout.splitlines() == ["before: True", "under the name: False", "after: True"]


EVERYBODYS = """
    AwayPage BlankThemesPage BlanksPage BusinessesPage CallsPage ChoicePage ClosedPage ColoursPage ConfirmPage DevicesPage
    EndingPage FailSafePage Front GroupsPage GuidePage GuidesPage HelpPage HomePage InterruptedPage ItemsPage Listing LogPage
    MenuPage NetworkPage NoCallsPage NumberChoice PageFrame PlatePage PrintingPage PrintoutPage RatedPage ScanPage SearchPage
    ServiceFrame StartingPage ThemesPage TouchPage TouchedPage TroublePage
"""
"""Pages of all roles that show nothing of one person: whoever adds a page decides here whether the staff may see it from afar."""


def test_a_new_page_of_any_role_is_covered_for_the_desk_or_is_known_to_show_nothing_of_one_person() -> None:
    done = on_a_display("-m", "tests.screens.everybodys")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert done.stdout.split() == EVERYBODYS.split()


def test_a_key_on_the_screen_looks_pressed_while_it_is_touched_and_only_then() -> None:
    done = on_a_display("-m", "tests.screens.keys")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert done.stdout.split() == ["pressed:", "True", "alone:", "True", "as", "before:", "True"]


def test_the_walks_go_through_every_mode_and_every_size() -> None:
    assert {mode for mode, _ in WALKED} == set(MODES) and {size for _, size in WALKED} == set(SIZES)


@pytest.mark.timeout(600)
def test_a_touch_counts_only_for_the_page_it_was_meant_for_on_every_page_of_every_role() -> None:
    done = on_a_display("-m", "tests.screens.touches")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert done.stdout.splitlines()[-1] == "0 problems"


@pytest.mark.timeout(600)
def test_elder_mode_makes_no_number_business_button_or_code_smaller_on_any_page() -> None:
    done = on_a_display("-m", "tests.screens.elder")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert int(done.stdout.split()[-4]) > 400, "pages were really measured"
