"""An emulated Huidu card: sessions, XML methods, and the program that it shows."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import ClassVar, Unpack
from xml.etree import ElementTree as Xml

from PIL import Image, ImageColor

from drivers.display import dots, huidu_frame, huidu_xml
from drivers.display.huidu_frame import Assembler, Packet, Parser
from drivers.display.huidu_xml import BadXml, MethodCall
from drivers.emulators.base import EmulatedLine, EmulatorArguments
from drivers.emulators.panel import LedPanel

PANEL = (64, 16)


@dataclass
class _Session:
    parser: Parser
    assembler: Assembler
    guid: str = ""
    greeted: bool = False


@dataclass(frozen=True)
class _Area:
    x: int
    y: int
    width: int
    height: int
    text: str
    colour: str
    centred: bool


class HuiduEmulator(LedPanel):
    """A card on TCP."""

    FAULTS: ClassVar[dict[str, str]] = {
        "busy": "answers that another host holds it",
        "old": "answers that the version is too low",
    }
    SERIAL = False

    def __init__(self, **given: Unpack[EmulatorArguments]) -> None:
        self.areas: list[_Area] = []
        self.luminance = 100
        self.time = ""
        self.frames = 0
        self._sessions = 0
        super().__init__(**given)

    def power_cut(self) -> None:
        """A card keeps its program; whoever was connected must connect again."""
        self.hang_up()

    def opened(self, line: EmulatedLine) -> None:
        line.state = _Session(Parser(), Assembler(serial=self.SERIAL))
        if self.SERIAL:
            line.state.guid, line.state.greeted = huidu_xml.NO_GUID, True

    def receive(self, line: EmulatedLine, data: bytes) -> None:
        session: _Session = line.state
        before = session.parser.malformed + session.assembler.malformed
        for packet in session.parser.feed(data):
            self.frames += 1
            if self.faulty("busy"):
                line.send(Packet(huidu_frame.ERROR, struct.pack("<H", 4)).encode())
            elif packet.command == huidu_frame.ASK_VERSION:
                session.greeted = True
                line.send(huidu_frame.version(huidu_frame.VERSION_IS).encode())
            elif packet.command == huidu_frame.HEARTBEAT:
                line.send(Packet(huidu_frame.HEARTBEAT_IS).encode())
            elif packet.command == huidu_frame.ASK and session.greeted:
                if (xml := session.assembler.take(packet.payload)) is not None:
                    self._answer(line, session, xml)
            else:
                line.send(Packet(huidu_frame.ERROR, struct.pack("<H", 1)).encode())
        self.malformed += session.parser.malformed + session.assembler.malformed - before

    def _answer(self, line: EmulatedLine, session: _Session, xml: bytes) -> None:
        try:
            call = huidu_xml.decode(xml)
            result = self._do(session, call)
            method = call.method
        except (BadXml, ValueError, KeyError, AttributeError):
            self.malformed += 1
            method, result = "", "kParseXmlFailed"
        answer = MethodCall(session.guid or huidu_xml.NO_GUID, method, result).encode()
        for packet in huidu_frame.xml_packets(huidu_frame.ANSWER, answer, serial=self.SERIAL):
            line.send(packet.encode())
        if method in ("AddProgram", "UpdateProgram", "SetLuminancePloy"):
            self.changed_picture()

    def _do(self, session: _Session, call: MethodCall) -> str:
        assert call.content is not None
        if call.method == "GetIFVersion" and not self.SERIAL:
            if self.faulty("old"):
                return "kVersionTooLow"
            self._sessions += 1
            session.guid = f"{self._sessions:08x}-0000-4000-8000-000000000000"
            return "kSuccess"
        if call.guid != session.guid:
            return "kInvalidGUID"
        if call.method in ("AddProgram", "UpdateProgram"):
            self.areas = [_area(area) for area in call.content.iter("area")]
        elif call.method == "SetLuminancePloy":
            self.luminance = min(100, max(1, int(call.content.find("default").attrib["value"])))  # type: ignore[union-attr]
        elif call.method == "SetTimeInfo":
            self.time = call.content.find("time").attrib["value"]  # type: ignore[union-attr]
        elif call.method not in ("GetLuminancePloy", "GetDeviceInfo", "OpenScreen", "CloseScreen"):
            return "kUnsupportMethod"
        return "kSuccess"

    def texts(self) -> list[str]:
        return [area.text for area in sorted(self.areas, key=lambda area: (area.y, area.x)) if area.text.strip()]

    def dots(self) -> Image.Image:
        size = (max([PANEL[0], *(a.x + a.width for a in self.areas)]), max([PANEL[1], *(a.y + a.height for a in self.areas)]))
        panel = Image.new("RGB", size)
        for area in self.areas:
            rows = max(dots.ROWS, min(area.height, 64) * 3 // 4)
            field = dots.placed(area.text, (area.width, area.height), align="centre" if area.centred else "left", rows=rows)
            panel.paste(ImageColor.getrgb(area.colour)[:3], (area.x, area.y), field)
        share = 0.45 + 0.55 * self.luminance / 100
        return panel.point(lambda value: round(value * share))


class HuiduSerialEmulator(HuiduEmulator):
    """A card on a serial line."""

    SERIAL = True


def _area(area: Xml.Element) -> _Area:
    """Read an area; raise ValueError, KeyError or AttributeError."""
    place = {name: int(area.find("rectangle").attrib[name]) for name in ("x", "y", "width", "height")}  # type: ignore[union-attr]
    if not (0 < place["width"] <= 2048 and 0 < place["height"] <= 1024 and 0 <= place["x"] <= 2048 and 0 <= place["y"] <= 1024):
        raise ValueError("beyond the screen")
    text = area.find("resources/text")
    shown, colour = text.findtext("string", ""), text.find("font").attrib["color"]  # type: ignore[union-attr]
    ImageColor.getrgb(colour)
    style = text.find("style")  # type: ignore[union-attr]
    return _Area(**place, text=shown, colour=colour, centred=style is not None and style.get("align") == "center")
