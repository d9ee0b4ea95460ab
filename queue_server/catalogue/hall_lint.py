"""Looks over a hall's own files for what works and misleads all the same: letters that are taken for figures, characters that a
display lacks, printers to which papers go readable."""

from __future__ import annotations

from collections.abc import Iterator

from contract import gb2312
from contract.configuration.hall import DISPLAY_TEXTS, Device, HallConfig
from contract.configuration.table import TextConfig
from drivers.address import Address
from drivers.models import models
from queue_server.catalogue.lint import Finding

TAKEN_FOR = {"E": ("听起来像“1”（一）", "sounds like 1 (一)"), "I": ("看起来像“1”", "looks like 1")}
TAKEN_FOR["O"] = ("看起来、听起来都像“0”", "looks and sounds like 0")
"""Letters of queues that people at a kiosk or a loudspeaker take for a figure, and why."""


def lint_hall(hall: HallConfig) -> list[Finding]:
    """What should be changed; none of it is refused."""
    return [*_letters(hall), *_displays(hall), *_printers(hall)]


def _letters(hall: HallConfig) -> Iterator[Finding]:
    free = [letter for letter in "ABCDFGHJKLMNPQRSTUVWXYZ" if letter not in {queue.letter for queue in hall.queue}]
    for queue in hall.queue:
        if queue.letter in TAKEN_FOR:
            zh, en = TAKEN_FOR[queue.letter]
            texts = TextConfig(
                zh=f"字母{queue.letter}{zh}，叫号时容易弄错；请换一个字母，例如{free[0]}",
                en=f"letter {queue.letter} {en}; take another, for example {free[0]}",
            )
            yield Finding("queues.toml", queue.id, "letter", "letter-like-a-figure", texts)


def _printers(hall: HallConfig) -> Iterator[Finding]:
    """Printers to which papers about people go unencrypted."""
    for device in hall.device:
        if device.kind == "a4" and device.address.startswith("ipp:") and Address.parse(device.address).is_overheard:
            texts = TextConfig(
                zh=f"打印机{device.id}用 ipp:// 传输，同一网络里的人能看到打印内容；打印机支持的话请改用 ipps://",
                en=f"papers go to printer {device.id} by ipp://, readable in the network; use ipps:// if the printer can",
            )
            yield Finding("devices.toml", device.id, "address", "papers-readable", texts)


def _displays(hall: HallConfig) -> Iterator[Finding]:
    """Texts that a display of the hall cannot show whole."""
    simple = [d for d in hall.device if d.kind == "display" and d.model in models() and models()[d.model].font == "GB 2312"]
    if not simple:
        return
    for name in DISPLAY_TEXTS:
        yield from _lacking("hall.toml", "display_texts", name, str(getattr(hall.display_texts, name)), simple[0])
    for queue in hall.queue:
        yield from _lacking("queues.toml", queue.id, "name", queue.name.zh, simple[0])
    for device in simple:
        for name in DISPLAY_TEXTS:
            yield from _lacking("devices.toml", device.id, f"options.{name}", str(device.options.get(name, "")), device)


def _lacking(file: str, code: str, key: str, text: str, device: Device) -> Iterator[Finding]:
    if lacking := gb2312.lacking(text):
        texts = TextConfig(
            zh=f"显示屏{device.id}（{device.model}）的字库没有“{lacking}”，会显示为□；请换一种写法",
            en=f"display {device.id} ({device.model}) has no “{lacking}” and shows □; write it in another way",
        )
        yield Finding(file, code, key, "display-lacks", texts)
