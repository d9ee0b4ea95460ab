"""The kiosk's own copy of the guide file: fetched in the background, checked, swapped whole, kept while the server is away.

A copy is `<sha256>.db`, so that its name says what must be in it. Two threads: one fetches, one reads.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import queue
import threading
from collections.abc import Callable
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import get_args

from contract import durable
from contract.backoff import Backoff
from contract.configuration.table import TextConfig
from contract.guides.english import form_sentences, sentences
from contract.guides.guide_file import BadGuide, Entry, Guides, open_guides
from contract.guides.item import Form
from contract.wire.messages import CatalogueVersion
from kiosk.flow.event import Send
from kiosk.ticket_kiosk.guides.pinyin_input import PinyinInput
from kiosk.ticket_kiosk.guides.state import (
    MOST_RESULTS,
    Audience,
    Contents,
    ContentsAre,
    Fetch,
    GuideLifeEvent,
    GuideQuery,
    ItemIs,
    Listed,
    ListItems,
    Matched,
    ReadItem,
    SearchGuides,
)
from kiosk.worker import Worker
from link.https_opener import opener

LOG = logging.getLogger(__name__)
ANSWER_S = 30.0
FIRST_RETRY_S, LONGEST_RETRY_S = 2.0, 60.0
"""How long to wait after a download that failed."""
PIECE = 256 * 1024
LARGEST = 2 * 1024**3


class BadDownload(OSError):
    """What came is not what the server announced."""


def download(version: CatalogueVersion, folder: Path, ca: Path | None = None) -> Path:
    """Fetch a guide file into `folder` and return its path, which is there only when it is whole and as announced. `ca` is the
    certificate of the hall's authority, for a server with HTTPS.

    Raise BadDownload, OSError (also for no answer) or ValueError for an address that is none.
    """
    target = folder / f"{version.sha256}.db"
    unfinished = folder / f"{version.sha256}.part"
    if not version.url.startswith(("http://", "https://")):
        raise ValueError(f"{version.url!r} is not an http address")
    digest, size = hashlib.sha256(), 0
    try:
        with opener(ca).open(version.url, timeout=ANSWER_S) as answer, unfinished.open("wb") as file:
            while piece := answer.read(PIECE):
                size += len(piece)
                if size > LARGEST:
                    raise BadDownload(f"{version.url} is larger than {LARGEST} bytes")
                digest.update(piece)
                file.write(piece)
            durable.flush(file)
        if digest.hexdigest() != version.sha256:
            raise BadDownload(f"{version.url} has the SHA-256 {digest.hexdigest()}, {version.sha256} was announced")
        open_guides(unfinished).close()
        durable.rename(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target


TOGETHER_S = 0.008
"""How long the screen holds a key for its results, half a frame, so that both are drawn in one frame. Most come in 1 ms."""


class GuideStore(Worker[GuideQuery, ListItems | SearchGuides | ReadItem | Path]):
    """Keeps the copy in `folder` and answers from it. `perform` takes the effects of the guides' state, from any thread."""

    handles = get_args(GuideQuery)
    name = "guides"

    def __init__(self, folder: Path, ca: Path | None = None, *, together_s: float = TOGETHER_S) -> None:
        super().__init__()
        self.folder, self._ca, self._together_s = folder, ca, together_s
        self._pinyin = PinyinInput()
        self._announced: queue.SimpleQueue[CatalogueVersion | None] = queue.SimpleQueue()
        self._guides: Guides | None = None
        self._answered = threading.Event()

    def open(self, send: Send) -> None:
        """Open the last good copy, if there is one, and begin to answer; `send` gets events from other threads."""
        super().open(send)
        threading.Thread(target=self._fetch, name="guide-fetch", daemon=True).start()

    def close(self) -> None:
        """Stop answering. A download under way is left behind; it has changed nothing yet."""
        self._announced.put(None)
        super().close()

    def perform(self, effect: GuideQuery, _send: Send) -> None:
        """Look something up, or fetch another version."""
        if isinstance(effect, Fetch):
            self._announced.put(effect.version)
            return
        self._answered.clear()
        self.put(effect)
        if isinstance(effect, SearchGuides) and self._guides is not None:
            self._answered.wait(self._together_s)

    # --- the thread that fetches ---

    def _fetch(self) -> None:
        version = self._announced.get()
        while version is not None:
            version = self._fetch_one(version)

    def _fetch_one(self, version: CatalogueVersion) -> CatalogueVersion | None:
        """Try until this version is here or another is announced; return the next one."""
        backoff = Backoff(FIRST_RETRY_S, LONGEST_RETRY_S)
        while True:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                target = self.folder / f"{version.sha256}.db"
                self.put(target if _whole(target) else download(version, self.folder, self._ca))
                return self._announced.get()
            except (OSError, ValueError, HTTPException) as error:
                LOG.warning("the guides of version %s were not fetched: %s", version.version, error)
            try:
                return self._announced.get(timeout=backoff.next())
            except queue.Empty:
                continue

    # --- the thread that reads ---

    def run(self, send: Send) -> None:
        """Answer; `send` gets ContentsAre and what was asked for."""
        for path in sorted(self.folder.glob("*.db"), key=lambda path: path.stat().st_mtime, reverse=True):
            if _whole(path) and self._swap(path, send):
                break
        for ask in self.work():
            if isinstance(ask, Path):
                self._swap(ask, send)
            elif self._guides is not None and not (isinstance(ask, SearchGuides) and not self.idle):
                # while more is asked, a search is already out of date: somebody types on
                send(answer(self._guides, ask, self._pinyin))
                self._answered.set()
        self._pinyin.close()
        if self._guides is not None:
            self._guides.close()

    def _swap(self, path: Path, send: Send) -> bool:
        """Read from `path` from now on; the copies before it go."""
        try:
            guides = open_guides(path)
        except BadGuide as error:
            LOG.warning("%s", error)
            return False
        if self._guides is not None:
            self._guides.close()
        self._guides = guides
        for other in self.folder.glob("*.db"):
            if other != path:
                with contextlib.suppress(OSError):  # a disk that is read-only keeps it
                    other.unlink(missing_ok=True)
        send(ContentsAre(contents(guides)))
        return True


def _whole(path: Path) -> bool:
    """Whether a copy is what its name says."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == path.stem


def contents(guides: Guides) -> Contents:
    """What a guide file has besides its items."""
    shared = guides.shared
    forms = {form["id"]: Form.model_validate(form) for form in shared.get("form", [])}
    return Contents(
        version=guides.version,
        themes=frozenset(guides.themes()),
        themes_for={audience: frozenset(guides.themes_for(audience)) for audience in get_args(Audience)},
        departments=tuple(guides.departments()),
        life_events=tuple(
            GuideLifeEvent(e["id"], TextConfig(**e["name"]), e.get("icon", "")) for e in shared.get("life_event", [])
        ),
        example=TextConfig(**shared["source"]) if shared.get("example") and shared.get("source") else None,
        examples=guides.examples(),
        forms=forms,
        form_uses=tuple(guides.form_uses()),
        english=guides.english(list({sentence: None for form in forms.values() for sentence in form_sentences(form)})),
    )


def answer(guides: Guides, ask: ListItems | SearchGuides | ReadItem, pinyin: PinyinInput) -> Listed | Matched | ItemIs:
    """The event that answers."""
    match ask:
        case SearchGuides(query):
            return Matched(query, tuple(guides.search(query, MOST_RESULTS)) if query.strip() else (), pinyin.candidates(query))
        case ReadItem(item):
            found = guides.item(item)
            return ItemIs(item, found, guides.english(sentences(found)) if found is not None else {})
        case ListItems(group, key):
            return Listed(group, key, tuple(_entries(guides, group, key)))


def _entries(guides: Guides, group: str, key: str) -> list[Entry]:
    lists: dict[str, Callable[[str], list[Entry]]] = {
        "theme": guides.of_theme,
        "department": guides.of_department,
        "life-event": guides.of_life_event,
        "person": partial(guides.of_theme_for, "person"),
        "enterprise": partial(guides.of_theme_for, "enterprise"),
    }
    return lists[group](key)
