"""The menu of the web pages, the same on all of them: what somebody with this role may open."""

from __future__ import annotations

from dataclasses import dataclass

from contract.texts import unchanged as N_  # noqa: N812 - the name that text extraction looks for

AT_THE_WINDOWS = ("clerk", "supervisor", "administrator")
EDITORS = ("entry", "establishment", "service", "administrator")
TECHNICIANS = ("technician", "administrator")


@dataclass(frozen=True)
class MenuEntry:
    """One page: where it is, msgids of its name and of what it is for, and who may open it (everybody, if nobody is named)."""

    path: str
    word: str
    about: str
    roles: tuple[str, ...] = ()


ENTRIES = (
    MenuEntry("/console", N_("叫号台"), N_("窗口人员叫号、办理、转移"), AT_THE_WINDOWS),
    MenuEntry("/appointments", N_("预约登记"), N_("当天预约、登记、人工签到"), AT_THE_WINDOWS),
    MenuEntry("/reprint", N_("补打号票"), N_("号票丢失或看不清时，在自助机上补打"), AT_THE_WINDOWS),
    MenuEntry("/cases", N_("办件"), N_("办件进度和时限"), AT_THE_WINDOWS),
    MenuEntry("/supervisor", N_("大厅概况"), N_("排队、窗口、评价和统计"), ("supervisor", "administrator")),
    MenuEntry("/items", N_("事项维护"), N_("部门填报、审核、发布"), EDITORS),
    MenuEntry("/fleet", N_("终端与设备"), N_("终端状态、告警、远程操作"), ("supervisor", *TECHNICIANS)),
    MenuEntry("/updates", N_("终端升级"), N_("给终端换上新系统"), TECHNICIANS),
    MenuEntry("/server", N_("服务器与备份"), N_("备份、时钟、恢复以后要做的事"), ("supervisor", *TECHNICIANS)),
    MenuEntry("/accounts", N_("账号"), N_("谁能登录、密码"), ("administrator",)),
    MenuEntry("/audit", N_("操作记录"), N_("谁在网页上做了什么"), ("administrator",)),
    MenuEntry("/log-check", N_("日志检查"), N_("两份日志是否完整"), ("administrator",)),
    MenuEntry("/wall", N_("显示屏"), N_("各窗口屏和综合屏的实际画面")),
    MenuEntry("/g", N_("办事指南"), N_("群众在手机上看到的指南")),
)


def entries(role: str, *, guides: bool) -> list[MenuEntry]:
    """What a role may open; a hall without guides has no pages of them."""
    return [e for e in ENTRIES if (not e.roles or role in e.roles) and (guides or e.path not in ("/g", "/items"))]
