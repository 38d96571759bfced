"""softmax, its logarithm and the surprise keep their digits at every size and every order."""

import math

import mpmath
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import Graph, Value, grad, hessian, jacobian, log_softmax, logsumexp, softmax
from autograd.functions import surprise
from nn import cross_entropy, kl_divergence

ULP = 2.0**-52
SIZES = st.sampled_from([0.0, 1.0, -30.0, 1e6, -1e9, 1e16, -1e300, 1e308])
GAPS = st.lists(st.sampled_from([0.0, 0.25, -0.5, 1.0, -3.0, 40.0, -200.0]), min_size=1, max_size=5)


@st.composite
def logits(draw):
    """Some near one number of any size, so that their differences are exact or nothing."""
    size = draw(SIZES)
    return [size + gap for gap in draw(GAPS)]


def exact(xs):
    """softmax in mpmath, of the differences to the largest."""
    top = max(xs)
    parts = [mpmath.exp(mpmath.mpf(x) - mpmath.mpf(top)) for x in xs]
    return [part / mpmath.fsum(parts) for part in parts]


def near(found, expected):
    """Right in relative terms, down to what is too small for a double.

    A unit in the last place of the logarithm is ln y units of y.
    """
    units = 64 + 4 * abs(mpmath.log(abs(expected))) if expected else 0
    return abs(mpmath.mpf(found) - expected) <= units * ULP * abs(expected) + 1e-300


@given(logits())
@example([1e16, 1e16])
@example([1e308, -1e308])
@example([1e308, 1e308, 0.0])
@example([0.0, 40.0])
def test_values_slopes_and_second_derivatives(xs):
    n = len(xs)
    with mpmath.workdps(60):
        p = exact(xs)
        assert all(near(a, b) for a, b in zip(softmax(xs), p, strict=True))
        assert abs(math.fsum(softmax(xs)) - 1.0) <= 4 * ULP
        assert [v.data for v in softmax([Value(x) for x in xs])] == softmax(xs)
        logs = [mpmath.log(q) if q else -mpmath.inf for q in p]
        rest = [mpmath.fsum([q for j, q in enumerate(p) if j != i]) for i in range(n)]
        for i, found in enumerate(log_softmax(xs)):
            if math.isfinite(found):  # −2e308 fits no double
                assert near(found, mpmath.log1p(-rest[i]) if p[i] > 0.5 else logs[i])
                assert near(surprise(xs, i), -mpmath.log1p(-rest[i]) if p[i] > 0.5 else -logs[i])
                assert surprise(xs, i) == cross_entropy(xs, i)

        def share(i, j):
            return p[i] * rest[i] if i == j else -p[i] * p[j]  # d pᵢ / d xⱼ

        slopes = jacobian(softmax)(xs)
        ones = jacobian(log_softmax)(xs)
        curves = hessian(logsumexp)(xs)
        for i in range(n):
            for j in range(n):
                assert near(slopes[i][j], share(i, j))
                assert near(curves[i][j], share(i, j))
                assert near(ones[i][j], rest[i] if i == j else -p[j])
            loss_slopes = grad(lambda v, i=i: cross_entropy(v, i))(xs)
            expected = [-rest[i] if i == j else p[j] for j in range(n)]
            assert all(map(near, loss_slopes, expected))
            curves_of_loss = hessian(lambda v, i=i: cross_entropy(v, i))(xs)
            for j in range(n):
                for k in range(n):
                    assert near(curves_of_loss[j][k], share(j, k))


@given(logits(), st.data())
def test_third_derivatives_in_relative_terms(xs, data):
    i = data.draw(st.integers(0, len(xs) - 1))

    def third(k):
        return grad(lambda v: grad(lambda w: grad(lambda u: cross_entropy(u, i))(w)[k])(v)[k])(xs)

    with mpmath.workdps(60):
        p = exact(xs)
        for k, q in enumerate(p):
            rest = mpmath.fsum([r for j, r in enumerate(p) if j != k])
            # d³/dxₖ³ of ln Σ eˣ is q·(1 − q)·(1 − 2q), a difference where q is near ½.
            expected = q * rest * (rest - q)
            assert abs(third(k)[k] - expected) <= 64 * ULP * q * rest + 1e-300


@given(logits())
def test_losses_of_probabilities(xs):
    p = [float(q) for q in exact(xs)]
    total = math.fsum(p)
    p = [q / total for q in p]

    assert kl_divergence(xs, p) == pytest.approx(0.0, abs=1e-13)
    entropy = -math.fsum(q * math.log(q) for q in p if q)
    assert cross_entropy(xs, p) == pytest.approx(entropy, rel=1e-12, abs=1e-13)


def test_the_losses_that_were_wrong():
    assert softmax([1e16, 1e16]) == [0.5, 0.5]
    assert jacobian(softmax)([1e16, 1e16]) == [[0.25, -0.25], [-0.25, 0.25]]
    assert cross_entropy([1e16, 1e16], 0) == math.log(2.0)
    assert kl_divergence([1e16, 1e16], [0.5, 0.5]) == 0.0
    assert cross_entropy([0.0, 40.0], 1) == pytest.approx(math.exp(-40.0), rel=1e-15)


@pytest.mark.parametrize(
    ("xs", "expected"),
    [
        ([-math.inf, 0.0], [0.0, 1.0]),
        ([-math.inf, 3.0, 3.0], [0.0, 0.5, 0.5]),
        ([math.inf, 0.0], [math.nan] * 2),
        ([-math.inf, -math.inf], [math.nan] * 2),
        ([math.nan, 0.0], [math.nan] * 2),
        ([0.0, math.nan], [math.nan] * 2),
    ],
)
def test_infinite_logits_as_in_pytorch(xs, expected):
    assert softmax(xs) == pytest.approx(expected, nan_ok=True)
    if xs[0] == -math.inf and expected[0] == 0.0:  # a masked class
        assert jacobian(softmax)(xs)[0] == [0.0] * len(xs)
        assert hessian(logsumexp)(xs)[0] == [0.0] * len(xs)


def test_the_graph_grows_with_the_number_of_classes():
    """A softmax of n is O(n) nodes, and a cross-entropy one."""
    xs = [Value(float(i)) for i in range(20)]

    assert len(Graph(softmax(xs))) == 20 + 1 + 2 * 19 + 1 + 20
    assert len(Graph(cross_entropy(xs, 3))) == 21
