"""What is checked before and around an image build; the build itself is tested by `make test-image`."""

from __future__ import annotations

import random
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from appliance.image import build as building
from appliance.image.build import Folders, build, check_room, check_tools
from appliance.image.bundle import MANIFEST, check, keys
from appliance.image.main import main
from appliance.image.recipe import CONFIG, Recipe, digest, packages
from appliance.image.root import check_commands
from appliance.image.steps import Steps
from appliance.trouble import ApplianceError

TREE = CONFIG / "tree"
UNITS = CONFIG.parent


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "out", tmp_path / "cache", tmp_path / "keys")


RECIPE = Recipe("kiosk", "0" * 40, 1700000000, "20231114.2213-0000000")


def test_missing_tools_are_named_with_the_packages_that_bring_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ApplianceError, match=r"mmdebstrap.*apt install .*genimage.*squashfs-tools"):
        check_tools()


def test_a_build_without_root_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(building.shutil, "which", lambda tool: f"/usr/bin/{tool}")
    monkeypatch.setattr(building.os, "geteuid", lambda: 1000)
    with pytest.raises(ApplianceError, match=r"as root: sudo \.venv/bin/jiaohao-tech image build"):
        check_tools()


def test_a_full_disk_is_noticed_before_anything_is_made(monkeypatch: pytest.MonkeyPatch, folders: Folders):
    monkeypatch.setattr(building.shutil, "disk_usage", lambda _path: SimpleNamespace(free=1 << 30))
    with pytest.raises(ApplianceError, match=r"out has 1\.1 GB free, a build needs 9\.7 GB.*Nothing was made"):
        check_room(folders)
    assert not list(folders.out.iterdir()) and not folders.keys.exists()


def test_two_builds_do_not_use_one_cache(monkeypatch: pytest.MonkeyPatch, folders: Folders):
    monkeypatch.setattr(building, "check_tools", lambda: None)
    monkeypatch.setattr(building, "check_room", lambda _folders: None)
    folders.cache.mkdir()
    with building.alone(folders.cache), pytest.raises(ApplianceError, match="another build uses"):
        build(RECIPE, folders, say=lambda _text: None)


def test_what_a_killed_build_has_left_is_cleared_away(tmp_path: Path):
    left = tmp_path / "scratch-abc" / "root"
    left.mkdir(parents=True)
    with building.scratch_folder(tmp_path) as folder:
        assert not left.exists() and Path(folder).is_dir()
    assert not list(tmp_path.iterdir())


def test_keys_are_made_once_and_a_lost_one_is_not_replaced_in_silence(tmp_path: Path):
    folder = keys(tmp_path / "keys")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {path.name for path in keys(folder).iterdir()} == {"ca.pem", "ca.key", "sign.pem", "sign.key"}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert (folder / "sign.key").stat().st_mode & 0o077 == 0
    (folder / "ca.key").unlink()
    with pytest.raises(ApplianceError, match=r"but not ca\.key; bring it back"):
        keys(folder)


def test_a_bundle_is_taken_as_it_was_signed_and_not_when_changed_cut_or_of_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    own, foreign = keys(tmp_path / "own"), keys(tmp_path / "foreign")
    content, bundle = tmp_path / "content", tmp_path / "new.raucb"
    content.mkdir()
    (content / "root.img").write_bytes(random.Random(1).randbytes(1 << 16))
    (content / "manifest.raucm").write_text(MANIFEST.format(compatible=RECIPE.compatible, version=RECIPE.version))
    signing = ("--cert", own / "sign.pem", "--key", own / "sign.key")
    subprocess.run(["rauc", "bundle", *signing, content, bundle], check=True, capture_output=True)
    assert RECIPE.version in check(bundle, own / "ca.pem")
    assert main(["image", "check", str(bundle), "--ca", str(foreign / "ca.pem")]) == 1
    assert "is not signed by" in capsys.readouterr().err
    whole = bundle.read_bytes()
    for broken in (whole[:-100], whole[:-600] + b"\0" + whole[-599:]):
        bundle.write_bytes(broken)
        with pytest.raises(ApplianceError, match=r"not signed by .* or was changed"):
            check(bundle, own / "ca.pem")


def test_an_interrupted_step_leaves_nothing_that_looks_finished(tmp_path: Path):
    steps, said = Steps(tmp_path, lambda _text: None), []

    def cut(part: Path) -> None:
        part.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        steps.kept("root", "1", ".img", cut)
    assert not (tmp_path / "root-1.img").exists()

    def make(part: Path) -> None:
        said.append(part.exists())
        part.write_text("whole")

    assert steps.kept("root", "1", ".img", make).read_text() == "whole"
    assert steps.kept("root", "1", ".img", make).read_text() == "whole"
    assert said == [False] and "root (kept)" in steps.table()


def test_the_name_of_a_result_changes_with_everything_that_goes_into_it(tmp_path: Path):
    folder = tmp_path / "early"
    folder.mkdir()
    (folder / "a").write_text("1")
    names = {digest("x", folder), digest("y", folder)}
    (folder / "a").write_text("2")
    names.add(digest("x", folder))
    (folder / "a").rename(folder / "b")
    names.add(digest("x", folder))
    assert len(names) == 4


def test_no_package_stands_twice_in_the_lists():
    for profile in ("kiosk", "server"):
        wanted = packages(CONFIG / "packages-common.txt") + packages(CONFIG / f"packages-{profile}.txt")
        assert sorted(set(wanted)) == sorted(wanted)


def test_every_unit_of_ours_that_the_preset_switches_on_exists():
    enabled = re.findall(r"^enable (jiaohao\S+)", (TREE / "usr/lib/systemd/system-preset/00-jiaohao.preset").read_text(), re.M)
    there = {path.name for folder in (TREE / "usr/lib/systemd/system", UNITS) for path in folder.iterdir()}
    assert enabled and set(enabled) <= there


def test_units_of_the_image_run_commands_that_exist(capsys: pytest.CaptureFixture[str]):
    from appliance.boot.main import parser

    for path in (TREE / "usr/lib/systemd/system").glob("*.service"):
        for command in re.findall(r"jiaohao-appliance (\S+)", path.read_text()):
            with pytest.raises(SystemExit) as ended:
                parser().parse_args([command, "--help"])
            assert ended.value.code == 0
    assert "usage: jiaohao-appliance" in capsys.readouterr().out


def test_a_command_of_a_unit_that_the_image_has_not_is_named(tmp_path: Path):
    units = tmp_path / "usr/lib/systemd/system"
    units.mkdir(parents=True)
    for name in ("usr/sbin/broker", "usr/bin/sh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "bin").symlink_to("usr/bin")
    unit = units / "jiaohao-broker.service"
    unit.write_text("[Service]\nExecStart=/usr/sbin/broker -c x\nExecReload=-/bin/sh -c 'kill 1'\n")
    check_commands(tmp_path)
    unit.write_text("[Service]\nExecStart=/usr/sbin/broker -c x\nExecReload=/bin/kill 1\n")
    with pytest.raises(ApplianceError, match=r"jiaohao-broker\.service runs /bin/kill \(ExecReload\)"):
        check_commands(tmp_path)
    (tmp_path / "usr/sbin/broker").unlink()
    check_commands(tmp_path)


def test_grub_understands_its_configuration():
    subprocess.run(["grub-script-check", CONFIG / "grub.cfg"], check=True)
