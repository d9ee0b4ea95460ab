"""`jiaohao-tech image ...` on the command line."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appliance.image.build import Folders

PROFILES = ("kiosk", "server")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `image` with its subcommands."""
    image = commands.add_parser("image", help="build disk images and update bundles")
    actions = image.add_subparsers(required=True, metavar="ACTION")
    build = actions.add_parser("build", help="build a disk image and the update bundle of the same state")
    build.add_argument(
        "--profile", choices=PROFILES, default="kiosk", help="kiosk: any terminal; server: broker and queue server"
    )
    build.add_argument("--out", type=Path, default=Path("build/image"), metavar="DIR", help="where the results go")
    build.add_argument(
        "--cache",
        type=Path,
        default=_home("XDG_CACHE_HOME", ".cache") / "jiaohao-image",
        metavar="DIR",
        help="what is kept between builds (default: %(default)s)",
    )
    build.add_argument(
        "--keys",
        type=Path,
        default=_home("XDG_STATE_HOME", ".local/state") / "jiaohao" / "update-keys",
        metavar="DIR",
        help="signing keys, made at the first build (default: %(default)s)",
    )
    build.add_argument(
        "--mirror",
        action="append",
        default=[],
        metavar="URL",
        help="Debian mirror or line of sources.list; a snapshot.debian.org address repeats an old build exactly"
        " (default: Debian with security updates)",
    )
    build.set_defaults(do=build_image)
    verify = actions.add_parser("check", help="check the signature of an update bundle and tell what it is")
    verify.add_argument("bundle", type=Path)
    verify.add_argument("--ca", type=Path, required=True, metavar="FILE", help="ca.pem of the signing keys")
    verify.set_defaults(do=check_bundle)


def build_image(options: argparse.Namespace) -> None:
    from appliance.image.build import build
    from appliance.image.recipe import recipe

    made = build(recipe(options.profile, tuple(options.mirror)), folders_of(options))
    print(
        f"image   {made.image}\nbundle  {made.bundle}\nflash it with: jiaohao-tech flash {made.image} /dev/sdX --terminal ..."
    )


def check_bundle(options: argparse.Namespace) -> None:
    from appliance.image.bundle import check

    print(check(options.bundle, options.ca).strip())


def folders_of(options: argparse.Namespace) -> Folders:
    """The folders that the options name."""
    from appliance.image.build import Folders

    return Folders(options.out.resolve(), options.cache.resolve(), options.keys.resolve())


def _home(variable: str, default: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / default)
