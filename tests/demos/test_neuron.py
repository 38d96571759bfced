"""The lesson of one neuron, against the same numbers computed here without the engine."""

import math
import runpy
import sys

import pytest

from autograd import Graph
from demos import cli, neuron
from demos.neuron import PROGRAM, lesson
from viz.say.numbers import show

from .html_checks import checked, words_of

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


def entry(found, name):
    return next(entry for entry in found.player.story.views[0].entries if entry.name == name)


@pytest.mark.parametrize(
    ("name", "value"), [("z", Z), ("o", O), ("e", O - Y), ("L", (O - Y) ** 2), ("b", B)]
)
def test_forward(found, name, value):
    assert float(entry(found, name).exact_value) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize("name", GRADIENTS)
def test_backward(found, name):
    assert float(entry(found, name).exact_grad) == pytest.approx(GRADIENTS[name], rel=1e-14)


def test_the_numbers_that_teachers_know_by_heart(found):
    answers = {step.symbols: step.answer for step in found.player.story.views[0].steps}

    assert [entry(found, name).value for name in ("z", "o", "e", "L")] == [
        *("0.6931", "0.6", "−0.4", "0.16")
    ]
    assert [entry(found, name).grad for name in ("o", "z", "w1", "w2", "b")] == [
        *("−0.8", "−0.512", "−1.024", "−0.512", "−0.512")
    ]
    assert [answers[f"{p} ← {p} − rate · ∂L/∂{p}"] for p in ("w1", "w2", "b")] == [
        *("0.6024", "−0.9488", "0.7443")
    ]
    assert [step.answer for step in found.steps("again")] == ["0.05677"]


def test_the_step_and_the_new_loss(found):
    assert [p.data for p in found.after.parameters()] == pytest.approx(AFTER, rel=1e-14)
    assert found.steps("again")[-1].answer == show(loss(*AFTER)).removeprefix("+")


def test_inputs_take_no_step(found):
    updated = {step.box for step in found.steps("update")}

    assert updated == {entry(found, name).box for name in ("w1", "w2", "b")}


def test_the_nudges(found):
    given = {"w1": W[0], "w2": W[1], "x1": X[0], "x2": X[1], "b": B}

    def loss_of(w1, w2, x1, x2, b):
        return (math.tanh(w1 * x1 + w2 * x2 + b) - Y) ** 2

    for name, value in given.items():
        measured = loss_of(**{**given, name: value + NUDGE}) - loss_of(**given)
        predicted = GRADIENTS[name] * NUDGE

        assert (
            f"Raise {name} by 0.001: predicted {show(predicted)}, measured {show(measured)}"
        ) in found.nudges
    assert len(found.nudges) == 5


def test_the_neuron_before_the_step_is_as_it_was(found):
    assert [p.data for p in found.before.parameters()] == [*W, B]


def test_a_second_backward_pass_doubles_the_gradient(found):
    assert found.repeated == pytest.approx(2.0 * GRADIENTS["w1"], rel=1e-14)


@pytest.mark.parametrize(
    "sentence",
    [
        "z is the sum of b, p1, p2. 0.6931 + 1 + (−1) = 0.6931.",
        "o = tanh(z) = tanh(0.6931) = 0.6",
        "Raising z by 1 unit changes o at rate 0.64, so L at rate −0.512.",
        "∂L/∂z = (1 − o²) · ∂L/∂o = 0.64 × (−0.8) = −0.512",
        "2 · e = 2 × (−0.4) = −0.8",
        "∂L/∂w1 = x1 · ∂L/∂p1 = 2 × (−0.512) = −1.024",
        "Raise w1 by 0.001: predicted −0.001024, measured −0.001021",
        "w1 ← w1 − rate · ∂L/∂w1 = 0.5 − 0.1 × (−1.024) = 0.6024",
        "L falls from 0.16 to 0.05677.",
    ],
)
def test_the_words_are_printed_and_on_the_page(made, text, sentence):
    assert sentence in text
    assert sentence in checked(made.read("neuron.html")).text


def test_every_step_is_told_once_on_the_page(made, found):
    page = checked(made.read("neuron.html")).text
    for step in found.player.story.views[0].steps:
        told = step.phase != "start"

        assert page.count(step.sentence) == told or step.phase == "again"


def test_the_page_leads_to_the_player_and_to_the_handout(made, found):
    assert {"neuron-player.html", "neuron-handout.html"} <= set(
        checked(made.read("neuron.html")).links
    )
    assert made.read("neuron-player.html") == found.player.html()


def test_the_page_has_every_value_and_gradient(made, found):
    page = checked(made.read("neuron.html")).text
    for name in ("forward", "backward", "after", "draw"):
        page += words_of(made.read(f"neuron-{name}-light.svg"))
    for node in Graph(found.loss):
        assert f"v {show(node.value)}" in page or f"= {show(node.value)}" in page
        if node.grad is not None:
            assert f"g {show(node.grad)}" in page or f"= {show(node.grad)}" in page


def test_the_answer_to_the_question_about_two_passes(made):
    assert "−2.048: twice −1.024." in checked(made.read("neuron.html")).text


def test_the_program_on_the_page_gives_these_numbers(made, tmp_path, found):
    assert PROGRAM in checked(made.read("neuron.html")).text

    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    names = runpy.run_path(str(tmp_path / "program.py"))

    assert names["L"].data == found.loss.data
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
