"""A mixed or hidden installation is refused, with the cause and with a cure that works.

Each case is made by pip itself, in an environment of its own: our wheel, built from our sdist, and
PyPI's autograd. These tests need the package registry.
"""

import functools
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import _glassgrad_installation as installation
from tests.needs import NIGHTLY

ROOT = Path(__file__).resolve().parent.parent
PYPIS = "autograd==1.9.1"
FOLDERS = [".ci", "autograd", "benchmarks", "demos", "docs", "nn", "tests", "viz"]
CACHES = shutil.ignore_patterns("__pycache__", "*.py[cod]", ".*_cache", ".hypothesis", ".DS_Store")
PIP = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_COMPILE": "0"}  # a second of each installation
RUNNER = Path(importlib.util.find_spec("pip").origin).with_name("__pip-runner__.py")
OURS = ["import nn", "import viz"]
ALL = ["from autograd import Value", "import autograd", "import autograd.numpy as np", *OURS]


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


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The text of the ImportError that ended a Python."""
    assert done.returncode == 1, done.stdout
    return done.stderr.partition("\nImportError: ")[2].rstrip("\n")


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


def test_the_wheel_holds_the_packages_and_nothing_else(built):
    """No .pth file above all: Python would run its lines at every start."""
    with zipfile.ZipFile(built.wheel) as wheel:
        names = wheel.namelist()
    inside = {name for name in names if ".dist-info/" not in name}
    ours = {f"{name}/{file}" for name in ("autograd", "nn", "viz") for file in files(ROOT / name)}
    ours = {name for name in ours if "__pycache__" not in name}

    assert inside == ours | {"_glassgrad_installation.py", "_glassgrad_pytest.py"}
    assert {"autograd/py.typed", "nn/py.typed", "viz/py.typed"} < inside


def test_the_page_of_the_package_is_the_readme_without_relative_links(built):
    with zipfile.ZipFile(built.wheel) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        page = wheel.read(name).decode()

    assert "Description-Content-Type: text/markdown" in page
    assert "A neural network in a glass box: a scalar autograd engine" in page
    assert not re.search(r'\]\((?!\w+:|#)|(?:src|srcset)="(?!\w+:)', page)


def test_the_sdist_holds_the_repository_and_is_built_without_a_warning(built, source, tmp_path):
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    left_out = files(source) - files(unpacked)

    assert not left_out, "MANIFEST.in names no such files"
    assert not re.findall(r"^warning: .*|^!!|\w+Warning\b.*", built.said, re.MULTILINE)

    # Its tests run there. These need nothing that is not in it, and are quick.
    arrows = "tests/test_architecture.py" + ("" if NIGHTLY else "::test_nothing_points_back")
    quick = [arrows, "tests/test_installation.py::test_facts_are_said_once"]
    done = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *quick, cwd=unpacked)
    assert done.returncode == 0, done.stdout + done.stderr


def test_facts_are_said_once():
    """Or say the same: CITATION.cff cannot read pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    cited = dict(re.findall(r"^ *(?:- )?([a-z-]+): *(\S.*)$", citation, re.MULTILINE))

    assert cited["cff-version"] == "1.2.0"
    assert (cited["version"], cited["license"]) == (project["version"], project["license"])
    assert [{"name": cited["name"]}] == project["authors"]
    assert all(address.startswith("https://") for address in project["urls"].values())


def test_a_healthy_installation_imports(healthy):
    healthy.assert_healthy()


def test_the_pytest_plugin_is_found_and_warns_of_nothing(healthy):
    """Pytest is lent by this environment: it looks for plugins in both."""
    lent = os.pathsep.join(path for path in sys.path if path.endswith("-packages"))
    (healthy.start / "test_it.py").write_text("def test_it():\n    pass\n", encoding="utf-8")
    done = healthy.execute(
        "import pytest\n"
        "code = pytest.main(['-W', 'error', 'test_it.py'])\n"
        "print('and the help:', flush=True)\n"
        "pytest.main(['--help', '-p', 'no:cacheprovider'])\n"
        "raise SystemExit(code)",
        PYTHONPATH=lent,
    )
    run, found, text = done.stdout.partition("and the help:")

    assert found, done.stdout + done.stderr
    assert done.returncode == 0, run
    assert "1 passed" in run
    assert "warning" not in run
    assert "--gradcheck-report=DIR" in text


def test_a_healthy_installation_imports_from_a_zip_file(environment, wheels):
    wheel = next(wheels.glob("glassgrad*.whl"))

    done = environment.execute("import autograd, nn, viz", PYTHONPATH=str(wheel))

    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_runs_when_python_starts(environment, healthy):
    modules = "import sys; print(*sorted(sys.modules))"

    assert healthy.execute(modules).stdout == environment.execute(modules).stdout


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
glassgrad is damaged: the file autograd/__init__.py is missing from {site}
Cause: most likely PyPI's autograd was installed in this environment and removed again. It has a \
file of the same name, which replaced glassgrad's and was removed with it.
Cure: install glassgrad again:
    pip uninstall -y glassgrad
    pip install glassgrad"""


def apply_cure(environment: Environment, text: str) -> None:
    """Type what the message says to type, for glassgrad."""
    ours = text.partition("To have PyPI's autograd in this one:")[0]
    commands = re.findall(r"^    pip (.+)$", ours, re.MULTILINE)

    assert commands
    for command in commands:
        environment.pip(*shlex.split(command))


@pytest.mark.parametrize(
    ("steps", "text", "imports"),
    [
        ("install glassgrad, install autograd", mixed, OURS),  # autograd/__init__.py is PyPI's
        pytest.param("install autograd, install glassgrad", mixed, ALL, marks=pytest.mark.nightly),
        ("install glassgrad, install autograd, uninstall -y autograd", damaged, OURS),
        pytest.param(
            "install autograd, install glassgrad, uninstall -y autograd",
            damaged,
            OURS,
            marks=pytest.mark.nightly,
        ),
    ],
)
def test_an_installation_mixed_with_pypis_is_refused_and_the_cure_cures(
    after, tmp_path, steps, text: Callable[[Path], str], imports
):
    """Wherever our code runs at all."""
    environment = after(*steps.split(", ")).copy(tmp_path)

    expected = text(environment.site)
    assert [refusal(environment.execute(code)) for code in imports] == [expected] * len(imports)

    apply_cure(environment, expected)

    environment.assert_healthy()


def test_the_cure_names_the_clone_that_glassgrad_was_installed_from(after, tmp_path, source):
    """So it is one before glassgrad is on PyPI, too."""
    steps = "install glassgrad", "install autograd", "uninstall -y autograd"
    environment = after(*steps).copy(tmp_path)
    origin = {"dir_info": {}, "url": source.as_uri()}
    environment.origin.write_text(json.dumps(origin), encoding="utf-8")  # as if from the clone

    said = refusal(environment.execute("import nn"))
    assert said == damaged(environment.site).replace(
        "pip install glassgrad", f'pip install "{source}"'
    )

    apply_cure(environment, said)  # now from the clone indeed

    environment.assert_healthy()
    assert json.loads(environment.origin.read_text(encoding="utf-8")) == origin


@pytest.mark.parametrize(
    ("origin", "written"),
    [
        (None, "glassgrad"),
        ({"url": "https://x.org/g.whl", "archive_info": {}}, '"https://x.org/g.whl"'),
        ({"url": "https://x.org/g.git", "vcs_info": {"vcs": "git"}}, '"git+https://x.org/g.git"'),
        ({"url": ROOT.as_uri(), "dir_info": {}}, f'"{ROOT}"'),
        (
            {"url": "file:///gone/g", "dir_info": {}},
            "CLONE (the folder of a clone of glassgrad: the last one, /gone/g, is gone)",
        ),
    ],
)
def test_where_glassgrad_came_from_is_what_pip_noted(tmp_path, origin, written):
    for name in ("autograd", "glassgrad-0.1.0.dist-info"):
        (tmp_path / name).mkdir()
    (tmp_path / "autograd" / "value.py").touch()
    if origin:
        noted = tmp_path / "glassgrad-0.1.0.dist-info" / "direct_url.json"
        noted.write_text(json.dumps(origin), encoding="utf-8")

    with pytest.raises(ImportError, match="is damaged") as caught:
        installation.refuse_mixed_installation(str(tmp_path / "nn" / "__init__.py"))

    assert str(caught.value).endswith(f"\n    pip install {written}")


EXTRAS = "import _glassgrad_installation as i; print(i.packages_of('progress'))"


def test_the_packages_of_an_extra_can_be_had_before_glassgrad_is_on_pypi(healthy, source):
    hint = healthy.execute(EXTRAS).stdout.strip()
    assert hint == 'pip install "glassgrad[progress]"'

    words = ["--dry-run", "--no-build-isolation", *shlex.split(hint)[2:]]
    done = run(healthy.python, RUNNER, "install", *words, cwd=healthy.start)
    assert re.search(r"^Would install .*\btqdm-", done.stdout, re.MULTILINE), done.stderr

    # A clone that was never installed, but for what a build left behind, is named.
    (source / "glassgrad.egg-info").mkdir(exist_ok=True)
    done = run(healthy.python, "-I", "-c", f"import sys; sys.path[:1] = ['{source}']; "
               "sys.path = [p for p in sys.path if 'site-packages' not in p]; " + EXTRAS,
               cwd=source)  # fmt: skip
    assert done.stdout == f'pip install "{source}[progress]"\n'


def test_every_extra_that_is_named_exists():
    """In errors and on pages."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    code = [file for name in ("autograd", "nn", "viz", "demos", "benchmarks")
            for file in (ROOT / name).rglob("*.py")]  # fmt: skip
    named = [
        found
        for file in [*pages, *code]
        for found in re.findall(
            r"(?:glassgrad|\.)\[(\w+)\]|packages_of\([\"'](\w+)", file.read_text(encoding="utf-8")
        )
    ]

    assert len(named) > 5
    assert {a or b for a, b in named} <= set(project["optional-dependencies"])


def test_the_other_cure_leaves_pypis_alone(after, tmp_path):
    environment = after("install glassgrad", "install autograd").copy(tmp_path)

    environment.pip("uninstall", "-y", "autograd", "glassgrad")
    environment.pip("install", "autograd")

    assert environment.ours_left() == []
    assert "No module named 'numpy'" in environment.execute("import autograd").stderr  # PyPI's own


@pytest.mark.parametrize(
    "names", ["glassgrad autograd", pytest.param("autograd glassgrad", marks=pytest.mark.nightly)]
)
def test_uninstalling_ours_leaves_nothing_of_ours(after, tmp_path, names):
    # pip removes the one autograd/__init__.py, which breaks PyPI's, and nothing is left to say so.
    environment = after(*[f"install {name}" for name in names.split()]).copy(tmp_path)

    environment.pip("uninstall", "-y", "glassgrad")

    assert environment.ours_left() == []
    assert not (environment.site / "autograd/__init__.py").exists()

    environment.pip("install", "--force-reinstall", "autograd")

    assert (environment.site / "autograd/__init__.py").exists()


def hidden(name: str, found: Path, site: Path) -> str:
    return f"""\
glassgrad's {name} is hidden by another: {found}
Cause: Python takes the first '{name}' that it finds, and glassgrad's comes later: {site / name}
Cure: give yours another name, or start Python where it is not found. If another package brought \
it, that package and glassgrad each need an environment of their own."""


TEXTS = ["MIXED", "DAMAGED", "HIDDEN_BY_PYPI", "HIDDEN"]


@pytest.mark.parametrize("name", TEXTS)
def test_each_refusal_has_one_cause_and_then_one_cure(name):
    text = getattr(installation, name)

    assert re.findall(r"^(\w+): ", text, re.MULTILINE) == ["Cause", "Cure"]
    assert not re.match(r"Cause|Cure", text)


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
    environment.pip("install", "--editable", clone)
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
    assert [refusal(environment.execute(code)) for code in OURS] == [expected] * len(OURS)

    apply_cure(environment, expected)

    environment.assert_healthy()

    shutil.rmtree(clone)

    done = environment.execute("print('started')")
    assert (done.stdout, done.stderr) == ("started\n", "")


def test_no_file_of_ours_has_a_name_that_tells_pypis(source):
    assert installation.FOREIGN.isdisjoint(file.name for file in (source / "autograd").iterdir())
