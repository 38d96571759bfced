"""The repository built once, and environments as pip leaves them."""

import functools
import os
import shutil
import sys
import tomllib
import venv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.needs import NIGHTLY

from .environments import ROOT, Built, Environment, pip, run

PYPIS = "autograd==1.9.1"
FOLDERS = [".ci", "autograd", "benchmarks", "demos", "docs", "nn", "tests", "viz"]
CACHES = shutil.ignore_patterns("__pycache__", "*.py[cod]", ".*_cache", ".hypothesis", ".DS_Store")


@pytest.fixture(scope="session")
def source(tmp_path_factory) -> Path:
    """The repository: a copy, because building writes beside the sources."""
    copy = tmp_path_factory.mktemp("source") / "glassgrad"
    for name in FOLDERS:
        shutil.copytree(ROOT / name, copy / name, ignore=CACHES)
    for pattern in ["*.py", "*.md", "*.in", "*.cff", "*.toml", "Makefile", "LICENSE", ".*.yaml"]:
        for file in ROOT.glob(pattern):
            shutil.copy(file, copy)
    shutil.copy(ROOT / ".gitignore", copy)
    return copy


@pytest.fixture(scope="session")
def build(tmp_path_factory) -> dict[str, str]:
    """What shows a Python the packages that building needs. Each build would install them anew."""
    folder = tmp_path_factory.mktemp("build")
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    pip("install", "--target", folder, *needed["requires"], cwd=folder)
    return {"PYTHONPATH": str(folder)}


@pytest.fixture(scope="session")
def built(source, build, tmp_path_factory) -> Built:
    """The sdist, and the wheel that is built from it and not from the repository."""
    folder = tmp_path_factory.mktemp("wheels")
    words, variables = ([], {}) if NIGHTLY else (["--no-isolation"], build)
    done = run(
        sys.executable, "-m", "build", *words, "--outdir", folder, source, cwd=folder, **variables
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Built(folder, done.stdout + done.stderr)


@pytest.fixture(scope="session")
def wheels(built) -> Path:
    """A folder with our wheel and PyPI's autograd."""
    folder = built.folder
    pip("download", "--no-deps", "--only-binary", ":all:", "--dest", folder, PYPIS, cwd=folder)
    return folder


@pytest.fixture(scope="session")
def after(wheels, build, tmp_path_factory) -> Callable[..., Environment]:
    """The environment after steps of pip, each taken once, in a copy of what was before it."""

    @functools.cache
    def reached(*steps: str) -> Environment:
        folder = tmp_path_factory.mktemp("after")
        if not steps:
            venv.create(folder / "venv", symlinks=os.name != "nt")
            (folder / "start").mkdir()
            return Environment(folder / "venv", wheels, folder / "start", build)
        environment = reached(*steps[:-1]).copy(folder)
        environment.pip(*steps[-1].split())
        return environment

    return reached


@pytest.fixture
def environment(after, tmp_path) -> Environment:
    """An empty environment."""
    return after().copy(tmp_path)


@pytest.fixture
def healthy(after, tmp_path) -> Environment:
    """One with glassgrad alone, for all tests: each may change the folder that it starts in."""
    return replace(after("install glassgrad"), start=tmp_path)
