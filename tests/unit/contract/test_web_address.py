"""A hall's web address stands in every ticket's QR code: what a printer, a scanner or a browser cannot take is never accepted."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.terminal_file import TerminalFile
from appliance.trouble import ApplianceError
from contract.configuration import hall_files
from contract.configuration.hall_files import BadHall
from contract.web_address import BadWebAddress, reachable
from contract.wire import scanned_code
from kiosk.options import web
from tests.small_hall import write_hall

CHINESE, KNOWN = "http://武山县政务服务中心.政务", "http://xn--fiq61ia65i83y3zeyqlwsdc8m.xn--zfr164b"


@pytest.mark.parametrize(
    ("written", "known"),
    [
        (CHINESE, KNOWN),
        (CHINESE + ":8080/", KNOWN + ":8080"),
        ("http://大厅。政务", "http://xn--imrx4k.xn--zfr164b"),
        ("HTTP://Hall.Example", "http://hall.example"),
        ("http://10.0.0.2:8080", "http://10.0.0.2:8080"),
        ("https://[fd00::2]:8443", "https://[fd00::2]:8443"),
        (" http://hall_1.local ", "http://hall_1.local"),
    ],
)
def test_an_address_becomes_what_the_network_knows(written: str, known: str) -> None:
    assert reachable(written) == known


@pytest.mark.parametrize("written", ["", "hall", "ftp://hall", "http://", "http://a b", "http://hall/path", "http://hall?x", "http://a..b",
                                     "http://" + "长" * 64 + ".政务", "http://ha\"ll", "http://u:p@hall", "http://hall:99x"])  # fmt: skip
def test_what_nobody_can_reach_is_refused_with_what_to_write(written: str) -> None:
    with pytest.raises(BadWebAddress, match=r"write it like http://10\.0\.0\.2:8080"):
        reachable(written)


@given(st.text(min_size=1, max_size=30))
def test_whatever_is_accepted_can_be_printed_scanned_and_is_the_same_again(host: str) -> None:
    try:
        found = reachable(f"http://{host}")
    except BadWebAddress:
        return
    assert found.isascii() and found.isprintable() and " " not in found and reachable(found) == found
    code = scanned_code.read(f"{found}/t/261122a001-abcdefghijkl")
    assert code is not None and code.kind == "ticket"


def test_configuration_command_line_and_terminal_file_take_a_chinese_domain(tmp_path: Path) -> None:
    folder = write_hall(tmp_path / "hall")
    file = folder / "hall.toml"
    file.write_text(file.read_text().replace("[hall]\n", f'[hall]\nweb_address = "{CHINESE}"\n', 1))
    assert hall_files.load(folder).hall.web_address == KNOWN == web(CHINESE)
    terminal = TerminalFile("kiosk-1", "hall", "wushan", "10.0.0.2:1883", web=CHINESE)
    assert terminal.check().web == KNOWN
    with pytest.raises(ApplianceError, match="web"):
        TerminalFile("kiosk-1", "hall", "wushan", "10.0.0.2:1883", web="hall").check()
    with pytest.raises(argparse.ArgumentTypeError, match="no web address"):
        web("http://a b")
    file.write_text(file.read_text().replace(CHINESE, "http://a b"))
    with pytest.raises(BadHall, match="web_address: 'http://a b' is no web address"):
        hall_files.load(folder)
