"""Places are shared so that whoever takes many leaves as many for others."""

from __future__ import annotations

import random

import pytest

from queue_server.web.shares import Shares, origin


def test_one_who_asks_for_ever_gets_half_and_a_newcomer_still_finds_a_place() -> None:
    shares = Shares(100)
    assert sum(shares.take("flood") for _ in range(1000)) == 50
    assert shares.take("newcomer")


@pytest.mark.parametrize("seed", range(20))
def test_nobody_holds_more_than_was_free_and_every_place_comes_back(seed: int) -> None:
    chance, shares, held = random.Random(seed), Shares(40), list[str]()
    for _ in range(2000):
        who = chance.choice("abcdefgh")
        if chance.random() < 0.6:
            before, free = held.count(who), shares.free
            assert shares.take(who) == (before < free)
            if before < free:
                held.append(who)
        elif who in held:
            shares.give_back(who)
            held.remove(who)
        assert shares.free + len(held) == 40
        assert all(shares.held(name) == held.count(name) for name in "abcdefgh")
    for who in held:
        shares.give_back(who)
    assert (shares.free, shares.taken) == (40, 0)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.0.0.5", "10.0.0.5"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_network_of_ipv6_is_counted_as_one_place(address: str, counted: str) -> None:
    assert origin(address) == counted
