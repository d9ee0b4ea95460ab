"""The units start what exists, tell systemd how they are, and may do little else."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from appliance.boot.serve import BACKUPS, LIMITS
from link.enrol import READABLE
from link.systemd_notify import notify
from queue_server.enrolment.broker import REVOKED, TEMPLATE

FOLDER = Path(__file__).parents[2] / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))
RUNNING = [path for path in SERVICES if "Type=oneshot" not in path.read_text(encoding="utf-8")]
A_CONNECTION = 48 << 10
"""Memory of one TLS connection that says nothing, measured with mosquitto 2.0.11 and OpenSSL 3.0."""
OF_IMAGE = sorted((FOLDER / "image/tree/usr/lib/systemd/system").glob("*.service"))
"""What a machine made from an image does to itself, as root."""
OURS = [path for path in RUNNING if "broker" not in path.name]


def unit(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    return parser


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    kinds = ("service", "target", "path", "timer")
    for path in [*(found for kind in kinds for found in FOLDER.glob(f"*.{kind}")), *OF_IMAGE]:
        text = path.read_text(encoding="utf-8")
        for program in re.findall(r"ExecStart=(\S+)", text):
            stand_in = programs / Path(program).name
            stand_in.write_text("#!/bin/sh\n")
            stand_in.chmod(0o755)
            text = text.replace(program, str(stand_in))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    units = [str(path) for path in tmp_path.glob("*.*")]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("path", SERVICES + OF_IMAGE, ids=lambda path: path.stem)
def test_a_service_is_exposed_to_little(path: Path):
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(path)], capture_output=True, text=True, check=False
    )
    found = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= (3.5 if path in OF_IMAGE else 3.0)


@pytest.mark.parametrize("path", OF_IMAGE, ids=lambda path: path.stem)
def test_what_runs_as_root_writes_to_its_own_places_only(path: Path):
    service = unit(path)["Service"]
    assert (service["ProtectSystem"], service["NoNewPrivileges"], service["DevicePolicy"]) == ("strict", "yes", "closed")
    places = {place.removeprefix("-") for place in service["ReadWritePaths"].split()}
    allowed = {"/efi", "/etc/jiaohao", "/run", "/var/lib/jiaohao", "/var/lib/jiaohao-update", "/var/lib/systemd/timesync"}
    assert places <= allowed
    powers = set(service["CapabilityBoundingSet"].split())
    assert not powers & {"CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_PTRACE", "CAP_NET_ADMIN", "CAP_SETUID", "CAP_MKNOD"}


@pytest.mark.parametrize("name", ["server", "devices", "kiosk@"])
def test_a_child_that_takes_too_much_memory_does_not_end_the_service(name: str):
    assert unit(FOLDER / f"jiaohao-{name}.service")["Service"]["OOMPolicy"] == "continue"


@pytest.mark.parametrize("path", RUNNING, ids=lambda path: path.stem)
def test_a_service_starts_again_whatever_happens(path: Path):
    parsed = unit(path)
    assert parsed["Service"]["Restart"] == "always"
    assert parsed["Unit"]["StartLimitIntervalSec"] == "0"
    assert parsed["Service"]["Type"] == "notify"


def test_nothing_that_starts_with_the_machine_waits_for_the_network_or_for_every_device():
    """systemd-networkd-wait-online waits two minutes where one of two ports has no cable."""
    starting = [path for kind in ("service", "target", "path") for path in FOLDER.rglob(f"*.{kind}")]
    by_timer = {path.with_suffix(".service") for path in FOLDER.rglob("*.timer")}
    named = {path: " ".join(unit(path)["Unit"].get(key, "") for key in ("Wants", "Requires", "After")) for path in starting}
    assert len(named) > 10
    waiting = re.compile(r"network-online\.target|wait-online|udev-settle|time-wait-sync")
    assert {path for path, units in named.items() if waiting.search(units)} <= by_timer, (
        "what a timer starts keeps nobody waiting"
    )
    assert not waiting.search((FOLDER / "image/tree/usr/lib/systemd/system-preset/00-jiaohao.preset").read_text())


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_a_service_of_ours_is_watched_and_takes_the_options_its_unit_gives(path: Path):
    service = unit(path)["Service"]
    assert int(service["WatchdogSec"]) >= 10
    words = service["ExecStart"].split()
    program, options = Path(words[0]).name, {word for word in words if word.startswith("--")}
    command = [str(Path(shutil.sys.executable).parent / program)] + (["run"] if program == "jiaohao-devices" else [])  # type: ignore[attr-defined]
    told = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True).stdout
    assert [option for option in options if option not in told] == []


def own_credentials(program: str) -> tuple[str, dict[str, str]]:
    """Where the unit of a program finds its key, and the unit's section."""
    service = unit(FOLDER / f"jiaohao-{program}.service")["Service"]
    beside = "/etc/jiaohao/credentials/devices"  # as docs/security.md tells the agent beside a kiosk
    return beside if program == "devices" else "/etc/jiaohao/credentials", dict(service)


@pytest.mark.parametrize(("reader", "other"), [("kiosk@", "devices"), ("devices", "kiosk@"), ("server", "devices")])
def test_no_program_reads_the_key_of_another_on_the_same_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, other: str
):
    """The folders as tmpfiles and enrolment make them, after the units have begun; chgrp only writes down what it is told."""
    made = dict(line.split()[1:3] for line in (FOLDER / "tmpfiles.d/jiaohao.conf").read_text().splitlines() if line[0] == "d")
    folders = {own_credentials(program)[0] for program in (reader, other)}
    for folder in sorted(folders):
        here = tmp_path / folder.lstrip("/")
        here.mkdir(parents=True)
        here.chmod(int(made.get(folder, "0750"), 8))
        (here / "client.key").touch(mode=READABLE)
        (here / "client.key").chmod(READABLE)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "chgrp").write_text(f'#!/bin/sh\ngroup=$1; shift; for file; do echo "$group $file" >> {tmp_path}/given; done\n')
    (programs / "chgrp").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    for program in (reader, other):
        folder, service = own_credentials(program)
        command = service["ExecStartPre"].removeprefix("+").replace("${CREDENTIALS}", folder)
        subprocess.run([word.replace("/etc", f"{tmp_path}/etc") for word in shlex.split(command)], check=True)
    group_of = {path: group for group, path in (line.split() for line in (tmp_path / "given").read_text().splitlines())}
    service = own_credentials(reader)[1]
    groups = {service["Group"], *service["SupplementaryGroups"].split()}
    keys = {program: tmp_path / own_credentials(program)[0].lstrip("/") / "client.key" for program in (reader, other)}
    assert group_of[str(keys[reader])] in groups
    assert group_of[str(keys[other])] not in groups
    for key in keys.values():
        assert key.stat().st_mode & 0o007 == 0
    for folder in keys[reader].parents[: len(keys[reader].relative_to(tmp_path / "etc").parts) - 1]:
        may = folder.stat().st_mode & (0o010 if group_of.get(str(folder)) in groups else 0o001)
        assert may, f"{reader} comes through {folder} to its own key"


def test_the_folder_of_updates_and_the_credentials_are_no_groups_of_each_other():
    """Who may ask for an update may not read a key for that."""
    lines = [line.split() for line in (FOLDER / "tmpfiles.d/jiaohao.conf").read_text().splitlines() if line[0] == "d"]
    group = {path: group for _kind, path, _mode, _user, group, *_age in lines}
    assert group["/var/lib/jiaohao-update"] == "jiaohao-update" != group["/etc/jiaohao/credentials"]
    assert "jiaohao-update" in set(re.findall(r"^g (\S+)", (FOLDER / "sysusers.d/jiaohao.conf").read_text(), re.MULTILINE))


def test_every_user_of_a_unit_is_made_by_sysusers():
    made = set(re.findall(r"^u (\S+)", (FOLDER / "sysusers.d/jiaohao.conf").read_text(), re.MULTILINE)) | {"mosquitto"}
    assert {unit(path)["Service"]["User"] for path in RUNNING} <= made


def test_no_prompt_no_shell_and_no_key_of_the_system_waits_on_a_terminal():
    masked = {line for line in (FOLDER / "masked-units").read_text().splitlines() if line and not line.startswith("#")}
    assert {
        "getty@.service",
        "autovt@.service",
        "serial-getty@.service",
        "ctrl-alt-del.target",
        "debug-shell.service",
    } <= masked
    login = unit(FOLDER / "logind.conf.d/jiaohao.conf")["Login"]
    assert (login["NAutoVTs"], login["ReserveVT"]) == ("0", "0")
    keys = {name: what for name, what in login.items() if name.startswith("Handle")}
    assert len(keys) >= 9 and "HandlePowerKeyLongPress" in keys, "a keyboard's power key, held"
    assert set(keys.values()) == {"ignore"}
    assert unit(FOLDER / "system.conf.d/jiaohao.conf")["Manager"]["CtrlAltDelBurstAction"] == "none"
    assert re.search(r"^kernel.sysrq = 0$", (FOLDER / "sysctl.d/jiaohao.conf").read_text(), re.MULTILINE)


def test_the_kiosk_owns_its_virtual_terminal_and_so_may_switch_its_keyboard_off():
    service = unit(FOLDER / "jiaohao-kiosk@.service")["Service"]
    assert (service["StandardInput"], service["TTYPath"], service["TTYReset"]) == ("tty-fail", "/dev/tty1", "yes")
    assert "--fullscreen" in service["ExecStart"]


def test_the_kiosk_may_ask_for_a_restart_of_the_machine_by_a_file_and_in_no_other_way():
    kiosk = unit(FOLDER / "jiaohao-kiosk@.service")["Service"]
    waits = unit(FOLDER / "jiaohao-reboot.path")
    assert waits["Path"]["PathExists"] == f"/run/{kiosk['RuntimeDirectory']}/reboot"
    assert waits["Install"]["WantedBy"] == "jiaohao-terminal.target"
    does = unit(FOLDER / "jiaohao-reboot.service")["Service"]
    assert does["ExecStartPre"].endswith(waits["Path"]["PathExists"]), "the file goes before the machine does"
    assert kiosk["CapabilityBoundingSet"] == "" and kiosk["NoNewPrivileges"] == "yes"


def test_the_broker_has_files_and_memory_for_every_connection_that_it_takes():
    settings = dict(line.split(maxsplit=1) for line in TEMPLATE.read_text().splitlines() if line and line[0] != "#")
    most, service = int(settings["max_connections"]), unit(FOLDER / "jiaohao-broker.service")["Service"]
    assert most >= 1000, "a hall with a few hundred machines, many times over"
    assert int(service["LimitNOFILE"]) >= most + 100
    megabytes = int(service["MemoryMax"].removesuffix("M"))
    assert megabytes << 20 >= most * A_CONNECTION + 2 * int(settings["max_queued_bytes"])


def test_the_broker_starts_behind_the_limit_of_connections_of_one_machine_and_also_without_it():
    before = unit(FOLDER / "jiaohao-broker.service")["Service"]["ExecStartPre"]
    assert before == f"+-/usr/sbin/nft -f /etc/jiaohao/{LIMITS.name}", "as root; a kernel without these rules stops no hall"
    assert "nftables" in (FOLDER / "image/packages-server.txt").read_text().split()
    per_machine = re.findall(r"ip saddr ct count over (\d+)", LIMITS.read_text())
    assert [int(found) for found in per_machine] == [64], "a machine has a kiosk and some agents"


def test_the_server_may_leave_a_list_for_the_broker_and_backups_and_nothing_else():
    server = unit(FOLDER / "jiaohao-server.service")
    waits = unit(FOLDER / "jiaohao-revoked.path")
    folder = re.search(r"--broker-folder (\S+)", server["Service"]["ExecStart"])
    assert (
        folder is not None
        and server["Service"]["ReadWritePaths"] == f"-{folder[1]}/{REVOKED} -/{BACKUPS} -/var/lib/jiaohao-update"
    )
    assert waits["Path"]["PathExists"] == f"{folder[1]}/{REVOKED}/changed"
    assert "jiaohao-revoked.path" in server["Unit"]["Wants"].split(), "also where no target is switched on"
    does = unit(FOLDER / "jiaohao-revoked.service")["Service"]
    assert does["ExecStartPre"].endswith(waits["Path"]["PathExists"]), "the word goes before the list is read: none is lost"
    assert does["ExecStart"] == "/usr/bin/systemctl reload jiaohao-broker.service"
    assert "-HUP" in unit(FOLDER / "jiaohao-broker.service")["Service"]["ExecReload"]


def test_the_broker_is_told_to_read_its_files_again_without_any_program_but_the_shell():
    command = unit(FOLDER / "jiaohao-broker.service")["Service"]["ExecReload"]
    with subprocess.Popen(["sleep", "600"], preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)) as broker:
        subprocess.run(shlex.split(command.replace("$MAINPID", str(broker.pid))), env={"PATH": "/nowhere"}, check=True)
        assert broker.wait(60) == -signal.SIGHUP


def test_news_reach_systemd_over_the_socket_it_names(tmp_path, monkeypatch):
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(address))
        monkeypatch.setenv("NOTIFY_SOCKET", str(address))
        assert notify("READY=1", "STATUS=open")
        assert systemd.recv(100) == b"READY=1\nSTATUS=open"


def test_without_systemd_nobody_is_told_and_nothing_breaks(tmp_path, monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    assert not notify("READY=1")
