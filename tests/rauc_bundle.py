"""RAUC bundles for tests: what the server reads of them is real, what is in them is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

MANIFEST = "[update]\ncompatible={compatible}\nversion={version}\n\n[bundle]\nformat=verity\n"
CONTENT = b"hsqs" + bytes(range(256)) * 100


def bundle(
    version: str = "2026.11.23", *, detached: bool = False, content: bytes = CONTENT, compatible: str = "jiaohao-terminal"
) -> bytes:
    """A bundle of `version`; `detached` as in RAUC's oldest format, where the manifest is not in the signature."""
    cms = _signed(MANIFEST.format(version=version, compatible=compatible).encode(), detached=detached)
    return content + cms + len(cms).to_bytes(8, "big")


def _signed(content: bytes, *, detached: bool) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "maker")])
    at = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, at, at + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    options = [pkcs7.PKCS7Options.Binary] + ([pkcs7.PKCS7Options.DetachedSignature] if detached else [])
    maker = pkcs7.PKCS7SignatureBuilder().set_data(content).add_signer(certificate, key, hashes.SHA256())
    return maker.sign(serialization.Encoding.DER, options)
