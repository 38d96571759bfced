"""What a claimed Jacobian means, and what is said of one that means nothing."""

import functools
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd.testing import GradientMismatch, check_gradients, checks_gradient
from autograd.testing.results import rows


def two(x, y):
    """Two outputs of two numbers; the Jacobian at (2, 3) is [[3, 2], [1, 6]]."""
    return [x * y, x + y * y]


def three(x, y):
    return [x * y, x, y]


def weighed(w, b):
    return [w[0] * b, w[1] * b]


ROWS = [[3.0, 2.0], [1.0, 6.0]]
COLUMNS = [[3.0, 1.0], [2.0, 6.0]]


@pytest.mark.parametrize(
    ("f", "point", "claim"),
    [
        (two, (2.0, 3.0), ROWS),
        (two, (2.0, 3.0), np.array(ROWS)),
        (two, (2.0, 3.0), tuple(COLUMNS)),
        (three, (2.0, 3.0), [[3.0, 2.0], [1.0, 0.0], [0.0, 1.0]]),
        (three, (2.0, 3.0), ([3.0, 1.0, 0.0], [2.0, 0.0, 1.0])),
        (three, (2.0, 3.0), [[3.0, 1.0, 0.0], [2.0, 0.0, 1.0]]),  # it can be nothing else
        (weighed, ([1.0, 2.0], 3.0), ([[3.0, 0.0], [0.0, 3.0]], [1.0, 2.0])),
        (weighed, ([1.0, 2.0], 3.0), [[[3.0, 0.0], [0.0, 3.0]], [1.0, 2.0]]),
        (weighed, ([1.0, 2.0], 3.0), [[3.0, 0.0, 1.0], [0.0, 3.0, 2.0]]),
    ],
    ids=[
        "list of rows", "array", "tuple of parts", "tall list of rows", "tall tuple of parts",
        "tall list of parts", "unequal tuple of parts", "unequal list of parts", "unequal rows",
    ],
)  # fmt: skip
def test_a_jacobian_is_read_in_one_way(f, point, claim):
    assert check_gradients(f, point, lambda *_: claim).outcome == "right"


@pytest.mark.parametrize("f", [two, three])
def test_what_jacobian_returns_is_a_claim(f):
    assert check_gradients(f, (2.0, 3.0), ag.jacobian(f, (0, 1))).outcome == "right"


@given(st.integers(1, 4), st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_every_way_of_writing_gives_the_same_rows(outputs, widths):
    total = sum(widths)
    matrix = np.arange(float(outputs * total)).reshape(outputs, total)
    ends = np.cumsum([0, *widths])
    parts = tuple([matrix[:, a:b] for a, b in itertools.pairwise(ends)])
    arguments = [[0.0] * width for width in widths]

    assert rows(abs, matrix, outputs, arguments) == matrix.tolist()
    assert rows(abs, matrix.tolist(), outputs, arguments) == matrix.tolist()
    if len(widths) > 1:
        assert rows(abs, parts, outputs, arguments) == matrix.tolist()


@pytest.mark.parametrize(
    "claim", [COLUMNS, np.array(COLUMNS), tuple(ROWS)], ids=["list", "array", "tuple"]
)
def test_a_transposed_square_jacobian_is_recognised(claim):
    with pytest.raises(GradientMismatch, match="your Jacobian seems transposed"):
        check_gradients(two, (2.0, 3.0), lambda *_: claim)


def test_a_jacobian_that_is_wrong_both_ways_is_not_called_transposed():
    with pytest.raises(GradientMismatch) as caught:
        check_gradients(two, (2.0, 3.0), lambda *_: [[3.0, 1.0], [2.0, 6.5]])

    assert "transposed" not in str(caught.value)


@pytest.mark.parametrize("form", [np.array, list], ids=["array", "list"])
def test_a_transposed_jacobian_that_is_not_square_is_refused(form):
    claim = form([[3.0, 1.0, 0.0], [2.0, 0.0, 1.0]])

    with pytest.raises(ValueError, match=r"2 × 3 numbers, but the Jacobian here is 3 × 2.*transp"):
        check_gradients(lambda v: three(*v), [2.0, 3.0], lambda v: claim)


def by_hand(*_):
    return None


@pytest.mark.parametrize(
    ("gradient", "error", "said"),
    [
        (by_hand, TypeError, r"by_hand returned None \(is its return missing\?\)"),
        (lambda x, y: (y, None), TypeError, r"the gradient returned None \("),
        (functools.partial(by_hand), TypeError, "by_hand returned None"),
        (lambda x, y: "3", TypeError, "the gradient returned a str; a gradient has a number"),
        (lambda x, y: (y,), ValueError, "the gradient returned 1 numbers, but the derivatives"),
    ],
    ids=["nothing", "a part of nothing", "partial", "a word", "too few"],
)
def test_a_gradient_that_returns_no_numbers_is_named(gradient, error, said):
    with pytest.raises(error, match=said):
        check_gradients(lambda x, y: x * y, (2.0, 3.0), gradient)


@pytest.mark.parametrize(
    "check",
    [
        lambda: check_gradients(abs, 2.0, gradient=4.0),
        lambda: checks_gradient(gradient=4.0)(lambda x: x * x),
    ],
    ids=["check_gradients", "checks_gradient"],
)
def test_a_gradient_that_is_a_number_is_refused(check):
    with pytest.raises(TypeError, match=r"got 4\.0: write gradient=lambda \*point: 4\.0"):
        check()


def test_the_message_names_the_output():
    with pytest.raises(GradientMismatch, match=r"the gradient of two\[1\] by y is 6\.5"):
        check_gradients(two, (2.0, 3.0), lambda *_: [[3.0, 2.0], [1.0, 6.5]])


def test_operations_on_plain_numbers_may_leave_their_domain():
    verdict = check_gradients(ag.log, -1.0, gradient=lambda x: 1.0 / x)

    assert verdict.outcome == "undecided"
    assert "outside the domain: log(-1.0)" in verdict.why
