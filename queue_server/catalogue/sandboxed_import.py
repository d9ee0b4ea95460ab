"""Reads a file of items in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping

from contract.guides.item import Item
from queue_server.row_files.reader import Choices
from queue_server.row_files.sandbox import read_apart


def items_apart(content: bytes, suffix: str, choices: Mapping[str, Choices]) -> list[Item]:
    """The items of a .xlsx, .zip or .json file; raise BadRows, also for a file that takes too long or too much memory."""
    given = {key: _plain(known) for key, known in choices.items()}
    found = read_apart("queue_server.catalogue", ["check", "--json"], content, suffix, given)
    return [Item.model_validate(table) for table in found["items"]]


def _plain(choices: Choices) -> dict[str, object]:
    named = {one: name.model_dump() for one, name in choices.named.items()}
    return {"what": choices.what.model_dump(), "named": named}
