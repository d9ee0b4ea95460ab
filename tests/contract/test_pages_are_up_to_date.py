"""What a page draws it watches, or brings up to date: no screen shows what was true before."""

import pytest

from tests.contract.virtual_display import on_a_display


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "pages", ["hall:zh/portrait", "hall:en-elder/landscape", "rating:zh", "callscreen:small", "technician:zh"]
)
def test_whatever_changes_a_page_that_stays_looks_like_a_new_one(pages: str) -> None:
    done = on_a_display("-m", "tests.screens.watched", pages)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert int(done.stdout.split()[-4]) > 20, "fields were really changed"
