"""The Python part: wheels of the locked versions, fetched or built here, installed in the image without a network."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from appliance.image.recipe import PROFILES, PROJECT, Recipe, digest
from appliance.image.steps import Steps
from appliance.run import run

VENV = "opt/jiaohao"
PACKAGES = f"{VENV}/lib/python3.11/site-packages"


def source(recipe: Recipe, folder: Path) -> Path:
    """The files of the commit, in a new folder under `folder`."""
    target = folder / "source"
    target.mkdir()
    archive = folder / "source.tar"
    run("git", "-c", "safe.directory=*", "-C", PROJECT, "archive", "--output", archive, recipe.commit)
    run("tar", "--extract", "--file", archive, "--directory", target)
    return target


def wheels(recipe: Recipe, sources: Path, steps: Steps, log: Path) -> Path:
    """A tar of all wheels that the profile needs of others. Raise ApplianceError."""
    extras = PROFILES[recipe.profile]
    key = digest(extras, sources / "requirements.lock", sources / "setup.py", sys.version)

    def make(target: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            env = {**os.environ, "SOURCE_DATE_EPOCH": str(recipe.epoch)}
            run(
                sys.executable,
                "-m",
                "pip",
                "wheel",
                "--no-build-isolation",
                "--constraint",
                sources / "requirements.lock",
                "--wheel-dir",
                folder,
                f"{sources}[{extras}]",
                "pip",
                log=log,
                env=env,
            )
            for own in Path(folder).glob("jiaohao-*.whl"):
                own.unlink()
            run("tar", "--create", "--file", target, "--directory", folder, "--sort=name", ".")

    return steps.kept(f"Python packages for {recipe.profile}", key, ".tar", make)


def install(recipe: Recipe, sources: Path, wheel_tar: Path, root: Path, log: Path) -> None:
    """Make the environment /opt/jiaohao in `root`: the wheels, the project itself, its assets. Raise ApplianceError."""
    store = root / "wheels"
    store.mkdir()
    run("tar", "--extract", "--file", wheel_tar, "--directory", store)
    own = (sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", store, sources)
    run(*own, log=log, env={**os.environ, "SOURCE_DATE_EPOCH": str(recipe.epoch)})
    inside = ("chroot", root)
    run(*inside, "python3", "-m", "venv", "--without-pip", f"/{VENV}", log=log, env=recipe.env)
    pip = next(store.glob("pip-*.whl"))
    names = sorted(f"/wheels/{path.name}" for path in store.glob("*.whl") if path != pip)
    command = (f"/{VENV}/bin/python3", f"/wheels/{pip.name}/pip", "install", "--no-index", "--no-deps", "--no-compile")
    run(*inside, *command, *names, log=log, env=recipe.env)
    shutil.rmtree(store)
    _texts(sources / "assets" / "locale")
    shutil.copytree(sources / "assets", root / PACKAGES / "assets")
    # without site, so that nothing of what is compiled is loaded already: that would show in the result
    compiling = ("-I", "-S", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", f"/{PACKAGES}")
    run(*inside, f"/{VENV}/bin/python3", *compiling, log=log, env=recipe.env)


def _texts(folder: Path) -> None:
    """Compile the catalogues of the screens' texts."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for catalogue in sorted(folder.rglob("*.po")):
        with catalogue.open("rb") as file, catalogue.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, read_po(file))
