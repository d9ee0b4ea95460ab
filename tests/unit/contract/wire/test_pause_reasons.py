"""Why a window pauses: one list, two languages, and what of it is the public's business."""

from datetime import UTC, datetime

import msgspec
import pytest

from contract.gb2312 import lacking
from contract.wire import codec
from contract.wire.messages import Text, WindowCondition, WindowState, WindowTicket
from contract.wire.pause_reasons import PAUSE_REASONS, for_public, for_staff

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "staff", "public"),
    [
        (None, None, None),
        ("", None, None),
        ("away", Text("暂时离开", "Away for a moment"), None),
        ("lunch", Text("午休", "Lunch break"), Text("午休", "Lunch break")),
        ("meeting", Text("开会", "In a meeting"), None),
        ("fault", Text("设备故障", "Equipment fault"), Text("设备故障", "Equipment fault")),
        ("看病", Text("看病", "看病"), None),
    ],
)
def test_staff_read_every_reason_and_the_public_what_it_may(given: str | None, staff: Text | None, public: Text | None) -> None:
    assert (for_staff(given), for_public(given)) == (staff, public)


def test_every_display_has_the_characters_of_what_the_public_reads() -> None:
    assert [lacking(reason.public.zh) for reason in PAUSE_REASONS if reason.public] == ["", ""]


class OlderWindowState(msgspec.Struct):
    """A window as programs know it that were written before it said why it is paused."""

    seq: int
    state: WindowCondition
    ticket: WindowTicket | None
    clerk: None
    calls: int
    since: datetime


def test_a_program_that_knows_no_reason_reads_the_window_and_one_without_a_reason_is_read() -> None:
    sent = codec.encode(WindowState(1, "paused", None, None, 0, NOW, "lunch"))
    assert codec.decode(sent, OlderWindowState).state == "paused"
    older = codec.encode(OlderWindowState(1, "paused", None, None, 0, NOW))
    assert codec.decode(older, WindowState).reason is None
    assert older == codec.encode(WindowState(1, "paused", None, None, 0, NOW))
