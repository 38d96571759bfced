"""Outputs and targets, as losses take them."""

from hypothesis import strategies as st

from autograd import Value

scores = st.floats(-1e3, 1e3)
small = st.floats(-30, 30)
signs = st.sampled_from([-1, 1])
widths = st.floats(0.01, 100)
chances = st.sampled_from([0.0, 1.0]) | st.floats(0, 1)


@st.composite
def distributions(draw, size):
    """Probabilities of classes, some of them impossible."""
    parts = draw(st.lists(st.sampled_from([0.0, 1.0, 2.5, 7.0]), min_size=size, max_size=size))
    parts[draw(st.integers(0, size - 1))] = 1.0
    return [part / sum(parts) for part in parts]


@st.composite
def classified(draw):
    """Logits, and a class."""
    logits = draw(st.lists(scores, min_size=1, max_size=5))
    return logits, draw(st.integers(0, len(logits) - 1))


def values(numbers):
    return [Value(x) for x in numbers]
