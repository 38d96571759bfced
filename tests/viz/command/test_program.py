"""The command as a program of its own: its help, its streams, and how it is stopped."""

import os
import shlex
import subprocess
import sys

import pytest

import autograd
from viz.command import main as main_module

from .running import ROOT, program, run

HEAVY = ["graphviz", "hypothesis", "mpmath", "numpy", "matplotlib", "autograd.testing"]


def test_help_has_examples_functions_and_exit_codes():
    text = run("--help").stdout

    for word in ("Examples:", "draw", "play", "check", "explain", "where(x > 0, a, b)", "  3  "):
        assert word in text
    assert {"softmax", "leaky_relu"} <= set(text.split())
    for command in ("draw", "play", "check", "explain"):
        assert f"glassgrad {command} " in run(command, "--help").stdout
    assert run("--version").stdout == f"glassgrad {autograd.__version__}\n"
    assert run().exit_code == 2


@pytest.mark.usefixtures("opened")
def test_the_examples_of_the_help_run(tmp_path, monkeypatch):
    """Each as it stands there, in its own words."""
    monkeypatch.chdir(tmp_path)
    lines = "\n".join(
        run(*words, "--help").stdout
        for words in [(), ("draw",), ("check",), ("explain",), ("play",)]
    )
    examples = [line for line in map(str.strip, lines.split("\n")) if line.startswith("glassgrad ")]

    assert len(examples) >= 12
    for example in examples:
        result = run(*shlex.split(example)[1:])
        assert result.exit_code == 0, (example, result.output)


def test_the_program_runs_as_a_module_and_says_its_errors_on_standard_error():
    right = program("draw", "w*x", "w=2", "x=3")
    wrong = program("draw", "w*", "w=2")

    assert (right.returncode, right.stderr) == (0, "")
    assert "v 6" in right.stdout
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.endswith("  w*\n    ^\n")


@pytest.mark.parametrize(("error", "code"), [("KeyboardInterrupt", 130), ("BrokenPipeError", 141)])
@pytest.mark.parametrize("where", ["autograd.Graph.__init__", "click.Context.get_help"])
def test_who_stops_a_command_gets_no_traceback_and_no_verdict(error, code, where):
    start, _, name = where.rpartition(".")
    result = program(
        *(["--help"] if "help" in name else ["draw", "x", "x=1"]),
        code=f"import autograd, click\nfrom viz.command import main\n"
        f"def stop(*_): raise {error}\n{start}.{name} = stop\nmain()",
    )

    assert (result.returncode, result.stdout, result.stderr.strip()) == (code, "", "")


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise there")
def test_a_reader_that_leaves_ends_the_command_quietly():
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "viz", "draw", "x", "x=1"],
        env={**os.environ, "PYTHONUNBUFFERED": ""},  # what is in a buffer is written at the end
        cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    os.close(writer)

    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no disk that is always full")
@pytest.mark.parametrize("command", ["draw", "check"])
def test_an_output_that_is_full_is_no_verdict(command):
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [sys.executable, "-m", "viz", command, "x*x", "x=1"],
            env={**os.environ, "PYTHONUNBUFFERED": ""}, cwd=ROOT, stdout=full,
            stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip

    assert result.returncode == 4
    assert result.stderr == "Error: the output cannot be written: No space left on device\n"


def test_a_terminal_of_another_encoding_gets_question_marks():
    result = program("draw", "重み*2", "重み=1", PYTHONIOENCODING="latin-1")

    assert result.returncode == 0
    assert "variable ??" in result.stdout


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom viz.command import main\n"
        "try:\n    main(['--help'], prog_name='glassgrad')\n"
        f"finally:\n    print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    assert program(code=code).stdout.endswith("[]\n")


def test_main_is_what_the_script_calls():
    with pytest.raises(SystemExit) as caught:
        main_module(["--version"])

    assert caught.value.code == 0
