"""Keeps the book of numbers on lease in a thread of its own, so that no page waits for the disk."""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.ticket_kiosk.offline_numbers.book import BadLease, LeaseBook
from kiosk.ticket_kiosk.offline_numbers.state import KeepLease, MarkMerged, NoNumber, NumberGiven, Settle, TakeLeased

LOG = logging.getLogger(__name__)


class LeaseWorker:
    """Does the flow's effects about the lease; after each the flow gets LeaseIs. Without a book that can be written nothing
    is given out."""

    def __init__(self, path: Path) -> None:
        self._book = LeaseBook(path)
        self._work: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._owed: deque[Settle] = deque()
        self._opened = False

    def open(self, send: Callable[[Any], None]) -> None:
        """Start; `send` gets LeaseIs, NumberGiven and NoNumber from the keeper's thread."""
        self._thread = threading.Thread(target=self._run, args=(send,), name="lease", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what was asked for, then stop."""
        if self._thread is not None:
            self._work.put(None)
            self._thread.join(20)

    def perform(self, effect: Any, _send: Callable[[Any], None]) -> None:
        """Do it in the keeper's thread."""
        if isinstance(effect, TakeLeased | Settle | KeepLease | MarkMerged):
            self._work.put(effect)

    def _run(self, send: Callable[[Any], None]) -> None:
        try:
            self._open(send)
        except (sqlite3.Error, OSError) as error:
            LOG.error("the book of numbers on lease cannot be used, none are given out without the server: %s", error)
        try:
            while (effect := self._work.get()) is not None:
                self._do(effect, send)
        finally:
            self._book.close()

    def _open(self, send: Callable[[Any], None]) -> None:
        """Open the book, unless it is; a disk that is full at the start has room later."""
        if not self._opened:
            self._book.close()
            self._book.open()
            self._opened = True
            send(self._book.holding())

    def _settle(self) -> None:
        """Write what became of papers, also of those that could not be written when they came out."""
        while self._owed:
            self._book.settle(self._owed[0].ticket, self._owed[0].result)
            self._owed.popleft()

    def _do(self, effect: Any, send: Callable[[Any], None]) -> None:
        if isinstance(effect, Settle):
            self._owed.append(effect)
        try:
            self._open(send)
            self._settle()
            match effect:
                case TakeLeased():
                    given = self._book.take(effect)
                    send(NoNumber(effect.request) if given is None else NumberGiven(effect.request, given))
                case KeepLease():
                    self._book.add(effect.answer)
                case MarkMerged():
                    for ticket in self._book.told(effect.answer):
                        LOG.error("the server does not know that %s was leased to this kiosk; it is kept in the book", ticket)
            send(self._book.holding())
        except (sqlite3.Error, OSError, BadLease) as error:
            LOG.error("%s of the lease failed: %s", type(effect).__name__, error)
            if isinstance(effect, TakeLeased):
                send(NoNumber(effect.request))
