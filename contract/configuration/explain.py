"""What pydantic found wrong, in words: one line for whoever writes a file, a sentence in either language for people."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from contract.configuration.table import BrokenRule, TextConfig
from contract.number_masking import mask_in

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
    "^[^\\r\\n]*$": TextConfig(zh="格式不对，不能换行", en="write it on one line"),
    "^[^|\\r\\n]+$": TextConfig(zh="格式不对，不能换行，不能用竖线", en="write it on one line, without |"),
    "^[0-9]{8}[A-Z]{2}-[A-Z]{2}-[0-9]{4}$": TextConfig(
        zh="格式不对，应如 62052400MZ-XK-0001", en="write it like 62052400MZ-XK-0001"
    ),
    "^([0-9A-Z]{4})?$": TextConfig(
        zh="格式不对，应为证件号码的最后4个字母或数字，如 001X",
        en="write the last 4 letters or digits of the number, as in 001X",
    ),
}
"""What to write where a pattern does not fit."""

KINDS = {
    "missing": TextConfig(zh="没有填写", en="is not filled in"),
    "extra_forbidden": TextConfig(zh="没有这一项", en="is not known here"),
    "string_unicode": TextConfig(zh="含有不能显示的字符，请重新输入", en="holds an unprintable character; type the text anew"),
    "string_too_long": TextConfig(zh="太长，最多{max_length}个字", en="is too long, at most {max_length} characters"),
    "string_too_short": TextConfig(zh="太短，至少{min_length}个字", en="is too short, at least {min_length} characters"),
    "string_pattern_mismatch": TextConfig(zh="格式不对", en="is not written in the right way"),
    "string_": TextConfig(zh="应为文字", en="must be a text"),
    "int_": TextConfig(zh="应为整数", en="must be a whole number"),
    "bool_": TextConfig(zh="应为是或否", en="must be yes or no"),
    "greater_than_equal": TextConfig(zh="不能小于{ge}", en="must not be less than {ge}"),
    "less_than_equal": TextConfig(zh="不能大于{le}", en="must not be more than {le}"),
    "literal_error": TextConfig(zh="不对，只能填{among_zh}", en="must be one of {among_en}"),
    "too_short": TextConfig(zh="没有填写", en="is not filled in"),
    "too_long": TextConfig(zh="太多，最多{max_length}项", en="are too many, at most {max_length}"),
    "list_": TextConfig(zh="应为列表", en="must be a list"),
    "model_": TextConfig(zh="应为一条记录", en="must be a record"),
    "dict_": TextConfig(zh="应为一条记录", en="must be a record"),
}
"""How the kind of a problem begins → the problem in words; the first one counts."""
UNCLEAR = TextConfig(zh="填写有误", en="is not filled in correctly")
LONGEST_SHOWN = 40


def texts(error: ErrorDetails) -> TextConfig:
    """A problem in both languages, with the value that is refused. Identity and telephone numbers in it are masked."""
    said, given = _said(error), error["input"]
    if not isinstance(given, str | int | float) or given == "" or said == KINDS["missing"]:
        return said
    value = "".join(c if c.isprintable() else "□" for c in mask_in(str(given)[: LONGEST_SHOWN * 3]))
    value = value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + "…"
    return TextConfig(zh=f"“{value}”{said.zh}", en=f"“{value}”: {said.en}")


def _said(error: ErrorDetails) -> TextConfig:
    """A problem without its value; an own rule says its Chinese itself."""
    facts = dict(error.get("ctx", {}))
    if error["type"] == "value_error":
        rule = facts.get("error")
        return TextConfig(zh=rule.zh if isinstance(rule, BrokenRule) else UNCLEAR.zh, en=message(error))
    if (pattern := PATTERNS.get(facts.get("pattern", ""))) is not None:
        return pattern
    among = str(facts.get("expected", "")).replace("'", "").replace(" or ", ", ")
    facts |= {"among_en": among, "among_zh": among.replace(", ", "、")}
    wording = next((said for kind, said in KINDS.items() if error["type"].startswith(kind)), UNCLEAR)
    return TextConfig(zh=wording.zh.format(**facts), en=wording.en.format(**facts))
