"""Printers on USB, by the bulk end points of their printer class. pyusb is loaded when one is opened."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from drivers.address import Address, BadAddress
from drivers.ports import DeviceError, InUse, NoPermission, NotFound, Unreachable
from drivers.stream import WRITE_S, Stream

PRINTER_CLASS = 7
PIECE = 4096


class EndPoint(Protocol):
    """What is used of usb.core.Endpoint."""

    bEndpointAddress: int  # noqa: N815
    bmAttributes: int  # noqa: N815
    wMaxPacketSize: int  # noqa: N815

    def write(self, data: bytes, timeout: int) -> int: ...
    def read(self, size: int, timeout: int) -> Iterator[int]: ...


class Interface(Protocol):
    """What is used of usb.core.Interface."""

    bInterfaceClass: int  # noqa: N815
    bInterfaceNumber: int  # noqa: N815


class UsbConfiguration(Protocol):
    """What is used of usb.core.Configuration."""

    def __iter__(self) -> Iterator[Interface]: ...
    def __getitem__(self, place: tuple[int, int]) -> Interface: ...


class UsbDevice(Protocol):
    """What is used of usb.core.Device."""

    idVendor: int  # noqa: N815
    idProduct: int  # noqa: N815
    serial_number: str | None

    def __iter__(self) -> Iterator[UsbConfiguration]: ...
    def get_active_configuration(self) -> UsbConfiguration: ...
    def is_kernel_driver_active(self, interface: int) -> bool: ...
    def detach_kernel_driver(self, interface: int) -> None: ...


def is_printer(device: UsbDevice) -> bool:
    """Whether a USB device has an interface of printer class."""
    return any(interface.bInterfaceClass == PRINTER_CLASS for configuration in device for interface in configuration)


class UsbStream(Stream):
    """A printer on USB. `backend` is pyusb's; None takes libusb."""

    def __init__(self, name: str, where: Address, *, backend: object = None) -> None:
        super().__init__(name)
        self._vendor, self._product = _usb_ids(where)
        self._serial = where.options.get("serial", "")
        self._backend = backend
        self._device: UsbDevice | None = None
        self._out: EndPoint | None = None
        self._in: EndPoint | None = None

    @property
    def is_open(self) -> bool:
        return self._device is not None

    def open(self) -> None:
        if self._device is None:
            with self._errors():
                self._claim()

    def close(self) -> None:
        if self._device is not None:
            import usb.core
            import usb.util

            device, self._device = self._device, None
            try:
                usb.util.dispose_resources(device)
            except usb.core.USBError:
                return  # it was pulled out: nothing is left to give back

    def write(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE):
            out = self._opened(self._out)
            with self._errors():
                out.write(data[start : start + PIECE], int(WRITE_S * 1000))

    def read(self, timeout_s: float) -> bytes:
        import usb.core

        if self._device is not None and self._in is None:
            return b""  # a printer that never answers
        source = self._opened(self._in)
        with self._errors():
            try:
                return bytes(source.read(source.wMaxPacketSize, max(1, int(timeout_s * 1000))))
            except usb.core.USBTimeoutError:
                return b""

    def _opened(self, end_point: EndPoint | None) -> EndPoint:
        if self._device is None or end_point is None:
            raise Unreachable(f"{self.name}: the printer is not open")
        return end_point

    def _claim(self) -> None:
        import usb.util

        device = self._find()
        configuration = device.get_active_configuration()
        interface = next((i for i in configuration if i.bInterfaceClass == PRINTER_CLASS), None) or configuration[(0, 0)]
        if device.is_kernel_driver_active(interface.bInterfaceNumber):
            device.detach_kernel_driver(interface.bInterfaceNumber)
        usb.util.claim_interface(device, interface.bInterfaceNumber)
        self._out, self._in = _bulk(interface, usb.util.ENDPOINT_OUT), _bulk(interface, usb.util.ENDPOINT_IN)
        if self._out is None:
            raise NotFound(f"{self.name}: this USB device is no printer", "correct vendor and product")
        self._device = device

    def _find(self) -> UsbDevice:
        import usb.core

        def fits(device: UsbDevice) -> bool:
            if self._vendor is not None:
                wanted = (self._vendor, self._product) == (device.idVendor, device.idProduct)
            else:
                wanted = is_printer(device)
            return wanted and (not self._serial or device.serial_number == self._serial)

        try:
            found: list[UsbDevice] = list(usb.core.find(find_all=True, custom_match=fits, backend=self._backend))
        except usb.core.NoBackendError:
            raise NotFound(f"{self.name}: libusb is not installed", "apt install libusb-1.0-0") from None
        if not found:
            raise NotFound(f"{self.name}: no such printer on the USB", "plug it in, switch it on; `lsusb` lists what is there")
        if len(found) > 1:
            raise NotFound(f"{self.name}: {len(found)} printers fit", "write usb://VENDOR/PRODUCT?serial=… to name one")
        return found[0]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Close the line and say in the words of `drivers.ports` what pyusb raises."""
        import usb.core

        try:
            yield
        except usb.core.USBError as error:
            self.close()
            raise _usb_error(self.name, error) from error


def _bulk(interface: Interface, direction: int) -> EndPoint | None:
    """The bulk end point of this direction."""
    import usb.util

    def fits(end_point: EndPoint) -> bool:
        kind: int = usb.util.endpoint_type(end_point.bmAttributes)
        way: int = usb.util.endpoint_direction(end_point.bEndpointAddress)
        return (way, kind) == (direction, usb.util.ENDPOINT_TYPE_BULK)

    found: EndPoint | None = usb.util.find_descriptor(interface, custom_match=fits)
    return found


def _usb_ids(where: Address) -> tuple[int | None, int | None]:
    """Vendor and product of usb://VENDOR/PRODUCT, both hexadecimal."""
    if not where.host and not where.path.strip("/"):
        return None, None
    try:
        return int(where.host, 16), int(where.path.strip("/"), 16)
    except ValueError:
        raise BadAddress(f"{where} is no USB device; write usb://VENDOR/PRODUCT, for example usb://04b8/0202") from None


def _usb_error(name: str, error: OSError) -> DeviceError:
    if error.errno in (errno.EACCES, errno.EPERM):
        return NoPermission(f"{name}: this user may not open the printer", "add the user to group lp, then log in again")
    if error.errno == errno.EBUSY:
        return InUse(f"{name}: another program holds the printer", "end the other program, for example CUPS")
    if error.errno == errno.ETIMEDOUT:
        return Unreachable(f"{name}: the printer takes no more data", "look for paper and cover; it is tried again")
    return Unreachable(f"{name}: the printer is gone ({error})", "plug the cable back in; it is tried again")
