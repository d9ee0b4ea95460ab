"""What an A4 printer's reasons mean: keywords of IPP into a condition, and into words for the person in front of it.

Keywords: RFC 8011 (sections 5.3.8 and 5.4.12) and PWG 5100.9. A printer may add -report, -warning or -error to a keyword.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from contract.texts import texts
from contract.texts import unchanged as _
from contract.wire.device_state import WORKS, worst

A4Condition = Literal[
    "ok", "paper-low", "toner-low", "paper-out", "paper-jam", "cover-open", "toner-out", "offline", "unreachable"
]
"""The states of a device that an A4 printer can have."""

PRINTER: dict[str, tuple[A4Condition, str]] = {
    "media-low": ("paper-low", _("打印机纸张快用完了")),
    "toner-low": ("toner-low", _("打印机墨粉不足")),
    "marker-supply-low": ("toner-low", _("打印机墨粉不足")),
    "marker-waste-almost-full": ("toner-low", _("打印机废粉盒快满了")),
    "developer-low": ("toner-low", _("打印机墨粉不足")),
    "opc-near-eol": ("toner-low", _("打印机感光鼓快到寿命")),
    "output-area-almost-full": ("ok", _("请取走出纸口的文件")),
    "media-empty": ("paper-out", _("打印机没有纸了，请联系工作人员加纸")),
    "media-needed": ("paper-out", _("打印机没有纸了，请联系工作人员加纸")),
    "input-tray-missing": ("paper-out", _("打印机纸盒没有装好")),
    "media-jam": ("paper-jam", _("打印机卡纸了，请联系工作人员")),
    "cover-open": ("cover-open", _("打印机盖子没有关好")),
    "door-open": ("cover-open", _("打印机盖子没有关好")),
    "interlock-open": ("cover-open", _("打印机盖子没有关好")),
    "toner-empty": ("toner-out", _("打印机没有墨粉了，请联系工作人员")),
    "marker-supply-empty": ("toner-out", _("打印机没有墨粉了，请联系工作人员")),
    "marker-waste-full": ("toner-out", _("打印机废粉盒满了，请联系工作人员")),
    "developer-empty": ("toner-out", _("打印机没有墨粉了，请联系工作人员")),
    "opc-life-over": ("toner-out", _("打印机感光鼓需要更换，请联系工作人员")),
    "output-area-full": ("offline", _("出纸口满了，请取走文件")),
    "output-tray-missing": ("offline", _("打印机出纸盒没有装好")),
    "fuser-over-temp": ("offline", _("打印机过热，请稍候")),
    "fuser-under-temp": ("ok", _("打印机正在预热，请稍候")),
    "moving-to-paused": ("offline", _("打印机已暂停")),
    "paused": ("offline", _("打印机已暂停")),
    "shutdown": ("offline", _("打印机已关机")),
    "offline": ("offline", _("打印机不在线")),
    "stopped-partly": ("offline", _("打印机有一部分停止工作")),
    "stopping": ("offline", _("打印机正在停止")),
    "timed-out": ("offline", _("打印机没有响应")),
    "connecting-to-device": ("ok", _("正在连接打印机")),
    "spool-area-full": ("offline", _("打印机存储已满，请稍候")),
    "interpreter-resource-unavailable": ("offline", _("打印机资源不足，请稍候")),
}
"""printer-state-reasons: the condition that each means, and how to say it."""

JOB: dict[str, str] = {
    "job-incoming": _("正在发送文件"),
    "job-data-insufficient": _("正在发送文件"),
    "job-queued": _("正在排队打印"),
    "queued-in-device": _("正在排队打印"),
    "job-outgoing": _("正在打印"),
    "job-interpreting": _("正在准备打印"),
    "job-transforming": _("正在准备打印"),
    "job-printing": _("正在打印"),
    "job-hold-until-specified": _("打印任务已暂缓"),
    "resources-are-not-ready": _("打印机还没有准备好"),
    "printer-stopped": _("打印机停下来了"),
    "printer-stopped-partly": _("打印机停下来了"),
    "job-canceled-by-user": _("打印已取消"),
    "job-canceled-by-operator": _("工作人员取消了打印"),
    "job-canceled-at-device": _("打印在打印机上被取消"),
    "aborted-by-system": _("打印失败"),
    "submission-interrupted": _("文件没有发送完整"),
    "document-access-error": _("文件读取失败"),
    "unsupported-document-format": _("打印机不能打印这种文件"),
    "document-format-error": _("文件内容有误，不能打印"),
    "unsupported-compression": _("打印机不能打印这种文件"),
    "compression-error": _("文件内容有误，不能打印"),
    "processing-to-stop-point": _("正在停止打印"),
    "service-off-line": _("打印机不在线"),
    "job-completed-successfully": _("打印完成"),
    "job-completed-with-warnings": _("打印完成"),
    "job-completed-with-errors": _("打印完成，但有错误，请核对"),
    "job-restartable": _("可以重新打印"),
}
"""job-state-reasons, and how to say them."""

CONDITIONS: dict[A4Condition, str] = {
    "ok": _("打印机正常"),
    "paper-low": _("打印机纸张快用完了"),
    "toner-low": _("打印机墨粉不足"),
    "paper-out": _("打印机没有纸了，请联系工作人员加纸"),
    "paper-jam": _("打印机卡纸了，请联系工作人员"),
    "cover-open": _("打印机盖子没有关好"),
    "toner-out": _("打印机没有墨粉了，请联系工作人员"),
    "offline": _("打印机暂时不能打印"),
    "unreachable": _("打印机连接不上"),
}

LIGHTER: dict[A4Condition, A4Condition] = {
    "paper-out": "paper-low",
    "paper-low": "paper-low",
    "toner-out": "toner-low",
    "toner-low": "toner-low",
}
"""What a condition is while it is only a warning; others are none then."""


def keyword(reason: str, known: Iterable[str] = PRINTER) -> str:
    """The known keyword that `reason` is, without its suffix; some printers cut long reasons off. "" for none."""
    for suffix in ("", "-report", "-warning", "-error"):
        if reason.endswith(suffix) and reason.removesuffix(suffix) in known:
            return reason.removesuffix(suffix)
    return max((k for k in known if reason.startswith(f"{k}-")), key=len, default="")


def condition(reasons: Iterable[str], *, stopped: bool) -> A4Condition:
    """The gravest condition among the reasons; a printer that stopped for no known reason is offline.

    While it goes on, a warning or a report is about what comes: one tray of several is empty. Only a job that waits for paper
    (media-needed) waits whatever that is called. RFC 8011, section 5.4.12.
    """
    found: list[A4Condition] = [_weighed(k, reason, stopped) for reason in reasons if (k := keyword(reason))]
    gravest = worst(["ok", *found])
    return "offline" if stopped and gravest in WORKS else gravest


def _weighed(known: str, reason: str, stopped: bool) -> A4Condition:
    meant, kind = PRINTER[known][0], reason.removeprefix(known)
    light = kind.startswith(("-w", "-r"))  # long reasons are cut off by some printers
    return LIGHTER.get(meant, "ok") if light and not stopped and known != "media-needed" else meant


def sentences(reasons: Iterable[str], language: str) -> list[str]:
    """Reasons of a printer or a job as a person would say them, each sentence once; what is unknown is left out."""
    say = texts(language)
    found = []
    for reason in reasons:
        if key := keyword(reason):
            found.append(say(PRINTER[key][1]))
        elif key := keyword(reason, JOB):
            found.append(say(JOB[key]))
    return list(dict.fromkeys(found))
