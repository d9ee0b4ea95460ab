"""Chinese characters for the pinyin that is being typed: asks `pinyin_decoder`, and goes on without it when it is not there."""

from __future__ import annotations

import json
import logging
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from contract.backoff import Backoff
from kiosk.ticket_kiosk.guides.offers import typed_pinyin
from kiosk.ticket_kiosk.guides.state import PinyinCandidate

LOG = logging.getLogger(__name__)
COMMAND = (sys.executable, "-m", "kiosk.ticket_kiosk.guides.pinyin_decoder")
ANSWER_S = 2.0
"""A decoder answers in a millisecond or two; its first answer takes as long as its start."""
FIRST_RETRY_S, LONGEST_RETRY_S = 1.0, 600.0


class PinyinInput:
    """Used by one thread. A decoder that fails is started again, later each time."""

    def __init__(self, command: Sequence[str] = COMMAND, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._command, self._clock = command, clock
        self._decoder: subprocess.Popen[bytes] | None = None
        self._backoff = Backoff(FIRST_RETRY_S, LONGEST_RETRY_S)
        self._rests_until = float("-inf")

    def open(self) -> None:
        """Start the decoder, so that it is there when the first key is touched."""
        self._decoder = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self) -> None:
        if self._decoder is not None:
            self._decoder.kill()
            self._decoder.communicate()
            self._decoder = None

    def candidates(self, query: str) -> tuple[PinyinCandidate, ...]:
        """The characters that the letters at the end of a query may stand for; none while there is no decoder."""
        letters = typed_pinyin(query)
        if not letters or self._clock() < self._rests_until:
            return ()
        try:
            if self._decoder is None:
                self.open()
            found = self._ask(letters)
        except (OSError, ValueError) as error:
            LOG.warning("no characters for the pinyin typed: %s", error)
            self.close()
            self._rests_until = self._clock() + self._backoff.next()
            return ()
        self._backoff.reset()
        return found

    def _ask(self, letters: str) -> tuple[PinyinCandidate, ...]:
        """Raise OSError or ValueError when the decoder has ended, is silent, or says what is no answer."""
        decoder = self._decoder
        assert decoder is not None and decoder.stdin is not None and decoder.stdout is not None
        decoder.stdin.write(letters.encode() + b"\n")
        decoder.stdin.flush()
        if not select.select([decoder.stdout], [], [], ANSWER_S)[0]:
            raise OSError("the decoder does not answer")
        return tuple(PinyinCandidate(text, length) for text, length in json.loads(decoder.stdout.readline()))
