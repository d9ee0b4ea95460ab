"""The tests themselves keep to rules: each claims something, none reaches into what it tests, none changes a constant of it.

In contract and journey tests every signature has its types. A time-out or a limit that a test needs otherwise is an argument of what it tests; state that a test needs to see is public.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FILES = {str(path.relative_to(TESTS)): path.read_text(encoding="utf-8") for path in sorted(TESTS.rglob("*.py"))}

CLAIMS = re.compile(r"\bassert\b|raises|check|expect|verif|compare", re.IGNORECASE)
AWAITED = re.compile(r"wait_until|wait_for_\w+")
"""Calls that fail when what their name says does not come; as the last thing of a test they are its claim."""
PRIVATE = re.compile(r"_(?!_)\w+")
CONSTANT = re.compile(r"[A-Z][A-Z0-9_]+")
DOCUMENTED = {"os._exit": "its public name in the standard library"}
"""What looks private and is not, and why."""


def functions_of(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def claims(test: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the body of a test states what must hold."""
    if any(CLAIMS.search(ast.unparse(statement)) for statement in test.body):
        return True
    last: ast.stmt = test.body[-1]
    while isinstance(last, ast.With | ast.Try | ast.For):
        last = last.body[-1]
    return (
        isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and bool(AWAITED.search(ast.unparse(last.value.func)))
    )


def private(tree: ast.Module) -> Iterator[str]:
    """Private names of others that a file uses."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super"))):
                continue
            case ast.Attribute(attr=name) if PRIVATE.fullmatch(name):
                used = ast.unparse(node)
            case ast.ImportFrom(names=names) if any(PRIVATE.fullmatch(alias.name) for alias in names):
                used = ast.unparse(node)
            case ast.Call(args=[_, ast.Constant(value=str() as name), *_]) if is_patch(node) and PRIVATE.fullmatch(name):
                used = ast.unparse(node)
            case _:
                continue
        if used not in DOCUMENTED:
            yield f"line {node.lineno}: {used}"


def patched_constants(tree: ast.Module) -> Iterator[str]:
    """Constants that a file sets for a while."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_patch(node):
            texts = [word.value for word in node.args[:2] if isinstance(word, ast.Constant) and isinstance(word.value, str)]
            if any(CONSTANT.fullmatch(text.rpartition(".")[2]) for text in texts[:1]):
                yield f"line {node.lineno}: {ast.unparse(node)}"


def left_open(tree: ast.Module) -> Iterator[str]:
    """Database connections in a `with` of their own, which ends the transaction and leaves the file open."""
    for node in ast.walk(tree):
        if isinstance(node, ast.With):
            for item in node.items:
                if ast.unparse(item.context_expr).startswith("sqlite3.connect("):
                    yield f"line {node.lineno}: {ast.unparse(item)}"


def untyped(tree: ast.Module) -> Iterator[str]:
    """Functions whose arguments or result have no type."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = node.args
            named = [word for word in given.posonlyargs + given.args + given.kwonlyargs if word.arg not in ("self", "cls")]
            every = [*named, *filter(None, (given.vararg, given.kwarg))]
            if node.returns is None or any(word.annotation is None for word in every):
                yield f"line {node.lineno}: {node.name}"


def is_patch(call: ast.Call) -> bool:
    """Whether a call names an attribute by a text."""
    return isinstance(call.func, ast.Name | ast.Attribute) and ast.unparse(call.func).rpartition(".")[2] in (
        "setattr",
        "getattr",
        "delattr",
    )


@pytest.mark.parametrize("file", FILES)
def test_a_test_claims_something_touches_nothing_private_and_sets_no_constant(file: str) -> None:
    tree = ast.parse(FILES[file])
    assert [test.name for test in functions_of(tree) if not claims(test)] == []
    assert list(private(tree)) == []
    assert list(patched_constants(tree)) == []
    assert list(left_open(tree)) == []


@pytest.mark.parametrize("file", [file for file in FILES if file.startswith(("contract/", "journey/"))])
def test_a_contract_or_journey_test_has_its_types(file: str) -> None:
    assert list(untyped(ast.parse(FILES[file]))) == []


def test_what_the_rules_forbid_is_found() -> None:
    tree = ast.parse(
        "from product import _hidden\n"
        "def test_one(monkeypatch):\n"
        "    monkeypatch.setattr('product.PAUSE_S', 1)\n"
        "    monkeypatch.setattr(product, 'PAUSE_S', 1)\n"
        "    monkeypatch.setattr(product, 'pause', 1)\n"
        "    monkeypatch.setattr(product, '_pause', 1)\n"
        "    thing._state.wait()\n"
        "def test_two():\n"
        "    with thing:\n"
        "        wait_until(thing.is_there)\n"
        "with sqlite3.connect(path) as file:\n"
        "    pass\n"
    )
    assert [test.name for test in functions_of(tree) if not claims(test)] == ["test_one"]
    assert [line.split(":")[0] for line in private(tree)] == ["line 1", "line 6", "line 7"]
    assert [line.split(":")[0] for line in patched_constants(tree)] == ["line 3", "line 4"]
    assert [line.split(": ")[1] for line in untyped(tree)] == ["test_one", "test_two"]
    assert [line.split(":")[0] for line in left_open(tree)] == ["line 11"]
