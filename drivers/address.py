"""Where a device is plugged in, as a URL.

    /dev/hall-strip-3?baud=9600&parity=N     serial port (also /dev/ttyACM0, /dev/pts/3)
    socket://10.0.0.7:5005                   TCP; udp://10.0.0.7:5007 UDP
    rfc2217://10.0.0.9:4001?baud=9600        serial port behind a network server that speaks RFC 2217
    loop://                                  what is written is read back
    emulator://onbon-bxk?fault=late          an emulator started inside this program

Other schemes (usb://, ipp://, camera://, evdev://, wav://) are read here too and belong to the drivers that use them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")
EXAMPLES = "/dev/hall-strip-3?baud=9600, socket://10.0.0.7:5005 or emulator://onbon-bxk"


class BadAddress(ValueError):
    """The address of a device cannot be read; the text shows what one looks like."""


@dataclass(frozen=True)
class Address:
    """A device address taken apart. `path` is the port for scheme `serial`."""

    scheme: str
    host: str = ""
    port: int = 0
    path: str = ""
    options: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def is_overheard(self) -> bool:
        """Whether what goes there can be read in the network: IPP without TLS (RFC 8010, 8.1), off this machine."""
        return self.scheme == "ipp" and self.host not in LOOPBACK

    @classmethod
    def parse(cls, text: str, *, default_port: int = 0) -> Address:
        """Read an address; raise BadAddress with an example otherwise."""
        if not text or text != text.strip() or any(ord(c) < 32 for c in text):
            raise BadAddress(f"{text!r} is no device address; give one like {EXAMPLES}")
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise BadAddress(f"{text!r} is no device address; give one like {EXAMPLES}") from None
        if parts.scheme:
            scheme, path = parts.scheme, unquote(parts.path)
        elif parts.path.startswith("/dev/"):
            scheme, path = "serial", parts.path
        else:
            raise BadAddress(f"{text!r} is no device address; give one like {EXAMPLES}")
        if scheme in ("socket", "udp", "rfc2217") and (not parts.hostname or not (port or default_port)):
            raise BadAddress(f"{text!r} lacks host or port; give one like {scheme}://10.0.0.7:{default_port or 5005}")
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        return cls(scheme, parts.hostname or "", port or default_port, path, options)

    def number(self, name: str, default: float) -> float:
        """The option `name` as a number; raise BadAddress if it is none."""
        value = self.options.get(name)
        try:
            number = default if value is None else float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise BadAddress(f"{self}: {name}={value!r} is no number")
        return number

    @property
    def is_shared(self) -> bool:
        """Whether several devices may be on this one line: a serial bus, or an emulated one that is named `?bus=`."""
        return self.scheme in ("serial", "rfc2217") or "bus" in self.options

    def __str__(self) -> str:
        query = f"?{urlencode(self.options)}" if self.options else ""
        if self.scheme == "serial":
            return self.path + query
        where = f"{self.host}:{self.port}" if self.port else self.host
        return f"{self.scheme}://{where}{self.path}{query}"
