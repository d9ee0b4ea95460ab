"""A test is skipped only for want of real hardware, or because the kernel forbids what it does: never for want of a program."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.calls_in_python import Source

TESTS = Path(__file__).parents[1]
SKIPS = {f"{pytest}.{name}" for pytest in ("pytest", "pytest.mark") for name in ("skip", "skipif", "importorskip", "xfail")}
SKIPS |= {f"unittest.{name}" for name in ("skip", "skipIf", "skipUnless", "SkipTest")}
DEVICE = re.compile(r"(?P<asked>JIAOHAO_[A-Z]+) names no .+, such as .+")
ROOT_ONLY = re.compile(r"only root may .+")
KERNEL = re.compile(r"the kernel does not allow .+ here(: there is no /dev/\w+)?")
FILES = re.compile(r"which\(|\.(exists|is_file|is_dir)\(")
MAY_BE = "real devices `JIAOHAO_X names no ..., such as ...`, `only root may ...`, `the kernel does not allow ... here`"


@dataclass(frozen=True)
class Skip:
    """Where a test is skipped, why it says so (empty if that is no plain text), and what is asked before."""

    line: int
    reason: str
    condition: str

    @property
    def trouble(self) -> str:
        """One sentence if this may not be; else nothing."""
        device = DEVICE.fullmatch(self.reason)
        if FILES.search(self.condition):
            return f"line {self.line} skips for want of a program or file; add its package to debian-packages.txt instead"
        if not (device or ROOT_ONLY.fullmatch(self.reason) or KERNEL.fullmatch(self.reason)):
            return f"line {self.line} skips because {self.reason or 'of no plain text'!r}; the reasons that may be: {MAY_BE}"
        if (device and f"'{device['asked']}' not in" not in self.condition) or (
            ROOT_ONLY.fullmatch(self.reason) and "geteuid() != 0" not in self.condition
        ):
            return f"line {self.line} says {self.reason!r}, and asks {self.condition!r}"
        return ""


def skips(source: Source) -> Iterator[Skip]:
    """Everything that skips tests in a file."""
    for node in source.nodes:
        if not isinstance(node, ast.Attribute | ast.Name) or source.dotted(node) not in SKIPS:
            continue
        call = source.parents[node]
        arguments = [*call.args, *(word.value for word in call.keywords)] if isinstance(call, ast.Call) else []
        texts = [word.value for word in arguments if isinstance(word, ast.Constant) and isinstance(word.value, str)]
        asked = [word for word in arguments if not isinstance(word, ast.Constant)]
        asked += [above.test for above in source.around(node) if isinstance(above, ast.If)]
        yield Skip(node.lineno, texts[-1] if texts else "", "; ".join(map(ast.unparse, asked)))


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_a_test_is_skipped_only_for_hardware_and_for_what_the_kernel_forbids(path: Path) -> None:
    assert [skip.trouble for skip in skips(Source(path, TESTS)) if skip.trouble] == []


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ("@pytest.mark.skipif('JIAOHAO_LOCKER' not in os.environ, reason='JIAOHAO_LOCKER names no board, such as x')", ""),
        ("@pytest.mark.skipif(os.geteuid() != 0, reason='only root may mount')", ""),
        ("@pytest.mark.skipif('JIAOHAO_A' not in os.environ, reason='JIAOHAO_B names no board, such as x')", "and asks"),
        ("@pytest.mark.skipif(busy(), reason='only root may mount')", "and asks"),
        ("@pytest.mark.skipif(shutil.which('rauc') is None, reason='the kernel does not allow rauc here')", "for want of"),
        ("@pytest.mark.skipif(not Path('/x').exists(), reason='only root may mount')", "for want of"),
        ("@pytest.mark.skipif(busy(), reason=f'{x} is missing')", "of no plain text"),
        ("@pytest.mark.skip", "of no plain text"),
        ("@pytest.mark.xfail(reason='it is broken')", "because 'it is broken'"),
    ],
)
def test_a_skip_of_another_kind_is_named(tmp_path: Path, line: str, trouble: str) -> None:
    path = tmp_path / "test_new.py"
    path.write_text(f"import os, shutil, pytest\nfrom pathlib import Path\n\n{line}\ndef test_it(): ...\n")
    [found] = skips(Source(path, tmp_path))
    assert trouble in found.trouble and bool(trouble) == bool(found.trouble)
