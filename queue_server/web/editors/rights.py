"""What the pages of the editors share: who may act, for which department, on which item."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import HTTPException

from contract.guides.english import English
from contract.guides.item import Item
from queue_server.catalogue.hall_guides import HallGuides
from queue_server.catalogue.library import ChangedMeanwhile
from queue_server.catalogue.lifecycle import Editor, History, NotAllowed, NotPossible, Version
from queue_server.catalogue.lint import Finding, lint
from queue_server.catalogue.load import Catalogue
from queue_server.web.auth.guard import Forbidden
from queue_server.web.auth.sessions import Session
from queue_server.web.site import Site

EDITORS = ("entry", "establishment", "service")
ROLES = (*EDITORS, "administrator")
TROUBLES: dict[type[Exception], str] = {
    ChangedMeanwhile: "changed",
    NotAllowed: "not-allowed",
    NotPossible: "not-possible",
    ValueError: "reason",
}


def guides_of(site: Site) -> HallGuides:
    """The guides of the hall; raises 404 in a hall without items."""
    if site.guides is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return site.guides


def acting(session: Session) -> Editor:
    """Who acts on items. An administrator only looks; raises Forbidden."""
    account = session.account
    if account.role == "entry":
        return Editor(account.name, "entry", account.department)
    if account.role == "establishment":
        return Editor(account.name, "establishment")
    if account.role == "service":
        return Editor(account.name, "service")
    raise Forbidden


async def history_of(site: Site, session: Session, code: str) -> History:
    """The versions of an item that this account may see. Raises 404, or Forbidden for another department's item."""
    history = await asyncio.to_thread(guides_of(site).library.history, code.upper())
    if not history:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if session.account.role == "entry" and history[-1].department != session.account.department:
        raise Forbidden
    return history


def content(version: Version) -> Item:
    """The item of a version."""
    return Item.stored(version.content)


def findings(site: Site, item: Item, english: English) -> list[Finding]:
    """What should be mended in an item; `english` is that of the sentences of all guides."""
    return lint(Catalogue(guides_of(site).catalogue.shared, (item,), {}, english), site.config)


def may_write(session: Session, history: History) -> bool:
    """Whether this account may change the newest version, or begin a new one."""
    own = session.account.role == "entry" and history[-1].department == session.account.department
    return own and history[-1].state in ("draft", "in-force", "archived")


def trouble_of(error: Exception) -> str:
    """The word by which a page explains why something was not done."""
    return next(word for kind, word in TROUBLES.items() if isinstance(error, kind))
