"""The table of commands and the verbs of the contract are one."""

from __future__ import annotations

from typing import get_type_hints

import pytest

from contract.wire.requests import VERBS
from queue_server.commands.table import COMMANDS


def test_every_verb_has_a_command_in_the_same_order() -> None:
    assert list(COMMANDS) == list(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_a_command_takes_and_answers_what_its_verb_says(verb: str) -> None:
    hints = get_type_hints(COMMANDS[verb])
    answer = hints.pop("return")
    assert (list(hints.values())[1], answer) == (VERBS[verb].request, VERBS[verb].answer)
