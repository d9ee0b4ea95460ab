"""Finding a case or an appointment by its number and the last four characters of a paper. After a few wrong tries the next one
has to wait.

Who asks is counted, not what the request says of it: a try of somebody else at the same number, or of the same kiosk at
another one, is held up much later.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from math import ceil
from typing import TypeVar

from contract.characters import plain
from contract.wire import case_number
from contract.wire.answers import AppointmentAnswer, CaseAnswer
from contract.wire.messages import Text
from contract.wire.requests import FindAppointment, FindCase
from queue_server.appointments import repository as appointments
from queue_server.cases import repository as cases
from queue_server.commands.check_in import show
from queue_server.commands.context import CommandContext
from queue_server.commands.refused import Refused
from queue_server.commands.scan import show_case
from queue_server.domain.guessing import FIRST_PAUSE, LONGEST_PAUSE, pause
from queue_server.store import guesses

MANY_PEOPLE = 4
"""How many times as many wrong tries are free at a place that many use, or a number that many may try, as for one of both."""
ASKER = "asker:"
"""A kiosk, or an address of the network: the next who asks there is somebody else, and waits a minute at most."""
LONGEST_ASKER = 56
"""So many characters of an asker's name fit behind a number into what is counted."""
SEVERAL = Text(
    "有几个办件都对得上，请扫受理凭证上的二维码，或者到窗口查询。",
    "Several cases go with these; scan the QR code on the receipt, or ask at a window.",
)
Found = TypeVar("Found")


def find_case(context: CommandContext, ask: FindCase) -> CaseAnswer:
    """A case by its number and the last four characters of the applicant's paper."""
    free = _free(context, "case", case_number.key(ask.number))
    _check_pause(context, free)
    found = cases.of_applicant(context.unit.connection, context.signer, ask.number, ask.last_four)
    if len(found) > 1:
        raise Refused("not-authorised", "several cases go with number and last four characters", SEVERAL)
    case = _found(context, free, found[0] if found else None, Text("编号", "number"))
    return CaseAnswer(show_case(context, case))


def find_appointment(context: CommandContext, ask: FindAppointment) -> AppointmentAnswer:
    """An appointment by its number, the hall's or the platform's, and the last four characters of the paper it was booked with.

    The hall's own number cannot be guessed: booked without a paper, an appointment is found by that alone.
    """
    number = plain(ask.number)
    free = _free(context, "appointment", number.upper())
    _check_pause(context, free)
    found = appointments.of_number(context.unit.connection, context.signer, number, ask.last_four)
    return AppointmentAnswer(show(context, _found(context, free, found, Text("预约编号", "appointment number"))))


def not_together(left: int, number: Text) -> Text:
    """That `number`, as this kind is called, and last four do not go together, and how often one may try without a pause."""
    zh, en = f"{number.zh}和证件号码后四位对不上，请核对。", f"The {number.en} and the last four characters do not go together."
    if left <= 0:
        return Text(
            f"{zh}已经输错多次，下次要等几分钟。", f"{en} That was wrong too often: the next try has to wait some minutes."
        )
    return Text(f"{zh}还可以再试 {left} 次。", f"{en} {left} more {'try' if left == 1 else 'tries'}.")


def _free(context: CommandContext, kind: str, number: str) -> dict[str, int]:
    """What a wrong try counts against, each with how many are free."""
    asker, few = (context.terminal or context.actor)[-LONGEST_ASKER:], context.hall.rules.case_guesses
    many = few * MANY_PEOPLE
    return {f"{kind}:{number}@{asker}": few, f"{kind}:{number}": many, f"{ASKER}{asker}": many}


def _found(context: CommandContext, free: Mapping[str, int], found: Found | None, number: Text) -> Found:
    """What was found; nothing is a wrong try, which is counted and refused."""
    if found is not None:
        return found
    connection = context.unit.connection
    guesses.add(connection, free, context.now)
    left = min(tries - guesses.count(connection, subject, context.now) for subject, tries in free.items())
    raise Refused("not-authorised", "number and last four characters do not go together", not_together(left, number))


def _check_pause(context: CommandContext, free: Mapping[str, int]) -> None:
    """Refuse a try that comes too soon after wrong ones; `free` says how many of each subject wait for nothing."""
    connection = context.unit.connection
    until = context.now
    for subject, tries in free.items():
        if last := guesses.latest(connection, subject):
            longest = FIRST_PAUSE if subject.startswith(ASKER) else LONGEST_PAUSE
            until = max(until, last + pause(guesses.count(connection, subject, context.now), tries, longest))
    if until > context.now:
        minutes = ceil((until - context.now) / timedelta(minutes=1))
        zh = f"输错次数太多，请{minutes}分钟后再试，或者到窗口查询。"
        en = f"Too many wrong tries; try again in {minutes} min or ask at a window."
        raise Refused("limit-reached", "too many wrong tries for this number, or by this asker", Text(zh, en))
