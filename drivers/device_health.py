"""How a device is, as its owner tells the hall."""

from __future__ import annotations

from dataclasses import dataclass

from contract.wire.device_state import DeviceState
from drivers.address import BadAddress
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
from drivers.registry import BadOption, UnknownModel

CHECK_S = 10.0
"""How often a device is asked whether it is well."""
FIRST_RETRY_S, LONGEST_RETRY_S = 0.5, 10.0
REASONS: dict[type[Exception], DeviceState] = {
    UnknownModel: "misconfigured", BadOption: "misconfigured", BadAddress: "misconfigured", NotFound: "not-found",
    NoPermission: "no-permission", InUse: "in-use", NoReply: "no-reply", BadReply: "bad-reply", Busy: "device-busy",
    DeviceRefused: "refused", DeviceError: "unreachable",
}  # fmt: skip
"""What each error is called in a terminal's status; the first that fits. `contract.wire.device_words` has the sentences."""


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
    """An error in one word of the contract; `failed` for those that no driver should raise."""
    if isinstance(error, PrintFailed):
        return error.state
    return next((word for kind, word in REASONS.items() if isinstance(error, kind)), "failed")
