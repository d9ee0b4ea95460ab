"""A queue server that finds another one of its hall: the one that was started first stays, and both say what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from contract.wire.messages import ServerStatus
from queue_server.broker.other_servers import AnotherServer, OtherServers

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def status(session: str, minutes: int, client: str = "", state: Literal["ready", "stopped", "lost"] = "ready") -> ServerStatus:
    return ServerStatus(state, session, "1.0", NINE + timedelta(minutes=minutes), client)


@dataclass
class Case:
    """This server, started at nine, hears another one's status."""

    heard: ServerStatus
    shared: bool = False
    retained: bool = False
    connections: int = 1


OWN = status("own", 0, "server")
ANSWERED = {
    "a later one on a ledger of its own": Case(status("b", 5)),
    "a later one of the same name": Case(status("b", 5, "server"), shared=True),
    "one that has gone": Case(status("b", -5, state="lost")),
    "one of its name that has gone": Case(status("b", -5, "server", "lost"), retained=True),
    "one of its name that has ended": Case(status("b", -5, "server", "stopped"), retained=True, connections=2),
    "one that has gone, of one ledger": Case(status("b", -5, "server-2", "stopped"), shared=True),
}
LET_BE = {
    "itself": Case(OWN, connections=2, retained=True),
    "another on the same ledger": Case(status("b", -5, "server-2"), shared=True, connections=2, retained=True),
    "another on the same ledger without TLS": Case(status("b", -5), shared=True),
    "what one left that has gone before this one came": Case(status("b", -5), retained=True),
}
ENDS = {
    "an earlier one on a ledger of its own": Case(status("b", -5)),
    "an earlier one that has cut this one off": Case(status("b", -5), retained=True, connections=2),
    "an earlier one of the same name": Case(status("b", -5, "server"), shared=True, retained=True, connections=2),
    "an earlier one of the same name, cut off by this one": Case(
        status("b", -5, "server", "lost"), shared=True, retained=True, connections=2
    ),
    "one of the same second": Case(status("a", 0)),
}


def hears(case: Case) -> bool:
    own = status("own", 0, OWN.client if case.heard.client else "")
    others = OtherServers(own, shared=case.shared)
    for _ in range(case.connections):
        others.announced()
    return others.must_answer(case.heard, retained=case.retained)


@pytest.mark.parametrize("case", ANSWERED.values(), ids=ANSWERED)
def test_the_server_that_was_there_says_again_that_it_is_ready(case: Case) -> None:
    assert hears(case)


@pytest.mark.parametrize("case", LET_BE.values(), ids=LET_BE)
def test_two_servers_that_may_be_beside_each_other_let_each_other_be(case: Case) -> None:
    assert not hears(case)


@pytest.mark.parametrize("case", ENDS.values(), ids=ENDS)
def test_the_server_that_came_later_ends_and_says_what_to_do(case: Case) -> None:
    with pytest.raises(AnotherServer, match=r"started last ends.*(--database|--server server-1 --server server-2)"):
        hears(case)
