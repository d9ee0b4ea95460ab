"""A configuration of any size goes out in messages that every broker takes, and is whole again at the terminal."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.configuration.packing import PIECE, Joiner, split
from contract.wire import codec
from contract.wire.messages import Configuration
from contract.wire.topics import LARGEST_PACKET

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@given(st.dictionaries(st.sampled_from(["hall.toml", "queues.toml", "windows.toml"]), TEXT), st.integers(1, 50), st.randoms())
def test_the_parts_of_a_configuration_make_it_whole_in_whatever_order_they_come(
    files: dict[str, str], piece: int, order: random.Random
) -> None:
    given = Configuration("0" * 64, files)
    messages = split(given, piece)
    order.shuffle(messages)
    joiner = Joiner()
    found = [joiner.take(topic, payload) for topic, payload in messages]
    assert found[-1] == given and found[:-1] == [None] * (len(messages) - 1)


def test_a_part_is_small_enough_in_whatever_language_the_hall_writes() -> None:
    for character in ("𠮷", "窗", '"', "\n", "a"):
        messages = split(Configuration("0" * 64, {"hall.toml": character * 500_000}))
        assert len(messages) > 1 and max(len(payload) for _, payload in messages) < LARGEST_PACKET // 2 + 1000


def test_a_small_hall_is_one_message_as_it_always_was() -> None:
    given = Configuration("0" * 64, {"hall.toml": "a" * (PIECE - 100)})
    assert split(given) == [("configuration", codec.encode(given))]
    assert codec.encode(given).startswith(b'{"sha256":"000') and b"parts" not in codec.encode(given)


def test_parts_of_an_older_configuration_are_left_alone() -> None:
    old, new = (split(Configuration(digit * 64, {"hall.toml": digit * 100}), 10) for digit in "01")
    joiner = Joiner()
    for topic, payload in old[:3]:
        assert joiner.take(topic, payload) is None
    found = [joiner.take(topic, payload) for topic, payload in new]
    assert found[-1] == Configuration("1" * 64, {"hall.toml": "1" * 100})


def test_what_is_no_part_is_illegal() -> None:
    endless = b'{"sha256":"x","files":{},"parts":1000000000}'
    for topic, payload in (("configuration", b"{}"), ("configuration", endless), ("configuration/1", b"nonsense")):
        with pytest.raises(codec.Illegal):
            Joiner().take(topic, payload)
    assert Joiner().take("configuration/1", b"") is None, "a part that was taken away"
