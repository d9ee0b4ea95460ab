"""`jiaohao-enrol`: how a terminal becomes a member of its hall, and stays one.

The terminal makes its key itself and never gives it away. It sends a request for a certificate, signed with the one-time token;
the server's answer is signed with the same token, so that a wrong server cannot answer. Before the certificate ends the
terminal asks for a new one, signed with its old key.
"""

from __future__ import annotations

import argparse
import base64
import hmac
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct

from contract import durable
from contract.wire import codec
from link.credentials import BadCredentials, read
from link.enrolment_token import NAME_LENGTH, BadToken, checked, signing_key
from link.https_opener import opener, opener_to_anybody

ANSWER_TIMEOUT_S = 20
LARGEST_ANSWER = 65536
RENEW_BEFORE = timedelta(days=120)
CLOCK_MAY_DIFFER = timedelta(days=1)
READABLE = 0o640
T = TypeVar("T")
REASONS = {
    "wrong-token": "the token is wrong or not of this hall; compare it with what `jiaohao-server enrol new` has printed",
    "used-token": "the token was used already; make a new one: jiaohao-server enrol new",
    "expired-token": "the token's time is over; make a new one: jiaohao-server enrol new",
    "bad-request": "the server cannot read the request; bring both to the same version",
    "unknown-certificate": "the server does not know this terminal's certificate; enrol it with a new token",
    "revoked": "this terminal's certificate was revoked; enrol it with a new token",
    "too-often": "this terminal's certificate was renewed too often; wait a month, or enrol it with a new token",
    "expired-certificate": "this terminal's certificate has ended; enrol it with a new token",
    "no-enrolment": "this server enrols nobody; run `jiaohao-server broker-config` there and start it again",
}


class NotEnrolled(RuntimeError):
    """There is no certificate; the text says why and what to do."""


class ClockWrong(NotEnrolled):
    """This machine's clock is wrong by more than a day; `server` is the server's time, which came signed with the token."""

    def __init__(self, text: str, server: datetime) -> None:
        super().__init__(text)
        self.server = server


class EnrolmentRefusal(Struct, frozen=True):
    """Why the server refuses, in a word of REASONS."""

    code: str


class EnrolmentAnswer(Struct, frozen=True):
    """What the server answers: to a token `body` and its `mac`, to an old certificate a new one."""

    error: EnrolmentRefusal | None = None
    body: str = ""
    mac: str = ""
    certificate: str = ""


class Membership(Struct, frozen=True):
    """The body of an answer to a token: the server's time, the terminal's name and certificate, the hall's authority."""

    time: datetime
    terminal: str
    certificate: str
    ca: str


def enrol(
    url: str, token: str, terminal: str, folder: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Get a certificate for `terminal` from the hall's web address and leave ca.crt, client.crt and client.key in `folder`.

    Nothing in `folder` changes before the new credentials are complete, except a key that waits for them: asked again with the
    same token after a lost answer, the server gives the same certificate. Raise NotEnrolled, and of these ClockWrong.
    """
    try:
        secret = checked(token)
    except BadToken as error:
        raise NotEnrolled(str(error)) from None
    key = _waiting_key(folder)
    request = _request(key, terminal)
    mac = hmac.digest(signing_key(secret), b"ask" + request, "sha256")
    answer = _post(f"{url.rstrip('/')}/enrol", {"token": secret[:NAME_LENGTH], "request": request.decode(), "mac": mac.hex()})
    wanted = hmac.digest(signing_key(secret), b"answer" + answer.body.encode(), "sha256").hex()
    if not hmac.compare_digest(wanted, answer.mac):
        raise NotEnrolled(f"{url} does not know the token's secret: it is not the server of this hall; check the address")
    given = _decoded(answer.body, Membership, url)
    _check_clock(clock(), given.time)
    if given.terminal != terminal:
        raise NotEnrolled(f"the token is for {given.terminal}, not for {terminal}; use that name or make another token")
    _keep(folder, key, given.certificate, given.ca)


def renew(url: str, folder: Path, now: datetime, *, at_once: bool = False) -> bool:
    """Replace a certificate that ends within 120 days (`at_once`: in any case); whether it was replaced. Raise NotEnrolled."""
    try:
        identity = read(folder)
    except BadCredentials as error:
        raise NotEnrolled(str(error)) from None
    if not at_once and now < identity.not_after - RENEW_BEFORE:
        return False
    old = _load_key(folder / "client.key")
    key = _waiting_key(folder)
    request = _request(key, identity.name)
    signature = old.sign(b"renew" + request, ec.ECDSA(hashes.SHA256()))
    asked = {
        "certificate": (folder / "client.crt").read_text(),
        "request": request.decode(),
        "signature": base64.b64encode(signature).decode(),
    }
    answer = _post(f"{url.rstrip('/')}/enrol/renew", asked, folder / "ca.crt")
    authority = (folder / "ca.crt").read_text()
    try:
        given = x509.load_pem_x509_certificate(answer.certificate.encode())
        given.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.encode()))
    except (ValueError, TypeError, InvalidSignature):
        raise NotEnrolled(f"{url} answered with a certificate of another hall; check the address") from None
    _keep(folder, key, answer.certificate, authority)
    return True


def _request(key: ec.EllipticCurvePrivateKey, terminal: str) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, terminal)])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM)


def _waiting_key(folder: Path) -> ec.EllipticCurvePrivateKey:
    """The key that waits for its certificate; made now if there is none."""
    path = folder / "client.key.new"
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        if path.exists():
            return _load_key(path)
        key = ec.generate_private_key(ec.SECP256R1())
        pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        durable.replace_file(path, key.private_bytes(serialization.Encoding.PEM, pkcs8, plain), mode=READABLE)
    except OSError as error:
        raise NotEnrolled(
            f"{folder} cannot be written ({error.strerror}); run this as root or give another --credentials"
        ) from None
    return key


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError) as error:
        raise NotEnrolled(f"{path} cannot be read ({error}); remove it and enrol again") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise NotEnrolled(f"{path} is no P-256 key; remove it and enrol again")
    return key


def _keep(folder: Path, key: ec.EllipticCurvePrivateKey, certificate: str, authority: str) -> None:
    if x509.load_pem_x509_certificate(certificate.encode()).public_key() != key.public_key():
        raise NotEnrolled("the server answered with a certificate for another key; try again with a new token")
    durable.replace_file(folder / "ca.crt", authority.encode(), mode=READABLE)
    durable.replace_file(folder / "client.crt", certificate.encode(), mode=READABLE)
    durable.rename(folder / "client.key.new", folder / "client.key")


def _post(url: str, body: dict[str, str], ca: Path | None = None) -> EnrolmentAnswer:
    """Ask the server. Raise NotEnrolled, also when it refuses.

    Over HTTPS the server has to have a certificate of `ca`. Without one any will do: a terminal that joins knows no authority
    yet, and its token proves the server.
    """
    if not url.startswith(("http://", "https://")):
        raise NotEnrolled(f"{url!r} is no web address; give the hall's, for example http://10.0.0.2:8080")
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310
    try:
        web = opener_to_anybody() if ca is None else opener(ca)
        with web.open(request, timeout=ANSWER_TIMEOUT_S) as answer:
            content = answer.read(LARGEST_ANSWER)
    except urllib.error.HTTPError as error:
        content = error.read(LARGEST_ANSWER)
    except OSError as error:
        raise NotEnrolled(
            f"{url} cannot be reached ({getattr(error, 'reason', error)}); check the address and the network"
        ) from None
    answered = _decoded(content, EnrolmentAnswer, url)
    if answered.error is not None:
        code = answered.error.code
        raise NotEnrolled(REASONS.get(code, f"the server refuses: {code}"))
    return answered


def _decoded(content: bytes | str, kind: type[T], url: str) -> T:
    try:
        return codec.decode(content, kind)
    except codec.Illegal:
        raise NotEnrolled(f"{url} does not answer like a queue server; check the address") from None


def _check_clock(here: datetime, server: datetime) -> None:
    """A wrong clock makes every certificate look wrong; the server's time comes signed with the token."""
    if abs(here - server) > CLOCK_MAY_DIFFER:
        raise ClockWrong(
            f"this machine's clock says {here:%Y-%m-%d %H:%M}, the server's {server:%Y-%m-%d %H:%M} UTC; set it "
            f"(timedatectl set-time '{server.astimezone():%Y-%m-%d %H:%M:%S}') and enrol again with the same token",
            server,
        )


def _folders(credentials: Path) -> list[Path]:
    """The folder and those in it that hold a certificate too: a device agent beside a kiosk has one of its own."""
    return [credentials, *sorted(path.parent for path in credentials.glob("*/client.crt"))]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(
        prog="jiaohao-enrol", description="Enrol this terminal in its hall, or renew its certificate."
    )
    result.add_argument("--url", required=True, metavar="URL", help="the hall's web pages, for example http://10.0.0.2:8080")
    result.add_argument(
        "--credentials", type=Path, required=True, metavar="DIR", help="where ca.crt, client.crt, client.key go"
    )
    what = result.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--token", metavar="TOKEN", help="what `jiaohao-server enrol new` printed; - reads it from standard input"
    )
    what.add_argument(
        "--renew", action="store_true", help="renew the certificate, and those in folders in DIR, if it ends within 120 days"
    )
    result.add_argument("--terminal", metavar="ID", help="this terminal's id in devices.toml, for example kiosk-2")
    result.add_argument("--now", action="store_true", help="with --renew: renew whatever is left")
    return result


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code: 0 well, 1 no certificate, 2 wrong arguments."""
    options = parser().parse_args(arguments)
    if not options.renew and not options.terminal:
        parser().error("--token needs --terminal")
    try:
        if options.renew:
            for folder in _folders(options.credentials):
                renewed = renew(options.url, folder, datetime.now(UTC), at_once=options.now)
                print(f"{folder}: {'renewed' if renewed else 'nothing to do yet'}")
        else:
            given = sys.stdin.readline() if options.token == "-" else options.token  # noqa: S105
            enrol(options.url, given, options.terminal, options.credentials)
            identity = read(options.credentials)
            print(f"{identity.name} is enrolled until {identity.not_after:%Y-%m-%d}")
    except (NotEnrolled, BadCredentials) as error:
        print(f"jiaohao-enrol: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
