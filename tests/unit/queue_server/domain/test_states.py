"""The state machines of tickets and windows, number and id formats."""

from datetime import date

import pytest

from queue_server.domain import ticket_number, tickets, windows

CHINESE = range(0x4E00, 0x9FFF)


@pytest.mark.parametrize("machine", [tickets, windows], ids=["tickets", "windows"])
def test_every_move_of_the_table_is_possible_and_no_other(machine):
    for verb, moves in machine.TRANSITIONS.items():
        for state in machine.STATES:
            if state in moves:
                assert machine.move(state, verb) == moves[state]
            else:
                with pytest.raises(tickets.WrongState):
                    machine.move(state, verb)


@pytest.mark.parametrize("machine", [tickets, windows], ids=["tickets", "windows"])
def test_tables_name_only_states_that_exist(machine):
    for moves in machine.TRANSITIONS.values():
        assert {*moves, *moves.values()} <= set(machine.STATES)


@pytest.mark.parametrize("machine", [tickets, windows], ids=["tickets", "windows"])
def test_every_wrong_move_says_in_both_languages_what_to_do(machine):
    for state in machine.STATES:
        hint = machine.hint(state)
        assert any(ord(c) in CHINESE for c in hint.zh)
        assert hint.zh.endswith("。")
        assert hint.en.endswith(".")
        assert state == "waiting" or "_" not in hint.en


def test_wrong_state_names_verb_and_state():
    with pytest.raises(tickets.WrongState) as caught:
        tickets.move("waiting", "finish-service")
    assert (caught.value.verb, caught.value.state) == ("finish-service", "waiting")
    assert caught.value.hint.en == "The ticket is waiting; call it first."
    assert "while the ticket is waiting" in str(caught.value)
    with pytest.raises(tickets.WrongState, match="call-next is not possible while the window is closed"):
        windows.move("closed", "call-next")


def test_a_ticket_that_is_over_never_moves_again():
    for state in set(tickets.STATES) - tickets.OPEN:
        assert not [verb for verb, moves in tickets.TRANSITIONS.items() if state in moves]


def test_the_end_of_the_day_ends_every_open_ticket_and_closes_every_window():
    assert set(tickets.TRANSITIONS["expire"]) == tickets.OPEN
    assert set(windows.TRANSITIONS["expire"].values()) == {"closed"}
    assert set(windows.TRANSITIONS["expire"]) == set(windows.STATES)


def test_a_ticket_that_is_printing_stands_in_no_line():
    allowed = {verb for verb, moves in tickets.TRANSITIONS.items() if "printing" in moves}
    assert allowed == {"printed", "print-failed", "cancel-ticket", "expire"}


def test_only_a_served_ticket_finishes():
    assert tickets.TRANSITIONS["finish-service"] == {"serving": "finished"}


def test_ticket_and_window_move_together():
    """A verb that brings a ticket to a window or takes it away is possible at the window exactly then."""
    for verb in set(tickets.TRANSITIONS) & set(windows.TRANSITIONS) - {"expire"}:
        for before, after in tickets.TRANSITIONS[verb].items():
            at_window = {"called": "calling", "serving": "serving"}
            for window_before, window_after in windows.TRANSITIONS[verb].items():
                if before in at_window and window_before == at_window[before]:
                    assert (after in at_window) == (window_after in windows.BUSY)
                if after in at_window and before not in at_window:
                    assert window_after == at_window[after]


def test_a_window_that_serves_can_neither_close_nor_pause():
    for verb in ("close-window", "pause-window", "call-next"):
        with pytest.raises(tickets.WrongState) as caught:
            windows.move("serving", verb)
        assert "finish" in caught.value.hint.en


def test_another_clerk_takes_over_a_window_as_it_stands():
    for state in ("calling", "serving", "rating", "idle"):
        assert windows.move(state, "open-window") == state


@pytest.mark.parametrize(("count", "number"), [(1, "A001"), (42, "A042"), (999, "A999"), (1000, "A1000"), (12345, "A12345")])
def test_numbers_have_three_digits_and_roll_over_to_four(count, number):
    assert ticket_number.display_number("A", count) == number


def test_numbers_count_from_one():
    with pytest.raises(ValueError, match="from 1"):
        ticket_number.display_number("A", 0)


def test_ticket_ids_hold_day_and_number():
    assert ticket_number.ticket_id(date(2026, 11, 22), "A001") == "20261122-a001"
    assert ticket_number.number_of("20261122-a001") == "A001"
