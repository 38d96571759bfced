"""The slopes of losses, as on paper and as PyTorch has them."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, grad, hessian, sigmoid, softmax
from nn import binary_cross_entropy, cross_entropy, hinge, loss, mse
from nn.losses import huber, kl_divergence, mae

from .outputs import chances, classified, distributions, signs, small, values, widths

TORCH = json.loads((Path(__file__).parent / "data" / "torch_parts.json").read_text())["losses"]

# --- gradients ------------------------------------------------------------------------------------


@given(small, small)
def test_the_slope_of_mse_is_twice_the_error(output, target):
    assert grad(mse)(output, target) == 2 * (output - target)


@given(small, small)
def test_the_slope_of_mae_is_the_sign_of_the_error(output, target):
    expected = 1.0 if output > target else -1.0 if output < target else 0.0

    assert grad(mae)(output, target) == expected


@given(small, small, widths)
def test_the_slope_of_huber_is_the_error_cut_off(output, target, delta):
    slope = grad(lambda x: huber(x, target, delta=delta))(output)

    assert slope == pytest.approx(min(max(output - target, -delta), delta), rel=1e-14)


@pytest.mark.parametrize("error", [1.0, -1.0, 0.0])
def test_huber_is_smooth_where_its_halves_meet(error):
    assert grad(lambda x: huber(x, 0.0))(error) == error


@given(small.filter(lambda x: abs(abs(x) - 1.0) > 1e-9))
def test_huber_bends_inside_and_is_straight_outside(error):
    assert grad(grad(lambda x: huber(x, 0.0)))(error) == (1.0 if abs(error) < 1.0 else 0.0)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=4))
def test_how_kl_divergence_bends(logits):
    """∂²/∂zᵢ∂zⱼ = qᵢ · ((1 if i is j else 0) − qⱼ), whatever the target."""
    target = [1.0 / len(logits)] * len(logits)
    q = softmax(logits)

    rows = hessian(lambda zs: kl_divergence(zs, target))(logits)

    for i, row in enumerate(rows):
        expected = [q[i] * ((i == j) - q[j]) for j in range(len(q))]
        assert row == pytest.approx(expected, rel=1e-9, abs=1e-12)


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


@pytest.mark.parametrize("function", [cross_entropy, kl_divergence], ids=lambda f: f.__name__)
@given(st.data())
def test_the_slopes_with_probabilities_are_probabilities_minus_targets(function, data):
    logits = data.draw(st.lists(small, min_size=1, max_size=5))
    target = data.draw(distributions(len(logits)))
    zs = values(logits)

    function(zs, target).backward()

    for z, p, y in zip(zs, softmax(logits), target, strict=True):
        assert z.grad == pytest.approx(p - y, rel=1e-9, abs=1e-12)


# --- against PyTorch ------------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(
    "row", TORCH, ids=lambda row: "-".join(map(str, [row["name"], *row["options"].values()]))
)
def test_losses_and_slopes_are_pytorchs(row, reduction):
    """What PyTorch calls "batchmean" is our mean, for the divergence."""
    leaves = []

    def wrapped(x):
        if isinstance(x, list):
            return list(map(wrapped, x))
        leaves.append(Value(x))
        return leaves[-1]

    result = loss(row["name"])(
        wrapped(row["outputs"]), row["targets"], reduction=reduction, **row["options"]
    )
    result.backward()

    slopes = np.ravel(row["slopes"][reduction]).tolist()
    assert result.data == pytest.approx(row["losses"][reduction], rel=1e-12)
    assert [leaf.grad for leaf in leaves] == pytest.approx(slopes, rel=1e-12, abs=1e-14)
