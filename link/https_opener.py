"""How programs of a terminal fetch from the server's web pages: straight, and over HTTPS with the hall's own authority."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, build_opener


def opener(ca: Path | None = None) -> OpenerDirector:
    """An opener without a proxy: the server is in the same hall, whatever the environment has set.

    `ca` is the certificate of the hall's authority; it is believed beside those that the machine believes anyway, for a hall
    whose pages have a certificate from elsewhere. Raise OSError or ssl.SSLError for a file that cannot be used.
    """
    context = ssl.create_default_context()
    if ca is not None:
        context.load_verify_locations(ca)
    return build_opener(ProxyHandler({}), HTTPSHandler(context=context))


def opener_to_anybody() -> OpenerDirector:
    """An opener that does not ask who answers: only for what proves itself in another way."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return build_opener(ProxyHandler({}), HTTPSHandler(context=context))
