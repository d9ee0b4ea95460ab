"""What an identity card reader keeps to, on its emulator."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest

from contract.configuration.hall import Device
from drivers import registry
from drivers.emulators.idcard import EXAMPLE, SdtEmulator
from drivers.emulators.serve import MemoryStream, PtyServer, TcpServer
from drivers.idcard.sdt import SdtReader
from drivers.ports import BadReply, DeviceError, DeviceRefused, NoReply, Unreachable

NAME, NUMBER = EXAMPLE


def device(address: str) -> Device:
    return Device(id="idcard-1", kind="idcard", model="sdt", address=address)


def reader_of(emulator: SdtEmulator, answer_s: float = 10.0) -> SdtReader:
    """Its driver; `answer_s`: threads of a busy machine do not run for seconds."""
    return SdtReader(MemoryStream(emulator), answer_s=answer_s, read_s=answer_s, wait=lambda _s: None)


@pytest.fixture
def emulator() -> SdtEmulator:
    return SdtEmulator(name="idcard-1")


@pytest.fixture
def reader(emulator: SdtEmulator) -> Iterator[SdtReader]:
    reader = reader_of(emulator)
    reader.open()
    yield reader
    reader.close()


def test_name_and_number_of_a_card_are_read(emulator: SdtEmulator, reader: SdtReader) -> None:
    assert reader.read(0) is None
    emulator.lay()
    card = reader.read(0)
    assert (card.name, card.number) == (NAME, NUMBER)


def test_a_card_must_be_taken_away_before_it_is_read_again(emulator: SdtEmulator, reader: SdtReader) -> None:
    emulator.lay()
    assert reader.read(0) is not None
    assert reader.read(0) is None
    emulator.take_away()
    assert reader.read(0) is None
    emulator.lay()
    assert reader.read(0) is not None
    assert emulator.reads == 2


def test_a_module_that_finds_a_lying_card_again_gives_it_once(emulator: SdtEmulator, reader: SdtReader) -> None:
    emulator.fail("card-not-removed")
    emulator.lay()
    assert reader.read(0) is not None
    assert [reader.read(0) for _ in range(3)] == [None] * 3
    assert emulator.reads == 4
    emulator.take_away()
    assert reader.read(0) is None
    emulator.lay()
    assert reader.read(0) is not None


def test_a_reading_that_fails_once_is_repeated(emulator: SdtEmulator, reader: SdtReader) -> None:
    emulator.fail("read-fails-once")
    emulator.lay()
    assert reader.read(0).name == NAME


@pytest.mark.parametrize(
    ("fault", "error", "text"),
    [
        ("read-fails", DeviceRefused, "lay the card flat"),
        ("select-fails", DeviceRefused, "could not be selected.*lay the card flat"),
        ("foreign", DeviceRefused, "type the number"),
    ],
)
def test_a_card_that_cannot_be_read_says_what_to_do(
    emulator: SdtEmulator, reader: SdtReader, fault: str, error: type[DeviceError], text: str
) -> None:
    emulator.fail(fault)
    emulator.lay()
    with pytest.raises(error, match=text):
        reader.read(0)


def test_a_reader_that_refuses_while_a_card_lies_there_says_so_and_works_again_when_mended(
    emulator: SdtEmulator, reader: SdtReader
) -> None:
    emulator.lay()
    emulator.fail("sam")
    for _ in range(2):
        with pytest.raises(DeviceRefused, match=r"not authorised.*switch the reader off and on"):
            reader.read(0)
    emulator.repair()
    assert reader.read(0).number == NUMBER


def test_a_reader_whose_module_is_not_authorised_is_found_when_it_is_opened() -> None:
    with pytest.raises(DeviceRefused, match="not authorised"):
        reader_of(SdtEmulator(faults=["sam"])).open()


@pytest.mark.parametrize("fault", ["no-answer", "garbage", "half-frames", "disconnects"])
def test_a_reader_that_fails_gives_one_clear_error_and_recovers(emulator: SdtEmulator, fault: str) -> None:
    emulator.fail(fault)
    with pytest.raises((NoReply, BadReply, Unreachable)) as caught:
        reader_of(emulator, 0.05).open()
    assert isinstance(caught.value, DeviceError)
    emulator.repair()
    reader = reader_of(emulator)
    reader.open()
    emulator.lay()
    assert reader.read(0).number == NUMBER


@pytest.mark.parametrize("fault", ["noise", "late=0.05"])
def test_light_trouble_on_the_line_loses_no_card(emulator: SdtEmulator, reader: SdtReader, fault: str) -> None:
    emulator.fail(fault)
    emulator.lay()
    assert reader.read(30).number == NUMBER


def test_a_flipped_bit_never_gives_another_persons_name(emulator: SdtEmulator) -> None:
    reader = reader_of(emulator, 0.03)
    reader.stream.open()
    emulator.fail("bit-errors")
    emulator.lay()
    for _ in range(5):
        try:
            card = reader.read(0)
        except DeviceError:
            continue
        assert card is None or (card.name, card.number) == (NAME, NUMBER)


def test_nothing_of_a_card_is_logged_or_printed(
    emulator: SdtEmulator, reader: SdtReader, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    emulator.lay()
    card = reader.read(0)
    print(card, repr(reader), vars(reader).keys())
    text = caplog.text + capsys.readouterr().out
    assert NUMBER not in text and NAME not in text


@pytest.mark.parametrize("server", [TcpServer, PtyServer])
def test_a_reader_on_a_line_is_read(server: type[TcpServer | PtyServer], emulator: SdtEmulator) -> None:
    line = server(emulator)
    line.open()
    address = line.address if line.address.startswith("socket") else f"{line.address}?baud=115200"
    reader = registry.build(device(address))
    reader.open()
    emulator.lay()
    assert reader.read(30).number == NUMBER
    reader.close()
    line.close()


@pytest.mark.hardware
@pytest.mark.skipif(
    "JIAOHAO_IDCARD" not in os.environ, reason="JIAOHAO_IDCARD names no reader, such as /dev/ttyUSB0?baud=115200"
)
def test_a_real_reader_answers() -> None:
    reader = registry.build(device(os.environ["JIAOHAO_IDCARD"]))
    reader.open()
    reader.check()
    reader.close()
