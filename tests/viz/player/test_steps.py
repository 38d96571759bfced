"""The lesson of one neuron, step by step, as a learner reads it; every number worked by hand."""

import math

import pytest

from autograd import Graph, Value, constant, dot, tanh
from nn import Parameter
from viz.lessons.lesson import GRADIENT, VALUE
from viz.say.story import PHASES

from .stories import single_view


def neuron():
    """L = (tanh(w·x + b) − y)² with the numbers of the lesson."""
    w1, w2, b = (
        Parameter(number, label=label)
        for number, label in ((0.5, "w1"), (-1.0, "w2"), (math.log(2.0), "b"))
    )
    x1, x2, y = Value(2.0, label="x1"), Value(1.0, label="x2"), constant(1.0, label="y")
    z = w1 * x1 + w2 * x2 + b
    o = tanh(z)
    e = o - y
    loss = e**2
    for value, label in ((z, "z"), (o, "o"), (e, "e"), (loss, "L")):
        value.label = label
    return loss


@pytest.fixture(scope="module")
def lesson():
    return single_view(Graph(neuron()))


def told(view, phase):
    return [
        " ".join(part for part in (step.symbols, step.numbers, step.answer) if part)
        for step in view.steps
        if step.phase == phase
    ]


def test_the_neuron_forward(lesson):
    assert told(lesson, "forward") == [
        "p1 = w1 · x1 = 0.5 × 2 = 1",
        "p2 = w2 · x2 = −1 × 1 = −1",
        "z = p1 + p2 + b = 1 + (−1) + 0.6931 = 0.6931",
        "o = tanh(z) = tanh(0.6931) = 0.6",
        "e = o − y = 0.6 − 1 = −0.4",
        "L = e² = (−0.4)² = 0.16",
    ]


def test_the_neuron_backward(lesson):
    assert told(lesson, "backward") == [
        "∂L/∂L = 1",
        "∂L/∂e = 2 · e · ∂L/∂L = −0.8 × 1 = −0.8",
        "∂L/∂o = 1 · ∂L/∂e = 1 × (−0.8) = −0.8",
        "∂L/∂z = (1 − o²) · ∂L/∂o = 0.64 × (−0.8) = −0.512",
        "∂L/∂p1 = 1 · ∂L/∂z = 1 × (−0.512) = −0.512",
        "∂L/∂p2 = 1 · ∂L/∂z = 1 × (−0.512) = −0.512",
        "∂L/∂b = 1 · ∂L/∂z = 1 × (−0.512) = −0.512",
        "∂L/∂w2 = x2 · ∂L/∂p2 = 1 × (−0.512) = −0.512",
        "∂L/∂x2 = w2 · ∂L/∂p2 = −1 × (−0.512) = 0.512",
        "∂L/∂w1 = x1 · ∂L/∂p1 = 2 × (−0.512) = −1.024",
        "∂L/∂x1 = w1 · ∂L/∂p1 = 0.5 × (−0.512) = −0.256",
    ]


def test_the_neuron_learns(lesson):
    assert told(lesson, "update") == [
        "w1 ← w1 − rate · ∂L/∂w1 = 0.5 − 0.1 × (−1.024) = 0.6024",
        "w2 ← w2 − rate · ∂L/∂w2 = −1 − 0.1 × (−0.512) = −0.9488",
        "b ← b − rate · ∂L/∂b = 0.6931 − 0.1 × (−0.512) = 0.7443",
    ]
    assert told(lesson, "again") == ["L = e² = (−0.2383)² ≈ 0.05677"]
    assert lesson.steps[-1].sentence == ("Forward once more: L falls from 0.16 to 0.05677.")


def test_the_neuron_in_sentences(lesson):
    sentences = {step.title: step.sentence for step in lesson.steps}

    assert sentences == {
        "What is given": "We start from what is given. Everything else is computed: values "
        "forward, then gradients backward. Parameters: w1, w2, b. Variables: x1, x2. Constant: y.",
        "Forward: p1 = w1 · x1": "p1 is w1 times x1. 0.5 × 2 = 1.",
        "Forward: p2 = w2 · x2": "p2 is w2 times x2. −1 × 1 = −1.",
        "Forward: z = p1 + p2 + b": "z is the sum of p1, p2, b. 1 + (−1) + 0.6931 = 0.6931.",
        "Forward: o = tanh(z)": "o is the tanh of z. tanh(0.6931) = 0.6.",
        "Forward: e = o − y": "e is o minus y. 0.6 − 1 = −0.4.",
        "Forward: L = e²": "L is e squared. (−0.4)² = 0.16.",
        "Backward starts at L": "Backward asks of every number: if it rose a little, how fast "
        "would L change? That rate is its gradient, g. It starts at L: ∂L/∂L = 1.",
        "Backward: from L to e": "Raising e by 1 unit changes L at rate −0.8.",
        "Backward: from e to o": "Raising o by 1 unit changes e at rate 1, so L at rate −0.8.",
        "Backward: from o to z": "Raising z by 1 unit changes o at rate 0.64, so L at rate −0.512.",
        "Backward: from z to p1": "Raising p1 by 1 unit changes z at rate 1, so L at rate −0.512.",
        "Backward: from z to p2": "Raising p2 by 1 unit changes z at rate 1, so L at rate −0.512.",
        "Backward: from z to b": "Raising b by 1 unit changes z at rate 1, so L at rate −0.512.",
        "Backward: from p2 to w2": "Raising w2 by 1 unit changes p2 at rate 1, so L at "
        "rate −0.512.",
        "Backward: from p2 to x2": "Raising x2 by 1 unit changes p2 at rate −1, so L at "
        "rate 0.512.",
        "Backward: from p1 to w1": "Raising w1 by 1 unit changes p1 at rate 2, so L at "
        "rate −1.024.",
        "Backward: from p1 to x1": "Raising x1 by 1 unit changes p1 at rate 0.5, so L at rate "
        "−0.256.",
        "Update w1": "∂L/∂w1 is negative: increasing w1 decreases L. So w1 is raised, from 0.5 to "
        "0.6024.",
        "Update w2": "∂L/∂w2 is negative: increasing w2 decreases L. So w2 is raised, from −1 to "
        "−0.9488.",
        "Update b": "∂L/∂b is negative: increasing b decreases L. So b is raised, from 0.6931 to "
        "0.7443.",
        "Forward once more": "Forward once more: L falls from 0.16 to 0.05677.",
    }


def test_where_a_rate_comes_from_is_noted(lesson):
    notes = {step.title: step.note for step in lesson.steps if step.note}

    assert notes == {
        "Backward: from L to e": "2 · e = 2 × (−0.4) = −0.8",
        "Backward: from o to z": "1 − o² = 1 − 0.6² = 0.64",
        "Forward once more": "the gradients in the picture are those of the pass before",
    }


def test_every_number_of_the_neuron_is_explained(lesson):
    entries = {entry.name: entry for entry in lesson.entries}

    assert entries["z"].formula == "z = p1 + p2 + b = 1 + (−1) + 0.6931 = 0.6931"
    assert entries["z"].total == "∂L/∂z = (1 − o²) · ∂L/∂o = 0.64 × (−0.8) = −0.512"
    assert entries["z"].exact_value == repr(math.log(2.0))
    assert entries["w1"].nudge == "Raise w1 by 0.001: predicted −0.001024, measured −0.001021"
    assert entries["w2"].nudge == "Raise w2 by 0.001: predicted −0.000512, measured −0.0005113"
    assert [path.text for path in entries["w1"].paths] == [
        "w1 → p1 → z → o → e → L: 2 × 1 × 0.64 × 1 × (−0.8) = −1.024"
    ]
    assert entries["y"].grad == "—"
    assert entries["y"].formula == "y = 1, given"
    assert entries["o"].what == "o is the tanh of z"
    assert entries["p1"].what == "p1 is w1 times x1 (named here)"


def test_the_picture_of_the_neuron_is_compact(lesson):
    heads = [box.lines[0] for box in lesson.picture.boxes]

    assert heads == [
        "w1", "x1", "p1: ×", "w2", "x2", "p2: ×", "b", "z: Σ", "o: tanh", "y", "e: −", "L: e²",
    ]  # fmt: skip
    assert all(not arrow.lines for arrow in lesson.picture.arrows)


def test_at_first_only_what_is_given_is_seen(lesson):
    first = {(fill.box, fill.line): fill.text for fill in lesson.steps[0].fills}
    names = {entry.box: entry.name for entry in lesson.entries}

    values = {names[box]: text for (box, line), text in first.items() if line == VALUE}
    assert values["w1"] == "v 0.5"
    assert values["y"] == "v 1"
    assert values["z"] == values["L"] == "v ·"
    gradients = {names[box]: text for (box, line), text in first.items() if line == GRADIENT}
    assert gradients.pop("y") == "g —"
    assert set(gradients.values()) == {"g ·"}


def test_each_step_marks_its_box_its_sources_and_its_arrow(lesson):
    step = next(step for step in lesson.steps if step.title == "Backward: from o to z")
    names = {entry.box: entry.name for entry in lesson.entries}

    assert names[step.box] == "z"
    assert [names[box] for box in step.sources] == ["o"]
    assert [(c.text, c.sign) for c in step.carried] == [("0.64 × (−0.8) = −0.512", "negative")]
    assert [fill.text for fill in step.fills] == ["g −0.512"]
    forward = next(step for step in lesson.steps if step.title == "Forward: e = o − y")
    assert [names[box] for box in forward.sources] == ["o", "y"]
    assert [c.text for c in forward.carried] == ["0.6", "1"]


def test_phases_follow_each_other(lesson):
    order = [PHASES.index(step.phase) for step in lesson.steps]

    assert order == sorted(order)
    assert set(order) == set(range(len(PHASES)))


def test_a_dot_is_opened_into_the_same_products():
    w = [Parameter(0.5, label="w1"), Parameter(-1.0, label="w2")]
    z = dot(w, [2.0, 1.0], Parameter(math.log(2.0), label="b"))
    z.label = "z"

    view = single_view(Graph(z))

    assert told(view, "forward") == [
        "p1 = w1 · x1 = 0.5 × 2 = 1",
        "p2 = w2 · x2 = −1 × 1 = −1",
        "z = b + p1 + p2 = 0.6931 + 1 + (−1) = 0.6931",
    ]
    assert view.steps[0].note == "x1, x2 are names given here"
    assert told(single_view(Graph(z), expand=False), "forward") == [
        "z = w1 · x1 + w2 · x2 + b = 0.5 × 2 + (−1) × 1 + 0.6931 = 0.6931"
    ]
