"""The hall's boards send nobody to a window that has called the next number."""

from __future__ import annotations

from pathlib import Path

from queue_server.broker.call_board import CallBoard
from queue_server.broker.display_texts import BoardCall
from tests.bed import Bed


def test_a_window_stands_on_the_boards_once_with_its_newest_call_also_after_a_restart(hall_folder: Path, database_url: str):
    bed = Bed(hall_folder, database_url).open()
    for window in ("01", "02"):
        bed.ok("open-window", window=window)
    board = CallBoard(bed.hall, clock=lambda: bed.clock.now)
    for _ in range(3):
        bed.issue()
    for window in ("01", "02", "01"):
        bed.clock.advance(minutes=1)
        board.note(BoardCall(window, bed.call(window)))
        bed.ok("start-service", window=window)
        bed.ok("finish-service", window=window)
    shown = board.calls(())
    assert [call.window for call in shown] == ["01", "02"]
    with bed.database.reader.connect() as connection:
        assert not board.read(connection), "what the ledger has is what was noted"
    assert board.calls(()) == shown
    bed.close()
