"""Other queue servers of the hall: beside this one on one PostgreSQL, or by mistake on a ledger of their own.

Two ledgers would give two citizens one number, since the broker shares requests out among all servers. Two servers that show
the broker one name end each other's connection for ever. In both cases the server that was started first stays.
"""

from __future__ import annotations

import logging

from contract.wire.messages import ServerStatus

LOG = logging.getLogger(__name__)


class AnotherServer(RuntimeError):
    """This server must not serve beside another one; the text says which and what to do."""


class OtherServers:
    """What is known of them. `own` is what this server says of itself, `shared` whether its ledger may have other servers."""

    def __init__(self, own: ServerStatus, *, shared: bool) -> None:
        self._own, self._shared = own, shared
        self._times_announced = 0

    def announced(self) -> None:
        """This server has said on a new connection that it is ready."""
        self._times_announced += 1

    def must_answer(self, status: ServerStatus, *, retained: bool) -> bool:
        """Whether this server has to say again that it is ready, after what one has said of itself. Raise AnotherServer."""
        if status.session == self._own.session:
            return False
        if self._clashes(status, retained):
            if (status.started_at, status.session) < (self._own.started_at, self._own.session):
                raise AnotherServer(self._words(status))
            LOG.error("%s", self._words(status))
            return True
        return status.state != "ready"

    def _clashes(self, status: ServerStatus, retained: bool) -> bool:
        """Whether the other one works, and may not beside this one.

        On the first connection a retained status may be that of a server which has gone; later it came after this one's. The
        broker says of each of two with one name that it is lost, when it lets the other one in.
        """
        one_name = status.client != "" and status.client == self._own.client
        if retained and self._times_announced < 2:
            return False
        if status.state == "lost":
            return one_name and retained
        return status.state == "ready" and (one_name or not self._shared)

    def _words(self, status: ServerStatus) -> str:
        first = f"another queue server, version {status.version}, serves this hall since {status.started_at:%Y-%m-%d %H:%M:%S}"
        if not self._shared:
            return (
                f"{first}, on a ledger of its own: the one that was started last ends. Leave one of them running, or give both "
                "one PostgreSQL with --database"
            )
        return (
            f"{first}, under the same name {status.client}: the one that was started last ends. Give each a name of its own: "
            "jiaohao-server broker-config --server server-1 --server server-2, and start each with its own --credentials"
        )
