"""The lines that only printers have: USB (usb.py), and a device file or plain file that is written to.

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
from pathlib import Path

from contract.configuration.hall import Device
from drivers.address import Address
from drivers.connect import DeviceSite
from drivers.ports import DeviceError, InUse, NoPermission, NotFound, Unreachable
from drivers.printer.usb import UsbStream
from drivers.stream import WRITE_S, Stream

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
