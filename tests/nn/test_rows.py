"""Data of every kind become the same plain lists; what will not do is named by its place."""

import array
import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn.checks import rows

from .refusals import refused

finite = st.floats(allow_nan=False, allow_infinity=False)
TABLE = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]

KINDS = {
    "lists": TABLE,
    "tuples": tuple(map(tuple, TABLE)),
    "array": np.array(TABLE),
    "float32": np.array(TABLE, dtype=np.float32),
    "object array": np.array(TABLE, dtype=object),
    "list of arrays": list(map(np.array, TABLE)),
    "list of scalars": [[np.float64(x) for x in row] for row in TABLE],
    "frame": pd.DataFrame(TABLE, columns=["a", "b"]),
    "frame of two kinds": pd.DataFrame({"a": [1, 3, 5], "b": [2.0, 4.0, 6.0]}),
    "fractions": [[Fraction(x) for x in row] for row in TABLE],
    "decimals": [[Decimal(x) for x in row] for row in TABLE],
    "array.array": [array.array("d", row) for row in TABLE],
    "generator": lambda: (row for row in TABLE),
    "iterator of arrays": lambda: iter(np.array(TABLE)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_table(kind):
    data = KINDS[kind]
    found = rows(data() if callable(data) else data, "X")

    assert found == TABLE
    assert all(type(row) is list and {type(x) for x in row} == {float} for row in found)


COLUMNS = {
    "list": [1, 0, 1],
    "range of ints": range(3),
    "int8": np.array([1, 0, 1], dtype=np.int8),
    "series": pd.Series([1, 0, 1]),
    "nullable series": pd.Series([1, 0, 1], dtype="Int64"),
    "scalars": [np.int64(1), np.int64(0)],
    "arrays of no dimension": [np.array(1), np.array(0)],
    "array.array": array.array("i", [1, 0, 1]),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_whole_numbers_stay_whole(kind):
    found = rows(COLUMNS[kind], "y")

    assert found == list(COLUMNS[kind])
    assert {type(x) for x in found} == {int}


def test_a_frame_with_names_of_columns_is_read_by_rows():
    assert rows(pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6]}), "X") == [[1, 4], [2, 5], [3, 6]]


def test_lists_in_lists_and_values_in_rows():
    v = Value(1.0)

    assert rows(np.zeros((1, 2, 2)), "X") == [[[0.0, 0.0], [0.0, 0.0]]]
    assert rows([[v, 1]], "X")[0][0] is v
    assert rows([v], "y")[0] is v


def test_truth_is_a_number():
    found = rows([True, np.False_], "y")

    assert found == [1, 0]
    assert {type(x) for x in found} <= {int, float}


def test_sequences_of_tokens_may_differ_in_length():
    assert rows([[1, 2, 3], [4]], "X") == [[1, 2, 3], [4]]


@given(st.lists(st.lists(finite, min_size=2, max_size=2), min_size=1))
def test_finite_numbers_pass_unchanged(table):
    assert rows(table, "X") == table


@given(
    st.lists(st.lists(finite, min_size=2, max_size=2), min_size=1),
    st.data(),
    st.sampled_from([math.nan, math.inf, -math.inf]),
    st.booleans(),
)
def test_what_is_not_finite_is_found_wherever_it_is(table, data, bad, as_array):
    i = data.draw(st.integers(0, len(table) - 1))
    j = data.draw(st.integers(0, 1))
    table[i][j] = bad
    text = f"X[{i}][{j}] is {bad}, but must be a finite number: fill it in, or leave that row out"

    with refused(ValueError, text):
        rows(np.array(table) if as_array else table, "X")


class Sparse:
    def toarray(self):
        return None


LISTS = "must be a list, an array or a table of examples, got"
REFUSED = {
    "nothing": (None, TypeError, f"X {LISTS} None"),
    "number": (2.0, TypeError, f"X {LISTS} 2.0"),
    "array of no dimension": (np.array(2.0), TypeError, f"X {LISTS} 2.0"),
    "str": ("abc", TypeError, f"X {LISTS} a str"),
    "dict": ({"a": [1]}, TypeError, f"X {LISTS} a dict"),
    "value": (Value(1.0), TypeError, f"X {LISTS} a Value"),
    "sparse": (Sparse(), TypeError, "X is a sparse Sparse; write X.toarray()"),
    "empty": ([], ValueError, "X is empty; give at least one example"),
    "empty array": (np.zeros((0, 2)), ValueError, "X is empty; give at least one example"),
    "empty row": ([[1.0], []], ValueError, "X[1] is empty; give at least one number"),
    "ragged": (
        [[1.0, 2.0], [1.0, 2.0], [1.0]],
        ValueError,
        "X[2] is a list of 1 and X[0] is a list of 2; give every row as many numbers",
    ),
    "mixed": (
        [1.0, [1.0]],
        ValueError,
        "X[1] is a list of 1 and X[0] is one number; give every row as many numbers",
    ),
    "number as text": (
        [[1.0, "2"]],
        TypeError,
        "X[0][1] is the str '2'; write float('2')",
    ),
    "name": (
        pd.Series(["cat"]),
        TypeError,
        "X[0] is the str 'cat'; give numbers, and indices for the names of classes",
    ),
    "missing": (
        [[1.0], [None]],
        TypeError,
        "X[1][0] is missing (None); fill it in, or leave that row out",
    ),
    "NA": (
        pd.Series([1, None], dtype="Int64"),
        TypeError,
        "X[1] is missing (<NA>); fill it in, or leave that row out",
    ),
    "set": ([{1.0}], TypeError, "X[0] is a set; give numbers and lists of them"),
    "huge": (
        [[10**400]],
        OverflowError,
        (
            "X[0][0] takes numbers that fit a double (up to 1.8e308), got a larger int; write "
            "math.inf if infinity is meant"
        ),
    ),
}


@pytest.mark.parametrize(("data", "error", "text"), REFUSED.values(), ids=REFUSED)
def test_what_will_not_do(data, error, text):
    with refused(error, text):
        rows(data, "X")
