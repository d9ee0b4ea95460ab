"""What the documents promise is in the code, and the other way round."""

from __future__ import annotations

import ast
import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
TROUBLE = (PROJECT / "docs/trouble.md").read_text(encoding="utf-8")


def test_every_test_that_the_trouble_page_names_exists():
    named = set(re.findall(r"`(test_\w+)`", TROUBLE))
    written = {
        node.name
        for path in (PROJECT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(named) >= 27
    assert named - written == set()


def test_every_decision_has_its_number_and_says_why():
    pages = sorted((PROJECT / "docs/decisions").glob("*.md"))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(page.name[:4])}. "), page.name
        assert "**Why" in text, page.name
    assert len({page.name[:4] for page in pages}) == len(pages)
