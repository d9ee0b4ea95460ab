"""How a device is, as its owner tells the hall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from drivers.ports import DeviceError, InUse, NoPermission, NotFound
from drivers.registry import BadOption, UnknownModel

CHECK_S = 10.0
"""How often a device is asked whether it is well."""
FIRST_RETRY_S, LONGEST_RETRY_S = 0.5, 10.0
State = Literal["init", "ok", "unreachable", "not-found", "no-permission", "in-use", "failed", "misconfigured"]


@dataclass(frozen=True)
class Health:
    """State and, in trouble, what happened and what to do."""

    state: State = "init"
    detail: str = ""


WELL = Health("ok")


def trouble(error: Exception) -> Health:
    """The health of a device that raised `error`."""
    if isinstance(error, (UnknownModel, BadOption)):
        state: State = "misconfigured"
    elif isinstance(error, NotFound):
        state = "not-found"
    elif isinstance(error, NoPermission):
        state = "no-permission"
    elif isinstance(error, InUse):
        state = "in-use"
    else:
        state = "unreachable" if isinstance(error, DeviceError) else "failed"
    return Health(state, str(error) or type(error).__name__)
