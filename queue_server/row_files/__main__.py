"""Prints the rows of a spreadsheet as JSON, within the memory of the sandbox: `python -m queue_server.row_files FILE`.

The standard input says how its columns are read: {"times": [title, ...], "keys": {title: key}, "most_rows": n}.
"""

from __future__ import annotations

import json
import sys
from dataclasses import astuple
from pathlib import Path

from queue_server.row_files.problem import BadRows, Problems
from queue_server.row_files.sandbox import give_way_to_the_hall
from queue_server.row_files.spreadsheet import SheetForm, tables_of


def main(path: str) -> int:
    """Print rows and problems; 0, or 1 where there is a problem."""
    give_way_to_the_hall()
    given = json.load(sys.stdin)
    sheet = SheetForm(times=frozenset(given["times"]), keys=given["keys"])
    problems = Problems()
    try:
        rows = tables_of(Path(path).read_bytes(), [sheet], problems, most_rows=given["most_rows"])[""]
        problems.check()
    except BadRows as error:
        print(json.dumps({"rows": [], "problems": [astuple(problem) for problem in error.problems], "count": error.count}))
        return 1
    print(json.dumps({"rows": rows, "problems": []}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
