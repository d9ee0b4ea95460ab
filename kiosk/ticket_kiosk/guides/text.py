"""What a guide says, as paragraphs: each section of an item's guide in the words of the citizen's language.

Names and the summary are in both languages; the details are the hall's own words, in English where the hall has written it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from contract.guides.english import Told
from contract.guides.item import Basis, Item, Limit, Material
from kiosk.ticket_kiosk.guides.state import Contents, Section
from kiosk.ui.page_context import PageContext

MOST_NAMES, FIRST_NAMES = 4, 3
"""Maximum of materials that are all named in the summary; of more, the first ones are."""
MOST_NAMES_ELDER = FIRST_NAMES_ELDER = 2
Style = Literal["head", "text", "note", "warning"]


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; a `head` begins a part and is never the last line of a sheet."""

    text: str
    style: Style = "text"


def section_name(context: PageContext, section: Section) -> str:
    _ = context.text
    return {
        "summary": _("办事概要"),
        "materials": _("申请材料"),
        "flow": _("办理流程"),
        "basis": _("条件依据"),
        "questions": _("常见问答"),
    }[section]


def limit_text(context: PageContext, limit: Limit) -> str:
    """A time limit as a citizen would say it."""
    _ = context.text
    if limit.days is None:
        return _("没有规定")
    if limit.days == 0:
        return _("当场办结")
    if limit.days == 1:
        one = {"working-day": _("1 个工作日"), "day": _("1 天"), "month": _("1 个月"), "year": _("1 年")}
        return one[limit.unit]
    units = {"working-day": _("{n} 个工作日"), "day": _("{n} 天"), "month": _("{n} 个月"), "year": _("{n} 年")}
    return units[limit.unit].format(n=limit.days)


def noted_limit(context: PageContext, limit: Limit) -> str:
    """A time limit with what is said beside it: when it is another one."""
    _ = context.text
    text = limit_text(context, limit)
    return _("{text}（{note}）").format(text=text, note=limit.note) if limit.note else text


def short_limit(context: PageContext, limit: Limit) -> str:
    """A time limit for the summary; of one that may be another, where that is said."""
    _ = context.text
    text = limit_text(context, limit)
    return _("{text}，有例外，见{section}").format(text=text, section=section_name(context, "basis")) if limit.note else text


def fee_text(context: PageContext, item: Item) -> str:
    _ = context.text
    return item.fee.amount if item.fee.charged else _("不收费")


def bring_text(context: PageContext, item: Item) -> str:
    """What to bring, by name as far as that is short; the section of the materials has them all."""
    _ = context.text
    if not item.materials:
        return _("不用带材料")
    names = [context.pick(material.name) for material in item.materials]
    most, first = (MOST_NAMES_ELDER, FIRST_NAMES_ELDER) if context.look.mode.elder else (MOST_NAMES, FIRST_NAMES)
    if len(names) > most:
        return _("{names}等 {n} 样材料").format(names=(_("、")).join(names[:first]), n=len(names))
    return (_("、")).join(names)


def chinese_note(context: PageContext, told: Told, texts: Iterable[str]) -> str:
    """That some of these texts are in Chinese only, said to whoever reads English; "" when all are in English."""
    _ = context.text
    if not told.untold(texts):
        return ""
    return _("有些内容只有中文，需要帮助请到{desk}。").format(desk=context.pick(context.hall.hall.help_desk))


def paragraphs(context: PageContext, told: Told, section: Section, contents: Contents | None) -> list[Paragraph]:
    """The text of a section; summary and flow are drawn, not written."""
    if section == "materials":
        forms = contents.forms if contents else {}
        found = _materials(context, told.item, {form.id: context.pick(form.title) for form in forms.values()})
    else:
        found = {"basis": _basis, "questions": _questions}[section](context, told.item)
    note = chinese_note(context, told, [part.text for part in found])
    return [Paragraph(note, "note"), *found] if note else found


def _materials(context: PageContext, item: Item, forms: dict[str, str]) -> list[Paragraph]:
    _ = context.text
    if not item.materials:
        return [Paragraph(_("不用带材料"), "head"), *_some(item.no_material_note)]
    lines: list[Paragraph] = []
    for number, material in enumerate(item.materials, 1):
        name = _name(context, material) + ("" if material.required else _("（需要时提供）"))
        lines.append(Paragraph(f"{number}. {name}", "head"))
        lines += _material(context, material, forms)
    return lines


def _name(context: PageContext, material: Material) -> str:
    """In English with the Chinese name behind it, to be shown to a clerk."""
    zh, en = material.name.zh, material.name.en
    return f"{en} ({zh})" if context.look.mode.language == "en" else zh


def _material(context: PageContext, material: Material, forms: dict[str, str]) -> list[Paragraph]:
    _ = context.text
    counts = [
        *([_("原件 {n} 份").format(n=material.originals)] if material.originals else []),
        *([_("复印件 {n} 份").format(n=material.copies)] if material.copies else []),
        *([_("电子版")] if material.format == "electronic" else []),
    ]
    labelled = (
        (_("来源："), material.issuer),
        (_("签名盖章："), material.seal),
        (_("怎么填："), material.how_to_fill),
        (_("示例："), material.example),
        (_("表格："), forms.get(material.form or "", "")),
        (_("依据："), material.basis),
    )
    return [
        *_some((_("，")).join(counts)),
        *_some(material.note),
        *(Paragraph(label + text, "note") for label, text in labelled if text),
    ]


def _basis(context: PageContext, item: Item) -> list[Paragraph]:
    _ = context.text
    return [
        Paragraph(_("受理条件"), "head"),
        *(Paragraph(f"{number}. {line}") for number, line in enumerate(item.conditions, 1)),
        Paragraph(_("时间和结果"), "head"),
        Paragraph(_("承诺时限：{limit}").format(limit=noted_limit(context, item.promised_limit))),
        Paragraph(_("法定时限：{limit}").format(limit=noted_limit(context, item.legal_limit))),
        Paragraph(_("办理结果：{result}").format(result=item.result)),
        Paragraph(_("办公时间：{hours}").format(hours=item.hours)),
        Paragraph(_("咨询电话：{telephone}").format(telephone=item.telephone)),
        Paragraph(_("监督电话：{telephone}").format(telephone=item.supervision_telephone)),
        *([Paragraph(_("收费依据：{basis}").format(basis=item.fee.basis))] if item.fee.basis else []),
        Paragraph(_("设定依据"), "head"),
        *(Paragraph(_law(context, basis)) for basis in item.basis),
        Paragraph(_("事项编码：{code}").format(code=item.code), "note"),
    ]


def _law(context: PageContext, basis: Basis) -> str:
    if context.look.mode.language == "en":
        return ", ".join(part for part in (basis.law, basis.article) if part)
    return f"《{basis.law}》{basis.article}"


def _questions(_stage: PageContext, item: Item) -> list[Paragraph]:
    return [part for question in item.faq for part in (Paragraph(question.q, "head"), Paragraph(question.a))]


def _some(text: str) -> list[Paragraph]:
    return [Paragraph(text)] if text else []
