"""The versions of items in the database: seeded by files, changed by accounts, never lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.guides.item import Item
from queue_server.catalogue.library import ChangedMeanwhile, Library, edits
from queue_server.catalogue.lifecycle import Editor, History, NotAllowed, NotPossible, in_force
from queue_server.catalogue.load import load
from queue_server.row_files.problem import BadRows
from queue_server.store.database import Database
from tests.web_hall import now

HALL = Path(__file__).parents[4] / "assets" / "halls" / "wushan"
ITEMS = load(HALL).items
FIRST = ITEMS[0]
CLERK = Editor("entry-1", "entry", FIRST.department)
STRANGER = Editor("entry-2", "entry", "武山县气象局")
OFFICE = Editor("bianban", "establishment")
SERVICE = Editor("zhengwu", "service")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    database.open()
    yield database
    database.close()


@pytest.fixture
def library(database: Database) -> Library:
    return Library(writer=database.writer, reader=database.reader, clock=now)


def renamed(name: str, item: Item = FIRST) -> Item:
    return item.model_copy(update={"name": item.name.model_copy(update={"zh": name})})


def named(history: History) -> list[tuple[str, str]]:
    return [(Item.model_validate_json(version.content).name.zh, version.state) for version in history]


def save(library: Library, item: Item, account: Editor = CLERK) -> History:
    return library.save(item, account, seen=edits(library.history(item.code)))


def move(library: Library, made: Any, account: Editor, reason: str = "") -> History:
    return library.move(FIRST.code, made, account, seen=edits(library.history(FIRST.code)), reason=reason)


def test_the_folder_of_a_hall_seeds_every_item_as_in_force_once(library: Library) -> None:
    assert library.seed(ITEMS) == len(ITEMS)
    assert library.seed(ITEMS) == 0
    found = [Item.model_validate_json(content) for content in library.contents()]
    assert found == sorted(ITEMS, key=lambda item: item.code)


def test_an_item_that_nobody_edited_follows_its_file(library: Library) -> None:
    library.seed([FIRST])
    assert library.seed([renamed("新名称")]) == 1
    assert named(library.history(FIRST.code)) == [(FIRST.name.zh, "archived"), ("新名称", "in-force")]


def test_an_item_that_was_edited_no_longer_follows_its_file(library: Library) -> None:
    library.seed([FIRST])
    save(library, renamed("改过的名称"))
    assert library.seed([renamed("文件里的名称")]) == 0
    assert named(library.history(FIRST.code))[-1] == ("改过的名称", "draft")


def test_a_change_is_public_only_after_all_three_accounts_have_acted(library: Library) -> None:
    library.seed([FIRST])
    save(library, renamed("改过的名称"))
    for made, account in (("submit", CLERK), ("approve", OFFICE)):
        move(library, made, account)
        assert [Item.model_validate_json(content).name.zh for content in library.contents()] == [FIRST.name.zh]
    move(library, "publish", SERVICE)
    assert [Item.model_validate_json(content).name.zh for content in library.contents()] == ["改过的名称"]
    assert named(library.history(FIRST.code)) == [(FIRST.name.zh, "archived"), ("改过的名称", "in-force")]


def test_every_note_of_a_history_is_kept_with_who_and_why(library: Library) -> None:
    save(library, FIRST)
    move(library, "submit", CLERK)
    move(library, "return", OFFICE, "材料清单不完整")
    notes = [(note.account, note.move, note.reason) for version in library.history(FIRST.code) for note in version.history]
    assert notes == [("entry-1", "create", ""), ("entry-1", "submit", ""), ("bianban", "return", "材料清单不完整")]


def test_who_looked_at_an_older_state_cannot_overwrite_a_newer_one(library: Library) -> None:
    seen = edits(save(library, FIRST))
    save(library, renamed("同事的改动"))
    with pytest.raises(ChangedMeanwhile):
        library.save(renamed("我的改动"), CLERK, seen=seen)
    assert named(library.history(FIRST.code)) == [("同事的改动", "draft")]


def test_an_account_enters_items_of_its_own_department_only(library: Library) -> None:
    library.seed([FIRST])
    for account in (STRANGER, OFFICE, SERVICE):
        with pytest.raises(NotAllowed):
            save(library, renamed("不该有的改动"), account)
    with pytest.raises(NotAllowed):
        save(library, FIRST.model_copy(update={"department": STRANGER.department}))
    assert len(library.history(FIRST.code)) == 1


def test_an_abolished_item_leaves_the_public_and_stays_readable(library: Library) -> None:
    library.seed([FIRST])
    move(library, "abolish", OFFICE, "法律已废止")
    assert library.contents() == []
    history = library.history(FIRST.code)
    assert in_force(history) is None
    assert named(history) == [(FIRST.name.zh, "abolished")]
    with pytest.raises(NotPossible):
        save(library, FIRST)


def test_an_import_is_taken_as_a_whole_or_not_at_all(library: Library) -> None:
    library.seed(ITEMS)
    own = [item for item in ITEMS if item.department == FIRST.department]
    foreign = next(item for item in ITEMS if item.department != FIRST.department)
    changed = [renamed("改过的名称"), *own[1:]]
    with pytest.raises(BadRows) as refused:
        library.take_in([*changed, renamed("外部门的事项", foreign)], CLERK)
    assert [(problem.row, problem.key) for problem in refused.value.problems] == [(len(own) + 2, "实施主体")]
    assert library.count(state="draft") == 0
    taken = library.take_in(changed, CLERK)
    assert (taken.new, taken.changed, taken.same) == (0, 1, len(own) - 1)
    assert [listed.name for listed in library.newest(state="draft")] == ["改过的名称"]


def test_a_list_shows_the_newest_version_of_each_item_and_which_is_public(library: Library) -> None:
    library.seed(ITEMS)
    save(library, renamed("改过的100%名称"))
    found = library.newest(text="100%")
    assert [(one.code, one.number, one.state, one.published) for one in found] == [(FIRST.code, 2, "draft", 1)]
    assert library.count() == len(ITEMS)
    assert library.count(text=FIRST.code.lower()) == 1
    assert len(library.newest(limit=10)) == 10
    assert library.newest(limit=10)[-1].code < library.newest(limit=10, skip=10)[0].code
    assert {one.department for one in library.newest(department=FIRST.department)} == {FIRST.department}
