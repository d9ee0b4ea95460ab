"""What pydantic found wrong, in words: one line for whoever writes a file, a sentence in either language for people."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from contract.configuration.table import BrokenRule, TextConfig

Where = tuple[int | str, ...]
"""The way to a value: keys, and places in lists from 0."""
OWN_RULE = "Value error, "
"""What pydantic puts before the text of an own rule."""


def nearest(key: str, known: Sequence[str]) -> str:
    """A remedy for an unknown key: the likeliest known one, or all of them."""
    near = difflib.get_close_matches(key, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"


def line(file: Path, error: ErrorDetails, model: type[BaseModel], *, entry: str = "", where: Where | None = None) -> str:
    """One line for one problem: file, key, what is wrong, remedy.

    `model` is that of the whole; `entry` names a part of it, for example `[[queue]] social: `, in which the key is `where`.
    """
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in (error["loc"] if where is None else where))
    if error["type"] == "extra_forbidden":
        *way, unknown = error["loc"]
        return f"{file}: {entry}unknown key {key}; {nearest(str(unknown), known_keys(model, tuple(way)))}"
    if error["type"] == "missing":
        return f"{file}: {entry}{key} is missing; add it"
    found = f" (found {error['input']!r})" if not isinstance(error["input"], dict) else ""
    return f"{file}: {entry}{key + ': ' if key else ''}{message(error)}{found}"


def message(error: ErrorDetails) -> str:
    """A problem as pydantic or an own rule says it, in English, for whoever writes programs and files."""
    return error["msg"].removeprefix(OWN_RULE)


def known_keys(model: type[BaseModel], way: Where) -> list[str]:
    """The keys of the table at the end of `way` inside `model`."""
    for part in way:
        if isinstance(part, str) and part in model.model_fields:
            model = _table_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _table_in(annotation: object) -> type[BaseModel] | None:
    """The first table that an annotation names, however deep: `list[Step] | None` has Step."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _table_in(inner)) is not None), None)


PATTERNS = {
    "^[a-z0-9-]+$": TextConfig(zh="格式不对，只能用小写字母、数字和短横", en="use only small letters, digits and hyphens"),
    "^[0-9][0-9-]{2,17}$": TextConfig(
        zh="格式不对，只能用数字和短横，如 0938-0000000", en="use only digits and hyphens, as in 0938-0000000"
    ),
    "^[^\\r\\n]+$": TextConfig(zh="格式不对，不能换行", en="write it on one line"),
}
"""What to write where a pattern does not fit."""

CHINESE = {
    "missing": "没有填写",
    "extra_forbidden": "没有这一项",
    "string_unicode": "含有不能显示的字符，请重新输入",
    "string_too_long": "太长，最多{max_length}个字",
    "string_too_short": "太短，至少{min_length}个字",
    "string_pattern_mismatch": "格式不对",
    "string_": "应为文字",
    "int_": "应为整数",
    "bool_": "应为是或否",
    "greater_than_equal": "不能小于{ge}",
    "less_than_equal": "不能大于{le}",
    "datetime_": "不是时间，请写成 2026-11-24 09:30",
    "timezone_": "缺少时刻或时区，请写成 2026-11-24T09:30+08:00",
    "date_": "不是日期，请写成 2026-11-24",
    "too_short": "没有填写",
    "too_long": "太多",
    "list_": "应为列表",
    "model_": "应为一条记录",
    "dict_": "应为一条记录",
}
"""How the kind of a problem begins → the problem in Chinese; the first one counts."""
UNCLEAR = "填写有误"


def chinese(error: ErrorDetails) -> str:
    """A problem in Chinese; an own rule says its Chinese itself."""
    facts = error.get("ctx", {})
    if error["type"] == "value_error":
        return facts["error"].zh if isinstance(facts.get("error"), BrokenRule) else UNCLEAR
    if (pattern := PATTERNS.get(facts.get("pattern", ""))) is not None:
        return pattern.zh
    if error["type"] == "literal_error":
        return "只能填" + str(facts["expected"]).replace(" or ", "、").replace(", ", "、").replace("'", "")
    wording = next((text for kind, text in CHINESE.items() if error["type"].startswith(kind)), UNCLEAR)
    return wording.format(**facts)


def english(error: ErrorDetails) -> str:
    """A problem in English, for people at a page."""
    if error["type"] == "string_pattern_mismatch":
        pattern = PATTERNS.get(error.get("ctx", {}).get("pattern", ""))
        return pattern.en if pattern is not None else "is not written in the right way"
    return message(error)
