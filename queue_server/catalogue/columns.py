"""The columns by which items leave and enter as tables: sheet by sheet, header, key of the item, and how a cell reads.

Headers follow GB/T 39046-2020 table 4 where it has the element. Codes that a person would have to look up are words in the
table and codes in the item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "number", "yes-no", "lines", "word", "words", "basis"]

KINDS = {"即办件": "immediate", "承诺件": "committed"}
UNITS = {"工作日": "working-day", "天": "day", "月": "month", "年": "year"}
AUDIENCE = {"个人": "person", "企业": "enterprise"}
HANDLING = {"窗口": "window", "电脑端网上": "online", "移动端网上": "mobile", "快递申请": "courier", "其他": "other"}
DELIVERY = {"窗口领取": "window", "网上送达": "online", "自助领取": "self-service", "邮寄送达": "post"}
ACROSS = {"": "", "全国": "nation", "跨省": "provinces", "跨市": "cities", "跨县": "counties"}
FORMATS = {"纸质": "paper", "电子": "electronic", "纸质或电子": "either"}
SOURCES = {"申请人自备": "applicant", "政府部门核发": "government", "中介机构": "intermediary", "其他单位": "other-party"}
SYMBOLS = {"开始": "start", "步骤": "step", "判断": "decision", "结束": "end"}
YES_NO = {"是": True, "否": False}


@dataclass(frozen=True)
class Column:
    header: str
    key: str
    kind: Kind = "text"
    words: dict[str, Any] | None = None


def _c(header: str, key: str, kind: Kind = "text", words: dict[str, Any] | None = None) -> Column:
    return Column(header, key, kind, words)


CODE = _c("事项编码", "code")
ITEMS = (
    CODE, _c("国家编码", "national_code"), _c("事项名称", "name.zh"), _c("英文名称", "name.en"), _c("简介", "summary.zh"),
    _c("英文简介", "summary.en"), _c("俗称", "words", "lines"), _c("事项类型代码", "type"), _c("事项类型", "type_name.zh"),
    _c("事项类型英文", "type_name.en"), _c("实施主体", "department"), _c("实施主体英文", "department_en"),
    _c("实施主体代码", "department_code"), _c("行使层级代码", "level"), _c("办件类型", "kind", "word", KINDS),
    _c("服务对象代码", "subjects", "lines"), _c("面向", "audience", "words", AUDIENCE), _c("设定依据", "basis", "basis"),
    _c("受理条件", "conditions", "lines"), _c("无需材料说明", "no_material_note"),
    _c("法定办结时限", "legal_limit.days", "number"),
    _c("法定办结时限单位", "legal_limit.unit", "word", UNITS), _c("法定办结时限说明", "legal_limit.note"),
    _c("承诺办结时限", "promised_limit.days", "number"), _c("承诺办结时限单位", "promised_limit.unit", "word", UNITS),
    _c("承诺办结时限说明", "promised_limit.note"), _c("是否收费", "fee.charged", "yes-no"), _c("收费标准", "fee.amount"),
    _c("收费依据", "fee.basis"), _c("结果名称", "result"), _c("审批证件", "certificate", "yes-no"),
    _c("送达方式", "delivery", "words", DELIVERY), _c("办理地点", "place"), _c("办理窗口", "windows", "lines"),
    _c("业务队列", "queue"), _c("办理时间", "hours"), _c("办理形式", "handling", "words", HANDLING),
    _c("网办地址", "online_address"),
    _c("咨询电话", "telephone"), _c("监督电话", "supervision_telephone"), _c("投诉电话", "complaints"),
    _c("到现场次数", "visits", "number"), _c("是否支持预约办理", "appointment", "yes-no"),
    _c("网上支付", "online_payment", "yes-no"),
    _c("下放部门", "delegated_from"), _c("通办范围", "across", "word", ACROSS), _c("数量限制", "quantity_limit"),
    _c("中介服务", "intermediary"), _c("主题", "theme"), _c("一件事", "life_events", "lines"),
)  # fmt: skip
MATERIALS = (
    CODE, _c("材料标识", "id"), _c("材料名称", "name.zh"), _c("材料英文名称", "name.en"), _c("材料依据", "basis"),
    _c("材料形式", "format", "word", FORMATS), _c("原件份数", "originals", "number"), _c("复印件份数", "copies", "number"),
    _c("签名签章", "seal"), _c("空白表格", "form"), _c("填写说明", "how_to_fill"), _c("示例", "example"),
    _c("来源渠道", "source", "word", SOURCES), _c("出具机构", "issuer"), _c("说明", "note"),
    _c("是否必备", "required", "yes-no"),
)  # fmt: skip
STEPS = (
    CODE, _c("步骤标识", "id"), _c("符号", "kind", "word", SYMBOLS), _c("内容", "text"), _c("下一步", "next"), _c("是", "yes"),
    _c("否", "no"), _c("承办", "who"),
)  # fmt: skip
QUESTIONS = (CODE, _c("问题", "q"), _c("回答", "a"))

SHEETS: dict[str, tuple[str, tuple[Column, ...]]] = {
    "事项": ("", ITEMS),
    "材料": ("materials", MATERIALS),
    "流程": ("steps", STEPS),
    "常见问题": ("faq", QUESTIONS),
}
"""Sheet name → (the list of the item it holds, its columns). The first sheet holds the items themselves."""


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
    """The text of a cell as a value of the item; raise ValueError with a reason in Chinese. Empty cells are not read at all."""
    if column.kind == "number":
        if not cell.isascii() or not cell.isdigit():
            raise ValueError(f"“{cell}”不是整数")
        return int(cell)
    if column.kind == "lines":
        return [line.strip() for line in cell.splitlines() if line.strip()]
    if column.kind == "basis":
        parts = [line.partition("|") for line in cell.splitlines() if line.strip()]
        return [{"law": law.strip(), "article": article.strip()} for law, _, article in parts]
    words = YES_NO if column.kind == "yes-no" else column.words
    if words is None:
        return cell
    chosen = cell.split("、") if column.kind == "words" else [cell]
    if unknown := [word for word in chosen if word not in words]:
        raise ValueError(f"“{unknown[0]}”不在可选值中：{'、'.join(word for word in words if word)}")
    return [words[word] for word in chosen] if column.kind == "words" else words[cell]
