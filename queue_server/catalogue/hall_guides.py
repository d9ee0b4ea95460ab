"""The guides of a running hall: the item versions, the guide file built from them, and its announcement to the kiosks."""

from __future__ import annotations

import logging
import statistics
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from contract.guides.item import Item
from contract.wire import codec, messages
from queue_server.catalogue.guide_shelf import Edition, GuideShelf
from queue_server.catalogue.library import Library
from queue_server.catalogue.load import SHARED, Catalogue, load
from queue_server.catalogue.translations import Translations
from queue_server.catalogue.unfinished_items import UnfinishedItems
from queue_server.store.database import Database

LOG = logging.getLogger(__name__)
FOLDER = "guides"
PATH = "/catalogue"


class HallGuides:
    """Library and shelf of one hall. `open` before use, `close` at the end."""

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        hall: Path,
        state: Path,
        database: Database,
        web: str,
        show: Callable[[str, bytes], None],
        clock: Callable[[], datetime],
    ) -> None:
        """`web` is the address at which others reach the web pages, `show` publishes a retained state by relative topic."""
        self.catalogue = catalogue
        """The hall's folder: what items share, and the items that seed the library."""
        self.library = Library(writer=database.writer, reader=database.reader, clock=clock)
        self.unfinished = UnfinishedItems(writer=database.writer, reader=database.reader, clock=clock)
        self.translations = Translations(catalogue.english, writer=database.writer, reader=database.reader, clock=clock)
        self.shelf = GuideShelf(
            folder=state / FOLDER,
            hall=hall,
            contents=self.library.contents,
            english=self.translations.all,
            announce=self._announce,
        )
        self._web, self._show = web, show

    def open(self) -> None:
        """Take in the items of the hall's folder and begin to build."""
        if taken := self.library.seed(self.catalogue.items):
            LOG.info("%d items were taken from the hall's folder", taken)
        self.shelf.open()

    def close(self) -> None:
        self.shelf.close()

    def is_example(self, item: Item) -> bool:
        """Whether an item is example data."""
        return bool(self.catalogue.examples([item]))

    @property
    def busiest_department(self) -> str:
        """The department with the most items."""
        return statistics.mode(item.department for item in self.catalogue.items) if self.catalogue.items else ""

    def _announce(self, edition: Edition) -> None:
        version = messages.CatalogueVersion(edition.version, edition.sha256, f"{self._web}{PATH}/{edition.sha256}.db")
        self._show("catalogue/version", codec.encode(version))


def guides_of(
    hall: Path,
    *,
    state: Path,
    database: Database,
    web: str,
    show: Callable[[str, bytes], None],
    clock: Callable[[], datetime],
) -> HallGuides | None:
    """The guides of the hall in the folder `hall`; None for a hall that has no items. Raises BadHall."""
    if not (hall / SHARED).is_file():
        LOG.info("the hall has no %s, so it has no guides", SHARED)
        return None
    return HallGuides(load(hall), hall=hall, state=state, database=database, web=web, show=show, clock=clock)
