"""The suite on a machine with Python alone, in CI, where Ctrl-C is not heard; and its files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOT = ["tests/viz/test_render.py", "-k", "system_dot"]
BROWSER = ["tests/viz/test_handout_print.py", "tests/viz/player/test_browser_neuron.py"]
HEARD = "tests/nn/training/test_interrupting.py::test_the_usual_handler_is_back_afterwards"


def suite(*words, **environment):
    """A run of pytest with nothing on its path."""
    clean = {k: v for k, v in os.environ.items() if k not in {"CI", "GLASSGRAD_CHROMIUM"}}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=ROOT,
        env={**clean, "PATH": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (DOT, "2 tests were left out: no dot (apt-get install graphviz)"),
        (BROWSER, " left out: no Chromium (apt-get install chromium; or its path in "),
    ],
    ids=["dot", "chromium"],
)
def test_what_a_machine_lacks_is_said_and_fails_in_ci_alone(words, said):
    alone, in_ci = suite(*words), suite(*words, CI="true")

    assert (alone.returncode, in_ci.returncode) == (0, 1), alone.stdout + in_ci.stdout
    assert said in alone.stdout
    assert "skipped, which fails in CI: tests/viz/" in in_ci.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such shell")
def test_the_suite_hears_an_interrupt_where_the_shell_does_not():
    """As after `make test &` in a script."""
    command = f"trap '' INT; exec '{sys.executable}' -m pytest -q -p no:cacheprovider {HEARD}"
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


def test_no_file_of_tests_is_longer_than_500_lines():
    lengths = {
        file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8").count("\n")
        for file in (ROOT / "tests").rglob("*.py")
    }

    assert {file for file, length in lengths.items() if length > 500} == set()
