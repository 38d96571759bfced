"""The lesson of one neuron, against the same numbers computed here without the engine."""

import math
import runpy
import sys

import pytest

from demos import cli, neuron
from demos.lesson import PROGRAM, lesson
from viz.numbers import show

from .html_checks import checked

X, W, B, Y, RATE, NUDGE = (2.0, 1.0), (0.5, -1.0), math.log(2.0), 1.0, 0.1, 0.001


def loss(w1, w2, b):
    return (math.tanh(w1 * X[0] + w2 * X[1] + b) - Y) ** 2


Z = W[0] * X[0] + W[1] * X[1] + B
O = math.tanh(Z)  # noqa: E741 - its name in the lesson
DZ = 2.0 * (O - Y) * (1.0 - O * O)
GRADIENTS = {"w1": DZ * X[0], "w2": DZ * X[1], "b": DZ, "x1": DZ * W[0], "x2": DZ * W[1]}
AFTER = [p - RATE * GRADIENTS[name] for p, name in zip((*W, B), ("w1", "w2", "b"), strict=True)]


@pytest.fixture(scope="module")
def found():
    return lesson()


@pytest.fixture(scope="module")
def text(found):
    return neuron.as_text(found)


@pytest.mark.parametrize(
    ("name", "value"), [("z", Z), ("o", O), ("e", O - Y), ("L", (O - Y) ** 2), ("b", B)]
)
def test_forward(found, name, value):
    assert found.value(name) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize("name", GRADIENTS)
def test_backward(found, name):
    assert found.slope(name) == pytest.approx(GRADIENTS[name], rel=1e-14)


def test_the_numbers_that_teachers_know_by_heart(found):
    shown = [
        *[found.value(name) for name in ("z", "o", "e", "L")],
        *[found.slope(name) for name in ("o", "z", "w1", "w2", "b")],
        *[update.after for update in found.updates],
        found.value("L", second=True),
    ]

    assert [round(x, 4) for x in shown] == [
        *(0.6931, 0.6, -0.4, 0.16),
        *(-0.8, -0.512, -1.024, -0.512, -0.512),
        *(0.6024, -0.9488, 0.7443),
        0.0568,
    ]


def test_the_step_and_the_new_loss(found):
    assert [update.after for update in found.updates] == pytest.approx(AFTER, rel=1e-14)
    assert found.value("L", second=True) == pytest.approx(loss(*AFTER), rel=1e-13)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_nudges(found, place):
    parameters = [*W, B]
    parameters[place] += NUDGE
    check = found.checks[place]

    assert check.measured == pytest.approx(loss(*parameters) - loss(*W, B), rel=1e-9)
    assert check.predicted == pytest.approx(check.measured, rel=0.01)


def test_the_parameters_are_as_before_after_the_nudges(found):
    assert [p.data for p in found.before.parameters()] == [*W, B]
    assert [update.before for update in found.updates] == [*W, B]


def test_a_second_backward_pass_doubles_the_gradient(found):
    assert found.repeated == 2.0 * found.slope("w1")


@pytest.mark.parametrize(
    "sentence",
    [
        "z = w1 × x1 + w2 × x2 + b = 0.5 × 2 + (−1) × 1 + 0.6931 = 0.6931",
        "o = tanh(z) = tanh(0.6931) = 0.6",
        "z moves o at rate 0.64; o moves L at −0.8; so z moves L at −0.512.",
        "∂L/∂z = (1 − o²) · ∂L/∂o = 0.64 × (−0.8) = −0.512",
        "∂L/∂w1 = x1 · ∂L/∂z = 2 × (−0.512) = −1.024",
        "w1: 0.5 − 0.1 × (−1.024) = 0.6024",
    ],
)
def test_the_words_are_printed_and_on_the_page(made, text, sentence):
    assert sentence in text
    assert sentence in checked(made.read("neuron.html")).text


def test_the_nudge_in_words(made, text):
    assert "changes by −0.001024; measured: −0.001021." in text
    assert (
        "Raise w1 by 0.001: predicted −0.001024, measured −0.001021."
        in checked(made.read("neuron.html")).text
    )


def test_the_page_has_every_value_and_gradient(made, found):
    page = checked(made.read("neuron.html")).text
    for node in found.first:
        assert f"v {show(node.value)}" in page or f"= {show(node.value)}" in page
        if node.grad is not None:
            assert f"g {show(node.grad)}" in page or f"= {show(node.grad)}" in page


def test_the_answer_to_the_question_about_two_passes(made):
    assert "−2.048: twice −1.024." in checked(made.read("neuron.html")).text


def test_the_program_on_the_page_gives_these_numbers(made, tmp_path, found):
    assert PROGRAM in checked(made.read("neuron.html")).text

    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    names = runpy.run_path(str(tmp_path / "program.py"))

    assert names["L"].data == found.value("L")
    assert {name: names[name].grad for name in GRADIENTS} == pytest.approx(GRADIENTS, rel=1e-14)


def test_main_prints_the_lesson_and_where_its_page_is(tmp_path, capsys, text):
    assert neuron.main(["--quick", "--out", str(tmp_path)]) == 0

    printed = capsys.readouterr().out
    assert text in printed
    assert str(tmp_path / "neuron.html") in printed
    assert (tmp_path / "index.html").is_file()


def test_a_browser_is_opened_only_when_asked_for(tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(cli.webbrowser, "open", opened.append)

    neuron.main(["--out", str(tmp_path)])
    assert opened == []

    neuron.main(["--out", str(tmp_path), "--open"])
    assert opened == [(tmp_path / "neuron.html").as_uri()]


def test_a_terminal_that_lacks_a_sign_shows_another(tmp_path, monkeypatch):
    with (tmp_path / "out.txt").open("w", encoding="ascii") as narrow:
        monkeypatch.setattr(sys, "stdout", narrow)
        cli.say("∂L/∂w")

    assert (tmp_path / "out.txt").read_text(encoding="ascii") == "?L/?w\n"
