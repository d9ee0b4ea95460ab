"""The codecs of all displays: example frames byte for byte, round trips, and whatever bytes may come."""

import contextlib
import json
import socket
import struct
import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from alphasign.commands.dots import WriteSmallDots
from alphasign.commands.special import WriteSpecialFunction
from alphasign.packet import Packet as AlphaPacket
from alphasign.protocol import DotsColorDepth, FileType
from crccheck.crc import CrcArc
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.display import alpha_frame as alpha
from drivers.display import bx6_frame as bx6
from drivers.display import bxk_frame as bxk
from drivers.display import huidu_frame, huidu_search, huidu_xml, number_frame, qt_frame
from drivers.display.brightness import Night, level
from drivers.display.bxk_area import Area, Areas, AreaVoice
from drivers.display.onbon_line import BadFrame, Splitter, crc16
from drivers.display.text import columns, decode, encode, plain
from drivers.options import BadOption, DeviceOptions

VECTORS = {
    (device["device"], frame["name"]): bytes.fromhex(frame["hex"])
    for device in json.loads((Path(__file__).parents[3] / "vectors.json").read_text(encoding="utf-8"))
    for frame in device["frames"]
}


def of(device):
    return {name: frame for (kind, name), frame in VECTORS.items() if kind == device}


# --- example frames ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", of("onbon_bxk"))
def test_every_bxk_example_is_read_and_written_byte_for_byte(name):
    wire = of("onbon_bxk")[name]
    (content,) = Splitter().feed(wire)
    frame = bxk.decode(content)
    assert bxk.encode(frame) == b"\xa5" * 8 + wire.lstrip(b"\xa5")
    if frame.dst != bxk.HOST:
        request = bxk.Request.decode(frame.data)
        assert request.encode() == frame.data


def bxk_wire(request, dst=1):
    return bxk.encode(bxk.Frame(dst, request.encode()))


def test_the_bxk_driver_s_own_requests_are_the_manual_s_examples():
    examples = of("onbon_bxk")
    assert bxk_wire(bxk.Request(bxk.PING)) == examples["ping addr1"]
    assert bxk_wire(bxk.Request(bxk.STATUS)) == examples["status addr1"]
    assert bxk_wire(bxk.Request(bxk.CLEAR)) == examples["clear dyn addr1"]
    assert bxk_wire(bxk.power(True), bxk.BROADCAST) == examples["on FFFE"]
    assert bxk_wire(bxk.power(False), bxk.BROADCAST) == examples["off FFFE"]
    welcome = Area(0, 0, 0, 128, 32, "欢迎光临".encode("gb2312"), align=0, single_line=2, new_line=1)
    assert bxk_wire(Areas([welcome]).request(), bxk.BROADCAST) == examples["dynamic huanyingguanglin 128x32 FFFE"]
    manual = bxk.decode(Splitter().feed(examples["clock manual addr1 (reserved 08 00)"])[0])
    asked = bxk.Request.decode(manual.data)
    assert bxk.read_clock(asked.payload) == datetime(2013, 1, 25, 11, 17, 26)
    assert bxk.clock(datetime(2013, 1, 25, 11, 17, 26)).payload == asked.payload


def test_the_bx6_frames_are_those_of_the_makers_library():
    examples = of("onbon_bx6")
    ping = bx6.Frame(bx6.ANY, bx6.Request(bx6.PING).encode(), sequence=0x66B8)
    assert bx6.encode(ping) == examples["ping"]
    status = bx6.Frame(bx6.ANY, bx6.Request(bx6.STATUS).encode(), sequence=0x0988)
    assert bx6.encode(status) == examples["status"]
    picture = bytearray(16 * 8 * 3)
    for i in range(8):
        picture[(i * 16 + i) * 3] = 255
    area = bx6.Area(0, 0, 0, 16, 8, (bx6.Page(bytes(picture)),))
    assert bx6.encode(bx6.Frame(bx6.ANY, area.request().encode(), dynamic=True)) == examples["update dynamic 16x8 bitmap"]
    gone = bx6.delete([0])
    assert bx6.encode(bx6.Frame(bx6.ANY, gone.encode(), dynamic=True)) == examples["delete dynamic 0"]


def test_the_frames_of_the_small_displays_are_the_published_ones():
    strip = qt_frame.Frame(1, b"AB" + "欢迎光临".encode("gb2312") + b"12", bytes.fromhex("0100000263"))
    assert strip.encode() == VECTORS["qt_strip", "strip 01"]
    assert number_frame.encode_four(number_frame.Number(999, 5)) == bytes.fromhex("0503E7EF")
    assert number_frame.encode_xunpeng(number_frame.Number(0x378)) == bytes.fromhex("3A00780301B60A")
    assert alpha.Frame(alpha.WRITE_STRING, b"AA012").encode() == VECTORS["alpha", "string A=A012"]


def test_alpha_pictures_and_memory_are_those_of_an_independent_library():
    rows = [b"0123" * 4] * 16
    theirs = WriteSmallDots(b"".join(row + b"\r" for row in rows), "P", 16, 16)
    packet = AlphaPacket().add(theirs)
    assert alpha.Frame(alpha.WRITE_DOTS, alpha.picture(rows)).encode() == packet.to_bytes().replace(b"\xff", b"")
    files = [
        {"label": "A", "type": FileType.TEXT, "size": 0x100, "stop_time": 0},
        {"label": "P", "type": FileType.DOTS, "size": (16, 120), "color_depth": DotsColorDepth.THREE_COLOR},
    ]
    config = WriteSpecialFunction.configure_memory(files).to_bytes()
    assert config == alpha.memory(120, 16)


def test_huidu_packets_are_those_of_the_makers_sdk():
    examples = of("huidu_sdk2")
    assert huidu_frame.version().encode() == examples["version ask"]
    assert huidu_frame.version(huidu_frame.VERSION_IS).encode() == examples["version answer 8"]
    assert huidu_frame.Packet(huidu_frame.HEARTBEAT).encode() == examples["heartbeat ask"]
    busy = huidu_frame.Packet(huidu_frame.ERROR, struct.pack("<H", 4))
    assert busy.encode() == examples["error kInvalidGUID? (device busy 4)"]
    (packet,) = huidu_frame.Parser().feed(examples["GetIFVersion (vendor C# text)"])
    xml = huidu_frame.Assembler().take(packet.payload)
    theirs = huidu_xml.decode(xml)
    ours = huidu_xml.decode(huidu_xml.version().encode())
    assert (theirs.guid, theirs.method) == (ours.guid, ours.method) == ("##GUID", "GetIFVersion")
    assert [dict(e.attrib) for e in theirs.content] == [dict(e.attrib) for e in ours.content]
    assert huidu_frame.xml_packets(huidu_frame.ASK, xml)[0].encode() == examples["GetIFVersion (vendor C# text)"]


def test_a_search_for_huidu_cards_asks_as_the_makers_program_does_and_finds_those_that_answer():
    assert of("huidu_sdk2_udp")["search ask"] == huidu_search.QUESTION
    card = huidu_search.FoundCard("C16-D20-A0001", 7)
    assert card.encode() == bytes.fromhex("05000001 0210") + b"C16-D20-A0001\0\0" + bytes.fromhex("07000000")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        there.bind(("127.0.0.1", 0))

        def answer():
            asked, sender = there.recvfrom(100)
            for datagram in (b"noise", b"", asked, card.encode()):
                there.sendto(datagram, sender)

        thread = threading.Thread(target=answer)
        thread.start()
        found = huidu_search.search("127.0.0.1", port=there.getsockname()[1], wait_s=60, most=1)
        thread.join()
    assert found == ["socket://127.0.0.1:10001 (C16-D20-A0001)"]


@given(st.binary(max_size=40))
def test_any_datagram_is_a_card_or_refused(data):
    with contextlib.suppress(huidu_search.BadAnswer):
        assert huidu_search.FoundCard.decode(data).id.isprintable()


# --- properties ----------------------------------------------------------------------------------------------------------

blobs = st.binary(max_size=300)


@given(blobs)
def test_the_checksum_is_crc_16_arc(data):
    assert crc16(data) == CrcArc.calc(data)


@given(st.integers(0, 0xFFFF), blobs, st.integers(0, 0xFFFF), st.sampled_from([b"", bytes(range(16))]), st.integers(0, 2))
def test_a_bxk_frame_survives_the_wire(dst, data, src, barcode, check_mode):
    frame = bxk.Frame(dst, data, src, barcode, check_mode)
    (content,) = Splitter().feed(bxk.encode(frame))
    assert bxk.decode(content) == frame


def test_the_voice_of_an_area_is_where_manual_and_library_have_it():
    said, text = "请A零一二号".encode("gb2312"), "A012".encode("gb2312")
    sound = AreaVoice(said, person=0, volume=10, speed=2, repeat=3)  # the values of the library's own example
    area = Area(0, 0, 0, 128, 32, text, align=0, single_line=2, new_line=1, sound=sound)
    before = "00 0080 0000 8080 2000 00 00 00 0A00"
    behind = "00 00 02 01 01 00 02 0A 04000000 41303132"
    own = bytes.fromhex(f"{before} 02 30 0A 02 0B000000 C7EB 41 C1E3 D2BB B6FE BAC5 {behind}")
    assert area.encode() == own and Area.decode(own) == area
    same = replace(area, sound=AreaVoice(None, person=5, volume=5, speed=5))
    assert same.encode() == bytes.fromhex(f"{before} 01 05 05 05 {behind}") and Area.decode(same.encode()) == same
    silent = replace(area, sound=None)
    assert silent.encode() == bytes.fromhex(f"{before} 00 {behind}")
    request = Areas([area]).request().encode()
    assert request == bytes.fromhex(f"A3 06 01 00 00 00 01 {len(own):02X} 00") + own
    content = bytes.fromhex("0100 0080 000000 00 00 00 FE 02") + len(request).to_bytes(2, "little") + request
    wire = b"\xa5" * 8 + content + CrcArc.calc(content).to_bytes(2, "little") + b"\x5a"
    assert bxk.encode(bxk.Frame(1, request)) == wire, "nothing here needs escaping"


@pytest.mark.parametrize(
    "sound", ["03 00 05 05", "02 06 05 05 00000000", "02 00 0B 05 00000000", "02 00 05 05 FF000000", "02 00"]
)
def test_a_voice_that_no_controller_has_is_no_area(sound):
    with pytest.raises(BadFrame):
        Area.decode(bytes.fromhex("00 0080 0000 8080 2000 00 00 00 0A00" + sound))


sounds = st.builds(
    AreaVoice,
    text=st.one_of(st.none(), blobs),
    person=st.integers(0, 5),
    volume=st.integers(0, 10),
    speed=st.integers(0, 10),
    repeat=st.integers(0, 15),
)
areas = st.builds(
    Area,
    sound=st.one_of(st.none(), sounds),
    id=st.integers(0, 7),
    x=st.integers(0, 0x7FFF),
    y=st.integers(0, 0xFFFF),
    width=st.integers(0, 0x7FFF),
    height=st.integers(0, 0xFFFF),
    text=blobs,
    run_mode=st.integers(0, 5),
    align=st.integers(0, 15),
    speed=st.integers(0, 24),
)


@given(st.lists(areas, max_size=5), st.one_of(st.none(), st.lists(st.integers(0, 7), max_size=8).map(tuple)), st.booleans())
def test_dynamic_areas_survive_the_wire(entries, deleted, clear):
    update = Areas(entries, deleted, clear)
    assert Areas.decode(bxk.Request.decode(update.request().encode())) == update


@given(st.integers(0, 0xFFFF), blobs, st.booleans(), st.integers(0, 0xFFFF))
def test_a_bx6_frame_survives_the_wire(dst, body, dynamic, sequence):
    frame = bx6.Frame(dst, body, dynamic=dynamic, sequence=0 if dynamic else sequence)
    (content,) = Splitter(bx6.LIMIT).feed(bx6.encode(frame))
    assert bx6.decode(content) == frame


@given(st.integers(1, 8), st.integers(1, 8), st.lists(st.integers(0, 1000), min_size=1, max_size=3))
def test_a_bx6_area_survives_the_wire(width, height, stays):
    pages = tuple(bx6.Page(bytes([i]) * (width * height * 3), stay=stay) for i, stay in enumerate(stays))
    area = bx6.Area(3, 5, 6, width, height, pages)
    assert bx6.Area.decode(bx6.Request.decode(area.request().encode()).data) == area


@given(st.integers(1, 254), st.binary(max_size=100).map(lambda b: b.replace(b"\xff", b"")))
def test_a_qt_frame_survives_the_wire(address, text):
    assert qt_frame.Parser().feed(qt_frame.Frame(address, text).encode()) == [qt_frame.Frame(address, text)]


@given(st.integers(0, 0xFFFF), st.integers(0, 255))
def test_a_number_survives_the_wire(value, byte):
    four, xunpeng = number_frame.Number(value, byte), number_frame.Number(value, colour=byte)
    assert number_frame.Parser(xunpeng=False).feed(number_frame.encode_four(four)) == [four]
    assert number_frame.Parser(xunpeng=True).feed(number_frame.encode_xunpeng(xunpeng)) == [xunpeng]


@given(st.binary(max_size=30000), st.booleans())
@settings(max_examples=30)
def test_an_xml_text_survives_the_wire_in_parts(xml, serial):
    assembler, parser, found = huidu_frame.Assembler(serial=serial), huidu_frame.Parser(), []
    for packet in huidu_frame.xml_packets(huidu_frame.ASK, xml or b"x", serial=serial):
        for got in parser.feed(packet.encode()):
            found.append(assembler.take(got.payload))
    assert found[-1] == (xml or b"x") and all(part is None for part in found[:-1])


PARSERS = {
    "onbon": (Splitter, bxk_wire(bxk.Request(bxk.STATUS)), lambda found: found and bxk.decode(found[-1]).dst == 1),
    "qt": (qt_frame.Parser, qt_frame.Frame(7, b"A012").encode(), lambda found: found and found[-1].address == 7),
    "alpha": (alpha.Parser, alpha.Frame(b"A", b"AA012").encode(), lambda found: found and found[-1].data == b"AA012"),
    "huidu": (huidu_frame.Parser, huidu_frame.version().encode(), lambda found: found and found[-1].command == 0x2001),
    "xunpeng": (
        lambda: number_frame.Parser(xunpeng=True),
        number_frame.encode_xunpeng(number_frame.Number(12)),
        lambda found: found and found[-1].value == 12,
    ),
    "four bytes": (lambda: number_frame.Parser(xunpeng=False), b"\x05\x03\xe7\xef", lambda found: True),
}


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_stream_cut_anywhere_with_noise_before_finds_the_next_frame(name, data):
    make, wire, is_there = PARSERS[name]
    # noise that does not itself begin a packet: those have no mark, so that only the sender's silence could end one
    noise = bytes(b for b in data.draw(st.binary(max_size=40)) if name != "huidu" or b > 0x60)
    stream = noise + wire
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    parser, found = make(), []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += parser.feed(stream[begin:end])
    assert is_there(found)


@pytest.mark.parametrize("name", PARSERS)
@given(blob=st.binary(max_size=2000))
@settings(max_examples=40, deadline=None)
def test_no_bytes_make_a_parser_fail_or_grow(name, blob):
    parser = PARSERS[name][0]()
    for _ in range(20):
        for found in parser.feed(blob):
            if isinstance(found, bytes):
                for decoder in (bxk.decode, bx6.decode, bxk.Request.decode, bxk.Reply.decode, bx6.Area.decode):
                    try:
                        decoder(found)
                    except BadFrame:
                        continue
    assert len(parser.held or b"") <= 20000


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_no_bytes_make_a_decoder_fail_otherwise_than_it_says(data):
    for decoder in (
        bxk.decode,
        bx6.decode,
        Area.decode,
        bxk.Status.decode,
        bxk.read_clock,
        bx6.Area.decode,
        bx6.Reply.decode,
        lambda d: Areas.decode(bxk.Request(bxk.DYNAMIC, d)),
    ):
        try:
            decoder(data)
        except BadFrame as error:
            assert str(error)
    try:
        huidu_xml.decode(data)
    except huidu_xml.BadXml as error:
        assert str(error)


def test_a_text_that_unfolds_without_end_is_refused():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><sdk guid="&b;"><in method="x"/></sdk>'
    with pytest.raises(huidu_xml.BadXml):
        huidu_xml.decode(bomb)


# --- text and brightness ---------------------------------------------------------------------------------------------------


@given(st.text(max_size=300))
def test_no_text_of_people_becomes_an_order_to_a_display(text):
    wire = encode(text)
    shown = decode(wire)
    assert "\\" not in shown and not any(ord(c) < 32 or ord(c) == 127 for c in shown)
    assert len(wire) <= 512 and shown == decode(encode(shown))


def test_a_character_that_displays_lack_becomes_a_box():
    assert decode(encode("刘𠮷㵘A001")) == "刘□□A001"
    assert plain("a\\C2b\x1bc\n") == "a＼C2bc "
    assert columns("A001号") == 6


def test_a_long_text_never_ends_in_half_a_character():
    assert decode(encode("号" * 200, 101)) == "号" * 50


def test_brightness_follows_the_time_of_day():
    night = Night.of(DeviceOptions("strip", {"night_brightness": 20, "night_from": "18:30", "night_to": "07:00"}))
    hours = night.half_hours(80)
    assert hours[13] == 20 and hours[14] == 80 and hours[36] == 80 and hours[37] == 20
    assert Night.of(DeviceOptions()).half_hours(80) == [80] * 48
    assert [level(p, 15) for p in (1, 50, 100)] == [1, 8, 15]
    for wrong in ({"night_brightness": 0}, {"night_brightness": "x"}, {"night_from": "25:00", "night_brightness": 3}):
        with pytest.raises(BadOption, match=r"\[\[device\]\] strip: night_"):
            Night.of(DeviceOptions("strip", wrong))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("请A012号到03号窗口", 12),
        ("03号窗口请A012号", 12),
        ("12号窗口 请到 B1003", 1003),
        ("A012", 12),
        ("请 A 012 号到3号窗口", 12),
        ("012", 12),
        ("请012号到03号窗口", 12),
        ("3号柜台，请15号", 15),
        ("第3号窗口", 0),
        ("03号窗口暂停服务", 0),
        ("窗口3 等候5人", 0),
        ("欢迎您", 0),
        ("", 0),
        ("VA001号请到2号窗", 1),
        ("正在办理C120号", 120),
        ("Window 3: A012", 12),
        ("A012号 请到 01号窗口  A011号 请到 02号窗口", 12),
    ],
)
def test_a_board_of_digits_shows_the_ticket_whatever_else_is_in_its_text(text, number):
    assert number_frame.number_in(text) == number
