"""Nested arguments, flat and back."""

from collections import OrderedDict
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, grad
from autograd.trees import flatten

TREES = st.recursive(
    st.floats(allow_nan=False),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
    ),
    max_leaves=12,
)


def leaves_of(tree):
    """The leaves from left to right, written without `flatten`."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    return (
        [leaf for part in tree for leaf in leaves_of(part)] if hasattr(tree, "__len__") else [tree]
    )


@given(tree=TREES)
def test_flattening_and_rebuilding_is_the_identity(tree):
    leaves, rebuild = flatten(tree)

    assert leaves == leaves_of(tree)
    assert rebuild(leaves) == tree
    assert type(rebuild(leaves)) is type(tree)


@given(tree=TREES)
def test_other_leaves_go_to_the_same_places(tree):
    leaves, rebuild = flatten(tree)
    numbered = rebuild(list(range(len(leaves))))

    assert leaves_of(numbered) == list(range(len(leaves)))
    assert flatten(numbered)[1](leaves) == tree


def test_the_given_tree_is_not_changed():
    tree = {"w": [1.0, 2.0], "b": (3.0,)}
    leaves, rebuild = flatten(tree)
    rebuilt = rebuild([0.0] * 3)
    rebuilt["w"].append(4.0)

    assert leaves == [1.0, 2.0, 3.0]
    assert tree == {"w": [1.0, 2.0], "b": (3.0,)}
    assert rebuild(leaves) == tree


def test_a_leaf_alone():
    v = Value(2.0)
    leaves, rebuild = flatten(v)

    assert leaves == [v]
    assert rebuild([3.0]) == 3.0


def test_named_tuples_keep_their_class():
    class Line(NamedTuple):
        slope: object
        offset: object

    leaves, rebuild = flatten(Line(1.0, [2.0, 3.0]))

    assert leaves == [1.0, 2.0, 3.0]
    assert rebuild([4.0, 5.0, 6.0]) == Line(4.0, [5.0, 6.0])
    assert rebuild(leaves).offset == [2.0, 3.0]


def test_dicts_keep_their_order_and_may_have_any_keys():
    tree = OrderedDict([(2, 1.0), ("a", 2.0), ((1, 2), 3.0)])
    leaves, rebuild = flatten(tree)

    assert leaves == [1.0, 2.0, 3.0]
    assert list(rebuild(leaves).items()) == list(tree.items())


@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 1, 2), (0,), (2, 0)])
def test_an_array_stays_an_array_of_its_shape(shape):
    array = np.arange(float(np.prod(shape))).reshape(shape)
    leaves, rebuild = flatten(array)
    rebuilt = rebuild([x * 10 for x in leaves])

    assert [type(x) for x in leaves] == [float] * array.size
    assert rebuilt.shape == shape
    assert np.array_equal(rebuilt, array * 10)
    assert rebuilt.dtype == float


def test_an_array_of_values_stays_one():
    values = [Value(1.0), Value(2.0)]
    leaves, rebuild = flatten(np.array(values).reshape(2, 1))
    rebuilt = rebuild(leaves)

    assert leaves == values
    assert rebuilt.dtype == object
    assert rebuilt.shape == (2, 1)
    assert rebuilt[1, 0] is values[1]


def test_arrays_in_place_of_numbers_make_one_of_more_dimensions():
    """A jacobian of an array by an array: the shape of the output, then of the argument."""
    _, rebuild = flatten(np.zeros((2, 1)))
    rebuilt = rebuild([np.ones((3, 4)), np.zeros((3, 4))])

    assert rebuilt.shape == (2, 1, 3, 4)
    assert rebuilt[0].min() == 1.0
    assert rebuilt[1].max() == 0.0


def test_whole_numbers_in_an_array_have_a_gradient_in_doubles():
    result = grad(lambda a: (a * a).sum())(np.array([1, 2, 3]))

    assert result.tolist() == [2.0, 4.0, 6.0]
    assert result.dtype == float


def test_a_numpy_scalar_is_a_leaf():
    leaves, rebuild = flatten([np.float64(2.0), 1])

    assert leaves == [2.0, 1]
    assert rebuild([3.0, 4.0]) == [3.0, 4.0]
