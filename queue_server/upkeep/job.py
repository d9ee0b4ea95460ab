"""One thing that is done again and again in a thread of its own: every so often, or whenever it is woken."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

LOG = logging.getLogger(__name__)


class PeriodicJob:
    """Calls `run` in a thread of its own, from `open` to `close`. What `run` raises is logged and does not end the job."""

    def __init__(
        self,
        name: str,
        run: Callable[[], object],
        every_s: float | None,
        *,
        at_once: bool = False,
        retry_s: float | None = None,
        expected: tuple[type[Exception], ...] = (),
        failure: str = "failed",
    ) -> None:
        """`name` is that of the thread. `run` is called every `every_s` seconds, None: only after `wake`; the first time after
        that pause, or `at_once`. After an exception the pause is `retry_s`, if it is given.

        An exception of the kinds `expected` is logged in one line behind `failure`, any other one with its traceback.
        """
        self._name, self._run, self._every_s = name, run, every_s
        self._retry_s = every_s if retry_s is None else retry_s
        self._at_once, self._expected, self._failure = at_once, expected, failure
        self._woken = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._loop, name=self._name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Run now, or once more if it is running; from any thread, without waiting for it."""
        self._woken.set()

    def end(self) -> None:
        """Run no more; does not wait for a run that is under way."""
        self._ended.set()
        self._woken.set()

    def close(self) -> None:
        """Run no more, and wait for the end of a run that is under way."""
        self.end()
        if self._thread is not None:
            self._thread.join()

    @property
    def ended(self) -> bool:
        """Whether the job is to end: a long run looks at it."""
        return self._ended.is_set()

    def rest(self, seconds: float) -> bool:
        """For a long run that leaves time to others: wait; True as soon as the job is to end."""
        return self._ended.wait(seconds)

    def _loop(self) -> None:
        pause_s = 0.0 if self._at_once else self._every_s
        while True:
            self._woken.wait(pause_s)
            if self.ended:
                return
            self._woken.clear()
            pause_s = self._every_s if self._succeeds() else self._retry_s

    def _succeeds(self) -> bool:
        try:
            self._run()
        except self._expected as error:
            if not self.ended:
                LOG.error("%s: %s", self._failure, error)
            return False
        except Exception:
            LOG.exception("%s: %s", self._name, self._failure)
            return False
        return True
