"""HTTPS for the web pages: with a certificate of the hall's own authority, or with one that the hall has from elsewhere.

The one of the hall's authority lasts 397 days and is made anew in its last 120, because browsers refuse certificates that last
long. They refuse an authority unknown to them as well, so citizens' phones need a certificate from elsewhere. A certificate
that was replaced on the disk is used from the next connection on, without a restart.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from contract import durable
from contract.configuration.server_settings import Web
from queue_server.enrolment import authority
from queue_server.enrolment.authority import BadAuthority, key_pem, new_key, pem_of
from queue_server.enrolment.broker import serves
from queue_server.web import BadWeb

LOG = logging.getLogger(__name__)
LIFE = timedelta(days=397)
SOON = timedelta(days=120)
LOOK_S = 3600.0
"""How often `Tls.look` is called."""


def with_address(web: Web, address: str) -> Web:
    """The settings, if pages by HTTPS have such an address. Raise BadWeb for one with the other scheme."""
    if urlsplit(address).scheme != "https":
        raise BadWeb(
            f"the pages are served by HTTPS: write {address.replace('http:', 'https:', 1)} as web_address in hall.toml"
        )
    return web


class Tls:
    """The certificate under which the pages are served. `hosts` are the names and addresses under which they are reached."""

    def __init__(self, web: Web, *, hall: Path, state: Path, hosts: Sequence[str], clock: Callable[[], datetime]) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._web, self._state, self._clock = web, state, clock
        self._hosts = ["127.0.0.1", "::1", "localhost", socket.gethostname(), *hosts]
        if web.tls == "files":
            self._certificate, self._key = hall / str(web.certificate), hall / str(web.key)
        else:
            self._certificate, self._key = state / "web-tls" / "server.crt", state / "web-tls" / "server.key"
        self._loaded = b""

    def look(self) -> None:
        """Renew the certificate when it ends soon, and load it when it has changed: before the first connection, and then once
        every LOOK_S. Raise BadWeb."""
        try:
            if self._web.tls == "hall":
                self._renew()
            content = self._certificate.read_bytes()
            if content != self._loaded:
                self._check(x509.load_pem_x509_certificate(content))
                self.context.load_cert_chain(self._certificate, self._key)
                self._loaded = content
        except BadAuthority as error:
            raise BadWeb(f"the web pages need a certificate of the hall's own authority, but {error}") from None
        except (OSError, ValueError) as error:
            raise BadWeb(
                f"certificate {self._certificate} and key {self._key} of the web pages cannot be used ({error}); correct them, "
                "or set tls under [web] in hall.toml"
            ) from None

    def _renew(self) -> None:
        folder, now = self._certificate.parent, self._clock()
        signs = authority.load(self._state / "ca")
        if serves(folder, signs, self._hosts, now, soon=SOON):
            return
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = new_key()
        certificate = signs.for_server("web", self._hosts, key, now, LIFE)
        durable.replace_file(self._key, key_pem(key), mode=0o600)
        durable.replace_file(self._certificate, pem_of(certificate).encode(), mode=0o644)
        LOG.info("the web pages have a certificate until %s", f"{certificate.not_valid_after_utc:%Y-%m-%d}")

    def _check(self, certificate: x509.Certificate) -> None:
        until = certificate.not_valid_after_utc
        if until < self._clock():
            LOG.error("the certificate of the web pages ended on %s: browsers refuse it", f"{until:%Y-%m-%d}")
