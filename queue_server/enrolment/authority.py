"""The hall's own certificate authority: one folder with `ca.key` (mode 0600) and `ca.crt`.

It signs the broker's certificate, one certificate a terminal and the list of revoked ones (RFC 5280). Keys are P-256.
The authority, the broker and the queue server live on one machine with one backup, so their certificates last as long as the
authority; those of terminals last a year and are renewed before they end.
"""

from __future__ import annotations

import ipaddress
import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from contract import durable

LASTING = timedelta(days=20 * 365)
TERMINAL_LIFE = timedelta(days=365)
EARLIER = timedelta(days=1)
"""Certificates hold from a day before they are made: clocks of terminals are never quite right."""
NOTHING_CONSTRAINED = x509.BasicConstraints(ca=False, path_length=None)


class BadAuthority(RuntimeError):
    """The folder of the authority cannot be used, or what it should sign is wrong; the text says why and what to do."""


class Authority:
    """A certificate authority that is open. Make it with `make` or `load`."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        self.certificate = certificate
        self._key = key

    @property
    def pem(self) -> str:
        """The authority's certificate, which everybody may have."""
        return pem_of(self.certificate)

    def for_terminal(self, name: str, request: x509.CertificateSigningRequest, now: datetime) -> x509.Certificate:
        """A certificate for a client of the broker, `name` in its common name. Raise BadAuthority for a bad request."""
        try:
            public = request.public_key()
            signed = request.is_signature_valid
        except (ValueError, UnsupportedAlgorithm):
            raise BadAuthority("the key of the request for a certificate is of an unknown kind") from None
        if not signed or not isinstance(public, ec.EllipticCurvePublicKey) or public.key_size != 256:
            raise BadAuthority("the request for a certificate must have a P-256 key and be signed with it")
        return self._sign(name, public, now, TERMINAL_LIFE, ExtendedKeyUsageOID.CLIENT_AUTH)

    def for_client(self, name: str, key: ec.EllipticCurvePrivateKey, now: datetime, life: timedelta) -> x509.Certificate:
        """A certificate for a client whose key was made here: the queue server, and whoever takes a connection over."""
        return self._sign(name, key.public_key(), now, life, ExtendedKeyUsageOID.CLIENT_AUTH)

    def for_server(
        self, name: str, hosts: Iterable[str], key: ec.EllipticCurvePrivateKey, now: datetime, life: timedelta = LASTING
    ) -> x509.Certificate:
        """A certificate for a server that is reached under each of `hosts`, names or addresses."""
        names = x509.SubjectAlternativeName([_general(host) for host in dict.fromkeys(hosts)])
        return self._sign(name, key.public_key(), now, life, ExtendedKeyUsageOID.SERVER_AUTH, names)

    def revoked(self, serials: Iterable[int], now: datetime) -> bytes:
        """The list of revoked certificates, PEM. It holds as long as the authority: an old list is better than a shut hall."""
        number = x509.CRLNumber(int(now.timestamp() * 1000))
        until = self.certificate.not_valid_after_utc
        builder = x509.CertificateRevocationListBuilder(self.certificate.subject, now - EARLIER, until).add_extension(
            number, False
        )
        for serial in serials:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - EARLIER).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def issued(self, certificate: x509.Certificate) -> bool:
        """Whether this authority signed the certificate."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            return False
        return True

    def _sign(
        self,
        name: str,
        public: ec.EllipticCurvePublicKey,
        now: datetime,
        life: timedelta,
        usage: x509.ObjectIdentifier,
        names: x509.SubjectAlternativeName | None = None,
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder(self.certificate.subject, _name(name), public, x509.random_serial_number())
            .not_valid_before(now - EARLIER)
            .not_valid_after(min(now + life, self.certificate.not_valid_after_utc))
            .add_extension(NOTHING_CONSTRAINED, True)
            .add_extension(x509.ExtendedKeyUsage([usage]), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(_public(self._key)), False)
        )
        if names is not None:
            builder = builder.add_extension(names, False)
        return builder.sign(self._key, hashes.SHA256())


def make(folder: Path, hall: str, now: datetime) -> Authority:
    """A new authority in `folder`, which must have none yet. A power cut leaves all of it or nothing."""
    key = new_key()
    name = _name(f"Jiaohao hall {hall}")
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - EARLIER, now + LASTING)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(usage, True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .sign(key, hashes.SHA256())
    )
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    durable.replace_file(fresh / "ca.key", key_pem(key), mode=0o600)
    durable.replace_file(fresh / "ca.crt", pem_of(certificate).encode(), mode=0o644)
    durable.rename(fresh, folder)
    return Authority(certificate, key)


def load(folder: Path) -> Authority:
    """The authority in `folder`; raise BadAuthority."""
    try:
        certificate = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
        key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    except FileNotFoundError as error:
        raise BadAuthority(f"{error.filename} is missing; run `jiaohao-server broker-config` first") from None
    except (OSError, ValueError) as error:
        raise BadAuthority(
            f"the certificate authority in {folder} cannot be read ({error}); restore it from the backup"
        ) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or _public(key) != certificate.public_key():
        raise BadAuthority(f"ca.key and ca.crt in {folder} do not belong together; restore both from one backup")
    return Authority(certificate, key)


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def pem_of(certificate: x509.Certificate) -> str:
    """A certificate as text."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as PEM, not encrypted: its file is."""
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, pkcs8, plain)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return x509.DNSName(host)


def _public(key: ec.EllipticCurvePrivateKey) -> ec.EllipticCurvePublicKey:
    return key.public_key()
