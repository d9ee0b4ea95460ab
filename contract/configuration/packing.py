"""The hall's configuration on its way to terminals that hold none of their own."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from contract import durable, text_files
from contract.configuration.hall_files import FILES, BadHall, load
from contract.wire import codec
from contract.wire.messages import Configuration, ConfigurationPart

PIECE = 32_000
"""Characters of a part: at most 128 KiB on the wire, in whatever language the hall writes."""


def packed(folder: Path) -> Configuration:
    """The files of the hall in `folder`, as they go out. Raise OSError."""
    files = {name: text_files.read(folder / name) for name in sorted(FILES)}
    return Configuration(_sum(files), files)


def split(whole: Configuration, piece: int = PIECE) -> list[tuple[str, bytes]]:
    """The configuration as it is published: topics behind the hall's root, with their payloads. A small one is one message."""
    text = json.dumps(whole.files, ensure_ascii=False)
    if len(text) <= piece:
        return [("configuration", codec.encode(whole))]
    pieces = [text[at : at + piece] for at in range(0, len(text), piece)]
    parts = [ConfigurationPart(whole.sha256, number, one) for number, one in enumerate(pieces, start=1)]
    head = Configuration(whole.sha256, {}, len(parts))
    return [*((f"configuration/{one.part}", codec.encode(one)) for one in parts), ("configuration", codec.encode(head))]


class Joiner:
    """Puts a configuration together from its messages, in whatever order they come."""

    def __init__(self) -> None:
        self._head: Configuration | None = None
        self._texts: dict[tuple[str, int], str] = {}

    def take(self, topic: str, payload: bytes) -> Configuration | None:
        """Take a message on a topic behind the hall's root; the configuration once it is whole. Raise codec.Illegal."""
        if topic == "configuration":
            self._head = codec.decode(payload, Configuration)
        elif payload:
            part = codec.decode(payload, ConfigurationPart)
            self._texts[part.sha256, part.part] = part.text
        head = self._head
        if head is None or not head.parts:
            return head
        texts = [self._texts.get((head.sha256, number)) for number in range(1, head.parts + 1)]
        whole = [text for text in texts if text is not None]
        if len(whole) < head.parts:
            return None
        return Configuration(head.sha256, codec.decode("".join(whole), dict[str, str]))


def keep(given: Configuration, folder: Path) -> bool:
    """Make `folder` the configuration that was given; whether it is another than before.

    What is there stays until the new one is complete and good. Raise BadHall for one that cannot be used, OSError.
    """
    if set(given.files) != set(FILES) or _sum(given.files) != given.sha256:
        raise BadHall("the configuration came incomplete; start the queue server again, with the version of this terminal")
    if _there(folder) == given.files:
        return False
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, content in given.files.items():
        with (fresh / name).open("w", encoding="utf-8") as file:
            file.write(content)
            durable.flush(file)
    durable.flush_folder(fresh)
    load(fresh)
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.replace(old)
    durable.rename(fresh, folder)
    return True


def _there(folder: Path) -> dict[str, str]:
    try:
        return packed(folder).files
    except (OSError, UnicodeDecodeError):
        return {}


def _sum(files: dict[str, str]) -> str:
    return hashlib.sha256(b"".join(files[name].encode() for name in sorted(files))).hexdigest()
