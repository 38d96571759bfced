"""Programs, pip and environments that find nothing of this repository by accident."""

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PIP = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_COMPILE": "0"}  # a second of each installation
RUNNER = Path(importlib.util.find_spec("pip").origin).with_name("__pip-runner__.py")


def run(*command: object, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program that must find nothing of this repository by accident."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV"))}
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**clean, **PIP, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def pip(*words: object, cwd: Path, python: object = sys.executable, **variables: str) -> None:
    """Our pip, run by that Python: what ``pip --python`` does, without starting two."""
    done = run(python, RUNNER, *words, cwd=cwd, **variables)
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and an empty folder to start Python in."""

    folder: Path
    wheels: Path
    start: Path
    build: dict[str, str]

    @property
    def python(self) -> Path:
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def site(self) -> Path:
        return next(self.folder.glob("[Ll]ib/**/site-packages"))

    @property
    def origin(self) -> Path:
        """Where pip notes what glassgrad was installed from."""
        return next(self.site.glob("glassgrad-*.dist-info")) / "direct_url.json"

    def pip(self, *words: object) -> None:
        """What pip does, from the downloaded files; NumPy and graphviz play no part here."""
        verb, *rest = words
        variables = {}
        if verb == "install":
            rest = ["--no-index", "--find-links", self.wheels, "--no-deps", *rest]
            if os.path.isdir(rest[-1]):
                rest, variables = ["--no-build-isolation", *rest], self.build
        pip(verb, *rest, cwd=self.start, python=self.python, **variables)

    def copy(self, folder: Path) -> "Environment":
        """The same once more, to be changed."""
        (folder / "start").mkdir()
        shutil.copytree(self.folder, folder / "venv", symlinks=True)
        return replace(self, folder=folder / "venv", start=folder / "start")

    def execute(self, code: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return run(self.python, "-c", code, cwd=self.start, **variables)

    def assert_healthy(self) -> None:
        done = self.execute(
            "import nn, viz; from autograd import Value\n"
            "x = Value(3.0); (x * x).backward(); print(x.grad)"
        )
        assert (done.stdout, done.stderr) == ("6.0\n", "")

    def ours_left(self) -> list[str]:
        """What lies in site-packages that our wheel would have put there."""
        with zipfile.ZipFile(next(self.wheels.glob("glassgrad*.whl"))) as wheel:
            names = set(wheel.namelist()) - {"autograd/__init__.py"}
        return sorted(name for name in names if (self.site / name).exists())


def files(folder: Path) -> set[str]:
    """All files below a folder, by their paths from there."""
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


@dataclass(frozen=True)
class Built:
    """What `python -m build` makes of the repository, and what it says while it does."""

    folder: Path
    said: str

    @property
    def wheel(self) -> Path:
        return next(self.folder.glob("glassgrad*.whl"))

    @property
    def sdist(self) -> Path:
        return next(self.folder.glob("glassgrad*.tar.gz"))
