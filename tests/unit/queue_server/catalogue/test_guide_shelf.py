"""Guide files are built once a version, kept under their digest, and built again when items change."""

from __future__ import annotations

import json
import queue
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from contract.guides.guide_file import open_guides, sha256
from queue_server.catalogue.guide_shelf import Edition, GuideShelf
from queue_server.catalogue.index import build
from queue_server.catalogue.load import load

HALL = Path(__file__).parents[4] / "assets" / "halls" / "wushan"
CONTENTS = [item.model_dump_json() for item in load(HALL).items[:3]]


@dataclass
class Stand:
    """A shelf, what it is given, and what it tells."""

    folder: Path
    contents: list[str] = field(default_factory=lambda: list(CONTENTS))
    english: dict[str, str] = field(default_factory=dict)
    announced: queue.Queue[Edition] = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        self.shelf = GuideShelf(
            folder=self.folder,
            hall=HALL,
            contents=lambda: self.contents,
            english=lambda: self.english,
            announce=self.announced.put,
        )

    def open(self) -> Edition:
        self.shelf.open()
        return self.announced.get(timeout=30)

    def change(self, contents: list[str]) -> Edition:
        self.contents = contents
        self.shelf.refresh()
        return self.announced.get(timeout=30)


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    stand = Stand(tmp_path / "guides")
    yield stand
    stand.shelf.close()


def test_every_change_makes_an_edition_under_its_digest_and_the_one_before_stays(stand: Stand) -> None:
    first = stand.open()
    assert sha256(first.path) == first.sha256 == first.path.stem
    second = stand.change(CONTENTS[:2])
    assert second.version != first.version
    assert (stand.shelf.file(first.sha256), stand.shelf.file(second.sha256)) == (first.path, second.path)
    third = stand.change(CONTENTS[:1])
    assert stand.shelf.file(first.sha256) is None
    assert stand.shelf.file(second.sha256) == second.path
    with stand.shelf.guides() as guides:
        assert guides is not None
        assert guides.version == third.version
        assert [entry.id for entry in guides.search(json.loads(CONTENTS[0])["name"]["zh"])] == [
            json.loads(CONTENTS[0])["code"].lower()
        ]


def test_an_item_that_the_hall_has_written_itself_is_no_example_any_more(stand: Stand) -> None:
    ids = [json.loads(content)["code"].lower() for content in CONTENTS]
    own = json.loads(CONTENTS[1])
    own["summary"]["zh"] += "，本县自己写的"
    editions = [stand.open(), stand.change([CONTENTS[0], json.dumps(own), CONTENTS[2]])]
    for edition, examples in zip(editions, (ids, [ids[0], ids[2]]), strict=True):
        guides = open_guides(edition.path)
        assert guides.examples() == frozenset(examples)
        guides.close()


def test_of_a_file_from_before_examples_were_told_apart_all_items_are_examples(tmp_path: Path) -> None:
    catalogue = load(HALL)
    build(catalogue, tmp_path / "new.db", "1")
    with closing(sqlite3.connect(tmp_path / "new.db")) as file, file:
        shared = json.loads(file.execute("SELECT value FROM meta WHERE key = 'shared'").fetchone()[0])
        del shared["examples"]
        file.execute("UPDATE meta SET value = ? WHERE key = 'shared'", (json.dumps(shared).encode(),))
    guides = open_guides(tmp_path / "new.db")
    assert guides.examples() == {item.id for item in catalogue.items}
    guides.close()


def test_a_later_run_finds_its_edition_built(stand: Stand, tmp_path: Path) -> None:
    edition = stand.open()
    stand.shelf.close()
    built = edition.path.stat().st_ino
    again = Stand(tmp_path / "guides")
    assert again.open() == edition
    again.shelf.close()
    assert edition.path.stat().st_ino == built


def test_a_damaged_file_is_thrown_away_and_built_again(stand: Stand, tmp_path: Path) -> None:
    edition = stand.open()
    stand.shelf.close()
    edition.path.write_bytes(edition.path.read_bytes()[:-4096])
    again = Stand(tmp_path / "guides")
    found = again.open()
    again.shelf.close()
    open_guides(found.path, expected_sha256=found.sha256).close()


def test_an_item_that_this_version_cannot_read_is_left_out_and_the_others_stay(stand: Stand) -> None:
    stand.contents = ['{"code": "old"}', *CONTENTS]
    edition = stand.open()
    guides = open_guides(edition.path)
    assert sum(len(guides.of_audience(audience)) for audience in ("person", "enterprise")) >= len(CONTENTS)
    guides.close()


@pytest.mark.parametrize("name", ["", "x" * 64, "../../ledger", "A" * 64])
def test_only_digests_name_files(stand: Stand, name: str) -> None:
    assert stand.shelf.file(name) is None
