"""What a key asks of the hall in each state of its window, and what the keypad shows."""

from concurrent.futures import Future
from datetime import UTC, datetime
from typing import get_args

import pytest

from contract.wire.answers import Answer
from contract.wire.codec import decode, encode
from contract.wire.messages import QueueState, RatingAsk, Text, WindowCondition, WindowState, WindowTicket
from contract.wire.requests import VERBS
from drivers.keypad.box import KeypadBox
from drivers.keypad.keypad_logic import KeypadLogic, RaterLogic
from drivers.keypad.line import KeypadUnit
from drivers.ports import Key
from queue_server.domain.windows import TRANSITIONS

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
STATES = get_args(WindowCondition)


class Silent:
    """A line that takes everything and says nothing."""

    def write(self, data):
        pass


def desk(state, **more):
    ticket = WindowTicket("20261122-a012", "A012", "household") if state in ("calling", "serving") else None
    made = KeypadLogic("01", ("household", "tax"), **more)
    made.state = WindowState(1, state, ticket, None, 0, NOW)
    return made


def verbs(state, key, **more):
    return [verb for verb, _ in desk(state, **more).asks(key)]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("key", get_args(Key))
def test_every_request_of_a_key_is_one_of_the_contract(state, key):
    for verb, body in desk(state).asks(key):
        assert decode(encode(body), VERBS[verb].request).window == "01"


@pytest.mark.parametrize(
    ("state", "asked"),
    [
        ("idle", ["call-next"]),
        ("rating", ["call-next"]),
        ("serving", ["finish-service", "call-next"]),
        ("paused", ["open-window", "call-next"]),
        ("closed", ["open-window", "call-next"]),
    ],
)
def test_next_can_be_done_in_every_state_but_calling(state, asked):
    assert verbs(state, "next") == asked
    for verb in asked:
        state = TRANSITIONS[verb][state]
    assert state == "calling"


def test_next_does_not_pass_over_a_citizen_who_was_called():
    assert verbs("calling", "next") == ["call-next"], "which the hall refuses"
    assert "calling" not in TRANSITIONS["call-next"]


def test_evaluate_ends_the_service_also_of_one_who_was_only_called():
    assert verbs("calling", "evaluate") == ["start-service", "finish-service"]
    assert verbs("serving", "evaluate") == ["finish-service"]
    assert verbs("idle", "evaluate") == []


def test_pause_pauses_and_ends_the_pause():
    assert verbs("idle", "pause") == ["pause-window"]
    assert verbs("paused", "pause") == verbs("closed", "pause") == ["open-window"]


def test_a_held_ticket_is_called_back_also_from_a_pause():
    assert verbs("paused", "resume") == ["open-window", "resume"]
    assert verbs("idle", "resume") == ["resume"]


def test_transfer_goes_where_the_configuration_says_or_back_into_the_line():
    assert desk("calling").asks("transfer") == [("requeue", {"window": "01"})]
    assert desk("serving", to_queue="tax").asks("transfer") == [("transfer", {"window": "01", "to_queue": "tax"})]
    assert desk("serving", to_window="02").asks("transfer") == [("transfer", {"window": "01", "to_window": "02"})]


def test_no_key_does_anything_before_the_state_of_the_window_is_known():
    unknown = KeypadLogic("01", ("household",))
    assert all(unknown.asks(key) == [] for key in get_args(Key))


def test_cancel_takes_back_what_was_typed_and_asks_nothing():
    assert all(verbs(state, "cancel") == [] for state in STATES)


def test_the_keypad_shows_those_who_wait_in_its_own_queues_and_its_ticket():
    made = desk("calling")
    for queue, waiting in (("household", 3), ("tax", 4), ("enterprise", 50)):
        made.queue_is(queue, QueueState(1, Text("", ""), True, waiting, None, None, None, None))
    assert made.shows() == (7, "A012")
    assert desk("idle").shows() == (0, "")


def test_a_level_rates_the_service_that_is_asked_for_and_nothing_else():
    made = RaterLogic("01")
    assert made.asks(5) == []
    made.asked = RatingAsk("20261122-a012-s1", "A012", None, None, NOW)
    assert made.asks(5) == [("rate", {"service": "20261122-a012-s1", "level": 5, "channel": "tablet"})]
    [(_, bad)] = made.asks(2)
    assert bad["text"], "the hall takes no bad rating without a reason or a text"
    assert decode(encode(bad), VERBS["rate"].request).level == 2


def test_a_key_waits_for_the_news_that_the_key_before_it_made():
    asked, answer = [], Future()
    answer.set_result(Answer("ok"))
    box = KeypadBox(Silent(), 1, clock=lambda: 0.0)
    seat = KeypadUnit("keypad-01", box, desk("idle"), lambda verb, body: asked.append(verb) or answer)
    box.keys.extend(["pause", "resume"])
    seat.attend()
    seat.attend()
    assert asked == ["pause-window"], "the answer came, the news that the window pauses did not"
    seat.window_is(WindowState(2, "paused", None, None, 0, NOW))
    seat.attend()
    assert asked == ["pause-window", "open-window"]
