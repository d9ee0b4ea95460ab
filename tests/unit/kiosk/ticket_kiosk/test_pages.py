"""The table of pages: every page is described once, and its class is where the table says."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import get_args

from kiosk.ticket_kiosk.pages import PAGES, PageName, ShownName

FOLDER = Path(__file__).parents[4] / "kiosk" / "ticket_kiosk"


def classes() -> dict[str, list[str]]:
    """The classes of the ticket kiosk's pages with the names of their bases, as the table names them."""
    found = {}
    for path in FOLDER.rglob("*.py"):
        module = path.relative_to(FOLDER).with_suffix("").as_posix().replace("/", ".")
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                found[f"{module}.{node.name}"] = [ast.unparse(base) for base in node.bases]
    return found


def test_every_page_that_a_flow_can_name_is_in_the_table_once() -> None:
    names = {name for part in get_args(ShownName) for name in (get_args(part) or (part,))}
    assert set(PAGES) == names and set(get_args(PageName)) < names
    assert len({page.drawn_by for page in PAGES.values()}) == len(PAGES)


def test_every_page_class_is_in_the_table_and_the_other_way_round() -> None:
    known = classes()
    bases = {base for names in known.values() for base in names}
    pages = {name for name in known if name.endswith("Page") and name.rpartition(".")[2] not in bases}
    assert pages == {page.drawn_by for page in PAGES.values()}


def test_the_flow_reads_the_table_without_kivy() -> None:
    code = "import sys, kiosk.ticket_kiosk.flow; print([name for name in sys.modules if name.split('.')[0] == 'kivy'])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_page_of_a_feature_is_in_the_folder_of_the_feature() -> None:
    assert PAGES["papers"].feature == "a4_print" and PAGES["home"].feature == ""
    assert all((FOLDER / page.feature).is_dir() for page in PAGES.values())
