"""docs/architecture.md shows the layers that import-linter holds, with what each package says of itself.

`python -m tests.unit.test_architecture` writes them anew.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs/architecture.md"
BEGIN, END = "<!-- layers: begin -->", "<!-- layers: end -->"


def contracts() -> list[dict[str, Any]]:
    """The contracts of pyproject.toml."""
    found: list[dict[str, Any]] = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    return found


def purpose(module: str) -> str:
    """The first sentence that a package or module says of itself."""
    path = PROJECT / module.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return re.split(r"(?<=[.])\s", text.partition("\n\n")[0].replace("\n", " "), maxsplit=1)[0].rstrip(".")


def tables() -> Iterator[str]:
    """One table a layers contract, the highest layer first."""
    for contract in contracts():
        if contract["type"] != "layers":
            continue
        container = contract.get("containers", [""])[0]
        yield f"\n**{contract['name'][0].upper()}{contract['name'][1:]}**\n"
        yield "| layer | package | what it is |"
        yield "|---|---|---|"
        for number, layer in enumerate(contract["layers"], 1):
            for name in re.split(r"[|:]", layer):
                module = f"{container}.{name.strip()}" if container else name.strip()
                yield f"| {number} | `{module.replace('.', '/')}` | {purpose(module)} |"


def page() -> str:
    """The page as it should be."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + "\n" + "\n".join(tables()) + "\n\n" + END + rest.partition(END)[2]


def test_the_page_shows_the_layers_that_are_held() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.unit.test_architecture"


def test_every_package_says_what_it_is() -> None:
    assert [row for row in tables() if row.endswith("|  |")] == []


def test_every_package_of_the_house_is_in_a_layer() -> None:
    top = next(contract for contract in contracts() if "containers" not in contract and contract["type"] == "layers")
    held = {name.strip() for layer in top["layers"] for name in re.split(r"[|:]", layer)}
    assert held == {path.parent.name for path in PROJECT.glob("*/__init__.py")} - {"tests"}


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
