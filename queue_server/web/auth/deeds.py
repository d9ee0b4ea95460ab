"""What the audit calls what was done, in people's words. Whoever notes a new deed adds its word here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from contract.texts import unchanged as N_  # noqa: N812 - the name that text extraction looks for

About = Literal["", "account", "window", "ticket", "item", "appointment", "terminal"]
"""What the subject of a row is; "" for what can be read as it stands."""


@dataclass(frozen=True)
class Deed:
    """`word` is the msgid of what was done."""

    word: str
    about: About = ""


DEEDS = {
    "log-in": Deed(N_("登录")),
    "log-in-refused": Deed(N_("登录失败")),
    "log-in-locked": Deed(N_("登录被锁定")),
    "log-out": Deed(N_("退出登录")),
    "password-changed": Deed(N_("修改密码"), "account"),
    "account-create": Deed(N_("新建账号"), "account"),
    "account-person": Deed(N_("修改姓名"), "account"),
    "account-set-password": Deed(N_("重设密码"), "account"),
    "account-reset": Deed(N_("在服务器上重设账号"), "account"),
    "account-bar": Deed(N_("停用账号"), "account"),
    "account-allow": Deed(N_("启用账号"), "account"),
    "account-unlock": Deed(N_("解锁账号"), "account"),
    "audit-export": Deed(N_("导出操作记录")),
    "window-taken": Deed(N_("到窗口上岗"), "window"),
    "ticket-chosen": Deed(N_("指定叫号"), "ticket"),
    "reprint": Deed(N_("补打号票"), "ticket"),
    "refilled": Deed(N_("换纸登记"), "terminal"),
    "appointment-add": Deed(N_("登记预约"), "appointment"),
    "appointment-cancel": Deed(N_("取消预约"), "appointment"),
    "appointment-check-in": Deed(N_("人工签到"), "appointment"),
    "appointments-import": Deed(N_("导入预约")),
    "cases-import": Deed(N_("导入办件")),
    "item-save": Deed(N_("保存事项"), "item"),
    "item-keep": Deed(N_("保存未填完的事项"), "item"),
    "item-discard": Deed(N_("删去未填完的事项"), "item"),
    "item-withdraw": Deed(N_("撤回事项"), "item"),
    "item-submit": Deed(N_("提交事项"), "item"),
    "item-approve": Deed(N_("审核事项"), "item"),
    "item-publish": Deed(N_("发布事项"), "item"),
    "item-return": Deed(N_("退回事项"), "item"),
    "item-abolish": Deed(N_("废止事项"), "item"),
    "item-english": Deed(N_("改写英文")),
    "item-import": Deed(N_("导入事项")),
    "item-export": Deed(N_("导出事项")),
    "restart": Deed(N_("重新启动终端"), "terminal"),
    "screen": Deed(N_("查看终端屏幕"), "terminal"),
    "logs": Deed(N_("取终端日志"), "terminal"),
    "identify": Deed(N_("显示终端编号"), "terminal"),
    "take-alert": Deed(N_("处理告警"), "terminal"),
    "enrol-token": Deed(N_("取入网口令"), "terminal"),
    "technician-code": Deed(N_("取技术人员代码"), "terminal"),
    "enrol": Deed(N_("终端入网"), "terminal"),
    "enrol-refused": Deed(N_("终端入网被拒绝")),
    "renew": Deed(N_("终端续证"), "terminal"),
    "renew-refused": Deed(N_("终端续证被拒绝")),
    "revoke": Deed(N_("吊销证书"), "terminal"),
    "bundle-add": Deed(N_("上传升级包")),
    "bundle-remove": Deed(N_("删除升级包")),
    "rollout-begin": Deed(N_("开始升级")),
    "rollout-older": Deed(N_("退回旧版本")),
    "rollout-pause": Deed(N_("暂停升级")),
    "rollout-go-on": Deed(N_("继续升级")),
    "rollout-try-again": Deed(N_("再试升级")),
    "rollout-stop": Deed(N_("停止升级")),
    "clock-confirmed": Deed(N_("确认服务器时钟")),
    "restore-read": Deed(N_("看过恢复提示")),
    "backup-passphrase": Deed(N_("设置备份口令")),
    "backup-now": Deed(N_("立即备份")),
    "backup-download": Deed(N_("下载备份")),
    "server-update": Deed(N_("升级服务器")),
    "server-older": Deed(N_("服务器退回旧版本")),
    "log-check": Deed(N_("检查日志")),
}
