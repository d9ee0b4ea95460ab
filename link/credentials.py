"""The credentials that a program shows the broker: a folder with `ca.crt`, `client.crt` and `client.key`, read and checked.

`cryptography` is loaded only by programs that use TLS.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

LOOK_TIMEOUT_S = 3.0
NOT_YET_VALID, EXPIRED, OTHER_NAME, OTHER_ADDRESS = 9, 10, 62, 64
"""X509_V_ERR_ codes of openssl/x509_vfy.h: certificate not yet valid, expired, host name mismatch, IP address mismatch."""


class BadCredentials(ValueError):
    """The folder of credentials cannot be used; the text says which file and what to do."""


@dataclass(frozen=True)
class Identity:
    """Who the credentials say that this program is, and from when to when."""

    name: str
    not_before: datetime
    not_after: datetime

    def trouble(self, now: datetime) -> str | None:
        """What is wrong with the certificate at this moment; None if nothing. It may pass: the clock may be set."""
        if now < self.not_before:
            return (
                f"the certificate of {self.name} begins on {self.not_before:%Y-%m-%d} and this machine's clock says "
                f"{now:%Y-%m-%d}: set the clock"
            )
        if now > self.not_after:
            return (
                f"the certificate of {self.name} ended on {self.not_after:%Y-%m-%d} and this machine's clock says "
                f"{now:%Y-%m-%d}: set the clock if it is wrong, else enrol the terminal again with a new token"
            )
        return None


def read(folder: Path) -> Identity:
    """Check that the three files are there and belong together; raise BadCredentials."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    for name in ("ca.crt", "client.crt", "client.key"):
        if not (folder / name).exists():
            raise BadCredentials(f"{folder / name} is missing; enrol this terminal: jiaohao-enrol --help")
    try:
        certificate = x509.load_pem_x509_certificate((folder / "client.crt").read_bytes())
        ssl_context(folder / "ca.crt", folder / "client.crt", folder / "client.key")
    except PermissionError as error:
        raise BadCredentials(
            f"{error.filename or folder} cannot be read by this user; give it to the program's group"
        ) from None
    except ssl.SSLError as error:
        raise BadCredentials(
            f"client.crt and client.key in {folder} do not belong together or are damaged ({error.reason}); enrol it again"
        ) from None
    except (OSError, ValueError) as error:
        raise BadCredentials(f"the credentials in {folder} cannot be read ({error}); enrol this terminal again") from None
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if not names:
        raise BadCredentials(f"{folder / 'client.crt'} names nobody; enrol this terminal again")
    return Identity(str(names[0].value), certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def ssl_context(ca: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer, trusting the hall's own authority only, with this program's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(ca)
    context.load_cert_chain(certificate, key)
    return context


def why_refused(host: str, port: int, context: ssl.SSLContext, *, timeout_s: float = LOOK_TIMEOUT_S) -> str:
    """Try to connect to the broker and say why it does not work; takes as long as `timeout_s` where nobody refuses."""
    try:
        with (
            socket.create_connection((host, port), timeout_s) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            secure.settimeout(timeout_s)
            secure.recv(1)  # with TLS 1.3 a client learns only now that its certificate is refused
    except ssl.SSLCertVerificationError as error:
        return _broker_not_believed(error)
    except ssl.SSLError as error:
        return _not_believed(error)
    except TimeoutError:
        return "the broker takes the certificate; it may be busy or the name may be in use"
    except OSError as error:
        return f"nobody answers there ({error.strerror or error}); check the address, the network and the broker"
    return "the broker ends the connection without a reason; look into its log"


def _broker_not_believed(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code == NOT_YET_VALID:
        return "the broker's certificate does not hold yet: this machine's clock is wrong; set it"
    if error.verify_code == EXPIRED:
        return "the broker's certificate has ended; set this machine's clock, or run `jiaohao-server broker-config`"
    if error.verify_code in (OTHER_NAME, OTHER_ADDRESS):
        return "the broker's certificate is for another address; run `jiaohao-server broker-config` with --host for this one"
    return (
        f"the broker belongs to another hall ({error.verify_message}); enrol this terminal in this hall, or correct the address"
    )


def _not_believed(error: ssl.SSLError) -> str:
    reason = (error.reason or str(error)).upper()
    if "REVOKED" in reason:
        return "this terminal's certificate was revoked; enrol it again with a new token"
    if "EXPIRED" in reason:
        return "this terminal's certificate has ended; enrol it again with a new token"
    if "UNKNOWN_CA" in reason or "UNKNOWN CA" in reason:
        return "this terminal's certificate is from another hall; enrol it in this one"
    return f"the broker refuses this terminal's certificate ({reason.lower()}); enrol it again with a new token"
