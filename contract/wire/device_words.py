"""The states of a device in words for people who have to do something about them: for screens, web pages and alerts.

`contract.wire.device_state` has the states. This module says in Chinese and English what each means for each kind of device:
what happened, and what to do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from contract.texts import texts
from contract.texts import unchanged as _
from contract.wire.device_state import DeviceState, known_state
from contract.wire.messages import Text

KINDS = {
    "printer": _("号票打印机"),
    "a4": _("A4 打印机"),
    "scanner": _("扫码器"),
    "idcard": _("身份证阅读器"),
    "voice": _("语音设备"),
    "display": _("LED 显示屏"),
    "keypad": _("呼叫键盘"),
    "rater": _("评价盒"),
    "locker": _("锁控板"),
    "speaker": _("扬声器"),
    "program": _("终端程序"),
}
DEVICE = _("设备")


@dataclass(frozen=True)
class Meaning:
    """A state in a word, what happened in a sentence, and what to do unless the kind of device has words of its own."""

    word: str
    what: str
    remedy: str


BORDER = re.compile(r"(?<=[A-Za-z0-9])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])")
WORDS = {
    **{"ok": _("正常"), "ready": _("正常"), "idle": _("正常"), "virtual": _("正常"), "init": _("正在启动")},
    **{"busy": _("工作中"), "printing": _("工作中"), "off": _("已关闭"), "stopped": _("已关闭")},
}
"""States that ask for nobody."""

_CONNECT = _("请检查电源和数据线；恢复后会自动连接。")
MEANINGS: dict[DeviceState, Meaning] = {
    "not-found": Meaning(_("找不到"), _("找不到{device}。"), _("请检查电源和数据线，再核对 devices.toml 里的地址。")),
    "no-permission": Meaning(_("没有权限"), _("程序没有权限使用{device}。"), _("请让管理员检查设备的用户组和 udev 规则。")),
    "in-use": Meaning(_("被占用"), _("{device}正被别的程序占用。"), _("请关闭那个程序，或者重新启动这台终端。")),
    "unreachable": Meaning(_("连接不上"), _("连接不上{device}。"), _CONNECT),
    "no-reply": Meaning(_("没有应答"), _("{device}没有应答。"), _("请检查电源和接线，再核对波特率和设备地址。")),
    "bad-reply": Meaning(_("应答有误"), _("看不懂{device}的应答。"), _("请核对 devices.toml 里的型号、波特率和设备地址。")),
    "refused": Meaning(_("没有照做"), _("{device}收到了指令，但没有照做。"), _("请关机再开机；还是这样就请报修。")),
    "device-busy": Meaning(_("正忙"), _("{device}正忙。"), _("请等它做完，稍后再试。")),
    "misconfigured": Meaning(
        _("配置有误"), _("devices.toml 里{device}写得不对。"), _("请让管理员按日志里的提示改正，再重新启动程序。")
    ),
    "failed": Meaning(_("程序出错"), _("操作{device}的程序出错了。"), _("请重新启动程序；还是这样就请把日志发给技术支持。")),
    "garbled": Meaning(_("消息有误"), _("{device}一再收到无法识别的消息，都已丢弃。"), _("请按日志里的主题查明是谁在发送。")),
    "read-only": Meaning(
        _("磁盘只读"),
        _("{device}存不了数据，磁盘变成只读了。断网时它不能取号。"),
        _("请重新启动这台终端；还是这样就请换磁盘。"),
    ),
    "paper-low": Meaning(_("纸将用完"), _("{device}的纸快用完了。"), _("请准备换纸。")),
    "paper-out": Meaning(_("缺纸"), _("{device}没有纸了。"), _("请加纸。")),
    "paper-jam": Meaning(_("卡纸"), _("{device}卡纸了。"), _("请打开机盖，取出卡住的纸，再合上。")),
    "cover-open": Meaning(_("机盖打开"), _("{device}的机盖没有关好。"), _("请把机盖合紧。")),
    "cutter": Meaning(_("切刀卡住"), _("{device}的切刀卡住了。"), _("请打开机盖，取出卡住的纸，再合上。")),
    "toner-low": Meaning(_("墨粉不足"), _("{device}的墨粉快用完了。"), _("请准备换墨粉盒。")),
    "toner-out": Meaning(_("缺墨粉"), _("{device}没有墨粉了。"), _("请换墨粉盒。")),
    "offline": Meaning(_("暂停工作"), _("{device}停下来了。"), _("请看它的指示灯，或者关机再开机。")),
    "print-in-doubt": Meaning(
        _("请看出纸口"), _("不能确定{device}是否已经打出最后一份文件。"), _("请看出纸口，留下的文件请收好。")
    ),
    "calls-missed": Meaning(
        _("有号漏报"),
        _("{device}没来得及播报每一个号。"),
        _("请导办员人工叫号；经常这样，就再装一台语音设备，或者把播报词改短。"),
    ),
    "no-sound-card": Meaning(_("没有声卡"), _("没有声卡，或者没有装 aplay。"), _("请插好声卡，或者安装 alsa-utils。")),
    "nothing-read": Meaning(_("没有读到码"), _("没有读到码。"), _("请擦净窗口，换一个码再试。")),
}
"""States that ask for somebody; `{device}` is the device in words."""
UNKNOWN = Meaning(_("未知故障"), _("{device}报告了系统不认识的故障。"), _("请告诉运维人员。"))
"""What another program's word for a state means to people; the word itself is for technicians."""

_PLUG = _("请检查 USB 插头，再核对 devices.toml 里的地址。")
_NETWORK = _("请检查打印机的电源和网线，再核对地址。")
_SOUND = _("请插好声卡，并确认语音程序和录音都已安装。")
_BOX = _("请检查按键盒的电源和接线，再核对波特率和盒号。")
_STRIP = _("请检查屏的电源和网线或串口线；恢复后会自动显示。")
REMEDIES: dict[tuple[str, DeviceState], str] = {
    ("printer", "no-reply"): _('请检查打印机的电源和数据线；只能单向通信的打印机要写 status = "none"。'),
    ("printer", "no-permission"): _("请让管理员把程序的用户加入 lp 组。"),
    ("a4", "not-found"): _NETWORK,
    ("a4", "unreachable"): _NETWORK,
    ("a4", "no-reply"): _NETWORK,
    ("a4", "no-permission"): _("请在打印机的设置里允许这台终端打印。"),
    ("a4", "bad-reply"): _("请核对打印机的地址，可以改用 ipps:// 再试。"),
    ("a4", "refused"): _("请看打印机自己的显示屏；这台打印机可能不支持 IPP 2.0。"),
    ("a4", "misconfigured"): _("请让管理员核对 devices.toml 和磁盘空间，再重新启动程序。"),
    ("scanner", "not-found"): _PLUG,
    ("scanner", "unreachable"): _("请把扫码器的插头拔下再插上；恢复后会自动连接。"),
    ("scanner", "no-permission"): _("请让管理员把程序的用户加入 video 组或 input 组。"),
    ("scanner", "refused"): _("请核对扫码器的型号，再按说明书扫一次设置码。"),
    ("scanner", "no-reply"): _("请检查扫码器的插头和波特率。"),
    ("idcard", "refused"): _("请把阅读器关机再开机，证件平放在上面。"),
    ("idcard", "bad-reply"): _("请把证件拿开，重新平放在阅读器上。"),
    ("voice", "not-found"): _SOUND,
    ("voice", "unreachable"): _SOUND,
    ("voice", "refused"): _("请确认每句话都有录音或语音程序。"),
    ("display", "unreachable"): _STRIP,
    ("display", "not-found"): _("请检查屏的接线，再核对 devices.toml 里的地址。"),
    ("display", "no-reply"): _("请检查屏的电源和接线，再核对波特率和屏号。"),
    ("display", "refused"): _("请核对屏的型号、尺寸和颜色。"),
    ("keypad", "no-reply"): _BOX,
    ("keypad", "unreachable"): _BOX,
    ("rater", "no-reply"): _BOX,
    ("rater", "unreachable"): _BOX,
    ("locker", "refused"): _("请看柜门是否被卡住，再检查锁和锁的接线。"),
    ("locker", "no-reply"): _("请检查锁控板的电源和接线，再核对波特率和板号。"),
}
"""What to do, where a kind of device needs words of its own."""


def word(state: str, language: str) -> str:
    """A state in one or two words."""
    return texts(language)(WORDS.get(state) or _meaning(state).word)


def is_known(state: str) -> bool:
    """Whether the state has words of its own."""
    return state in WORDS or known_state(state) in MEANINGS


def kind_name(kind: str, language: str) -> str:
    """What people call this kind of device."""
    return texts(language)(KINDS.get(kind, DEVICE))


def sentence(kind: str, state: str, language: str, name: str = "") -> str:
    """What happened and what to do, with the `name` of the device, or its kind; empty for a state that asks for nobody."""
    if state in WORDS:
        return ""
    meaning, known, say = _meaning(state), known_state(state), texts(language)
    what = spaced(say(meaning.what).format(device=name or kind_name(kind, language)))
    gap = "" if language == "zh" else " "
    return what + gap + say(meaning.remedy if known is None else REMEDIES.get((kind, known), meaning.remedy))


def _meaning(state: str) -> Meaning:
    known = known_state(state)
    return UNKNOWN if known is None else MEANINGS.get(known, UNKNOWN)


def spaced(text: str) -> str:
    """The text with a blank where a Chinese character and a Latin letter or a digit meet, as in `打印机 a4-1 没有纸了`."""
    return BORDER.sub(" ", text)


def sentences(kind: str, state: str, name_zh: str, name_en: str) -> Text:
    """What happened and what to do in both languages, for an alert."""
    return Text(sentence(kind, state, "zh", name_zh), sentence(kind, state, "en", name_en))
