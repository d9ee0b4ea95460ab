"""A guide as it is read aloud: whole sentences for what the page shows in labels, marks and drawings."""

from __future__ import annotations

import re
from collections.abc import Container

from contract.guides.english import Told
from contract.guides.item import Item
from contract.serving_windows import serving_windows
from kiosk.ticket_kiosk.guides import text as guides_text
from kiosk.ticket_kiosk.guides.state import Contents, Section
from kiosk.ui.page_context import PageContext

HANZI = re.compile("[㐀-鿿]")
IN_CHINESE = re.compile(r"\s*\([^()]*[㐀-鿿][^()]*\)")
"""The Chinese name behind an English one is to be read and shown to a clerk."""
ENGLISH = re.compile(r"((?:[A-Za-z]{2,}[\s,.;:()'’/-]*)+)")


def sentences(
    context: PageContext, told: Told, section: Section, contents: Contents | None, working: Container[str]
) -> list[str]:
    """What to read of a section, a sentence or a paragraph each; its title first. `working`: the windows that work now."""
    item, title = told.item, guides_text.section_name(context, section)
    if section == "summary":
        return [context.pick(item.name), *_summary(context, item, working)]
    if section == "flow":
        return [title, *(step.text for step in item.steps)]
    texts = (part.text for part in guides_text.paragraphs(context, told, section, contents))
    if context.look.mode.language == "en":
        texts = (IN_CHINESE.sub("", text) for text in texts)
    return [title, *(text for text in texts if not _is_for_the_eye(context, item, text))]


def _summary(context: PageContext, item: Item, working: Container[str]) -> list[str]:
    _ = context.text
    numbers = [window.number for window in serving_windows(context.hall, item.queue, working)]
    where = _("{windows} 号窗口").format(windows=(_("、")).join(numbers)) if numbers else item.place
    labelled = (
        (_("要带"), guides_text.bring_text(context, item)),
        (_("去哪"), where),
        (_("多久"), guides_text.noted_limit(context, item.promised_limit)),
        (_("费用"), guides_text.fee_text(context, item)),
    )
    return [context.pick(item.summary), *(_("{name}：{value}").format(name=name, value=value) for name, value in labelled)]


def _is_for_the_eye(context: PageContext, item: Item, text: str) -> bool:
    """Codes, and what law each single paper rests on, mean nothing to a listener."""
    _ = context.text
    return item.code in text or text.startswith(_("依据："))


def in_languages(context: PageContext, sentence: str) -> list[tuple[str, str]]:
    """The sentence as (text, language): Chinese characters need the Chinese voice, also on the English page."""
    if context.look.mode.language == "zh" or not HANZI.search(sentence):
        return [(sentence, context.look.mode.language)]
    parts = [part for part in ENGLISH.split(sentence) if re.search(r"\w", part)]
    return [(part.strip(), "zh" if HANZI.search(part) else "en") for part in parts]
