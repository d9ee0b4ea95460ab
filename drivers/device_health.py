"""How a device is, as its owner reports it to the hall."""

from __future__ import annotations

from dataclasses import dataclass

from contract.backoff import Backoff
from contract.wire.device_state import DeviceState
from drivers.address import BadAddress
from drivers.models import UnknownModel
from drivers.options import BadOption
from drivers.ports import (
    BadReply,
    Busy,
    DeviceError,
    DeviceRefused,
    InUse,
    NoPermission,
    NoReply,
    NotFound,
    PrintFailed,
)

REASONS: dict[type[Exception], DeviceState] = {
    UnknownModel: "misconfigured",
    BadOption: "misconfigured",
    BadAddress: "misconfigured",
    NotFound: "not-found",
    NoPermission: "no-permission",
    InUse: "in-use",
    NoReply: "no-reply",
    BadReply: "bad-reply",
    Busy: "device-busy",
    DeviceRefused: "refused",
    DeviceError: "unreachable",
}
"""What each error is called in a terminal's status; the first that fits. `contract.wire.device_words` has the sentences."""


@dataclass(frozen=True)
class Timing:
    """How often a device is asked whether it is well, and how long to wait after trouble: from the first try to the last."""

    check_s: float = 10.0
    first_retry_s: float = 0.5
    longest_retry_s: float = 10.0

    def backoff(self) -> Backoff:
        """Waiting times between attempts to open a device."""
        return Backoff(self.first_retry_s, self.longest_retry_s)


USUAL = Timing()


@dataclass(frozen=True)
class DeviceHealth:
    """State and, in trouble, what happened and what to do."""

    state: DeviceState = "init"
    detail: str = ""


WELL = DeviceHealth("ok")


def trouble(error: Exception) -> DeviceHealth:
    """The health of a device that raised `error`."""
    return DeviceHealth(reason(error), str(error) or type(error).__name__)


def reason(error: Exception) -> DeviceState:
    """An error as a state of the contract; `failed` for those that no driver should raise."""
    if isinstance(error, PrintFailed):
        return error.state
    return next((word for kind, word in REASONS.items() if isinstance(error, kind)), "failed")
