"""Operations of a user's own whose functions return too much, too little or too large a number."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest

import autograd
from autograd import Interval, OperationError, Value, grad, operation, ops

from .helpers import refused

HUGE = [10**400, -(10**400), Fraction(10) ** 400, Decimal(10) ** 400]


@pytest.fixture
def own():
    """`operation` with a name that is free again afterwards."""
    yield lambda *functions, **options: operation("own", *functions, **options)
    ops.ALL.pop("own", None)


def too_large(what, number):
    return refused(
        OverflowError,
        f"{what} of own returned a number that is too large for a double (up to 1.8e308), of type "
        f"{type(number).__name__}; return math.inf if infinity is meant",
    )


@pytest.mark.parametrize("huge", HUGE, ids=lambda huge: type(huge).__name__)
def test_a_number_that_fits_no_double_is_told_by_who_returned_it(own, huge):
    forward = own(lambda x: huge, lambda z, x: 1.0)
    for x in (2.0, Value(2.0)):
        with too_large("the forward function", huge):
            forward(x)
    del ops.ALL["own"]
    partial = own(lambda x: x, lambda z, x: huge)
    with too_large("a partial", huge):
        partial(Value(2.0)).backward()
    with too_large("a partial", huge):
        grad(partial)(2.0)
    del ops.ALL["own"]
    with too_large("a partial", huge):
        own(lambda *xs: xs[0], lambda z, *xs: (0, huge), variadic=True)(Value(1.0), 2.0).backward()


def test_infinity_is_a_number_and_so_is_a_large_one(own):
    x = Value(2.0)
    own(lambda x: 10**300, lambda z, x: math.inf)(x).backward()

    assert x.grad == math.inf


@pytest.mark.parametrize("name", ["exp", "sin", "add", "mul", "tanh", "own"])
def test_an_operand_that_fits_no_double_is_told(own, name):
    own(lambda x: x * 1.5, lambda z, x: 1.5)
    op = ops.ALL[name]
    with refused(
        OverflowError,
        f"{name} takes numbers that fit a double (up to 1.8e308), got a larger int; write math.inf "
        "if infinity is meant",
    ):
        op(*[10**400, 1.0, 2.0][: op.arity])


@pytest.mark.parametrize("make", [float, Value])
@pytest.mark.parametrize("count", [0, 2, 3])
def test_a_wrong_number_of_operands_is_told(own, make, count):
    one = own(lambda x: x, lambda z, x: 1.0)
    with refused(TypeError, f"own takes 1 operand, got {count}"):
        one(*[make(2.0)] * count)


def test_a_forward_function_has_as_many_operands_as_there_are_partials(own):
    text = "the forward function of 'own' takes ({}), the operands, each of which has a partial; "
    one, two = (lambda z, x: 1.0), (lambda z, x, y: 1.0)
    for forward, partials, letters, got in [
        (lambda x, y: x, one, "x", "(x, y)"),
        (lambda x: x, [two, two], "x, y", "(x)"),
        (lambda: 1.0, one, "x", "()"),
    ]:
        with refused(OperationError, f"{text.format(letters)}got {got}"):
            own(forward, partials)
    with refused(OperationError, f"{text.format('*xs')}got (x)"):
        own(lambda x: x, lambda z, *xs: xs, variadic=True)
    own(math.hypot, [two, two])  # a built-in that does not say what it takes

    assert ops.ALL["own"](3.0, 4.0) == 5.0


@pytest.mark.parametrize(
    ("slopes", "got"),
    [((1.0,), "1 of them"), ((1.0,) * 3, "3 of them"), ((), "()"), (1.0, "1.0"), (None, "None")],
)
def test_a_partial_of_any_number_of_operands_returns_a_slope_for_each(own, slopes, got):
    op = own(lambda *xs: math.fsum(xs), lambda z, *xs: slopes, variadic=True)
    derivatives = [
        lambda: op(Value(1.0), Value(2.0)).backward(),
        lambda: grad(op, argnums=(0, 1))(1.0, 2.0),
        lambda: autograd.jvp(op, (1.0, 2.0), (1.0, 0.0)),
    ]
    for derivative in derivatives:
        with refused(
            OperationError,
            "the partial of own must return a tuple of slopes, one for each of 2 operands; "
            f"got {got}",
        ):
            derivative()


def test_any_number_of_operands_has_one_domain(own):
    with refused(
        OperationError,
        "operation 'own' has 2 domains; give one for all operands",
    ):
        own(lambda *xs: 1.0, lambda z, *xs: xs, variadic=True, domain=[Interval(), Interval()])


def test_the_exact_column_is_a_function_or_a_name_of_mpmath(own):
    assert own(math.exp, lambda z, x: z, exact="exp").exact == "exp"
    del ops.ALL["own"]
    with pytest.raises(OperationError, match=r"exact=3; write exact=lambda mp, x"):
        own(math.exp, lambda z, x: z, exact=3)
