"""A clock that stands and chance that comes again, for pictures of a server's pages that are the same on every day.

For a process that does nothing else: modules that are loaded already look at this clock afterwards.
"""

from __future__ import annotations

import inspect
import secrets
import sys
import uuid
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, tzinfo
from random import Random
from typing import Any

MORNING = datetime(2026, 11, 23, 2, 20, tzinfo=UTC)
"""A Monday, twenty past ten in the example hall."""


class _Datetime(type):
    """Whatever is asked of the class is asked of the real one."""

    def __call__(cls, *args: Any, **kwargs: Any) -> datetime:
        return datetime(*args, **kwargs)

    def __getattr__(cls, name: str) -> Any:
        return getattr(datetime, name)

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, datetime)


class StillDatetime(metaclass=_Datetime):
    """`datetime`, except that it is always the same moment."""

    @staticmethod
    def now(tz: tzinfo | None = None) -> datetime:
        return MORNING.astimezone(tz)


def stand_still(*packages: str) -> None:
    """From now on it is MORNING in all modules of the packages.

    Only where the time is looked at: modules that describe messages need the real type.
    """
    for name, module in list(sys.modules.items()):
        mine = name.partition(".")[0] in packages and vars(module).get("datetime") is datetime
        if mine and name != __name__ and "datetime.now(" in inspect.getsource(module):
            module.datetime = StillDatetime  # type: ignore[attr-defined]


def repeat_chance() -> None:
    """From now on ids, tokens, keys and passwords come in the same order."""
    chance = Random(1)
    again: dict[str, Any] = {
        "token_bytes": lambda count=32: chance.randbytes(count),
        "token_hex": lambda count=32: chance.randbytes(count).hex(),
        "token_urlsafe": lambda count=32: urlsafe_b64encode(chance.randbytes(count)).rstrip(b"=").decode(),
        "randbelow": chance.randrange,
        "choice": chance.choice,
    }
    for name, function in again.items():
        setattr(secrets, name, function)
    uuid.uuid4 = lambda: uuid.UUID(bytes=chance.randbytes(16), version=4)  # type: ignore[assignment]
