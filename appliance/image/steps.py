"""Says what is being made, how long it took and how large it is; keeps what has been made already."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Steps:
    """The steps of one build. `taken` collects (name, seconds, bytes) for the table at the end."""

    cache: Path
    say: Callable[[str], None] = print
    taken: list[tuple[str, float, int]] = field(default_factory=list)

    def do(self, name: str, make: Callable[[Path], object], target: Path) -> Path:
        """Make `target` under a passing name, so that an interrupted step leaves nothing that looks finished."""
        self.say(f"· {name}")
        began = time.monotonic()
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        part.unlink(missing_ok=True)
        make(part)
        part.replace(target)
        self._note(name, time.monotonic() - began, target)
        return target

    def kept(self, name: str, key: str, suffix: str, make: Callable[[Path], object]) -> Path:
        """The result kept under `key` from an earlier build, or made now."""
        target = self.cache / f"{name.replace(' ', '-')}-{key}{suffix}"
        if target.exists():
            self.say(f"· {name}: kept from an earlier build")
            self._note(f"{name} (kept)", 0, target)
            return target
        return self.do(name, make, target)

    def table(self) -> str:
        """Every step with its time and size."""
        lines = [f"  {name:<34}{seconds:7.0f} s {size / 1e6:9.1f} MB" for name, seconds, size in self.taken]
        return "\n".join([*lines, f"  {'all':<34}{sum(seconds for _, seconds, _ in self.taken):7.0f} s"])

    def _note(self, name: str, seconds: float, target: Path) -> None:
        size = target.stat().st_size if target.is_file() else 0
        self.taken.append((name, seconds, size))
        if seconds:
            self.say(f"  {seconds:.0f} s, {size / 1e6:.1f} MB")
