"""The options of a device in devices.toml, read and checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from contract.configuration.hall import Device
from drivers.ports import DeviceError

Value = str | int | float | bool


class BadOption(DeviceError):
    """The configuration of a device has an option that its model does not know, or a value that it cannot take."""


@dataclass(frozen=True)
class DeviceOptions:
    """The options of one device, named by its id. Every reader raises BadOption for a value that is wrong."""

    device: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    @classmethod
    def of(cls, device: Device) -> DeviceOptions:
        """Those of an entry of devices.toml."""
        return cls(device.id, device.options)

    def number(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.wrong(key, f"write a whole number from {low} to {high}")
        return value

    def measure(self, key: str, default: float, low: float, high: float) -> float:
        """A number that may have a fraction."""
        value = self.values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise self.wrong(key, f"write a number from {low:g} to {high:g}")
        return float(value)

    def flag(self, key: str, default: bool) -> bool:
        """A yes or no."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, f"write {key} = true or {key} = false")
        return value

    def choice(self, key: str, default: str, choices: Collection[str]) -> str:
        """One of several words."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or value not in choices:
            raise self.wrong(key, f"write one of: {', '.join(choices)}")
        return value

    def text(self, key: str, default: str = "") -> str:
        """A text; a number counts as its digits."""
        return str(self.values.get(key, default))

    def wrong(self, key: str, remedy: str) -> BadOption:
        """The error for the value of `key`."""
        return self.bad(f"{key} = {self.values[key]!r}" if key in self.values else f"{key} is missing", remedy)

    def bad(self, what: str, remedy: str) -> BadOption:
        """The error for something that is wrong with this device."""
        return BadOption(f"devices.toml: [[device]] {self.device}: {what}", remedy)
