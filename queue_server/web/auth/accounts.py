"""Who may log in to the web pages: accounts with argon2 hashes.

Password rule: at least 8 characters with a digit, a letter and a special character (seed handbook of the county, R-077).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import argon2
from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from queue_server.logs.audit_log import AuditLog
from queue_server.store import tables
from queue_server.store.database import Database
from queue_server.web.auth.lock_out import LockOut, LogInPlace

A = tables.accounts.c
ROLES = ("clerk", "supervisor", "entry", "establishment", "service", "technician", "administrator")
"""`entry` writes the guides of its department, `establishment` (编办) reviews them, `service` (政务办) publishes them."""

NAME = re.compile(r"[A-Za-z0-9_.@\u3400-\u4dbf\u4e00-\u9fff-]{1,64}")
"""Names of accounts: without spaces, which nobody sees at the log-in. Letters of other scripts look like these and are not: in
the audit nobody could tell two such accounts apart."""


class AccountRefused(Exception):
    """A log-in or a change of an account is refused. `reason` is one of: wrong, locked, weak, taken, unknown, role, name,
    department; of the page: person, clerk, yourself."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def new_password() -> str:
    """A password that keeps the rule and can be read aloud: no letters that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz"
    groups = ("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))
    return "-".join(groups) + f"-{secrets.randbelow(90) + 10}"


@dataclass(frozen=True)
class Account:
    """One person's or one office's log-in. `clerk` is the id of a clerk of the hall's configuration, if it is one;
    `department` is whose guides an entry account writes, `person` who logs in with it."""

    name: str
    role: str
    clerk: str | None
    active: bool
    must_change: bool
    example: bool = False
    department: str = ""
    person: str = ""


def is_strong(password: str) -> bool:
    """Whether `password` keeps the rule: 8 characters or more, with a digit, a letter and a special character."""
    kinds = (str.isdigit, str.isalpha, lambda c: not c.isalnum())
    return 8 <= len(password) <= 200 and all(any(kind(c) for c in password) for kind in kinds)


class Accounts:
    """The accounts of one hall. Every method is one short transaction; call them off the event loop."""

    def __init__(
        self,
        database: Database,
        audit: AuditLog,
        clock: Callable[[], datetime],
        *,
        hasher: argon2.PasswordHasher | None = None,
        examples: bool = False,
    ) -> None:
        """`audit` is told of refused log-ins. `hasher`: how passwords are hashed, argon2's own recommendation if left out.
        `examples`: whether accounts with the example password, which everybody knows, may log in."""
        self._database, self._audit, self._clock = database, audit, clock
        self.examples = examples
        self._hasher = hasher or argon2.PasswordHasher()
        self._lock_out = LockOut(database, clock)
        self._nobody: str | None = None

    def create(
        self,
        name: str,
        password: str,
        role: str,
        *,
        clerk: str | None = None,
        department: str = "",
        person: str = "",
        must_change: bool = False,
        example: bool = False,
    ) -> Account:
        """Add an account. Raise AccountRefused: name (one that cannot be typed safely), weak (password), role (unknown),
        department (missing or too much), taken (name)."""
        if not NAME.fullmatch(name):
            raise AccountRefused("name")
        if role not in ROLES:
            raise AccountRefused("role")
        if (role == "entry") != bool(department):
            raise AccountRefused("department")
        row = {
            "name": name,
            "role": role,
            "hash": self._hash(password),
            "clerk": clerk,
            "department": department or None,
            "person": person or None,
            "active": True,
            "must_change": must_change,
            "example": example,
            "created_at": self._clock(),
        }
        try:
            with self._database.writer.begin() as connection:
                connection.execute(insert(tables.accounts).values(row))
        except IntegrityError:
            raise AccountRefused("taken") from None
        return Account(name, role, clerk, True, must_change, example, department, person)

    def all(self) -> list[Account]:
        """Every account, by role and name."""
        with self._database.reader.connect() as connection:
            rows = connection.execute(select(tables.accounts).order_by(A.role, A.name)).all()
        return [account_of(row) for row in rows]

    def get(self, name: str) -> Account | None:
        """The account `name`, or None."""
        row = self._row(name)
        return account_of(row) if row is not None else None

    def locked(self) -> set[str]:
        """The names that are locked, everywhere or at some place."""
        return self._lock_out.accounts()

    def unlock(self, name: str) -> None:
        """Forget the wrong passwords of an account."""
        self._lock_out.lift(name)

    def check(self, name: str, password: str, place: LogInPlace) -> Account:
        """Return the account whose password this is. Raise AccountRefused: locked (too many failures) or wrong.

        An unknown name costs as much time as a known one, so that nobody can find out which names exist.
        """
        if self._lock_out.locked(name, place):
            raise AccountRefused("locked")
        row = self._row(name)
        right = self._verify(row.hash if row is not None else self._hash_of_nobody(), password)
        if row is None or not right or not row.active or (row.example and not self.examples):
            self._failed(name if row is not None else "", name, place)
            raise AccountRefused("wrong")
        self._lock_out.lift(name, place)
        if self._hasher.check_needs_rehash(row.hash):
            self._change(name, hash=self._hasher.hash(password))
        return account_of(row)

    def set_password(self, name: str, password: str, *, must_change: bool = False) -> None:
        """Give an account a new password and lift its lock. Raise AccountRefused: weak or unknown."""
        self._change(name, hash=self._hash(password), must_change=must_change, example=False)
        self._lock_out.lift(name)

    def set_active(self, name: str, active: bool) -> None:
        """Allow or bar an account. Raise AccountRefused: unknown."""
        self._change(name, active=active)

    def set_person(self, name: str, person: str) -> None:
        """Note whose account it is. Raise AccountRefused: unknown."""
        self._change(name, person=person)

    def _failed(self, account: str, typed: str, place: LogInPlace) -> None:
        """Count a failure. What was typed as a name stands in no log unless it is one: it may be a password."""
        if self._lock_out.failed(typed, place):
            locked = bool(account) and self._lock_out.locked(account, place)
            self._audit.append(account, "log-in-locked" if locked else "log-in-refused", "", address=place.address)

    def _row(self, name: str) -> Row[*tuple[object, ...]] | None:
        with self._database.reader.connect() as connection:
            return connection.execute(select(tables.accounts).where(A.name == name)).first()

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

    def _change(self, name: str, **values: str | bool) -> None:
        with self._database.writer.begin() as connection:
            if connection.execute(update(tables.accounts).where(A.name == name).values(values)).rowcount != 1:
                raise AccountRefused("unknown")


def account_of(row: Row[*tuple[object, ...]]) -> Account:
    """The account in a row of tables.accounts."""
    return Account(
        row.name, row.role, row.clerk, row.active, row.must_change, row.example, row.department or "", row.person or ""
    )
