"""What may be seen of identity and telephone numbers: on screens, on paper, in the logs of every program.

An identity number keeps its first 3 and last 4 characters, a telephone number is 138****5678, as halls print them.
Names are masked by `queue_server.domain.name_masking`.
"""

from __future__ import annotations

import logging
import re
from typing import Any


def mask_id(number: str) -> str:
    """An identity number with its first 3 and last 4 characters: `620***********1234`. A short one keeps its ends only."""
    number = number.strip()
    return _masked(number, 3, 4) if len(number) >= 15 else _masked(number, 1, 2)


def mask_phone(number: str) -> str:
    """A telephone number as `138****5678`; anything shorter keeps its last two digits."""
    number = re.sub(r"[\s-]+", "", number)
    return _masked(number, 3, 4) if len(number) >= 11 else _masked(number, 0, 2)


def mask_in(text: str) -> str:
    """`text` with everything masked that looks like the number of a paper about a person (citizens' and permanent residence
    cards, passports, permits for Hong Kong, Macao and Taiwan, identity cards of Hong Kong) or a mobile telephone number, also
    with blanks in it or in full-width characters."""
    if not _DIGIT.search(text):
        return text
    wide = text.translate(_NARROW)  # as long as `text`: a place in one is the place in the other
    for pattern, mask in ((_ID_NUMBER, _mask_paper), (_PAPER, _mask_paper), (_MOBILE, mask_phone)):
        for found in reversed(list(pattern.finditer(wide))):
            begins, ends = found.span(found.lastindex or 0)
            masked = mask(found[found.lastindex or 0])
            text, wide = (part[:begins] + masked + part[ends:] for part in (text, wide))
    return text


def _mask_paper(number: str) -> str:
    return mask_id(re.sub(r"[\s-]+", "", number))


def mask_said(text: str) -> str:
    """What a citizen wrote, with every number of seven digits or more masked: whose it is cannot be seen from the number."""
    return _LONG_NUMBER.sub(lambda found: mask_phone(found[0]), mask_in(text))


def _masked(text: str, first: int, last: int) -> str:
    if len(text) <= first + last:
        return "*" * len(text)
    return text[:first] + "*" * (len(text) - first - last) + text[len(text) - last :]


_DIGIT = re.compile("[0-9０-９]")
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_GAP = "[ -]?"
_YEAR, _MONTH, _DAY = "(?:18|19|20)[0-9]{2}", "(?:0[1-9]|1[0-2])", "(?:0[1-9]|[12][0-9]|3[01])"
_BEGINS, _ENDS = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"
_ID_NUMBER = re.compile(
    f"{_BEGINS}(?:[1-9][0-9]{{16}}[0-9Xx]"
    f"|[1-9][0-9]{{5}}{_GAP}{_YEAR}{_GAP}{_MONTH}{_GAP}{_DAY}{_GAP}[0-9]{{3}}[0-9Xx]"
    f"|[1-9][0-9]{{5}}{_GAP}[0-9]{{2}}{_GAP}{_MONTH}{_GAP}[0-3][0-9]{_GAP}[0-9]{{3}}){_ENDS}"
)
"""GB 11643: region, date of birth, sequence, check character; fifteen digits before 1999."""
_PAPER = re.compile(
    f"{_BEGINS}(?:[A-Z]{{3}}{_GAP}[0-9]{{12}}"  # permanent residence of foreigners
    f"|[HMhm]{_GAP}[0-9]{{8}}(?:[0-9]{{2}})?"  # to and from Hong Kong and Macao
    f"|[DEGPSdegps]{_GAP}[0-9]{{8}}|[Ee][A-Za-z]{_GAP}[0-9]{{7}}"  # passports
    f"|[A-Z]{{1,2}}[0-9]{{6}} ?\\([0-9A]\\)){_ENDS}"  # identity card of Hong Kong
)
_MOBILE = re.compile(r"(?<![0-9A-Za-z.])(?:\+?86[ -]?)?(1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4})(?![0-9A-Za-z])")
_LONG_NUMBER = re.compile("(?:0[0-9]{2,3}-)?[0-9０-９](?: ?[0-9０-９]){6,}[Xx]?")


class Masking(logging.Filter):
    """Masks identity and telephone numbers in every log record, its exception included. Put it on handlers."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the record goes on, masked."""
        try:
            said = record.getMessage()
        except (TypeError, ValueError):
            said = f"{record.msg} {record.args}"
        masked = mask_in(said)
        if masked != said:
            record.msg, record.args = masked, None
        if record.exc_info and not record.exc_text:
            record.exc_text = _PLAIN.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask_in(record.exc_text)
        return True


_PLAIN = logging.Formatter()


def mask_logs() -> None:
    """Mask every log record of this program from now on, whoever writes it and wherever it goes."""
    logging.setLogRecordFactory(_masked_record)


def _masked_record(*arguments: Any, **more: Any) -> logging.LogRecord:
    record = logging.LogRecord(*arguments, **more)
    Masking().filter(record)
    return record
