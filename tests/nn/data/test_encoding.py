"""Labels in lists, and columns of mean 0 and deviation 1."""

import copy
import math
import pickle
import random
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn import Layer, Sequential
from nn.data import Standardise, one_hot

from ..refusals import refused

finite = st.floats(allow_nan=False, allow_infinity=False)
moderate = st.floats(-1e6, 1e6)


def tables(numbers):
    return st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(numbers, min_size=width, max_size=width), min_size=1, max_size=20
        )
    )


# --- labels ---------------------------------------------------------------------------------------


@given(st.integers(1, 20), st.data())
def test_one_hot(classes, data):
    label = data.draw(st.integers(0, classes - 1))
    row = one_hot(label, classes)

    assert len(row) == classes
    assert sum(row) == 1.0
    assert row.index(1.0) == label
    assert {type(x) for x in row} == {float}


@pytest.mark.parametrize(
    "labels",
    [[2, 0], (2.0, 0.0), np.array([2, 0]), pd.Series([2, 0]), iter([2, 0])],
    ids=["list", "floats", "array", "series", "iterator"],
)
def test_several_labels(labels):
    assert one_hot(labels, 3) == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]


# --- columns --------------------------------------------------------------------------------------


@given(tables(moderate))
def test_measured_exactly_as_on_paper(table):
    first = Standardise.of(table)

    for column, mean, scale in zip(
        zip(*table, strict=True), first.means, first.scales, strict=True
    ):
        xs = list(map(Fraction, column))
        exact = sum(xs) / len(xs)
        variance = sum((x - exact) ** 2 for x in xs) / len(xs)
        assert mean == pytest.approx(float(exact), rel=1e-12, abs=1e-9)
        if scale != 1.0:
            assert scale == pytest.approx(math.sqrt(variance), rel=1e-6)
        else:
            assert math.sqrt(variance) <= 1e-14 * abs(exact) or variance == pytest.approx(1.0)


@given(tables(moderate))
def test_the_same_as_numpy(table):
    first = Standardise.of(np.array(table))

    assert first.means == pytest.approx(np.mean(table, axis=0).tolist(), rel=1e-9, abs=1e-9)
    for scale, theirs in zip(first.scales, np.std(table, axis=0).tolist(), strict=True):
        assert scale == pytest.approx(theirs, rel=1e-6, abs=1e-6) or scale == 1.0


@given(tables(st.integers(-1000, 1000)))
def test_afterwards_means_are_0_and_deviations_1_or_0(table):
    first = Standardise.of(table)
    columns = zip(*[first(row) for row in table], strict=True)

    for column in columns:
        assert math.fsum(column) / len(column) == pytest.approx(0.0, abs=1e-9)
        deviation = math.sqrt(math.fsum(x * x for x in column) / len(column))
        assert deviation == pytest.approx(1.0) or set(column) == {0.0}


@given(tables(finite))
def test_no_number_is_too_large_or_too_small_to_be_measured(table):
    first = Standardise.of(table)

    for column, mean, scale in zip(
        zip(*table, strict=True), first.means, first.scales, strict=True
    ):
        assert min(column) <= mean <= max(column) or mean == pytest.approx(column[0])
        assert 0.0 < scale < math.inf


@given(st.floats(-1e300, 1e300), st.integers(1, 30))
def test_a_constant_column_keeps_its_scale(x, n):
    first = Standardise.of([[x]] * n)

    assert first.scales == [1.0]
    assert first([x])[0] == pytest.approx(0.0, abs=1e-15 * abs(x))


def test_what_varies_by_less_than_doubles_can_say():
    assert Standardise.of([[0.0], [5e-324]]).scales == [1.0]


def test_one_number_is_a_row_of_one():
    first = Standardise.of([1, 3])

    assert (first.means, first.scales) == ([2.0], [1.0])
    assert first(4.0) == [2.0]


def test_values_keep_their_gradient():
    x = Value(3.0)
    [y] = Standardise([1.0], [4.0])([x])
    y.backward()

    assert (y.data, x.grad) == (0.5, 0.25)


def test_plain_numbers_stay_plain():
    assert [type(x) for x in Standardise([0.0, 1.0], [1.0, 2.0])([1, 2.5])] == [float, float]


def test_as_the_first_part_of_a_model():
    rng = random.Random(0)
    first = Standardise.of([[1.0, 10.0], [3.0, 30.0], [5.0, 80.0]])
    layer = Layer(2, 1, rng=rng)
    model = Sequential(first, layer)

    assert model([3.0, 30.0]).data == layer(first([3.0, 30.0])).data
    assert model.parameters() == layer.parameters()
    assert set(model.state_dict()) == {f"layers.1.{name}" for name in layer.state_dict()}
    assert model.summary().splitlines()[2].split() == [
        "layers.0", "Standardise", "2", "->", "2", "0", "0",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "copied",
    [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))],  # noqa: S301 - our own bytes
    ids=["deepcopy", "pickle"],
)
def test_copies_scale_alike(copied):
    first = Standardise.of([[1.0], [4.0]])

    assert copied(first)([2.0]) == first([2.0])


REFUSED = {
    "label too large": (
        lambda: one_hot([0, 3], 3),
        ValueError,
        "one_hot got 3 as label 1; labels of 3 classes must be whole numbers from 0 to 2",
    ),
    "label below 0": (
        lambda: one_hot(-1, 3),
        ValueError,
        "one_hot got -1 as label; labels of 3 classes must be whole numbers from 0 to 2",
    ),
    "label half": (
        lambda: one_hot(0.5, 3),
        ValueError,
        "one_hot got 0.5 as label; labels of 3 classes must be whole numbers from 0 to 2",
    ),
    "label nan": (
        lambda: one_hot(math.nan, 3),
        ValueError,
        "one_hot got nan as label; labels of 3 classes must be whole numbers from 0 to 2",
    ),
    "label a word": (
        lambda: one_hot(["cat"], 3),
        TypeError,
        "one_hot takes whole numbers as labels, got 'cat' as label 0",
    ),
    "labels a word": (
        lambda: one_hot("cat", 3),
        TypeError,
        "labels must be a list, an array or a table of examples, got a str",
    ),
    "no classes": (lambda: one_hot(0, 0), ValueError, "one_hot: classes must be at least 1, got 0"),
    "fewer scales": (
        lambda: Standardise([1.0, 2.0], [1.0]),
        ValueError,
        "Standardise got 2 means and 1 scales; give one of each for every column",
    ),
    "nothing": (
        lambda: Standardise([], []),
        ValueError,
        "Standardise got 0 means and 0 scales; give one of each for every column",
    ),
    "scale 0": (
        lambda: Standardise([1.0], [0.0]),
        ValueError,
        "Standardise: scales[0] must be a number above 0, got 0",
    ),
    "mean nan": (
        lambda: Standardise([math.nan], [1.0]),
        ValueError,
        "Standardise: means[0] must be a finite number, got nan",
    ),
    "ragged": (
        lambda: Standardise.of([[1, 2], [3]]),
        ValueError,
        (
            "Standardise got a list of 1 as X[1] and a list of 2 as X[0]; give every row as many "
            "numbers"
        ),
    ),
    "nan in the data": (
        lambda: Standardise.of([[1.0], [math.nan]]),
        ValueError,
        "X[1][0] is nan, but must be a finite number: fill it in, or leave that row out",
    ),
    "lists in rows": (
        lambda: Standardise.of([[[1.0]]]),
        TypeError,
        "Standardise: column 0 of X takes a real number, got a list",
    ),
    "another width": (
        lambda: Standardise([1.0, 2.0], [1.0, 1.0])([1.0]),
        ValueError,
        ("Standardise(2) got 1 input; pass 2 numbers, or build Standardise.of(X) from rows of 1"),
    ),
}


@pytest.mark.parametrize(("build", "error", "text"), REFUSED.values(), ids=REFUSED)
def test_what_will_not_do(build, error, text):
    with refused(error, text):
        build()
