"""What the packages show of themselves; docs/reference.md pins which names these are."""

import builtins
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
import nn
import viz
from autograd import Value
from autograd.public import public
from nn.names import IN_NN

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
FOR_USERS = sorted(page for page in PAGES if page.name != "CONTRIBUTING.md")
PACKAGES = [autograd, autograd.formula, autograd.testing, nn, nn.data, nn.saving, viz]
EVERY_PACKAGE = pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)


def shown(package):
    return [name for name in dir(package) if not name.startswith("_")]


@EVERY_PACKAGE
def test_star_brings_what_is_public_and_leaves_pythons_names_alone(package):
    namespace = {}
    exec(f"from {package.__name__} import *", namespace)  # noqa: S102

    brought = set(namespace) - {"__builtins__"}
    assert brought == set(package.__all__) <= set(shown(package))
    assert not brought & set(dir(builtins))
    assert not [name for name in brought if type(namespace[name]) is type(sys)]


@EVERY_PACKAGE
def test_what_is_shown_is_there_and_documented(package):
    assert len(shown(package)) == len(set(shown(package)))
    for name in shown(package):
        thing = getattr(package, name)
        assert isinstance(thing, autograd.Op) or pydoc.getdoc(thing), name
        assert not isinstance(thing, (bool, str)), name


@EVERY_PACKAGE
def test_an_unknown_name_is_said_as_python_says_it(package):
    """With the names that are shown to choose from, of which Python suggests the nearest."""
    with pytest.raises(AttributeError) as caught:
        _ = package.nothing_like_it

    assert str(caught.value) == f"module {package.__name__!r} has no attribute 'nothing_like_it'"
    assert (caught.value.name, caught.value.obj) == ("nothing_like_it", package)


def test_three_imports_are_enough_for_every_name_and_every_operation():
    """In a Python of its own: here, something has imported the modules already."""
    code = """
import autograd, nn, viz
before = {name for package in (autograd, nn, viz) for name in dir(package)}
assert autograd.testing.check_gradients(lambda x: x * x, 2.0).outcome == "right"
assert callable(nn.testing.as_function) and callable(viz.gradcheck_report.write_report)
assert autograd.formula.parse("2*x", x=1.0).value.data == 2.0
page = viz.player(autograd.Value(2.0, label="x") * 3.0)
assert type(page) is viz.Player and type(viz.draw(autograd.Value(1.0))) is viz.Picture
assert before == {name for package in (autograd, nn, viz) for name in dir(package)}
assert [name for name in autograd.ops.ALL if name not in dir(autograd)] == []
"""
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("page", FOR_USERS, ids=lambda page: page.name)
def test_what_a_page_names_is_public(page):
    text = page.read_text(encoding="utf-8")
    for package, name in re.findall(r"(?<![\w./-])(autograd|nn|viz)\.(\w+)", text):
        if name not in {"py", "md"}:
            known = {*dir(sys.modules[package]), *(IN_NN if package == "nn" else ())}
            assert name in known, f"{package}.{name}"


def test_a_picture_shows_what_it_is_for():
    names = dir(viz.draw(Value(2.0) * 3.0))

    assert {"save", "show", "svg", "png", "text", "mermaid", "source", "theme"} <= set(names)
    assert not {"node", "attr", "unflatten", "subgraph", "strict"} & set(names)


def test_a_package_may_say_what_to_write_for_names_that_it_does_not_have():
    names = {"__name__": "shop", "tea": str}
    everything, shown, answer = public(names, ["autograd"], {"coffee": "write tea"})

    assert (everything, shown()[-2:]) == (["tea"], ["autograd", "tea"])
    with pytest.raises(AttributeError, match="shop has no coffee; write tea"):
        answer("coffee")
