"""State in JSON: what comes out is what went in, to the last bit and the type."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.saving import FormatError
from nn.saving.exact import decoded, encoded

from ..refusals import refused

ATOMS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    | st.sampled_from(["$number", "$dict", "$floats", "state/0", -0.0, math.nan, math.inf])
)  # fmt: skip
TREES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.lists(st.floats(), min_size=15, max_size=20)
        | st.dictionaries(st.text() | st.integers() | st.just("$number"), inner)
    ),
)


def there_and_back(x):
    tensors = {}
    text = json.dumps(encoded(x, tensors), allow_nan=False)
    return decoded(json.loads(text), tensors)


@given(x=TREES)
def test_everything_comes_back(x):
    """repr tells −0.0 from 0.0, 1 from 1.0 and True, a tuple from a list, and nan from all else."""
    assert repr(there_and_back(x)) == repr(x)


def test_long_lists_of_floats_become_tensors():
    tensors = {}

    written = encoded({"m": [0.5] * 17, "short": [0.5] * 16, "ints": [1] * 17}, tensors)

    assert written == {"m": {"$floats": "state/0"}, "short": [0.5] * 16, "ints": [1] * 17}
    assert tensors["state/0"].numbers == [0.5] * 17


def test_numbers_of_numpy_become_pythons():
    x = there_and_back({"loss": np.float64(0.1), "accuracy": np.float32(0.5)})

    assert repr(x) == "{'loss': 0.1, 'accuracy': 0.5}"


def test_what_cannot_be_written_is_named_with_its_place():
    with refused(
        TypeError,
        "a checkpoint takes numbers, texts, lists, tuples and dicts of these, got a set at "
        "state['history'][1]: {1}",
    ):
        encoded({"history": [0, {1}]}, {})


def test_depth_has_an_end():
    nested = []
    for _ in range(5000):
        nested = [nested]

    with pytest.raises(ValueError, match=r"has more than 100 levels; make it flatter$"):
        encoded(nested, {})


@pytest.mark.parametrize(
    "x",
    [{"$number": "1"}, {"$number": [1]}, {"$floats": "state/9"}, {"$floats": []}, {"$tuple": 1},
     {"$dict": [[1]]}, {"$dict": [[[], 1]]}, {"$dict": 3}, {"$else": 1}],
    ids=str,
)  # fmt: skip
def test_marks_that_mean_nothing(x):
    with pytest.raises(FormatError, match=r"^its state says .* which has no meaning$"):
        decoded([x], {})
