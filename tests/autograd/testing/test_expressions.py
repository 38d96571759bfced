"""Drawn expressions are sound, well-conditioned, readable, and shrink to next to nothing."""

import gc
import inspect
import linecache
import math
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from autograd import Graph, Value, grad, operation, ops
from autograd.testing.expressions import (
    LARGEST_GROWTH,
    LARGEST_VALUE,
    MARGIN,
    Expression,
    expressions,
)
from autograd.testing.source import Step, written

from ...strategies import RATIONAL
from .draws import discarded, smallest


def evaluated(expression):
    """Every number of an expression, step by step: what its source should compute."""
    numbers = [Value(x) for x in expression.point]
    for step in expression.steps:
        operands = [numbers[x] if isinstance(x, int) else x for x in step.operands]
        if step.op.name == "where":
            p, q, a, b = operands
            numbers.append(step.op(1.0, a) if p > q else step.op(0.0, b))
        else:
            numbers.append(step.op(*operands))
    return numbers


def float_of(x):
    return x.data if isinstance(x, Value) else x


def program(graph):
    """What was recorded, apart from the order in which the lines of a source come."""
    lines = {}
    for node in graph:
        operands = tuple(lines[i] for i in node.operands)
        lines[node.index] = (node.op.name if node.op else repr(node.value), node.value, operands)
    return lines[graph.roots[0]]


@given(expressions())
def test_the_source_computes_the_steps(expression):
    found = expression.f(*[Value(x) for x in expression.point])

    assert program(Graph(found)) == program(Graph(evaluated(expression)[-1]))


@given(expressions(inputs=3, max_ops=5))
def test_numbers_are_accepted_in_place_of_values(expression):
    recorded = expression.f(*[Value(x) for x in expression.point])

    assert len(expression.point) == 3
    assert len(expression.steps) <= 5
    assert math.isclose(float_of(expression.f(*expression.point)), recorded.data, rel_tol=1e-15)


@given(expressions(max_ops=12))
def test_everything_is_defined_small_and_away_from_kinks(expression):
    graph = Graph(expression.f(*[Value(x) for x in expression.point]))

    for node in graph:
        assert abs(node.value) <= LARGEST_VALUE
        assert node.grad is None or abs(node.grad) <= 1.001 * LARGEST_GROWTH
        if node.op is not None and node.grad is not None:
            assert node.op.contains(node.inputs)
            assert all(abs(distance) > MARGIN for distance in node.op.kinks(*node.inputs))


@given(expressions())
def test_nothing_is_computed_in_vain(expression):
    used = {x for step in expression.steps for x in step.operands if isinstance(x, int)}
    made = range(len(expression.point), len(expression.point) + len(expression.steps) - 1)

    assert set(made) <= used


def test_the_source_pastes_and_runs():
    """In a Python of its own, with nothing but the text."""
    drawn = []

    @settings(max_examples=40, database=None, derandomize=True)
    @given(expressions())
    def draw(expression):
        drawn.append(expression)

    draw()
    texts = [
        f"{e.source}\nprint(repr(float(getattr(y := f(*{e.point!r}), 'data', y))))" for e in drawn
    ]
    run = subprocess.run(
        [sys.executable, "-c", "\n".join(texts)], capture_output=True, text=True, check=True
    )

    assert run.stdout.split() == [repr(float(e.f(*e.point))) for e in drawn]


def test_every_row_is_drawn_and_results_are_shared():
    """As many draws as it takes: how often a row comes depends on what hypothesis tries first."""
    names, drawn, shared, whole = Counter(), 0, 0, 0

    @settings(max_examples=1000, database=None, phases=[Phase.generate])
    @given(expressions())
    def draw(expression):
        nonlocal drawn, shared, whole
        drawn += 1
        names.update({step.op.name for step in expression.steps})
        uses = Counter(x for step in expression.steps for x in step.operands if isinstance(x, int))
        shared += max(uses.values()) > 1
        whole += {0, 1} <= set(uses)

    for start in range(30):
        seed(start)(draw)()
        if set(names) >= set(ops.ALL):
            break

    assert set(names) >= set(ops.ALL)
    assert shared > 0.3 * drawn  # use some number twice
    assert whole > 0.3 * drawn  # use both inputs


@pytest.mark.parametrize("kwargs", [{}, {"inputs": 1}, {"inputs": 5, "max_ops": 20}], ids=str)
def test_next_to_no_expression_is_thrown_away(kwargs):
    assert discarded(expressions(**kwargs), draws=300) < 0.02


@pytest.mark.parametrize("name", ["acosh", "pow", "atanh", "clip", "log", "div", "where", "atan2"])
def test_a_single_row_makes_expressions_too(name):
    assert discarded(expressions(ops=[name]), draws=100) < 0.1


@given(expressions(ops=RATIONAL))
def test_only_what_was_asked_for_is_drawn(expression):
    allowed = {*RATIONAL, "add", "sub", "mul"}

    assert {step.op.name for step in expression.steps} <= allowed


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("log(", "f(x, y) = log(y)"),
        ("tanh(", "f(x, y) = tanh(y)"),
        ("where(", "f(x, y) = where(x + 1.0 > x, x, y)"),
        (" * ", "f(x, y) = x * y"),
        ("floor(", "f(x, y) = floor(y + 0.5)"),
        ("maximum(", "f(x, y) = maximum(x, y)"),
    ],
)
def test_failures_shrink_to_one_line(word, line):
    expression = smallest(expressions(), lambda e: word in e.source.replace("atanh", ""))

    assert repr(expression) == f"<{line} at x = 1.0, y = 2.0>"


def test_a_failure_on_shared_results_shrinks_to_one():
    def shares(expression):
        uses = Counter(x for s in expression.steps for x in s.operands if isinstance(x, int))
        return any(uses[i] > 1 for i in range(2, 2 + len(expression.steps)))

    assert len(smallest(expressions(), shares).steps) == 2


# --- source ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        ([("add", 0, 1), ("add", 0, 2)], "x + (x + y)"),
        ([("add", 0, 1), ("add", 2, 0)], "x + y + x"),
        ([("sub", 0, 1), ("sub", 0, 2)], "x - (x - y)"),
        ([("add", 0, 1), ("mul", 2, 0)], "(x + y) * x"),
        ([("mul", 0, 1), ("add", 2, 0)], "x * y + x"),
        ([("mul", 0, 1), ("div", 0, 2)], "x / (x * y)"),
        ([("neg", 0), ("pow", 2, 2.0)], "(-x)**2.0"),
        ([("pow", 0, 2.0), ("neg", 2)], "-x**2.0"),
        ([("pow", 0, 1), ("pow", 2, 0)], "(x**y)**x"),
        ([("pow", 0, -1.0)], "x**(-1.0)"),
        ([("neg", 0), ("neg", 2)], "-(-x)"),
        ([("mul", 0, 1), ("neg", 2)], "-(x * y)"),
        ([("neg", 0), ("mul", 1, 2)], "y * -x"),
        ([("dot", 0, 2.0, 1, 0, 1)], "dot([x, 2.0], [y, x], y)"),
        ([("sum", 0, 1, 0.5)], "sum([x, y, 0.5])"),
        ([("where", 0, 2.0, 0, 1)], "where(x > 2.0, x, y)"),
        ([("abs", 0)], "abs(x)"),
        ([("step", 0)], "step(x)"),
    ],
    ids=str,
)
def test_brackets_stand_where_they_must(steps, line):
    assert (
        written(("x", "y"), [Step(ops.ALL[op], tuple(xs)) for op, *xs in steps])
        .split("return ")[1]
        .strip()
        == line
    )


def test_long_and_shared_results_get_names():
    steps = (
        Step(ops.tanh, (0,)),
        Step(ops.mul, (1, 1)),
        Step(ops.sum_, (0, 1, 2, 0, 1, 0)),
        Step(ops.sin, (3,)),
    )

    assert Expression(steps, (1.0,)).source == (
        "from autograd import sin, sum, tanh\n"
        "\n\n"
        "def f(x):\n"
        "    a = tanh(x)\n"
        "    b = sum([x, a, a * a, x, a, x])\n"
        "    return sin(b)\n"
    )


def test_python_finds_the_lines_of_f_as_long_as_it_lives():
    expression = Expression((Step(ops.sin, (0,)),), (1.0,))
    f = expression.f
    name = f.__code__.co_filename

    assert inspect.getsource(f) == "def f(x):\n    return sin(x)\n"
    del f, expression
    gc.collect()
    assert name not in linecache.cache


def test_an_operation_of_a_users_own_is_found_in_the_table():
    cube = operation("expressions_cube", lambda x: x**3, lambda z, x: 3.0 * x * x)
    try:
        expression = Expression((Step(cube, (0,)),), (2.0,))
        assert 'ops.ALL["expressions_cube"](x)' in expression.source
        assert grad(expression.f)(2.0) == 12.0
    finally:
        del ops.ALL["expressions_cube"]


def test_a_row_that_is_not_in_the_table_is_used_all_the_same():
    """As a check of the checker does it, with a damaged one."""
    damaged = replace(ops.mul, partials=(lambda z, x, y: -y, lambda z, x, y: x))
    expression = Expression((Step(damaged, (0, 1)),), (2.0, 3.0))

    assert grad(expression.f, argnums=(0, 1))(2.0, 3.0) == (-3.0, 2.0)
    assert "# mul is the operation that was given" in expression.source


@pytest.mark.parametrize(
    ("kwargs", "error", "complaint"),
    [
        ({"inputs": 0}, ValueError, r"expressions\(inputs=0\): give a whole number above 0"),
        ({"max_ops": 2.0}, ValueError, r"expressions\(max_ops=2.0\)"),
        ({"ops": []}, TypeError, "ops are rows of the table or their names"),
        ({"ops": [math.sin]}, TypeError, "ops are rows of the table or their names"),
        ({"ops": ["sine"]}, ValueError, "there is no operation named 'sine'"),
    ],
    ids=["no inputs", "half ops", "no rows", "no row", "no name"],
)
def test_what_cannot_be_drawn_is_refused(kwargs, error, complaint):
    with pytest.raises(error, match=complaint):
        expressions(**kwargs)


@given(st.data())
def test_the_repr_is_what_hypothesis_prints(data):
    from hypothesis.vendor.pretty import pretty  # noqa: PLC0415 - only here

    expression = data.draw(expressions())

    assert pretty(expression) == repr(expression)
