"""Web sessions: one row a log-in, kept in the database so that a restart of the server logs nobody out.

The cookie holds a random token, the table only its SHA-256. A session lives 16 hours after it was last used: it does not
end during a working day. A session may hold one window; a later session that takes the same window ends that hold.

Reading a session writes nothing: pages can be read while the ledger cannot be written. That it was used is written later.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, delete, insert, select, update

from queue_server.store.database import Database
from queue_server.store.tables import accounts, web_sessions
from queue_server.web.auth.accounts import Account, account_of

S = web_sessions.c
A = accounts.c
LIFE = timedelta(hours=16)
TOUCH = timedelta(minutes=10)
PROLONG_S = 60.0


@dataclass(frozen=True)
class Session:
    """A log-in that holds. `lost_window` and `lost_to` say which window was taken over by whom."""

    id: str
    account: Account
    csrf: str
    window: str | None
    lost_window: str | None
    lost_to: str | None


class Sessions:
    """The sessions of one hall. Call off the event loop."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock
        self._used = set[str]()

    def start(self, account: Account) -> str:
        """Begin a session; return the token for the cookie."""
        token, now = secrets.token_urlsafe(32), self._clock()
        row = {"id": _digest(token), "account": account.name, "csrf": secrets.token_urlsafe(24), "expires_at": now + LIFE}
        with self._database.writer.begin() as connection:
            connection.execute(delete(web_sessions).where(S.expires_at < now))
            connection.execute(insert(web_sessions).values(row))
        return token

    def find(self, token: str) -> Session | None:
        """The session of a cookie, or None when it ended, its account was barred, or there never was one."""
        return self.again(_digest(token))

    def again(self, session_id: str) -> Session | None:
        """The session as it is now, or None when it is over."""
        now = self._clock()
        joined = web_sessions.join(accounts, S.account == A.name)
        with self._database.reader.connect() as connection:
            query = select(web_sessions, accounts).select_from(joined).where(S.id == session_id)
            row = connection.execute(query).first()
        if row is None or row.expires_at < now or not row.active:
            return None
        if row.expires_at < now + LIFE - TOUCH:
            self._used.add(session_id)
        return _session(row)

    def prolong(self) -> None:
        """Write down which sessions were used; raise one of store.database.ERRORS, and then do it the next time."""
        used, now = set(self._used), self._clock()
        if used:
            with self._database.writer.begin() as connection:
                lives = S.id.in_(used) & (S.expires_at >= now)
                connection.execute(update(web_sessions).where(lives).values(expires_at=now + LIFE))
            self._used -= used

    def take_window(self, session: Session, window: str) -> list[str]:
        """Give `window` to this session alone; return the accounts that held it in other sessions until now."""
        others = (S.window_id == window) & (S.id != session.id)
        with self._database.writer.begin() as connection:
            before = [row.account for row in connection.execute(select(S.account).where(others))]
            loss = {"window_id": None, "lost_window": window, "lost_to": session.account.name}
            connection.execute(update(web_sessions).where(others).values(loss))
            gain = {"window_id": window, "lost_window": None, "lost_to": None}
            connection.execute(update(web_sessions).where(S.id == session.id).values(gain))
        return before

    def held(self) -> dict[str, set[str]]:
        """The windows that accounts hold in sessions that are not over, by account."""
        holds = (S.window_id.is_not(None)) & (S.expires_at > self._clock())
        found: dict[str, set[str]] = {}
        with self._database.reader.connect() as connection:
            for row in connection.execute(select(S.account, S.window_id).where(holds)):
                found.setdefault(row.account, set()).add(row.window_id)
        return found

    def leave_window(self, session: Session) -> None:
        """Hold no window any more and forget which one was lost."""
        self._set(session.id, window_id=None, lost_window=None, lost_to=None)

    def end(self, session: Session) -> None:
        """Log out."""
        with self._database.writer.begin() as connection:
            connection.execute(delete(web_sessions).where(S.id == session.id))

    def end_all(self, account: str, *, but: str = "") -> None:
        """Log an account out everywhere, except in the session `but`: after a new password or when it is barred."""
        with self._database.writer.begin() as connection:
            connection.execute(delete(web_sessions).where(S.account == account, S.id != but))

    def _set(self, session_id: str, **values: str | datetime | None) -> None:
        with self._database.writer.begin() as connection:
            connection.execute(update(web_sessions).where(S.id == session_id).values(values))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _session(row: Row[*tuple[object, ...]]) -> Session:
    return Session(row.id, account_of(row), row.csrf, row.window_id, row.lost_window, row.lost_to)
