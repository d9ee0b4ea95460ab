"""The USB line of printers, over pyusb with a bus in memory instead of libusb."""

import errno

import pytest
import usb.backend
import usb.core

from contract.configuration.hall import Device
from drivers import registry
from drivers.address import Address, BadAddress
from drivers.ports import InUse, NoPermission, NotFound, PrintFailed, Unreachable
from drivers.printer.escpos import EscPosPrinter
from drivers.printer.lines import line_to
from drivers.printer.profile import PROFILES
from drivers.printer.usb import UsbStream
from drivers.registry import DeviceSite


class Struct:
    def __init__(self, **fields):
        self.__dict__.update(fields, extra_descriptors=b"")


class Bus(usb.backend.IBackend):
    """A USB with emulated printers: one configuration, one interface of printer class, bulk end points 01 and 82."""

    def __init__(self, *emulators, vendor=0x04B8, product=0x0202, interface_class=7):
        self.vendor, self.product, self.interface_class = vendor, product, interface_class
        self.answers = []
        self.lines = [emulator.plug_in(self.answers.append) for emulator in emulators]
        self.emulators = emulators
        self.kernel_driver = True
        self.claimed = False
        self.error = None

    def enumerate_devices(self):
        return range(len(self.emulators))

    def get_device_descriptor(self, dev):
        return Struct(bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
                      bMaxPacketSize0=64, idVendor=self.vendor, idProduct=self.product, bcdDevice=0x100, iManufacturer=0, iProduct=0,
                      iSerialNumber=0, bNumConfigurations=1, address=dev + 1, bus=1, port_number=1, port_numbers=(1,), speed=3)  # fmt: skip

    def get_configuration_descriptor(self, dev, config):
        if config:
            raise IndexError
        return Struct(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=32,
            bNumInterfaces=1,
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0xC0,
            bMaxPower=1,
        )

    def get_interface_descriptor(self, dev, intf, alt, config):
        if intf or alt:
            raise IndexError
        return Struct(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=0,
            bAlternateSetting=0,
            bNumEndpoints=2,
            bInterfaceClass=self.interface_class,
            bInterfaceSubClass=1,
            bInterfaceProtocol=2,
            iInterface=0,
        )

    def get_endpoint_descriptor(self, dev, ep, intf, alt, config):
        return Struct(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=(0x01, 0x82)[ep],
            bmAttributes=2,
            wMaxPacketSize=64,
            bInterval=0,
            bRefresh=0,
            bSynchAddress=0,
        )

    def open_device(self, dev):
        if self.error:
            raise usb.core.USBError("no", None, self.error)
        return dev

    def close_device(self, handle):
        pass

    def get_configuration(self, handle):
        return 1

    def is_kernel_driver_active(self, handle, intf):
        return self.kernel_driver

    def detach_kernel_driver(self, handle, intf):
        self.kernel_driver = False

    def claim_interface(self, handle, intf):
        assert not self.kernel_driver
        self.claimed = True

    def release_interface(self, handle, intf):
        self.claimed = False

    def bulk_write(self, handle, ep, intf, data, timeout):
        assert self.claimed and ep == 0x01 and 0 < timeout <= 5000
        if self.error:
            raise usb.core.USBError("gone", None, self.error)
        self.emulators[handle].feed(self.lines[handle], bytes(data))
        return len(data)

    def bulk_read(self, handle, ep, intf, buff, timeout):
        assert ep == 0x82
        if not self.answers:
            raise usb.core.USBTimeoutError("timeout", None, errno.ETIMEDOUT)
        answer = self.answers.pop(0)[: len(buff)]
        buff[: len(answer)] = type(buff)("B", answer)
        return len(answer)


def printer_on(bus, address="usb://04b8/0202"):
    return EscPosPrinter(UsbStream(address, Address.parse(address), backend=bus), PROFILES["epson-tm-t88"], answer_s=0.2)


def emulator():
    return registry.emulator("epson-tm-t88")()


def test_a_printer_on_usb_prints_tells_its_state_and_gives_the_bus_back():
    bus = Bus(emulator())
    printer = printer_on(bus)
    printer.open()
    printer.print(b"\x1b@OK\n\x1dVB\x10")
    assert len(bus.emulators[0].papers) == 1
    bus.emulators[0].fail("paper-out")
    assert printer.status() == "paper-out"
    printer.close()
    assert not bus.claimed


def test_a_printer_pulled_out_within_a_job_is_a_failure_and_is_found_again():
    bus = Bus(emulator())
    printer = printer_on(bus)
    printer.open()
    bus.error = errno.ENODEV
    with pytest.raises(PrintFailed) as failure:
        printer.print(b"x" * 9000)
    assert failure.value.state == "unreachable"
    bus.error = None
    assert printer.status() == "ok"


def test_the_only_printer_is_found_without_numbers_and_two_need_a_name():
    printer_on(Bus(emulator()), "usb://").open()
    with pytest.raises(NotFound, match="2 printers"):
        printer_on(Bus(emulator(), emulator()), "usb://").open()
    with pytest.raises(NotFound):
        printer_on(Bus(emulator(), interface_class=3), "usb://").open()


@pytest.mark.parametrize(
    ("error", "kind", "remedy"),
    [(errno.EACCES, NoPermission, "group lp"), (errno.EBUSY, InUse, "CUPS"), (errno.EIO, Unreachable, "plug")],
)
def test_every_error_of_the_bus_has_its_remedy(error, kind, remedy):
    bus = Bus(emulator())
    bus.error = error
    with pytest.raises(kind, match=remedy):
        printer_on(bus).open()


def test_a_printer_that_is_not_there_is_named():
    with pytest.raises(NotFound, match="lsusb"):
        printer_on(Bus(emulator(), vendor=0x1234)).open()


@pytest.mark.parametrize("address", ["usb://epson/tm", "usb://04b8", "usb://04b8/0202/extra"])
def test_a_usb_address_of_another_shape_is_refused_with_an_example(address):
    with pytest.raises(BadAddress, match="usb://04b8/0202"):
        line_to(Device(id="p", kind="printer", model="escpos-80", address=address), DeviceSite())
