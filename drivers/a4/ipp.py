"""The driver of A4 printers that speak IPP, as almost all network printers and every CUPS queue do.

Calls block until the printer answered, never longer than `timeout_s`. Jobs go on without this program: `follow` reports how far
they are. Source: RFC 8010, RFC 8011; pyipp puts the messages together and takes them apart.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Iterator, Mapping

from contract.configuration.hall import Device
from contract.wire.device_state import WORKS
from drivers.a4.message import tidied
from drivers.a4.port import A4Printer, JobReport, PrinterJobState, PrinterReport
from drivers.a4.words import condition
from drivers.address import Address, BadAddress
from drivers.connect import DeviceSite
from drivers.ports import BadReply, Busy, DeviceError, DeviceRefused, NoPermission, NoReply, Unreachable

LOG = logging.getLogger(__name__)
Attributes = Mapping[str, object]
"""What pyipp makes of a group of attributes: names and values."""
ANSWER_S = 8.0
SEND_S = 60.0
"""A document is sent within this time."""
POLL_S = 0.5
MAX_COPIES = 99

STATES: dict[int, PrinterJobState] = {
    3: "waiting",
    4: "held",
    5: "printing",
    6: "stopped",
    7: "cancelled",
    8: "failed",
    9: "done",
}
REFUSALS = {
    0x0400: ("does not understand the request", "update the printer's firmware"),
    0x0404: ("does not do this with a job that has ended", ""),
    0x0406: ("knows no such job or printer", "correct the path of the address, often /ipp/print"),
    0x0407: ("has forgotten this job", ""),
    0x0408: ("does not take so large a document", "print fewer pages at a time"),
    0x040A: ("does not print documents of this kind", "choose a printer that takes PDF"),
    0x040B: ("does not print this document with these settings", "choose a printer that takes PDF"),
    0x0501: ("does not know this operation", "choose a printer with IPP 2.0"),
    0x0502: ("does not serve just now", "look at the printer"),
    0x0503: ("does not speak this version of IPP", "choose a printer with IPP 2.0"),
    0x0505: ("cannot do this just now", "try again in a moment"),
    0x0506: ("takes no jobs", "switch it to accepting jobs"),
    0x0507: ("is busy with another job", "try again in a moment"),
}
JOB_FACTS = ("job-id", "job-state", "job-state-reasons", "job-impressions-completed", "job-media-sheets-completed")
MOST_REASONS, KEYWORD_LENGTH = 40, 255
"""Keywords of one attribute that are looked at, and the length that RFC 8011 (5.1.4) allows to one."""
FAILED = 0x0200
"""From this status on a request was not done."""
FORBIDDEN = (0x0401, 0x0402, 0x0403)
FOR_NOW = (0x0502, 0x0505, 0x0507)
"""Refusals of which RFC 8011 (B.1.5) says that the client may try the same again later."""


def from_device(device: Device, _site: DeviceSite) -> IppPrinter:
    """The driver for one entry of devices.toml. Raise BadAddress."""
    where = Address.parse(device.address)
    if where.scheme not in ("ipp", "ipps") or not where.host:
        raise BadAddress(f"{device.id}: {device.address!r} is no IPP printer; write ipp://10.0.0.9:631/ipp/print")
    return IppPrinter(f"{where.scheme}://{where.host}:{where.port or 631}{where.path or '/ipp/print'}", name=device.id)


class IppPrinter(A4Printer):
    """An A4 printer. May be called from several threads; holds no connection between two calls."""

    def __init__(self, uri: str, *, name: str = "a4", timeout_s: float = ANSWER_S) -> None:
        self.uri, self.name, self.timeout_s = uri, name, timeout_s
        self.trouble: DeviceError | None = None
        """Why the printer is unreachable, while it is."""

    def open(self) -> None:
        """Make sure the printer answers. Raise DeviceError."""
        self._report()

    def close(self) -> None:
        """Nothing is held between two calls."""

    def check(self) -> None:
        """Raise DeviceError unless the printer could print now."""
        report = self._report()
        if report.condition not in WORKS:
            raise DeviceRefused(f"{self.name}: {report.condition} ({', '.join(report.reasons)})", "; ".join(report.words("en")))

    def status(self) -> PrinterReport:
        """How the printer is. Never raises: one that cannot be asked is `unreachable`."""
        try:
            report = self._report()
        except DeviceError as error:
            LOG.info("%s: %s", self.name, error)
            self.trouble = error
            return PrinterReport("unreachable")
        self.trouble = None
        return report

    def print(self, document: bytes, *, title: str, copies: int = 1, kind: str = "application/pdf") -> JobReport:
        """Send a document; return its job as soon as the printer took all of it. Raise DeviceRefused when it does not take it,
        Busy when it does not take it yet."""
        if not 1 <= copies <= MAX_COPIES:
            raise ValueError(f"{copies} copies: 1 to {MAX_COPIES}")
        about = {"job-name": _title(title), "document-format": kind}
        found = self._execute("PRINT_JOB", about, SEND_S, {"job-attributes-tag": {"copies": copies}, "data": document})
        return self._job_report(_first(found, "jobs", self.name))

    def job(self, job_id: int) -> JobReport:
        """How far a job is. Raise DeviceRefused when the printer does not know it (any more)."""
        about = {"job-id": job_id, "requested-attributes": list(JOB_FACTS)}
        return self._job_report(_first(self._execute("GET_JOB_ATTRIBUTES", about), "jobs", self.name), job_id)

    def find(self, title: str) -> JobReport | None:
        """The newest job of this title that the printer still knows, ended or not, or None. Raise DeviceError."""
        wanted = ["job-name", *JOB_FACTS]
        for which in ("not-completed", "completed"):
            about = {"which-jobs": which, "requested-attributes": wanted}
            jobs = _group(self._execute("GET_JOBS", about), "jobs")
            same = [job for job in jobs if job.get("job-name") == _title(title)]
            if same:
                return self._job_report(max(same, key=lambda job: _number(job.get("job-id"))))
        return None

    def follow(self, job_id: int, *, stop: threading.Event | None = None, poll_s: float = POLL_S) -> Iterator[JobReport]:
        """The job's report now and whenever it changed, until it ended or `stop` is set. Raise DeviceError."""
        stop = stop or threading.Event()
        last: JobReport | None = None
        while last is None or not (last.ended or stop.is_set()):
            report = self.job(job_id)
            if report != last:
                yield report
            last = report
            if not report.ended:
                stop.wait(poll_s)

    def cancel(self, job_id: int) -> None:
        """Stop a job. Raise DeviceRefused when it has ended already."""
        self._execute("CANCEL_JOB", {"job-id": job_id})

    def _report(self) -> PrinterReport:
        wanted = ["printer-state", "printer-state-reasons", "printer-is-accepting-jobs"]
        attributes = _first(self._execute("GET_PRINTER_ATTRIBUTES", {"requested-attributes": wanted}), "printers", self.name)
        state, reasons = _number(attributes.get("printer-state")), _keywords(attributes.get("printer-state-reasons"))
        stopped = state == 5 or attributes.get("printer-is-accepting-jobs") is False
        return PrinterReport(condition(reasons, stopped=stopped), state == 4, reasons)

    def _job_report(self, attributes: Attributes, asked_for: int = 0) -> JobReport:
        job_id, state = _number(attributes.get("job-id")) or asked_for, STATES.get(_number(attributes.get("job-state")))
        if not job_id or state is None:
            raise BadReply(f"{self.name}: answers without the state of the job", "update the printer's firmware")
        return JobReport(
            job_id,
            state,
            max(0, _number(attributes.get("job-impressions-completed"))),
            max(0, _number(attributes.get("job-media-sheets-completed"))),
            _keywords(attributes.get("job-state-reasons")),
        )

    def _execute(
        self, operation: str, about: Attributes, timeout_s: float | None = None, more: Attributes | None = None
    ) -> Attributes:
        """Ask for an operation with the attributes `about` it, and `more` groups of the message; its answer."""
        import aiohttp  # this and pyipp take a third of a second, which only those who print on A4 should pay

        from drivers.a4.exchange import NoIppAnswer, asked

        within_s = timeout_s or self.timeout_s
        begin = time.monotonic()
        try:
            return self._read(asyncio.run(asked(self.uri, self._message(operation, about, more or {}), within_s)))
        except TimeoutError:
            raise NoReply(f"{self.name}: no answer in {time.monotonic() - begin:.0f} s", "look at the printer") from None
        except aiohttp.ClientConnectionError as error:
            raise Unreachable(f"{self.name}: nobody answers at {self.uri}", "check power, cable and address") from error
        except (aiohttp.ClientError, NoIppAnswer) as error:
            raise self._no_printer() from error

    def _message(self, operation: str, about: Attributes, more: Attributes) -> bytes:
        """A request; RFC 8011 (4.1.4, 4.1.5) demands the order of its first three attributes."""
        from pyipp.enums import IppOperation
        from pyipp.serializer import encode_dict

        first = {"attributes-charset": "utf-8", "attributes-natural-language": "en-US", "printer-uri": self.uri}
        asked_for = {**first, "requesting-user-name": "jiaohao", **about}
        head = {"version": (2, 0), "operation": IppOperation[operation], "operation-attributes-tag": asked_for}
        message: bytes = encode_dict({**head, **more})
        return message

    def _read(self, content: bytes) -> Attributes:
        """What an answer holds. Raise BadReply where it is none, or the error that its status means."""
        from pyipp.parser import parse

        try:
            answer: Attributes = parse(tidied(content))
        except Exception as error:  # pyipp raises whatever the bytes lead it to
            raise self._no_printer() from error
        status = _number(answer.get("status-code")) & 0xFFFF
        if status >= FAILED:
            raise self._refusal(status)
        return answer

    def _no_printer(self) -> BadReply:
        return BadReply(f"{self.name}: {self.uri} does not answer like a printer", "correct the address, try ipps://")

    def _refusal(self, code: int) -> DeviceError:
        if code in FORBIDDEN:
            return NoPermission(f"{self.name}: the printer does not allow this", "allow this machine in the printer's settings")
        what, remedy = REFUSALS.get(code, (f"refuses with status {code:#06x}", "look at the printer"))
        return (Busy if code in FOR_NOW else DeviceRefused)(f"{self.name}: {what}", remedy)


def _title(text: str) -> str:
    """A job name as IPP allows it: at most 255 bytes, no control characters."""
    return "".join(c for c in text if c.isprintable()).encode()[:255].decode("utf-8", "ignore") or "document"


def _group(answer: Attributes, group: str) -> list[Attributes]:
    """The groups of attributes with this name."""
    groups = answer.get(group)
    return [one for one in groups if isinstance(one, dict)] if isinstance(groups, list) else []


def _first(answer: Attributes, group: str, name: str) -> Attributes:
    groups = _group(answer, group)
    if not groups:
        raise BadReply(f"{name}: answers without what it was asked", "update the printer's firmware")
    return groups[0]


def _keywords(value: object) -> tuple[str, ...]:
    """One keyword or several, without "none"."""
    several = value[:MOST_REASONS] if isinstance(value, list) else [value]
    return tuple(str(v)[:KEYWORD_LENGTH] for v in several if v and v != "none")


def _number(value: object) -> int:
    return int(value) if isinstance(value, int) else 0
