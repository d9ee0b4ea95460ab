"""What is wrong in a file is said in one way: a line for whoever writes it, a sentence in either language for people."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from contract.configuration import explain
from contract.configuration.table import BrokenRule, Table


class Part(Table):
    id: str = Field(pattern="^[a-z0-9-]+$", max_length=5)
    kind: Literal["one", "two"] = "one"


class Whole(Table):
    name: str
    number: int = Field(1, le=9)
    parts: list[Part] | None = None

    @model_validator(mode="after")
    def _named(self) -> Whole:
        if self.name == "nothing":
            raise BrokenRule("is no name", "不是名称")
        if self.name == "nobody":
            raise ValueError("is nobody")
        return self


def error(content: object) -> ErrorDetails:
    with pytest.raises(ValidationError) as refused:
        Whole.model_validate(content)
    [found] = refused.value.errors()
    return found


def line(content: object) -> str:
    return explain.line(Path("hall.toml"), error(content), Whole)


def test_a_line_names_file_key_and_remedy() -> None:
    assert line({}) == "hall.toml: name is missing; add it"
    assert line({"name": "x", "nummer": 1}) == "hall.toml: unknown key nummer; did you mean 'number'?"
    assert line({"name": "x", "number": 10}) == "hall.toml: number: Input should be less than or equal to 9 (found 10)"
    assert line({"name": "nothing"}) == "hall.toml: is no name"


def test_an_entry_of_a_list_counts_from_one_and_its_keys_are_its_own() -> None:
    found = error({"name": "x", "parts": [{"id": "a"}, {"id": "b", "kin": "one"}]})
    assert explain.line(Path("hall.toml"), found, Whole) == "hall.toml: unknown key parts.2.kin; did you mean 'kind'?"
    entry = explain.line(Path("hall.toml"), found, Whole, entry="[[parts]] b: ", where=("kin",))
    assert entry == "hall.toml: [[parts]] b: unknown key kin; did you mean 'kind'?"


@pytest.mark.parametrize(
    ("content", "zh", "en"),
    [
        ({}, "没有填写", "is not filled in"),
        ({"name": 1}, "“1”应为文字", "“1”: must be a text"),
        ({"name": "x", "number": "many"}, "“many”应为整数", "“many”: must be a whole number"),
        ({"name": "x", "number": 10}, "“10”不能大于9", "“10”: must not be more than 9"),
        ({"name": "nothing"}, "不是名称", "is no name"),
        ({"name": "nobody"}, "填写有误", "is nobody"),
        (
            {"name": "x", "parts": [{"id": "很"}]},
            "“很”格式不对，只能用小写字母、数字和短横",
            "“很”: use only small letters, digits and hyphens",
        ),
        (
            {"name": "x", "parts": [{"id": "long-one"}]},
            "“long-one”太长，最多5个字",
            "“long-one”: is too long, at most 5 characters",
        ),
        (
            {"name": "x", "parts": [{"id": "a", "kind": "three"}]},
            "“three”不对，只能填one、two",
            "“three”: must be one of one, two",
        ),
        ({"name": "x", "parts": [1]}, "“1”应为一条记录", "“1”: must be a record"),
    ],
)
def test_a_problem_is_said_in_either_language(content: object, zh: str, en: str) -> None:
    found = error(content)
    assert (explain.texts(found).zh, explain.texts(found).en) == (zh, en)
