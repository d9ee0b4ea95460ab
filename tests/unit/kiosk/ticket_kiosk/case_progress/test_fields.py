"""What the fields of a question about a case show."""

from __future__ import annotations

import pytest

from kiosk.ticket_kiosk.case_progress.state import CaseQuery, Field, shown_value


@pytest.mark.parametrize(
    ("typed", "chosen", "shown"),
    [
        ("", "last_four", ""),
        ("1", "last_four", "1"),
        ("123", "last_four", "●●3"),
        ("123X", "last_four", "●●●●"),
        ("12", "number", "●●"),
    ],
)
def test_of_the_last_four_nobody_sees_more_than_the_one_just_typed(typed: str, chosen: Field, shown: str) -> None:
    assert shown_value(CaseQuery("WS-0001", typed, chosen), "last_four") == shown
    assert shown_value(CaseQuery("WS-0001", typed, chosen), "number") == "WS-0001"
