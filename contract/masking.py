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
    """`text` with everything masked that looks like an identity number (GB 11643) or a mobile telephone number."""
    text = _ID_NUMBER.sub(lambda found: mask_id(found[0]), text)
    return _MOBILE.sub(lambda found: found[1] + mask_phone(found[2]), text)


def _masked(text: str, first: int, last: int) -> str:
    if len(text) <= first + last:
        return "*" * len(text)
    return text[:first] + "*" * (len(text) - first - last) + text[len(text) - last :]


_BIRTH = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ID_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])[1-9]\d{{5}}(?:{_BIRTH}\d{{3}}[0-9Xx]|\d{{2}}(?:0[1-9]|1[0-2])[0-3]\d{{4}})(?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<![0-9A-Za-z.])((?:\+?86[ -]?)?)(1[3-9]\d[ -]?\d{4}[ -]?\d{4})(?![0-9A-Za-z])")


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
