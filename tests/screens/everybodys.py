"""`python -m tests.screens.everybodys` prints the pages of all roles that are not covered in a picture of the screen for the staff."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import kiosk
from kiosk.ui.page import Page


def below(kind: type[Page[Any]]) -> Iterator[type[Page[Any]]]:
    for each in kind.__subclasses__():
        yield each
        yield from below(each)


def main() -> None:
    for module in pkgutil.walk_packages(kiosk.__path__, "kiosk."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    print(*sorted({each.__name__ for each in below(Page) if not each.personal}), sep="\n")


if __name__ == "__main__":
    main()
