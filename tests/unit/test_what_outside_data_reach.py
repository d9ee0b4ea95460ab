"""What comes from outside is read in one way: walks over every table and every pattern of the product."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

import contract.documents.papers
import queue_server.appointments.repository
import queue_server.catalogue.load
from contract.configuration import explain
from contract.configuration.hall import HallConfig
from contract.configuration.table import Table
from contract.guides.item import Item
from contract.wire.case import Case
from queue_server.appointments.repository import Booking

READ_HERE = (contract.documents.papers, queue_server.appointments.repository, queue_server.catalogue.load, HallConfig)
"""Imported, so that every table is known."""
FOLDERS = ("appliance", "contract", "drivers", "kiosk", "launcher", "link", "queue_server")
HERE = Path(__file__).parents[2]


def tables(of: type[Table] = Table) -> Iterator[type[Table]]:
    for table in of.__subclasses__():
        if not table.__module__.startswith("tests."):
            yield table
        yield from tables(table)


def fields(*only: type[Table]) -> Iterator[Any]:
    for table in only or tuple(tables()):
        for name, field in table.model_fields.items():
            adapter = TypeAdapter(Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation)
            yield pytest.param(adapter, id=f"{table.__name__}.{name}")


def test_the_walk_sees_the_tables_that_files_fill() -> None:
    assert {Item, Case, Booking, HallConfig} <= set(tables())


@pytest.mark.parametrize("adapter", [f for f in fields() if '"format": "' in json.dumps(f.values[0].json_schema())])
def test_no_day_and_no_time_is_ever_read_from_a_number(adapter: TypeAdapter[Any]) -> None:
    for number in (0, 1, 86400, 20261130, 1795998600, 1795998600000, 46356.39, "0", "86400", "1795998600", "46356.39"):
        for given in (number, [number]):
            with pytest.raises(ValidationError):
                adapter.validate_python(given)


@pytest.mark.parametrize("adapter", list(fields(Item, Case, Booking)))
def test_every_pattern_that_people_meet_says_what_to_write(adapter: TypeAdapter[Any]) -> None:
    patterns = re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', json.dumps(adapter.json_schema()))
    assert {json.loads(pattern) for pattern in patterns} <= explain.PATTERNS.keys()


def test_a_digit_in_a_pattern_is_one_of_ten() -> None:
    found = [
        f"{path.relative_to(HERE)}:{number}"
        for folder in FOLDERS
        for path in sorted((HERE / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "\\d" in line and not path.is_relative_to(HERE / "drivers/voice")  # which reads prose, made plain before
    ]
    assert not found, "\\d takes the digits of every script, full-width ones too; write [0-9]"
