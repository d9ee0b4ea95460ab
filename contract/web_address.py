"""Web addresses that stand in QR codes: where phones reach the hall."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"(https?)://([^\s/?#:@\[\]]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?", re.IGNORECASE)


class BadWebAddress(ValueError):
    """An address at which nobody can reach anything; the text says what to write."""


def reachable(text: str) -> str:
    """An address of a machine, without a path, as every scanner, printer and browser takes it; raise BadWebAddress.

    A Chinese domain gets the ASCII form under which the network knows it (RFC 5891): 政务 becomes xn--zfr164b.
    """
    found = _ADDRESS.fullmatch(text.strip())
    if found is None:
        raise BadWebAddress(f"{text!r} is no web address of a machine; write it like http://10.0.0.2:8080, without a path")
    scheme, host, port = found[1].lower(), found[2], found[3] or ""
    try:
        name = host if host.startswith("[") else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise BadWebAddress(f"{text!r} names no machine: {host!r} is no domain; write it like http://10.0.0.2:8080") from None
    if not re.fullmatch(r"[A-Za-z0-9._-]+|\[.*\]", name):
        raise BadWebAddress(f"{text!r} names no machine: {host!r} is no domain; write it like http://10.0.0.2:8080")
    return f"{scheme}://{name.lower()}{port}"
