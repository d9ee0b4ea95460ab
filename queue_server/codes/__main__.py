"""Makes keys and service codes as a platform would, to try a hall's scanner: `python -m queue_server.codes --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from queue_server.codes import code_picture, key_files
from queue_server.codes.ed25519 import signed


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except (OSError, ValueError) as error:
        print(f"python -m queue_server.codes: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m queue_server.codes", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    key = verbs.add_parser("key", help="make a key pair: FILE (keep it secret) and FILE.pub (for [[verifier]] public_key)")
    key.add_argument("file", type=Path)
    key.set_defaults(run=_key)
    sign = verbs.add_parser("sign", help="print a service code that is good for one use")
    sign.add_argument("--key", type=Path, required=True, metavar="FILE", help="the private key")
    sign.add_argument("--issuer", required=True, help="as in [[verifier]] issuer")
    sign.add_argument("--kind", choices=["person", "enterprise"], default="person")
    sign.add_argument("--holder", required=True, metavar="ID", help="the platform's id of the holder")
    sign.add_argument("--name", required=True)
    sign.add_argument("--minutes", type=float, default=5, help="how long it is good (5)")
    code_picture.add_argument(sign)
    sign.set_defaults(run=_sign)
    return parser


def _key(chosen: argparse.Namespace) -> int:
    key_files.make(chosen.file)
    return 0


def _sign(chosen: argparse.Namespace) -> int:
    code = signed(
        key_files.read(chosen.key),
        issuer=chosen.issuer,
        kind=chosen.kind,
        holder=chosen.holder,
        name=chosen.name,
        now=datetime.now(UTC),
        minutes=chosen.minutes,
    )
    print(code)
    code_picture.show(code, chosen.qr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
