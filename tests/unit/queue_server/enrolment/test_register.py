"""Who gets a certificate: a stranger's guess costs the hall nothing, and a stolen key gets no more than its terminal needs."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from link.enrolment_token import signing_key
from queue_server.enrolment import authority
from queue_server.enrolment.register import MONTH, MOST_A_MONTH, EnrolmentRefused, Register
from queue_server.privacy import Sealer
from queue_server.store.database import Database

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Office:
    """A register whose clock is set by hand."""

    def __init__(self, url: str, folder: Path) -> None:
        sealer = Sealer(bytes(32))
        self.now = NOW
        self.database = Database(url, sealer)
        self.database.open()
        self.register = Register(self.database, authority.make(folder / "ca", "test", NOW), sealer, lambda: self.now)
        self.key = ec.generate_private_key(ec.SECP256R1())

    def request(self) -> bytes:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kiosk-1")])
        signed = x509.CertificateSigningRequestBuilder().subject_name(name).sign(self.key, hashes.SHA256())
        return signed.public_bytes(authority.serialization.Encoding.PEM)

    def enrol(self) -> bytes:
        token, _ = self.register.new_token("kiosk-1", timedelta(hours=1))
        plain, request = token.replace("-", ""), self.request()
        mac = hmac.digest(signing_key(plain), b"ask" + request, "sha256")
        return self.register.enrol(plain[:4], request, mac).certificate.encode()

    def renew(self, certificate: bytes) -> bytes:
        request = self.request()
        signature = self.key.sign(b"renew" + request, ec.ECDSA(hashes.SHA256()))
        return self.register.renew(certificate, request, signature).certificate.encode()


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    office = Office(database_url, tmp_path)
    yield office
    office.database.close()


def test_a_stolen_key_gets_no_more_certificates_than_a_terminal_needs(office: Office) -> None:
    certificate = office.enrol()
    for _ in range(MOST_A_MONTH - 1):
        certificate = office.renew(certificate)
    with pytest.raises(EnrolmentRefused, match="too-often"):
        office.renew(certificate)
    office.now += MONTH
    assert office.renew(certificate)


def test_a_strangers_guess_is_refused_while_the_ledger_is_locked(office: Office) -> None:
    request = office.request()
    with office.database.writer.begin():
        with pytest.raises(EnrolmentRefused, match="wrong-token"):
            office.register.enrol("AAAA", request, bytes(32))
        stranger = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kiosk-1")])
        until = NOW + timedelta(days=1)
        builder = x509.CertificateBuilder(name, name, stranger.public_key(), 7, NOW, until)
        own = builder.sign(stranger, hashes.SHA256())
        office.key = stranger
        with pytest.raises(EnrolmentRefused, match="unknown-certificate"):
            office.renew(own.public_bytes(authority.serialization.Encoding.PEM))


P256, EC_KEY = bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d0201")


@pytest.mark.parametrize("known", [P256, EC_KEY], ids=["curve", "kind"])
def test_keys_of_a_kind_that_nobody_knows_are_refused_as_any_bad_request(office: Office, known: bytes) -> None:
    def unknown(pem: bytes) -> bytes:
        kind, *lines = pem.decode().strip().splitlines()
        der = base64.b64decode("".join(lines[:-1]))
        assert known in der
        told = base64.encodebytes(der.replace(known, known[:-1] + b"\x7f")).decode()
        return f"{kind}\n{told}{lines[-1]}\n".encode()

    token, _ = office.register.new_token("kiosk-1", timedelta(hours=1))
    plain, request = token.replace("-", ""), unknown(office.request())
    certificate = office.enrol()
    with pytest.raises(EnrolmentRefused, match="bad-request"):
        office.register.enrol(plain[:4], request, hmac.digest(signing_key(plain), b"ask" + request, "sha256"))
    with pytest.raises(EnrolmentRefused, match="bad-request"):
        office.renew(unknown(certificate))
    signature = office.key.sign(b"renew" + request, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(EnrolmentRefused, match="bad-request"):
        office.register.renew(certificate, request, signature)
