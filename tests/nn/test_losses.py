"""Losses: values, gradients, batches, and stability where peers overflow."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import DomainError, Graph, Value, constant, sigmoid, softmax
from nn import binary_cross_entropy, cross_entropy, hinge, loss, mse
from nn.losses import LOSSES, huber, kl_divergence, mae

from .outputs import chances, classified, distributions, scores, signs, small, values, widths
from .refusals import refused

mpmath.mp.dps = 50


# --- against plain mathematics --------------------------------------------------------------------


@given(scores, scores)
def test_mse(output, target):
    assert mse(Value(output), target).data == (output - target) * (output - target)


@given(scores, scores)
def test_mae(output, target):
    assert mae(Value(output), target).data == max(output - target, target - output)


@given(scores, scores, widths)
def test_huber(output, target, delta):
    error = abs(mpmath.mpf(output - target))
    exact = error**2 / 2 if error <= delta else delta * (error - mpmath.mpf(delta) / 2)

    ours = huber(Value(output), target, delta=delta).data

    assert ours == pytest.approx(float(exact), rel=1e-14, abs=1e-300)


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


@given(st.data())
def test_kl_divergence(data):
    logits = data.draw(st.lists(scores, min_size=1, max_size=5))
    target = data.draw(distributions(len(logits)))
    total = sum(mpmath.exp(mpmath.mpf(z)) for z in logits)
    given_chance = [mpmath.exp(mpmath.mpf(z)) / total for z in logits]
    exact = sum(p * mpmath.log(p / q) for p, q in zip(target, given_chance, strict=True) if p)

    ours = kl_divergence(values(logits), target).data

    assert ours == pytest.approx(float(exact), rel=1e-12, abs=1e-12)


@given(st.data())
def test_kl_divergence_is_zero_where_the_probabilities_are_the_wanted_ones(data):
    logits = data.draw(st.lists(small, min_size=1, max_size=5))

    zs = values(logits)
    result = kl_divergence(zs, softmax(logits))
    result.backward()

    assert result.data == pytest.approx(0.0, abs=1e-13)
    assert [z.grad for z in zs] == pytest.approx([0.0] * len(zs), abs=1e-14)


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


@pytest.mark.parametrize(
    ("logits", "target", "expected"),
    [
        ([1000.0, 0.0], [1.0, 0.0], 0.0),
        ([1000.0, 0.0], [0.0, 1.0], 1000.0),
        ([-math.inf, 0.0, 0.0], [0.0, 0.5, 0.5], 0.0),
        ([1e308, -1e308], [1.0, 0.0], 0.0),
        ([0.0, 0.0], [5e-324, 1.0], math.log(2.0)),
    ],
)
def test_kl_divergence_far_out(logits, target, expected):
    zs = values(logits)
    result = kl_divergence(zs, target)
    result.backward()

    assert result.data == pytest.approx(expected, rel=1e-14)
    assert all(math.isfinite(z.grad) for z in zs)


def test_huber_far_out():
    x = Value(1e308)
    result = huber(x, 0.0, delta=0.5)
    result.backward()

    assert (result.data, x.grad) == (5e307, 0.5)


# --- batches --------------------------------------------------------------------------------------

BATCHES = [
    (mse, [1.0, 2.0, 4.0], [0.0, 2.5, 1.0]),
    (mae, [1.0, 2.0, 4.0], [0.0, 2.5, 1.0]),
    (huber, [1.0, 2.0, 4.0], [0.0, 2.5, 1.0]),
    (hinge, [0.5, -2.0, 3.0], [1, 1, -1]),
    (binary_cross_entropy, [0.5, -2.0, 3.0], [1, 0, 0.25]),
    (cross_entropy, [[0.5, 1.0], [2.0, -1.0], [0.0, 0.0]], [1, 0, [0.25, 0.75]]),
    (kl_divergence, [[0.5, 1.0], [2.0, -1.0], [0.0, 0.0]], [[0, 1], [0.5, 0.5], [0.25, 0.75]]),
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
    if function not in {cross_entropy, kl_divergence}:
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
        (mae, [[0.0, 1.0], [2.0, 2.0]]),
        (huber, [[0.0, 1.0], [2.0, 2.0]]),
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


@pytest.mark.parametrize("function", [mse, mae, huber, hinge, binary_cross_entropy])
@given(st.data())
def test_a_sum_is_one_of_everything(function, data):
    """Of every output of every example, whatever their shape, as PyTorch's is; and its slopes."""
    sign = st.sampled_from([-1.0, 1.0] if function is hinge else [0.0, 0.25, 1.0])
    width, height = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    table = st.lists(st.lists(st.tuples(small, sign), min_size=width, max_size=width),
                     min_size=height, max_size=height)  # fmt: skip
    pairs = data.draw(table)
    rows = [[Value(z) for z, _ in row] for row in pairs]
    flat = [Value(z) for row in pairs for z, _ in row]

    whole = function(rows, [[y for _, y in row] for row in pairs], reduction="sum")
    each = function(flat, [y for row in pairs for _, y in row], reduction="none")
    whole.backward()
    sum(each, Value(0.0)).backward()

    assert whole.data == pytest.approx(math.fsum(one.data for one in each), rel=1e-12)
    slopes = [z.grad for row in rows for z in row]
    assert slopes == pytest.approx([z.grad for z in flat], rel=1e-12)


def test_the_sum_that_was_15_and_is_30():
    assert mse([[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]], reduction="sum") == 30.0


def test_batchmean_is_the_mean_over_the_examples():
    batch = [[0.5, 1.0], [2.0, -1.0]], [[0.0, 1.0], [0.5, 0.5]]

    found = [kl_divergence(*batch, reduction=name) for name in ("batchmean", "mean")]
    assert found == [kl_divergence(*batch)] * 2
    assert found[0] == kl_divergence(*batch, reduction="sum") / 2.0
    with pytest.raises(ValueError, match="There are: batchmean, mean, sum, none"):
        kl_divergence(*batch, reduction="batch mean")
    with pytest.raises(ValueError, match="unknown reduction of mse 'batchmean'"):
        mse(1.0, 2.0, reduction="batchmean")


def test_the_nodes_of_a_loss():
    """What a picture shows: nothing that a reader would not expect."""

    def operations(value):
        return [node.op.name for node in Graph(value) if node.op is not None]

    z = Value(0.5)
    assert operations(mse(z, 1.0)) == ["sub", "mul"]
    assert operations(mae(z, 1.0)) == ["sub", "abs"]
    assert operations(huber(z, 1.0)) == ["sub", "clip", "div", "sub", "mul"]
    assert operations(hinge(z, 1)) == ["mul", "sub", "relu"]
    assert operations(binary_cross_entropy(z, 0)) == ["softplus"]
    assert operations(binary_cross_entropy(z, 1)) == ["neg", "softplus"]
    assert operations(cross_entropy([z, 1.0], 0)) == ["surprise"]
    assert operations(kl_divergence([z, 1.0], [1, 0])) == [
        "sub", "surprise", "sub", "sub", "dot",
    ]  # fmt: skip
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


@given(st.data())
def test_kl_divergence_teaches_the_teacher_too(data):
    """d/dpᵢ Σ p (ln p − ln q) = ln pᵢ − ln qᵢ + 1."""
    logits = data.draw(st.lists(small, min_size=1, max_size=5))
    chances = softmax([data.draw(st.floats(-5, 5)) for _ in logits])
    ps = values(chances)

    result = kl_divergence(logits, ps)
    result.backward()

    assert result.data == pytest.approx(kl_divergence(logits, chances), rel=1e-12, abs=1e-12)
    for p, q in zip(ps, softmax(logits), strict=True):
        expected = mpmath.log(p.data) - mpmath.log(q) + 1
        assert p.grad == pytest.approx(float(expected), rel=1e-9, abs=1e-12)


def test_an_impossible_class_may_be_a_value():
    p = [constant(1.0), constant(0.0)]

    assert kl_divergence([0.5, 1.0], p).data == kl_divergence([0.5, 1.0], [1, 0])
    with pytest.raises(DomainError, match=r"log\(-0\.5\)"):
        kl_divergence([0.5, 1.0], [constant(-0.5), constant(1.5)])


# --- delta ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("delta", [0.0, -1.0, math.nan, math.inf])
def test_what_is_no_delta(delta):
    with refused(ValueError, f"huber: delta must be a number above 0, got {delta:g}"):
        huber(1.0, 0.0, delta=delta)


def test_delta_is_a_number():
    with refused(TypeError, "huber: delta must be a number, got Value(data=1.0, grad=0.0)"):
        huber(1.0, 0.0, delta=Value(1.0))


# --- by name --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_by_name(name):
    assert loss(name) is LOSSES[name]
    assert loss(name).__name__ == name


def test_a_function_is_taken_as_it_is():
    assert loss(max) is max


def test_an_unknown_loss():
    there = "here are: mse, mae, huber, hinge, binary_cross_entropy, cross_entropy, kl_divergence"

    with refused(
        ValueError, f"unknown loss 'cross-entropy'; did you mean 'cross_entropy'? T{there}"
    ):
        loss("cross-entropy")
    with refused(
        TypeError,
        f"the loss must be a name, or a function (outputs, targets), got None; t{there}",
    ):
        loss(None)
