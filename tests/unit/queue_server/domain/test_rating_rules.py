"""What a rating needs before it is taken."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from queue_server.domain import rating

GB_T_39046 = {5: 1, 4: 2, 3: 3, 2: 4, 1: 5}  # table A.8: 1 非常满意 .. 5 非常不满意
PF = {"web": 1, "mobile": 2, "qr": 3, "tablet": 4, "kiosk": 5, "phone": 6, "sms": 7}


@pytest.mark.parametrize("level", [1, 2])
def test_a_bad_rating_needs_a_reason_or_a_text(level):
    with pytest.raises(rating.BadRating) as caught:
        rating.check(level, [], "  ", channel="tablet")
    assert "原因" in caught.value.hint.zh
    rating.check(level, [f"{level}{'08' if level == 1 else '07'}"], "", channel="tablet")
    rating.check(level, [], "等了很久", channel="tablet")
    rating.check(level, [], "", channel="tablet", bad_needs_reason=False)


@pytest.mark.parametrize("level", [3, 4, 5])
def test_a_good_rating_needs_nothing_else(level):
    rating.check(level, [], "", channel="tablet")
    assert not rating.is_bad(level)


@pytest.mark.parametrize(
    "reasons", [["108"], ["999"], ["501"], ["510", "510"]], ids=["other-level", "unknown", "retired", "twice"]
)
def test_tags_must_belong_to_the_level_be_in_use_and_stand_once(reasons):
    with pytest.raises(rating.BadRating):
        rating.check(5, reasons, "", channel="tablet")


@pytest.mark.parametrize(
    ("level", "text", "channel"), [(0, "", "tablet"), (6, "", "tablet"), (5, "", "fax"), (5, "好" * 151, "qr")]
)
def test_unknown_level_or_channel_and_long_text_are_refused(level, text, channel):
    with pytest.raises(rating.BadRating) as caught:
        rating.check(level, [], text, channel=channel)
    assert caught.value.hint.zh
    assert caught.value.hint.en


def test_the_longest_text_is_taken():
    rating.check(5, ["517"], "好" * 150, channel="qr")


def test_gb_t_39046_counts_the_other_way_round_and_back():
    for level, code in GB_T_39046.items():
        assert rating.gbt_39046(level) == code
        assert rating.from_gbt_39046(code) == level


def test_channels_have_the_codes_of_the_reporting_interface():
    assert rating.CHANNEL_CODES == PF


def test_a_service_may_be_rated_until_the_end_of_the_fifth_working_day():
    zone = ZoneInfo("Asia/Shanghai")
    finished = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)  # Friday 16:00 in Shanghai
    assert rating.open_until(finished, 5, zone) == datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
