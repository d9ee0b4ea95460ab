"""What the documents promise is in the code, and the other way round."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from contract.wire import messages, requests
from contract.wire.topics import Topics

PROJECT = Path(__file__).parents[2]
CONTRACT = (PROJECT / "docs/wire-contract.md").read_text(encoding="utf-8")
TROUBLE = (PROJECT / "docs/trouble.md").read_text(encoding="utf-8")


def first_cells(text: str) -> set[str]:
    """Every `name` in the first column of the tables."""
    cells = (line.split("|")[1] for line in text.splitlines() if line.startswith("|"))
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_every_verb_stands_in_the_wire_contract():
    assert set(requests.REQUESTS) - first_cells(CONTRACT) == set()


def test_every_error_code_stands_in_the_wire_contract():
    assert set(get_args(messages.ErrorCode)) - first_cells(CONTRACT) == set()


def test_every_topic_stands_in_the_wire_contract():
    topics = Topics("wushan")
    made = {
        "server/status": topics.server_status(), "terminal/<id>/status": topics.terminal_status("id"),
        "queue/<queue>/state": topics.queue_state("queue"), "window/<window>/state": topics.window_state("window"),
        "display/<id>/desired": topics.display_desired("id"), "display/<id>/shown": topics.display_shown("id"),
        "announce": topics.announce(), "rating/<window>/ask": topics.rating_ask("window"),
        "catalogue/version": topics.catalogue_version(), "alert/<id>": topics.alert("id"), "event/<type>": topics.event("type"),
        "cmd/<verb>": topics.command("verb"), "reply/<client-id>": topics.reply("client-id"),
    }  # fmt: skip
    written = first_cells(CONTRACT)
    for name, topic in made.items():
        assert name in written
        assert topic == "hall/wushan/v1/" + re.sub("[<>]", "", name)


@pytest.mark.parametrize("verb", sorted(requests.REQUESTS))
def test_every_field_of_a_request_stands_in_its_row(verb: str):
    row = next(line for line in CONTRACT.splitlines() if line.startswith("| `") and f"`{verb}`" in line.split("|")[1])
    fields = [name for name in requests.REQUESTS[verb].__struct_encode_fields__ if name not in ("ticket", "window")]
    assert [name for name in fields if f"`{name}`" not in row] == []


def test_every_test_that_the_trouble_page_names_exists():
    named = set(re.findall(r"`(test_\w+)`", TROUBLE))
    written = {
        node.name
        for path in (PROJECT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(named) >= 27
    assert named - written == set()


def test_every_decision_has_its_number_and_says_why():
    pages = sorted((PROJECT / "docs/decisions").glob("*.md"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(page.name[:4])}. "), page.name
        assert "**Why" in text, page.name
    assert len({page.name[:4] for page in pages}) == len(pages)
