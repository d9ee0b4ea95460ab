"""The lines only printers have: USB of printer class, and a device file or plain file that is written to.

usb://04b8/0202            vendor and product as lsusb shows them; usb://04b8/0202?serial=X4DF0012 a certain one
usb://                     the only printer on the USB
/dev/usb/lp0               the kernel's printer device
file:///var/spool/paper    a file, for looking at what would be printed
"""

from __future__ import annotations

import errno
import os
import select
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contract.configuration.hall import Device
from drivers.address import Address, BadAddress
from drivers.connect import DeviceSite
from drivers.ports import DeviceError, InUse, NoPermission, NotFound, Unreachable
from drivers.stream import WRITE_S, Stream

PRINTER_CLASS = 7
PIECE = 4096


def line_to(device: Device, site: DeviceSite) -> Stream:
    """The stream for a printer's address, not yet open. Raise BadAddress or NotFound."""
    where = Address.parse(device.address, default_port=9100 if device.address.startswith("socket:") else 0)
    label = f"{device.id} ({device.address})"
    if where.scheme == "usb":
        return UsbStream(label, where)
    if where.scheme == "file" or (where.scheme == "serial" and "lp" in Path(where.path).name):
        return FileStream(label, Path(where.path))
    if where.scheme == "socket":
        device = device.model_copy(update={"address": str(where)})
    return site.stream(device)


class FileStream(Stream):
    """A device file that is written to and, where it answers, read from."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name)
        self.path = path
        self._file = -1
        self._is_device = False

    @property
    def is_open(self) -> bool:
        return self._file >= 0

    def open(self) -> None:
        if self._file >= 0:
            return
        self._is_device = self.path.exists() and stat.S_ISCHR(self.path.stat().st_mode)
        how = os.O_RDWR if self._is_device else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        try:
            self._file = os.open(self.path, how | os.O_NONBLOCK | os.O_NOCTTY, 0o640)
        except OSError as error:
            raise _file_error(self.name, error) from error

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def write(self, data: bytes) -> None:
        left = memoryview(data)
        deadline = time.monotonic() + WRITE_S
        while left:
            _, ready, _ = select.select([], [self._descriptor()], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                self.close()
                raise Unreachable(f"{self.name}: the printer takes no more data", "look for paper and cover; it is tried again")
            try:
                left = left[os.write(self._file, left[:PIECE]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                self.close()
                raise _file_error(self.name, error) from error

    def read(self, timeout_s: float) -> bytes:
        file = self._descriptor()
        if not self._is_device or not select.select([file], [], [], timeout_s)[0]:
            return b""
        try:
            return os.read(file, PIECE)
        except BlockingIOError:
            return b""
        except OSError as error:
            self.close()
            raise _file_error(self.name, error) from error

    def _descriptor(self) -> int:
        if self._file < 0:
            raise Unreachable(f"{self.name}: the file is not open")
        return self._file


def _file_error(name: str, error: OSError) -> DeviceError:
    if error.errno in (errno.EACCES, errno.EPERM):
        return NoPermission(f"{name}: this user may not write there", "add the user to group lp, then log in again")
    if error.errno == errno.EBUSY:
        return InUse(f"{name}: another program holds the printer", "end the other program, for example CUPS")
    if error.errno in (errno.ENOENT, errno.ENXIO, errno.EISDIR, errno.ENOTDIR):
        return NotFound(f"{name}: there is no such device or folder", "plug the printer in, or correct the address")
    return Unreachable(f"{name}: the printer is gone ({error.strerror})", "plug the cable back in; it is tried again")


class UsbStream(Stream):
    """A printer on USB, by its bulk end points. `backend` is pyusb's; None takes libusb."""

    def __init__(self, name: str, where: Address, *, backend: Any = None) -> None:
        super().__init__(name)
        self._vendor, self._product = _usb_ids(where)
        self._serial = where.options.get("serial", "")
        self._backend = backend
        self._device: Any = None
        self._interface = 0
        self._out: Any = None
        self._in: Any = None

    @property
    def is_open(self) -> bool:
        return self._device is not None

    def open(self) -> None:
        if self._device is None:
            self._guard(self._claim)

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
            self._guard(lambda start=start: self._end_point("_out").write(data[start : start + PIECE], int(WRITE_S * 1000)))

    def read(self, timeout_s: float) -> bytes:
        if self._device is not None and self._in is None:
            return b""
        return self._guard(self._read, timeout_s) or b""

    def _read(self, timeout_s: float) -> bytes:
        import usb.core

        try:
            return bytes(self._end_point("_in").read(self._in.wMaxPacketSize, max(1, int(timeout_s * 1000))))
        except usb.core.USBTimeoutError:
            return b""

    def _end_point(self, which: str) -> Any:
        if self._device is None:
            raise Unreachable(f"{self.name}: the printer is not open")
        return getattr(self, which)

    def _claim(self) -> None:
        import usb.util

        device = self._find()
        configuration = device.get_active_configuration()
        interface = next((i for i in configuration if i.bInterfaceClass == PRINTER_CLASS), None) or configuration[(0, 0)]
        self._interface = interface.bInterfaceNumber
        if device.is_kernel_driver_active(self._interface):
            device.detach_kernel_driver(self._interface)
        usb.util.claim_interface(device, self._interface)

        def bulk(direction: int) -> Any:
            return usb.util.find_descriptor(
                interface,
                custom_match=lambda e: (
                    usb.util.endpoint_direction(e.bEndpointAddress) == direction
                    and usb.util.endpoint_type(e.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
                ),
            )

        self._out, self._in = bulk(usb.util.ENDPOINT_OUT), bulk(usb.util.ENDPOINT_IN)
        if self._out is None:
            raise NotFound(f"{self.name}: this USB device is no printer", "correct vendor and product")
        self._device = device

    def _find(self) -> Any:
        import usb.core

        def fits(device: Any) -> bool:
            if self._vendor is not None:
                wanted = (self._vendor, self._product) == (device.idVendor, device.idProduct)
            else:
                wanted = any(i.bInterfaceClass == PRINTER_CLASS for c in device for i in c)
            return wanted and (not self._serial or device.serial_number == self._serial)

        try:
            found = list(usb.core.find(find_all=True, custom_match=fits, backend=self._backend))
        except usb.core.NoBackendError:
            raise NotFound(f"{self.name}: libusb is not installed", "apt install libusb-1.0-0") from None
        if not found:
            raise NotFound(f"{self.name}: no such printer on the USB", "plug it in, switch it on; `lsusb` lists what is there")
        if len(found) > 1:
            raise NotFound(f"{self.name}: {len(found)} printers fit", "write usb://VENDOR/PRODUCT?serial=… to name one")
        return found[0]

    def _guard(self, action: Callable[..., Any], *arguments: Any) -> Any:
        import usb.core

        try:
            return action(*arguments)
        except usb.core.USBError as error:
            self.close()
            raise _usb_error(self.name, error) from error


def _usb_ids(where: Address) -> tuple[int | None, int | None]:
    """Vendor and product of usb://VENDOR/PRODUCT, both hexadecimal."""
    if not where.host and not where.path.strip("/"):
        return None, None
    try:
        return int(where.host, 16), int(where.path.strip("/"), 16)
    except ValueError:
        raise BadAddress(f"{where} is no USB device; write usb://VENDOR/PRODUCT, for example usb://04b8/0202") from None


def _usb_error(name: str, error: Any) -> DeviceError:
    if error.errno in (errno.EACCES, errno.EPERM):
        return NoPermission(f"{name}: this user may not open the printer", "add the user to group lp, then log in again")
    if error.errno == errno.EBUSY:
        return InUse(f"{name}: another program holds the printer", "end the other program, for example CUPS")
    if error.errno == errno.ETIMEDOUT:
        return Unreachable(f"{name}: the printer takes no more data", "look for paper and cover; it is tried again")
    return Unreachable(f"{name}: the printer is gone ({error})", "plug the cable back in; it is tried again")
