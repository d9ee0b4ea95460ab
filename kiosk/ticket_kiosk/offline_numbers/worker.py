"""Keeps the book of numbers on lease in a thread of its own, so that no page waits for the disk."""

from __future__ import annotations

import logging
import sqlite3
from collections import deque
from pathlib import Path
from typing import get_args

from kiosk.flow.event import Send
from kiosk.ticket_kiosk.offline_numbers.book import BadLease, LeaseBook
from kiosk.ticket_kiosk.offline_numbers.state import (
    KeepLease,
    LeaseEffect,
    MarkMerged,
    NoNumber,
    NumberGiven,
    Settle,
    TakeLeased,
)
from kiosk.worker import Worker

LOG = logging.getLogger(__name__)


class LeaseWorker(Worker[LeaseEffect, LeaseEffect]):
    """Does the flow's effects about the lease; after each the flow gets LeaseIs. Without a book that can be written nothing
    is given out."""

    handles = get_args(LeaseEffect)
    name = "lease"
    close_s = 20
    """What was asked for is written first."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._book = LeaseBook(path)
        self._owed: deque[Settle] = deque()
        self._opened = False

    def perform(self, effect: LeaseEffect, _send: Send) -> None:
        """Do it in the worker's thread."""
        self.put(effect)

    def run(self, send: Send) -> None:
        """Keep the book; `send` gets LeaseIs, NumberGiven and NoNumber."""
        try:
            self._open(send)
        except (sqlite3.Error, OSError) as error:
            LOG.error("the book of numbers on lease cannot be used, none are given out without the server: %s", error)
        try:
            for effect in self.work():
                self._do(effect, send)
        finally:
            self._book.close()

    def _open(self, send: Send) -> None:
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

    def _do(self, effect: LeaseEffect, send: Send) -> None:
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
                    for ticket in self._book.merged(effect.answer):
                        LOG.error("the server does not know that %s was leased to this kiosk; it is kept in the book", ticket)
            send(self._book.holding())
        except (sqlite3.Error, OSError, BadLease) as error:
            LOG.error("%s of the lease failed: %s", type(effect).__name__, error)
            if isinstance(effect, TakeLeased):
                send(NoNumber(effect.request))
