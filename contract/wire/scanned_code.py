"""The codes that people hold under the kiosk's scanner: what kind a text is. Pure; whether it is genuine only the server knows.

ticket       http://hall/t/<token>                or <token> alone
guide        http://hall/g/<item>                 or the item's code alone
appointment  http://hall/a/<hall>.<id>.<mac>      or JHA.<hall>.<id>.<mac>
case         http://hall/c/<hall>.<id>.<mac>      or JHC.<hall>.<id>.<mac>
             an id with other characters than A-Z a-z 0-9 - stands as _<base64url of its UTF-8>
service      anything else that could be a personal or enterprise service code: the server's verifiers look at it
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Literal

CodeKind = Literal["ticket", "guide", "appointment", "case", "service"]
LENGTH = 2000
_TOKEN = re.compile(r"[0-9]{6}[a-z][0-9]{3,6}-[A-Za-z0-9_-]{12}")
_ITEM = re.compile(r"[0-9]{8}[A-Za-z]{2}-[A-Za-z]{2}-[0-9]{4}")
_CLEAR = re.compile(r"[A-Za-z0-9-]{1,64}")
_SEALED = re.compile(rf"([a-z0-9-]{{1,64}})\.({_CLEAR.pattern}|_[A-Za-z0-9_-]{{2,342}})\.([A-Za-z0-9_-]{{12}})")
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
"""What some scanners put in front, to say which kind of code it was (AIM, ISO/IEC 15424): ]Q1 for a QR code."""
_MARKS = "[\0\x02-\x04\t-\r\x1c-\x20\x7f\u200b-\u200f\u3000\ufeff]+"
_AROUND = re.compile(f"^{_MARKS}|{_MARKS}$")
"""What scanners are set to put around a code, and what text fields leave there: STX and ETX, Tab, Enter, spaces, marks nobody
sees."""
_ADDRESS = re.compile(r"https?://[^\s/?#]{1,255}/([tgac])/([^\s/?#]{1,440})/?(?:[?#]\S*)?", re.IGNORECASE)
_LETTERS: dict[str, CodeKind] = {"t": "ticket", "g": "guide", "a": "appointment", "c": "case"}
PREFIXES: dict[CodeKind, str] = {"appointment": "JHA.", "case": "JHC."}


@dataclass(frozen=True)
class Code:
    """What a text is. `value` is the ticket's token, the item's id, the id of an appointment or case, or a whole service code;
    `hall` the hall that the code names, "" where it names none; `mac` proves it, to the server."""

    kind: CodeKind
    value: str
    hall: str = ""
    mac: str = ""


def read(text: str) -> Code | None:
    """The code in a scanned text, or None for one that cannot be any of the hall's."""
    text = _AROUND.sub("", _SYMBOLOGY.sub("", _AROUND.sub("", text)))
    if not text or len(text) > LENGTH or not text.isascii() or not text.isprintable():
        return None
    for kind, prefix in PREFIXES.items():
        if text.startswith(prefix):
            return _of(kind, text.removeprefix(prefix))
    address = _ADDRESS.fullmatch(text)
    if address is not None:
        return _of(_LETTERS[address[1].lower()], address[2])
    if _TOKEN.fullmatch(text):
        return Code("ticket", text)
    if _ITEM.fullmatch(text):
        return Code("guide", text.lower())
    return None if "://" in text or " " in text else Code("service", text)


def _of(kind: CodeKind, value: str) -> Code | None:
    if kind == "ticket":
        return Code(kind, value) if _TOKEN.fullmatch(value) else None
    if kind == "guide":
        return Code(kind, value.lower()) if _ITEM.fullmatch(value) else None
    sealed = _SEALED.fullmatch(value)
    if sealed is None or (name := _decoded(sealed[2])) is None:
        return None
    return Code(kind, name, sealed[1], sealed[3])


def sealed(kind: CodeKind, hall: str, value: str, mac: str) -> str:
    """The text of an appointment's or a case's code."""
    return f"{PREFIXES[kind]}{hall}.{_encoded(value)}.{mac}"


def _encoded(name: str) -> str:
    """An id in the characters that every scanner can type."""
    if _CLEAR.fullmatch(name):
        return name
    return "_" + base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _decoded(name: str) -> str | None:
    if not name.startswith("_"):
        return name
    try:
        return base64.urlsafe_b64decode(name[1:] + "=" * (-len(name[1:]) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
