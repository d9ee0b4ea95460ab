"""Time-based codes are those of RFC 6238, hold for a minute more or less, and never twice."""

from __future__ import annotations

import pytest

from contract.totp import DRIFT_STEPS, STEP_S, code_at, matching_step, step_of

SECRET = b"12345678901234567890123456789012"
"""The secret of the RFC's examples with SHA-256."""
NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "46119246"),
        (1111111109, "68084774"),
        (1111111111, "67062674"),
        (1234567890, "91819424"),
        (2000000000, "90698825"),
        (20000000000, "77737706"),
    ],
)
def test_codes_are_those_of_the_examples_in_rfc_6238(seconds: int, code: str) -> None:
    assert code_at(SECRET, seconds // 30) == code


def test_a_code_holds_in_its_step_and_within_the_drift_of_a_clock() -> None:
    code = code_at(SECRET, step_of(NOW))
    near, far = DRIFT_STEPS * STEP_S, (DRIFT_STEPS + 1) * STEP_S
    assert [matching_step(SECRET, code, NOW + off) for off in (-near, 0, near)] == [step_of(NOW)] * 3
    assert [matching_step(SECRET, code, NOW + off) for off in (-far, far)] == [None, None]


def test_a_code_that_was_used_is_refused_with_all_before_it() -> None:
    step = step_of(NOW)
    assert matching_step(SECRET, code_at(SECRET, step), NOW, after=step) is None
    assert matching_step(SECRET, code_at(SECRET, step - 1), NOW, after=step) is None
    assert matching_step(SECRET, code_at(SECRET, step + 1), NOW, after=step) == step + 1


@pytest.mark.parametrize("text", ["", "1234567", "123456789", "四六一一九二四六", "-6119246", "4611924\n"])
def test_what_is_no_code_is_wrong(text: str) -> None:
    assert matching_step(SECRET, text, 59) is None
