"""The fifteen points of the engine's contract: for each, what no other file here holds.

Where a point is tested at length: 1 numbers, arithmetic, ufuncs · 2 arithmetic, value · 3 value,
sweep · 4 graph, functional · 5 copying · 6 ieee, errors · 7 ops · 8, 9 functions · 10 value,
modes · 11 functional · 12 copying · 13 sweep, ops · 14 diagnosis · 15 functions.
"""

import copy
import gc
import math
import subprocess
import sys
import textwrap
import tracemalloc
from pathlib import Path

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import (
    Constant,
    DomainError,
    Graph,
    StaleValueError,
    Value,
    backward,
    constant,
    derivative,
    dot,
    grad,
    hessian,
    jacobian,
    no_grad,
    ops,
    scope,
    where,
)
from autograd import sum as total


def python(program):
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.strip()


def test_1_numbers_need_no_numpy():
    """Where NumPy is not installed, everything but NumPy's own numbers is as it is here."""
    assert (
        python("""
            import sys
            sys.modules["numpy"] = None  # as if it were not installed
            from fractions import Fraction
            from autograd import Graph, Value, grad, softmax, where
            x = Value(Fraction(1, 2))
            y = 2 * x + softmax([x, 1])[0] - where(x < 1, x, 0.0)
            y.backward()
            for wrong in ("x", None, 1j, [1.0]):
                try:
                    x * wrong
                except TypeError:
                    print("refused", end=" ")
            print(grad(lambda v: v[0] * v[1])([2.0, 3.0]), x < 1, len(Graph(y)) > 5)
        """)
        == "refused refused refused refused [3.0, 2.0] True True"
    )


def test_2_a_loop_over_comparisons_sees_the_data_and_records_nothing():
    x = Value(0.0)
    steps = 0
    while x < 3.0:
        x = x + 1.0
        steps += 1

    assert steps == 3
    assert [node.op.name for node in Graph(x) if node.op] == ["add"] * 3


def test_3_gradients_are_floats_after_everything_that_can_be_done():
    x = Value(2)
    y = where(x > 1, lambda: abs(x).relu() + ops.floor(x) + ops.sign(x), 0)
    y.backward()
    backward([y, x], seeds=[2, True])
    grad(grad(lambda v: v * v * x))(3)
    x.grad += 1

    assert type(x.grad) is float
    assert x.grad == 1 + 2 + 1 + 1


def test_3_differentiable_gradients_are_returned_and_never_stored():
    x = Value(3.0)
    slope = grad(lambda v: v**3)(x)

    assert (x.grad, slope.data, slope.grad) == (0.0, 27.0, 0.0)
    slope.backward()
    assert x.grad == 18.0  # the derivative of 3x²


@pytest.mark.parametrize(("before", "after"), [(3.0, 4.0), (math.nan, 4.0), (3.0, math.nan)])
def test_4_differentiating_again_through_a_changed_leaf_is_refused(before, after):
    """From nan, and to nan, as from any other number."""
    w = Value(before, label="w")

    def f(x):
        y = x * w
        w.data = after
        return y

    with pytest.raises(StaleValueError) as caught:
        grad(f)(Value(2.0))
    assert str(caught.value) == (
        f"cannot differentiate again through the leaf 'w': mul recorded it as {before!r}, but it "
        f"has been changed to {after!r}; compute the function again after changing its inputs"
    )


def test_4_an_unchanged_nan_is_no_change():
    w = Value(math.nan)

    assert math.isnan(grad(lambda x: x * w)(Value(2.0)).data)


def test_5_a_node_is_one_object_of_at_most_120_bytes_and_144_after_backward():
    """Measured over 10,000 products: the node and its float; then the float of its gradient."""
    count = 10_000
    x = Value(1.5)
    nodes = [None] * count
    gc.collect()
    objects = len(gc.get_objects())
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for i in range(count):
            nodes[i] = x * x
        forward = tracemalloc.get_traced_memory()[0]
        tracked = len(gc.get_objects()) - objects
        backward(nodes, [0.1 * i for i in range(count)])
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()

    assert (forward - before) / count <= 120.5  # a few bytes of the measurement's own
    assert (after - before) / count <= 144.5
    assert tracked <= count + 10


STABLE = {
    "tanh(800)": (lambda: Value(800.0).tanh(), lambda: mpmath.tanh(800)),
    "sigmoid(-700)": (lambda: Value(-700.0).sigmoid(), lambda: mpmath.exp(-700)),
    "softplus(1000)": (lambda: Value(1000.0).softplus(), lambda: mpmath.mpf(1000)),
    "softplus(-40)": (lambda: Value(-40.0).softplus(), lambda: mpmath.log1p(mpmath.exp(-40))),
    "logsumexp": (
        lambda: autograd.logsumexp([Value(1000.0), 999.0]),
        lambda: 1000 + mpmath.log1p(mpmath.exp(-1)),
    ),
    "gelu(-6)": (lambda: Value(-6.0).gelu(), lambda: -6 * mpmath.ncdf(-6)),
    "log1p": (lambda: Value(1e-20).log1p(), lambda: mpmath.log1p(1e-20)),
    "expm1": (lambda: Value(1e-20).expm1(), lambda: mpmath.expm1(1e-20)),
    "erfc(10)": (lambda: Value(10.0).erfc(), lambda: mpmath.erfc(10)),
    "hypot": (
        lambda: autograd.hypot(Value(3e200), 4e200),
        lambda: mpmath.sqrt(mpmath.mpf(3e200) ** 2 + mpmath.mpf(4e200) ** 2),
    ),
    "log_softmax": (
        lambda: autograd.log_softmax([Value(-1000.0), 0.0])[0],
        lambda: mpmath.mpf(-1000),
    ),
}


@pytest.mark.parametrize("name", STABLE)
def test_6_functions_are_stable_where_textbook_formulas_are_not(name):
    ours, exact = STABLE[name]
    root = ours()
    root.backward()
    with mpmath.workdps(50):
        assert root.data == pytest.approx(float(exact()), rel=1e-14)
    leaf = next(node for node in Graph(root) if node.kind == "variable")
    assert math.isfinite(leaf.grad)


def test_6_a_domain_error_is_of_what_users_write_not_of_a_derivative():
    """sqrt'(0) needs 1/0: taking the derivative gives inf, writing 1/0 is refused."""
    assert grad(autograd.sqrt)(0.0) == math.inf
    assert derivative(autograd.sqrt)(0.0) == math.inf
    with pytest.raises(DomainError):
        autograd.div(1.0, autograd.sqrt(Value(0.0)))
    with pytest.raises(DomainError):
        grad(lambda x: 1 / autograd.sqrt(x))(0.0)


@pytest.mark.parametrize("op", list(ops.ALL.values()), ids=lambda op: op.name)
def test_7_conventions_hold_at_kinks_in_second_order_without_an_error(op):
    """Whatever the number, taking the slope of the slope at a kink or an edge ends."""
    for row in op.conventions:
        if any(math.isnan(x) for x in row.at):
            continue
        second = hessian(lambda v, op=op: op(*v))(list(row.at))

        assert all(type(x) is float for line in second for x in line)


def test_8_where_prunes_in_every_mode_of_differentiation():
    """pytorch#18287 and its kin: nan from the branch that was not taken."""

    def safe(x):
        return where(x > 0, lambda: autograd.sqrt(x) * autograd.log(x), lambda: x * 0.0)

    assert grad(safe)(0.0) == 0.0
    assert derivative(safe)(0.0) == 0.0
    assert hessian(lambda v: safe(v[0]))([0.0]) == [[0.0]]
    assert jacobian(lambda v: [safe(v[0])], mode="forward")([0.0]) == [[0.0]]


@given(data=st.data(), n=st.integers(1, 5))
def test_9_a_neuron_is_two_nodes_with_the_numbers_of_its_expansion(data, n):
    """Σw·x and tanh; written out with × and +, bit for bit the same, backward too."""
    numbers = st.floats(-3.0, 3.0)
    ws, xs = [data.draw(st.lists(numbers, min_size=n, max_size=n)) for _ in range(2)]
    bias = data.draw(numbers)

    def leaves():
        return [Value(w) for w in ws], [Value(x) for x in xs], Value(bias)

    w, x, b = leaves()
    neuron = dot(w, x, b).tanh()
    w2, x2, b2 = leaves()
    written_out = b2
    for wi, xi in zip(w2, x2, strict=True):
        written_out = written_out + wi * xi
    written_out = written_out.tanh()
    neuron.backward()
    written_out.backward()

    assert sum(node.op is not None for node in Graph(neuron)) == 2
    assert neuron.data == written_out.data
    assert [v.grad for v in (*w, *x, b)] == [v.grad for v in (*w2, *x2, b2)]


def test_10_constants_cost_next_to_nothing():
    """An operation on a plain number makes one object, not two; without gradients, none stay."""
    x, c = Value(2.0), constant(3.0)
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        kept = [x * 2.0 for _ in range(100)]
        with_numbers = len(gc.get_objects()) - before
        results = [c * c * c + 1.0 for _ in range(100)]
        with_constants = len(gc.get_objects()) - before - with_numbers
    finally:
        gc.enable()

    assert with_numbers <= 100 + 3  # and the list
    assert with_constants <= 100 + 3
    assert len(kept) == len(results) == 100


def test_10_constants_are_shown_in_a_graph_with_label_and_scope():
    x = Value(2.0)
    with scope("step"), no_grad():
        rate = x * 0.1
    graph = Graph(x * rate * constant(5.0, label="c"))
    constants = [(node.value, node.label) for node in graph if node.kind == "constant"]

    assert isinstance(rate, Constant)
    assert constants == [(2.0 * 0.1, ""), (5.0, "c")]


@given(x=st.floats(-3.0, 3.0), y=st.floats(-3.0, 3.0))
def test_11_inside_another_derivative_everything_stays_connected(x, y):
    """d/dy of (d/dx of x²y³) is 6xy², through plain calls and closures alike."""

    def inner(b):
        return grad(lambda a: a * a * b * b * b)(x)

    assert grad(inner)(y) == pytest.approx(6 * x * y * y, abs=1e-9)
    assert derivative(inner)(y) == pytest.approx(6 * x * y * y, abs=1e-9)


def test_12_a_model_and_its_loss_are_one_deepcopy():
    """Copied together, a step on the copy does not touch the original, and back."""
    weights = {"w": [Value(1.0), Value(2.0)], "b": Value(0.5)}
    loss = dot(weights["w"], [3.0, 4.0], weights["b"]) ** 2
    weights2, loss2 = copy.deepcopy((weights, loss))
    loss2.backward()
    for w in weights2["w"]:
        w.data -= 0.1 * w.grad

    assert [w.grad for w in weights["w"]] == [0.0, 0.0]
    assert [w.data for w in weights["w"]] == [1.0, 2.0]
    assert weights2["w"][0].grad == 2 * 11.5 * 3.0


def test_14_an_error_names_what_a_reader_can_find():
    """A DomainError too: operation, numbers, labels, scope."""
    x = Value(-3.0, label="margin")
    with scope("loss"), pytest.raises(DomainError) as caught:
        (x * 2.0 + 1.0).log()
    assert (
        str(caught.value)
        == "log(-5.0) is not a finite real number; log needs x > 0 in scope 'loss'"
    )
    y = x * 2.0
    y.label = "twice"
    with pytest.raises(DomainError) as caught:
        y.log()
    assert str(caught.value) == (
        "log(-6.0) is not a finite real number; log needs x > 0 (operand 1 is 'twice' = mul(...))"
    )


def test_15_a_custom_operation_is_a_row_like_the_others():
    row = autograd.operation(
        "logistic_map",
        lambda r, x: r * x * (1 - x),
        [lambda z, r, x: x * (1 - x), lambda z, r, x: r * (1 - 2 * x)],
    )
    try:
        assert ops.ALL["logistic_map"] is row
        assert hessian(lambda v: row(*v))([3.0, 0.25]) == [[0.0, 0.5], [0.5, -6.0]]
        assert isinstance(row(constant(3.0), 0.5), Constant)
        assert total([row(Value(3.0), 0.5), 1.0]).data == 1.75
    finally:
        del ops.ALL["logistic_map"]


PROMISED = """
Value exp exp2 log log2 log10 log1p expm1
logaddexp remainder floor_divide
sqrt cbrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh
atanh sigmoid softplus relu leaky_relu elu gelu silu erf hypot abs sign floor ceil minimum maximum
where clip pow sum prod mean dot logsumexp softmax log_softmax backward no_grad detach
scope constant operation grad value_and_grad jacobian hessian hvp
vjp jvp derivative Graph ops check_finite
AutogradError DomainError StaleValueError NonFiniteError
""".split()  # noqa: SIM905 - as the plan of the house lists them


@pytest.mark.parametrize("name", PROMISED)
def test_every_promised_name_is_there(name):
    assert hasattr(autograd, name)
