"""Compares two folders of pictures pixel by pixel: `python -m tests.compare_pictures BEFORE AFTER`; ends with 1 if any differ."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image


def names(folder: Path) -> set[str]:
    """The pictures of a folder and of the folders in it."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.png")}


def differing(before: Path, after: Path) -> float:
    """The share of pixels that differ, from 0 to 1; pictures of different sizes differ wholly."""
    if before.read_bytes() == after.read_bytes():
        return 0.0
    with Image.open(before) as one, Image.open(after) as other:
        if one.size != other.size:
            return 1.0
        pixels = [np.asarray(picture.convert("RGBA")) for picture in (one, other)]
    return float(np.mean(np.any(pixels[0] != pixels[1], axis=-1)))


def main(arguments: list[str] | None = None) -> int:
    """Print what is missing, new or different."""
    parser = argparse.ArgumentParser(prog="python -m tests.compare_pictures", description=__doc__)
    parser.add_argument("before", type=Path, metavar="BEFORE")
    parser.add_argument("after", type=Path, metavar="AFTER")
    args = parser.parse_args(arguments)
    old, new = names(args.before), names(args.after)
    said = [*(f"missing    {name}" for name in sorted(old - new)), *(f"new        {name}" for name in sorted(new - old))]
    both = sorted(old & new)
    for name in both:
        if share := differing(args.before / name, args.after / name):
            said.append(f"{max(share, 1e-6):9.4%}  {name}")
    for line in said:
        print(line)
    print(
        f"{len(both)} pictures compared: {len(old - new)} missing, {len(new - old)} new, {len(said) - len(old ^ new)} different"
    )
    return 1 if said or not both else 0


if __name__ == "__main__":
    sys.exit(main())
