"""Metrics, against scikit-learn's."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn import metrics as sk

from nn.training.measuring import named
from nn.training.metrics import METRICS, accuracy, mae, r2, rmse

numbers = st.floats(-1e3, 1e3)
pairs = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=20)


@given(pairs)
def test_of_numbers(given_):
    outputs, targets = map(list, zip(*given_, strict=True))

    assert mae(outputs, targets) == pytest.approx(sk.mean_absolute_error(targets, outputs))
    assert rmse(outputs, targets) == pytest.approx(sk.root_mean_squared_error(targets, outputs))


@st.composite
def weighted_tables(draw):
    """Outputs and targets of several columns, and weights, some of them 0."""
    width = draw(st.integers(1, 3))
    rows = st.lists(numbers, min_size=width, max_size=width)
    counts = st.just(0.0) | st.floats(1e-3, 10.0)
    table = draw(st.lists(st.tuples(rows, rows, counts), min_size=2, max_size=10))
    outputs, targets, weights = map(list, zip(*table, strict=True))
    return outputs, targets, weights


@given(weighted_tables(), st.booleans())
def test_of_several_outputs_and_weights(given_, has_weights):
    outputs, targets, weights = given_
    weights = weights if has_weights else None
    counting = [t for i, t in enumerate(targets) if weights is None or weights[i]]
    assume(counting)
    for column in zip(*counting, strict=True):
        assume(max(column) - min(column) > 1e-3)

    assert r2(outputs, targets, weights) == pytest.approx(
        sk.r2_score(targets, outputs, sample_weight=weights, multioutput="uniform_average"),
        rel=1e-6, abs=1e-6,
    )  # fmt: skip
    assert mae(outputs, targets, weights) == pytest.approx(
        sk.mean_absolute_error(targets, outputs, sample_weight=weights), rel=1e-9
    )
    assert rmse(outputs, targets, weights) == pytest.approx(
        math.sqrt(sk.mean_squared_error(targets, outputs, sample_weight=weights)), rel=1e-9
    )


@given(weighted_tables(), st.integers(-1000, 1013), st.integers(-1000, 1013))
def test_no_number_and_no_weight_is_too_large_or_too_small(given_, power, weight_power):
    """Against sums in fractions, which have no largest and no smallest number."""
    outputs, targets, weights = given_
    assume(any(weights))
    outputs, targets = (
        [[math.ldexp(x, power) for x in row] for row in rows] for rows in (outputs, targets)
    )
    weights = [math.ldexp(w, weight_power) for w in weights]
    assume(any(weights))
    ws = [Fraction(w) for w in weights]
    errors = [
        [Fraction(x) - Fraction(y) for x, y in zip(*pair, strict=True)]
        for pair in zip(outputs, targets, strict=True)
    ]
    total = sum(ws) * len(errors[0])
    mean = sum(w * sum(map(abs, row)) for w, row in zip(ws, errors, strict=True)) / total
    square = sum(w * sum(e * e for e in row) for w, row in zip(ws, errors, strict=True)) / total

    assert mae(outputs, targets, weights) == pytest.approx(_double(mean), rel=1e-9, abs=1e-320)
    root = _double(Fraction(math.isqrt(math.floor(square * 4**1100)), 2**1100))
    assert rmse(outputs, targets, weights) == pytest.approx(root, rel=1e-9, abs=1e-320)

    scores = []
    for column, missed in zip(zip(*targets, strict=True), zip(*errors, strict=True), strict=True):
        ys = [Fraction(y) for y in column]
        centre = sum(w * y for w, y in zip(ws, ys, strict=True)) / sum(ws)
        spread = sum(w * (y - centre) ** 2 for w, y in zip(ws, ys, strict=True))
        lost = sum(w * e * e for w, e in zip(ws, missed, strict=True))
        scores.append(_double(1 - lost / spread) if spread else math.nan)
    expected = math.fsum(scores) / len(scores)
    got = r2(outputs, targets, weights)
    assert got == pytest.approx(expected, rel=1e-6, abs=1e-9, nan_ok=True)


def _double(x):
    try:
        return float(x)
    except OverflowError:
        return math.inf if x > 0 else -math.inf


def test_each_output_has_a_mean_of_its_own():
    """With one mean for both, the distance of the columns would pass for variance."""
    assert r2([[0.5, 100.5]] * 2, [[0.0, 100.0], [1.0, 101.0]]) == 0.0


@given(numbers.filter(bool), st.integers(1, 30), st.integers(-900, 1000))
def test_r2_of_equal_targets_is_nan(target, count, power):
    """Whatever their mean is rounded to."""
    target = math.ldexp(target, power)
    outputs = [math.ldexp(float(i), power) for i in range(count)]

    assert math.isnan(r2(outputs, [target] * count))
    assert math.isnan(r2([[x, x] for x in outputs], [[target, x] for x in outputs]))


@pytest.mark.parametrize(("metric", "said"), [(mae, math.inf), (rmse, math.inf), (r2, -math.inf)])
def test_what_is_not_finite_is_said(metric, said):
    assert metric([math.inf, 1.0], [0.0, 1.0]) == said
    assert math.isnan(metric([math.nan, 1.0], [0.0, 1.0]))
    assert math.isnan(metric([math.nan, math.inf], [0.0, 1.0]))
    assert metric([math.nan, 1.0, 2.0], [5.0, 1.0, 2.0], [0.0, 1.0, 1.0]) == metric([1, 2], [1, 2])


@given(st.lists(st.tuples(numbers, st.booleans()), min_size=1, max_size=20))
def test_accuracy_of_a_logit(given_):
    outputs = [x for x, _ in given_]
    said = [x > 0 for x in outputs]
    for classes in [(0, 1), (-1, 1)]:
        targets = [classes[b] for _, b in given_]
        assert accuracy(outputs, targets) == pytest.approx(
            sk.accuracy_score(targets, [classes[b] for b in said])
        )


@given(
    st.lists(
        st.tuples(st.lists(numbers, min_size=3, max_size=3, unique=True), st.integers(0, 2)),
        min_size=1,
    )
)
def test_accuracy_of_scores(given_):
    scores, targets = [s for s, _ in given_], [t for _, t in given_]
    said = [s.index(max(s)) for s in scores]

    assert accuracy(scores, targets) == pytest.approx(sk.accuracy_score(targets, said))
    one_hot = [[float(i == t) for i in range(3)] for t in targets]
    assert accuracy(scores, one_hot) == accuracy(scores, targets)


def test_accuracy_of_one_output_and_three_classes():
    with pytest.raises(ValueError, match="let the model have one output for each"):
        accuracy([0.5], [2])


def test_several_outputs_an_example():
    assert mae([[1.0, 2.0], [3.0, 4.0]], [[1.0, 1.0], [1.0, 4.0]]) == 0.75


def test_unequal_lengths():
    with pytest.raises(ValueError, match="mae got 2 outputs and 1 targets as example 0"):
        mae([[1.0, 2.0]], [1.0])
    with pytest.raises(ValueError, match="rmse got 1 outputs and 2 targets as example 1"):
        rmse([[1.0, 2.0], [3.0]], [[1.0, 2.0], [2.0, 3.0]])
    with pytest.raises(ValueError, match="the same number for every example, but got 1 and 2"):
        r2([[1.0, 2.0], [3.0]], [[1.0, 2.0], [3.0]])
    with pytest.raises(ValueError, match=r"r2 takes as many outputs as targets, .* got 1 and 2"):
        r2([[1.0, 2.0]] * 2, [[3.0], [4.0]])


def test_iterators_are_gone_through_once():
    assert mae(iter([1.0, 3.0]), (t for t in (1.0, 1.0))) == 1.0
    assert accuracy(map(float, [1, -1]), iter([1, 1])) == 0.5


@pytest.mark.parametrize("name", METRICS)
def test_nothing_to_measure(name):
    metric = METRICS[name]
    with pytest.raises(ValueError, match=f"{name} got no examples; give at least one"):
        metric([], [])
    for weights in ([0.0, 0.0], [-1.0, 2.0], [math.nan, 1.0], [math.inf, 1.0]):
        with pytest.raises(ValueError, match=f"{name} takes weights of at least 0, not all"):
            metric([1.0, 0.0], [1, 0], weights)
    with pytest.raises(ValueError, match=f"{name} got 2 outputs and 1 weights"):
        metric([1.0, 0.0], [1, 0], [1.0])


def test_names():
    assert list(named("mae")) == ["mae"]
    assert named({"error": "mae"}) == {"error": METRICS["mae"]}
    with pytest.raises(TypeError, match="metrics must be a list of names and functions, got 3"):
        named(3)
