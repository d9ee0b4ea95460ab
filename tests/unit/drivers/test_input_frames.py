"""Frames of scanners, card readers, keypads and lock boards: byte for byte, and their parsers under noise and cuts."""

import json
from pathlib import Path

import pytest
from crccheck.checksum import Checksum8, ChecksumXor8
from crccheck.crc import CrcXmodem
from hypothesis import given
from hypothesis import strategies as st

from drivers.idcard import frames as sdt
from drivers.keypad import frames as keypad
from drivers.locker import frames_8a, frames_wkly
from drivers.scanner import frames as scanner
from drivers.scanner import ssi

VECTORS = {v["device"]: v["frames"] for v in json.loads((Path(__file__).parents[2] / "vectors.json").read_text("utf-8"))}
MADE = {
    ("sdt", "status"): sdt.Command(*sdt.STATUS).encode(),
    ("sdt", "status ok"): sdt.Reply(sdt.OK).encode(),
    ("sdt", "status selftest fail"): sdt.Reply(0x60).encode(),
    ("sdt", "reset"): sdt.Command(*sdt.RESET).encode(),
    ("sdt", "find"): sdt.Command(*sdt.FIND).encode(),
    ("sdt", "find ok"): sdt.Reply(sdt.FOUND, bytes(4)).encode(),
    ("sdt", "find none"): sdt.Reply(sdt.NO_CARD).encode(),
    ("sdt", "select"): sdt.Command(*sdt.SELECT).encode(),
    ("sdt", "select ok"): sdt.Reply(sdt.OK, bytes(8)).encode(),
    ("sdt", "read base"): sdt.Command(*sdt.READ).encode(),
    ("sdt", "read base fail"): sdt.Reply(0x41).encode(),
    ("sdt", "read text+photo+fp"): sdt.Command(*sdt.READ_ALL).encode(),
    ("sdt", "wake"): sdt.Command(0x01).encode(),
    ("keypad_jackqchen", "beep@1"): keypad.beep(1).encode(),
    ("keypad_jackqchen", "ticket 012@1"): keypad.digits(1, None, "A012").encode(),
    ("keypad_jackqchen", "start eval@1"): keypad.start_rating(1).encode(),
    ("locker_8a", "open 1/1"): frames_8a.Frame(frames_8a.OPEN, 1, 1, frames_8a.DO).encode(),
    ("locker_8a", "open ok reply"): frames_8a.Frame(frames_8a.OPEN, 1, 1, frames_8a.LOW).encode(),
    ("locker_8a", "read 1"): frames_8a.Frame(frames_8a.READ, 1, 1, frames_8a.ASK).encode(),
    ("locker_8a", "read all"): frames_8a.Frame(frames_8a.READ, 1, frames_8a.ALL, frames_8a.ASK).encode(),
    ("locker_wkly", "open ch1"): frames_wkly.Frame(0, frames_wkly.OPEN, b"\x01").encode(),
    ("locker_wkly", "open ch1 reply"): frames_wkly.Frame(0, frames_wkly.OPEN, b"\x00\x01\x00").encode(),
    ("locker_wkly", "flash ch1 reply"): frames_wkly.Frame(0, frames_wkly.FLASH, b"\x00\x01").encode(),
    ("scanner_ssi", "start session"): ssi.command(ssi.START),
    ("scanner_ssi", "request revision"): ssi.command(ssi.REVISION),
    ("scanner_misc", "honeywell trigger"): scanner.HONEYWELL.start,
    ("scanner_misc", "newland trigger @SCNTRG1"): scanner.NEWLAND.start,
    ("scanner_misc", "gm65 trigger"): scanner.GM65.start,
    ("scanner_misc", "gm65 ack"): b"\x02" + bytes((0, 0, 1, 0)) + CrcXmodem.calcbytes(bytes((0, 0, 1, 0))),
}
DEVICES = sorted({device for device, _ in MADE})
FRAMES = [(device, f["name"], bytes.fromhex(f["hex"])) for device in DEVICES for f in VECTORS[device]]


@pytest.mark.parametrize(("device", "name", "frame"), FRAMES)
def test_every_reference_frame_is_reproduced(device, name, frame):
    assert MADE[device, name].hex(" ") == frame.hex(" ")


@pytest.mark.parametrize(("device", "name", "frame"), [f for f in FRAMES if f[0] in ("sdt", "keypad_jackqchen", "locker_wkly")])
def test_every_reference_frame_is_read_back(device, name, frame):
    if device == "sdt":
        [body] = sdt.Parser().feed(frame)
        assert sdt.frame(body) == frame
    else:
        parser = keypad.Parser() if device == "keypad_jackqchen" else frames_wkly.Parser()
        [read] = parser.feed(frame)
        assert read.encode() == frame


@given(st.binary(max_size=300))
def test_checksums_agree_with_an_independent_reader(data):
    command = scanner.gm65(2, data[:255])
    assert int.from_bytes(command[-2:], "big") == CrcXmodem.calc(command[2:-2])
    body = data[:6]
    assert keypad.Frame(1, 2, body).encode()[-2] == Checksum8.calc(bytes((1, 2)) + body)
    assert frames_wkly.Frame(3, 0x82, body).encode()[-1] == ChecksumXor8.calc(frames_wkly.Frame(3, 0x82, body).encode()[:-1])
    assert sdt.frame(data)[-1] == ChecksumXor8.calc(sdt.frame(data)[5:-1])
    assert frames_8a.checked(data or b"\0")[-1] == ChecksumXor8.calc(data or b"\0")
    assert sum(ssi.Packet(ssi.DECODED, 0, 0, data[:251]).encode()[:-2]) + ssi.checksum(
        ssi.Packet(ssi.DECODED, 0, 0, data[:251]).encode()[:-2]
    ) & 0xFFFF in (0, 0x10000)


PARSERS = {
    "sdt": (sdt.Parser, [sdt.Command(*sdt.FIND).encode(), sdt.Reply(sdt.OK, bytes(range(256)) * 4).encode()], 2410, 0xAA),
    "keypad": (keypad.Parser, [keypad.digits(7, 12, "B045").encode(), keypad.Frame(255, 1, b"\x0c").encode()], 16, 0xFF),
    "locker-wkly": (
        frames_wkly.Parser,
        [frames_wkly.Frame(0, 0x84, bytes(26)).encode(), frames_wkly.Frame(1, 0x82, b"\x01").encode()],
        260,
        0x57,
    ),
    "locker-8a": (
        frames_8a.Parser,
        [frames_8a.Frame(0x8A, 1, 1, 0x11).encode(), frames_8a.Frame(0x80, 1, 3, 0x00).encode()],
        7,
        None,
    ),
    "zebra-ssi": (ssi.Parser, [*ssi.decoded(b"A" * 500), ssi.Packet(ssi.ACK, 0).encode()], 260, None),
}


@pytest.mark.parametrize("name", PARSERS)
@given(chunks=st.lists(st.binary(max_size=400), max_size=8))
def test_any_bytes_never_crash_hang_or_grow(name, chunks):
    make, _, limit, _ = PARSERS[name]
    parser = make()
    for chunk in chunks:
        parser.feed(chunk)
        assert len(parser.held) <= limit
    parser.give_up()
    assert not parser.pending


@pytest.mark.parametrize("name", [n for n, (*_, head) in PARSERS.items() if head is not None])
@given(noise=st.binary(max_size=30), cuts=st.lists(st.integers(0, 1100), max_size=4))
def test_the_next_frame_is_found_behind_noise_wherever_the_stream_is_cut(name, noise, cuts):
    make, frames, _, head = PARSERS[name]
    stream = bytes(b for b in noise if b != head) + b"".join(frames)
    parser, found, at = make(), [], 0
    for cut in [*sorted(min(c, len(stream)) for c in cuts), len(stream)]:
        found += parser.feed(stream[at:cut])
        at = cut
    assert [sdt.frame(f) if isinstance(f, bytes) else f.encode() for f in found] == frames


@pytest.mark.parametrize("name", PARSERS)
def test_a_frame_behind_a_broken_one_is_found(name):
    make, frames, _, _ = PARSERS[name]
    broken = bytearray(frames[0])
    broken[-1] ^= 0x40
    parser = make()
    found = parser.feed(bytes(broken) + frames[1] + frames[-1] * 3)
    assert found and (sdt.frame(found[-1]) if isinstance(found[-1], bytes) else found[-1].encode()) == frames[-1]
    assert parser.malformed


@given(st.integers(1, 255), st.integers(0, 2000), st.text(max_size=8))
def test_digits_show_what_fits_and_never_anything_else(address, waiting, number):
    frame = keypad.digits(address, waiting, number)
    assert len(frame.data) == 6 and all(d <= 0x0A for d in frame.data)
    assert "".join(map(str, frame.data[:3])) == f"{min(waiting, 999):03}"


def test_a_frame_too_long_for_its_protocol_is_refused():
    for make in (
        lambda: keypad.Frame(1, 2, bytes(7)).encode(),
        lambda: frames_wkly.Frame(0, 0x80, bytes(248)).encode(),
        lambda: sdt.frame(bytes(2400)),
        lambda: ssi.Packet(ssi.DECODED, 0, 0, bytes(252)).encode(),
    ):
        with pytest.raises(ValueError, match="bytes"):
            make()


def test_the_text_of_a_card_never_shows_in_a_printed_reply():
    from drivers.idcard.text import area, card

    number = "62052419900101001" + "7"
    reply = sdt.Reply(sdt.OK, area("演示", number))
    assert number not in repr(reply) and "演示" not in repr(reply)
    from contract.identity_numbers import check_character

    right = card(area("演示", number[:17] + check_character(number[:17])))
    assert right.name == "演示" and right.number not in repr(right) and "演示" not in f"{right}"
