"""The indicator tags of the evaluation norm ("好差评"): what a citizen may tick beside a level.

A level runs from 5 (非常满意) to 1 (非常不满意), as in every reporting interface; GB/T 39046 A.8 counts the other way round.
The first digit of a code is its level. Of the eight tags of a level the first three are shown at once, the others on demand.
The list is kept by the national platform: a hall neither adds nor deletes tags. Its words are those of offices, so a citizen
reads the same in plain ones. Codes of the earlier generation are known,
so that old records can be read, but are no longer offered.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from types import MappingProxyType

SHOWN_AT_ONCE = 3
BAD_LEVELS = frozenset({1, 2})
TEXT_LIMIT = 150


@dataclass(frozen=True)
class Level:
    """One of the five answers."""

    value: int
    zh: str
    en: str


@dataclass(frozen=True)
class Reason:
    """One tag: `norm` are the words of the norm, for reports and staff, `zh` and `en` what a citizen reads; `first` when it is
    shown at once, `current` when it may still be given."""

    code: str
    level: int
    norm: str
    zh: str
    en: str
    first: bool
    current: bool = True


LEVELS = (
    Level(5, "非常满意", "Very satisfied"),
    Level(4, "满意", "Satisfied"),
    Level(3, "基本满意", "Fairly satisfied"),
    Level(2, "不满意", "Dissatisfied"),
    Level(1, "非常不满意", "Very dissatisfied"),
)

_TAGS: dict[int, list[tuple[str, str, str]]] = {
    510: [
        ("一窗受理一次办结", "一个窗口一次就办好了", "One window, done in one visit"),
        ("可以先受理后补材料", "先给办了，材料后补", "Accepted first, papers could follow"),
        ("不用提交证明", "没让我开证明", "No certificates asked for"),
        ("可以全程网上办理", "网上就能全办完", "Can be done entirely online"),
        ("可以使用手机办理", "手机上就能办", "Can be done on a phone"),
        ("可以就近办理", "家门口就能办", "Can be done close to home"),
        ("无需材料直接办理", "不带材料也办了", "Done without any papers"),
        ("服务热情效率高", "热情，办得快", "Warm and efficient service"),
    ],
    406: [
        ("填写一张表单就可完成申报", "只填一张表", "One form was enough"),
        ("在线提交材料窗口核验", "材料网上交，窗口核对一下就行", "Papers sent online, checked at the window"),
        ("一张清单告知全部申报材料", "要带什么，一张单子写清楚了", "One list named all the papers"),
        ("用告知承诺减免申报材料", "签个承诺书，少交材料", "A declaration replaced papers"),
        ("可以在线预约办理", "可以网上预约", "Can be booked online"),
        ("跑大厅一次办完", "跑一趟就办完", "Done in one visit to the hall"),
        ("可以使用自助机办理", "自助机上就能办", "Can be done at a self-service machine"),
        ("服务态度较好", "态度不错", "Good service manner"),
    ],
    307: [
        ("一次性告知需要补正的材料", "要补什么，一次说清了", "Told at once what to correct"),
        ("提供申报材料样本", "有填好的样本可以看", "Samples of the papers provided"),
        ("在承诺的时间内办结", "说好的时间内办完了", "Done within the promised time"),
        ("办事指南指引准确", "办事指南写得准", "The guide was accurate"),
        ("按办事指南要求的材料即可办理", "照着指南带材料就能办", "The papers in the guide were enough"),
        ("可以快递送达", "可以快递到家", "Can be delivered by courier"),
        ("跑动次数与承诺的一致", "没让我多跑", "As many visits as promised"),
        ("服务态度一般", "态度一般", "Average service manner"),
    ],
    207: [
        ("没有提供材料样本", "没有样本可以看", "No samples of the papers"),
        ("没有提供材料清单", "没说清要带哪些材料", "No list of the papers"),
        ("未在承诺时间内办结", "说好的时间没办完", "Not done within the promised time"),
        ("同样内容的证明材料被要求多次提交", "同样的证明要交好几次", "The same proof asked for again and again"),
        ("承诺网办但无法在线办理", "说能网上办，其实办不了", "Promised online, but not possible online"),
        ("在线预约办理后到实体大厅重复取号排队", "网上约好了，来了还要重新排队", "Booked online, yet had to queue again"),
        ("窗口人员业务不熟练", "窗口人员业务不熟", "Staff not familiar with the matter"),
        ("服务态度生硬", "态度生硬", "Unfriendly service manner"),
    ],
    108: [
        ("在办事指南之外增加新的审批条件", "指南上没写的条件也要求", "Conditions added beyond the guide"),
        ("需提供办事指南之外的申报材料", "指南上没写的材料也要", "Papers asked for beyond the guide"),
        ("无理由超过法定办理时间", "过了规定时间，也没说为什么", "Over the legal time limit without reason"),
        ("办事指南提供样本有错", "指南里的样本有错", "Samples in the guide were wrong"),
        ("承诺在线收取申报材料实际无法收取", "说好材料网上交，结果交不了", "Papers promised online could not be sent online"),
        ("多头跑窗口和部门", "来回跑了好几个窗口和部门", "Sent from window to window"),
        ("跑动次数与承诺的不一致", "比说好的多跑了几趟", "More visits than promised"),
        ("服务态度差效率低", "态度差，办得慢", "Poor manner and slow service"),
    ],
}
_RETIRED = (*range(501, 510), 401, 402, 404, 405, *range(301, 307), *range(201, 207), *range(101, 108))


def _table() -> dict[str, Reason]:
    table = {
        str(start + place): Reason(str(start + place), start // 100, norm, zh, en, first=place < SHOWN_AT_ONCE)
        for start, tags in _TAGS.items()
        for place, (norm, zh, en) in enumerate(tags)
    }
    for code in _RETIRED:
        table[str(code)] = Reason(str(code), code // 100, "", "", "", first=False, current=False)
    return table


REASONS = MappingProxyType(_table())
"""Every tag by its code, the retired ones included."""


def reasons_of(level: int) -> tuple[Reason, ...]:
    """The tags that may be ticked beside `level`, in the order in which they are shown."""
    return tuple(reason for reason in REASONS.values() if reason.level == level and reason.current)


def needs_reason(level: int | None, *, required: bool = True) -> bool:
    """Whether a rating of `level` has to say why: a bad one does where the hall requires it."""
    return required and level in BAD_LEVELS


def lacks_reason(level: int | None, reasons: Collection[str], text: str = "", *, required: bool = True) -> bool:
    """Whether a rating still lacks the reason that it needs; a text in the citizen's own words is as good as a tag."""
    return needs_reason(level, required=required) and not reasons and not text.strip()


def unfit(level: int, codes: list[str]) -> str | None:
    """Why `codes` cannot stand beside `level`, as a sentence; None when they can."""
    for code in codes:
        reason = REASONS.get(code)
        if reason is None:
            return f"reason {code!r} is unknown"
        if not reason.current:
            return f"reason {code} is no longer in use"
        if reason.level != level:
            return f"reason {code} belongs to level {reason.level}, not to {level}"
    return f"reason {codes[0]} stands twice" if len(set(codes)) != len(codes) else None
