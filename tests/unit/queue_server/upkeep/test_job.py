"""A periodic job runs when it should, survives what goes wrong, and ends when it is closed."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator

import pytest

from queue_server.upkeep.job import PeriodicJob

LONG_S = 3600.0
PATIENCE_S = 60


@pytest.fixture
def runs() -> queue.Queue[int]:
    return queue.Queue()


@pytest.fixture
def start(runs: queue.Queue[int]) -> Iterator[Callable[..., PeriodicJob]]:
    """Open a job that counts its runs in `runs` and raises the `troubles` one after the other."""
    opened: list[PeriodicJob] = []

    def start(every_s: float | None, *troubles: Exception, **more: object) -> PeriodicJob:
        due = list(troubles)

        def run() -> None:
            runs.put(1)
            if due:
                raise due.pop(0)

        job = PeriodicJob("test", run, every_s, **more)  # type: ignore[arg-type]
        job.open()
        opened.append(job)
        return job

    yield start
    for job in opened:
        job.close()


def test_it_runs_every_so_often(start: Callable[..., PeriodicJob], runs: queue.Queue[int]) -> None:
    start(0.01)
    assert [runs.get(timeout=PATIENCE_S) for _ in range(3)] == [1, 1, 1]


def test_it_waits_for_its_first_turn_unless_it_is_to_begin_at_once(
    start: Callable[..., PeriodicJob], runs: queue.Queue[int]
) -> None:
    waiting = start(LONG_S)
    start(LONG_S, at_once=True)
    runs.get(timeout=PATIENCE_S)
    waiting.close()
    assert runs.empty()


def test_one_without_a_pause_runs_when_it_is_woken(start: Callable[..., PeriodicJob], runs: queue.Queue[int]) -> None:
    job = start(None)
    for _ in range(2):
        assert runs.empty()
        job.wake()
        assert runs.get(timeout=PATIENCE_S) == 1


def test_expected_trouble_is_one_line_in_the_log_and_is_tried_again(
    start: Callable[..., PeriodicJob], runs: queue.Queue[int], caplog: pytest.LogCaptureFixture
) -> None:
    job = start(LONG_S, OSError("full"), at_once=True, retry_s=0.01, expected=(OSError,), failure="nothing was written")
    for _ in range(2):
        runs.get(timeout=PATIENCE_S)
    job.close()
    [record] = caplog.records
    assert record.getMessage() == "nothing was written: full" and record.exc_info is None


def test_a_fault_is_logged_whole_and_does_not_end_the_job(
    start: Callable[..., PeriodicJob], runs: queue.Queue[int], caplog: pytest.LogCaptureFixture
) -> None:
    job = start(0.01, KeyError("fault"))
    for _ in range(2):
        runs.get(timeout=PATIENCE_S)
    job.close()
    [record] = caplog.records
    assert record.exc_info is not None and "test" in record.getMessage()


def test_a_long_run_learns_that_the_job_is_to_end() -> None:
    began, learnt = queue.Queue[int](), queue.Queue[bool]()

    def run() -> None:
        began.put(1)
        learnt.put(job.rest(LONG_S))

    job = PeriodicJob("test", run, None)
    job.open()
    job.wake()
    began.get(timeout=PATIENCE_S)
    job.close()
    assert learnt.get_nowait() and job.ended
