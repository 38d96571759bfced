"""Examples and batches: nothing is lost, nothing is twice, and what belongs together stays so."""

import itertools
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data import batches, examples

from ..refusals import refused

counts = st.integers(1, 40)
sizes = st.integers(1, 50)
seeds = st.integers(0, 2**32)


# --- examples -------------------------------------------------------------------------------------


def test_examples_of_every_kind():
    wanted = ([[0.0, 1.0], [1.0, 1.0]], [1, 0], [0.5, 2.0])
    X, y, weights = wanted

    assert examples(X, y, weights) == wanted
    assert examples(np.array(X), np.array(y), np.array(weights)) == wanted
    assert examples(pd.DataFrame(X), pd.Series(y), pd.Series(weights)) == wanted
    assert examples(iter(X), iter(y), iter(weights)) == wanted
    assert examples(list(zip(X, y, strict=True)), weights=weights) == wanted
    assert examples(zip(X, y, strict=True)) == (X, y, None)


REFUSED = {
    "fewer targets": (
        lambda: examples([[1.0], [2.0]], [1.0]),
        ValueError,
        "X has 2 rows, y has 1; give one target for each row of X",
    ),
    "bad target": (
        lambda: examples([[1.0], [2.0]], [1.0, None]),
        TypeError,
        "y[1] is missing (None); fill it in, or leave that row out",
    ),
    "no pairs": (
        lambda: examples([[1.0], [2.0]]),
        TypeError,
        (
            "y is missing: without it X must be a list of pairs (x, target), got [1.0] as X[0]; "
            "give the targets as y"
        ),
    ),
    "batches": (
        lambda: examples(batches([[1.0], [2.0]], [0, 1], 2)),
        TypeError,
        "batches are made here from X and y; write X, y and batch_size=2",
    ),
    "array alone": (
        lambda: examples(np.zeros((2, 2))),
        TypeError,
        ("X is a ndarray and y is missing; give the targets as y, or pairs (x, target) in a list"),
    ),
    "fewer weights": (
        lambda: examples([[1.0], [2.0]], [1, 2], [1.0]),
        ValueError,
        "X has 2 rows, weights has 1; give one weight for each row of X",
    ),
    "weight below 0": (
        lambda: examples([[1.0]], [1], [-1]),
        ValueError,
        "weights[0] must be at least 0 and finite, got -1",
    ),
    "weight a list": (
        lambda: examples([[1.0]], [1], [[1.0]]),
        TypeError,
        "weights[0] must be a number, got [1.0]",
    ),
    "size 0": (
        lambda: batches([1.0], size=0),
        ValueError,
        "batches: size must be at least 1, got 0",
    ),
    "size half": (
        lambda: batches([1.0], size=0.5),
        TypeError,
        "batches: size must be a whole number, got 0.5",
    ),
    "shuffled iterator": (
        lambda: batches(iter([1.0]), shuffle=True),
        ValueError,
        (
            "batches cannot shuffle a list_iterator: it is read in its own order, one batch at a "
            "time; write batches(list(X), ..., shuffle=True), or shuffle=False"
        ),
    ),
    "y ends": (
        lambda: list(batches(iter([1.0, 2.0]), [1])),
        ValueError,
        "y ended before X; give one target for each row of X",
    ),
    "X ends": (
        lambda: list(batches(iter([1.0, 2.0]), iter([1, 2, 3]))),
        ValueError,
        "X ended before y; give one target for each row of X",
    ),
    "ragged iterator": (
        lambda: list(batches(iter([[1.0], [1.0, 2.0]]), size=1)),
        ValueError,
        "X[1] is a list of 2 and X[0] is a list of 1; give every row as many numbers",
    ),
}


@pytest.mark.parametrize(("build", "error", "text"), REFUSED.values(), ids=REFUSED)
def test_what_will_not_do(build, error, text):
    with refused(error, text):
        build()


# --- batches --------------------------------------------------------------------------------------


@given(counts, sizes, st.booleans(), st.booleans())
def test_in_order(n, size, drop_last, stream):
    X = list(range(n))
    found = list(batches(iter(X) if stream else X, size=size, drop_last=drop_last))

    kept = n - n % size if drop_last else n
    assert list(itertools.chain(*found)) == X[:kept]
    assert all(len(batch) == size for batch in found[:-1])
    assert all(0 < len(batch) <= size for batch in found)


@given(counts, sizes, st.booleans())
def test_the_length_is_the_number_of_batches(n, size, drop_last):
    found = batches(list(range(n)), size=size, drop_last=drop_last)

    assert len(found) == len(list(found))


@given(counts, sizes, seeds)
def test_shuffling_is_a_permutation_that_keeps_pairs_together(n, size, seed):
    X, y = [[float(i), -float(i)] for i in range(n)], list(range(n))
    found = list(batches(X, y, size, shuffle=True, rng=random.Random(seed)))

    pairs = [pair for batch in found for pair in zip(*batch, strict=True)]
    assert sorted(target for _, target in pairs) == y
    assert all(row == X[target] for row, target in pairs)


@given(seeds)
def test_each_time_through_has_an_order_of_its_own_and_a_seed_repeats_it(seed):
    first = batches(range(100), size=7, shuffle=True, rng=random.Random(seed))
    again = batches(range(100), size=7, shuffle=True, rng=random.Random(seed))
    one, two = list(first), list(first)

    assert one != two
    assert [one, two] == [list(again), list(again)]


def test_without_shuffling_nothing_is_drawn():
    rng = random.Random(0)
    before = rng.getstate()
    list(batches([1.0, 2.0], rng=rng))

    assert rng.getstate() == before


def test_the_global_generator_is_the_default():
    random.seed(3)
    found = list(batches(range(50), size=50, shuffle=True))

    assert found == list(batches(range(50), size=50, shuffle=True, rng=random.Random(3)))


def test_an_iterator_is_read_no_further_than_asked():
    numbers = itertools.count()
    found = iter(batches(numbers, size=3))

    assert next(found) == [0, 1, 2]
    assert next(numbers) == 3


def test_an_iterator_with_targets():
    found = list(batches((([x, x]) for x in range(3)), np.array([1, 0, 1]), size=2))

    assert found == [([[0, 0], [1, 1]], [1, 0]), ([[2, 2]], [1])]


def test_a_dataset_without_a_length_may_be_read_again():
    class Lines:
        def __iter__(self):
            return iter([1.0, 2.0])

    assert list(batches(Lines())) == list(batches(Lines())) == [[1.0, 2.0]]
