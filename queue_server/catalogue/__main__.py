"""Looks over, builds, exports and imports a hall's service items: `python -m queue_server.catalogue --help`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from contract.configuration import hall_files as halls
from contract.configuration.hall_files import BadHall
from contract.guides.item import Item
from queue_server.catalogue import excel, exchange
from queue_server.catalogue.book import NO_CHOICES
from queue_server.catalogue.hall_lint import lint_hall
from queue_server.catalogue.index import build
from queue_server.catalogue.lint import lint
from queue_server.catalogue.load import load
from queue_server.row_files.problem import BadRows, problems_of
from queue_server.row_files.reader import Choices
from queue_server.row_files.sandbox import give_way_to_the_hall

T = TypeVar("T")
WRITE: dict[str, Callable[[Sequence[Item]], bytes]] = {
    ".xlsx": excel.to_excel,
    ".zip": exchange.to_csv,
    ".json": exchange.to_json,
}
READ: dict[str, Callable[[bytes, Mapping[str, Choices]], list[Item]]] = {
    ".xlsx": excel.from_excel,
    ".zip": exchange.from_csv,
    ".json": exchange.from_json,
}


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except (BadHall, BadRows, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m queue_server.catalogue", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=about, description=about)
        made.set_defaults(run=run)
        return made

    hall: dict[str, Any] = {
        "type": Path,
        "required": True,
        "metavar": "DIR",
        "help": "folder of the hall, for example assets/halls/wushan",
    }
    verb("lint", _lint, "name what should be corrected in a hall's items and its own files").add_argument("--hall", **hall)
    made = verb("build", _build, "write the guide file that kiosks and the phone page read, and print its SHA-256")
    made.add_argument("--hall", **hall)
    made.add_argument("--items", metavar="FILE", help="take the items from FILE, one as JSON a line (-: standard input)")
    made.add_argument("--english", metavar="FILE", help="take the English of sentences from FILE (JSON), not from english.toml")
    made.add_argument("--version", default="1", help="what catalogue/version will say")
    made.add_argument("file", type=Path)
    made = verb("export", _export, "write all items to .xlsx, .zip (CSV) or .json")
    made.add_argument("--hall", **hall)
    made.add_argument("file", type=Path)
    made = verb("check", _check, "read a .xlsx, .zip (CSV) or .json of items and name every problem")
    made.add_argument("--json", action="store_true", help="print items and problems as JSON, within 512 MB of memory")
    made.add_argument("file", type=Path)
    return parser


def _lint(chosen: argparse.Namespace) -> int:
    catalogue, hall = load(chosen.hall), halls.load(chosen.hall)
    findings = [*lint_hall(hall), *lint(catalogue, hall)]
    for finding in findings:
        print(f"{finding.severity}: {finding.file}: {finding.code} {finding.key}: {finding.texts.zh} / {finding.texts.en}")
    errors = sum(finding.severity == "error" for finding in findings)
    print(f"{errors} errors, {len(findings) - errors} warnings")
    return 1 if errors else 0


def _build(chosen: argparse.Namespace) -> int:
    folder = catalogue = load(chosen.hall)
    if chosen.items is not None:
        lines = sys.stdin.buffer.read() if chosen.items == "-" else Path(chosen.items).read_bytes()
        catalogue = replace(folder, items=tuple(_readable(lines.splitlines())), files={})
    if chosen.english is not None:
        catalogue = replace(catalogue, english=json.loads(Path(chosen.english).read_bytes()))
    print(build(catalogue, chosen.file, chosen.version, folder.examples(catalogue.items)))
    return 0


def _readable(lines: Sequence[bytes]) -> Iterator[Item]:
    """The items of these lines; one that this version of the program cannot read is named and left out."""
    for number, line in enumerate(lines, 1):
        try:
            yield Item.stored(line)
        except ValidationError as error:
            first = problems_of(error)[0]
            print(f"item {number} is left out, {error.error_count()} problems: {first} ...", file=sys.stderr)


def _export(chosen: argparse.Namespace) -> int:
    content = _way(chosen.file, WRITE)(load(chosen.hall).items)
    chosen.file.write_bytes(content)
    return 0


def _check(chosen: argparse.Namespace) -> int:
    if chosen.json:
        return _check_in_sandbox(chosen.file)
    items = _way(chosen.file, READ)(chosen.file.read_bytes(), NO_CHOICES)
    print(f"{len(items)} items, all sound")
    return 0


def _check_in_sandbox(file: Path) -> int:
    give_way_to_the_hall()
    named = TypeAdapter(dict[str, Choices]).validate_json(sys.stdin.buffer.read() or b"{}")
    choices = {key: known for key, known in named.items() if known.named}
    try:
        items = _way(file, READ)(file.read_bytes(), choices)
    except BadRows as error:
        print(json.dumps({"items": [], "problems": [astuple(problem) for problem in error.problems], "count": error.count}))
        return 1
    print(json.dumps({"items": [item.model_dump() for item in items], "problems": []}, ensure_ascii=False))
    return 0


def _way(file: Path, ways: dict[str, T]) -> T:
    if file.suffix not in ways:
        raise OSError(f"{file}: name it {', '.join(ways)}, so that its format is known")
    return ways[file.suffix]


if __name__ == "__main__":
    sys.exit(main())
