"""The kiosk's ticket printer, in a thread of its own: reports its condition to the flow, and puts tickets on paper.

Drivers are loaded in that thread, behind the first frame: they need a fifth of the time until it.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from contract.configuration.hall import Device, HallConfig
from contract.wire.device_state import WORKS
from contract.wire.messages import PaperUse, Reprint, TerminalAsk
from drivers.device_health import reason
from drivers.options import DeviceOptions
from drivers.ports import DeviceError, PrintFailed
from drivers.printer.roll import RollSetting, roll_setting
from kiosk.flow.device_test import Result, Tried, TryDevice
from kiosk.flow.event import Send
from kiosk.ticket_kiosk.events import PrintBroke, Printed, PrinterIs
from kiosk.ticket_kiosk.state import Setting
from kiosk.ticket_kiosk.take_number.paper_roll import PaperRoll
from kiosk.ticket_kiosk.take_number.state import IssuedTicket, PrintTicket
from kiosk.worker import Worker
from link.orders import NotSupported, OrderFailed, OrderResult

if TYPE_CHECKING:
    from drivers.printer.port import Printer

LOG = logging.getLogger(__name__)
T = TypeVar("T")
WATCH_S = 2.0
"""How often an idle printer is asked how it is."""


UNREACHABLE = "unreachable"
ORDER_S = 25.0
"""Seconds after which an order of staff is given up: the page that asked still waits then."""


@dataclass(frozen=True)
class Reprinting:
    """A ticket that staff have printed again; `done` gets the condition in which it failed, or None."""

    ticket: Reprint
    done: Future[str | None] = field(default_factory=Future)


@dataclass(frozen=True)
class RollRenewed:
    """Somebody has put in a new roll."""

    done: Future[None] = field(default_factory=Future)


class TicketPrinter(Worker[PrintTicket, IssuedTicket | Reprinting | RollRenewed | TryDevice]):
    """Owns the printer `device`; `perform` takes the flow's PrintTicket, the results go back as events. `reprint` and
    `refilled` are what staff may order. `state` is where the count of its paper is kept."""

    handles = (PrintTicket,)
    name = "printer"
    close_s = 20
    """Long enough for the ticket in work to come out."""

    def __init__(
        self, device: Device, hall: HallConfig, setting: Setting, folder: Path | None = None, state: Path | None = None
    ) -> None:
        super().__init__()
        self.device, self.hall, self.setting, self.folder = device, hall, setting, folder
        self._condition: str | None = None
        self._roll = PaperRoll(state / f"paper-{device.id}.json" if state else None, RollSetting(), hall.zone)
        self._unusable = ""

    def perform(self, effect: PrintTicket, send: Send) -> None:
        """Print in the printer's thread."""
        self.put(effect.ticket)

    def try_device(self, send: Send) -> None:
        """Print the technician's test page."""
        if self._unusable:
            send(Tried(self.device.id, Result(False, self._unusable)))
        else:
            self.put(TryDevice(self.device.id))

    @property
    def paper(self) -> PaperUse:
        """What was used of the paper, and how much is left."""
        return self._roll.paper

    def reprint(self, ask: TerminalAsk) -> OrderResult:
        """Print a ticket again, as staff ordered; raise NotSupported, or OrderFailed with the condition of the printer."""
        if ask.ticket is None:
            raise NotSupported("the order names no ticket")
        order = Reprinting(ask.ticket)
        condition = self._result(order, order.done)
        if condition is not None:
            raise OrderFailed(condition)
        return OrderResult()

    def refilled(self, ask: TerminalAsk) -> OrderResult:
        """Begin to count anew."""
        if ask.device not in (None, self.device.id):
            raise NotSupported(f"{ask.device} is no ticket printer of this terminal")
        order = RollRenewed()
        self._result(order, order.done)
        return OrderResult()

    def _result(self, order: Reprinting | RollRenewed, done: Future[T]) -> T:
        """What came of an order; one that was not begun in time never is."""
        if not self.alive:
            raise OrderFailed("unreachable")
        self.put(order)
        try:
            return done.result(ORDER_S)
        except TimeoutError:
            done.cancel()
            raise OrderFailed("offline") from None

    def run(self, send: Send) -> None:
        """Watch the printer; `send` gets PrinterIs, Printed, PrintBroke and Tried."""
        from drivers import registry

        try:
            printer = registry.printer(self.device, registry.DeviceSite(self.folder))
            self._roll.setting = roll_setting(DeviceOptions.of(self.device))
            self._roll.open()
        except (DeviceError, ValueError) as error:
            LOG.error("the printer %s cannot be used: %s", self.device.id, error)
            self._unusable = "misconfigured"
            self._tell(send, self._unusable)
            return
        try:
            self._tell(send, _condition(printer))
            for job in self.work_or_none(WATCH_S):
                if job is not None:
                    self._do(printer, job, send)
                self._tell(send, _condition(printer))
        finally:
            printer.close()

    def _do(self, printer: Printer, job: IssuedTicket | Reprinting | RollRenewed | TryDevice, send: Send) -> None:
        match job:
            case TryDevice():
                send(self._try(printer))
            case IssuedTicket():
                send(self._print(printer, job, offline=job.offline))
            case Reprinting(ticket, done) if done.set_running_or_notify_cancel():
                came = self._print(printer, ticket, reprint=True)
                self._condition = None  # so that the count is reported with the condition
                done.set_result(came.condition if isinstance(came, PrintBroke) else None)
            case RollRenewed(done) if done.set_running_or_notify_cancel():
                self._roll.renewed()
                self._condition = None
                done.set_result(None)

    def _print(
        self, printer: Printer, ticket: IssuedTicket | Reprint, *, offline: bool = False, reprint: bool = False
    ) -> Printed | PrintBroke:
        from drivers.printer import ticket as paper

        try:
            laid_out = paper.in_hall(
                self.hall,
                queue=ticket.queue,
                number=ticket.number,
                ahead=ticket.ahead,
                estimate=ticket.estimate_s,
                opens_at=ticket.opens_at,
                windows=ticket.windows,
                issued_at=ticket.issued_at,
                url=self.setting.ticket_url(ticket.token) or "",
                ticket_class=ticket.class_,
                language=ticket.language,
                reprint=reprint,
                offline=offline,
            )
            printer.print(paper.render(laid_out, printer.profile))
        except PrintFailed as failure:
            LOG.warning("ticket %s was not printed: %s", ticket.number, failure)
            if failure.in_doubt:
                self._roll.used()
            return PrintBroke(ticket.id, failure.state, failure.what, failure.in_doubt)
        except Exception as error:
            LOG.exception("ticket %s could not be laid out or printed", ticket.number)
            return PrintBroke(ticket.id, "offline", f"{type(error).__name__}: {error}")
        self._roll.used()
        return Printed(ticket.id)

    def _try(self, printer: Printer) -> Tried:
        """The technician's test page."""
        from drivers.printer.testpage import render

        try:
            printer.print(render(printer.profile, name=self.device.id, now=datetime.now(self.hall.zone)))
        except PrintFailed as failure:
            LOG.warning("the test page was not printed: %s", failure)
            return Tried(self.device.id, Result(False, _condition(printer) if failure.state == UNREACHABLE else failure.state))
        except Exception as error:
            LOG.exception("the test page could not be printed")
            return Tried(self.device.id, Result(False, reason(error)))
        self._roll.used()
        return Tried(self.device.id, Result(True))

    def _tell(self, send: Send, condition: str) -> None:
        if self._condition == "paper-out" and condition in WORKS:
            self._roll.renewed()
        condition = self._roll.condition(condition)
        if condition != self._condition:
            self._condition = condition
            send(PrinterIs(condition))


def _condition(printer: Printer) -> str:
    """How the printer is; for one that cannot be reached, why."""
    condition = printer.status()
    return reason(printer.trouble) if condition == UNREACHABLE and printer.trouble is not None else condition
