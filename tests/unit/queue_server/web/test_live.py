"""Live pages look again for what concerns them: a phone for its own line, a console for its window and that window's queues."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest
from starlette.requests import Request

from contract.wire import codec
from contract.wire.answers import LookupAnswer
from queue_server.hall_access import HallAccess
from queue_server.web.live import ChangeFeed, Concern, SharedParts, Streams
from queue_server.web.public.phone import concerning
from queue_server.web.shares import Shares
from tests.facts import ticket_facts
from tests.programs import PATIENCE_S


class Looks:
    """A page that counts how often it is looked at."""

    def __init__(self, changes: ChangeFeed, **how: Any) -> None:
        self.count = 0
        self.looked = asyncio.Event()
        request = Request({"type": "http", "client": ("10.0.0.5", 1), "headers": []})
        prefixes = how.pop("prefixes", ())
        self._answer = Streams(changes, Shares(10)).open(request, self._render, *prefixes, **how)
        self._task = asyncio.ensure_future(self._read())

    async def _render(self) -> dict[str, str]:
        self.count += 1
        self.looked.set()
        return {"part": str(self.count)}

    async def _read(self) -> None:
        async for _ in cast(AsyncIterator[str], self._answer.body_iterator):
            pass

    async def again(self) -> None:
        """Wait for the next look."""
        await asyncio.wait_for(self.looked.wait(), PATIENCE_S)
        self.looked.clear()

    def close(self) -> None:
        self._task.cancel()


def run(visit: Callable[[ChangeFeed], Any]) -> None:
    asyncio.run(visit(ChangeFeed(cast(HallAccess, None))))


def test_a_page_is_looked_at_again_for_its_own_topics_only() -> None:
    async def visit(changes: ChangeFeed) -> None:
        mine, other = (Looks(changes, prefixes=(f"queue/{q}/",), pause_s=0, beat_s=PATIENCE_S) for q in ("tax", "civil"))
        await mine.again()
        await other.again()
        changes.tell("queue/tax/state")
        await mine.again()
        changes.tell("queue/civil/state")
        await other.again()
        assert (mine.count, other.count) == (2, 2)
        mine.close()
        other.close()

    run(visit)


def test_what_concerns_a_page_follows_what_it_shows() -> None:
    async def visit(changes: ChangeFeed) -> None:
        topics = ["queue/tax/"]
        page = Looks(changes, concern=lambda: Concern(tuple(topics), pause_s=0), beat_s=PATIENCE_S)
        await page.again()
        topics[:] = ["queue/civil/"]
        changes.tell("queue/tax/state")
        await page.again()
        changes.tell("queue/tax/state")
        changes.tell("queue/civil/state")
        await page.again()
        assert page.count == 3
        page.close()

    run(visit)


def test_what_is_shown_at_once_does_not_wait_for_the_pause() -> None:
    async def visit(changes: ChangeFeed) -> None:
        page = Looks(changes, prefixes=("queue/",), at_once=("window/03/",), pause_s=10 * PATIENCE_S, beat_s=PATIENCE_S)
        await page.again()
        changes.tell("queue/tax/state")
        changes.tell("window/03/state")
        await page.again()
        assert page.count == 2
        page.close()

    run(visit)


@pytest.mark.parametrize(
    ("state", "windows", "topics"),
    [
        ("waiting", ["01", "02"], ("queue/social/",)),
        ("waiting", ["02"], ("queue/social/", "window/02/")),
        ("called", ["01", "02"], ("queue/social/", "window/03/")),
        ("serving", ["01", "02"], ("queue/social/", "window/03/")),
        ("held", ["01"], ("queue/social/", "window/")),
        ("missed", ["01"], ("queue/social/", "window/")),
        ("finished", ["01"], ()),
        ("cancelled", ["01"], ()),
    ],
)
def test_a_phone_follows_its_line_and_then_its_window(state: str, windows: list[str], topics: tuple[str, ...]) -> None:
    facts = ticket_facts(state=state, queue="social", window="03")
    found = codec.convert({"ticket": facts, "ahead": 0, "estimate_s": None, "windows": windows}, LookupAnswer)
    assert concerning(found).topics == topics


@pytest.mark.parametrize(("state", "longest"), [("called", 3), ("serving", 3), ("missed", 30), ("finished", 30)])
def test_a_phone_whose_number_is_called_looks_often(state: str, longest: float) -> None:
    facts = ticket_facts(state=state, queue="social", window="03")
    found = codec.convert({"ticket": facts, "ahead": 0, "estimate_s": None, "windows": ["03"]}, LookupAnswer)
    assert longest / 3 <= concerning(found).pause_s <= longest


def test_a_page_that_waits_for_long_says_that_it_is_still_there() -> None:
    async def visit(changes: ChangeFeed) -> None:
        request = Request({"type": "http", "client": ("10.0.0.5", 1), "headers": []})

        async def render() -> dict[str, str]:
            return {"part": "1"}

        far = Concern(("queue/tax/",), pause_s=PATIENCE_S)
        answer = Streams(changes, Shares(10)).open(request, render, concern=lambda: far, beat_s=0.01, look_s=PATIENCE_S)
        said = cast(AsyncIterator[str], answer.body_iterator)
        assert [(await anext(said)).split()[1] for _ in range(3)] == ["1000", "picture", "beat"]
        changes.tell("queue/tax/state")
        assert [(await anext(said)).split()[1] for _ in range(3)] == ["beat"] * 3

    run(visit)


@pytest.mark.parametrize(("ahead", "shortest", "longest"), [(0, 1, 3), (20, 1, 3), (100, 5, 15), (200, 10, 30), (5000, 10, 30)])
def test_a_phone_far_from_its_turn_looks_less_often(ahead: int, shortest: float, longest: float) -> None:
    facts = ticket_facts(state="waiting", queue="social")
    found = codec.convert({"ticket": facts, "ahead": ahead, "estimate_s": None, "windows": ["01"]}, LookupAnswer)
    assert shortest <= concerning(found).pause_s <= longest


def test_what_a_page_follows_at_once_follows_what_it_shows_too() -> None:
    async def visit(changes: ChangeFeed) -> None:
        far = Concern(("queue/tax/",), ("ticket/20261122-a007",), pause_s=10 * PATIENCE_S)
        page = Looks(changes, concern=lambda: far, beat_s=PATIENCE_S)
        await page.again()
        changes.tell("queue/tax/state")
        changes.tell("ticket/20261122-a008")
        changes.tell("ticket/20261122-a007")
        await page.again()
        assert page.count == 2
        page.close()

    run(visit)


class Makes:
    """Something that all pages show, and how often it was made."""

    def __init__(self, changes: ChangeFeed) -> None:
        self.count = 0
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()
        self.may_end.set()
        self.shared = SharedParts(changes, self._make, "queue/", pause_s=0, lasts_s=PATIENCE_S)

    async def _make(self, key: str) -> str:
        self.count += 1
        made = f"{key} {self.count}"
        self.begun.set()
        await self.may_end.wait()
        return made

    async def seen_by(self, pages: int) -> list[str]:
        """What so many pages show that look at the same moment."""
        return await asyncio.gather(*(self.shared.of("line") for _ in range(pages)))


def test_what_fifty_pages_share_is_made_once_a_change() -> None:
    async def visit(changes: ChangeFeed) -> None:
        makes = Makes(changes)
        assert set(await makes.seen_by(50)) == {"line 1"}
        assert await makes.seen_by(1) == ["line 1"]
        changes.tell("terminal/kiosk-1/status")
        assert await makes.seen_by(50) == ["line 1"] * 50, "nothing of it has changed"
        changes.tell("queue/tax/state")
        assert await makes.seen_by(50) == ["line 2"] * 50
        makes.shared.renew()
        assert await makes.seen_by(2) == ["line 3"] * 2, "a page that is opened shows what holds now"

    run(visit)


def test_a_change_while_something_shared_is_made_makes_it_anew_for_who_looks_after_it() -> None:
    async def visit(changes: ChangeFeed) -> None:
        makes = Makes(changes)
        makes.may_end.clear()
        before = asyncio.ensure_future(makes.seen_by(2))
        await asyncio.wait_for(makes.begun.wait(), PATIENCE_S)
        changes.tell("queue/tax/state")
        after = asyncio.ensure_future(makes.seen_by(2))
        await asyncio.sleep(0)
        makes.may_end.set()
        assert (await before, await after) == (["line 1"] * 2, ["line 2"] * 2)

    run(visit)


def test_what_could_not_be_made_is_made_again_for_the_next_page() -> None:
    async def visit(changes: ChangeFeed) -> None:
        answers = iter([OSError("disk I/O error"), "line"])

        async def make(_key: str) -> str:
            answer = next(answers)
            if isinstance(answer, OSError):
                raise answer
            return answer

        shared = SharedParts(changes, make, "queue/", pause_s=0, lasts_s=PATIENCE_S)
        with pytest.raises(OSError, match="disk"):
            await shared.of("tax")
        assert await shared.of("tax") == "line"

    run(visit)
