"""One name is one thing: a public class has a name of its own in the whole product. And little is laid out by hand."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PACKAGES = ("appliance", "contract", "drivers", "kiosk", "launcher", "link", "queue_server")
BY_HAND = "# fmt: " + "skip"
MOST_BY_HAND = 40


def public_classes() -> Iterator[tuple[str, str]]:
    """(name, file) of every public class of the product, except the frames of device protocols, which follow the makers' papers."""
    for package in PACKAGES:
        for path in sorted((PROJECT / package).rglob("*.py")):
            if "frame" in path.stem:
                continue
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    yield node.name, str(path.relative_to(PROJECT))


def test_no_public_class_name_is_used_twice() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for name, file in public_classes():
        found[name].append(file)
    assert {name: files for name, files in found.items() if len(files) > 1} == {}, "give one of them a name of its own"


def test_few_tables_are_laid_out_by_hand() -> None:
    """Where the formatter's own result reads as well, it is used: layout by hand is for tables."""
    found: list[str] = []
    for package in (*PACKAGES, "tests"):
        for path in sorted((PROJECT / package).rglob("*.py")):
            lines = path.read_text(encoding="utf-8").splitlines()
            found += [f"{path.relative_to(PROJECT)}:{n}" for n, line in enumerate(lines, 1) if line.endswith(BY_HAND)]
    assert len(found) <= MOST_BY_HAND, found
