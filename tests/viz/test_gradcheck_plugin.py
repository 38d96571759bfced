"""The pytest plugin, in runs of pytest of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import _glassgrad_pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = {"backward.svg", "forward.svg", "index.html", "source.py", "table.txt"}

CHECKS = """
from autograd import tanh
from autograd.testing import check_gradients
from hypothesis import given, strategies as st
import pytest

def cubed(x):
    return x**3

def claimed(x):
    return 3.0 * x

@given(st.integers(0, 9))
def test_shrunk(x):
    check_gradients(cubed, float(x), claimed)

@pytest.mark.parametrize("x", [2.0, 3.0, 0.0])
def test_at(x):
    check_gradients(cubed, x, claimed)

def test_of_values():
    check_gradients(lambda x: tanh(x) * x.data, 0.5)

def test_right():
    check_gradients(cubed, 2.0)

def test_otherwise_wrong():
    assert 1 == 2

@pytest.mark.xfail
def test_expected():
    check_gradients(cubed, 2.0, claimed)
"""
FAILURES = {"test-shrunk": 1, "test-at-2-0": 1, "test-at-3-0": 1, "test-of-values": 1}

BARE = """
import sys

def test_nothing_of_ours_is_loaded():
    loaded = {name.partition(".")[0] for name in sys.modules}
    assert "_glassgrad_pytest" in loaded
    assert not loaded & {"autograd", "nn", "viz", "hypothesis", "mpmath", "numpy", "graphviz"}
"""


def pytest_run(folder, text, *options):
    """One run on a file of tests, with no plugin but ours and those that are asked for."""
    (folder / "test_it.py").write_text(text, encoding="utf-8")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
    command = [sys.executable, "-m", "pytest", "-p", "_glassgrad_pytest", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, *options, "test_it.py"],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.parametrize("options", [(), ("--gradcheck-report", "out")], ids=["bare", "report"])
def test_a_run_without_checks_loads_and_writes_nothing(tmp_path, options):
    run = pytest_run(tmp_path, BARE, *options)

    assert run.returncode == 0, run.stdout + run.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "2")], ids=["alone", "xdist"])
def test_every_failed_check_has_a_folder(tmp_path, workers):
    run = pytest_run(tmp_path, CHECKS, "--gradcheck-report", "out/deep", *workers)
    out = tmp_path / "out" / "deep"
    folders = [path for path in out.iterdir() if path.is_dir()]
    names = {re.sub("^test-it-py-|-[0-9a-f]{8}$", "", path.name) for path in folders}
    page = (out / "index.html").read_text(encoding="utf-8")
    (shrunk,) = out.glob("*test-shrunk*")

    assert run.returncode == 1, run.stdout + run.stderr
    assert names == FAILURES.keys()
    assert all({path.name for path in folder.iterdir()} == FILES for folder in folders)
    assert all(f'href="{folder.name}/index.html"' in page for folder in folders)
    assert run.stdout.count("- gradient check -") == len(FAILURES)
    assert f"4 gradient checks failed: {out / 'index.html'}" in run.stdout
    # 3x and 3x² are the same at 0 and at 1: the smallest of those that are wrong is 2.
    source = (shrunk / "source.py").read_text(encoding="utf-8")
    assert "check_gradients(cubed, (2.0,), claimed)" in source


def test_without_the_option_nothing_is_written(tmp_path):
    run = pytest_run(tmp_path, CHECKS)

    assert run.returncode == 1
    assert {path.name for path in tmp_path.iterdir()} - {".hypothesis", "__pycache__"} == {
        "test_it.py"
    }
    assert "gradient check -" not in run.stdout


def test_a_report_that_cannot_be_written_is_said_and_spoils_nothing(tmp_path):
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    run = pytest_run(tmp_path, CHECKS, "--gradcheck-report", "out", "-k", "test_of_values")

    assert run.returncode == 1, run.stdout + run.stderr
    assert "no report could be written: " in run.stdout
    assert "1 failed" in run.stdout
    assert (tmp_path / "out").read_text(encoding="utf-8") == "a file"


def test_a_list_that_cannot_be_written_is_said_and_spoils_nothing(tmp_path):
    (tmp_path / "out" / "index.html").mkdir(parents=True)
    run = pytest_run(tmp_path, CHECKS, "--gradcheck-report", "out", "-k", "test_of_values")

    assert run.returncode == 1, run.stdout + run.stderr
    assert "1 gradient check failed, and no list could be written: " in run.stdout
    assert len(list(tmp_path.glob("out/*/source.py"))) == 1


def test_pytest_does_not_rewrite_the_plugin():
    """It would warn that it cannot, if something had imported it before."""
    assert "PYTEST_DONT_REWRITE" in _glassgrad_pytest.__doc__
