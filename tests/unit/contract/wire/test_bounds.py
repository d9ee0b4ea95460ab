"""No field of the contract takes a number, a text, a list or an instant without bounds: what is too large or makes no sense is
refused while it is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import UnionType
from typing import Any, get_args

import pytest
from msgspec import Struct, inspect

from contract.wire import answers, codec, messages
from contract.wire.bounded import FIRST_YEAR, LAST_YEAR, Reported
from contract.wire.events import EVENTS
from contract.wire.requests import VERBS, TechnicianAct
from contract.wire.topics import LARGEST_PACKET, SERVER, TOPICS


def _kinds(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if isinstance(kind, UnionType) else (kind,)


TOLD = [topic.type for topic in TOPICS.values() if topic.type and topic.writers != (SERVER,)]
ASKED = [verb.request for verb in VERBS.values()]
SAID = [topic.type for topic in TOPICS.values() if topic.type] + [*EVENTS.values(), answers.Error]
ANSWERED = [kind for verb in VERBS.values() for kind in _kinds(verb.answer)]
ALL = list(dict.fromkeys([*TOLD, *ASKED, *SAID, *ANSWERED]))


def unbounded(kind: inspect.Type, where: str) -> Iterator[str]:
    """The places of a type that take anything, however large."""
    match kind:
        case inspect.Metadata(type=inner):
            yield from unbounded(inner, where)
        case inspect.UnionType(types=types):
            for one in types:
                yield from unbounded(one, where)
        case inspect.StructType(cls=cls, fields=fields):
            for field in fields:
                yield from unbounded(field.type, f"{cls.__name__}.{field.name}")
        case inspect.ListType(item_type=inner, max_length=most) | inspect.VarTupleType(item_type=inner, max_length=most):
            yield from [where] if most is None else []
            yield from unbounded(inner, f"{where}[]")
        case inspect.DictType(key_type=key, value_type=value, max_length=most):
            yield from [where] if most is None else []
            yield from unbounded(key, f"{where} key")
            yield from unbounded(value, f"{where} value")
        case inspect.StrType(max_length=most, pattern=pattern):
            yield from [where] if most is None and not (pattern and "}" in pattern) else []
        case inspect.BytesType(max_length=most):
            yield from [where] if most is None else []
        case inspect.IntType(ge=low, le=high) | inspect.FloatType(ge=low, le=high):
            yield from [where] if low is None or high is None else []
        case inspect.DateTimeType(tz=zone):
            yield from [] if zone else [where]
        case inspect.AnyType() | inspect.RawType():
            yield where


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_number_text_list_and_instant_has_its_bounds(kind: type[Struct]) -> None:
    assert [*unbounded(inspect.type_info(kind), kind.__name__)] == []


def test_a_number_a_text_and_a_list_without_bounds_would_be_found() -> None:
    class Bare(Struct):
        number: int
        text: str
        many: list[int]
        named: dict[str, float]

    assert len([*unbounded(inspect.type_info(Bare), "")]) == 7


def with_instants(kind: inspect.Type) -> Iterator[type[Struct]]:
    """The structs in a type that have an instant."""
    match kind:
        case inspect.Metadata(type=inner) | inspect.ListType(item_type=inner):
            yield from with_instants(inner)
        case inspect.UnionType(types=types):
            for one in types:
                yield from with_instants(one)
        case inspect.StructType(cls=cls, fields=fields):
            for field in fields:
                yield from with_instants(field.type)
                parts = field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,)
                if any(isinstance(part, inspect.DateTimeType) for part in parts):
                    yield cls


@pytest.mark.parametrize("kind", [*TOLD, *ASKED], ids=lambda kind: kind.__name__)
def test_what_terminals_tell_has_only_instants_that_can_be_shown_in_every_zone(kind: type[Struct]) -> None:
    assert [found for found in with_instants(inspect.type_info(kind)) if not issubclass(found, Reported)] == []


ACT = {"number": 1, "act": "left", "at": "2026-11-28T10:00:00Z"}


@pytest.mark.parametrize(
    ("at", "taken"),
    [
        ("2026-11-28T10:00:00Z", True),
        ("1970-01-01T00:00:00+08:00", True),
        (f"{FIRST_YEAR}-12-31T23:59:59-12:00", True),
        (f"{LAST_YEAR + 1}-01-01T00:00:00Z", False),
        ("9999-12-31T23:59:59-12:00", False),
        ("0001-01-01T00:00:00+14:00", False),
        ("2026-11-28T10:00:00", False),
    ],
)
def test_an_instant_has_an_offset_and_a_year_that_a_lost_clock_may_show(at: str, taken: bool) -> None:
    assert (codec.read(json.dumps(ACT | {"at": at}), TechnicianAct) is not None) == taken


def test_what_fills_a_packet_is_refused_as_a_device_s_trouble() -> None:
    device = messages.DeviceStatus("printer-1", "printer", "misconfigured", "<" * (LARGEST_PACKET - 1000))
    status = messages.TerminalStatus("ready", "s", "hall", "1", [device])
    assert codec.read(codec.encode(status), messages.TerminalStatus) is None
