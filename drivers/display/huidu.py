"""Driver for Huidu full-colour cards (HD-A, C, D, WF), on TCP or a serial line: UTF-8 texts, fonts of the card."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator
from datetime import datetime

from contract.configuration.hall import Device
from contract.wire.messages import DisplayDesired
from drivers.ask import Reader, ask
from drivers.connect import DeviceSite
from drivers.display import dots, huidu_frame, huidu_xml
from drivers.display.brightness import Night
from drivers.display.huidu_frame import Assembler, Packet, Parser
from drivers.display.huidu_xml import BadXml, MethodCall, TextPlace
from drivers.display.options import Size
from drivers.display.text import plain
from drivers.options import DeviceOptions
from drivers.ports import BadReply, DeviceRefused, Display
from drivers.serial_device import SerialDevice

REPLY_S = 3.0
REMEDY = "check the model and the version of its firmware"


class HuiduDisplay(SerialDevice, Display):
    """A board. On a serial line there is no session: its guid stays empty, and no heartbeat is known.

    A card keeps its program without power and shows it again by itself, so that it is not written anew: its flash wears out.
    """

    min_interval_s = 0.5
    refresh_s = math.inf
    line_gap_s = 0.0
    blinks = False

    def __init__(
        self, device: Device, site: DeviceSite, *, serial: bool = False, now: Callable[[], datetime] | None = None
    ) -> None:
        super().__init__(site.stream(device))
        options = DeviceOptions.of(device)
        self.size = Size.of(device, width=256)
        self.font = options.text("font", "SimSun")
        self.night = Night.of(options)
        self.reply_s = site.answer_s or REPLY_S
        self.serial = serial
        self._now = now or site.now
        self._guid = huidu_xml.NO_GUID
        self._has_program = False
        self._percent = 100
        self._dimmed: int | None = None

    def greet(self) -> None:
        self._guid, self._has_program, self._dimmed = huidu_xml.NO_GUID, False, None
        if not self.serial:
            self._packet(huidu_frame.version(), huidu_frame.VERSION_IS)
            self._guid = self._call(huidu_xml.version()).guid
        self._call(huidu_xml.time_is(self._guid, self._now()))

    def check(self) -> None:
        if self.serial:
            self._call(MethodCall(self._guid, "GetLuminancePloy"))
        else:
            self._packet(Packet(huidu_frame.HEARTBEAT), huidu_frame.HEARTBEAT_IS)
        self._dim()

    def show(self, desired: DisplayDesired) -> None:
        rows = zip(desired.lines, self.size.places(len(desired.lines)), strict=False)
        places = [
            TextPlace(line, top, self.size.width, height, self._runs(line.text, line.effect, height))
            for line, (top, height) in rows
        ]
        method = "UpdateProgram" if self._has_program else "AddProgram"
        self._call(huidu_xml.program(self._guid, method, places, font=self.font))
        self._has_program = True
        self._percent = desired.brightness
        self._dim()

    def stays_lit(self, desired: DisplayDesired) -> bool:
        rows = zip(desired.lines, self.size.places(len(desired.lines)), strict=False)
        return any(line.effect == "blink" and self._runs(line.text, "", height) for line, (_, height) in rows)

    def _runs(self, text: str, effect: str, height: int) -> bool:
        return effect == "scroll" or dots.width(plain(text), height * 3 // 4) > self.size.width

    def _dim(self) -> None:
        percent = self.night.at(self._percent, self._now().time())
        if percent != self._dimmed:
            self._call(huidu_xml.luminance(self._guid, percent))
            self._dimmed = percent

    def _packet(self, question: Packet, wanted: int) -> Packet:
        def reader() -> Reader[Packet]:
            parser = Parser()
            return lambda data: [packet for packet in parser.feed(data) if packet.command in (wanted, huidu_frame.ERROR)]

        answer = ask(self.stream, question.encode(), reader, timeout_s=self.reply_s)
        if answer.command == huidu_frame.ERROR:
            raise self._error(answer)
        return answer

    def _call(self, call: MethodCall) -> MethodCall:
        """Ask for a method; raise DeviceRefused when its result is not kSuccess."""
        packets = huidu_frame.xml_packets(huidu_frame.ASK, call.encode(), serial=self.serial)
        answer = ask(self.stream, b"".join(packet.encode() for packet in packets), self._texts, timeout_s=self.reply_s)
        if isinstance(answer, Packet):
            raise self._error(answer)
        try:
            reply = huidu_xml.decode(answer)
        except BadXml as error:
            raise BadReply(f"{self.stream.name}: {call.method}: {error}", REMEDY) from None
        if reply.result != "kSuccess":
            raise DeviceRefused(f"{self.stream.name}: the card refuses {call.method}: {reply.result or 'no result'}", REMEDY)
        return reply

    def _texts(self) -> Reader[bytes | Packet]:
        """Finds whole XML texts, and packets that say what went wrong."""
        parser, assembler = Parser(), Assembler(serial=self.serial)

        def read(data: bytes) -> Iterator[bytes | Packet]:
            for packet in parser.feed(data):
                if packet.command == huidu_frame.ERROR:
                    yield packet
                elif packet.command == huidu_frame.ANSWER and (xml := assembler.take(packet.payload)) is not None:
                    yield xml

        return read

    def _error(self, answer: Packet) -> DeviceRefused:
        code = struct.unpack_from("<H", answer.payload)[0] if len(answer.payload) >= 2 else 0
        return DeviceRefused(f"{self.stream.name}: the card refuses: error {code}", REMEDY)


def huidu_serial(device: Device, site: DeviceSite) -> HuiduDisplay:
    """A card on a serial line."""
    return HuiduDisplay(device, site, serial=True)
