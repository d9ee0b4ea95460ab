"""The tables of docs/wire-contract.md are those of the code.

`python -m tests.unit.contract.wire.test_contract_page` writes them anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from types import UnionType
from typing import Any, get_args

import pytest
from msgspec import Struct, inspect

from contract.wire import answers, facts, messages
from contract.wire.events import EVENTS
from contract.wire.requests import VERBS, Verb
from contract.wire.topics import TOPICS, Party, Topic, Topics

PAGE = Path(__file__).parents[4] / "docs/wire-contract.md"
NAMED = (facts.TicketFacts, facts.SignedTicket, facts.AppointmentFacts, facts.CaseFacts)
"""Parts of answers that the page explains once."""
OWN = {
    "terminal": "the terminal itself",
    "display": "its device agent",
    "voice": "its device agent",
    "rating": "the rating screen of the window",
    "keypad": "keypad of the window",
    "rater": "rater of the window",
}
PARTIES = {
    "server": "server",
    "terminal": "every terminal",
    "hall": "hall kiosks",
    "rating": "rating screens",
    "screen": "call screens",
    "crowd": "crowd",
    "voice": "voices",
    "keypad": "keypads",
    "rater": "raters",
}


def notation(kind: Any) -> str:
    """The fields of a struct as the page writes them: in brackets what may be left out."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    sparse = info.cls.__struct_config__.omit_defaults
    return "{" + ", ".join(_field(field, never_null=sparse and not field.required) for field in info.fields) + "}"


def _field(field: inspect.Field, *, never_null: bool) -> str:
    value = _value(field.type).removesuffix("|null" if never_null else "")
    text = f"{field.encode_name}: {value}" if value else field.encode_name
    if value.startswith("|"):
        text = field.encode_name + value
    return text if field.required else f"[{text}]"


def _value(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata(type=inner):
            return _value(inner)
        case inspect.UnionType(types=types):
            known = [one for one in types if not isinstance(one, inspect.NoneType)]
            text = "|".join(filter(None, map(_value, known)))
            return text + "|null" if len(known) < len(types) else text
        case inspect.LiteralType(values=values):
            return "|".join(map(str, values))
        case inspect.StructType(cls=cls):
            return cls.__name__ if cls in NAMED else notation(cls)
        case inspect.ListType(item_type=item):
            return f"[{_value(item) or 'text'}, ...]"
        case inspect.DictType(value_type=item):
            return "{name: number}" if isinstance(item, inspect.IntType) else "{name: text}"
        case inspect.IntType(ge=int() as low, le=int() as high) if low >= 0 and high <= 1000:
            return f"{low}..{high}"
    return ""


def table(head: str, rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, "|---" * head.count("| ") + "|"]
    return "\n".join([*lines, *("| " + " | ".join(cell.replace("|", r"\|") for cell in row) + " |" for row in rows)])


def _parties(parties: tuple[Party, ...]) -> str:
    return ", ".join(OWN[party.role] if party.own else PARTIES[party.role] for party in parties)


def _topic(pattern: str, topic: Topic) -> tuple[str, ...]:
    retained = "yes" if topic.retained else f"no, expires after {topic.expiry_s} s" if topic.expiry_s else "no"
    payload = f"`{notation(topic.type)}`" if topic.type is not None else "below"
    return f"`{pattern}`", retained, payload, _parties(topic.writers) or "nobody under TLS", _parties(topic.readers)


def _verb(name: str, verb: Verb) -> tuple[str, ...]:
    kinds = get_args(verb.answer) if isinstance(verb.answer, UnionType) else (verb.answer,)
    answer = "below" if len(kinds) > 1 else f"`{notation(kinds[0])}`"
    askers = ", ".join(PARTIES[party.role] for party in verb.askers) or "the server's pages"
    own = ", ".join(f"`{field}`" for field in verb.bound) if any(party.own for party in verb.askers) else ""
    return f"`{name}`", f"`{notation(verb.request)}`", answer, askers, own


def tables() -> dict[str, str]:
    """Every table that follows from the code, by the name that marks it on the page."""
    scans = get_args(answers.ScanAnswer)
    return {
        "topics": table("| topic | retained | payload | written by | read by |", (_topic(*one) for one in TOPICS.items())),
        "verbs": table(
            "| verb | request | data of the answer | asked by | only its own |", (_verb(*one) for one in VERBS.items())
        ),
        "objects": table("| name | fields |", ((f"`{kind.__name__}`", f"`{notation(kind)}`") for kind in NAMED)),
        "scans": table("| `kind` | with it |", ((f"`{_tag(kind)}`", f"`{notation(kind)}`") for kind in scans)),
        "events": table("| type | facts |", ((f"`{name}`", f"`{notation(kind)}`") for name, kind in EVENTS.items())),
    }


def _tag(kind: type[Struct]) -> str:
    return str(kind.__struct_config__.tag)


def _block(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=<!-- {name} -->\n).*?(?=\n<!-- /{name} -->)", re.DOTALL)


@pytest.mark.parametrize("name", tables())
def test_the_page_has_the_tables_of_the_code(name: str) -> None:
    found = _block(name).findall(PAGE.read_text(encoding="utf-8"))
    assert found == [tables()[name]], f"write them anew: python -m {__spec__.name if __spec__ else __name__}"


def test_every_error_code_is_explained() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("## Errors")[2]
    explained = {
        code for line in section.splitlines() if line.startswith("| `") for code in re.findall(r"`([^`]+)`", line.split("|")[1])
    }
    assert explained == set(get_args(messages.ErrorCode))


def test_topics_are_built_as_the_table_has_them() -> None:
    topics = Topics("wushan")
    built = {
        topics.server_status(), topics.terminal_status("id"), topics.terminal_ask("id"), topics.terminal_told("id"),
        topics.queue_state("queue"), topics.window_state("window"), topics.display_desired("id"), topics.display_shown("id"),
        topics.announce(), topics.voice_saying("id"), topics.rating_ask("window"), topics.configuration(), topics.configuration("part"), topics.catalogue_version(), topics.alert("id"),
        topics.event("type"), topics.event("window-opened"), topics.event("window-taken-over"), topics.event("ticket-missed"),
        topics.event("ticket-requeued"), topics.event("ticket-transferred"), topics.command("verb"),
        topics.command("verb", "client-id"),
        topics.reply("client-id"),
    }  # fmt: skip
    assert built == {"hall/wushan/v1/" + re.sub("[<>]", "", pattern) for pattern in TOPICS}


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    for name, text in tables().items():
        page = _block(name).sub(lambda _found, text=text: text, page)
    PAGE.write_text(page, encoding="utf-8")
