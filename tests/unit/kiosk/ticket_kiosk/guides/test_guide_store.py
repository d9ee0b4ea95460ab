"""The kiosk's own copy of the guides: fetched, checked, swapped whole, kept."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from contract.guides.guide_file import sha256
from contract.wire.messages import CatalogueVersion
from kiosk.ticket_kiosk.guides.guide_store import BadDownload, GuideStore, download
from kiosk.ticket_kiosk.guides.state import ContentsAre, Fetch, ItemIs, Listed, ListItems, Matched, ReadItem, SearchGuides
from queue_server.catalogue.index import build
from queue_server.catalogue.load import load

WUSHAN = Path(__file__).parents[5] / "assets" / "halls" / "wushan"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two guide files and one file that is none."""
    folder = tmp_path_factory.mktemp("shelf")
    catalogue = load(WUSHAN)
    build(catalogue, folder / "1.db", "1")
    build(catalogue, folder / "2.db", "2")
    (folder / "no.db").write_bytes(b"no guide file")
    return folder


@pytest.fixture
def web(shelf: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(shelf)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def announced(shelf: Path, web: str, name: str) -> CatalogueVersion:
    return CatalogueVersion(name, sha256(shelf / f"{name}.db"), f"{web}/{name}.db")


class Kiosk:
    """A catalogue, and what it says."""

    def __init__(self, folder: Path, **more: float) -> None:
        self.catalogue = GuideStore(folder, **more)
        self.said: queue.Queue[Any] = queue.Queue()
        self.catalogue.open(self.said.put)

    def asks(self, effect: Any) -> Any:
        self.catalogue.perform(effect, self.said.put)
        return self.said.get(timeout=60)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "guides"


def test_a_version_is_fetched_read_and_replaced_by_the_next(folder: Path, shelf: Path, web: str):
    kiosk = Kiosk(folder)
    first = kiosk.asks(Fetch(announced(shelf, web, "1")))
    assert isinstance(first, ContentsAre)
    assert (first.contents.version, len(first.contents.departments) > 3) == ("1", True)
    assert kiosk.asks(Fetch(announced(shelf, web, "2"))).contents.version == "2"
    assert [path.stem for path in folder.iterdir()] == [sha256(shelf / "2.db")]
    kiosk.catalogue.close()


def test_it_answers_searches_lists_and_guides(folder: Path, shelf: Path, web: str):
    kiosk = Kiosk(folder)
    kiosk.asks(Fetch(announced(shelf, web, "1")))
    found = kiosk.asks(SearchGuides("sbk"))
    assert isinstance(found, Matched)
    assert "社会保障卡" in found.results[0].name.zh
    read = kiosk.asks(ReadItem(found.results[0].id))
    assert isinstance(read, ItemIs) and read.item is not None and read.item.id == found.results[0].id
    assert kiosk.asks(ReadItem("nothing")) == ItemIs("nothing", None)
    listed = kiosk.asks(ListItems("department", found.results[0].department.zh))
    assert isinstance(listed, Listed) and found.results[0].id in [entry.id for entry in listed.entries]
    kiosk.catalogue.close()


def test_the_items_for_persons_and_for_enterprises_are_all_found_by_theme(folder: Path, shelf: Path, web: str):
    kiosk = Kiosk(folder)
    there = kiosk.asks(Fetch(announced(shelf, web, "1"))).contents
    for audience in ("person", "enterprise"):
        lists = [kiosk.asks(ListItems(audience, theme)).entries for theme in there.themes_for[audience]]
        listed = [entry.id for entries in lists for entry in entries]
        assert all(lists) and sorted(listed) == sorted(item.id for item in load(WUSHAN).items if audience in item.audience)
    kiosk.catalogue.close()


def test_a_key_waits_a_moment_for_its_results_so_that_both_are_drawn_in_one_frame(folder: Path, shelf: Path, web: str) -> None:
    kiosk = Kiosk(folder, together_s=20.0)
    kiosk.asks(Fetch(announced(shelf, web, "1")))
    kiosk.catalogue.perform(SearchGuides("sbk"), kiosk.said.put)
    assert kiosk.said.get_nowait().query == "sbk"
    kiosk.catalogue.close()


def test_the_copy_is_there_at_the_next_start_without_a_server(folder: Path, shelf: Path, web: str):
    download(announced(shelf, web, "1"), folder_made(folder))
    kiosk = Kiosk(folder)
    assert kiosk.said.get(timeout=60).contents.version == "1"
    kiosk.catalogue.close()


def test_a_copy_that_was_damaged_on_the_disk_is_not_read_and_is_fetched_again(folder: Path, shelf: Path, web: str):
    path = download(announced(shelf, web, "1"), folder_made(folder))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    kiosk = Kiosk(folder)
    assert kiosk.asks(Fetch(announced(shelf, web, "1"))).contents.version == "1"
    kiosk.catalogue.close()


@pytest.mark.parametrize("wrong", ["another content", "no guide file", "not there", "no http"])
def test_a_bad_download_changes_nothing(folder: Path, shelf: Path, web: str, wrong: str):
    good = download(announced(shelf, web, "1"), folder_made(folder))
    bad = {
        "another content": CatalogueVersion("2", "0" * 64, f"{web}/2.db"),
        "no guide file": announced(shelf, web, "no"),
        "not there": CatalogueVersion("2", "0" * 64, f"{web}/3.db"),
        "no http": CatalogueVersion("2", "0" * 64, (shelf / "2.db").as_uri()),
    }[wrong]
    with pytest.raises((BadDownload, OSError, ValueError)):
        download(bad, folder)
    assert list(folder.iterdir()) == [good]


def folder_made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder
