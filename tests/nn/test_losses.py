"""Losses: values, gradients, batches, and stability where peers overflow."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Graph, Value, constant, grad, sigmoid, softmax
from nn import binary_cross_entropy, cross_entropy, hinge, loss, mse
from nn.losses import LOSSES

from .refusals import refused

mpmath.mp.dps = 50

scores = st.floats(-1e3, 1e3)
small = st.floats(-30, 30)
signs = st.sampled_from([-1, 1])
chances = st.sampled_from([0.0, 1.0]) | st.floats(0, 1)


@st.composite
def distributions(draw, size):
    """Probabilities of classes, some of them impossible."""
    parts = draw(st.lists(st.sampled_from([0.0, 1.0, 2.5, 7.0]), min_size=size, max_size=size))
    parts[draw(st.integers(0, size - 1))] = 1.0
    return [part / sum(parts) for part in parts]


@st.composite
def classified(draw):
    """Logits, and a class."""
    logits = draw(st.lists(scores, min_size=1, max_size=5))
    return logits, draw(st.integers(0, len(logits) - 1))


def values(numbers):
    return [Value(x) for x in numbers]


# --- against plain mathematics --------------------------------------------------------------------


@given(scores, scores)
def test_mse(output, target):
    assert mse(Value(output), target).data == (output - target) * (output - target)


@given(scores, signs)
def test_hinge(score, target):
    assert hinge(Value(score), target).data == max(0.0, 1.0 - target * score)


@given(scores, chances)
def test_binary_cross_entropy(logit, target):
    z, t = mpmath.mpf(logit), mpmath.mpf(target)
    exact = t * mpmath.log1p(mpmath.exp(-z)) + (1 - t) * mpmath.log1p(mpmath.exp(z))

    assert binary_cross_entropy(Value(logit), target).data == pytest.approx(
        float(exact), rel=1e-14, abs=1e-300
    )


@given(classified())
def test_cross_entropy(example):
    logits, target = example
    exact = mpmath.log(sum(mpmath.exp(mpmath.mpf(z) - mpmath.mpf(logits[target])) for z in logits))

    ours = cross_entropy(values(logits), target).data

    assert ours == pytest.approx(float(exact), rel=1e-12, abs=1e-12)


@given(st.data())
def test_cross_entropy_with_probabilities_is_the_mean_over_classes(data):
    logits = data.draw(st.lists(small, min_size=1, max_size=5))
    target = data.draw(distributions(len(logits)))
    each = [cross_entropy(values(logits), k).data for k in range(len(logits))]

    ours = cross_entropy(values(logits), target).data

    expected = sum(p * one for p, one in zip(target, each, strict=True))
    assert ours == pytest.approx(expected, rel=1e-9, abs=1e-12)


# --- gradients ------------------------------------------------------------------------------------


@given(small, small)
def test_the_slope_of_mse_is_twice_the_error(output, target):
    assert grad(mse)(output, target) == 2 * (output - target)


@given(small, signs)
def test_the_slope_of_hinge_is_minus_the_target_inside_the_margin(score, target):
    expected = -target if target * score < 1.0 else 0.0

    assert grad(lambda s: hinge(s, target))(score) == expected


@given(st.floats(-700, 700), chances)
def test_the_slope_of_binary_cross_entropy_is_probability_minus_target(logit, target):
    slope = grad(lambda z: binary_cross_entropy(z, target))(logit)

    assert slope == pytest.approx(sigmoid(logit) - target, rel=1e-9, abs=1e-15)


@given(classified())
def test_the_slopes_of_cross_entropy_are_probabilities_minus_target(example):
    logits, target = example
    zs = values(logits)

    cross_entropy(zs, target).backward()

    wanted = [1.0 if k == target else 0.0 for k in range(len(logits))]
    for z, p, y in zip(zs, softmax(logits), wanted, strict=True):
        assert z.grad == pytest.approx(p - y, rel=1e-9, abs=1e-12)


@given(st.data())
def test_the_slopes_with_probabilities_are_probabilities_minus_targets(data):
    logits = data.draw(st.lists(small, min_size=1, max_size=5))
    target = data.draw(distributions(len(logits)))
    zs = values(logits)

    cross_entropy(zs, target).backward()

    for z, p, y in zip(zs, softmax(logits), target, strict=True):
        assert z.grad == pytest.approx(p - y, rel=1e-9, abs=1e-12)


# --- stability ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("logit", "target", "expected", "slope"),
    [
        (1000.0, 1, 0.0, 0.0),
        (-1000.0, 1, 1000.0, -1.0),
        (1000.0, 0, 1000.0, 1.0),
        (1e308, 0, 1e308, 1.0),
        (50.0, 1, math.exp(-50.0), -math.exp(-50.0)),
        (-50.0, 0, math.exp(-50.0), math.exp(-50.0)),
    ],
)
def test_binary_cross_entropy_far_out(logit, target, expected, slope):
    z = Value(logit)
    result = binary_cross_entropy(z, target)
    result.backward()

    assert result.data == pytest.approx(expected, rel=1e-14)
    assert z.grad == pytest.approx(slope, rel=1e-14)


@pytest.mark.parametrize(
    ("logits", "target", "expected"),
    [
        ([1000.0, 0.0], 0, 0.0),
        ([1000.0, 0.0], 1, 1000.0),
        ([-1000.0, -1000.0], 0, math.log(2.0)),
        ([1e308, -1e308], 0, 0.0),
        ([-math.inf, 0.0], 1, 0.0),
        ([-math.inf, 0.0, 0.0], [0.0, 0.5, 0.5], math.log(2.0)),
    ],
)
def test_cross_entropy_far_out(logits, target, expected):
    zs = values(logits)
    result = cross_entropy(zs, target)
    result.backward()

    assert result.data == pytest.approx(expected, rel=1e-14)
    assert all(math.isfinite(z.grad) for z in zs)


# --- batches --------------------------------------------------------------------------------------

BATCHES = [
    (mse, [1.0, 2.0, 4.0], [0.0, 2.5, 1.0]),
    (hinge, [0.5, -2.0, 3.0], [1, 1, -1]),
    (binary_cross_entropy, [0.5, -2.0, 3.0], [1, 0, 0.25]),
    (cross_entropy, [[0.5, 1.0], [2.0, -1.0], [0.0, 0.0]], [1, 0, [0.25, 0.75]]),
]


@pytest.mark.parametrize(("function", "outputs", "targets"), BATCHES)
def test_a_batch_is_its_examples(function, outputs, targets):
    each = [function(x, y) for x, y in zip(outputs, targets, strict=True)]

    assert function(outputs, targets, reduction="none") == each
    assert function(outputs, targets, reduction="sum") == each[0] + each[1] + each[2]
    assert function(outputs, targets) == (each[0] + each[1] + each[2]) / 3
    assert function(outputs, targets, reduction="mean") == function(outputs, targets)


@pytest.mark.parametrize(("function", "outputs", "targets"), BATCHES)
def test_a_batch_of_values_gives_values(function, outputs, targets):
    wrapped = [values(x) if isinstance(x, list) else Value(x) for x in outputs]

    assert isinstance(function(wrapped, targets), Value)
    assert isinstance(function(wrapped[0], targets[0]), Value)
    each = function(wrapped, targets, reduction="none")
    assert [value.data for value in each] == function(outputs, targets, reduction="none")


@pytest.mark.parametrize(("function", "outputs", "targets"), BATCHES)
def test_tuples_and_arrays_are_batches_too(function, outputs, targets):
    expected = function(outputs, targets)

    assert function(tuple(outputs), tuple(targets)) == expected
    if function is not cross_entropy:
        assert function(np.array(outputs), np.array(targets)) == expected
        assert function(np.array(values(outputs), dtype=object), np.array(targets)).data == expected


def test_cross_entropy_of_arrays():
    logits = np.array([[0.5, 1.0], [2.0, -1.0]])
    expected = cross_entropy(logits.tolist(), [1, 0])

    assert cross_entropy(logits, np.array([1, 0])) == expected
    assert cross_entropy(logits, np.array([1.0, 0.0])) == expected
    assert cross_entropy(logits, np.array([[0.0, 1.0], [1.0, 0.0]])) == pytest.approx(expected)
    assert cross_entropy(logits[0], np.int64(1)) == cross_entropy([0.5, 1.0], 1)


@pytest.mark.parametrize(
    ("function", "targets"),
    [
        (mse, [[0.0, 1.0], [2.0, 2.0]]),
        (hinge, [[-1, 1], [1, 1]]),
        (binary_cross_entropy, [[0, 1], [1, 0.5]]),
    ],
)
def test_several_outputs_are_averaged_within_an_example(function, targets):
    outputs = [[0.5, -1.0], [3.0, 2.0]]

    each = [
        (function(x[0], y[0]) + function(x[1], y[1])) / 2.0
        for x, y in zip(outputs, targets, strict=True)
    ]

    assert function(outputs, targets, reduction="none") == each
    assert function(outputs, targets) == (each[0] + each[1]) / 2.0


def test_the_nodes_of_a_loss():
    """What a picture shows: nothing that a reader would not expect."""

    def operations(value):
        return [node.op.name for node in Graph(value) if node.op is not None]

    z = Value(0.5)
    assert operations(mse(z, 1.0)) == ["sub", "mul"]
    assert operations(hinge(z, 1)) == ["mul", "sub", "relu"]
    assert operations(binary_cross_entropy(z, 0)) == ["softplus"]
    assert operations(binary_cross_entropy(z, 1)) == ["neg", "softplus"]
    assert operations(cross_entropy([z, 1.0], 0)) == ["logsumexp", "sub"]
    assert operations(mse([z, z], [1.0, 2.0])) == ["sub", "mul", "sub", "mul", "sum", "div"]


# --- targets that are Values ----------------------------------------------------------------------


def test_a_teachers_output_may_be_the_target():
    student, teacher = Value(3.0), Value(1.0)

    mse(student, teacher).backward()
    mse(student, teacher.detach()).backward()

    assert (student.grad, teacher.grad) == (8.0, -4.0)


def test_targets_that_are_values_follow_the_same_formula():
    assert hinge(Value(0.25), constant(1.0)).data == 0.75
    for t in (0.0, 0.25, 1.0):
        z, target = Value(0.5), Value(t)
        result = binary_cross_entropy(z, target)
        result.backward()

        assert result.data == binary_cross_entropy(0.5, t)
        assert z.grad == pytest.approx(sigmoid(0.5) - t)
        assert target.grad == pytest.approx(-0.5)
    p = [constant(0.25), 0.75]
    assert cross_entropy([0.5, 1.0], p).data == cross_entropy([0.5, 1.0], [0.25, 0.75])


# --- by name --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mse", "hinge", "binary_cross_entropy", "cross_entropy"])
def test_a_loss_by_name(name):
    assert loss(name) is LOSSES[name]
    assert loss(name).__name__ == name


def test_a_function_is_taken_as_it_is():
    assert loss(max) is max


def test_an_unknown_loss():
    there = "There are: mse, hinge, binary_cross_entropy, cross_entropy"

    with refused(
        ValueError, f"unknown loss 'cross-entropy'; did you mean 'cross_entropy'? {there}"
    ):
        loss("cross-entropy")
    with refused(
        TypeError,
        "the loss is a name, or a function (outputs, targets), got None; there are: mse, hinge, "
        "binary_cross_entropy, cross_entropy",
    ):
        loss(None)
