"""The register of one-time tokens and certificates, in the ledger's database, so that two servers share it.

A token is `K7QM-2DXP-9RTA-5HWN-3F8C`: four characters that name it and sixteen (80 bits) that only the terminal and this
server know. The secret never travels: the terminal signs its request with it, the server its answer, so neither needs TLS
to trust the other, and a request cannot be changed on its way or used for another key.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection, Row, func, insert, select, update

from link.enrolment_token import ALPHABET, NAME_LENGTH, SECRET_LENGTH, normal, signing_key
from queue_server.enrolment.authority import Authority, BadAuthority, load, pem_of
from queue_server.privacy import Sealer, key
from queue_server.store.database import Database
from queue_server.store.tables import certificates, enrol_tokens

T = enrol_tokens.c
C = certificates.c
AUTHORITY = "ca"
"""The folder of the hall's certificate authority in the state folder."""
PLACE = "enrol_tokens.secret"
MONTH, MOST_A_MONTH = timedelta(days=30), 10
"""A terminal renews its certificate once in months; lost answers and a technician's tries are allowed for. A stolen key gets no
more of them."""


class EnrolmentRefused(Exception):
    """No certificate is given. `reason` is one of: wrong-token, used-token, expired-token, bad-request, unknown-certificate,
    revoked, expired-certificate, too-often."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Granted:
    """A certificate for a terminal, and the key with which the answer is signed."""

    terminal: str
    certificate: str
    signing_key: bytes = b""


@dataclass(frozen=True)
class Standing:
    """Whether a terminal has a certificate: a `good` one until `at`, or none since `at`, when the latest one `ended` or was
    `revoked`."""

    state: Literal["good", "ended", "revoked"]
    at: datetime


def register_of(state: Path, database: Database, clock: Callable[[], datetime]) -> Register | None:
    """The register of the hall whose authority is in the state folder; None in a hall whose broker has no TLS. Raise
    BadAuthority or NoKey when it cannot be used."""
    folder = state / AUTHORITY
    if not (folder / "ca.crt").exists():
        return None
    return Register(database, load(folder), Sealer(key(state)), clock)


class Register:
    """Every method is one short transaction; call them off the event loop."""

    def __init__(self, database: Database, authority: Authority, sealer: Sealer, clock: Callable[[], datetime]) -> None:
        """`database` is open."""
        self.authority = authority
        self._writer, self._reader = database.writer, database.reader
        self._sealer = sealer
        self._clock = clock

    def new_token(self, terminal: str, life: timedelta) -> tuple[str, datetime]:
        """A one-time token for a terminal, as people write it, and when it ends."""
        now = self._clock()
        text = "".join(secrets.choice(ALPHABET) for _ in range(NAME_LENGTH + SECRET_LENGTH))
        secret = self._sealer.seal(signing_key(text).hex(), PLACE)
        row = {"name": text[:NAME_LENGTH], "secret": secret, "terminal": terminal, "made_at": now, "expires_at": now + life}
        with self._writer.begin() as connection:
            connection.execute(insert(enrol_tokens).values(row))
        return "-".join(re.findall("....", text)), now + life

    def enrol(self, name: str, request: bytes, mac: bytes) -> Granted:
        """Sign the certificate request (PEM) that a terminal sent with a token; `mac` is HMAC-SHA256 over it. The same request
        once more gets the same certificate: an answer may be lost. Raise EnrolmentRefused."""
        with self._reader.connect() as connection:
            self._proven(connection, name, request, mac)  # a stranger's guess never takes the ledger's lock
        wanted = _read_request(request)
        with self._writer.begin() as connection:
            token, key = self._proven(connection, name, request, mac, lock=True)
            if token.serial is not None:
                return Granted(token.terminal, _same(connection, token, wanted), key)
            if token.expires_at < self._clock():
                raise EnrolmentRefused("expired-token")
            certificate = self._grant(connection, token.terminal, wanted)
            used = {"serial": _serial(certificate)}
            connection.execute(update(enrol_tokens).where(T.name == token.name).values(used))
        return Granted(token.terminal, pem_of(certificate), key)

    def renew(self, certificate: bytes, request: bytes, signature: bytes) -> Granted:
        """A new certificate for whoever holds the key of one that is still good: `signature` is made with it over the request
        (PEM). Raise EnrolmentRefused."""
        try:
            old = x509.load_pem_x509_certificate(certificate)
            public = old.public_key()
            assert isinstance(public, ec.EllipticCurvePublicKey)
            public.verify(signature, b"renew" + request, ec.ECDSA(hashes.SHA256()))
        except (ValueError, AssertionError, InvalidSignature, UnsupportedAlgorithm):
            raise EnrolmentRefused("bad-request") from None
        wanted = _read_request(request)
        with self._reader.connect() as connection:
            self._renewable(connection, old)
        with self._writer.begin() as connection:
            terminal = self._renewable(connection, old)
            new = self._grant(connection, terminal, wanted)
        return Granted(terminal, pem_of(new))

    def revoke(self, terminal: str) -> int:
        """Revoke every certificate of a terminal and spend its tokens; return how many certificates that were."""
        now = self._clock()
        with self._writer.begin() as connection:
            good = (C.terminal == terminal) & C.revoked_at.is_(None)
            count = connection.execute(update(certificates).where(good).values(revoked_at=now)).rowcount
            open_tokens = (T.terminal == terminal) & T.serial.is_(None)
            connection.execute(update(enrol_tokens).where(open_tokens).values(expires_at=now))
        return count

    def remember(self, terminal: str, certificate: x509.Certificate, *, revoked: bool = False) -> None:
        """Note a certificate that was made on this machine."""
        now = self._clock()
        with self._writer.begin() as connection:
            connection.execute(insert(certificates).values(_row(terminal, certificate, now, now if revoked else None)))

    def revoked(self) -> list[int]:
        """The serial numbers of all revoked certificates that have not expired."""
        standing = C.revoked_at.is_not(None) & (C.expires_at > self._clock())
        with self._reader.connect() as connection:
            return [int(serial, 16) for serial in connection.execute(select(C.serial).where(standing)).scalars()]

    def certificates(self) -> list[Row[*tuple[object, ...]]]:
        """Every certificate, the latest of each terminal last."""
        with self._reader.connect() as connection:
            return list(connection.execute(select(certificates).order_by(C.terminal, C.issued_at)).all())

    def standings(self) -> dict[str, Standing]:
        """The standing of every name that ever had a certificate."""
        now, found = self._clock(), dict[str, Standing]()
        columns = (C.terminal, C.expires_at, C.revoked_at)
        with self._reader.connect() as connection:
            rows = connection.execute(select(*columns).order_by(C.issued_at)).all()
        for terminal, until, revoked_at in rows:
            before = found.get(terminal)
            if revoked_at is None and until > now:
                earlier = before.at if before is not None and before.state == "good" else until
                found[terminal] = Standing("good", max(until, earlier))
            elif before is None or before.state != "good":
                ended = Standing("ended", until)
                found[terminal] = Standing("revoked", revoked_at) if revoked_at is not None else ended
        return found

    def _proven(
        self, connection: Connection, name: str, request: bytes, mac: bytes, *, lock: bool = False
    ) -> tuple[Row[*tuple[object, ...]], bytes]:
        """The token whose holder made `mac`, and its key. Raise EnrolmentRefused."""
        wanted = select(enrol_tokens).where(T.name == normal(name))
        token = connection.execute(wanted.with_for_update() if lock else wanted).first()
        key = bytes.fromhex(self._sealer.open(bytes(token.secret), PLACE)) if token is not None else secrets.token_bytes(32)
        if not hmac.compare_digest(hmac.digest(key, b"ask" + request, "sha256"), mac) or token is None:
            raise EnrolmentRefused("wrong-token")
        return token, key

    def _renewable(self, connection: Connection, old: x509.Certificate) -> str:
        """The terminal whose certificate may be renewed. Raise EnrolmentRefused."""
        row = connection.execute(select(certificates).where(C.serial == _serial(old))).first()
        if row is None or not self.authority.issued(old):
            raise EnrolmentRefused("unknown-certificate")
        if row.revoked_at is not None:
            raise EnrolmentRefused("revoked")
        if row.expires_at < self._clock():
            raise EnrolmentRefused("expired-certificate")
        lately = (C.terminal == row.terminal) & (C.issued_at > self._clock() - MONTH)
        if (connection.execute(select(func.count()).where(lately)).scalar() or 0) >= MOST_A_MONTH:
            raise EnrolmentRefused("too-often")
        return str(row.terminal)

    def _grant(self, connection: Connection, terminal: str, wanted: x509.CertificateSigningRequest) -> x509.Certificate:
        now = self._clock()
        try:
            certificate = self.authority.for_terminal(terminal, wanted, now)
        except BadAuthority:
            raise EnrolmentRefused("bad-request") from None
        connection.execute(insert(certificates).values(_row(terminal, certificate, now, None)))
        return certificate


def _read_request(pem: bytes) -> x509.CertificateSigningRequest:
    try:
        wanted = x509.load_pem_x509_csr(pem)
        wanted.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise EnrolmentRefused("bad-request") from None
    return wanted


def _same(connection: Connection, token: Row[*tuple[object, ...]], wanted: x509.CertificateSigningRequest) -> str:
    """The certificate that a used token got, if it was for this very key."""
    row = connection.execute(select(certificates).where(C.serial == token.serial)).one()
    if x509.load_pem_x509_certificate(row.pem.encode()).public_key() != wanted.public_key() or row.revoked_at is not None:
        raise EnrolmentRefused("used-token")
    return str(row.pem)


def _row(terminal: str, certificate: x509.Certificate, now: datetime, revoked_at: datetime | None) -> dict[str, object]:
    return {
        "serial": _serial(certificate),
        "terminal": terminal,
        "issued_at": now,
        "revoked_at": revoked_at,
        "expires_at": certificate.not_valid_after_utc,
        "pem": pem_of(certificate),
    }


def _serial(certificate: x509.Certificate) -> str:
    return f"{certificate.serial_number:040x}"
