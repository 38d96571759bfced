"""Where a computation stopped being finite (point 14 of the contract)."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import (
    Graph,
    NonFiniteError,
    Value,
    check_finite,
    constant,
    dot,
    logsumexp,
    operation,
    ops,
    scope,
    sources,
)
from autograd import sum as total
from autograd.diagnosis import first_non_finite

from ..strategies import smooth_programs
from .helpers import refused

ADVICE = "; to see the line that made it, compute inside 'with autograd.sources():'"
ARISES = "the first non-finite value, "
BEGINS = "the first non-finite gradient, "


@given(program=smooth_programs)
def test_finite_computations_pass(program):
    root = program.run([Value(x) for x in program.inputs])
    graph = Graph(root)
    every = [node.value for node in graph] + [node.grad for node in graph if node.grad is not None]
    if all(map(math.isfinite, every)):
        assert check_finite(root) is None
        assert first_non_finite(graph) is None
    else:
        with pytest.raises(NonFiniteError):
            check_finite(root)


# --- values ---------------------------------------------------------------------------------------


def test_the_operation_that_overflowed_is_named_not_those_after_it():
    x = Value(800.0, label="x")
    loss = ((x * 1.0).exp() * 2.0 - 1.0).tanh()
    with refused(NonFiniteError, f"exp(800.0) is inf: {ARISES}in node %3{ADVICE}"):
        check_finite(loss)


def test_its_operands_are_named_by_their_labels():
    w, x = Value(1e200, label="w"), Value(1e200, label="x")
    y = w * x
    y.label = "y"
    with refused(
        NonFiniteError,
        f"mul(1e+200, 1e+200) is inf: {ARISES}in node %2 'y' (operand 1 is 'w', operand 2 is 'x')"
        f"{ADVICE}",
    ):
        check_finite(y + 1.0)


def test_its_scope_is_named():
    with scope("layers.0"), scope("neurons.3"):
        y = Value(1e308) * 10.0
    with refused(
        NonFiniteError,
        f"mul(1e+308, 10.0) is inf: {ARISES}in node %2 of scope 'layers.0/neurons.3'{ADVICE}",
    ):
        check_finite(y)


def test_its_line_is_named_on_request():
    with sources():
        y = Value(800.0).exp()
    line = test_its_line_is_named_on_request.__code__.co_firstlineno + 2
    with refused(
        NonFiniteError,
        f"exp(800.0) is inf: {ARISES}in node %1, recorded at test_diagnosis.py:{line}",
    ):
        check_finite(y * 2.0)


def test_a_leaf_that_is_not_finite_is_named():
    x = Value(math.nan, label="x")
    with refused(NonFiniteError, f"the variable nan is nan: {ARISES}in node %0 'x'"):
        check_finite(x * 2.0)
    with refused(NonFiniteError, f"the constant -inf is -inf: {ARISES}in node %1"):
        check_finite(Value(1.0) * -math.inf)
    with refused(NonFiniteError, f"the constant inf is inf: {ARISES}in node %0 'c'"):
        check_finite(constant(math.inf, label="c"))


def test_the_first_of_several_is_named():
    a, b = Value(1e308, label="a"), Value(800.0, label="b")
    loss = total([a * 10.0, b.exp()])
    with pytest.raises(NonFiniteError, match=r"^mul\(1e\+308, 10\.0\) is inf"):
        check_finite(loss)


def test_an_infinity_that_turns_into_nan_is_named_where_it_was_an_infinity():
    x = Value(1e308)
    y = x * 10.0
    with pytest.raises(NonFiniteError, match=r"^mul\(1e\+308, 10\.0\) is inf"):
        check_finite(y - y)


def test_an_infinity_that_does_no_harm_is_named_all_the_same():
    """tanh(inf) is 1: the loss is finite, but a value below it is not."""
    with pytest.raises(NonFiniteError, match=r"^exp\(800\.0\) is inf"):
        check_finite(Value(800.0).exp().tanh())


def test_rows_of_many_operands():
    w = Value(1e200, label="w")
    with refused(
        NonFiniteError,
        f"dot(1e+200, 1.0, 1e+200, 1.0, 0.5) is inf: {ARISES}in node %4 (operand 1 is 'w', operand "
        f"3 is 'w'){ADVICE}",
    ):
        check_finite(dot([w, 1.0], [w, 1.0], 0.5))


def test_several_roots():
    fine, bad = Value(1.0) * 2.0, Value(800.0).exp()
    with pytest.raises(NonFiniteError, match=r"^exp\(800\.0\) is inf"):
        check_finite([fine, bad])


def test_the_recorded_pass_is_what_counts():
    x = Value(3.0)
    y = x * 2.0
    x.data = math.nan

    assert check_finite(y) is None


def test_a_leaf_that_turned_nan_between_its_uses_is_not_overlooked():
    """Its first use recorded 3.0, so the leaf itself looks finite; the second use is named."""
    x = Value(3.0, label="x")
    y = x * 2.0
    x.data = math.nan
    z = y + x
    with refused(
        NonFiniteError,
        f"add(6.0, nan) is nan: {ARISES}in node %3 (operand 2 is 'x'){ADVICE}",
    ):
        check_finite(z * 5.0)


@settings(max_examples=50)
@given(program=smooth_programs, data=st.data())
def test_the_first_is_found_wherever_it_is_planted(program, data):
    """Any operand of any random graph set to nan: the leaf is found, or nothing is nan."""
    inputs = list(program.inputs)
    inputs[data.draw(st.integers(0, len(inputs) - 1))] = math.nan
    root = program.run([Value(x) for x in inputs])
    graph = Graph(root)
    if all(math.isfinite(node.value) for node in graph):
        return
    node, what = first_non_finite(graph)

    assert what == "value"
    assert not math.isfinite(node.value)
    assert all(map(math.isfinite, node.inputs))
    assert all(math.isfinite(before.value) for before in graph.nodes[: node.index])


# --- gradients ------------------------------------------------------------------------------------


def test_an_infinite_slope_is_named():
    """The leaf whose gradient it is, and the operation whose slope it is."""
    x = Value(0.0, label="x")
    with refused(
        NonFiniteError,
        f"the gradient of the variable 0.0 is inf = inf × 2.0: {BEGINS}in node %0 'x'; it comes "
        f"through sqrt(0.0), in node %1 (operand 1 is 'x'){ADVICE}",
    ):
        check_finite(x.sqrt() * 2.0)


def test_the_line_of_an_infinite_slope_is_named_on_request():
    with scope("norm"), sources():
        x = Value(0.0)
        y = (x * 1.0).sqrt()
    line = test_the_line_of_an_infinite_slope_is_named_on_request.__code__.co_firstlineno + 3
    at = f"of scope 'norm', recorded at test_diagnosis.py:{line}"
    with refused(
        NonFiniteError,
        f"the gradient of mul(0.0, 1.0) is inf = inf × 1.0: {BEGINS}in node %2 {at}; it comes "
        f"through sqrt(0.0), in node %3 {at}",
    ):
        check_finite(y)


def test_a_gradient_that_overflows_on_its_way():
    x = Value(1e-200, label="x")
    y = (x * 1e200) * 1e200  # 1e200, but its slope is 1e400
    with pytest.raises(NonFiniteError) as caught:
        check_finite(y)

    assert str(caught.value).startswith(
        f"the gradient of the variable 1e-200 is inf = 1e+200 × 1e+200: {BEGINS}in node %0 'x'; it "
        "comes through mul(1e-200, 1e+200), in node %2"
    )


def test_contributions_that_overflow_only_together():
    x = Value(0.0, label="x")
    y = total([x * 1.7e308, x * 1.7e308])
    with refused(
        NonFiniteError,
        "the gradient of the variable 0.0 is inf = 1.7e+308 × 1.0 + 1.7e+308 × 1.0: "
        f"{BEGINS}in node %0 'x'",
    ):
        check_finite(y)


def test_one_of_several_culprits_is_named():
    """The first that the pass meets; to list a thousand would help nobody."""
    x = Value(0.0, label="x")
    with pytest.raises(NonFiniteError) as caught:
        check_finite(total([x.sqrt(), x.cbrt()]))

    assert str(caught.value).count("it comes through") == 1
    assert "it comes through cbrt(0.0), in node %2" in str(caught.value)


def test_a_partial_that_is_nan():
    row = operation("nan_slope", lambda x: x, lambda z, x: math.nan)
    try:
        with pytest.raises(NonFiniteError, match=r"the gradient of the variable 1\.0 is nan = nan"):
            check_finite(row(Value(1.0)))
    finally:
        del ops.ALL["nan_slope"]


def test_a_gradient_nobody_asks_for_is_not_looked_at():
    """The slope of sqrt at a constant 0 is infinite, and flows nowhere."""
    assert check_finite(Value(1.0) * constant(0.0).sqrt()) is None
    assert check_finite(logsumexp([Value(0.0), 1.0])) is None


def test_checking_touches_no_gradient():
    x = Value(0.0)
    y = x.sqrt()
    with pytest.raises(NonFiniteError):
        check_finite(y)

    assert (x.grad, y.grad) == (0.0, 0.0)


def test_what_is_no_graph():
    with refused(TypeError, "a Graph is taken of a Value or a list of Values, got 3.0"):
        check_finite(3.0)


def test_the_error_is_an_arithmetic_error():
    with pytest.raises(ArithmeticError):
        check_finite(Value(math.inf))
