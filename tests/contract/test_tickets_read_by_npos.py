"""Our tickets, read by an ESC/POS parser that others wrote: npos 0.1.19 of npm, run by Node.js."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest

from drivers.emulators.escpos_commands import EscPosReader
from drivers.printer.profile import PROFILES
from drivers.printer.ticket import PaperTicket, render
from tests.unit.drivers.printer.test_ticket_paper import ENGLISH, TICKET, WORST

NPOS = Path(__file__).parents[2] / "build" / "npm"  # the set-up brings it
READ = """
const npos = require(process.argv[1] + '/node_modules/npos');
npos.parser().parse(require('fs').readFileSync(0)).then(
  found => found.tree.map(node => [node.ascii, node.fn || '', node.offset, node.length]),
  error => ({error: String(error)})).then(found => console.log(JSON.stringify(found)));
"""


def read_by_npos(job: bytes) -> list[tuple[str, bytes]]:
    """What npos finds: (command, its bytes) with text runs as ("text", bytes)."""
    out = subprocess.run(["node", "-e", READ, str(NPOS)], input=job, capture_output=True, timeout=120, check=True).stdout
    found = json.loads(out)
    assert isinstance(found, list), found["error"]
    names = [("text" if prefix == "STX" else f"{prefix} {function}".strip()) for prefix, function, _, _ in found]
    return [(name, job[offset : offset + length]) for name, (_, _, offset, length) in zip(names, found, strict=True)]


def read_by_us(job: bytes) -> Iterator[tuple[str, bytes]]:
    reader = EscPosReader()
    reader.feed(job)
    commands = list(iter(lambda: reader.next(chinese=True), None))
    for is_text, group in groupby(commands, key=lambda c: c.name in ("text", "LF")):
        if is_text:
            yield "text", b"".join(c.data or b"\n" for c in group)
        else:
            yield from ((command.name, command.data) for command in group)


CASES = [(TICKET, model) for model in sorted(PROFILES)] + [(ENGLISH, "escpos-80"), (WORST, "escpos-80")]


@pytest.mark.parametrize(("ticket", "model"), CASES)
def test_another_parser_finds_the_same_commands_and_the_same_text(ticket: PaperTicket, model: str) -> None:
    """Codes as pictures: npos does not know the QR functions of GS (."""
    job = render(ticket, replace(PROFILES[model], native_qr=False))
    theirs, ours = read_by_npos(job), list(read_by_us(job))
    assert [name.split(" ")[0] for name, _ in theirs] == [name.split(" ")[0] for name, _ in ours]
    texts = [[data.decode("gbk") for name, data in found if name == "text"] for found in (theirs, ours)]
    assert texts[0] == texts[1]
    if PROFILES[model].charset != "latin":
        assert ticket.hall[:10] in "".join(texts[0]).replace("\n", "")


def test_a_damaged_job_is_read_otherwise() -> None:
    """So that the test above can fail."""
    job = render(TICKET, PROFILES["escpos-80"])
    with pytest.raises(AssertionError, match="Can not parse"):
        read_by_npos(job.replace(b"\x1c&", b"\x1c\xee", 1))
