"""Where the broker is: `HOST:PORT`, `mqtt://HOST:PORT` or `mqtts://HOST:PORT` with certificates."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from link.credentials import BadCredentials, read

LOG = logging.getLogger(__name__)


class BadBroker(ValueError):
    """The address of the broker cannot be read."""


@dataclass(frozen=True)
class Broker:
    """A broker's address; with `ca` the connection is TLS, with `certificate` and `key` the client shows who it is.

    `client` is the name in the certificate, which the broker takes as the client id; empty without TLS.
    """

    host: str
    port: int
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    client: str = ""

    @classmethod
    def parse(cls, text: str, *, credentials: Path | None = None) -> Broker:
        """Read an address; `credentials` is a folder with ca.crt, client.crt and client.key for mqtts. Raise BadBroker,
        also for credentials that cannot be used; one whose time is wrong is only logged: the clock may be set yet."""
        parts = urlsplit(text if "://" in text else f"mqtt://{text}")
        try:
            port = parts.port
        except ValueError:
            port = 0
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or port == 0 or parts.path not in ("", "/"):
            raise BadBroker(f"{text!r} is no broker address; give HOST:PORT, for example 127.0.0.1:1883")
        if parts.scheme == "mqtt":
            return cls(parts.hostname, port or 1883)
        if credentials is None:
            raise BadBroker(f"{text!r} is encrypted; name the folder with ca.crt, client.crt and client.key as well")
        try:
            shown = read(credentials)
        except BadCredentials as error:
            raise BadBroker(str(error)) from None
        if trouble := shown.trouble(datetime.now(UTC)):
            LOG.error("%s", trouble)
        ca, certificate, key = (credentials / name for name in ("ca.crt", "client.crt", "client.key"))
        return cls(parts.hostname, port or 8883, ca, certificate, key, shown.name)

    @property
    def is_certified(self) -> bool:
        """Whether the broker knows every client by its certificate."""
        return self.ca is not None

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"
