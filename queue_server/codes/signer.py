"""The signed ticket token: what a citizen's QR code carries. Short, safe in a URL, and not to be guessed.

`261122a001-Xy3…`: business day, number, and 72 bits of HMAC-SHA256 over the ticket's id under the hall's own key. The numbers
that follow the restore of a ledger on that day have its salt in their code, too: a token from before is never another ticket's
(docs/decisions/0029-a-restored-ledger-counts-on.md).
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Sequence
from datetime import date

from queue_server.store.restores import Restore

MAC_BYTES = 9
_FORM = re.compile(r"([0-9]{6})([a-z][0-9]{3,6})-([A-Za-z0-9_-]{12})")


class Signer:
    """Makes and checks tokens under one key."""

    def __init__(self, key: bytes, restores: Sequence[Restore] = ()) -> None:
        """`restores` are those of the ledger whose tickets are signed."""
        self._key = key
        self._restores: dict[str, list[Restore]] = {}
        for restore in restores:
            self._restores.setdefault(restore.business_day.replace("-", ""), []).append(restore)

    def token(self, ticket: str, reprints: int = 0) -> str:
        """The token of a ticket id, on its first paper or on that after so many reprints."""
        day, _, number = ticket.partition("-")
        return f"{day[2:]}{number}-{self._ticket_mac(ticket, reprints)}"

    def signed(self, token: str, reprints: int = 0) -> bool:
        """Whether this hall has signed a token, for a paper after so many reprints."""
        ticket = ticket_named(token)
        return ticket is not None and hmac.compare_digest(self.token(ticket, reprints), token)

    def behind(self, day: date) -> int:
        """The numbers of a business day count from behind this one: 0, unless the ledger was restored on that day."""
        return max((restore.first for restore in self._restores.get(f"{day:%Y%m%d}", ())), default=0)

    def _ticket_mac(self, ticket: str, reprints: int) -> str:
        day, _, number = ticket.partition("-")
        salts = [r.salt for r in self._restores.get(day, ()) if int(number[1:]) > r.first]
        paper = f"{ticket}+{reprints}" if reprints else ticket
        return self.mac(f"{paper}#{salts[-1].hex()}" if salts else paper)

    def mac(self, text: str) -> str:
        """72 bits of MAC over `text`, 12 characters that are safe in a URL."""
        digest = hmac.digest(self._key, text.encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:MAC_BYTES]).decode()

    def derived(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose (HKDF-Expand of RFC 5869): it tells nothing of the hall's key or of other ones."""
        return hmac.digest(self._key, purpose.encode() + b"\x01", "sha256")


def ticket_named(token: str) -> str | None:
    """The ticket id that a token names, whoever has made it; None for a text that is no token."""
    parts = _FORM.fullmatch(token)
    return None if parts is None else f"20{parts[1]}-{parts[2]}"
