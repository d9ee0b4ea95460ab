"""Looks over a catalogue for what the model alone cannot refuse: vague materials, missing elements, contradictions.

The rules follow the guide's element lists and the ban on catch-all materials in the hall's source documents
(其他材料, 相关材料, 有关材料), and the hall itself: a guide that sends people to a window that does not serve them is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from contract.configuration.hall import HallConfig
from contract.configuration.table import TextConfig
from contract.guides.english import form_sentences, sentences
from contract.guides.item import Item
from queue_server.catalogue.codes import BadCode, LocalCode, NationalCode, uscc_problem
from queue_server.catalogue.load import Catalogue

VAGUE = re.compile(r"其[他它]|有关|相关|等(材料|证件|资料|文件|手续)|必要(的)?(材料|证件|资料|文件)")
RULES: dict[str, TextConfig] = {
    "vague-material": TextConfig(
        zh="材料“{value}”含有兜底字样；请写明具体是哪一份材料",
        en="material “{value}” is a catch-all; name the very document",
    ),
    "promised-over-legal": TextConfig(
        zh="承诺时限约{value}个工作日，长于法定时限；请改短",
        en="the promised limit (about {value} working days) is longer than the legal one; shorten it",
    ),
    "promise-missing": TextConfig(zh="没有承诺时限；请填写天数", en="no promised limit; give the number of days"),
    "limit-unexplained": TextConfig(
        zh="没有法定时限天数，也没有说明；请补一项",
        en="the legal limit has neither days nor a note; give one of them",
    ),
    "immediate-takes-days": TextConfig(
        zh="即办件承诺{value}天；即办件应为0天，否则改为承诺件",
        en="an immediate item promises {value} days; make it 0 or a committed item",
    ),
    "no-materials": TextConfig(
        zh="没有材料也没有说明为什么不用带；请补一项",
        en="neither materials nor a note why none is needed; give one of them",
    ),
    "no-copies": TextConfig(
        zh="材料“{value}”原件和复印件都是0份；请填写份数",
        en="material “{value}” asks for no original and no copy; give a number",
    ),
    "form-unexplained": TextConfig(
        zh="表格“{value}”没有填写说明；请补写", en="form “{value}” does not say how to fill it in; add it"
    ),
    "form-unknown": TextConfig(
        zh="空白表格“{value}”不在 forms.toml 里；请补充或改正",
        en="blank form “{value}” is not in forms.toml; add or correct it",
    ),
    "fee-unfounded": TextConfig(zh="收费但没有收费依据或标准；请补写", en="a fee without amount or basis; add them"),
    "online-without-address": TextConfig(
        zh="可以网上办理但没有网办地址；请补写",
        en="handled online but without an address; add it",
    ),
    "code-malformed": TextConfig(zh="事项编码不合规则：{value}", en="the item code breaks the rule: {value}"),
    "code-repeated": TextConfig(zh="事项编码{value}重复；请改为新的序号", en="code {value} stands twice; take a new serial"),
    "code-foreign": TextConfig(
        zh="编码的行政区划{value}不是本县；请改正", en="region {value} of the code is not this county; correct it"
    ),
    "type-differs": TextConfig(
        zh="国家编码中的事项类型是{value}，与本事项不同；请核对",
        en="the national code says type {value}, this item another; check it",
    ),
    "national-code-opaque": TextConfig(
        zh="国家编码{value}无法识别（应为31位或33位，或省平台带连字符的写法）；请核对",
        en="national code {value} is not understood (31 or 33 characters, or with hyphens as a province writes it); check it",
    ),
    "uscc": TextConfig(
        zh="统一社会信用代码{value}校验不通过；请核对", en="unified social credit code {value} fails its check; check it"
    ),
    "queue-unknown": TextConfig(zh="业务队列“{value}”不存在；请改正", en="there is no queue “{value}”; correct it"),
    "theme-unknown": TextConfig(zh="主题“{value}”不存在；请改正", en="there is no theme “{value}”; correct it"),
    "window-unknown": TextConfig(zh="窗口“{value}”不存在；请改正", en="there is no window “{value}”; correct it"),
    "window-does-not-serve": TextConfig(
        zh="窗口{value}不办理该业务队列；请改正窗口或队列",
        en="window {value} does not serve this queue; correct window or queue",
    ),
    "life-event-unknown": TextConfig(zh="一件事“{value}”不存在；请改正", en="there is no life event “{value}”; correct it"),
    "english-missing": TextConfig(
        zh="名称、简介或材料名称缺少英文；请补写", en="the English of the name, the summary or a material is missing; add it"
    ),
    "sentences-in-chinese": TextConfig(
        zh="指南和表格里有{value}句话没有英文；请补写英文",
        en="sentences of the guide and its forms without English: {value}; add it",
    ),
}
WARNINGS = {"uscc", "national-code-opaque", "type-differs", "sentences-in-chinese", "english-missing"} | {
    *("letter-like-a-figure", "display-lacks")
}
"""Agencies in use have codes that fail their own check, a guide can be read before it is in English, and what is found in the
hall's own files (`hall_lint`) works: these are pointed out and do not stand in the way."""

Problems = Iterator[tuple[str, str, object]]


@dataclass(frozen=True)
class Finding:
    """One thing to mend: which file, item and key, by which rule, in both languages."""

    file: str
    code: str
    key: str
    rule: str
    texts: TextConfig

    @property
    def severity(self) -> Literal["error", "warning"]:
        return "warning" if self.rule in WARNINGS else "error"

    def __str__(self) -> str:
        return f"{self.file}: {self.code} {self.key}: {self.texts.en}"


def lint(catalogue: Catalogue, hall: HallConfig) -> list[Finding]:
    """Everything in `catalogue` that should be mended, in the order of its items."""
    found = []
    seen: set[str] = set()
    for item in catalogue.items:
        problems: list[tuple[str, str, object]] = [p for check in CHECKS for p in check(item)]
        problems += [*_codes(item, catalogue.shared.region), *_references(item, catalogue, hall), *_english(item, catalogue)]
        if item.code in seen:
            problems.append(("code-repeated", "code", item.code))
        seen.add(item.code)
        found += [_finding(catalogue, item, *problem) for problem in problems]
    return found


def _finding(catalogue: Catalogue, item: Item, rule: str, key: str, value: object) -> Finding:
    texts = RULES[rule]
    filled = TextConfig(zh=texts.zh.format(value=value), en=texts.en.format(value=value))
    return Finding(catalogue.files.get(item.code, ""), item.code, key, rule, filled)


def _materials(item: Item) -> Problems:
    if not item.materials and not item.no_material_note:
        yield "no-materials", "materials", ""
    for material in item.materials:
        key = f"materials.{material.id}"
        if VAGUE.search(material.name.zh):
            yield "vague-material", f"{key}.name", material.name.zh
        if material.originals + material.copies == 0:
            yield "no-copies", key, material.name.zh
        if material.form and not material.how_to_fill:
            yield "form-unexplained", f"{key}.how_to_fill", material.name.zh


def _limits(item: Item) -> Problems:
    legal, promised = item.legal_limit.working_days, item.promised_limit.working_days
    if promised is None:
        yield "promise-missing", "promised_limit.days", ""
    elif legal is not None and promised > legal:
        yield "promised-over-legal", "promised_limit", round(promised, 1)
    if legal is None and not item.legal_limit.note:
        yield "limit-unexplained", "legal_limit", ""
    if item.kind == "immediate" and promised:
        yield "immediate-takes-days", "promised_limit", item.promised_limit.days


def _elements(item: Item) -> Problems:
    if item.fee.charged and (not item.fee.basis or item.fee.amount == "不收费"):
        yield "fee-unfounded", "fee", ""
    if {"online", "mobile"} & set(item.handling) and not item.online_address:
        yield "online-without-address", "online_address", ""
    texts = (item.name, item.summary, *(material.name for material in item.materials))
    if not item.name.en.isascii() or any(text.en in ("", text.zh) for text in texts):
        yield "english-missing", "name", ""


CHECKS: tuple[Callable[[Item], Problems], ...] = (_materials, _limits, _elements)


def _codes(item: Item, region: str) -> Problems:
    try:
        if (found := LocalCode.parse(item.code).region) != region:
            yield "code-foreign", "code", found
    except BadCode as error:
        yield "code-malformed", "code", error
    if item.department_code and uscc_problem(item.department_code):
        yield "uscc", "department_code", item.department_code
    if item.national_code:
        yield from _national(item, NationalCode.parse(item.national_code))


def _national(item: Item, code: NationalCode) -> Problems:
    if code.basic is None:
        yield "national-code-opaque", "national_code", code.text
    elif code.type not in (item.type, None):
        yield "type-differs", "national_code", code.type
    if code.agency and uscc_problem(code.agency):
        yield "uscc", "national_code", code.agency


def _english(item: Item, catalogue: Catalogue) -> Problems:
    forms = [form for m in item.materials if m.form and (form := catalogue.form(m.form)) is not None]
    said = {*sentences(item), *(sentence for form in forms for sentence in form_sentences(form))}
    if missing := len(said - catalogue.english.keys()):
        yield "sentences-in-chinese", "english", missing


def _references(item: Item, catalogue: Catalogue, hall: HallConfig) -> Problems:
    queues, themes = {q.id for q in hall.queue}, {t.id for t in hall.theme}
    windows = {w.id: hall.queues_of(w) for w in hall.window}
    if item.queue not in queues:
        yield "queue-unknown", "queue", item.queue
    if item.theme not in themes:
        yield "theme-unknown", "theme", item.theme
    for window in item.windows:
        if window not in windows:
            yield "window-unknown", "windows", window
        elif item.queue in queues and item.queue not in windows[window]:
            yield "window-does-not-serve", "windows", window
    for event in set(item.life_events) - {e.id for e in catalogue.shared.life_event}:
        yield "life-event-unknown", "life_events", event
    for material in item.materials:
        if material.form and catalogue.form(material.form) is None:
            yield "form-unknown", f"materials.{material.id}.form", material.form
