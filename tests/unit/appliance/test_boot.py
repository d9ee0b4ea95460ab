"""What a terminal made from the image does to itself: its name, its network, enrolment, judging, updating, its notices."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from appliance.boot import join as joining
from appliance.boot import main as appliance_main
from appliance.boot import serve as serving
from appliance.boot import slots
from appliance.boot.join import MachineControls, NoConfiguration, join
from appliance.boot.judge import Bench, judge
from appliance.boot.notice import BootNotice, draw, pixels, show, wrapped
from appliance.boot.place import UNITS, Place, named, without_token, write
from appliance.boot.set_up import network, set_up
from appliance.boot.slots import Slots
from appliance.boot.update import Installer, InstallRequest, begun, judged, update
from appliance.image.bundle import MANIFEST, keys
from appliance.run import run
from appliance.terminal_file import ROLES, TerminalFile
from appliance.trouble import ApplianceError
from contract.configuration.hall_files import BadHall
from contract.configuration.packing import keep, packed
from link import update as asking
from link.enrol import ClockWrong, NotEnrolled
from tests.small_hall import write_hall

KIOSK = TerminalFile(
    "kiosk-1", "hall", "testhall", "mqtts://10.0.0.2:8883", "http://10.0.0.2:8080", token="7FYS-TX75-TG9J-T6Z7-837G"
)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "machine")
    write(place.efi / "terminal.json", KIOSK.json())
    write(place.efi / "grub/machine.env", "kept")
    write(place.root / "usr/share/jiaohao/version", "2\n")
    write(place.root / "proc/cmdline", "ro quiet rauc.slot=B jiaohao.patience=20")
    return place


# --- the name ---------------------------------------------------------------------------------------------------------


def test_every_role_has_something_to_run():
    assert set(UNITS) == set(ROLES)


def test_a_terminal_takes_name_network_and_time_zone_from_the_boot_partition(place: Place):
    assert set_up(place) == KIOSK
    assert (place.etc / "terminal.env").read_text() == (
        'BROKER="mqtts://10.0.0.2:8883"\nTERMINAL="kiosk-1"\nWEB="http://10.0.0.2:8080"\n'
    )
    assert (place.run / "jiaohao/localtime").readlink() == Path("/usr/share/zoneinfo/Asia/Shanghai")
    assert "DHCP=yes" in (place.run / "systemd/network/10-jiaohao.network").read_text()
    assert (place.etc / "terminal.json").stat().st_mode & 0o077 == 0


def test_a_fixed_address_reaches_the_network_with_gateway_and_name_servers():
    text = network(replace(KIOSK, address="10.0.3.7/24", gateway="10.0.3.1", dns="10.0.0.1 10.0.0.2"))
    assert "Address=10.0.3.7/24\nGateway=10.0.3.1\nDNS=10.0.0.1\nDNS=10.0.0.2\n" in text and "DHCP=" not in text


def test_a_damaged_boot_partition_does_not_take_the_terminals_name_away(place: Place):
    set_up(place)
    (place.efi / "terminal.json").write_text("{")
    assert named(place).terminal == "kiosk-1"
    (place.efi / "terminal.json").unlink()
    assert named(place).terminal == "kiosk-1"


def test_a_disk_without_a_name_says_how_to_give_it_one_and_still_gets_a_network(place: Place):
    (place.efi / "terminal.json").unlink()
    with pytest.raises(ApplianceError, match="jiaohao-tech name"):
        set_up(place)
    assert "DHCP=yes" in (place.run / "systemd/network/10-jiaohao.network").read_text()


def test_a_disk_given_another_name_keeps_no_certificate_of_the_one_before(place: Place):
    set_up(place)
    write(place.credentials / "client.crt", "old")
    write(place.credentials / "devices/client.key", "old")
    write(place.hall / "hall.toml", "old")
    set_up(place)
    assert (place.credentials / "client.crt").exists()
    write(place.efi / "terminal.json", replace(KIOSK, terminal="kiosk-2").json())
    set_up(place)
    assert not list(place.credentials.iterdir()) and not place.hall.exists()


def test_a_used_token_is_nowhere_on_the_disk(place: Place):
    set_up(place)
    assert without_token(place, named(place)).token == ""
    assert not [path for path in place.root.rglob("*.json") if KIOSK.token in path.read_text()]
    assert named(place) == replace(KIOSK, token="")


# --- joining ----------------------------------------------------------------------------------------------------------


class Watched:
    """A machine that notes what is done to it, and stops waiting after a few times."""

    def __init__(self, tries: int = 3) -> None:
        self.said: list[str] = []
        self.started: list[str] = []
        self.clocks: list[datetime] = []
        self._tries = tries

    def machine(self) -> MachineControls:
        return MachineControls(
            lambda _t, text, _trouble: self.said.append(text), self.clocks.append, self.started.append, self._wait
        )

    def _wait(self, _seconds: float) -> None:
        self._tries -= 1
        if self._tries == 0:
            raise KeyboardInterrupt


def test_a_terminal_that_cannot_enrol_says_why_and_tries_again(place: Place, monkeypatch: pytest.MonkeyPatch):
    tried = []

    def refused(url: str, token: str, terminal: str, _folder: Path) -> None:
        tried.append((url, token, terminal))
        raise NotEnrolled("the token is wrong")

    monkeypatch.setattr(joining, "enrol", refused)
    watched = Watched()
    with pytest.raises(KeyboardInterrupt):
        join(place, watched.machine())
    assert tried == [("http://10.0.0.2:8080", KIOSK.token, "kiosk-1")] * 3
    assert watched.said.count("the token is wrong") == 3 and not watched.started


def test_a_terminal_without_token_and_certificate_says_where_tokens_come_from(place: Place):
    write(place.efi / "terminal.json", replace(KIOSK, token="").json())
    watched = Watched(1)
    with pytest.raises(KeyboardInterrupt):
        join(place, watched.machine())
    assert "jiaohao-server enrol new" in watched.said[-1]


def test_a_clock_wrong_by_years_is_set_to_the_time_that_came_signed(place: Place, monkeypatch: pytest.MonkeyPatch):
    right = datetime(2026, 11, 22, tzinfo=UTC)
    watched = Watched(1)

    def enrol(*_words: object) -> None:
        if not watched.clocks:
            raise ClockWrong("this machine's clock says 1970", right)

    monkeypatch.setattr(joining, "enrol", enrol)
    monkeypatch.setattr(joining, "let_groups_read", lambda _folder: None)
    monkeypatch.setattr(joining, "fetch_configuration", lambda *_: None)
    join(place, watched.machine())
    assert watched.clocks == [right] and watched.started == ["jiaohao-kiosk@hall.service"]
    assert named(place).token == ""


def test_a_clock_that_went_ahead_is_not_set_ahead_again_at_the_next_start(place: Place, monkeypatch: pytest.MonkeyPatch):
    kept, right = place.root / "clock", datetime(2026, 11, 22, tzinfo=UTC)
    write(kept, "")
    os.utime(kept, (2e9, 2e9))  # in 2033
    clocks: list[float] = []
    monkeypatch.setattr(appliance_main.time, "clock_settime", lambda _clock, seconds: clocks.append(seconds))
    monkeypatch.setattr(appliance_main.subprocess, "run", lambda *_words, **_more: None)
    appliance_main.set_clock(right, kept)
    assert clocks == [right.timestamp()] and kept.stat().st_mtime < 1.99e9


def test_a_member_starts_without_the_server_with_what_it_kept(place: Place, monkeypatch: pytest.MonkeyPatch):
    def nobody(*_words: object) -> None:
        raise NoConfiguration("nobody answers")

    plain = replace(KIOSK, broker="10.0.0.2:1883", role="screen", token="")
    write(place.efi / "terminal.json", plain.json())
    monkeypatch.setattr(joining, "fetch_configuration", nobody)
    watched = Watched(1)
    with pytest.raises(KeyboardInterrupt):
        join(place, watched.machine())
    assert watched.said[-1] == "nobody answers" and not watched.started
    write(place.hall / "hall.toml", "")
    join(place, watched.machine())
    assert watched.started == ["jiaohao-kiosk@screen.service"]


# --- the hall's configuration -----------------------------------------------------------------------------------------


def test_a_configuration_arrives_as_it_is_at_the_server_and_a_broken_one_harms_nothing(tmp_path: Path):
    source, folder = write_hall(tmp_path / "hall"), tmp_path / "etc" / "hall"
    given = packed(source)
    assert keep(given, folder) and not keep(given, folder)
    assert packed(folder) == given
    with pytest.raises(BadHall, match="incomplete"):
        keep(replace_files(given, "hall.toml", "[hall]"), folder)
    (source / "hall.toml").write_text("[hall]\n")
    with pytest.raises(BadHall, match=r"hall\.toml"):
        keep(packed(source), folder)
    assert packed(folder) == given


def replace_files(given: object, name: str, content: str) -> object:
    return type(given)(given.sha256, {**given.files, name: content})  # type: ignore[attr-defined,call-arg]


# --- judging ----------------------------------------------------------------------------------------------------------


class Rack:
    """Two slots; `ready` tells after how many looks the screen is there."""

    def __init__(self, running: str, order: str, ready: int | None, other: str = "1") -> None:
        grub = {"ORDER": order, "A_OK": "1", "B_OK": "1"}
        grub["B_OK" if running == "A" else "A_OK"] = other
        self.standing = Slots(running, grub)
        self.done: list[str] = []
        self._ready, self.time_s = ready, 0.0

    def bench(self) -> Bench:
        def note(word: str) -> None:
            self.done.append(word)

        return Bench(
            lambda: self.standing,
            self._active,
            lambda: note("good"),
            lambda: note("stay"),
            lambda: note("restart"),
            self._wait,
            lambda: self.time_s,
        )

    def _active(self, unit: str) -> bool:
        assert unit == "jiaohao-kiosk@hall.service"
        return self._ready is not None and self.time_s >= self._ready

    def _wait(self, seconds: float) -> None:
        self.time_s += seconds


def test_a_new_system_is_good_once_its_screen_is_there_and_then_at_once(place: Place):
    write(place.update / "result.json", json.dumps({"id": "order-1", "state": "restarting", "version": "2"}))
    first = Rack("B", "B A", ready=6)
    assert judge(place, first.bench()) and first.done == ["good"] and first.time_s >= 6
    assert told(place) == ("done", "")
    again = Rack("B", "B A", ready=None)
    assert judge(place, again.bench()) and again.done == ["good"] and again.time_s == 0


def test_a_new_system_without_a_screen_restarts_the_machine_and_is_not_called_good(place: Place):
    rack = Rack("B", "B A", ready=None)
    assert not judge(place, rack.bench()) and rack.done == ["restart"]
    assert rack.time_s == 20


def test_a_lone_system_without_a_screen_does_not_restart_for_ever(place: Place):
    rack = Rack("A", "A B", ready=None, other="0")
    assert not judge(place, rack.bench()) and rack.done == []


def test_the_old_system_notices_that_it_was_fallen_back_to_stays_and_says_so(place: Place):
    write(place.update / "result.json", json.dumps({"id": "order-1", "state": "restarting", "version": "3"}))
    rack = Rack("A", "B A", ready=2)
    assert judge(place, rack.bench()) and rack.done == ["good", "stay"]
    assert told(place)[0] == "failed" and "went back to 2" in told(place)[1]


def test_a_start_that_followed_no_update_says_nothing_of_one(place: Place):
    assert judge(place, Rack("B", "B A", ready=0).bench())
    assert not (place.update / "result.json").exists()


def test_a_machine_that_is_not_from_the_image_is_not_judged(place: Place):
    rack = Rack("", "", ready=0)
    with pytest.raises(ApplianceError, match="not started from an image"):
        judge(place, rack.bench())


# --- updating ---------------------------------------------------------------------------------------------------------


def ask(place: Place, **changed: object) -> None:
    write(place.update / "new.raucb", "bundle")
    request = {"id": "order-1", "file": "new.raucb", "sha256": hashlib.sha256(b"bundle").hexdigest(), "version": "3"}
    write(place.update / "request.json", json.dumps(request | changed))


def installer(
    install: Callable[[Path], object] = lambda _bundle: None,
    restart: Callable[[], object] = lambda: None,
    signed: Callable[[Path], str] = lambda _bundle: "3",
) -> Installer:
    """An installer for bundles that are signed as version 3."""
    return Installer(signed, lambda bundle: install(bundle) and None, lambda: restart() and None)


UNTOUCHED = installer(lambda _bundle: pytest.fail("installed"), lambda: pytest.fail("restarted"))


def told(place: Place) -> tuple[str, str]:
    result = json.loads((place.update / "result.json").read_text())
    return result["state"], result["detail"]


def test_an_update_is_installed_once_and_the_machine_restarts(place: Place):
    ask(place)
    done: list[str] = []
    assert update(place, installer(lambda bundle: done.append(bundle.name), lambda: done.append("restart")))
    assert done == ["new.raucb", "restart"] and told(place) == ("restarting", "")
    assert not (place.update / "request.json").exists() and not (place.update / "new.raucb").exists()


@pytest.mark.parametrize("left", ["request.json", "result.json", ".result.json.part", "new.raucb"])
@pytest.mark.parametrize("state", ["installing", "restarting"])
def test_root_follows_no_link_that_a_program_has_left_in_the_folder_of_updates(place: Place, left: str, state: str):
    secret = place.root / "secret.json"
    kept = json.dumps({"id": "order-1", "state": state, "version": "2", "slot": "A", "token": "7FYS"})
    write(secret, kept, 0o600)
    ask(place)
    (place.update / left).unlink(missing_ok=True)
    (place.update / left).symlink_to(secret)
    update(place, installer())
    begun(place)
    judged(place)
    assert (secret.read_text(), secret.stat().st_mode & 0o777) == (kept, 0o600)
    leaks = [path for path in place.update.iterdir() if not path.is_symlink() and "7FYS" in path.read_text()]
    assert not leaks, "what only root may read is told to nobody"


def test_a_pipe_or_a_folder_in_place_of_a_request_keeps_root_neither_waiting_nor_working(place: Place):
    ask(place)
    (place.update / "request.json").unlink()
    os.mkfifo(place.update / "request.json")
    (place.update / "result.json").mkdir()
    assert not update(place, UNTOUCHED)
    assert not (place.update / "request.json").exists()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"sha256": "0" * 64}, "not what was announced"),
        ({"file": "other.raucb"}, "is not there"),
        ({"file": "../../etc/shadow"}, "no name of a file"),
        ({"file": ""}, "no name of a file"),
    ],
)
def test_an_update_that_is_not_what_was_announced_is_not_touched(place: Place, changed: dict[str, str], why: str):
    ask(place, **changed)
    assert not update(place, UNTOUCHED)
    assert told(place)[0] == "failed" and why in told(place)[1]
    assert not (place.update / "request.json").exists()


@pytest.mark.parametrize(
    ("signed", "announced"), [("1.9", "9"), ("2", "2"), ("2.0-rc1", "3"), ("", "3"), ("unknown", "unknown")]
)
def test_a_bundle_that_is_not_signed_as_newer_is_refused_unless_somebody_wants_the_older_one(
    place: Place, signed: str, announced: str
):
    of_old = installer(UNTOUCHED.install, UNTOUCHED.restart, lambda _bundle: signed)
    for older in (False, None, "true", 1):  # only a person's word counts, as the server's page hands it on
        ask(place, id=f"order-{older}", version=announced, older=older)
        assert not update(place, of_old)
        assert told(place) == ("failed", "not-newer") and not (place.update / "request.json").exists()
    ask(place, id="order-2", version=announced, older=True)
    assert update(place, installer(signed=lambda _bundle: signed))
    assert told(place) == ("restarting", "")


def test_after_a_new_system_that_did_not_start_the_one_that_runs_may_be_updated_again(place: Place):
    write(place.update / "result.json", json.dumps({"id": "order-1", "state": "restarting", "version": "3", "slot": "B"}))
    assert judge(place, Rack("B", "A B", ready=0).bench()) and told(place)[0] == "failed"
    ask(place, id="order-2", version="3")
    assert update(place, installer()) and told(place) == ("restarting", "")


def test_rauc_says_which_version_is_signed_and_refuses_what_was_changed_since(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    content, made = tmp_path / "content", tmp_path / "made.raucb"
    content.mkdir()
    (content / "root.img").write_bytes(os.urandom(65536))
    write(content / "manifest.raucm", MANIFEST.format(compatible="jiaohao-kiosk-amd64", version="20261128.0900-abcdef0"))
    signing = keys(tmp_path / "keys")
    by_us = ["--cert", signing / "sign.pem", "--key", signing / "sign.key", "--keyring", signing / "ca.pem"]
    subprocess.run(["rauc", "bundle", *by_us, content, made], check=True, capture_output=True)
    monkeypatch.setattr(slots, "run", lambda _rauc, _info, *words: run("rauc", "info", "--keyring", signing / "ca.pem", *words))
    assert slots.signed_version(made) == "20261128.0900-abcdef0"
    made.write_bytes(made.read_bytes().replace(b"version=20261128", b"version=20261129"))
    with pytest.raises(ApplianceError, match="rauc failed"):
        slots.signed_version(made)


def test_the_terminals_updater_and_the_installer_speak_of_the_same_things():
    assert {field.name for field in fields(InstallRequest)} == set(asking.InstallOrder.__struct_fields__)
    states = set(get_args(get_type_hints(asking.InstallResult)["state"]))
    assert states == {"installing", "restarting", "done", "failed"}


def test_an_unreadable_request_and_a_refused_bundle_are_told(place: Place):
    write(place.update / "request.json", "{")
    assert not update(place, installer())
    assert told(place)[0] == "failed" and "cannot be read" in told(place)[1]

    def refuse(_bundle: Path) -> None:
        raise ApplianceError("rauc failed (signature verification failed)")

    ask(place)
    assert not update(place, installer(refuse, UNTOUCHED.restart))
    assert told(place) == ("failed", "rauc failed (signature verification failed)")


def test_a_power_cut_in_the_middle_leaves_the_request_so_that_it_begins_again(place: Place):
    ask(place)

    def cut(_bundle: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update(place, installer(cut))
    assert told(place)[0] == "installing"
    assert update(place, installer())


@pytest.mark.parametrize("left", ["installing", "restarting"])
def test_a_power_cut_after_the_new_system_was_written_does_not_write_over_the_one_before(place: Place, left: str):
    ask(place)
    write(place.update / "result.json", json.dumps({"id": "order-1", "state": left, "version": "3", "slot": "A"}))
    assert update(place, UNTOUCHED)
    assert not (place.update / "request.json").exists() and not (place.update / "new.raucb").exists()
    assert judge(place, Rack("B", "B A", ready=6).bench())
    assert told(place) == ("done", "")


def test_another_request_in_the_same_slot_is_not_taken_for_one_that_was_answered(place: Place):
    write(place.update / "result.json", json.dumps({"id": "order-1", "state": "done", "version": "3", "slot": "A"}))
    ask(place, id="order-2")
    installed: list[Path] = []
    assert update(place, installer(installed.append)) and len(installed) == 1


# --- notices ----------------------------------------------------------------------------------------------------------


def test_a_notice_covers_the_screen_in_its_own_pixel_format(tmp_path: Path):
    notice = BootNotice("kiosk-1", ("本终端暂时无法启动", "This terminal cannot start yet"), "the token is wrong", True)
    for depth, stride in ((32, 1080 * 4 + 64), (16, 1080 * 2)):
        facts, device = tmp_path / str(depth), tmp_path / f"fb{depth}"
        write(facts / "virtual_size", "1080,1920\n")
        write(facts / "bits_per_pixel", f"{depth}\n")
        write(facts / "stride", f"{stride}\n")
        device.write_bytes(b"")
        assert show(notice, device, facts)
        assert device.stat().st_size == stride * 1920
    assert not show(notice, tmp_path / "nothing", tmp_path / "nothing")
    with pytest.raises(ValueError, match="24 bits"):
        pixels(draw(notice, 320, 240), 24, 960)


def test_a_long_text_is_broken_at_words_and_between_chinese_characters():
    assert wrapped("one two three", 7, len) == ["one two", "three"]
    assert wrapped("本终端暂时无法启动", 4, len) == ["本终端暂", "时无法启", "动"]
    assert wrapped("", 4, len) == []


# --- the server's machine ---------------------------------------------------------------------------------------------


def test_a_server_takes_the_hall_on_its_disk_and_configures_its_broker(place: Place, monkeypatch: pytest.MonkeyPatch):
    done: list[list[str]] = []
    monkeypatch.setattr(serving, "run", lambda *words: done.append([str(word) for word in words]))
    server = TerminalFile("server-1", "server", "testhall", "10.0.0.2:8884", "http://10.0.0.2:80", address="10.0.0.2/24")
    write(place.efi / "terminal.json", server.json())
    write_hall(place.efi / "hall")
    watched = Watched(0)
    join(place, watched.machine())
    assert watched.started == ["jiaohao-broker.service", "jiaohao-server.service"]
    assert (
        place.etc / "server.env"
    ).read_text() == 'BROKER="mqtts://127.0.0.1:8884"\nWEB="0.0.0.0:80"\nSTAFF_WEB="0.0.0.0:8081"\n'
    assert "tcp dport 8884 ct state new" in (place.etc / serving.LIMITS.name).read_text()
    assert packed(place.hall) == packed(place.efi / "hall")
    words = done[0]
    assert words[1] == "broker-config" and words[words.index("--port") + 1] == "8884"
    assert [words[at + 1] for at, word in enumerate(words) if word == "--host"] == ["10.0.0.2"]


def test_a_new_server_is_put_back_from_the_backup_on_its_boot_partition_or_on_the_backup_disk(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    done: list[list[str]] = []

    def ran(*words: object) -> None:
        done.append([str(word) for word in words])
        if done[-1][1] == "restore":
            write_hall(place.hall)

    monkeypatch.setattr(serving, "run", ran)
    server = TerminalFile("server-1", "server", "testhall", "10.0.0.2", "http://10.0.0.2:80")
    write(place.efi / "restore.txt", "four words are easy\n")
    with pytest.raises(ApplianceError, match="connect the disk"):
        serving.prepare(place, server)
    disk = place.root / "var/backups/jiaohao"
    write(disk / "jiaohao-testhall-20261123T010000Z.backup", "sealed")
    serving.prepare(place, server)
    words = done[0]
    assert [words[1], done[1][1]] == ["restore", "broker-config"], "first the hall, then what is made from it"
    assert words[words.index("--from") + 1] == str(disk)
    assert words[words.index("--passphrase-file") + 1] == str(place.efi / "restore.txt")
    assert not (place.efi / "restore.txt").exists(), "the passphrase does not stay on the disk"

    write(place.efi / "restore.txt", "four words are easy\n")
    write(place.root / "var/lib/jiaohao/ledger.sqlite", "a ledger")
    serving.prepare(place, server)
    assert [words[1] for words in done[2:]] == ["broker-config"], "nothing is put back over a ledger"


def test_a_server_that_nobody_has_logged_in_to_shows_the_password_on_its_own_screen_once(place: Place):
    server = TerminalFile("server-1", "server", "testhall", "10.0.0.2", "http://10.0.0.2:80")
    assert serving.first_log_in(place, server) == ""
    write(place.root / serving.FIRST_LOG_IN, "admin made-up-12a\n")
    said = serving.first_log_in(place, server)
    assert "https://10.0.0.2:8081, account admin, password made-up-12a" in said and "账号 admin，密码 made-up-12a" in said


class Programs:
    """Stands for jiaohao-server on the command line; `fails` is what `account` says instead of a password."""

    def __init__(self, fails: str = "") -> None:
        self.done: list[list[str]] = []
        self._fails = fails

    def __call__(self, *words: object) -> str:
        self.done.append([str(word) for word in words[1:]])
        if words[1] != "account":
            return ""
        if self._fails:
            raise ApplianceError(self._fails)
        return f"account {words[-1]}, new password: made-up-12a\nIt must be changed at the first log-in.\n"


@pytest.mark.parametrize(("asked", "name"), [("", "admin"), ("0101\r\n", "0101"), ("--help", "--help")])
def test_whoever_has_the_servers_disk_gets_a_new_password_once_and_no_log_has_it(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, asked: str, name: str
):
    programs = Programs()
    monkeypatch.setattr(serving, "run", programs)
    write(place.efi / "terminal.json", replace(KIOSK, role="server").json())
    write_hall(place.efi / "hall")
    (place.efi / "reset.txt").write_text(asked)
    watched = Watched(0)
    join(place, watched.machine())
    assert programs.done[-1][:2] == ["account", "reset"] and programs.done[-1][-2:] == ["--", name]
    assert f"账号 {name} 的新密码：made-up-12a" in watched.said[-1] and watched.started
    assert "made-up-12a" not in caplog.text and not (place.efi / "reset.txt").exists()


def test_an_account_that_is_not_there_is_named_on_the_servers_screen_and_the_server_starts(
    place: Place, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(serving, "run", Programs("there is no account 'amdin'; known: admin"))
    write(place.efi / "terminal.json", replace(KIOSK, role="server").json())
    write_hall(place.efi / "hall")
    (place.efi / "reset.txt").write_text("amdin")
    watched = Watched(0)
    join(place, watched.machine())
    assert "known: admin" in watched.said[-1] and "jiaohao-server.service" in watched.started


@pytest.mark.parametrize("damage", ["[hall]\n", "\x00\xff", None])
def test_a_damaged_hall_on_the_disk_stops_no_server_that_has_one(
    place: Place, monkeypatch: pytest.MonkeyPatch, damage: str | None
):
    monkeypatch.setattr(serving, "run", Programs())
    write(place.efi / "terminal.json", replace(KIOSK, role="server").json())
    write_hall(place.hall)
    before = packed(place.hall)
    if damage is None:
        (place.efi / "hall/items").mkdir(parents=True)
        (place.efi / "hall/items/lost").symlink_to("/nowhere")
    else:
        write(place.efi / "hall/hall.toml", damage)
    watched = Watched(0)
    join(place, watched.machine())
    assert "仍用原来的" in watched.said[-1] and "jiaohao-server.service" in watched.started
    assert packed(place.hall) == before


def test_a_power_cut_while_a_hall_takes_its_place_loses_neither(place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(serving, "run", Programs())
    write_hall(place.hall)
    place.hall.replace(place.hall.with_name("hall.old"))
    assert serving.prepare(place, replace(KIOSK, role="server")) == []
    assert (place.hall / "hall.toml").exists()


def test_a_server_without_a_hall_says_so(place: Place):
    write(place.efi / "terminal.json", replace(KIOSK, role="server").json())
    for damaged, why in ((False, "--hall-files"), (True, "cannot be used")):
        if damaged:
            write(place.efi / "hall/hall.toml", "[hall]\n")
        watched = Watched(1)
        with pytest.raises(KeyboardInterrupt):
            join(place, watched.machine())
        assert why in watched.said[-1] and not watched.started
