"""What is fuzzed: every parser of bytes from devices and of messages, and every emulated device.

A target takes bytes and returns; whatever it raises beyond the errors that its subject documents is a defect, and so is a parser that
keeps more than it may.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from typing import Any

from contract.wire import answers, codec, messages, requests
from drivers import registry
from drivers.address import Address, BadAddress
from drivers.display import alpha_frame, bx6_frame, bxk_frame, huidu_frame, huidu_xml, number_frame, onbon_line, qt_frame
from drivers.emulators.escpos_commands import EscPosReader
from drivers.idcard import frames as idcard
from drivers.idcard.text import Unreadable, card
from drivers.keypad import frames as keypad
from drivers.locker import frames_8a, frames_wkly
from drivers.printer.status import StatusParser
from drivers.scanner import frames as scanner
from drivers.scanner import ssi
from drivers.scanner.keys import KeyReader
from drivers.voice import frames as voice

Target = Callable[[bytes], None]
LIMIT = 1 << 16
"""No parser of a stream holds more than this."""

PARSERS: dict[str, Callable[[], Any]] = {
    "alpha": alpha_frame.Parser,
    "card reader": idcard.Parser,
    "escpos status": StatusParser,
    "gm65": partial(scanner.CodeParser, scanner.GM65),
    "huidu": huidu_frame.Parser,
    "keypad": keypad.Parser,
    "locker 8a": frames_8a.Parser,
    "locker wkly": frames_wkly.Parser,
    "newland": partial(scanner.CodeParser, scanner.NEWLAND),
    "number board": partial(number_frame.Parser, xunpeng=False),
    "number xunpeng": partial(number_frame.Parser, xunpeng=True),
    "onbon line": onbon_line.Splitter,
    "qt strip": qt_frame.Parser,
    "scanner": scanner.CodeParser,
    "syn6288": partial(voice.Parser, voice.SYN6288),
    "xfs5152": partial(voice.Parser, voice.XFS5152),
    "zebra ssi": ssi.Parser,
}


def cut(data: bytes) -> list[bytes]:
    """The bytes behind the first one, in two pieces cut where the first one says."""
    at = data[0] if data else 0
    return [data[1 : 1 + at], data[1 + at :]]


def stream(make: Callable[[], Any], data: bytes) -> None:
    """Feed a parser in two pieces; what it holds stays bounded."""
    parser = make()
    for piece in cut(data):
        parser.feed(piece)
    held = sum(len(v) for v in vars(parser).values() if isinstance(v, bytes | bytearray))
    assert held <= min(LIMIT, len(data)), f"the parser holds {held} bytes of {len(data)}"


def device(model: str, data: bytes) -> None:
    """Feed an emulated device; it stays alive, and the line too."""
    emulator = registry.emulator(model)(name=model)
    line = emulator.plug_in(lambda _answer: None)
    for piece in cut(data):
        emulator.feed(line, piece)
    emulator.unplug(line)
    emulator.stop()


def tolerant(read: Callable[[bytes], object], *refusals: type[Exception]) -> Target:
    """Reads, and takes the documented refusals as an answer."""

    def target(data: bytes) -> None:
        with contextlib.suppress(*refusals):
            read(data)

    return target


def key_events(data: bytes) -> None:
    """Key events of a scanner that poses as a keyboard: two bytes each."""
    reader = KeyReader()
    for key, value in zip(data[::2], data[1::2], strict=False):
        code = reader.feed(key, value % 3)
        assert code is None or code.isprintable()


def ssi_codes(data: bytes) -> None:
    """Codes in packets of Zebra decoders."""
    parser, reader = ssi.Parser(), ssi.SsiCodeReader()
    for piece in cut(data):
        for packet in parser.feed(piece):
            reader.feed(packet)


def printer_commands(data: bytes) -> None:
    """Commands to a ticket printer, without printing."""
    reader = EscPosReader()
    for piece in cut(data):
        reader.feed(piece)
    reader.clear()


def message(kind: type, data: bytes) -> None:
    """A message of the wire contract."""
    with contextlib.suppress(codec.Illegal):
        codec.decode(data, kind)


MESSAGES = [
    *(verb.request for verb in requests.VERBS.values()),
    messages.DisplayDesired,
    messages.Announce,
    messages.WindowState,
    messages.QueueState,
    messages.RatingAsk,
    messages.TerminalStatus,
    answers.Answer,
]


def all_messages(data: bytes) -> None:
    """Every message that a program of the hall may receive."""
    for kind in MESSAGES:
        message(kind, data)


TARGETS: dict[str, Target] = {
    **{f"parser: {name}": partial(stream, make) for name, make in PARSERS.items()},
    **{f"device: {name}": partial(device, name) for name, model in registry.models().items() if model.emulator},
    "address": tolerant(lambda data: Address.parse(data.decode("utf-8", "replace")), BadAddress),
    "card text": tolerant(card, Unreadable),
    "card reader answer": tolerant(lambda data: [idcard.reply(data), idcard.command(data)]),
    "code text": tolerant(scanner.text_of),
    "huidu xml": tolerant(huidu_xml.decode, huidu_xml.BadXml),
    "key events": key_events,
    "messages": all_messages,
    "onbon bx-6": tolerant(bx6_frame.decode, onbon_line.BadFrame),
    "onbon bx-k": tolerant(bxk_frame.decode, onbon_line.BadFrame),
    "printer commands": printer_commands,
    "zebra codes": ssi_codes,
}
