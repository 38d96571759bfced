"""A mixed or hidden installation is refused, with the cause and with a cure that works.

Each case is made by pip itself, in an environment of its own: our wheel, built from our sdist, and
PyPI's autograd. These tests need the package registry.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import _glassgrad_installation as installation

from .environments import ROOT, RUNNER, Environment, run

OURS = ["import nn", "import viz"]
ALL = ["from autograd import Value", "import autograd", "import autograd.numpy as np", *OURS]


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The text of the ImportError that ended a Python."""
    assert done.returncode == 1, done.stdout
    return done.stderr.partition("\nImportError: ")[2].rstrip("\n")


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
