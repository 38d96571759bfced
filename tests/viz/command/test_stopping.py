"""How the command ends that cannot go on: interrupted, or with nowhere to write."""

import os
import subprocess
import sys

import pytest

from .running import ROOT, program


@pytest.mark.skipif(os.name == "nt", reason="shells close outputs otherwise there")
@pytest.mark.parametrize("words", [("draw", "x", "x=1"), ("check", "x", "x=1"), ("--help",)])
@pytest.mark.parametrize("code", ["", "sys.stderr = None; "])
def test_an_output_that_is_closed_is_no_verdict(words, code):
    close = f"import sys; sys.stdout = None; {code}from viz.command import main; main()"
    result = program(*words, code=close)

    assert (result.returncode, result.stdout) == (4, "")
    expected = "" if code else "Error: the output cannot be written: it is closed\n"
    assert result.stderr == expected


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no disk that is always full")
def test_an_error_that_cannot_be_told_is_no_verdict():
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [sys.executable, "-m", "viz", "draw", "y", "x=1"],
            cwd=ROOT, stdout=full, stderr=full, check=False,
        )  # fmt: skip

    assert result.returncode == 4


# Sends itself Ctrl-C when the module of that name is looked for, or at the very end.
INTERRUPTING = """\
import atexit, os, signal, sys
def interrupt():
    os.kill(os.getpid(), signal.SIGINT)
class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == os.environ["INTERRUPT"]:
            interrupt()
sys.meta_path.insert(0, Finder)
if os.environ["INTERRUPT"] == "the end":
    atexit.register(interrupt)
"""


@pytest.mark.skipif(os.name == "nt", reason="no process can send itself Ctrl-C there")
@pytest.mark.parametrize("start", [["-m", "viz"], ["glassgrad"]], ids=["module", "script"])
@pytest.mark.parametrize(
    "where", ["autograd", "autograd.ops", "viz.scene.graphviz", "click", "viz.command",
              "viz.command.reading", "graphviz", "the end"],
)  # fmt: skip
def test_an_interrupt_at_any_time_ends_it_without_a_traceback(tmp_path, start, where):
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTING, encoding="utf-8")
    if start == ["glassgrad"]:  # as pip writes it
        start = [str(tmp_path / "glassgrad")]
        text = "import sys\nfrom viz.command import main\nsys.exit(main())\n"
        (tmp_path / "glassgrad").write_text(text, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, *start, "draw", "x", "x=1", "-o", str(tmp_path / "a.svg")],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "INTERRUPT": where},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (result.returncode, result.stderr.strip()) == (130, "")
    assert (tmp_path / "a.svg").exists() == (where == "the end")


def test_programs_that_import_viz_keep_their_own_way_with_interrupts():
    code = "import signal, viz; print(signal.getsignal(signal.SIGINT).__name__)"

    assert program(code=code).stdout == "default_int_handler\n"
