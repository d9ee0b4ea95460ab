"""Who may log in to the web pages: accounts with argon2 hashes, lock-out, and an append-only audit.

Three tables in the ledger's database. Instants are seconds since 1970 UTC.
Password rule: at least 8 characters with a digit, a letter and a special character (seed handbook of the county, R-077).
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import argon2
from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from queue_server.logs.hash_chain import Chain, ChainedLog
from queue_server.store import tables

A = tables.accounts.c
F = tables.log_in_failures.c
ROLES = ("clerk", "supervisor", "entry", "establishment", "service", "technician", "administrator")
"""`entry` writes the guides of its department, `establishment` (编办) reviews them, `service` (政务办) publishes them."""
FAILURES_FROM_ONE_PLACE = 5
FAILURES_FROM_ANYWHERE = 30
LOCK_S = 15 * 60
EXAMPLE_PASSWORD = "Example-2026"  # noqa: S105 - everybody knows it; it opens nothing unless examples are asked for

WEB_LOG = ChainedLog(
    "web action",
    tables.audit,
    lambda row: tuple(row[name] for name in ("at", "account", "action", "subject", "detail", "address")),
    lambda row: datetime.fromtimestamp(row["at"], UTC),
)
"""Chained like the events, so that nobody can take his deeds out of it unseen."""


class AccountRefused(Exception):
    """A log-in or a change of an account is refused. `reason` is one of: wrong, locked, weak, taken, unknown, role."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Account:
    """One person's or one office's log-in. `clerk` is the id of a clerk of the hall's configuration, if it is one;
    `department` is whose guides an entry account writes."""

    name: str
    role: str
    clerk: str | None
    active: bool
    must_change: bool
    example: bool = False
    department: str = ""


def is_strong(password: str) -> bool:
    """Whether `password` keeps the rule: 8 characters or more, with a digit, a letter and a special character."""
    kinds = (str.isdigit, str.isalpha, lambda c: not c.isalnum())
    return 8 <= len(password) <= 200 and all(any(kind(c) for c in password) for kind in kinds)


class Accounts:
    """The accounts of one hall. Every method is one short transaction; call them off the event loop."""

    def __init__(
        self,
        *,
        writer: Engine,
        reader: Engine,
        now: Callable[[], float] = time.time,
        hasher: argon2.PasswordHasher | None = None,
        examples: bool = False,
    ) -> None:
        """`examples`: whether accounts with the example password, which everybody knows, may log in."""
        self.writer = writer
        self.reader = reader
        self.now = now
        self.examples = examples
        self._hasher = hasher or argon2.PasswordHasher()
        self._nobody: str | None = None
        self._chain, self._one_at_a_time = Chain(WEB_LOG), threading.Lock()

    def create(
        self,
        name: str,
        password: str,
        role: str,
        *,
        clerk: str | None = None,
        department: str = "",
        must_change: bool = False,
        example: bool = False,
    ) -> Account:
        """Add an account. Raise Refused: weak (password), role (unknown), department (missing or too much), taken (name)."""
        if role not in ROLES:
            raise AccountRefused("role")
        if (role == "entry") != bool(department):
            raise AccountRefused("department")
        row = {"name": name, "role": role, "hash": self._hash(password), "clerk": clerk, "department": department or None,
               "active": True, "must_change": must_change, "example": example, "created_at": self.now()}  # fmt: skip
        try:
            with self.writer.begin() as connection:
                connection.execute(insert(tables.accounts).values(row))
        except IntegrityError:
            raise AccountRefused("taken") from None
        return Account(name, role, clerk, True, must_change, example, department)

    def all(self) -> list[Account]:
        """Every account, by role and name."""
        with self.reader.connect() as connection:
            rows = connection.execute(select(tables.accounts).order_by(A.role, A.name)).all()
        return [account_of(row) for row in rows]

    def get(self, name: str) -> Account | None:
        """The account `name`, or None."""
        with self.reader.connect() as connection:
            row = connection.execute(select(tables.accounts).where(A.name == name)).first()
        return account_of(row) if row is not None else None

    def check(self, name: str, password: str, address: str) -> Account:
        """Return the account whose password this is. Raise Refused: locked (too many failures) or wrong.

        An unknown name costs as much time as a known one, so that nobody can find out which names exist.
        """
        if self._locked(name, address):
            self.audit(name, "log-in-locked", "", address=address)
            raise AccountRefused("locked")
        with self.reader.connect() as connection:
            row = connection.execute(select(tables.accounts).where(A.name == name)).first()
        right = self._verify(row.hash if row is not None else self._hash_of_nobody(), password)
        if row is None or not right or not row.active or (row.example and not self.examples):
            self._remember_failure(name, address)
            raise AccountRefused("wrong")
        with self.writer.begin() as connection:
            connection.execute(delete(tables.log_in_failures).where(F.account == name, F.address == address))
            if self._hasher.check_needs_rehash(row.hash):
                connection.execute(update(tables.accounts).where(A.name == name).values(hash=self._hasher.hash(password)))
        return account_of(row)

    def set_password(self, name: str, password: str, *, must_change: bool = False) -> None:
        """Give an account a new password and lift its lock. Raise Refused: weak or unknown."""
        self._change(name, hash=self._hash(password), must_change=must_change, example=False)
        with self.writer.begin() as connection:
            connection.execute(delete(tables.log_in_failures).where(F.account == name))

    def set_active(self, name: str, active: bool) -> None:
        """Allow or bar an account. Raise Refused: unknown."""
        self._change(name, active=active)

    def audit(self, account: str, action: str, subject: str, *, detail: str = "", address: str = "") -> None:
        """Append one row: who did what to what, when and from where."""
        row: dict[str, Any] = {
            "at": self.now(), "account": account[:64], "action": action, "subject": subject[:128], "detail": detail,
            "address": address[:64],
        }  # fmt: skip
        with self._one_at_a_time:
            try:
                with self.writer.begin() as connection:
                    self._chain.link(connection, [row])
                    connection.execute(insert(tables.audit).values(row))
            except BaseException:
                self._chain.broken()
                raise
            self._chain.committed()

    def audit_rows(self, limit: int = 200) -> list[Row[Any]]:
        """The latest rows of the audit, newest first."""
        with self.reader.connect() as connection:
            return list(connection.execute(select(tables.audit).order_by(tables.audit.c.id.desc()).limit(limit)).all())

    def _hash(self, password: str) -> str:
        if not is_strong(password):
            raise AccountRefused("weak")
        return self._hasher.hash(password)

    def _hash_of_nobody(self) -> str:
        if self._nobody is None:
            self._nobody = self._hasher.hash(secrets.token_hex(16))
        return self._nobody

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    def _change(self, name: str, **values: Any) -> None:
        with self.writer.begin() as connection:
            if connection.execute(update(tables.accounts).where(A.name == name).values(values)).rowcount != 1:
                raise AccountRefused("unknown")

    def _locked(self, name: str, address: str) -> bool:
        """Clerks' names hang on the wall, so a stranger's failures lock the stranger's place long before the account."""
        recent = (F.account == name) & (F.at > self.now() - LOCK_S)
        with self.reader.connect() as connection:
            here = _count(connection, recent & (F.address == address))
            return here >= FAILURES_FROM_ONE_PLACE or _count(connection, recent) >= FAILURES_FROM_ANYWHERE

    def _remember_failure(self, name: str, address: str) -> None:
        with self.writer.begin() as connection:
            connection.execute(delete(tables.log_in_failures).where(F.at < self.now() - LOCK_S))
            connection.execute(insert(tables.log_in_failures).values(account=name[:64], address=address[:64], at=self.now()))
        self.audit(name, "log-in-refused", "", address=address)


def first_administrator(accounts: Accounts, *, told: bool) -> str | None:
    """In a hall that has only example accounts or none, see to an account `admin`; return its password, to be changed at
    the first log-in. None in a hall with accounts of its own. Not `told`: a password that nobody can have read, because the
    power went before it was written down, is replaced."""
    known = accounts.all()
    own = [account for account in known if not account.example]
    unread = not told and [account.name for account in own] == ["admin"] and own[0].must_change
    if own and not unread:
        return None
    password = f"{secrets.token_urlsafe(9)}-{secrets.randbelow(90) + 10}a"
    if any(account.name == "admin" for account in known):
        accounts.set_password("admin", password, must_change=True)
    else:
        accounts.create("admin", password, "administrator", must_change=True)
    return password


def example_accounts(accounts: Accounts, clerks: list[str], department: str = "") -> list[str]:
    """In a hall without accounts create one a clerk, `supervisor` and `admin`, and for a hall with guides `entry` (who writes
    those of `department`), `establishment` and `service`, all with EXAMPLE_PASSWORD.

    Returns the names that still have that password. They can log in only while `accounts.examples` holds.
    """
    known = accounts.all()
    if not known:
        for clerk in clerks:
            accounts.create(clerk, EXAMPLE_PASSWORD, "clerk", clerk=clerk, example=True)
        if department:
            accounts.create("entry", EXAMPLE_PASSWORD, "entry", department=department, example=True)
        for name in ("supervisor", *(("establishment", "service") if department else ())):
            accounts.create(name, EXAMPLE_PASSWORD, name, example=True)
        accounts.create("admin", EXAMPLE_PASSWORD, "administrator", example=True)
        known = accounts.all()
    return [account.name for account in known if account.example]


def _count(connection: Connection, condition: Any) -> int:
    return connection.execute(select(func.count()).select_from(tables.log_in_failures).where(condition)).scalar_one()


def account_of(row: Row[Any]) -> Account:
    """The account in a row of tables.accounts."""
    return Account(row.name, row.role, row.clerk, row.active, row.must_change, row.example, row.department or "")
