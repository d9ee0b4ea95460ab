"""What a scanned code is good for. Whoever is refused learns one sentence, no more."""

from __future__ import annotations

from datetime import date, timedelta

from contract.wire import scanned_code
from contract.wire.answers import AppointmentScan, CaseScan, GuideScan, HolderScan, ScanAnswer, TicketScan
from contract.wire.case import ENDED, PAPERS, STATES, Case
from contract.wire.facts import CaseDeadline, CaseFacts, CaseStepFacts, HolderFacts
from contract.wire.messages import ErrorCode, Text
from contract.wire.requests import LookupTicket, ScanCode
from queue_server.appointments import repository as appointments
from queue_server.cases import repository as cases
from queue_server.codes.seal import code_of, pseudonymised
from queue_server.codes.verifier import Refusal, Why
from queue_server.commands.check_in import FOREIGN, FORGED, check_seal, named, show
from queue_server.commands.context import CommandContext
from queue_server.commands.rate import lookup
from queue_server.commands.refused import Refused, bad_request
from queue_server.domain.deadline import COLOURS
from queue_server.domain.name_masking import masked_name

SHOWN_DAYS = 7


def scan(context: CommandContext, ask: ScanCode) -> ScanAnswer:
    """What the code is. Changes nothing, but a single-use code is used up."""
    code = scanned_code.read(ask.code)
    if code is None:
        raise bad_request("the text is no code of this hall", NONSENSE)
    match code.kind:
        case "ticket":
            found = lookup(context, LookupTicket(token=code.value))
            waits = (found.ahead, found.estimate_s, found.windows, found.opens_at)
            return TicketScan(code.value, found.ticket, *waits, found.service, found.sent)
        case "guide":
            return GuideScan(code.value)
        case "appointment":
            return AppointmentScan(show(context, named(context, ask.code)))
        case "case":
            return CaseScan(show_case(context, _sealed_case(context, code)))
        case _:
            return _holder(context, code.value)


def show_case(context: CommandContext, case: Case) -> CaseFacts:
    """A case as answers carry it: the applicant masked, the deadline in words, the papers that may be printed."""
    today = context.now.astimezone(context.hall.zone).date()
    state = STATES[case.state]
    return CaseFacts(
        number=case.number,
        item=case.item,
        item_code=case.item_code,
        state=case.state,
        department=case.department,
        applicant=case.applicant,
        received_on=case.received_on,
        promised_on=case.promised_on,
        legal_on=case.legal_on,
        handler=case.handler,
        contact=case.contact,
        reason=case.reason,
        basis=case.basis,
        missing=case.missing,
        due_on=case.due_on,
        materials=case.materials,
        delivery=case.delivery,
        steps=[CaseStepFacts(step.on, step.text) for step in case.steps],
        state_texts=Text(state.zh, state.en),
        deadline=_deadline(context, case, today),
        papers=list(PAPERS[case.state]),
        code=code_of(context.signer, "case", context.hall.config.hall.id, case.number),
    )


def _deadline(context: CommandContext, case: Case, today: date) -> CaseDeadline | None:
    if case.binding_on is None or case.state in ENDED:
        return None
    deadline = context.hall.deadline(case.binding_on, today)
    return CaseDeadline(
        case.binding_on, deadline.state, deadline.working_days, deadline.certain, deadline.words(), COLOURS[deadline.state]
    )


def _sealed_case(context: CommandContext, code: scanned_code.Code) -> Case:
    check_seal(context, code)
    found = cases.find(context.unit.connection, code.value)
    if found is None:
        hint = Text("没有查到这个办件，请向受理窗口询问。", "This case is not known here; ask at the window.")
        raise Refused("not-authorised", "there is no such case", hint)
    return found


def _holder(context: CommandContext, text: str) -> HolderScan:
    """Whom a service code identifies, with the appointments and cases that are theirs."""
    verifier = next((v for v in context.hall.verifiers if v.recognises(text)), None)
    if verifier is None:
        raise bad_request("no verifier of this hall knows the code", NONSENSE)
    holder = verifier.verify(text, context.now)
    if isinstance(holder, Refusal):
        raise Refused(*_REFUSALS[holder.why])
    if holder.nonce and not context.unit.used_codes.use(holder.nonce, holder.expires_at, context.now):
        raise Refused("expired", "the code was used before", REPLAYED)
    connection = context.unit.connection
    since = context.hall.begins(context.day)
    booked = appointments.of_person(connection, context.signer, holder.id, since, since + timedelta(days=SHOWN_DAYS))
    name = masked_name(holder.name) if holder.kind == "person" else holder.name
    return HolderScan(
        HolderFacts(holder.kind, name, pseudonymised(context.signer, "quota", holder.id)),
        [show(context, a) for a in booked if a.state in ("booked", "checked-in")],
        [show_case(context, case) for case in cases.of_person(connection, context.signer, holder.id)],
    )


NONSENSE = Text(
    "这个码在这里用不上，请出示号票、预约、办件、指南或服务码的二维码。",
    "This code is of no use here; show the code of a ticket, an appointment, a case, a guide or a service code.",
)
REPLAYED = Text("这个码已经用过了，请在手机上刷新后再扫。", "This code was used before; refresh it on the phone.")
EXPIRED = Text("这个码已经过期，请在手机上刷新后再扫。", "This code has expired; refresh it on the phone.")
_REFUSALS: dict[Why, tuple[ErrorCode, str, Text]] = {
    "forged": ("not-authorised", "the signature of the code is wrong", FORGED),
    "foreign": ("not-authorised", "the code is another issuer's or of another kind", FOREIGN),
    "expired": ("expired", "the code is not valid at this time", EXPIRED),
    "unreadable": ("bad-request", "the code cannot be read", NONSENSE),
}
