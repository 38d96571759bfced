"""A mixed or hidden installation is refused, with the cause and with a cure that works.

Each case is made by pip itself, in an environment of its own: our wheel, built from this
repository, and PyPI's autograd. These tests need the package registry.
"""

import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import _glassgrad_installation as installation

ROOT = Path(__file__).resolve().parent.parent
PYPIS = "autograd==1.9.1"
HOOK = "glassgrad-installation.pth"
IMPORTS = [
    "from autograd import Value",
    "import autograd",
    "import nn",
    "import viz",
    "import autograd.numpy as np",
]


def run(*command: object, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program that must find nothing of this repository by accident."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV"))}
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**clean, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def pip(*words: object, cwd: Path) -> None:
    done = run(sys.executable, "-m", "pip", *words, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and an empty folder to start Python in."""

    folder: Path
    wheels: Path

    @property
    def python(self) -> Path:
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def site(self) -> Path:
        return next(self.folder.glob("[Ll]ib/**/site-packages"))

    @property
    def start(self) -> Path:
        return self.folder.parent / "start"

    def pip(self, *words: object) -> None:
        """What pip does, from the downloaded files; NumPy and graphviz play no part here."""
        verb, *rest = words
        if verb == "install":
            rest = ["--no-index", "--find-links", self.wheels, "--no-deps", *rest]
        pip("--python", self.python, verb, *rest, cwd=self.start)

    def execute(self, code: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return run(self.python, "-c", code, cwd=self.start, **variables)

    def without_hook(self, code: str) -> subprocess.CompletedProcess[str]:
        """As in `pip install --target` and on PYTHONPATH, where Python reads no .pth files."""
        return run(self.python, "-S", "-c", code, cwd=self.start, PYTHONPATH=str(self.site))

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


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The text of the ImportError that ended a Python."""
    assert done.returncode == 1, done.stdout
    return done.stderr.partition("\nImportError: ")[2].rstrip("\n")


@pytest.fixture(scope="session")
def source(tmp_path_factory) -> Path:
    """What the wheel is built from: a copy, because building writes beside the sources."""
    copy = tmp_path_factory.mktemp("source") / "glassgrad"
    caches = shutil.ignore_patterns("__pycache__")
    for name in ["autograd", "nn", "viz"]:
        shutil.copytree(ROOT / name, copy / name, ignore=caches)
    for name in [
        "pyproject.toml",
        "setup.py",
        "README.md",
        "LICENSE",
        "_glassgrad_installation.py",
        "_glassgrad_pytest.py",
    ]:
        shutil.copy(ROOT / name, copy)
    return copy


@pytest.fixture(scope="session")
def wheels(source, tmp_path_factory) -> Path:
    """A folder with our wheel and PyPI's autograd."""
    folder = tmp_path_factory.mktemp("wheels")
    pip("wheel", "--no-deps", "--wheel-dir", folder, source, cwd=folder)
    pip("download", "--no-deps", "--only-binary", ":all:", "--dest", folder, PYPIS, cwd=folder)
    return folder


@pytest.fixture
def environment(wheels, tmp_path) -> Environment:
    """An empty environment."""
    venv.create(tmp_path / "venv", symlinks=os.name != "nt")
    (tmp_path / "start").mkdir()
    return Environment(tmp_path / "venv", wheels)


@pytest.fixture
def healthy(environment) -> Environment:
    """One with glassgrad alone."""
    environment.pip("install", "glassgrad")
    return environment


def test_the_wheel_holds_the_packages_the_hook_and_nothing_else(wheels):
    with zipfile.ZipFile(next(wheels.glob("glassgrad*.whl"))) as wheel:
        names = wheel.namelist()
    inside = {name for name in names if ".dist-info/" not in name}
    ours = {
        file.relative_to(ROOT).as_posix()
        for package in ("autograd", "nn", "viz")
        for file in (ROOT / package).glob("**/*")
        if file.is_file() and "__pycache__" not in file.parts
    }

    assert inside == ours | {"_glassgrad_installation.py", "_glassgrad_pytest.py", HOOK}
    assert {"autograd/py.typed", "nn/py.typed", "viz/py.typed"} < inside


def test_a_healthy_installation_imports(healthy):
    healthy.assert_healthy()


def test_the_pytest_plugin_is_found_and_warns_of_nothing(healthy):
    """Pytest is lent by this environment: it looks for plugins in both."""
    lent = os.pathsep.join(path for path in sys.path if path.endswith("-packages"))
    (healthy.start / "test_it.py").write_text("def test_it():\n    pass\n", encoding="utf-8")
    done = healthy.execute(
        "import pytest; pytest.main(['--help', '-p', 'no:cacheprovider'])", PYTHONPATH=lent
    )
    run = healthy.execute(
        "import pytest; raise SystemExit(pytest.main(['-W', 'error', 'test_it.py']))",
        PYTHONPATH=lent,
    )

    assert "--gradcheck-report=DIR" in done.stdout
    assert run.returncode == 0, run.stdout + run.stderr
    assert "warning" not in run.stdout


def test_a_healthy_installation_imports_from_a_zip_file(environment, wheels):
    wheel = next(wheels.glob("glassgrad*.whl"))

    done = environment.execute("import autograd, nn, viz", PYTHONPATH=str(wheel))

    assert (done.returncode, done.stderr) == (0, "")


def test_the_hook_loads_one_small_module_when_python_starts(environment):
    modules = "import sys; print(*sorted(sys.modules))"
    (environment.site / "empty.pth").touch()  # Python 3.13 loads a decoder for any such file
    before = environment.execute(modules).stdout.split()

    environment.pip("install", "glassgrad")

    after = environment.execute(modules).stdout.split()
    assert set(after) - set(before) == {"_glassgrad_installation"}


def mixed(site: Path) -> str:
    return f"""\
glassgrad and PyPI's autograd are mixed in one folder: {site / "autograd"}
Cause: both are imported as 'autograd', and pip writes one over the other without a warning. \
Found there, of PyPI's autograd: differential_operators.py, extend.py, tracer.py, wrap_util.py
Cure: each needs an environment of its own. To have glassgrad in this one:
    pip uninstall -y autograd glassgrad
    pip install glassgrad
To have PyPI's autograd in this one:
    pip uninstall -y autograd glassgrad
    pip install autograd"""


def damaged(site: Path) -> str:
    return f"""\
glassgrad is damaged: autograd/__init__.py is missing from {site / "autograd"}
Cause: PyPI's autograd has a file of that name too; it was written over ours, and uninstalling \
PyPI's autograd removed it.
Cure: install glassgrad anew:
    pip uninstall -y autograd glassgrad
    pip install glassgrad"""


def apply_cure(environment: Environment, text: str) -> None:
    """Type what the message says to type, for glassgrad."""
    ours = text.partition("To have PyPI's autograd in this one:")[0]
    commands = re.findall(r"^    pip (.+)$", ours, re.MULTILINE)

    assert commands
    for command in commands:
        environment.pip(*command.split())


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        ("install glassgrad, install autograd", mixed),
        ("install autograd, install glassgrad", mixed),
        ("install glassgrad, install autograd, uninstall -y autograd", damaged),
        ("install autograd, install glassgrad, uninstall -y autograd", damaged),
    ],
)
def test_an_installation_mixed_with_pypis_is_refused_and_the_cure_cures(
    environment, steps, text: Callable[[Path], str]
):
    for step in steps.split(", "):
        environment.pip(*step.split())

    expected = text(environment.site)
    assert [refusal(environment.execute(code)) for code in IMPORTS] == [expected] * len(IMPORTS)
    assert refusal(environment.without_hook("import nn")) == expected
    assert refusal(environment.without_hook("import viz")) == expected

    apply_cure(environment, expected)

    environment.assert_healthy()


def test_the_other_cure_leaves_pypis_alone(environment):
    environment.pip("install", "glassgrad", "autograd")

    environment.pip("uninstall", "-y", "autograd", "glassgrad")
    environment.pip("install", "autograd")

    assert environment.ours_left() == []
    assert "No module named 'numpy'" in environment.execute("import autograd").stderr  # PyPI's own


@pytest.mark.parametrize("steps", ["glassgrad autograd", "autograd glassgrad"])
def test_uninstalling_ours_takes_the_hook_along(environment, steps):
    # pip removes the one autograd/__init__.py, which breaks PyPI's, and nothing is left to say so.
    for name in steps.split():
        environment.pip("install", name)

    environment.pip("uninstall", "-y", "glassgrad")

    assert environment.ours_left() == []
    done = environment.execute("import sys; print('_glassgrad_installation' in sys.modules)")
    assert (done.stdout, done.stderr) == ("False\n", "")
    assert not (environment.site / "autograd/__init__.py").exists()

    environment.pip("install", "--force-reinstall", "autograd")

    assert (environment.site / "autograd/__init__.py").exists()


def hidden(name: str, found: Path, site: Path) -> str:
    return f"""\
glassgrad's {name} is hidden by another: {found}
Cause: Python takes the first '{name}' that it finds, and glassgrad's comes later: {site / name}
Cure: give yours another name, or start Python where it is not found. If another package brought \
it, that package and glassgrad each need an environment of their own."""


@pytest.mark.parametrize("name", ["nn", "viz"])
def test_a_users_own_file_is_refused(healthy, name):
    own = healthy.start / f"{name}.py"
    own.write_text("from autograd import Value\n", encoding="utf-8")

    expected = hidden(name, own, healthy.site)
    assert refusal(healthy.execute("import autograd")) == expected
    assert refusal(healthy.execute(f"import {name}")) == expected
    assert refusal(run(healthy.python, own, cwd=healthy.start)) == expected

    own.rename(own.with_name("mine.py"))

    healthy.assert_healthy()


def test_a_users_own_package_is_refused(healthy):
    own = healthy.start / "viz"
    own.mkdir()
    (own / "__init__.py").touch()

    assert refusal(healthy.execute("import nn")) == hidden("viz", own, healthy.site)


def test_a_users_own_file_is_refused_when_it_was_imported_before(healthy):
    own = healthy.start / "apart"
    own.mkdir()
    (own / "nn.py").touch()

    done = healthy.execute(
        "import sys; sys.path.insert(0, 'apart'); import nn; del sys.path[0]; import autograd"
    )

    assert refusal(done) == hidden("nn", own / "nn.py", healthy.site)


def test_a_users_own_file_is_refused_beside_a_zip_file_too(environment, wheels):
    wheel = next(wheels.glob("glassgrad*.whl"))
    own = environment.start / "nn.py"
    own.touch()

    done = environment.execute("import autograd", PYTHONPATH=str(wheel))

    assert refusal(done) == hidden("nn", own, wheel)


def test_a_users_own_folder_without_code_is_not_in_the_way(healthy):
    (healthy.start / "viz").mkdir()

    healthy.assert_healthy()


def test_a_users_own_autograd_is_theirs_but_not_for_nn_and_viz(healthy):
    own = healthy.start / "autograd.py"
    own.write_text("mine = True\n", encoding="utf-8")

    assert healthy.execute("import autograd; print(autograd.mine)").stdout == "True\n"
    assert refusal(healthy.execute("import nn")) == hidden("autograd", own, healthy.site)
    assert refusal(healthy.execute("import viz")) == hidden("autograd", own, healthy.site)


def test_a_blocked_import_is_not_taken_for_another_package(healthy):
    done = healthy.execute("import sys; sys.modules['viz'] = None; import autograd, nn")

    assert (done.returncode, done.stderr) == (0, "")


def test_an_editable_installation_is_guarded_too(environment, source):
    clone = environment.folder.parent / "clone"
    shutil.copytree(source, clone)
    pip("--python", environment.python, "install", "--no-deps", "--editable", clone, cwd=clone)
    environment.assert_healthy()

    environment.pip("install", "autograd")

    found = environment.site / "autograd"
    expected = f"""\
PyPI's autograd hides glassgrad's: {found}
Cause: both are imported as 'autograd'; Python takes the first that it finds, and glassgrad's \
comes later: {clone / "autograd"}
Cure: each needs an environment of its own. To have glassgrad in this one:
    pip uninstall -y autograd
To have PyPI's autograd in this one:
    pip uninstall -y glassgrad"""
    assert [refusal(environment.execute(code)) for code in IMPORTS] == [expected] * len(IMPORTS)

    apply_cure(environment, expected)

    environment.assert_healthy()

    shutil.rmtree(clone)

    done = environment.execute("print('started')")
    assert (done.stdout, done.stderr) == ("started\n", "")


def test_no_file_of_ours_has_a_name_that_tells_pypis(source):
    assert installation.FOREIGN.isdisjoint(file.name for file in (source / "autograd").iterdir())
