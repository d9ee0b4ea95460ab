"""The hall's own codes for appointments and cases: the id in the clear, sealed with the hall's key."""

from __future__ import annotations

import hmac

from contract.identity_numbers import uniform
from contract.wire.scanned_code import Code, CodeKind, sealed
from queue_server.codes.signer import Signer


def code_of(signer: Signer, kind: CodeKind, hall: str, value: str) -> str:
    """The text of the code for an appointment or a case."""
    return sealed(kind, hall, value, _mac(signer, kind, hall, value))


def is_genuine(signer: Signer, code: Code) -> bool:
    """Whether this hall has sealed the code."""
    return hmac.compare_digest(_mac(signer, code.kind, code.hall, code.value), code.mac)


def pseudonymised(signer: Signer, what: str, text: str) -> str:
    """A name for something that must not be stored (an ID number): always the same here, however it was written, and not to be
    turned back."""
    text = uniform(text)
    return signer.mac(f"veil:{what}:{text}") + signer.mac(f"veil-2:{what}:{text}")


def _mac(signer: Signer, kind: CodeKind, hall: str, value: str) -> str:
    return signer.mac(f"{kind}:{hall}:{value}")
