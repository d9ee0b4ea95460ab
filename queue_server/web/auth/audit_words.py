"""Rows of the audit in people's words: what the things are called, and not how they are named inside."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from sqlalchemy import Connection

from contract.guides.item import Item
from contract.texts import unchanged as N_  # noqa: N812 - the name that text extraction looks for
from contract.wire import device_words
from queue_server.appointments import repository
from queue_server.web.auth.deeds import DEEDS
from queue_server.web.site import Site

NOBODYS = {"command-line": N_("服务器命令行"), "enrolment": N_("终端自己"), "": N_("没有这个账号")}
"""Rows that no account has made."""
SUBJECTS = {"ahead": N_("时钟突然跳快"), "behind": N_("时钟比记录早"), "long-off": N_("停机多日"), "": ""}
REASONS = {
    "used-token": N_("入网口令已经用过"),
    "expired-token": N_("入网口令已过期"),
    "revoked": N_("证书已吊销"),
    "expired-certificate": N_("证书已到期"),
    "away": N_("消息代理没有应答，还没有断开"),
    "unread": N_("消息代理没有读到吊销名单，还没有断开"),
    "unwritten": N_("吊销名单写不进去，还没有断开"),
    "foreign": N_("消息代理不认本大厅的证书，还没有断开"),
}
PRINTED = {"printed": N_("已打印"), "failed": N_("没有打印出来"), "unknown": N_("没有回应")}
INSTEAD_OF, ADDED, ADDED_AND_CHANGED = N_("接替 %(who)s"), N_("新增 %(new)s"), N_("新增 %(new)s，修改 %(changed)s")
WINDOW = N_("%(number)s 号窗口")
IMPORTED = re.compile(r"\+([0-9]+)(?: ~([0-9]+))?")
REPRINTED = re.compile(r"([^:]+): (printed|failed|unknown) ?(.*)", re.S)


class AuditWords:
    """Words for one reader; `connection` reads the ledger while they are made."""

    def __init__(self, site: Site, language: str, connection: Connection) -> None:
        self._site, self._language, self._connection = site, language, connection
        self._say = site.pages.gettext(language)
        self._people = {account.name: account.person for account in site.accounts.all()}
        self._places = {one.id: getattr(one.place, language) for one in site.config.terminal if one.place is not None}
        self._named: dict[str, Callable[[str], str]] = {
            "account": self.person,
            "window": lambda window: self._say(WINDOW) % {"number": site.sign(window)},
            "ticket": lambda ticket: ticket.rpartition("-")[2].upper(),
            "item": cache(self._item),
            "appointment": cache(self._appointment),
            "terminal": lambda terminal: _beside(terminal, self._places.get(terminal, "")),
        }

    def person(self, account: str) -> str:
        """Who did it: the account, and whose it is."""
        if account in NOBODYS:
            return self._say(NOBODYS[account])
        return _beside(account, self._people.get(account, ""))

    def deed(self, action: str) -> str:
        """What was done; the name inside of what this version no longer does."""
        return self._say(DEEDS[action].word) if action in DEEDS else action

    def subject(self, action: str, subject: str) -> str:
        """What it was done to."""
        deed = DEEDS.get(action)
        if deed is None or not subject:
            return subject
        if action == "clock-confirmed":
            return self._say(SUBJECTS.get(subject, subject))
        return self._named[deed.about](subject) if deed.about else subject

    def detail(self, action: str, detail: str) -> str:
        """What else is known of it."""
        if not detail:
            return ""
        if action == "window-taken":
            return self._say(INSTEAD_OF) % {"who": detail.removeprefix("from ")}
        if action.endswith("-import") and (found := IMPORTED.fullmatch(detail)):
            new, changed = found.groups()
            text = self._say(ADDED if changed is None else ADDED_AND_CHANGED)
            return text % {"new": new, "changed": changed}
        if action == "reprint" and (printed := REPRINTED.fullmatch(detail)):
            terminal, came, text = printed.groups()
            why = device_words.word(text, self._language) if device_words.is_known(text) else text
            return _beside(f"{terminal} {self._say(PRINTED[came])}", why)
        return self._say(REASONS[detail]) if detail in REASONS else detail

    def _item(self, code: str) -> str:
        if self._site.guides is None or not (history := self._site.guides.library.history(code)):
            return code
        return _beside(getattr(Item.stored(history[-1].content).name, self._language), code)

    def _appointment(self, identity: str) -> str:
        found = repository.find(self._connection, identity)
        if found is None:
            return identity
        return f"{found.starts_at.astimezone(self._site.config.zone):%m-%d %H:%M} {found.name}"


def _beside(name: str, more: str) -> str:
    return f"{name} · {more}" if more else name
