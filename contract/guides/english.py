"""A guide for people who read English.

What every guide has is a `Text` in both languages; its details are Chinese sentences, and the hall keeps the English of each
sentence once, however many guides say it. Where there is none, the Chinese stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from contract.guides.item import Form, Item, Limit, Material

English = Mapping[str, str]
"""A Chinese sentence → the same in English."""
NOTHING = "无"
"""What an item says where it has none of something: pages leave such a line out."""
Say = Callable[[str], str]


@dataclass(frozen=True)
class Told:
    """An item in the words of one reader. `chinese` are the sentences that the reader gets in Chinese for want of English."""

    item: Item
    chinese: frozenset[str] = frozenset()

    def untold(self, texts: Iterable[str]) -> bool:
        """Whether one of these texts holds such a sentence."""
        return any(sentence in text for text in texts for sentence in self.chinese)


def told(item: Item, english: English, language: str) -> Told:
    """The item as somebody reads it in `language`."""
    if language != "en":
        return Told(item)
    texts = (item.name, item.summary, *(material.name for material in item.materials))
    chinese = {text.zh for text in texts if text.en == text.zh} | {s for s in sentences(item) if s not in english}
    return Told(in_english(item, english), frozenset(chinese))


def in_english(item: Item, english: English) -> Item:
    """The item with its sentences in English; a law keeps its Chinese title behind the English one: clerks know it by that."""

    def law(title: str) -> str:
        return f"{english[title]} ({title})" if title in english else title

    return _reworded(item, lambda sentence: english.get(sentence, sentence), law)


def sentences(item: Item) -> list[str]:
    """Every Chinese sentence of the guide that has no English in the item itself, each once, in the order of the guide."""
    found: dict[str, None] = {}

    def note(sentence: str) -> str:
        if sentence not in ("", NOTHING):
            found[sentence] = None
        return sentence

    _reworded(item, note, note)
    return list(found)


def form_sentences(form: Form) -> list[str]:
    """The same of a blank form. What its filled-in example says is Chinese, as the form is filled in."""
    texts = (*(field.label for field in form.fields), form.declaration, form.signed_by)
    return list(dict.fromkeys(text for text in texts if text))


def _reworded(item: Item, say: Say, law: Say) -> Item:
    """The item with `say` asked for every sentence, and `law` for the title of every law."""
    return item.model_copy(
        update={
            "conditions": [say(line) for line in item.conditions],
            "materials": [_material(material, say) for material in item.materials],
            "no_material_note": say(item.no_material_note),
            "steps": [step.model_copy(update={"text": say(step.text), "who": say(step.who)}) for step in item.steps],
            "legal_limit": _limit(item.legal_limit, say),
            "promised_limit": _limit(item.promised_limit, say),
            "fee": item.fee.model_copy(update={"amount": say(item.fee.amount), "basis": say(item.fee.basis)}),
            "result": say(item.result),
            "place": say(item.place),
            "hours": say(item.hours),
            "quantity_limit": say(item.quantity_limit),
            "intermediary": say(item.intermediary),
            "delegated_from": say(item.delegated_from),
            "basis": [b.model_copy(update={"law": law(b.law), "article": say(b.article)}) for b in item.basis],
            "faq": [question.model_copy(update={"q": say(question.q), "a": say(question.a)}) for question in item.faq],
        }
    )


def _material(material: Material, say: Say) -> Material:
    told = ("basis", "seal", "how_to_fill", "example", "issuer", "note")
    return material.model_copy(update={key: say(getattr(material, key)) for key in told})


def _limit(limit: Limit, say: Say) -> Limit:
    return limit.model_copy(update={"note": say(limit.note)})
