"""The indicator tags of the evaluation norm."""

from contract.wire.rating_reasons import BAD_LEVELS, LEVELS, REASONS, lacks_reason, needs_reason, reasons_of, unfit


def test_levels_run_from_very_satisfied_5_to_very_dissatisfied_1():
    assert [(level.value, level.zh) for level in LEVELS] == [
        (5, "非常满意"),
        (4, "满意"),
        (3, "基本满意"),
        (2, "不满意"),
        (1, "非常不满意"),
    ]
    assert {2, 1} == BAD_LEVELS


def test_every_level_has_eight_tags_of_which_three_are_shown_at_once():
    for level in (5, 4, 3, 2, 1):
        tags = reasons_of(level)
        assert len(tags) == 8
        assert [tag.first for tag in tags] == [True] * 3 + [False] * 5
        assert all(tag.code[0] == str(level) and tag.zh and tag.en for tag in tags)


def test_what_a_citizen_reads_is_short_and_has_no_word_of_an_office():
    current = [tag for tag in REASONS.values() if tag.current]
    said = [tag.zh for tag in current]
    assert len(set(said)) == len(said) == 40
    assert [text for text in said if len(text) > 15] == []
    offices = ("申报", "受理", "办结", "补正", "实体大厅", "收取", "减免", "核验", "审批", "告知", "跑动", "多头")
    assert [text for text in said if any(word in text for word in offices)] == []
    assert REASONS["112"].zh == "说好材料网上交，结果交不了"


def test_known_codes_carry_the_words_of_the_norm():
    assert REASONS["510"].norm == "一窗受理一次办结"
    assert REASONS["517"].norm == "服务热情效率高"
    assert REASONS["413"].norm == "服务态度较好"
    assert REASONS["314"].norm == "服务态度一般"
    assert REASONS["212"].norm == "在线预约办理后到实体大厅重复取号排队"
    assert REASONS["115"].norm == "服务态度差效率低"


def test_retired_codes_are_known_but_not_offered():
    offered = {tag.code for level in LEVELS for tag in reasons_of(level.value)}
    assert len(offered) == 40
    for code in ("501", "509", "401", "405", "306", "206", "107"):
        assert not REASONS[code].current and code not in offered
    assert "403" not in REASONS


def test_reasons_that_do_not_fit_a_level_are_named():
    assert unfit(5, ["510", "517"]) is None
    assert unfit(1, []) is None
    assert unfit(5, ["108"]) == "reason 108 belongs to level 1, not to 5"
    assert unfit(5, ["509"]) == "reason 509 is no longer in use"
    assert unfit(5, ["999"]) == "reason '999' is unknown"
    assert unfit(5, ["510", "510"]) == "reason 510 stands twice"


def test_a_bad_level_needs_a_reason_or_a_word_where_the_hall_requires_it():
    assert [level for level in (None, 1, 2, 3, 4, 5) if needs_reason(level)] == [1, 2]
    assert not needs_reason(1, required=False) and not lacks_reason(1, [], required=False)
    assert lacks_reason(2, []) and lacks_reason(1, (), "  ")
    assert not any((lacks_reason(2, ["207"]), lacks_reason(1, [], "太慢"), lacks_reason(3, [])))
