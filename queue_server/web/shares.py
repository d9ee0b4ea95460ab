"""Places that strangers share: connections, streams, turns at the log-in.

Whoever comes holds no more places than are still free. One alone gets half of them however often it asks, many get equal
parts, and somebody new finds a place as long as there is one. So no figure has to be guessed for a network in which all
phones come from one address.
"""

from __future__ import annotations

import contextlib
import ipaddress
from collections import Counter
from collections.abc import Iterator


class Shares:
    """`size` places. Used in one thread."""

    def __init__(self, size: int) -> None:
        self._size = self._free = size
        self._held: Counter[str] = Counter()

    @property
    def free(self) -> int:
        """How many places nobody holds."""
        return self._free

    @property
    def taken(self) -> int:
        """How many places are held."""
        return self._size - self._free

    def held(self, who: str) -> int:
        """How many places `who` has."""
        return self._held.get(who, 0)

    def take(self, who: str) -> bool:
        """Take a place; False when `who` has its share already or there is none."""
        if self.held(who) >= self._free:
            return False
        self._held[who] += 1
        self._free -= 1
        return True

    def give_back(self, who: str) -> None:
        """Give back a place that was taken."""
        self._held[who] -= 1
        self._free += 1
        if not self._held[who]:
            del self._held[who]

    @contextlib.contextmanager
    def place(self, who: str) -> Iterator[bool]:
        """Hold a place for a while; whether there was one."""
        taken = self.take(who)
        try:
            yield taken
        finally:
            if taken:
                self.give_back(who)


def origin(address: str) -> str:
    """Where an address comes from, as it is counted: itself, and for IPv6 its network of 64 bits, because whoever has one
    such address has them all. Text that is no address stays as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False).network_address) + "/64"
