"""The Debian part of the root file system, as a tar: by mmdebstrap, without manuals, documentation and other languages."""

from __future__ import annotations

from pathlib import Path

from appliance.image.recipe import CONFIG, SUITE, Recipe, digest
from appliance.image.steps import Steps
from appliance.run import run

LEFT_OUT = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/info/*", "/usr/share/locale/*", "/usr/share/lintian/*")
DATED = "1704067200"
"""The date (2024-01-01) of files that the installation itself makes: not the commit's, because many commits share one tar."""
KEPT = ("/usr/share/doc/*/copyright",)
EARLY = CONFIG / "early"
"""Files that must exist before the kernel is installed: they say what goes into its initial RAM disk."""


def base_tar(recipe: Recipe, steps: Steps, log: Path) -> Path:
    """The tar, from the cache when packages, mirror and early files are the same. Raise ApplianceError."""
    key = digest(SUITE, DATED, *recipe.mirrors, "with", *recipe.packages, EARLY, *LEFT_OUT)

    def make(target: Path) -> None:
        command = ["mmdebstrap", "--mode=root", "--variant=minbase", "--format=tar", "--architectures=amd64"]
        command += [f"--include={','.join(recipe.packages)}"]
        command += ['--aptopt=Acquire::Languages "none"', '--aptopt=APT::Install-Recommends "false"']
        command += [f"--dpkgopt=path-exclude={path}" for path in LEFT_OUT]
        command += [f"--dpkgopt=path-include={path}" for path in KEPT]
        command += [f"--essential-hook=cp -r --no-preserve=mode,timestamps '{EARLY}/.' \"$1/\""]
        run(*command, SUITE, target, *recipe.mirrors, log=log, env={**recipe.env, "SOURCE_DATE_EPOCH": DATED})

    return steps.kept(f"Debian for {recipe.profile}", key, ".tar", make)
