"""Which of two systems is newer: what an update may replace hangs on it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.version import newer

RISING = [
    "0.9",
    "1.0-dev3",
    "1.0-alpha",
    "1.0a2",
    "1.0-beta.1",
    "1.0b2",
    "1.0~rc1",
    "1.0-rc2",
    "1.0rc10",
    "1.0",
    "1.0.1",
    "1.9",
    "v1.10",
    "2026.11.22",
    "20261122.0900-1111111",
    "20261122.0901-0000000-fffffff",
    "20261122.1000+build",
]
NO_ORDER = ["", "broken", "1.x", "1..2", "-1", "1.0 ", "1.0\n", "１.0", "1.0post1", "unknown-9"]
numbers = st.lists(st.integers(0, 10**9), min_size=1, max_size=4)


@pytest.mark.parametrize("later", range(len(RISING)))
def test_every_version_is_newer_than_all_before_it_and_than_none_after_it(later: int) -> None:
    assert [newer(RISING[later], other) for other in RISING] == [place < later for place in range(len(RISING))]


@pytest.mark.parametrize("text", NO_ORDER)
def test_a_text_that_is_no_version_is_never_newer_and_nothing_is_newer_than_it(text: str) -> None:
    assert not any(newer(text, other) or newer(other, text) for other in [*RISING, *NO_ORDER])


@pytest.mark.parametrize(
    ("one", "other"),
    [("1.0", "1"), ("1.0-1111111", "1.0-2222222"), ("1.0-b123456", "1.0-a123456"), ("01.02", "1.2"), ("2-rc", "2rc0")],
)
def test_of_two_that_differ_in_nothing_that_has_an_order_neither_is_newer(one: str, other: str) -> None:
    assert not newer(one, other) and not newer(other, one)


@given(numbers, numbers)
def test_numbers_count_as_numbers_whatever_their_length(one: list[int], other: list[int]) -> None:
    def bare(release: list[int]) -> list[int]:
        return bare(release[:-1]) if len(release) > 1 and release[-1] == 0 else release

    texts = [".".join(map(str, release)) for release in (one, other)]
    assert newer(*texts) == (bare(one) > bare(other))


@given(st.text(max_size=64), st.text(max_size=64))
def test_no_text_stops_the_comparison_and_never_are_both_newer(one: str, other: str) -> None:
    assert not (newer(one, other) and newer(other, one))
