"""The broker's folder: its configuration, certificates, access file and list of revoked certificates.

    mosquitto.conf  acl  ca.crt  server.crt  server.key  mosquitto.pid  revoked/list.pem  revoked/changed

`revoked/` belongs to the user of the queue server, which has no other right over the broker: it puts the list there, and leaves
`changed` when it cannot tell the broker itself. jiaohao-revoked.path sees that and has the list read.

The names in certificates are the clients' names: mosquitto takes the common name as user name and as client id
(`use_identity_as_username`, `use_username_as_clientid`), so that no terminal can speak, listen or be cut off in another's name.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from contract import durable
from contract.configuration.hall import HallConfig
from queue_server.enrolment.access import access_file
from queue_server.enrolment.authority import Authority, key_pem, new_key, pem_of
from queue_server.enrolment.register import Register

TEMPLATE = Path(__file__).parent / "mosquitto.conf"
SOON = timedelta(days=365)
READABLE = 0o640
REVOKED = "revoked"


def configure(
    folder: Path,
    config: HallConfig,
    authority: Authority,
    *,
    listen: str,
    port: int,
    hosts: Sequence[str],
    servers: Sequence[str],
    group: str | None,
    owner: int,
    now: datetime,
) -> None:
    """Write everything the broker needs, keeping its key and certificate while they serve `hosts`.

    `listen` is the address to listen on, `hosts` are the names under which terminals reach it, `group` may read the folder,
    `owner` is the user (id) of the queue server. The list of revoked certificates is written by `write_revoked`.
    """
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    text = TEMPLATE.read_text(encoding="utf-8").replace("@FOLDER@", str(folder)).replace("@LISTEN@", listen)
    _put(folder / "mosquitto.conf", text.replace("@PORT@", str(port)).encode(), group)
    _put(folder / "acl", access_file(config, servers).encode(), group)
    _put(folder / "ca.crt", authority.pem.encode(), group)
    if not serves(folder, authority, hosts, now):
        key = new_key()
        certificate = authority.for_server("broker", hosts, key, now)
        _put(folder / "server.key", key_pem(key), group)
        _put(folder / "server.crt", pem_of(certificate).encode(), group)
    revoked = folder / REVOKED
    revoked.mkdir(mode=0o750, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(revoked, owner, -1)
    if group is not None:
        shutil.chown(folder, group=group)
        folder.chmod(0o2771)  # the broker leaves its process id here; the queue server only passes through
        shutil.chown(revoked, group=group)
        revoked.chmod(0o2750)


def write_revoked(folder: Path, register: Register, now: datetime) -> None:
    """The list of revoked certificates as the register has it; the group of its folder may read it. Raise OSError."""
    place = folder / REVOKED
    path = place / "list.pem"
    with _one_at_a_time(place):
        durable.replace_file(path, register.authority.revoked(register.revoked(), now), mode=READABLE)
        group = place.stat().st_gid
        if path.stat().st_gid != group:
            os.chown(path, -1, group, follow_symlinks=False)


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Nobody puts an older list over a newer one: web pages, commands and two servers take turns."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def reload(folder: Path) -> bool:
    """Let the broker read its access file and list of revoked certificates again; whether it could be told.

    Root may signal it, and the user it runs as. After a power cut the file with its number is left over, and the number may be
    anybody's: only the broker with this folder's configuration is told.
    """
    try:
        number = int((folder / "mosquitto.pid").read_text())
        process = os.pidfd_open(number)
    except (OSError, ValueError, OverflowError):
        return False
    try:
        if not _is_broker(number, folder):
            return False
        signal.pidfd_send_signal(process, signal.SIGHUP)
    except OSError:
        return False
    finally:
        os.close(process)
    return True


def _is_broker(number: int, folder: Path) -> bool:
    """Whether the process of this number is the broker of the folder. Raise OSError."""
    program, *words = os.fsdecode(Path(f"/proc/{number}/cmdline").read_bytes()).split("\0")
    configuration = (folder / "mosquitto.conf").resolve()
    return Path(program).name == "mosquitto" and configuration in (Path(word).resolve() for word in words)


def ask_for_reload(folder: Path) -> None:
    """Leave word that the list of revoked certificates has changed, for whoever may signal the broker. Raise OSError."""
    (folder / REVOKED / "changed").touch()


def client_credentials(folder: Path, authority: Authority, name: str, now: datetime, life: timedelta) -> x509.Certificate:
    """A key and a certificate made here for a client on this machine: ca.crt, client.crt and client.key in `folder`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = new_key()
    certificate = authority.for_client(name, key, now, life)
    durable.replace_file(folder / "ca.crt", authority.pem.encode(), mode=0o644)
    durable.replace_file(folder / "client.key", key_pem(key), mode=READABLE)
    durable.replace_file(folder / "client.crt", pem_of(certificate).encode(), mode=0o644)
    return certificate


def serves(folder: Path, authority: Authority, hosts: Sequence[str], now: datetime, soon: timedelta = SOON) -> bool:
    """Whether the folder has a server's certificate of this authority for all of `hosts`, with its key, that does not end
    `soon`."""
    try:
        certificate = x509.load_pem_x509_certificate((folder / "server.crt").read_bytes())
        key = serialization.load_pem_private_key((folder / "server.key").read_bytes(), None)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    there = {str(name.value) for name in names}
    fits = set(hosts) <= there and key.public_key() == certificate.public_key()
    return fits and authority.issued(certificate) and certificate.not_valid_after_utc > now + soon


def _put(path: Path, content: bytes, group: str | None) -> None:
    durable.replace_file(path, content, mode=READABLE)
    if group is not None:
        shutil.chown(path, group=group)
