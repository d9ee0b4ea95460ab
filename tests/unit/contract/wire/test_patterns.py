"""A pattern of the contract is of the whole text: nothing passes behind it, not even the end of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import inspect

from contract.wire import codec
from contract.wire.bounded import Id
from contract.wire.events import EVENTS
from contract.wire.requests import VERBS, CheckTechnicianCode, FindCase
from contract.wire.topics import TOPICS

KINDS = [verb.request for verb in VERBS.values()] + [topic.type for topic in TOPICS.values() if topic.type] + [*EVENTS.values()]


def patterns(kind: Any) -> Iterator[str]:
    """The patterns of all texts in a type."""
    match kind:
        case inspect.StrType(pattern=str() as pattern):
            yield pattern
        case inspect.Metadata(type=inner) | inspect.ListType(item_type=inner) | inspect.DictType(value_type=inner):
            yield from patterns(inner)
        case inspect.UnionType(types=types):
            for one in types:
                yield from patterns(one)
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from patterns(field.type)


def test_no_pattern_lets_the_end_of_a_line_pass() -> None:
    found = {pattern for kind in KINDS for pattern in patterns(inspect.type_info(kind))}
    assert len(found) > 4
    assert not [pattern for pattern in found if re.search(r"(?<!\\)\$$", pattern)], r"write \Z, for $ takes a line end"


@pytest.mark.parametrize(
    ("kind", "text", "whole"),
    [
        (Id, '"kiosk-1"', '"kiosk-1\\n"'),
        (CheckTechnicianCode, '{"code":"12345678"}', '{"code":"12345678\\n"}'),
        (FindCase, '{"number":"WS-1","last_four":"123X"}', '{"number":"WS-1","last_four":"123X\\n"}'),
    ],
)
def test_a_line_end_behind_an_id_or_a_code_is_refused(kind: Any, text: str, whole: str) -> None:
    codec.decode(text, kind)
    with pytest.raises(codec.Illegal):
        codec.decode(whole, kind)
