"""Who may ask what, and about whose things: every role, every verb, every thing that is its own or another's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import Struct, inspect

from contract.wire import codec
from contract.wire.requests import OWNED, VERBS
from queue_server.commands.context import Changes, CommandContext
from queue_server.commands.permission import check
from queue_server.commands.refused import Refused
from queue_server.store.unit_of_work import UnitOfWork
from tests.bed import Bed
from tests.ledgers import ledger_in
from tests.secure_hall import MORE
from tests.small_hall import write_hall

WINDOW_VERBS = (
    "call-next", "call-ticket", "recall", "no-show", "start-service", "finish-service", "hold", "resume", "transfer", "requeue",
    "open-window", "pause-window", "close-window",
)  # fmt: skip
OF_A_SCREEN = ("check-technician-code", "fetch-technician-secret", "tell-technician-acts")
OF_A_KIOSK = (
    "issue-ticket", "confirm-print", "cancel-ticket", "rate", "lookup", "scan", "find-case", "find-appointment", "lease-numbers",
    "merge-tickets",
)  # fmt: skip
MAY_ASK: dict[str, tuple[str, ...]] = {
    "kiosk-1": (*OF_A_KIOSK, *OF_A_SCREEN),
    "rater-01": ("rate", *OF_A_SCREEN),
    "screen-1": OF_A_SCREEN,
    "devices-1": (),  # displays and a voice: nothing that asks
    "devices-2": ("rate", *WINDOW_VERBS),  # keypad and rater of window 01
    "crowd-1": (*WINDOW_VERBS, "issue-ticket", "cancel-ticket", "rate"),
}
EVERYTHING: dict[str, tuple[str, ...]] = {
    "window": ("01", "02"),
    "terminal": ("kiosk-1", "kiosk-2"),
    "ticket": ("printed by kiosk-1", "printed by kiosk-2", "at window 01", "at window 02", "held at 01", "held at 02"),
    "service": ("at window 01", "at window 02"),
}
OF_WINDOW_01: dict[str, tuple[str, ...]] = {
    "window": ("01",),
    "ticket": ("at window 01", "held at 01"),
    "service": ("at window 01",),
}
ITS_OWN: dict[str, dict[str, tuple[str, ...]]] = {
    "kiosk-1": {"terminal": ("kiosk-1",), "ticket": ("printed by kiosk-1",)},
    "rater-01": OF_WINDOW_01,
    "devices-2": OF_WINDOW_01,
    "crowd-1": EVERYTHING,
    "screen-1": {},
    "devices-1": {},
}
FOR_ANYBODY = {("call-ticket", "ticket")}
"""A window calls whoever waits."""
NOT_THINGS = {
    "queue", "to_queue", "to_window", "clerk", "item", "channel", "class_", "appointment", "result", "detail", "reason", "return_",
    "stand_in", "confirmed",
    "places", "level", "token", "reasons", "text", "unexplained", "code", "number", "last_four", "count", "tickets", "diary", "acts",
}  # fmt: skip
"""Fields that name nothing that belongs to somebody, or that are right enough for whoever shows them; tickets that a kiosk gave
out by itself go with its `terminal`."""
FILLED: dict[str, object] = {
    "queue": "household", "channel": "web", "result": "printed", "reason": "called out", "level": 5, "code": "12345678",
    "number": "WS-1", "last_four": "123X", "count": 1, "diary": "0" * 36, "ticket": "A999", "window": "01", "terminal": "kiosk-1",
    "tickets": [{"ticket": "20261123-a901", "issued_at": "2026-11-23T09:00:00+08:00", "result": "printed"}],
    "acts": [{"number": 1, "at": "2026-11-23T09:00:00+08:00", "act": "left"}],
}  # fmt: skip
"""What stands in fields that a request must have."""


class Scene:
    """A hall in which two kiosks and two windows have something each."""

    def __init__(self, bed: Bed) -> None:
        self.bed = bed
        self.ids: dict[tuple[str, str], str] = {}
        for kiosk in ("kiosk-1", "kiosk-2"):
            self.ids["terminal", kiosk] = kiosk
            self.ids["ticket", f"printed by {kiosk}"] = bed.issue("enterprise", channel="kiosk", terminal=kiosk)["id"]
        for window, queue in (("01", "household"), ("02", "tax")):
            bed.ok("open-window", window=window)
            self.ids["window", window] = window
            for _ in range(3):
                bed.issue(queue)
            self.ids["service", f"at window {window}"] = bed.serve(window)
            bed.call(window)
            self.ids["ticket", f"held at {window}"] = bed.ok("hold", window=window)["ticket"]["id"]
            self.ids["ticket", f"at window {window}"] = bed.ok("call-next", window=window)["ticket"]["id"]

    def refused(self, asker: str | None, verb: str, **fields: str) -> bool:
        """Whether the check before the command refuses this."""
        bed = self.bed
        with bed.database.look() as connection:
            unit = UnitOfWork(connection, shared=False)
            now, day, changes = bed.clock.now, bed.hall.day(bed.clock.now), Changes()
            ledger = bed.ledger
            context = CommandContext(
                unit, bed.hall, ledger.wait_times, ledger.signer, now, day, asker or "desk", asker, changes
            )
            try:
                check(context, verb, body(verb, fields))
            except Refused as error:
                assert error.code == "not-authorised" and error.hint.zh and error.hint.en
                return True
        return False


def body(verb: str, fields: dict[str, str]) -> Struct:
    """A request of this verb: what it must have, and what is named."""
    info = inspect.type_info(VERBS[verb].request)
    assert isinstance(info, inspect.StructType)
    needed = {field.encode_name: FILLED[field.name] for field in info.fields if field.required and field.name not in OWNED}
    return codec.convert(needed | fields, VERBS[verb].request)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("hall")
    hall = write_hall(folder / "hall")
    with (hall / "devices.toml").open("a", encoding="utf-8") as file:
        file.write(MORE)
    bed = Bed(hall, ledger_in(folder)).open()
    yield Scene(bed)
    bed.close()


def things_of(verb: str) -> Iterator[tuple[str, str]]:
    """What a request of this verb may name: field and thing."""
    for field in VERBS[verb].request.__struct_fields__:
        for thing in EVERYTHING.get(field, ()):
            yield field, thing


def needed(verb: str, asker: str, but: str = "") -> dict[str, str]:
    """The things that a request must name, each the asker's own where it has any."""
    info: Any = inspect.type_info(VERBS[verb].request)
    must = [field.name for field in info.fields if field.required and field.name in OWNED and field.name != but]
    return {field: (ITS_OWN[asker].get(field) or EVERYTHING[field])[0] for field in must}


@pytest.mark.parametrize("asker", MAY_ASK)
def test_a_terminal_asks_the_verbs_of_its_role_about_its_own_things_and_nothing_else(scene: Scene, asker: str) -> None:
    for verb in VERBS:
        for field, thing in (*things_of(verb), ("", "")):
            named = needed(verb, asker, but=field) | ({field: thing} if field else {})
            fields = {name: scene.ids[name, one] for name, one in named.items()}
            own = all(one in ITS_OWN[asker].get(name, ()) for name, one in named.items() if (verb, name) not in FOR_ANYBODY)
            may = verb in MAY_ASK[asker] and own
            assert scene.refused(asker, verb, **fields) != may, (asker, verb, named)


def test_the_servers_own_pages_may_ask_everything(scene: Scene) -> None:
    for verb in VERBS:
        for field, thing in things_of(verb):
            fields = {name: scene.ids[name, one] for name, one in needed(verb, "crowd-1", but=field).items()}
            assert not scene.refused(None, verb, **fields | {field: scene.ids[field, thing]})


def test_every_field_of_every_request_is_a_thing_of_somebody_or_none() -> None:
    fields = {name for verb in VERBS.values() for name in verb.request.__struct_fields__}
    assert fields == set(OWNED) | NOT_THINGS, "say in contract/wire/requests.py and here whose it is"


def test_what_a_terminal_may_not_name_it_may_not_name_by_its_number_either(scene: Scene) -> None:
    def printed_by(kiosk: str) -> str:
        return scene.ids["ticket", f"printed by {kiosk}"].rpartition("-")[2].upper()

    assert not scene.refused("kiosk-1", "lookup", ticket=printed_by("kiosk-1"))
    assert scene.refused("kiosk-1", "lookup", ticket=printed_by("kiosk-2"))


def test_a_token_is_enough_for_whoever_shows_it(scene: Scene) -> None:
    token = scene.bed.issue("tax")["token"]
    for verb in ("cancel-ticket", "lookup", "rate"):
        assert not scene.refused("kiosk-1", verb, token=token)
    assert not scene.refused("rater-01", "rate", token=token)


def test_a_refused_request_changes_nothing_and_the_events_name_who_did_what(scene: Scene) -> None:
    bed = scene.bed
    ticket = bed.issue("tax")
    before = bed.rows("SELECT count(*) FROM events")
    bed.actor = "kiosk-2"
    assert bed.refused("cancel-ticket", ticket=ticket["id"]) == "not-authorised"
    bed.actor = "rater-01"
    assert bed.refused("close-window", window="02") == "not-authorised"
    assert bed.rows("SELECT count(*) FROM events") == before
    bed.actor = "kiosk-2-0badcafe"
    bed.ok("cancel-ticket", token=ticket["token"])
    bed.actor = "test"
    assert bed.rows("SELECT actor FROM events WHERE type = 'ticket-cancelled'") == [("kiosk-2-0badcafe",)]
