"""What the staff orders a terminal to do, `terminal/<id>/ask` and `told`: show itself, restart, send screen or logs, update.

Orders are done one after another in a thread of their own, so that a slow one holds up neither the connection nor the screen.
"""

from __future__ import annotations

import base64
import io
import logging
import queue
import sys
import threading
import zipfile
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contract.wire import codec
from contract.wire.messages import Act, TerminalAsk, TerminalTold
from link.connection import Link
from link.machine_status import machine
from link.update import Updater, UpdateRefused

LOG = logging.getLogger(__name__)
PART = 48 * 1024
"""Bytes of content in one message: 64 KiB in base64."""
MAX_WAITING = 8
KEPT_LINES = 3000
REFRESH_S = 60.0
"""How often the status is published where no order comes: the figures of the machine change."""
RESTART_S = 0.5
"""How long after an order to restart a program ends: its answer goes out first."""


@dataclass(frozen=True)
class OrderResult:
    """What came of an order; `content` with its media type where it was asked for."""

    text: str = ""
    media: str = ""
    content: bytes = b""


class NotSupported(RuntimeError):
    """This terminal cannot do what was asked; the text says why."""


class OrderFailed(RuntimeError):
    """What was asked was tried and did not succeed; the text says why."""


OrderHandler = Callable[[TerminalAsk], OrderResult]


class Orders:
    """The orders of one terminal. `logs` is done here. `refresh` publishes the terminal's status, now and then."""

    def __init__(self, link: Link, terminal: str, refresh: Callable[[], None], updater: Updater) -> None:
        self._link, self._terminal, self._refresh, self._updater = link, terminal, refresh, updater
        self._handlers: dict[Act, OrderHandler] = {"logs": self._bundle}
        self._waiting: queue.Queue[TerminalAsk | None] = queue.Queue(MAX_WAITING)
        self._seen: deque[str] = deque(maxlen=4 * MAX_WAITING)
        self._log = _LatestLines()
        self._thread: threading.Thread | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The latest lines of the program's log, the oldest first."""
        return tuple(self._log.lines.copy())

    def open(self, handlers: Mapping[Act, OrderHandler]) -> None:
        """Begin to take orders and have them done by `handlers`; call it before the link is opened or after."""
        self._handlers |= handlers
        logging.getLogger().addHandler(self._log)
        self._link.subscribe(self._link.topics.terminal_ask(self._terminal), self._asked)
        self._thread = threading.Thread(target=self._run, name="orders", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End, after the order that may be under way; an order to restart may be the one that ends the program."""
        logging.getLogger().removeHandler(self._log)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._waiting.put(None)
            self._thread.join(5)

    def _asked(self, topic: str, payload: bytes, retained: bool) -> None:
        if retained or not payload:
            return
        try:
            ask = codec.decode(payload, TerminalAsk)
        except codec.Illegal as error:
            self._link.bad_messages.add(topic, str(error))
            return
        try:
            if ask.id in self._seen:
                return  # the broker may deliver an order twice, and paper must come out once
            self._seen.append(ask.id)
            self._waiting.put_nowait(ask)
        except queue.Full:
            LOG.warning("too many orders wait; one is dropped")

    def _run(self) -> None:
        while True:
            try:
                ask = self._waiting.get(timeout=REFRESH_S)
            except queue.Empty:
                self._refresh()
                continue
            if ask is None:
                return
            self._do(ask)

    def _do(self, ask: TerminalAsk) -> None:
        LOG.info("order of the staff: %s", ask.act)
        try:
            done = self._done(ask)
        except NotSupported as error:
            self._report(TerminalTold(ask.id, ask.act, "unable", str(error)[:500]))
        except OrderFailed as error:
            LOG.warning("the order %s failed: %s", ask.act, error)
            self._report(TerminalTold(ask.id, ask.act, "failed", str(error)[:500]))
        except Exception as error:
            LOG.exception("the order %s failed", ask.act)
            self._report(TerminalTold(ask.id, ask.act, "failed", f"{type(error).__name__}: {error}"[:500]))
        else:
            self._report_done(ask, done)

    def _done(self, ask: TerminalAsk) -> OrderResult:
        if ask.act == "update" and ask.update is not None:
            try:
                self._updater.take(ask.id, ask.update)
            except UpdateRefused as refused:
                raise NotSupported(str(refused)) from None
            return OrderResult("begun")
        handler = self._handlers.get(ask.act)
        if handler is None:
            raise NotSupported(f"this terminal cannot {ask.act}")
        return handler(ask)

    def _report_done(self, ask: TerminalAsk, done: OrderResult) -> None:
        pieces = [done.content[i : i + PART] for i in range(0, len(done.content), PART)] or [b""]
        for number, piece in enumerate(pieces, 1):
            data = base64.b64encode(piece).decode()
            self._report(TerminalTold(ask.id, ask.act, "done", done.text, done.media, number, len(pieces), data))

    def _report(self, told: TerminalTold) -> None:
        self._link.publish(self._link.topics.terminal_told(self._terminal), codec.encode(told))

    def _bundle(self, _ask: TerminalAsk) -> OrderResult:
        """The latest lines of this program's log and the state of its machine, as a ZIP file."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as bundle:
            bundle.writestr("log.txt", "\n".join(self._log.lines) + "\n")
            bundle.writestr("machine.json", codec.encode(machine()))
            bundle.writestr("program.txt", f"{' '.join(sys.argv)}\nPython {sys.version}\n")
        return OrderResult(media="application/zip", content=content.getvalue())


class _LatestLines(logging.Handler):
    """The last lines of the log, as they were written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: deque[str] = deque(maxlen=KEPT_LINES)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))
