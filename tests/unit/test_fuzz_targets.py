"""Every target of the fuzzer holds against a few bytes of chance; `make fuzz` goes deeper."""

import random

import pytest

from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_any_bytes(name: str) -> None:
    dice, check = random.Random(name), TARGETS[name]
    for size in (0, 1, 2, 7, 40, 300):
        check(dice.randbytes(size))
        check(bytes([size % 256]) + b"\xa5\xaa\xff\x68\xfd\x01WKLY\x1b"[: size + 1] * 8)
