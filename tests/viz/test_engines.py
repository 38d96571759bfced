import importlib.metadata
import os
import shutil
import sys

import pytest

from viz.scene import graphviz as engines
from viz.scene.graphviz import CHAIN, at

from .masking import program


def engine(name):
    (found,) = [engine for engine in CHAIN if engine.name == name]
    return found


def test_the_chain_tries_what_pip_installs_first():
    assert [engine.name for engine in CHAIN] == ["graphviz-pure", "dot"]


def test_graphviz_pure_is_found_where_pip_put_it():
    command = engine("graphviz-pure").command("svg", "dot", 1.0)

    assert os.path.basename(command[0]).startswith("graphviz-pure")
    assert command[1:] == ["-Kdot", "-Tsvg"]


def test_graphviz_pure_is_found_after_pip_install_target(monkeypatch, tmp_path):
    # There the wheel's record points outside of the folder, to a file that is not there.
    found = program(tmp_path / "site" / "bin" / "graphviz-pure", "")

    class Distribution:
        files = (importlib.metadata.PackagePath("../../bin/graphviz-pure"),)

        def locate_file(self, path):
            return tmp_path / "site" / path

    monkeypatch.setattr(engines.importlib.metadata, "distribution", lambda _: Distribution())
    monkeypatch.setattr(engines.sysconfig, "get_path", lambda _: str(tmp_path / "scripts"))

    assert engine("graphviz-pure").find() == str(found)


def test_graphviz_pure_is_found_beside_python_without_a_record(monkeypatch, tmp_path):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    found = program(tmp_path / "scripts" / "graphviz-pure", "")
    monkeypatch.setattr(engines.importlib.metadata, "distribution", missing)
    monkeypatch.setattr(engines.sysconfig, "get_path", lambda _: str(tmp_path / "scripts"))

    assert engine("graphviz-pure").find() == str(found)


def test_graphviz_pure_is_found_on_the_path(monkeypatch, no_engines):
    found = program(no_engines / "bin" / "graphviz-pure", "")
    monkeypatch.setenv("PATH", str(no_engines / "bin"))

    assert engine("graphviz-pure").find() == str(found)


@pytest.mark.usefixtures("no_engines")
def test_nothing_is_found_where_there_is_nothing():
    assert [engine.command("svg", "dot", 1.0) for engine in CHAIN] == [None] * 2


def test_a_system_dot_is_found_on_the_path(monkeypatch, no_engines):
    found = program(no_engines / "bin" / "dot", "")
    monkeypatch.setenv("PATH", str(no_engines / "bin"))

    assert engine("dot").command("png", "neato", 2.0) == [
        str(found), "-Kneato", "-Tpng", "-Gdpi=192",
    ]  # fmt: skip


def test_a_path_is_an_engine_too(tmp_path):
    found = program(tmp_path / "my-dot", "")

    assert at(str(found)).command("svg", "dot", 1.0) == [str(found), "-Kdot", "-Tsvg"]
    assert at(str(tmp_path / "gone")).command("svg", "dot", 1.0) is None


def test_only_pixels_have_dots_per_inch():
    assert at(shutil.which("python3") or sys.executable).command("pdf", "dot", 2.0)[-1] == "-Tpdf"
    assert engine("graphviz-pure").command("png", "dot", 1.5)[-1] == "-Gdpi=144"
