"""What a state of a case means for the applicant, and the usual steps of a case in English. Pure."""

from __future__ import annotations

from contract.configuration.table import TextConfig
from contract.wire.case import CaseState

MEANINGS: dict[CaseState, TextConfig] = {
    "received": TextConfig(zh="材料已收下，还没有决定是否受理。", en="Your papers are here; they have not been checked yet."),
    "supplement": TextConfig(zh="材料不齐，补齐以后才能继续办。", en="The office goes on when you bring what is missing."),
    "accepted": TextConfig(zh="材料齐全，已开始办理。", en="Your papers are complete; the office has begun."),
    "rejected": TextConfig(zh="这件事没有受理，原因见下。", en="The office does not take this up; the reason is below."),
    "examining": TextConfig(zh="正在审查，暂时不用做什么。", en="The office is checking it; there is nothing for you to do."),
    "decided": TextConfig(zh="已经办好，结果会按约定的方式交给您。", en="It is done; you get the result in the way agreed."),
    "denied": TextConfig(zh="没有批准，原因见下。", en="It was not granted; the reason is below."),
    "delivered": TextConfig(zh="结果已交给您，这件事办完了。", en="You have the result; this is finished."),
    "withdrawn": TextConfig(zh="申请已撤回，不再办理。", en="The application was taken back; nothing more is done."),
}
_STEPS = {
    "Received": ("收件", "已收件", "窗口收件", "收到申请", "申请", "提交申请", "网上申请"),
    "Papers checked at the window": ("窗口核对材料", "核对材料", "材料核对"),
    "Papers are missing": ("补正", "待补正", "补正告知", "一次性告知", "告知补正"),
    "Missing papers brought": ("补正材料", "材料补齐", "已补正", "补齐材料"),
    "Accepted": ("受理", "已受理", "予以受理", "准予受理"),
    "Not accepted": ("不予受理",),
    "Being examined": ("审查", "审查中", "审核", "审核中", "初审", "复审", "部门审查"),
    "Checked on site": ("现场核查", "现场勘查", "实地核查", "现场检查"),
    "Made public for objections": ("公示", "公告"),
    "Decided": ("决定", "作出决定", "办结", "已办结"),
    "Granted": ("批准", "准予许可", "同意", "审批通过"),
    "Refused": ("不予许可", "不予批准"),
    "Certificate made": ("制证", "打证", "出证", "证照制作"),
    "Delivered": ("送达", "已送达", "领取", "已领取", "发证", "领证"),
    "Withdrawn": ("撤回", "已撤回", "申请人撤回"),
}
_ENGLISH = {zh: en for en, said in _STEPS.items() for zh in said}


def step_words(text: str) -> TextConfig:
    """A step of a case; what is in the department's own words stays Chinese in both languages."""
    return TextConfig(zh=text, en=_ENGLISH.get(text.strip(" 。"), text))
