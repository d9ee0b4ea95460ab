"""The machine with broker and queue server: takes the hall that was put on its disk, configures the broker, starts both.

The hall's folder comes on the boot partition (`jiaohao-tech name ... --hall-files DIR`). It is checked before it replaces
the one before.
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from appliance.boot.place import Place, write
from appliance.run import run
from appliance.terminal_file import TerminalFile
from appliance.trouble import ApplianceError
from contract.configuration.hall_files import BadHall, load

LOG = logging.getLogger(__name__)
HALL = "hall"
PROGRAM = "/opt/jiaohao/bin/jiaohao-server"
WEB_PORT = 8080
STAFF_PORT = 8081
BROKER_PORT = 8883
LIMITS = Path(__file__).with_name("connections.nft")
STATE = "var/lib/jiaohao"
FIRST_LOG_IN = f"{STATE}/first-log-in.txt"
RESTORE = "restore.txt"
RESET = "reset.txt"
BACKUPS = "var/backups/jiaohao"
"""Where a disk with the label HALLBACKUP is mounted."""


def prepare(place: Place, terminal: TerminalFile) -> list[str]:
    """Bring configuration, broker and settings up to date; what the machine's own screen must say. Raise ApplianceError,
    OSError."""
    _restore(place)
    said = _take_hall(place)
    host, port = _reached(terminal.broker, BROKER_PORT)
    hosts = [host, *([terminal.address.partition("/")[0]] if terminal.address else [])]
    run(
        PROGRAM,
        "broker-config",
        "--hall",
        place.hall,
        "--state",
        place.root / STATE,
        "--out",
        place.etc / "broker",
        "--credentials",
        place.credentials,
        "--group",
        "mosquitto",
        "--port",
        str(port),
        *(word for name in dict.fromkeys(hosts) for word in ("--host", name)),
    )
    write(place.etc / LIMITS.name, LIMITS.read_text(encoding="utf-8").replace("@PORT@", str(port)))
    _, web = _reached(terminal.web or "http://", WEB_PORT)
    settings = {"BROKER": f"mqtts://127.0.0.1:{port}", "WEB": f"0.0.0.0:{web}", "STAFF_WEB": f"0.0.0.0:{STAFF_PORT}"}
    write(place.etc / "server.env", "".join(f'{name}="{value}"\n' for name, value in settings.items()))
    return said + _reset_account(place)


def first_log_in(place: Place, terminal: TerminalFile) -> str:
    """What the machine's own screen says while nobody has logged in to the web pages yet, because nobody can log in to the
    machine and read it there; empty afterwards. Raise ApplianceError."""
    try:
        name, password = (place.root / FIRST_LOG_IN).read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return ""
    host = _reached(terminal.web or "http://", WEB_PORT)[0]
    address = f"https://{f'[{host}]' if ':' in host else host}:{STAFF_PORT}"
    return (
        f"网页首次登录：{address}，账号 {name}，密码 {password}，登录后须修改。"
        f" First log-in to the web pages: {address}, account {name}, password {password}; change it there."
    )


def _reset_account(place: Place) -> list[str]:
    """A new password for the account that `reset.txt` on the boot partition names, admin if it names none: the way in for
    whoever has the machine's disk, when nobody can log in any more. The file is gone before, so that this is done once. Raise
    OSError."""
    asked = place.efi / RESET
    if not asked.is_file():
        return []
    name = asked.read_text(encoding="utf-8", errors="replace").strip() or "admin"
    asked.unlink()
    try:
        told = run(PROGRAM, "account", "reset", "--hall", place.hall, "--state", place.root / STATE, "--", name)
    except ApplianceError as error:
        LOG.error("no password was reset: %s", error)
        return [f"没有重设密码。No password was reset: {error}"]
    LOG.warning("the password of %s was reset, as %s asked", name, asked)
    password = told.partition("new password: ")[2].split("\n")[0]
    return [f"账号 {name} 的新密码：{password}，登录后须修改。New password of {name}: {password}; change it after the log-in."]


def _restore(place: Place) -> None:
    """Put the hall back from a backup, on a machine that has no ledger yet: the boot partition has the passphrase in
    `restore.txt`, the backup lies beside it or on the backup disk. Raise ApplianceError, OSError."""
    asked, state = place.efi / RESTORE, place.root / STATE
    if not asked.is_file():
        return
    if (state / "ledger.sqlite").exists():
        LOG.warning("%s is not looked at: this server has a ledger, and nothing is put back over one", asked)
        return
    folders = [folder for folder in (place.efi, place.root / BACKUPS) if any(folder.glob("*.backup"))]
    if not folders:
        raise ApplianceError(f"there is no file *.backup beside {RESTORE} and none on the backup disk; connect the disk")
    run(
        PROGRAM,
        "restore",
        "--hall",
        place.hall,
        "--state",
        state,
        "--from",
        folders[0],
        "--passphrase-file",
        asked,
    )
    asked.unlink()
    _readable(place.hall)


def _take_hall(place: Place) -> list[str]:
    """The hall's folder from the boot partition, if there is another one than before. A damaged one changes nothing: the server
    goes on with what it had, and its screen says so. Raise ApplianceError, OSError."""
    given, fresh, old = place.efi / HALL, place.hall.with_name("hall.new"), place.hall.with_name("hall.old")
    if old.exists() and not place.hall.exists():
        old.replace(place.hall)  # a power cut came between the two
    has_one = (place.hall / "hall.toml").exists()
    if not given.is_dir():
        if has_one:
            return []
        raise ApplianceError(
            "this server has no hall; put the hall's folder on its disk: jiaohao-tech name ... --hall-files DIR"
        )
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    try:
        shutil.copytree(given, fresh)
        load(fresh)
    except (BadHall, OSError) as error:
        if not has_one:
            raise ApplianceError(f"the hall on the disk cannot be used: {error}") from None
        LOG.error("the hall on the disk cannot be used, the server goes on with the one before: %s", error)
        return [f"启动盘上的大厅配置不能使用，仍用原来的。The hall on the disk cannot be used, the one before stays: {error}"]
    _readable(fresh)
    if place.hall.exists():
        place.hall.replace(old)
    fresh.replace(place.hall)
    return []


def _readable(folder: Path) -> None:
    """What comes from the boot partition is root's alone there; the programs have users of their own."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _reached(address: str, port: int) -> tuple[str, int]:
    """Host and port of an address; raise ApplianceError."""
    parts = urlsplit(address if "://" in address else f"mqtts://{address}")
    try:
        return parts.hostname or "127.0.0.1", parts.port or port
    except ValueError:
        raise ApplianceError(f"{address!r} is no address; write HOST:PORT") from None
