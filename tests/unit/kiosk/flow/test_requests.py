"""Requests of a flow: one id from the first try to the answer, repeated by their policy, answered to whoever asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from contract.wire import codec
from contract.wire.answers import Answer
from contract.wire.requests import VERBS
from kiosk.flow.event import Answered, Ask, Unanswered
from kiosk.flow.requests import Owners, Pending, PendingRequests, Policy, ServerRequest, ask
from kiosk.service_pages import events as service_events
from kiosk.service_pages import flow as service_flow
from kiosk.ticket_kiosk import flow as ticket_kiosk
from kiosk.ticket_kiosk.case_progress import state as case_progress
from kiosk.ticket_kiosk.my_ticket import state as my_ticket
from kiosk.ticket_kiosk.offline_numbers import state as offline_numbers
from kiosk.ticket_kiosk.scan import state as scan
from kiosk.ticket_kiosk.take_number import state as take_number
from kiosk.window_rater import flow as window_rater

OK = Answer("ok", data={})


@dataclass(frozen=True)
class Once(ServerRequest):
    verb = "once"

    what: str = "it"

    def body(self) -> dict[str, object]:
        return {"what": self.what}


@dataclass(frozen=True)
class Thrice(Once):
    verb = "thrice"
    policy = Policy(tries=3, timeout_s=5)


@dataclass(frozen=True)
class Stubborn(Once):
    verb = "stubborn"
    policy = Policy(tries=2, until_answered=True)


@dataclass(frozen=True)
class Book:
    """A state that notes what it learns."""

    requests: PendingRequests
    notes: tuple[str, ...] = ()

    def with_requests(self, requests: PendingRequests) -> Book:
        return replace(self, requests=requests)


def answered(book: Book, pending: Pending[Once], answer: Answer) -> tuple[Book, tuple[Ask, ...]]:
    return replace(book, notes=(*book.notes, f"{pending.request.what} {answer.status}")), ()


def unanswered(book: Book, pending: Pending[Once]) -> tuple[Book, tuple[Ask, ...]]:
    return replace(book, notes=(*book.notes, f"{pending.request.what} silent")), ()


OWNERS: Owners[Book, Ask] = Owners()
for each in (Once, Thrice, Stubborn):
    OWNERS.take(each, answered, unanswered)


@pytest.fixture
def book() -> Book:
    return Book(PendingRequests(UUID(int=1)))


def times_sent(book: Book, request: ServerRequest, silences: int) -> tuple[Book, list[Ask]]:
    """Ask, and get no answer so many times: what was sent in all."""
    book, first = ask(book, request)
    sent = [first]
    for _ in range(silences):
        book, effects = OWNERS.unanswered(book, Unanswered(first.request_id))
        sent += effects
    return book, sent


def test_an_answer_comes_to_whoever_asked_and_ends_the_request(book: Book):
    book, one = ask(book, Once("a"))
    book, other = ask(book, Thrice("b"))
    assert (one.verb, one.body, one.timeout_s, other.timeout_s) == ("once", {"what": "a"}, 8, 5)
    book, _ = OWNERS.answered(book, Answered(other.request_id, OK))
    assert book.notes == ("b ok",) and not book.requests.waits_for(Thrice)
    assert book.requests.find(one.request_id, Once) == Pending(one.request_id, Once("a"))


def test_an_answer_that_comes_twice_or_that_nobody_waits_for_changes_nothing(book: Book):
    book, asked = ask(book, Once())
    book, _ = OWNERS.answered(book, Answered(asked.request_id, OK))
    for event in (Answered(asked.request_id, OK), Answered("foreign", OK)):
        assert OWNERS.answered(book, event) == (book, ())
    assert OWNERS.unanswered(book, Unanswered(asked.request_id)) == (book, ())


@pytest.mark.parametrize(("request_", "sent", "silent_after"), [(Once(), 1, 1), (Thrice(), 3, 3), (Stubborn(), 7, 2)])
def test_a_request_is_repeated_by_its_policy_with_one_id_and_its_owner_learns_once_of_the_silence(
    book: Book, request_: ServerRequest, sent: int, silent_after: int
):
    assert times_sent(book, request_, silent_after - 1)[0].notes == ()
    after, asks = times_sent(book, request_, 6)
    assert len(asks) == sent and len({each.request_id for each in asks}) == 1 and len(set(map(repr, asks))) == 1
    assert after.notes == ("it silent",)
    assert after.requests.waits_for(type(request_)) == request_.policy.until_answered


def test_a_request_that_is_wanted_anew_is_tried_as_often_as_at_first(book: Book):
    book, [first, *_] = times_sent(book, Stubborn(), 5)
    book = book.with_requests(book.requests.renewed(first.request_id))
    book, _ = OWNERS.unanswered(book, Unanswered(first.request_id))
    assert book.notes == ("it silent",)
    book, _ = OWNERS.unanswered(book, Unanswered(first.request_id))
    assert book.notes == ("it silent",) * 2


def test_what_failed_is_asked_again_with_the_same_id(book: Book):
    book, [first] = times_sent(book, Once(), 1)
    book, again = ask(book, Once(), again=first.request_id)
    assert again == first and book.requests.waits_for(Once)


def test_what_nobody_wants_any_more_is_not_sent_again_and_its_answer_goes_to_nobody(book: Book):
    book, one = ask(book, Thrice())
    book, other = ask(book, Stubborn())
    book = book.with_requests(book.requests.without(Thrice))
    assert OWNERS.unanswered(book, Unanswered(one.request_id)) == (book, ())
    assert OWNERS.answered(book, Answered(one.request_id, OK)) == (book, ())
    assert [pending.id for pending in book.requests.of(Stubborn)] == [other.request_id]


def test_ids_are_unique_in_a_run_and_between_runs_and_the_same_for_the_same_seed():
    def ids(seed: int) -> list[str]:
        requests, found = PendingRequests(UUID(int=seed)), []
        for _ in range(50):
            requests, each = requests.new_id()
            found.append(each)
        return found

    assert ids(1) == ids(1) and len({*ids(1), *ids(2)}) == 100 and all(UUID(each) for each in ids(1))


def test_two_owners_of_one_kind_of_answer_are_refused():
    owners: Owners[Book, Ask] = Owners()
    owners.take(Once, answered)
    with pytest.raises(ValueError, match="Once"):
        owners.take(Once, answered)


# --- the requests of the product -------------------------------------------------------------------------------------

OFFLINE = {
    "ticket": "20261122-c901",
    "issued_at": "2026-11-22T09:41:00+08:00",
    "result": "printed",
    "class": "ordinary",
    "item": None,
}
ACT = {"number": 1, "at": "2026-11-22T09:41:00+08:00", "act": "left", "subject": "", "result": ""}
SAMPLES: tuple[ServerRequest, ...] = (
    take_number.TicketRequest("social", "priority", "kiosk-1", "62052400mz-xk-0001", "JHA.hall.abc.def"),
    take_number.PrintReport("20261122-a001", printed=False, detail="paper-out: no paper"),
    take_number.TicketReturn("token"),
    offline_numbers.LeaseRequest("kiosk-1", "social", 5),
    offline_numbers.MergeRequest("kiosk-1", (OFFLINE,)),
    scan.CodeLookup("scan", "kiosk-1", "JHT.hall.abc"),
    scan.AppointmentLookup("scan", "kiosk-1", "A2B3C4D5E6", "123X"),
    scan.CheckedInLookup("scan", "social", "JHA.hall.abc.def"),
    my_ticket.NumberLookup("A001"),
    my_ticket.GiveUpRequest("my-ticket", "261122a001-abcdefghijkl"),
    my_ticket.RatingRequest("261122a001-abcdefghijkl", 1, ("108",)),
    case_progress.CaseRequest("kiosk-1", "WS-0001", "123X"),
    window_rater.TabletRating("20261122-a001-s1", 5, (), ""),
    service_events.CodeCheck("12345678"),
    service_events.SecretFetch(),
    service_events.ActsReport("d0d0d0d0-0000-4000-8000-000000000000", (ACT,)),
)


def test_every_request_of_the_product_is_one_of_the_contract_as_its_verb_takes_it():
    for request in SAMPLES:
        kind = VERBS[request.verb].request
        assert isinstance(codec.convert(request.body(), kind), kind)


def test_every_request_of_the_product_has_an_owner():
    flows = (ticket_kiosk.OWNERS, window_rater.OWNERS, service_flow.OWNERS)
    owned = [kind for owners in flows for kind in owners.kinds]
    assert len(owned) == len(set(owned)) and set(owned) == {type(request) for request in SAMPLES} == set(defined(ServerRequest))


def defined(kind: type) -> Iterator[type]:
    """The requests of the product below a class; those that only others build on have no verb."""
    for below in kind.__subclasses__():
        if below.__module__.startswith("kiosk.") and hasattr(below, "verb"):
            yield below
        yield from defined(below)
