"""Sentences and equations about a graph: all of its numbers, and nothing that is not so."""

import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, constant, dot
from autograd import sum as total
from demos.words import backward, factor, forward, name, nudge, number, relation, seen

NUMBERS = st.floats(min_value=-900.0, max_value=900.0).filter(lambda x: abs(x) > 1e-3)


def labelled(value, label):
    value.label = label
    return value


@pytest.mark.parametrize(
    ("x", "text", "in_brackets"),
    [(0.64, "0.64", "0.64"), (-0.8, "−0.8", "(−0.8)"), (0.0, "0", "0"), (1e-7, "1e−7", "1e−7")],
)
def test_numbers_are_written_as_in_a_text(x, text, in_brackets):
    assert (number(x), factor(x)) == (text, in_brackets)


@given(NUMBERS, NUMBERS)
def test_equal_is_said_of_a_product_exactly_where_a_calculator_agrees(a, b):
    result = a * b
    on_display = Decimal(number(a).replace("−", "-")) * Decimal(number(b).replace("−", "-"))
    wanted = Decimal(number(result).replace("−", "-"))
    last = Decimal((0, (1,), min(wanted.adjusted() - 3, 0)))

    agrees = on_display.quantize(last, ROUND_HALF_UP) == wanted.quantize(last, ROUND_HALF_UP)
    assert (relation(seen(a) * seen(b), result) == "=") == agrees


def test_zero_is_equal_to_nothing_but_zero():
    assert relation(Fraction(0), 0.0) == "="
    assert relation(Fraction(1, 10**9), 0.0) == "≈"


def test_a_float_is_compared_by_the_digits_that_python_prints():
    assert relation(math.tanh(0.6931), 0.6) == "="
    assert relation(math.tanh(1.0), 0.7617) == "≈"


def test_each_operation_is_written_out():
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(0.5, label="c")
    s = labelled(total([a, b, c]), "s")
    d = labelled(dot([a, b], [b, c], c), "d")
    u = labelled((s - d).tanh(), "u")

    assert forward(Graph(u)) == [
        "s = a + b + c = 2 + (−3) + 0.5 = −0.5",
        "d = a × b + b × c + c = 2 × (−3) + (−3) × 0.5 + 0.5 = −7",
        "s − d = −0.5 − (−7) = 6.5",
        "u = tanh(s − d) = tanh(6.5) = 1",
    ]


def test_what_has_no_label_is_called_by_how_it_was_computed():
    a = Value(2.0, label="a")
    graph = Graph(labelled((a * 3.0).exp() - 1.0, "y"))

    assert [name(graph, node.index) for node in graph] == [
        "a",
        "3",
        "(a × 3)",
        "exp(a × 3)",
        "1",
        "y",
    ]


def test_a_path_is_a_product_of_rates():
    x = Value(3.0, label="x")
    y = labelled(x * constant(0.5, label="k"), "y")
    graph = Graph(labelled(-y, "L"))
    y_step, x_step = backward(graph)

    assert y_step.words == "y moves L at rate −1."
    assert y_step.equation == "∂L/∂y = −1"
    assert x_step.words == "x moves y at rate 0.5; y moves L at −1; so x moves L at −0.5."
    assert x_step.equation == "∂L/∂x = k · ∂L/∂y = 0.5 × (−1) = −0.5"


def test_paths_over_several_nodes_are_added():
    x = Value(3.0, label="x")
    a, b = labelled(x * 2.0, "a"), labelled(x * 5.0, "b")
    step = backward(Graph(labelled(a + b, "L")))[-1]

    assert step.words == (
        "x moves b at rate 5; b moves L at 1; x moves a at rate 2; a moves L at 1; "
        "added up over these paths, x moves L at 7."
    )
    assert step.equation == "∂L/∂x = 5 · ∂L/∂b + 2 · ∂L/∂a = 5 × 1 + 2 × 1 = 7"


def test_a_node_that_is_used_twice_has_two_rates():
    e = Value(-0.4, label="e")
    square = labelled(e * e, "q")
    step = backward(Graph(labelled(square * 3.0, "L")))[-1]

    assert step.words == (
        "e goes into q twice, and moves it at rates −0.4 and −0.4; q moves L at 3; "
        "added up, e moves L at −2.4."
    )
    assert step.equation == "∂L/∂e = e · ∂L/∂q + e · ∂L/∂q = −0.4 × 3 + −0.4 × 3 = −2.4"


def test_three_times_is_not_twice():
    x = Value(1.0, label="x")
    step = backward(Graph(labelled(total([x, x, x]), "L")))[-1]

    assert step.words == (
        "x goes into L 3 times, and moves it at rates 1, 1 and 1; added up, x moves L at 3."
    )


@pytest.mark.parametrize(
    ("function", "formula"),
    [
        (lambda x: x.tanh(), "1 − L²"),
        (lambda x: x.exp(), "L"),
        (lambda x: x.cbrt(), "1/(3 · L²)"),
        (lambda x: x**3.0, "3 · x^(3 − 1)"),
        (lambda x: 1.0 / x, "−L/x"),
    ],
)
def test_local_derivatives_are_written_in_the_names_of_the_graph(function, formula):
    step = backward(Graph(labelled(function(Value(2.0, label="x")), "L")))[-1]

    assert step.equation.startswith(f"∂L/∂x = {formula} = ")


def test_of_constants_nothing_is_said():
    x = Value(3.0, label="x")

    assert [step.name for step in backward(Graph(labelled(x * constant(2.0, label="k"), "L")))] == [
        "x"
    ]


def test_a_gradient_is_held_against_a_measurement():
    assert nudge("w", "L", 0.001, -1.024, -0.00102067) == (
        "Raise w by 0.001: the gradient predicts that L changes by −0.001024; measured: −0.001021."
    )
