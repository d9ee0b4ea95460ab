"""What the staff reads of a device in trouble, in Chinese and English."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from contract.wire import device_words, messages
from queue_server.domain.hall_clock import Doubt

NAMING = "calls-missed"
"""The state whose detail is for everybody: the numbers. Other details are a program's words for technicians, exceptions among
them: they are in its log and in the terminal's status, never in words for the staff."""

BROKER_SILENT = (
    "叫号暂时显示不了、也播报不了，请人工喊号；自助机和评价器也联系不上。请运维人员检查服务器上的消息服务（mosquitto）。",
    "Calls are neither shown nor announced for now: please call numbers aloud. Kiosks and raters cannot be reached either. "
    "A technician should look at the message broker (mosquitto) of the server.",
)


def terminal_gone(terminal: str, calling: Collection[str]) -> tuple[str, str]:
    """A terminal is lost; `calling` are the kinds of devices it has that call numbers: display, voice."""
    if not calling:
        return device_words.spaced(f"终端{terminal}已断开，请检查。"), f"Terminal {terminal} is gone; look after it."
    zh = "、".join(word for kind, word in (("display", "窗口屏"), ("voice", "语音叫号")) if kind in calling)
    en = " and ".join(word for kind, word in (("display", "displays"), ("voice", "voice")) if kind in calling)
    return (
        device_words.spaced(f"终端{terminal}已断开，它带的{zh}暂时不工作，请人工喊号，并检查这台终端。"),
        f"Terminal {terminal} is gone, and with it its {en}: please call numbers aloud, and look after it.",
    )


def in_trouble(terminal: str, device: messages.DeviceStatus) -> tuple[str, str]:
    """What the staff reads of a device: what happened and what to do; no figures, or every paper would be news."""
    if device.state == "print-in-doubt":
        return _print_in_doubt(terminal, device)
    zh, en = (device_words.kind_name(device.kind, language) for language in ("zh", "en"))
    if (device.kind, device.id) == ("program", "program"):
        return (
            f"{terminal} 的页面出错了，已自动回到首页。反复出现请把日志发给技术支持。",
            f"A page of {terminal} failed; it went home by itself. If that goes on, send its log to technical support.",
        )
    if device.kind == "program":
        return sentence(device, f"{terminal}的{zh}", f"{en} of {terminal}")
    return sentence(device, f"{terminal}的{zh}{device.id}", f"{en} {device.id} of {terminal}")


def sentence(device: messages.DeviceStatus, name_zh: str, name_en: str) -> tuple[str, str]:
    """The state of a device in Chinese and English, with what to do, under the names given for it."""
    words = device_words.sentences(device.kind, device.state, name_zh, name_en)
    if device.state == NAMING and device.detail:
        return f"{words.zh}（{device.detail}）", f"{words.en} ({device.detail})"
    return words.zh, words.en


def _print_in_doubt(terminal: str, device: messages.DeviceStatus) -> tuple[str, str]:
    """After a power cut: which paper may lie at a printer without its owner, or may never have come out."""
    zh = f"{terminal} 重新启动，不能确定“{device.detail}”是否已经打印；请看打印机 {device.id} 的出纸口，留下的文件请收好。"
    return (
        zh,
        f"{terminal} started again; {device.detail!r} may be at printer {device.id}, printed or not: take what lies there.",
    )


def clock_in_doubt(doubt: Doubt, shown: datetime) -> tuple[str, str]:
    """Why the machine's clock, which shows this time in the hall's zone, is not believed; empty where it is."""
    when = f"{shown:%Y-%m-%d}"
    words = {
        "ahead": (
            f"服务器的时钟突然跳到了{when}，大厅仍按原来的时间办理，号票都在。请核对时间，并在“服务器与备份”页确认。",
            f"The server's clock has jumped to {when}; the hall goes on by its own time and keeps every ticket. "
            "Look at the time and confirm it on the page “Server and backups”.",
        ),
        "long-off": (
            f"服务器停机多日后启动，时钟显示{when}。确认之前，以前的号票不作废，到期的资料不删除。"
            "请核对时间，并在“服务器与备份”页确认。",
            f"The server was off for days and its clock shows {when}. Until somebody confirms that, old tickets do not "
            "expire and nothing is deleted. Look at the time and confirm it on the page “Server and backups”.",
        ),
        "behind": (
            f"服务器的时钟比已有的记录早，现在显示{shown:%Y-%m-%d %H:%M}。请核对时间，对的话在“服务器与备份”页确认。",
            f"The server's clock is behind its own records and shows {shown:%Y-%m-%d %H:%M}. Look at the time; if it is "
            "right, confirm it on the page “Server and backups”.",
        ),
        "unset": (
            f"服务器的时钟显示{shown:%Y-%m-%d %H:%M}，肯定不对：可能主板电池没电了，又没有联网对时。号票上的日期可能是错的。"
            "请先把时钟调对，再开门取号；以后请更换主板电池。",
            f"The server's clock shows {shown:%Y-%m-%d %H:%M}, which is certainly wrong: its battery may be empty and no "
            "network sets it. Tickets may bear a wrong date. Set the clock before the hall opens, and replace the battery.",
        ),
    }
    return words.get(doubt, ("", ""))
