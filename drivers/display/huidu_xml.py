"""What is asked of Huidu cards, as XML texts, and how their answers are read. Pure.

Results are compared by name: their numbers differ between versions of the cards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as Xml

from contract.wire.messages import DisplayLine
from drivers.display.text import plain

NO_GUID = "##GUID"
PROGRAM = "7a1b0c52-0001-4000-8000-000000000001"
COLOURS = {"red": "#ff0000", "green": "#00ff00", "yellow": "#ffd000", "white": "#ffffff"}
STATIC, RUN_LEFT = "0", "26"


class BadXml(ValueError):
    """A text that is no XML of this protocol."""


@dataclass(frozen=True)
class MethodCall:
    """A method that is asked for, or its answer with a `result`."""

    guid: str
    method: str
    result: str = ""
    content: Xml.Element | None = None

    def encode(self) -> bytes:
        """The XML text, UTF-8."""
        root = Xml.Element("sdk", guid=self.guid)
        call = Xml.SubElement(root, "out" if self.result else "in", method=self.method)
        if self.result:
            call.set("result", self.result)
        call.extend(list(self.content) if self.content is not None else [])
        text: str = Xml.tostring(root, encoding="unicode")
        return b'<?xml version="1.0" encoding="utf-8"?>\n' + text.encode()


def decode(xml: bytes) -> MethodCall:
    """Read a request or an answer; raise BadXml."""
    if b"<!" in xml:
        raise BadXml("no declarations are taken")  # they could make a small text grow without end
    try:
        root = Xml.fromstring(xml)  # noqa: S314
    except (Xml.ParseError, ValueError, LookupError) as error:
        raise BadXml(str(error)) from None
    call = next((child for child in root if child.tag in ("in", "out")), None)
    if root.tag != "sdk" or call is None or "method" not in call.attrib:
        raise BadXml("no method is named")
    result = call.get("result", "") if call.tag == "out" else ""
    return MethodCall(root.get("guid", ""), call.get("method", ""), result, call)


def version(guid: str = NO_GUID) -> MethodCall:
    """Asks for the version; the answer has the guid of the session."""
    return MethodCall(guid, "GetIFVersion", content=_content(Xml.Element("version", value="1000000")))


def luminance(guid: str, percent: int) -> MethodCall:
    """Sets the brightness, 1 to 100."""
    return MethodCall(
        guid,
        "SetLuminancePloy",
        content=_content(Xml.Element("mode", value="default"), Xml.Element("default", value=str(percent))),
    )


def time_is(guid: str, now: datetime) -> MethodCall:
    """Sets the clock of the card to local time `now`."""
    zone = now.strftime("%z") or "+0800"
    return MethodCall(
        guid,
        "SetTimeInfo",
        content=_content(
            Xml.Element("timezone", value=f"(UTC{zone[:3]}:{zone[3:5]})"),
            Xml.Element("summer", enable="false"),
            Xml.Element("sync", value="none"),
            Xml.Element("time", value=now.strftime("%Y-%m-%d %H:%M:%S")),
        ),
    )


@dataclass(frozen=True)
class TextPlace:
    """A line and where it is, in dots."""

    line: DisplayLine
    top: int
    width: int
    height: int
    runs: bool


def program(guid: str, method: str, places: list[TextPlace], *, font: str) -> MethodCall:
    """Shows lines: method AddProgram replaces everything, UpdateProgram changes the same program without a dark moment."""
    screen = Xml.Element("screen", timeStamps="0")
    node = Xml.SubElement(screen, "program", guid=PROGRAM, type="normal")
    Xml.SubElement(node, "playControl", count="1")
    for number, place in enumerate(places):
        area = Xml.SubElement(node, "area", guid=f"{PROGRAM[:-4]}a{number:03d}", alpha="255")
        Xml.SubElement(area, "rectangle", x="0", y=str(place.top), width=str(place.width), height=str(place.height))
        resources = Xml.SubElement(area, "resources")
        text = Xml.SubElement(resources, "text", guid=f"{PROGRAM[:-4]}b{number:03d}", singleLine="true")
        Xml.SubElement(text, "style", align="left" if place.runs else "center", valign="middle")
        Xml.SubElement(text, "string").text = plain(place.line.text)
        colour = COLOURS.get(place.line.colour, COLOURS["red"])
        letters = {"name": font, "size": str(place.height * 3 // 4), "color": colour}
        Xml.SubElement(text, "font", {**letters, "bold": "false", "italic": "false", "underline": "false"})
        manner = {"in": RUN_LEFT if place.runs else STATIC, "inSpeed": "4", "out": STATIC, "outSpeed": "4", "duration": "50"}
        Xml.SubElement(text, "effect", manner)
    return MethodCall(guid, method, content=_content(screen))


def _content(*elements: Xml.Element) -> Xml.Element:
    content = Xml.Element("content")
    content.extend(elements)
    return content
