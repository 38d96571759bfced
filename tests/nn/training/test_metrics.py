"""Metrics, against scikit-learn's."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn import metrics as sk

from nn.training.metrics import METRICS, accuracy, mae, named, r2, rmse

numbers = st.floats(-1e3, 1e3)
pairs = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=20)


@given(pairs)
def test_of_numbers(given_):
    outputs, targets = map(list, zip(*given_, strict=True))

    assert mae(outputs, targets) == pytest.approx(sk.mean_absolute_error(targets, outputs))
    assert rmse(outputs, targets) == pytest.approx(sk.root_mean_squared_error(targets, outputs))


@given(pairs)
def test_r2(given_):
    outputs, targets = map(list, zip(*given_, strict=True))
    assume(max(targets) - min(targets) > 1e-3)

    assert r2(outputs, targets) == pytest.approx(sk.r2_score(targets, outputs), rel=1e-6)


def test_r2_of_equal_targets():
    assert math.isnan(r2([1.0, 2.0], [3.0, 3.0]))


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
    with pytest.raises(ValueError, match="mae got 2 outputs and 1 targets"):
        mae([[1.0, 2.0]], [1.0])


def test_names():
    assert list(named("mae")) == ["mae"]
    assert named({"error": "mae"}) == {"error": METRICS["mae"]}
    with pytest.raises(TypeError, match="metrics is a list of names and functions, got 3"):
        named(3)
