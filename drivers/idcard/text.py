"""The text area of an identity card, 256 bytes of UTF-16LE in fields of fixed width: name and number only are taken out. Pure.

    name 30, sex 2, nation 4, birth 16, address 70, number 36, authority 30, begin 16, end 16, reserve 36

The word at byte 248, in the reserve, is the kind of card: J is a residence permit for people of Hong Kong, Macao and Taiwan
(same places for name and number), a blank a resident's own card. Of every other kind, the foreigner's permits I and Y among
them, the layout is not known well enough to be read: a name from the wrong place is worse than none.
"""

from __future__ import annotations

from contract.characters import assigned
from contract.identity_numbers import check_character
from drivers.ports import IdCard

LENGTH = 256
NAME, NUMBER, KIND = slice(0, 30), slice(122, 158), slice(248, 250)
READ = ("", "J")
OTHERS = {"I": "a foreigner's permit", "Y": "a foreigner's permit"}


class Unreadable(ValueError):
    """A text area that is not that of a card we can read; the text never holds what is on the card."""


class OtherCard(Unreadable):
    """A card of a kind that is not read."""


def is_number(text: str) -> bool:
    """Whether `text` is a citizen's number with a right check character."""
    digits = text[:17]
    return len(text) == 18 and digits.isascii() and digits.isdecimal() and text[17] == check_character(digits)


def masked(number: str) -> str:
    """A number as it may be shown: region and the last four, 620524**********1234 becomes `6205**********1234`."""
    return number[:4] + "*" * max(0, len(number) - 8) + number[-4:] if len(number) > 8 else "*" * len(number)


def card(area: bytes) -> IdCard:
    """Name and number of a card; raise Unreadable or OtherCard."""
    if len(area) != LENGTH:
        raise Unreadable(f"the text area has {len(area)} bytes, not {LENGTH}")
    try:
        kind, name, number = (area[part].decode("utf-16-le").strip("\0 \u3000") for part in (KIND, NAME, NUMBER))
    except UnicodeDecodeError:
        raise Unreadable("the text area is not UTF-16") from None
    if kind not in READ:
        raise OtherCard(OTHERS.get(kind, "a card of an unknown kind"))
    if not name or not is_number(number):
        raise Unreadable("the text area holds no name, or a number with a wrong check digit")
    return IdCard(assigned(name), number)


def area(name: str, number: str, *, kind: str = "") -> bytes:
    """A text area with name and number, all other fields blank: for emulated cards. Raise ValueError for too long a name."""
    fields = bytearray(" ".encode("utf-16-le") * (LENGTH // 2))
    for part, value in ((NAME, name), (NUMBER, number), (KIND, kind)):
        data = value.encode("utf-16-le")
        if len(data) > part.stop - part.start:
            raise ValueError(f"{len(value)} characters are too many for a field of {(part.stop - part.start) // 2}")
        fields[part.start : part.start + len(data)] = data
    return bytes(fields)
