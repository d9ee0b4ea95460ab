"""The life of a service item's versions: who may move which version where. Pure.

    draft 暂存 ─submit→ reviewed 部门已审核 ─approve→ approved 编办已审核 ─publish→ in-force 已入库
      ▲                    │ return, withdraw          │ return                      │
      └────────────────────┴───────────────────────────┘                             ├─ a newer version in force → archived 备案
                                                                                     └─ abolish → abolished 废置

States and their meaning follow the item library described in the hall's source documents: the department enters and submits,
the establishment office (编办) reviews and abolishes, the government service office (政务办) publishes. A version in force is
never changed: a change is a new draft, and when that comes into force the old version becomes archived and stays readable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

State = Literal["draft", "reviewed", "approved", "in-force", "archived", "abolished"]
Role = Literal["entry", "establishment", "service"]
Move = Literal["submit", "withdraw", "approve", "publish", "return", "abolish"]

STATE_NAMES: dict[State, str] = {
    "draft": "暂存",
    "reviewed": "部门已审核",
    "approved": "编办已审核",
    "in-force": "已入库",
    "archived": "备案",
    "abolished": "废置",
}
ROLE_NAMES: dict[Role, str] = {"entry": "录入账号", "establishment": "编办管理账号", "service": "政务办管理账号"}
MOVE_NAMES: dict[Move, str] = {
    "submit": "提交",
    "withdraw": "撤回",
    "approve": "审核通过",
    "publish": "发布",
    "return": "退回",
    "abolish": "废置",
}

MOVES: dict[tuple[State, Move], tuple[State, Role]] = {
    ("draft", "submit"): ("reviewed", "entry"),
    ("reviewed", "withdraw"): ("draft", "entry"),
    ("reviewed", "approve"): ("approved", "establishment"),
    ("reviewed", "return"): ("draft", "establishment"),
    ("approved", "publish"): ("in-force", "service"),
    ("approved", "return"): ("draft", "service"),
    ("in-force", "abolish"): ("abolished", "establishment"),
}
"""(state, move) → (state afterwards, role that may do it). What is not here is not possible."""

STATE_FOR: dict[str, State] = {
    role: state for (state, move), (_, role) in MOVES.items() if move in ("submit", "approve", "publish")
}
"""Role → the state of the versions that wait for it."""

OPEN: tuple[State, ...] = ("draft", "reviewed", "approved")


class NotPossible(ValueError):
    """The move is not open to this version in its state; the text says what is."""


class NotAllowed(PermissionError):
    """The role may not make this move; the text says who may."""


@dataclass(frozen=True)
class Editor:
    """Who acts. An entry account belongs to one department and touches only its items."""

    id: str
    role: Role
    department: str = ""


@dataclass(frozen=True)
class HistoryEntry:
    """One line of a version's history."""

    at: datetime
    account: str
    move: str
    reason: str = ""


@dataclass(frozen=True)
class Version:
    """One version of an item. `content` is the item's JSON; it is only replaced while the version is a draft."""

    code: str
    number: int
    department: str
    content: str
    state: State = "draft"
    history: tuple[HistoryEntry, ...] = ()


History = tuple[Version, ...]
"""All versions of one item, oldest first; the number of a version is its place, from 1."""


def draft(history: History, code: str, content: str, account: Editor, at: datetime) -> History:
    """Begin a new version, or replace the content of the draft that is open.

    Raises NotAllowed for a role or department that may not write it, NotPossible while a version is under review or
    after the item was abolished.
    """
    newest = history[-1] if history else None
    department = newest.department if newest else account.department
    _may_write(account, department)
    if newest and newest.state == "abolished":
        raise NotPossible(f"{code} was abolished; enter it as a new item with a new serial")
    if newest and newest.state in OPEN:
        if newest.state != "draft":
            state = STATE_NAMES[newest.state]
            raise NotPossible(f"{code} version {newest.number} is {state}; it has to be returned before it is changed")
        return (*history[:-1], _noted(replace(newest, content=content), account, at, "edit"))
    version = Version(code, len(history) + 1, department, content)
    return (*history, _noted(version, account, at, "create"))


def move(history: History, made: Move, account: Editor, at: datetime, reason: str = "") -> History:
    """Make a move with the newest version; a publication archives the version that was in force.

    An abolition ends the version in force, and with it a newer one that is still on its way.
    Raises NotPossible, NotAllowed, and ValueError where a return or an abolition has no reason.
    """
    if not history:
        raise NotPossible("there is no version yet; enter a draft first")
    newest = history[-1]
    stands = in_force(history)
    target = MOVES.get((stands.state if made == "abolish" and stands else newest.state, made))
    if target is None:
        open_moves = [MOVE_NAMES[m] for s, m in MOVES if s == newest.state]
        raise NotPossible(f"{newest.code} is {STATE_NAMES[newest.state]}; possible: {'、'.join(open_moves) or 'nothing'}")
    state, role = target
    if account.role != role:
        raise NotAllowed(f"{MOVE_NAMES[made]} is for {ROLE_NAMES[role]}, not for {ROLE_NAMES[account.role]}")
    if role == "entry":
        _may_write(account, newest.department)
    if made in ("return", "abolish") and not reason.strip():
        raise ValueError(f"{MOVE_NAMES[made]} needs a reason that the department can read")
    ended: State = "archived" if made == "publish" else "abolished"
    ends = made in ("publish", "abolish")
    older = [replace(v, state=ended) if ends and v.state == "in-force" else v for v in history[:-1]]
    return (*older, _noted(replace(newest, state=state), account, at, made, reason))


def in_force(history: History) -> Version | None:
    """The version that the public sees, or None."""
    return next((version for version in reversed(history) if version.state == "in-force"), None)


def moves_for(history: History, account: Editor) -> list[Move]:
    """What this account may do with the newest version: the buttons of the editor."""
    if not history:
        return []
    newest = history[-1]
    states = {newest.state, "in-force"} if in_force(history) else {newest.state}
    own = account.role != "entry" or account.department == newest.department
    return [made for (state, made), (_, role) in MOVES.items() if own and role == account.role and state in states]


def _may_write(account: Editor, department: str) -> None:
    if account.role != "entry":
        raise NotAllowed(f"items are entered by {ROLE_NAMES['entry']}, not by {ROLE_NAMES[account.role]}")
    if account.department != department:
        raise NotAllowed(f"the item belongs to {department}; this account enters for {account.department or 'no department'}")


def _noted(version: Version, account: Editor, at: datetime, made: str, reason: str = "") -> Version:
    return replace(version, history=(*version.history, HistoryEntry(at, account.id, made, reason.strip())))
