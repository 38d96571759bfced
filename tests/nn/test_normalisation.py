"""LayerNorm and RMSNorm: against fifty digits, against PyTorch, and as parts of a model."""

import copy
import json
import math
import pickle
import random
from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, dot, grad
from autograd import sum as total
from nn import Layer, Sequential
from nn.other_layers import LayerNorm, RMSNorm

from .refusals import refused

mpmath.mp.dps = 50

TORCH = json.loads((Path(__file__).parent / "data" / "torch_parts.json").read_text())
OURS = {"weight": "gain", "bias": "shift"}  # their names for the parameters
KINDS = [LayerNorm, RMSNorm]
kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)

coordinates = st.floats(-10, 10, allow_subnormal=False)
examples = st.lists(coordinates, min_size=1, max_size=6)


def exactly(kind, xs, eps, gains, shifts):
    """The formula of the paper, in fifty digits."""
    n = len(xs)
    if kind is LayerNorm:
        m = mpmath.fsum(xs) / n
        xs = [x - m for x in xs]
    spread = mpmath.sqrt(mpmath.fsum(x * x for x in xs) / n + mpmath.mpf(eps))
    return [g * x / spread + h for g, x, h in zip(gains, xs, shifts, strict=True)]


def filled(norm, draw):
    """The norm with other numbers in its parameters."""
    for parameter in norm.parameters():
        parameter.data = draw()
    return norm


def gains_and_shifts(norm):
    shift = getattr(norm, "shift", None)
    return (
        [g.data for g in norm.gain] if norm.gain else [1.0] * norm.size,
        [h.data for h in shift] if shift else [0.0] * norm.size,
    )


# --- against plain mathematics --------------------------------------------------------------------


@kinds
@given(st.data())
def test_it_is_the_formula_of_the_paper(kind, data):
    xs = data.draw(examples)
    eps = data.draw(st.floats(1e-6, 1.0))
    norm = filled(kind(len(xs), eps), lambda: data.draw(coordinates))

    ys = norm([Value(x) for x in xs])

    exact = exactly(kind, list(map(mpmath.mpf, xs)), eps, *gains_and_shifts(norm))
    # An output's error is that of x − m, beside which the x may be large.
    scale = 1e-14 * (1.0 + max(map(abs, xs)) / math.sqrt(eps)) * 10.0
    assert [y.data for y in ys] == pytest.approx([float(y) for y in exact], rel=1e-9, abs=scale)


@kinds
@given(st.data())
def test_its_slopes_are_the_measured_ones(kind, data):
    """Central differences in fifty digits, of a weighted sum of the outputs."""
    xs = data.draw(st.lists(coordinates, min_size=1, max_size=4))
    eps = data.draw(st.floats(1e-3, 1.0))
    norm = filled(kind(len(xs), eps), lambda: data.draw(coordinates))
    upstream = [data.draw(st.floats(-2, 2)) for _ in xs]
    gains, shifts = gains_and_shifts(norm)

    def measured(numbers, i, of):
        """The slope with respect to the i-th of ``numbers``."""
        h, ends = mpmath.mpf(10) ** -15, []
        for step in (h, -h):
            moved = list(map(mpmath.mpf, numbers))
            moved[i] += step
            ends.append(mpmath.fdot(upstream, of(moved)))
        return float((ends[0] - ends[1]) / (2 * h))

    values = [Value(x) for x in xs]
    dot(upstream, norm(values)).backward()

    close = {"rel": 1e-8, "abs": 1e-8}
    for i in range(len(xs)):
        of_x = measured(xs, i, lambda moved: exactly(kind, moved, eps, gains, shifts))
        of_gain = measured(gains, i, lambda moved: exactly(kind, xs, eps, moved, shifts))
        assert values[i].grad == pytest.approx(of_x, **close)
        assert norm.gain[i].grad == pytest.approx(of_gain, **close)
    if kind is LayerNorm:
        assert [h.grad for h in norm.shift] == upstream


@given(st.lists(coordinates, min_size=2, max_size=8))
def test_a_layer_norm_gives_mean_zero_and_variance_one(xs):
    eps = 1e-9
    ys = LayerNorm(len(xs), eps, affine=False)(xs)

    n, m = len(xs), math.fsum(xs) / len(xs)
    variance = math.fsum((x - m) ** 2 for x in xs) / n
    assert math.fsum(ys) / n == pytest.approx(0.0, abs=1e-9)
    assert math.fsum(y * y for y in ys) / n == pytest.approx(variance / (variance + eps), abs=1e-9)


@given(examples)
def test_an_rms_norm_gives_mean_square_one(xs):
    eps = 1e-9
    ys = RMSNorm(len(xs), eps, affine=False)(xs)

    square = math.fsum(x * x for x in xs) / len(xs)
    assert math.fsum(y * y for y in ys) / len(xs) == pytest.approx(square / (square + eps))


@given(st.lists(st.integers(-10, 10).map(float), min_size=2, max_size=6), st.integers(-8, 8))
def test_a_layer_norm_does_not_see_a_common_shift(xs, by):
    norm = LayerNorm(len(xs))
    shifted = [y.data for y in norm([x + by for x in xs])]

    assert shifted == pytest.approx([y.data for y in norm(xs)], rel=1e-9, abs=1e-9)


@kinds
def test_equal_numbers_and_huge_ones(kind):
    flat = [y.data for y in kind(3)([5.0, 5.0, 5.0])]

    assert flat == ([0.0] * 3 if kind is LayerNorm else pytest.approx([1.0] * 3))
    assert [y.data for y in kind(2)([0.0, 0.0])] == [0.0, 0.0]
    x = Value(0.0)
    total(kind(2)([x, 0.0])).backward()
    assert math.isfinite(x.grad)
    assert all(math.isfinite(y.data) for y in kind(2)([1e150, -1e150]))


@kinds
def test_second_derivatives(kind):
    norm = kind(3, 0.1)
    norm.freeze()  # so that derivatives are plain numbers

    def f(xs):
        return norm(xs)[0] * norm(xs)[1]

    xs, h = [0.5, -1.0, 2.0], 1e-5
    second = grad(lambda xs: grad(f)(xs)[0])(xs)

    for i in range(3):
        up, down = (grad(f)([x + step * (j == i) for j, x in enumerate(xs)])[0] for step in (h, -h))
        assert second[i] == pytest.approx((up - down) / (2.0 * h), rel=1e-6, abs=1e-8)


# --- against PyTorch ------------------------------------------------------------------------------


def case(row):
    return f"{row['kind']}({row['size']}, {row['eps']:g}{'' if row['affine'] else ', no gain'})"


@pytest.mark.parametrize("row", TORCH["norms"], ids=case)
def test_outputs_and_slopes_are_pytorchs(row):
    """To 1e-12 beside the largest number of each list."""
    kind = {"LayerNorm": LayerNorm, "RMSNorm": RMSNorm}[row["kind"]]
    norm = kind(row["size"], row["eps"], row["affine"])
    for name, numbers in row["parameters"].items():
        for parameter, number in zip(getattr(norm, OURS[name]), numbers, strict=True):
            parameter.data = number
    xs = [Value(x) for x in row["x"]]

    ys = norm(xs)
    dot(row["upstream"], ys).backward()

    def close(expected):
        return pytest.approx(expected, rel=0.0, abs=1e-12 * max(1.0, *map(abs, expected)))

    assert [y.data for y in ys] == close(row["y"])
    assert [x.grad for x in xs] == close(row["x_grad"])
    for name, grads in row["parameter_grads"].items():
        assert [p.grad for p in getattr(norm, OURS[name])] == close(grads)
    assert len(norm.parameters()) == sum(map(len, row["parameters"].values()))


# --- as parts of a model --------------------------------------------------------------------------


@kinds
def test_one_bare_number_gives_one(kind):
    norm = kind(1)

    assert isinstance(norm(Value(3.0)), Value)
    assert norm(2.0).data == norm([2.0])[0].data
    model = Sequential(Layer(2, 1, activation=None), norm, Layer(1, 2))
    assert len(model([1.0, 2.0])) == 2


@kinds
@pytest.mark.parametrize(
    "xs", [(1.0, 2.0), [1, 2], np.array([1.0, 2.0])], ids=["tuple", "ints", "array"]
)
def test_any_list(kind, xs):
    norm = kind(2)

    assert [y.data for y in norm(xs)] == [y.data for y in norm([Value(1.0), Value(2.0)])]


@kinds
def test_without_affine_there_is_nothing_to_train(kind):
    norm = kind(3, affine=False)

    assert norm.parameters() == []
    assert (norm.gain, getattr(norm, "shift", None), norm.affine) == (None, None, False)
    assert all(isinstance(y, float) for y in norm([1.0, 2.0, 3.0]))


def test_the_nodes():
    """What a picture shows: nothing that a reader would not expect."""

    def operations(norm):
        graph = Graph(norm([Value(1.0), Value(2.0)])[0])
        return [node.op.name for node in graph if node.op is not None]

    expected = ["sum", "div", "sub", "sub", "dot", "div", "add", "sqrt", "div"]
    assert operations(LayerNorm(2, affine=False)) == expected
    assert operations(LayerNorm(2)) == [*expected, "mul", "add"]
    assert operations(RMSNorm(2)) == ["dot", "div", "add", "sqrt", "div", "mul"]


def test_names_labels_and_the_rows_of_a_summary():
    model = Sequential(Layer(2, 3, activation=None), LayerNorm(3), "tanh", RMSNorm(3))
    model.layers[1].freeze()

    names = [name for name, _ in model.named_parameters() if "neurons" not in name]
    assert names == [
        *[f"layers.1.gain.{i}" for i in range(3)],
        *[f"layers.1.shift.{i}" for i in range(3)],
        *[f"layers.3.gain.{i}" for i in range(3)],
    ]
    assert [p.label for p in model.layers[1].gain] == ["gain.0", "gain.1", "gain.2"]
    assert (
        model.summary()
        == """\
part      kind        shape   activation  parameters  frozen
--------  ----------  ------  ----------  ----------  ------
layers.0  Layer       2 -> 3  linear               9       0
layers.1  LayerNorm   3 -> 3                       6       6
layers.2  Activation          tanh                 0       0
layers.3  RMSNorm     3 -> 3                       3       0
total                                             18       6"""
    )


def test_repr():
    assert [repr(LayerNorm(3)), repr(RMSNorm(2, 1e-6)), repr(RMSNorm(2, affine=False))] == [
        "LayerNorm(3)", "RMSNorm(2, eps=1e-06)", "RMSNorm(2, affine=False)"
    ]  # fmt: skip


@kinds
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))],  # noqa: S301 - our own bytes
                         ids=["deepcopy", "pickle"])  # fmt: skip
def test_a_copy_computes_the_same_on_its_own(kind, copied):
    norm = filled(kind(3, 0.1), random.Random(0).random)
    norm.gain[1].freeze()

    other = copied(norm)
    total(other([1.0, 2.0, 4.0])).backward()

    assert other.state_dict() == norm.state_dict()
    assert [y.data for y in other([1.0, 2.0, 4.0])] == [y.data for y in norm([1.0, 2.0, 4.0])]
    assert [g.grad != 0.0 for g in other.gain] == [True, False, True]
    assert not any(p.grad for p in norm.parameters())


@kinds
def test_frozen_parameters_let_gradients_through(kind):
    norm = kind(2)
    norm.freeze()
    x = Value(1.0)

    norm([x, 3.0])[0].backward()

    assert x.grad != 0.0
    assert not any(p.grad for p in norm.parameters())


# --- what will not do -----------------------------------------------------------------------------


@kinds
def test_a_wrong_width(kind):
    name = kind.__name__

    with refused(ValueError, f"{name}(3) got 2 inputs; pass 3 numbers, or build {name}(2)"):
        kind(3)([1.0, 2.0])
    with refused(TypeError, f"{name}(3) takes a list of 3 numbers, got 1.0"):
        kind(3)(1.0)


@kinds
@pytest.mark.parametrize("eps", [0.0, -1e-5, math.nan, math.inf])
def test_what_is_no_epsilon(kind, eps):
    with refused(ValueError, f"{kind.__name__}(eps) must be a number above 0, got {eps:g}"):
        kind(3, eps)


@kinds
def test_what_is_no_size(kind):
    with refused(ValueError, f"{kind.__name__}(size): size must be at least 1, got 0"):
        kind(0)
    with refused(TypeError, f"{kind.__name__}(size): size must be a whole number, got [3]"):
        kind([3])
