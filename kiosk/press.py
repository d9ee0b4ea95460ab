"""The kiosk's ticket printer, in a thread of its own: tells the flow how it is, and puts tickets on paper.

Drivers are loaded in that thread, behind the first frame: they need a fifth of the time until it.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.ports import DeviceError, PrintFailed
from kiosk.state import PrintBroke, Printed, PrinterIs, PrintTicket, Setting, Ticket
from queue_server.api.hall import Device, HallConfig

LOG = logging.getLogger(__name__)
WATCH_S = 2.0
"""How often an idle printer is asked how it is."""


class Press:
    """Owns the printer `device`; `perform` takes the flow's PrintTicket, the results go back as events."""

    def __init__(self, device: Device, hall: HallConfig, setting: Setting, folder: Path | None = None) -> None:
        self.device, self.hall, self.setting, self.folder = device, hall, setting, folder
        self._jobs: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._condition: str | None = None

    def open(self, send: Callable[[Any], None]) -> None:
        """Start to watch the printer; `send` gets PrinterIs, Printed and PrintBroke from the printer's thread."""
        self._thread = threading.Thread(target=self._run, args=(send,), name="printer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let the ticket in work come out, then stop."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join(20)

    def perform(self, effect: Any, _send: Callable[[Any], None]) -> None:
        """Print in the printer's thread."""
        if isinstance(effect, PrintTicket):
            self._jobs.put(effect.ticket)

    def _run(self, send: Callable[[Any], None]) -> None:
        from drivers import registry

        try:
            printer = registry.build(self.device, registry.Site(self.folder))
        except (DeviceError, ValueError) as error:
            LOG.error("the printer %s cannot be used: %s", self.device.id, error)
            self._tell(send, "unreachable")
            return
        try:
            while True:
                self._tell(send, printer.status())
                try:
                    ticket = self._jobs.get(timeout=WATCH_S)
                except queue.Empty:
                    continue
                if ticket is None:
                    return
                send(self._print(printer, ticket))
        finally:
            printer.close()

    def _print(self, printer: Any, ticket: Ticket) -> Printed | PrintBroke:
        from drivers.printer import ticket as paper

        try:
            printer.print(paper.render(paper.in_hall(self.hall, **self._facts(ticket)), printer.profile))
        except PrintFailed as failure:
            LOG.warning("ticket %s was not printed: %s", ticket.number, failure)
            return PrintBroke(ticket.id, failure.state, failure.what)
        except Exception as error:
            LOG.exception("ticket %s could not be laid out or printed", ticket.number)
            return PrintBroke(ticket.id, "offline", f"{type(error).__name__}: {error}")
        return Printed(ticket.id)

    def _facts(self, ticket: Ticket) -> dict[str, Any]:
        return {
            "queue": ticket.queue, "number": ticket.number, "ahead": ticket.ahead, "estimate": ticket.estimate_s,
            "windows": ticket.windows, "issued_at": ticket.issued_at, "url": self.setting.ticket_url(ticket.token) or "",
            "ticket_class": ticket.class_, "language": ticket.language,
        }  # fmt: skip

    def _tell(self, send: Callable[[Any], None], condition: str) -> None:
        if condition != self._condition:
            self._condition = condition
            send(PrinterIs(condition))
