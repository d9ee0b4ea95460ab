"""The columns by which items leave and enter as tables: sheet by sheet, header, key of the item, and how a cell reads.

Headers follow GB/T 39046-2020 table 4 where it has the element. Codes that a person would have to look up are words in the
table and codes in the item.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from contract.characters import plain, trimmed
from contract.configuration.table import BrokenRule
from contract.guides.item import Item, Material, Question, Step
from contract.texts import unchanged as _
from queue_server.row_files.problem import cut

Kind = Literal["text", "number", "yes-no", "lines", "word", "words", "basis"]

KINDS = {_("即办件"): "immediate", _("承诺件"): "committed"}
UNITS = {_("工作日"): "working-day", _("天"): "day", _("月"): "month", _("年"): "year"}
AUDIENCE = {_("个人"): "person", _("企业"): "enterprise"}
HANDLING = {
    _("窗口"): "window",
    _("电脑端网上"): "online",
    _("移动端网上"): "mobile",
    _("快递申请"): "courier",
    _("其他"): "other",
}
DELIVERY = {_("窗口领取"): "window", _("网上送达"): "online", _("自助领取"): "self-service", _("邮寄送达"): "post"}
ACROSS = {"": "", _("全国"): "nation", _("跨省"): "provinces", _("跨市"): "cities", _("跨县"): "counties"}
FORMATS = {_("纸质"): "paper", _("电子"): "electronic", _("纸质或电子"): "either"}
SOURCES = {
    _("申请人自备"): "applicant",
    _("政府部门核发"): "government",
    _("中介机构"): "intermediary",
    _("其他单位"): "other-party",
}
SYMBOLS = {_("开始"): "start", _("步骤"): "step", _("判断"): "decision", _("结束"): "end"}
YES_NO = {_("是"): True, _("否"): False}


@dataclass(frozen=True)
class Column:
    header: str
    key: str
    kind: Kind = "text"
    words: dict[str, object] | None = None


def N_(header: str, key: str, kind: Kind = "text", words: dict[str, Any] | None = None) -> Column:  # noqa: N802
    """A column; the name of this function marks its header as a text to translate."""
    return Column(header, key, kind, words)


CODE = N_("事项编码", "code")
ITEMS = (
    CODE, N_("国家编码", "national_code"), N_("事项名称", "name.zh"), N_("英文名称", "name.en"), N_("简介", "summary.zh"),
    N_("英文简介", "summary.en"), N_("俗称", "words", "lines"), N_("事项类型代码", "type"), N_("事项类型", "type_name.zh"),
    N_("事项类型英文", "type_name.en"), N_("实施主体", "department"), N_("实施主体英文", "department_en"),
    N_("实施主体代码", "department_code"), N_("行使层级代码", "level"), N_("办件类型", "kind", "word", KINDS),
    N_("服务对象代码", "subjects", "lines"), N_("面向", "audience", "words", AUDIENCE), N_("设定依据", "basis", "basis"),
    N_("受理条件", "conditions", "lines"), N_("无需材料说明", "no_material_note"),
    N_("法定办结时限", "legal_limit.days", "number"),
    N_("法定办结时限单位", "legal_limit.unit", "word", UNITS), N_("法定办结时限说明", "legal_limit.note"),
    N_("承诺办结时限", "promised_limit.days", "number"), N_("承诺办结时限单位", "promised_limit.unit", "word", UNITS),
    N_("承诺办结时限说明", "promised_limit.note"), N_("是否收费", "fee.charged", "yes-no"), N_("收费标准", "fee.amount"),
    N_("收费依据", "fee.basis"), N_("结果名称", "result"), N_("审批证件", "certificate", "yes-no"),
    N_("送达方式", "delivery", "words", DELIVERY), N_("办理地点", "place"), N_("办理窗口", "windows", "lines"),
    N_("业务队列", "queue"), N_("办理时间", "hours"), N_("办理形式", "handling", "words", HANDLING),
    N_("网办地址", "online_address"),
    N_("咨询电话", "telephone"), N_("监督电话", "supervision_telephone"), N_("投诉电话", "complaints"),
    N_("到现场次数", "visits", "number"), N_("是否支持预约办理", "appointment", "yes-no"),
    N_("网上支付", "online_payment", "yes-no"),
    N_("下放部门", "delegated_from"), N_("通办范围", "across", "word", ACROSS), N_("数量限制", "quantity_limit"),
    N_("中介服务", "intermediary"), N_("主题", "theme"), N_("一件事", "life_events", "lines"),
)  # fmt: skip
MATERIALS = (
    CODE,
    N_("材料标识", "id"),
    N_("材料名称", "name.zh"),
    N_("材料英文名称", "name.en"),
    N_("材料依据", "basis"),
    N_("材料形式", "format", "word", FORMATS),
    N_("原件份数", "originals", "number"),
    N_("复印件份数", "copies", "number"),
    N_("签名签章", "seal"),
    N_("空白表格", "form"),
    N_("填写说明", "how_to_fill"),
    N_("示例", "example"),
    N_("来源渠道", "source", "word", SOURCES),
    N_("出具机构", "issuer"),
    N_("说明", "note"),
    N_("是否必备", "required", "yes-no"),
)
STEPS = (
    CODE,
    N_("步骤标识", "id"),
    N_("符号", "kind", "word", SYMBOLS),
    N_("内容", "text"),
    N_("下一步", "next"),
    N_("是", "yes"),
    N_("否", "no"),
    N_("承办", "who"),
)
QUESTIONS = (CODE, N_("问题", "q"), N_("回答", "a"))

SHEETS: dict[str, tuple[str, tuple[Column, ...]]] = {
    _("事项"): ("", ITEMS),
    _("材料"): ("materials", MATERIALS),
    _("流程"): ("steps", STEPS),
    _("常见问题"): ("faq", QUESTIONS),
}
"""Sheet name → (the list of the item it holds, its columns). The first sheet holds the items themselves."""
SHORT = ("subjects", "windows", "life_events")
"""Lists of codes: several may stand on one line."""


def at(table: Mapping[str, Any], key: str) -> Any:
    """The value of a key like `name.zh`."""
    value: Any = table
    for name in key.split("."):
        value = value[name]
    return value


IN_ENGLISH = {"name.en": "name.zh", "summary.en": "summary.zh", "department_en": "department"}
"""Text in English → the Chinese one that stands in its place while there is none: an item needs no English to be entered."""


def cell(table: Mapping[str, Any], column: Column) -> str:
    """What the cell of an item, or of one of its rows, says; empty where its English is the Chinese."""
    value = at(table, column.key)
    same = column.key in IN_ENGLISH and value == at(table, IN_ENGLISH[column.key])
    return "" if same else written(value, column)


def item_in_english(table: dict[str, Any]) -> dict[str, Any]:
    """The table of an item with the Chinese wherever its English is missing."""
    materials = table.get("materials")
    rows = [_in_english(row) if isinstance(row, dict) else row for row in materials] if isinstance(materials, list) else None
    return _in_english(table) | ({"materials": rows} if rows is not None else {})


def _in_english(table: dict[str, Any]) -> dict[str, Any]:
    made = dict(table)
    for english, chinese in IN_ENGLISH.items():
        group, _, key = english.rpartition(".")
        texts = made.get(group, {}) if group else made
        said = texts.get(chinese.rpartition(".")[2]) if isinstance(texts, dict) else None
        if said and not texts.get(key):
            made |= {group: {**texts, key: said}} if group else {key: said}
    return made


def written(value: Any, column: Column) -> str:
    """A value of the item as the text of a cell."""
    if value is None:
        return ""
    if column.kind == "lines":
        return "\n".join(str(entry) for entry in value)
    if column.kind == "basis":
        return "\n".join("|".join(filter(None, (b["law"], b["article"]))) for b in value)
    if column.kind == "yes-no":
        return "是" if value else "否"
    if column.words is not None:
        names = {code: word for word, code in column.words.items()}
        return "、".join(names[entry] for entry in value) if column.kind == "words" else names[value]
    return str(value)


def read(cell: str, column: Column) -> Any:
    """The text of a cell as a value of the item; raise BrokenRule. Empty cells are not read at all."""
    if column.kind == "number":
        digits = plain(cell)
        if not digits.isascii() or not digits.isdigit():
            raise BrokenRule(f"“{cut(cell)}” is no whole number", f"“{cut(cell)}”不是整数")
        return int(digits[:9])
    if column.kind == "lines":
        parts = re.split("[\n、；;，,]", cell) if column.key in SHORT else cell.split("\n")
        return [line for part in parts if (line := trimmed(part))]
    if column.kind == "basis":
        laws = [line.partition("|") for line in cell.split("\n") if line.strip()]
        return [{"law": law.strip(), "article": article.strip()} for law, _, article in laws]
    words = YES_NO if column.kind == "yes-no" else column.words
    if words is None:
        return cell
    chosen = [trimmed(word) for word in re.split("[、；;\n]", cell)] if column.kind == "words" else [cell]
    if unknown := [word for word in chosen if word not in words]:
        known = [word for word in words if word]
        wrong = cut(unknown[0])
        zh = f"“{wrong}”不在可选值中：{'、'.join(known)}"
        raise BrokenRule(f"“{wrong}” is none of {', '.join(f'“{word}”' for word in known)}", zh)
    return [words[word] for word in chosen] if column.kind == "words" else words[cell]


def _default(model: type[BaseModel], key: str) -> object:
    """What a key of the item is where nothing is said; None where something has to be."""
    name, _, rest = key.partition(".")
    element = model.model_fields[name]
    if rest:
        assert isinstance(element.annotation, type)
        return _default(element.annotation, rest)
    return None if element.is_required() else element.get_default(call_default_factory=True)


def _required(model: type[BaseModel], key: str) -> bool:
    """Whether something has to be said at a key of the item."""
    name, _, rest = key.partition(".")
    element = model.model_fields[name]
    if not element.is_required() or not rest:
        return element.is_required()
    assert isinstance(element.annotation, type)
    return _required(element.annotation, rest)


MODELS: dict[str, type[BaseModel]] = {"": Item, "materials": Material, "steps": Step, "faq": Question}
DEFAULTS: dict[str, dict[str, str]] = {
    key: {
        column.key: text
        for column in columns
        if column is not CODE and (text := written(_default(MODELS[key], column.key), column))
    }
    for key, columns in SHEETS.values()
}
"""List of the item ("" for the item itself) → key → what its cell says by default, where that means something: 不收费, 12345.
Such a cell is never left empty: who forgets it, or merges it with the one above, would say something that nobody has said."""
REQUIRED: dict[str, frozenset[str]] = {
    key: frozenset(c.key for c in columns if c is not CODE and c.key not in IN_ENGLISH and _required(MODELS[key], c.key))
    | (frozenset() if key else frozenset(["code"]))
    for key, columns in SHEETS.values()
}
"""List of the item ("" for the item itself) → the keys without which there is no item."""
