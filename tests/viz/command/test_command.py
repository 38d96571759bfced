"""The command line as a user types it: what it prints, writes and refuses, and its exit codes."""

import importlib
import io
import os
import string
import sys
import webbrowser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import ops
from viz.command.reading import Failure, read

from ..reading import read_svg
from .running import run

ROOT = Path(__file__).resolve().parents[3]


# --- draw -----------------------------------------------------------------------------------------


def test_draw_prints_a_tree_of_text():
    result = run("draw", "z = w*x + b; tanh(z)", "w=0.5", "x=2", "b=-0.5")

    assert result.exit_code == 0
    assert "tanh  v 0.4621  g 1 (seed)" in result.stdout
    assert "└─ z: +  v 0.5  g 0.7864" in result.stdout
    assert "variable w  v 0.5  g 1.573" in result.stdout


@pytest.mark.parametrize(
    ("suffix", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("mmd", b"flowchart"),
                          ("dot", b"digraph"), ("txt", b"backward")],
)  # fmt: skip
def test_the_ending_of_a_file_chooses_the_format(tmp_path, suffix, start):
    path = tmp_path / f"a.{suffix}"
    result = run("draw", "w*x", "w=1", "x=2", "-o", str(path))

    assert result.stdout == f"{path}\n"
    assert path.read_bytes().lstrip(b"%{init}\n ").startswith(start) or start in path.read_bytes()
    assert os.listdir(tmp_path) == [path.name]


def test_a_drawing_takes_the_options_of_draw(tmp_path):
    path = tmp_path / "a.svg"
    run("draw", "dot(w, x)", "w=[1,2]", "x=[3,4]", "--expand", "--theme", "dark", "--direction",
        "TB", "--view", "forward", "-o", str(path))  # fmt: skip
    svg = read_svg(path.read_text(encoding="utf-8"))

    assert "11" in str(svg)
    assert "Σ" not in run("draw", "dot(w, w)", "w=[1,2]", "--expand").stdout
    assert "g " not in run("draw", "2*w", "w=1", "--view", "forward").stdout.split("\n")[-2]


def test_constants_get_no_gradient():
    result = run("draw", "(w - y)**2", "w=1", "-c", "y=3", "--const", "unused=[1,2]")

    assert "constant y  v 3  g —" in result.stdout
    assert result.stderr == "Note: the formula does not use unused\n"


def test_numbers_are_formulas_and_may_use_each_other():
    result = run("draw", "a*b*c", "a=pi/2", "b=a/2", "c=-[1,2][1]")

    assert "variable b  v 0.7854" in result.stdout
    assert "variable c  v −2" in result.stdout


def test_a_formula_is_read_from_standard_input():
    result = run("draw", "-", "w=2", stdin="# a parabola\nz = w - 1\nz**2\n")

    assert "z: −  v 1" in result.stdout


def test_standard_input_may_begin_as_windows_does_and_must_be_text():
    assert "v 9" in run("draw", "-", "x=3", stdin="\ufeffx*x\r\n").stdout
    result = run("draw", "-", "x=3", stdin="x\udcff".encode(errors="surrogateescape"))
    assert result.exit_code == 2


def test_standard_input_that_cannot_be_read(monkeypatch):
    class Unplugged(io.StringIO):
        def read(self, _=-1):
            raise OSError(5, "Input/output error")

    for stream, message in [(Unplugged(), "cannot be read: Input/output error"), (None, "closed")]:
        monkeypatch.setattr(sys, "stdin", stream)
        with pytest.raises(Failure, match=message):
            read(["-", "x=3"], [])


def test_bytes_that_are_no_text_are_called_so(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("x\udcff"))
    with pytest.raises(Failure, match="standard input is no text"):
        read(["-", "x=3"], [])


@pytest.mark.parametrize("words", [("-x**2", "x=3"), ("x=3", "--", "-x**2"), ("x=3", "-x**2")])
def test_a_formula_may_begin_with_a_minus_sign(words):
    assert "v −9" in run("draw", *words).stdout


@pytest.mark.parametrize("command", ["draw", "check", "explain --of x", "play -o {page}"])
@pytest.mark.parametrize(
    "words",
    ["-cos(x) x=1", "x=1 -cosh(x)", "-c*x -c c=2 x=1", "-hypot(x,3) x=1", "-o/2*x o=1 x=1",
     "-offset-x offset=1 x=1", "-exp(x)+c -cc=2 x=1", "-2*x x=1", "-x·x x=1"],
)  # fmt: skip
def test_a_formula_may_begin_with_the_letter_of_an_option(tmp_path, command, words):
    result = run(*command.format(page=tmp_path / "a.html").split(), *words.split())

    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("letter", string.ascii_letters)
def test_an_option_that_there_is_not_is_none_although_formulas_may_look_like_it(letter):
    for word in (f"-{letter}", f"-{letter}=3", f"-{letter}y"):
        if letter not in "cho":
            result = run("check", "x*y", "x=1", "y=2", word)
            assert result.exit_code == 2
            assert f"there is no option -{letter}" in result.stderr


def test_options_keep_what_is_written_on_to_them(tmp_path):
    path = tmp_path / "a-b (1)"
    path.mkdir()
    result = run("draw", "x*y", "x=1", "-cy=-2", f"-o{path}/c.txt")

    assert "constant y  v −2" in (path / "c.txt").read_text(encoding="utf-8")
    assert result.exit_code == 0
    assert run("play", "x", "x=1", "--lr", "-0.5", "-o", str(path / "d.html")).exit_code == 0
    assert run("explain", "-x**2", "x=1", "--of", "-x").exit_code == 2


def test_what_looks_like_an_option_is_explained():
    result = run("draw", "-x", "x=3")

    assert result.exit_code == 2
    assert 'after two dashes: glassgrad draw x=3 -- "-x**2"' in result.stderr
    assert "Did you mean" in run("draw", "x", "--themee", "dark").stderr


def test_a_drawing_is_opened(tmp_path, opened):
    path = tmp_path / "a.svg"
    run("draw", "x", "x=1", "-o", str(path), "--open")
    shown = run("draw", "x", "x=1", "--open").stdout.strip()

    assert opened == [path.as_uri(), Path(shown).as_uri()]


def test_who_has_no_browser_is_told_what_to_open(tmp_path, monkeypatch):
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    path = tmp_path / "a.svg"
    result = run("draw", "x", "x=1", "-o", str(path), "--open")

    assert result.exit_code == 0
    assert result.stderr == f"Note: no browser was found; open {path} in yours\n"


# --- check ----------------------------------------------------------------------------------------


def test_check_prints_the_table_of_a_right_gradient():
    result = run("check", "tanh(w*x)**2", "w=0.5", "x=2", "--order", "2")

    assert result.exit_code == 0
    assert result.stdout.startswith(
        "gradients of second order of tanh(w*x)**2 at (0.5, 2.0): right\n"
    )


def test_a_claim_is_held_to_the_formula_and_may_use_its_names():
    claim = "w = 2*(o-y)*(1-o**2)*x"
    formula = ("check", "o = tanh(w*x); (o - y)**2", "w=0.5", "x=2", "-c", "y=1")

    assert run(*formula, "--gradient", claim).exit_code == 0
    result = run(*formula, "--gradient", claim.removesuffix("*x"), "--gradient", "x = w")
    assert result.exit_code == 1
    assert result.stdout.count("wrong") == 3


def test_a_claim_may_be_about_one_number_of_a_list():
    formula = ("check", "dot(w, x)", "w=[1,2]", "x=[3,4]")

    assert run(*formula, "--gradient", "w[1] = x[1]").exit_code == 0
    assert run(*formula, "unused=1", "--gradient", "unused = 0").exit_code == 0
    result = run(*formula, "--gradient", "w[1] = x[0]")
    assert result.exit_code == 1
    assert "\nw[1] " in result.stdout


def test_a_wrong_operation_is_found_and_named():
    autograd.operation("command_cube", lambda x: x * x * x, lambda z, x: 2.0 * x * x)
    try:
        result = run("check", "command_cube(x)", "x=2")
    finally:
        del ops.ALL["command_cube"]

    assert result.exit_code == 1
    assert "command_cube" in result.stdout.split("\n")[-2]


@pytest.mark.parametrize(
    ("words", "code", "word"),
    [
        (("abs(x)", "x=0"), 0, "kink"),
        (("x**2", "x=inf"), 3, "undecided"),
        (("3", "-c", "x=1"), 0, "right"),
    ],
)  # fmt: skip
def test_other_outcomes(words, code, word):
    result = run("check", *words)

    assert (result.exit_code, word in result.stdout) == (code, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--gradient", "x=2", "--order", "2"), "--gradient claims first derivatives"),
        (("--gradient", "q=2"), "--gradient q: there is no 'q'; write x or y\n"),
        (("--gradient", "z=2"), "--gradient z: z is computed, not given; write x or y\n"),
        (("--gradient", "y=2"), "--gradient y: y is a constant, so no gradient is asked of it"),
        (("--gradient", "x*x=2"), "--gradient x*x: there is no 'x*x'; write x or y\n"),
        (("--gradient", "w=2", "w=[1]"), "--gradient w: w is a list; take one of its numbers"),
        (("--gradient", "w[1]=2", "w=[1]"), "--gradient w[1]: the list has no [1]"),
        (("--gradient", "w[0]*2=2", "w=[1]"), "--gradient w[0]*2: this is no name"),
        (("--gradient", "x=[1]"), "this is a list; the derivative is one number"),
        (("--gradient", "x=log(-x)"), "--gradient x=log(-x): log(-2.0) is not"),
        (("--gradient", "x=1", "--gradient", "x=2"), "twice for the same name"),
        (("--gradient", "2"), "'2' is not NAME=VALUE"),
        (("--order", "3"), "--order"),
    ],
)
def test_a_claim_that_cannot_be_read(options, message):
    result = run("check", "z = x**2; z + y", "x=2", "-c", "y=1", *options)

    assert result.exit_code == 2
    assert message in result.stderr


# --- explain and play -----------------------------------------------------------------------------


def test_explain_tells_the_strongest_paths(tmp_path):
    formula = ("explain", "z = w*x + b; z**2 + w**2", "w=0.5", "x=2", "b=1", "--of")
    result = run(*formula, "w", "--top", "1", "-o", str(tmp_path / "why.svg"))

    assert result.exit_code == 0
    assert "2 × 1 × 4 × 1 = 8" in result.stdout
    assert result.stdout.endswith(f"{tmp_path / 'why.svg'}\n")
    assert run(*formula, "z").exit_code == 0
    assert run(*formula, "q").stderr == "Error: --of q: there is no 'q'; write w, x, b or z\n"
    assert run(*formula, "w + 1").exit_code == 2


def test_explain_knows_the_numbers_of_a_list():
    result = run("explain", "p = softmax(w); -log(p[0])", "w=[1,2]", "--of", "w[1]")

    assert "w[1]" in result.stdout
    assert run("explain", "w", "w=1").exit_code == 2  # whose gradient?
    assert "w is a list" in run("explain", "w[0]*2", "w=[1,2]", "--of", "w").stderr
    assert "does not use it" in run("explain", "w", "w=1", "q=2", "--of", "q").stderr
    assert "x is a constant" in run("explain", "w*x", "w=1", "-c", "x=2", "--of", "x").stderr


@pytest.mark.parametrize(
    "command", [("play",), ("explain", "--of", "x"), ("draw", "--view", "backward")],
    ids=lambda words: words[0],
)  # fmt: skip
def test_without_a_variable_there_is_no_gradient_to_show(command, opened):
    result = run(*command, "2*pi", "-c", "x=1")

    assert (result.exit_code, opened) == (2, [])
    assert "Error:" in result.stderr
    assert "view=" not in result.stderr  # what a command is not told with


def test_play_writes_a_page(tmp_path, opened):
    path = tmp_path / "loss.html"
    result = run("play", "(w*x - y)**2", "w=0.5", "x=2", "-c", "y=3", "-o", str(path))

    assert (result.exit_code, result.stdout, opened) == (0, f"{path}\n", [])
    assert "<html" in path.read_text(encoding="utf-8")


def test_a_page_takes_the_options_of_player(tmp_path, monkeypatch):
    asked = {}

    class Page:
        def save(self, path):
            asked["path"] = path

    def player(value, **options):
        asked.update(options, number=value.data)
        return Page()

    monkeypatch.setattr(importlib.import_module("viz.player"), "player", player)
    path = str(tmp_path / "loss.html")
    run("play", "w*2", "w=3", "--lr", "0.5", "--theme", "dark", "-o", path)

    assert asked == {"number": 6.0, "lr": 0.5, "theme": "dark", "path": path}


def test_the_learning_rate_is_lr():
    result = run("play", "w*2", "w=3", "--rate", "0.5")

    assert result.exit_code == 2
    assert "Did you mean one of: '--lr'" in result.output
    assert "--rate" not in run("play", "--help").output


def test_a_page_is_html(tmp_path):
    result = run("play", "w*2", "w=1", "-o", str(tmp_path / "a.svg"))

    assert (result.exit_code, os.listdir(tmp_path)) == (2, [])
    assert "a page is an .html file" in result.stderr


def test_play_shows_a_page_that_is_not_to_be_kept(opened):
    shown = run("play", "w*2", "w=1").stdout.strip()

    assert opened == [Path(shown).as_uri()]
    assert "<html" in Path(shown).read_text(encoding="utf-8")


# --- what goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("w*",), "Error: a number, a name or ( is missing before the end\n  w*\n    ^\n"),
        (("w*x", "w=1"), "Error: 'x' has no value; give it one: x=…\n  w*x\n    ^\n"),
        (("log(w)", "w=-1"), ("Error: log(-1.0) is not a finite real number; log needs x > 0 "
         "(operand 1 is 'w')\n  log(w)\n  ^^^^^^\n")),
        (("w", "w=1+"), ("Error: w=1+: a number, a name or ( is missing before the end\n"
         "  1+\n    ^\n")),
        (("w", "w=1/0"), ("Error: w=1/0: div(1.0, 0.0) is not a finite real number; div needs "
         "y != 0\n  1/0\n  ^^^\n")),
        (("w*x", "+", "b", "w=1"), ("Error: '+' is not NAME=VALUE, such as w=0.5, without blanks. "
         'A formula with blanks stands in quotation marks: "w*x + b"\n')),
        (("w", "w=1", "w=2"), "Error: w is given twice; give it one number\n"),
        (("w", "2w=1"), "Error: '2w' is not a name: names are letters, digits and _, such as w1\n"),
        (("w", "w="), ("Error: 'w=' is not NAME=VALUE, such as w=0.5, without blanks. A formula "
         'with blanks stands in quotation marks: "w*x + b"\n')),
        (("softmax(w)", "w=[1,2]"), ("Error: the result is a list of 2; a formula ends in one "
         "number, such as sum([a, b]) or p[0]\n  softmax(w)\n  ^^^^^^^^^^\n")),
        (("2", "--view", "backward"), ("Error: the formula has no variables, so there are no "
         "gradients; give it one as w=0.5, without -c\n")),
        (("sin x", "x=1"), ("Error: sin is a function: write its argument in brackets, as in "
         "sin(x)\n  sin x\n  ^^^^^\n")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_errors_are_short_and_point_at_the_character(words, message):
    result = run("draw", *words)

    assert (result.exit_code, result.stdout, result.stderr) == (2, "", message)


def test_a_file_that_cannot_be_written(tmp_path):
    def refused(path):
        result = run("draw", "x", "x=1", "-o", str(path))
        return result.exit_code, result.stderr

    missing = tmp_path / "missing"
    assert refused(missing / "a.svg") == (
        4, f"Error: -o {missing}/a.svg: there is no folder '{missing}'; make it first\n",
    )  # fmt: skip
    assert refused(tmp_path)[0] == 4
    assert "this is a folder" in refused(tmp_path)[1]
    assert refused(tmp_path / "a.jpgg")[0] == 2
    assert "did you mean '.jpg'" in refused(tmp_path / "a.jpgg")[1]
    assert os.listdir(tmp_path) == []


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz", None)
    monkeypatch.delitem(sys.modules, "viz.render.picture", raising=False)
    result = run("draw", "x", "x=1")

    assert result.exit_code == 4
    assert "graphviz" in result.stderr


@given(
    words=st.lists(st.text() | st.sampled_from(["x=1", "x", "-c", "--", "-", "w=[1"]), max_size=4)
)
def test_no_words_end_in_a_traceback(words):
    result = run("draw", *words, stdin="x")

    assert result.exit_code in {0, 2}
