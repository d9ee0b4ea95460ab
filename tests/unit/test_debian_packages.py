"""Every program that the sources start is in a Debian package that is installed where they run."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from appliance.image.recipe import packages
from appliance.run import PACKAGES as TECHNICIANS
from tests.calls_in_python import OURS, UNREAD, Reader, Source, Start
from tests.calls_in_shell import of_makefile, of_script, of_unit

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "alsa-utils": "aplay",
    "apt": "apt-get",
    "bash": "bash",
    "bmap-tools": "bmaptool",
    "chromium": "chromium",
    "coreutils": "cat chroot cp date dd dirname env id mkdir nice rm sha256sum sleep touch tr",
    "cups-ipp-utils": "ippeveprinter",
    "dash": "sh",
    "dbus": "dbus-daemon",
    "dosfstools": "mkfs.vfat",
    "dpkg": "dpkg dpkg-query",
    "e2fsprogs": "debugfs e2fsck mke2fs",
    "espeak-ng": "espeak-ng",
    "fdisk": "sfdisk",
    "findutils": "find",
    "genimage": "genimage",
    "git": "git",
    "grep": "grep",
    "grub-common": "grub-editenv grub-mkimage grub-script-check",
    "imagemagick": "import",
    "iproute2": "ip",
    "make": "make",
    "mmdebstrap": "mmdebstrap",
    "mosquitto": "mosquitto",
    "mount": "losetup mount umount",
    "nftables": "nft",
    "mtools": "mcopy mmd mtype",
    "nodejs": "node",
    "npm": "npm",
    "openssl": "openssl",
    "poppler-utils": "pdffonts pdfinfo pdftotext",
    "postgresql-15": "initdb postgres",
    "qemu-system-common": "qemu-storage-daemon",
    "qemu-system-x86": "qemu-system-x86_64",
    "qemu-utils": "qemu-img",
    "rauc": "rauc",
    "sed": "sed",
    "squashfs-tools": "mksquashfs unsquashfs",
    "sudo": "sudo",
    "systemd": "systemctl systemd-analyze",
    "tar": "tar",
    "util-linux": "lsblk setpriv unshare",
    "util-linux-extra": "hwclock",
    "websockify": "websockify",
    "x11vnc": "x11vnc",
    "xdotool": "xdotool",
    "xvfb": "Xvfb xvfb-run",
    "zstd": "zstd",
}
"""Package → the programs in it that the sources start."""
PACKAGE_OF = {program: package for package, programs in PACKAGES.items() for program in programs.split()}
BEFORE = {"apt", "make", "sudo"}
"""What a machine has before it runs `make`; where root does, sudo is not called."""
BRINGS = {"systemd-sysv": "systemd"}
SAID = {
    ("tests/journey/test_offline_kiosk.py", "net.run"): ["ip"],
    (
        "tests/unit/test_systemd_units.py",
        "[word.replace('/etc', f'{tmp_path}/etc') for word in shlex.split(command)]",
    ): ["find"],
    ("tests/unit/test_systemd_units.py", "shlex.split(command.replace('$MAINPID', str(broker.pid)))"): ["sh"],
}
"""(file, expression) → the programs it starts, where the source alone does not tell."""
HERE = "tests/unit/test_debian_packages.py"
DEVELOPERS, BUILDERS = "debian-packages.txt", "systemd/image/debian-packages.txt"
COMMON, KIOSK, SERVER = (f"systemd/image/packages-{name}.txt" for name in ("common", "kiosk", "server"))


@dataclass(frozen=True)
class Place:
    """Where programs of `folders` run: a machine with the packages of `lists`; a missing one is added to the first."""

    lists: tuple[str, ...]
    folders: tuple[str, ...]

    def installed(self) -> set[str]:
        listed = {package.split()[0] for path in self.lists for package in packages(ROOT / path)}
        return listed | {BRINGS[package] for package in listed & set(BRINGS)} | essential() | BEFORE


PLACES = {
    "developer": Place(
        (DEVELOPERS,),
        (
            *(
                "Makefile",
                ".ci",
                "assets",
                "contract",
                "drivers",
                "launcher",
                "kiosk",
                "link",
                "queue_server",
                "tests",
                "setup.py",
            ),
            *("appliance/run.py", "appliance/terminal_file.py", "appliance/trouble.py"),
            *(f"appliance/image/{name}.py" for name in ("main", "write", "disks")),
        ),
    ),
    "builder": Place((BUILDERS, DEVELOPERS), ("appliance/image", "tests/image")),
    "kiosk": Place((KIOSK, COMMON), ("appliance/boot", "contract", "drivers", "kiosk", "link")),
    "server": Place((SERVER, COMMON), ("appliance/boot", "contract", "queue_server", "link")),
    "units": Place((COMMON, KIOSK, SERVER), ("systemd",)),
}


@cache
def essential() -> set[str]:
    """The packages that every Debian has."""
    shown = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Essential}\n"], check=True, capture_output=True, text=True)
    return {line.split()[0] for line in shown.stdout.splitlines() if line.endswith(" yes")}


@cache
def sources() -> list[Source]:
    """All of Python in the project."""
    files = [ROOT / "setup.py"] + [path for folder in _folders() for path in sorted((ROOT / folder).rglob("*.py"))]
    return [Source(path, ROOT) for path in files]


def _folders() -> set[str]:
    return {path.name for path in ROOT.iterdir() if path.is_dir() and next(path.glob("*.py"), None) is not None}


@cache
def starts() -> frozenset[Start]:
    """Every program that the project starts: in Python, scripts, the makefile, and units."""
    found = Reader(sources(), SAID).starts()
    for reader, paths in (
        (of_makefile, [ROOT / "Makefile"]),
        (of_script, [ROOT / ".ci/run", *(ROOT / "assets/set-up").iterdir()]),
        (of_unit, [path for path in (ROOT / "systemd").rglob("*") if path.suffix in (".service", ".conf") and path.is_file()]),
    ):
        for path in paths:
            programs = reader(path.read_text(encoding="utf-8"))
            found |= {Start(program, str(path.relative_to(ROOT)), 1, "") for program in programs}
    return frozenset(found)


@cache
def used_by_make_test() -> set[str]:
    """The files of tests/image that other tests need as well."""
    wanted = {name for source in sources() if not source.file.startswith("tests/image/") for name in source.imports.values()}
    here = [source for source in sources() if source.file.startswith("tests/image/")]
    return {source.file for source in here if any(name.startswith(f"{source.module}.") for name in wanted)}


def runs_in(place: Place, file: str) -> bool:
    """Whether a file runs at a place."""
    if file in used_by_make_test() and place is PLACES["developer"]:
        return True
    inner = max((folder for each in PLACES.values() for folder in each.folders if f"{file}/".startswith(f"{folder}/")), key=len)
    return inner in place.folders


def missing(found: frozenset[Start], place: Place) -> list[str]:
    """One sentence for every program that the packages of a place do not bring."""
    installed, sentences = place.installed(), []
    for start in sorted(found):
        name, where = Path(start.program).name, f"{start.file}:{start.line}"
        package = PACKAGE_OF.get(name)
        if start.program == OURS or start.program.startswith(("/opt/jiaohao/bin/", "assets/")):
            continue
        if start.program == UNREAD:
            sentences.append(
                f"{where} starts a program that cannot be read from `{start.expression}`; say it in SAID of {HERE}"
            )
        elif package is None:
            sentences.append(
                f"{where} starts {name}: add the package that brings it (`dpkg -S $(command -v {name})`) to PACKAGES of {HERE},"
                f" and to {place.lists[0]} unless it is there"
            )
        elif package not in installed:
            sentences.append(f"{where} starts {name}: add {package} to {place.lists[0]}")
    return sentences


@pytest.mark.parametrize("name", PLACES)
def test_every_program_comes_with_a_package_of_the_set_up(name: str) -> None:
    place = PLACES[name]
    found = frozenset(start for start in starts() if runs_in(place, start.file))
    assert {start.program for start in found} - {OURS}, "something is started everywhere"
    assert missing(found, place) == []


def test_every_file_that_starts_a_program_runs_somewhere() -> None:
    assert [start for start in starts() if not any(runs_in(place, start.file) for place in PLACES.values())] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_has_the_programs_that_the_table_says(package: str) -> None:
    """Or a package that it depends on; packages that this machine lacks are believed."""
    shown = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Status}|${Depends}", package], capture_output=True, text=True, check=False
    )
    if not shown.stdout.startswith("install ok installed"):
        return
    depends = [words.split()[0].split(":")[0] for words in shown.stdout.partition("|")[2].split(",") if words.strip()]
    files = subprocess.run(
        ["dpkg-query", "-L", package, *depends], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    programs = {Path(file).name for file in files if Path(file).parent.name in ("bin", "sbin")}
    assert [program for program in PACKAGES[package].split() if not names(program) & programs] == []


def names(program: str) -> set[str]:
    """The name of a program, and the one it has behind Debian's alternatives."""
    return {program} | {(Path(folder) / program).resolve().name for folder in ("/usr/bin", "/usr/sbin")}


def test_the_technicians_program_names_the_same_packages() -> None:
    assert {tool: PACKAGE_OF.get(tool, package) for tool, package in TECHNICIANS.items()} == TECHNICIANS


NEW = """
import shutil
import subprocess
from pathlib import Path

TOOLS = ("tool-of-a-table", "mcopy")
BIN = Path("/usr/lib/new/bin")

def run(*command, before=()):
    return subprocess.run([*before, *command], check=True)

class Program:
    def __init__(self, name, command):
        self._command = ["nice", "-n", "5", *command]

    def open(self):
        subprocess.Popen(self._command)

def all_ways(folder, stack, unknown):
    run("tool-of-a-wrapper", folder)
    run("mcopy", before=("tool-before-a-wrapper",))
    Program("x", ["tool-of-a-class", "-v"]).open()
    subprocess.Popen(args=[BIN / "tool-in-a-folder"])
    subprocess.run("tool-of-a-text --now".split() + ["more"])
    stack.callback(subprocess.run, ["tool-called-later", folder])
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    subprocess.run(["sh", "-c", "cd x && tool-of-a-shell | cat > tool-no-program"])
    (folder / "script").write_text("#!/bin/sh\\nfor x in 1; do echo $(tool-of-a-script) 2>tool-no-program; done\\n")
    subprocess.run([folder / "our-own"])
    subprocess.run(unknown["key"])
"""


def test_a_new_program_is_found_however_it_is_started_and_named_with_what_to_add(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text(NEW)
    found = frozenset(Reader([Source(tmp_path / "new.py", tmp_path)], {}).starts())
    sentences = missing(found, PLACES["developer"])
    new = {
        f"tool-{name}"
        for name in (
            "of-a-table",
            "of-a-wrapper",
            "before-a-wrapper",
            "of-a-class",
            "in-a-folder",
            "of-a-text",
            "called-later",
            "of-a-shell",
            "of-a-script",
        )
    }
    assert {sentence.split(" starts ")[1].split(":")[0] for sentence in sentences if "dpkg -S" in sentence} == new
    assert [sentence for sentence in sentences if "cannot be read from `unknown['key']`" in sentence]
    assert len({sentence.split(" starts ")[1] for sentence in sentences}) == len(new) + 1
    assert all(f"to {DEVELOPERS}" in sentence or "SAID" in sentence for sentence in sentences)


def test_a_package_that_is_taken_from_the_list_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = frozenset({Start("grub-script-check", "tests/unit/test_image_build.py", 7, "")})
    monkeypatch.setattr(Place, "installed", lambda self: {"dash"})
    assert missing(found, PLACES["developer"]) == [
        "tests/unit/test_image_build.py:7 starts grub-script-check: add grub-common to debian-packages.txt"
    ]


def test_commands_of_a_makefile_and_of_a_unit_are_found() -> None:
    makefile = "all: $(shell find x)\n\t@[ -x $(BIN)/own ] || $(SUDO) mv a b\n\trm $$(id -u) $(or $(ARGS),word)\n"
    assert of_makefile(makefile) == {"find", "mv", "rm", "id"}
    assert of_unit("[Service]\nExecStart=-/usr/bin/one x\nExecReload=/bin/sh -c 'two && kill 1'\n") == {
        "/usr/bin/one",
        "/bin/sh",
        "two",
    }
