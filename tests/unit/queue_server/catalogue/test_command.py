"""The catalogue's own commands."""

import shutil
from pathlib import Path

import pytest

from contract.guides.guide_file import open_guides, sha256
from queue_server.catalogue.__main__ import main

WUSHAN = Path(__file__).parents[4] / "assets/halls/wushan"


def test_the_example_hall_has_nothing_to_mend(capsys):
    assert main(["lint", "--hall", str(WUSHAN)]) == 0
    assert "0 errors, 0 warnings" in capsys.readouterr().out


def test_a_vague_material_fails_the_look_over_in_both_languages(tmp_path, capsys):
    hall = shutil.copytree(WUSHAN, tmp_path / "hall")
    file = hall / "items/veterans.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("退役证件或优抚身份证明", "其他材料"), encoding="utf-8")
    assert main(["lint", "--hall", str(hall)]) == 1
    said = capsys.readouterr().out
    assert "veterans.toml" in said and "兜底" in said and "catch-all" in said


def test_sentences_without_english_are_counted_and_do_not_fail_the_look_over(tmp_path, capsys):
    hall = shutil.copytree(WUSHAN, tmp_path / "hall")
    file = hall / "english.toml"
    kept = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith('"已经建档立卡"')]
    file.write_text("\n".join(kept), encoding="utf-8")
    assert main(["lint", "--hall", str(hall)]) == 0
    said = capsys.readouterr().out
    assert "veterans.toml" in said and "without English: 1;" in said and "0 errors, 1 warnings" in said
    file.write_text('"已经建档立卡" = ""', encoding="utf-8")
    assert main(["lint", "--hall", str(hall)]) == 1
    assert "english.toml: 已经建档立卡" in capsys.readouterr().err


def test_building_prints_the_digest_of_the_guide_file(tmp_path, capsys):
    file = tmp_path / "guide.db"
    assert main(["build", "--hall", str(WUSHAN), "--version", "5", str(file)]) == 0
    assert capsys.readouterr().out.strip() == sha256(file)
    guides = open_guides(file)
    assert guides.version == "5"
    guides.close()


@pytest.mark.parametrize("suffix", [".xlsx", ".zip", ".json"])
def test_an_export_checks_as_sound(tmp_path, capsys, suffix):
    file = tmp_path / f"items{suffix}"
    assert main(["export", "--hall", str(WUSHAN), str(file)]) == 0
    assert main(["check", str(file)]) == 0
    assert "all sound" in capsys.readouterr().out


def test_a_bad_file_an_unknown_format_and_a_missing_hall_are_refused_with_a_sentence(tmp_path, capsys):
    bad = tmp_path / "items.xlsx"
    bad.write_bytes(b"nothing")
    assert main(["check", str(bad)]) == 1
    assert "Excel" in capsys.readouterr().err
    assert main(["export", "--hall", str(WUSHAN), str(tmp_path / "items.doc")]) == 1
    assert ".xlsx" in capsys.readouterr().err
    assert main(["lint", "--hall", str(tmp_path)]) == 1
    assert "catalogue.toml" in capsys.readouterr().err
