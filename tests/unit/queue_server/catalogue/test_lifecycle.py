"""The life of an item's versions, from draft to archive."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.catalogue.lifecycle import (
    MOVES,
    OPEN,
    STATE_NAMES,
    Editor,
    NotAllowed,
    NotPossible,
    draft,
    in_force,
    move,
    moves_for,
)

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CODE = "62052400MZ-JF-0004"
ENTRY = Editor("mz-1", "entry", "武山县民政局")
OTHER = Editor("rs-1", "entry", "武山县人力资源和社会保障局")
ESTABLISHMENT = Editor("bb-1", "establishment")
SERVICE = Editor("zw-1", "service")


def published(content="one", history=()):
    history = draft(history, CODE, content, ENTRY, AT)
    history = move(history, "submit", ENTRY, AT)
    history = move(history, "approve", ESTABLISHMENT, AT)
    return move(history, "publish", SERVICE, AT)


def test_a_version_goes_from_draft_over_two_reviews_into_force():
    history = draft((), CODE, "one", ENTRY, AT)
    states = [history[-1].state]
    for made, account in [("submit", ENTRY), ("approve", ESTABLISHMENT), ("publish", SERVICE)]:
        history = move(history, made, account, AT)
        states.append(history[-1].state)
    assert [STATE_NAMES[s] for s in states] == ["暂存", "部门已审核", "编办已审核", "已入库"]
    assert [n.move for n in history[-1].history] == ["create", "submit", "approve", "publish"]


def test_a_change_leaves_the_old_version_in_force_until_the_new_one_is_published():
    history = draft(published(), CODE, "two", ENTRY, AT)
    assert in_force(history).content == "one"
    history = published("three", history)
    assert [(v.number, v.state, v.content) for v in history] == [(1, "archived", "one"), (2, "in-force", "three")]


@pytest.mark.parametrize(("steps", "account"), [(["submit"], ESTABLISHMENT), (["submit", "approve"], SERVICE)])
def test_a_returned_version_is_a_draft_again_and_says_why(steps, account):
    history = draft((), CODE, "one", ENTRY, AT)
    for made, who in zip(steps, [ENTRY, ESTABLISHMENT], strict=False):
        history = move(history, made, who, AT)
    history = move(history, "return", account, AT, "材料名称不清楚")
    assert history[-1].state == "draft"
    assert history[-1].history[-1].reason == "材料名称不清楚"
    assert draft(history, CODE, "mended", ENTRY, AT)[-1].content == "mended"


@pytest.mark.parametrize("made", ["return", "abolish"])
def test_a_return_and_an_abolition_need_a_reason(made):
    history = published() if made == "abolish" else move(draft((), CODE, "one", ENTRY, AT), "submit", ENTRY, AT)
    with pytest.raises(ValueError, match="reason"):
        move(history, made, ESTABLISHMENT, AT, "  ")


def test_an_abolished_item_takes_no_new_version():
    history = move(published(), "abolish", ESTABLISHMENT, AT, "依据已废止")
    assert in_force(history) is None
    with pytest.raises(NotPossible, match="abolished"):
        draft(history, CODE, "two", ENTRY, AT)


def test_abolishing_an_item_ends_a_newer_draft_too():
    history = draft(published(), CODE, "two", ENTRY, AT)
    assert "abolish" in moves_for(history, ESTABLISHMENT)
    history = move(history, "abolish", ESTABLISHMENT, AT, "依据已废止")
    assert [v.state for v in history] == ["abolished", "abolished"]


def test_a_version_under_review_is_not_changed():
    history = move(draft((), CODE, "one", ENTRY, AT), "submit", ENTRY, AT)
    with pytest.raises(NotPossible, match="部门已审核"):
        draft(history, CODE, "two", ENTRY, AT)


def test_a_department_touches_only_its_own_items():
    history = draft((), CODE, "one", ENTRY, AT)
    with pytest.raises(NotAllowed):
        draft(history, CODE, "two", OTHER, AT)
    with pytest.raises(NotAllowed):
        move(history, "submit", OTHER, AT)
    assert moves_for(history, OTHER) == []


@pytest.mark.parametrize("account", [ESTABLISHMENT, SERVICE])
def test_management_accounts_enter_nothing(account):
    with pytest.raises(NotAllowed):
        draft((), CODE, "one", account, AT)


def test_nothing_can_be_moved_before_it_was_entered():
    with pytest.raises(NotPossible):
        move((), "submit", ENTRY, AT)
    assert moves_for((), ENTRY) == []


ACTIONS = st.one_of(
    st.tuples(st.just("draft"), st.sampled_from([ENTRY, OTHER, ESTABLISHMENT, SERVICE])),
    st.tuples(
        st.sampled_from(["submit", "approve", "publish", "return", "abolish"]),
        st.sampled_from([ENTRY, OTHER, ESTABLISHMENT, SERVICE]),
    ),
)


@settings(deadline=None)
@given(st.lists(ACTIONS, max_size=40))
def test_whatever_anybody_tries_at_most_one_version_is_in_force_and_none_is_lost(actions):
    history = ()
    for index, (action, account) in enumerate(actions):
        before = history
        allowed = action in moves_for(history, account)
        try:
            history = (
                draft(history, CODE, str(index), account, AT) if action == "draft" else move(history, action, account, AT, "r")
            )
        except (NotPossible, NotAllowed):
            assert not allowed
            continue
        assert action == "draft" or allowed
        assert len(history) in (len(before), len(before) + 1)
        assert [v.number for v in history] == list(range(1, len(history) + 1))
        assert [v.state for v in history].count("in-force") <= 1
        assert sum(v.state in OPEN for v in history) <= 1
        for old, new in zip(before, history, strict=False):
            assert old.state == "draft" or old.content == new.content
            assert new.history[: len(old.history)] == old.history


def test_every_state_but_the_last_ones_can_be_left():
    assert {state for state, _ in MOVES} == set(STATE_NAMES) - {"archived", "abolished"}
