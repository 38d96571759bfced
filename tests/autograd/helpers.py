"""What several of these tests need: pinned texts, doubles told apart by every bit, pickles."""

import math
import pickle
import re

import pytest
from hypothesis import strategies as st


def refused(error, text):
    """The block raises ``error``, and it says exactly ``text``."""
    return pytest.raises(error, match=f"^{re.escape(text)}$")


def same(x, y):
    """Equal as doubles are: nan is nan, −0.0 is not 0.0."""
    return (x != x and y != y) or (x == y and math.copysign(1.0, x) == math.copysign(1.0, y))


def pickled(x, protocol=pickle.DEFAULT_PROTOCOL):
    """x, written by pickle and read again."""
    return pickle.loads(pickle.dumps(x, protocol))  # noqa: S301 - our own


ORDINARY = st.floats(-100.0, 100.0)
