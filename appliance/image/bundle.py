"""Update bundles for RAUC, and the keys that sign them: an authority of one's own, made at the first build and kept outside."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.image.recipe import Recipe
from appliance.image.steps import Steps
from appliance.run import run
from appliance.trouble import ApplianceError

FILES = ("ca.pem", "ca.key", "sign.pem", "sign.key")
YEARS = timedelta(days=365 * 25)
MANIFEST = """[update]
compatible={compatible}
version={version}

[bundle]
format=verity

[image.rootfs]
filename=root.img
"""


def keys(folder: Path) -> Path:
    """The folder with the signing keys, made now if there are none. Raise ApplianceError when some are missing."""
    there = [name for name in FILES if (folder / name).is_file()]
    if len(there) == len(FILES):
        return folder
    if there:
        missing = sorted(set(FILES) - set(there))
        raise ApplianceError(
            f"{folder} holds {', '.join(there)} but not {', '.join(missing)}; bring it back from the copy: terminals in use"
            " take no update that is signed with other keys"
        )
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ca_key, sign_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate("Jiaohao updates", ca_key, "Jiaohao updates", ca_key, authority=True)
    signer = _certificate("Jiaohao update signer", sign_key, "Jiaohao updates", ca_key, authority=False)
    for name, key in (("ca.key", ca_key), ("sign.key", sign_key)):
        pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(key.private_bytes(serialization.Encoding.PEM, pkcs8, plain))
    for name, certificate in (("ca.pem", authority), ("sign.pem", signer)):
        (folder / name).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return folder


def update_bundle(recipe: Recipe, root: Path, signing: Path, steps: Steps, work: Path, out: Path, log: Path) -> Path:
    """The signed bundle that brings a terminal to `recipe`. Raise ApplianceError."""

    def make(target: Path) -> None:
        content = work / "bundle"
        content.mkdir()
        (content / "manifest.raucm").write_text(MANIFEST.format(compatible=recipe.compatible, version=recipe.version))
        try:
            (content / "root.img").hardlink_to(root)
        except OSError:
            shutil.copyfile(root, content / "root.img")
        run(
            "rauc",
            "bundle",
            "--cert",
            signing / "sign.pem",
            "--key",
            signing / "sign.key",
            "--keyring",
            signing / "ca.pem",
            "--mksquashfs-args=-comp gzip -noD -noF",
            content,
            target,
            log=log,
            env=recipe.env,
        )

    return steps.do("update bundle", make, out / f"{recipe.name}.raucb")


def check(bundle: Path, ca: Path) -> str:
    """What a bundle says it is, after its signature was checked. Raise ApplianceError when it was changed or is of others."""
    try:
        return run("rauc", "info", "--keyring", ca, "--output-format", "readable", bundle)
    except ApplianceError as error:
        raise ApplianceError(f"{bundle} is not signed by {ca} or was changed since: {error}") from None


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey, *, authority: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + YEARS)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
