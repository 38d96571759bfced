"""Errors: their classes, and the texts of DomainError and of backward, pinned."""

import inspect

import pytest

import autograd
from autograd import (
    AutogradError,
    ConstantError,
    DomainError,
    GraphFormatError,
    Interval,
    NonFiniteError,
    OperationError,
    StaleValueError,
    Value,
    backward,
    constant,
    errors,
    grad,
    no_grad,
    ops,
    scope,
)
from autograd.primitive import row

from .helpers import pickled, refused

# --- classes --------------------------------------------------------------------------------------

ALSO = {
    DomainError: ValueError,
    StaleValueError: RuntimeError,
    NonFiniteError: ArithmeticError,
    ConstantError: TypeError,
    OperationError: ValueError,
    GraphFormatError: ValueError,
}


def test_every_error_is_listed_here_and_public():
    classes = {x for _, x in inspect.getmembers(errors, inspect.isclass)} - {AutogradError}

    assert classes == set(ALSO)
    for error in (*classes, AutogradError):
        assert getattr(autograd, error.__name__) is error
        assert error.__doc__


@pytest.mark.parametrize("error", ALSO, ids=lambda e: e.__name__)
def test_each_is_ours_and_the_builtin_that_a_reader_expects(error):
    assert issubclass(error, AutogradError)
    assert issubclass(error, ALSO[error])
    again = pickled(error("what"))
    assert (type(again), str(again)) == (error, "what")


# --- DomainError ----------------------------------------------------------------------------------

POW = "a base x > 0, or x = 0 with an exponent y >= 0, or x < 0 with a whole y"
OUTSIDE = [
    ("log", (0.0,), "x > 0"),
    ("log", (-1.0,), "x > 0"),
    ("log", (-5e-324,), "x > 0"),
    ("log2", (0.0,), "x > 0"),
    ("log10", (-1.0,), "x > 0"),
    ("log1p", (-1.0,), "x > -1"),
    ("sqrt", (-1.0,), "x >= 0"),
    ("asin", (2.0,), "-1 <= x <= 1"),
    ("asin", (-1.0000000000000002,), "-1 <= x <= 1"),
    ("acos", (-1.5,), "-1 <= x <= 1"),
    ("asin_slope", (-1.5,), "-1 < x < 1"),
    ("acosh", (0.5,), "x >= 1"),
    ("atanh", (1.0,), "-1 < x < 1"),
    ("atanh", (-1.0,), "-1 < x < 1"),
    ("div", (1.0, 0.0), "y != 0"),
    ("div", (0.0, -0.0), "y != 0"),
    ("floor_divide", (1.0, 0.0), "y != 0"),
    ("remainder", (1.0, 0.0), "y != 0"),
    ("pow", (0.0, -1.0), POW),
    ("pow", (-8.0, 1 / 3), POW),
    ("pow", (-0.0, -0.5), POW),
    ("clip", (0.5, 1.0, 0.0), "low <= high"),
]
EVERY_CASE = pytest.mark.parametrize(("name", "xs", "needs"), OUTSIDE, ids=str)


def apply(name):
    return autograd.clip if name == "clip" else ops.ALL[name]


@EVERY_CASE
def test_a_domain_error_names_operation_numbers_and_need(name, xs, needs):
    numbers = ", ".join(map(repr, xs))
    text = f"{name}({numbers}) is not a finite real number; {name} needs {needs}"
    with refused(DomainError, text):
        apply(name)(*xs)
    with refused(DomainError, text):
        apply(name)(*map(Value, xs))
    with refused(DomainError, text):
        apply(name)(*map(constant, xs))
    with no_grad(), refused(DomainError, text):
        apply(name)(*map(Value, xs))


@EVERY_CASE
def test_derivatives_of_functions_check_it_too(name, xs, needs):  # noqa: ARG001
    with pytest.raises(DomainError):
        grad(lambda v: apply(name)(*v))(list(xs))


def test_whole_numbers_are_shown_as_they_were_written():
    with refused(DomainError, "log(-1) is not a finite real number; log needs x > 0"):
        autograd.log(-1)
    with refused(DomainError, "div(1, 0) is not a finite real number; div needs y != 0"):
        autograd.div(1, 0)


def test_labels_origins_and_scope_of_the_operands():
    a, b = Value(1.0, label="a"), Value(0.0, label="b")
    margin = a - 2.0
    margin.label = "margin"
    with refused(
        DomainError,
        "div(1.0, 0.0) is not a finite real number; div needs y != 0 (operand 1 is 'a', operand 2 "
        "is 'b')",
    ):
        a / b
    with refused(
        DomainError,
        "log(-1.0) is not a finite real number; log needs x > 0 (operand 1 is 'margin' = sub(...))",
    ):
        margin.log()
    with (
        scope("loss"),
        refused(
            DomainError,
            "sqrt(-1.0) is not a finite real number; sqrt needs x >= 0 in scope 'loss' (operand 1 "
            "is 'margin' = sub(...))",
        ),
    ):
        margin.sqrt()


def test_nothing_is_recorded_by_an_operation_that_is_refused():
    x = Value(-1.0)
    with pytest.raises(DomainError):
        x.log()
    (x * 2.0).backward()

    assert x.grad == 2.0


def test_the_words_of_intervals():
    inf = float("inf")

    assert Interval().needs("x") == ""
    assert Interval(0.0).needs("x") == "x > 0"
    assert Interval(0.5, closed=True).needs("y") == "y >= 0.5"
    assert Interval(-inf, 2.0).needs("x") == "x < 2"
    assert Interval(high=2.0, closed=True).needs("x") == "x <= 2"
    assert Interval(-1.0, 1.0).needs("x") == "-1 < x < 1"
    assert Interval(0.0, without=(1.0, 2.0)).needs("x") == "x > 0 and x != 1 and x != 2"


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        (Interval(), [0.0, -1e308], []),
        (Interval(0.0, 1.0), [0.5, 5e-324], [0.0, 1.0, -1.0, 2.0]),
        (Interval(0.0, 1.0, closed=True), [0.0, 1.0, -0.0], [-5e-324, 1.0000000000000002]),
        (Interval(without=(0.0,)), [5e-324, -1.0], [0.0, -0.0]),
        (Interval(high=2.0), [-1e308, 1.9], [2.0, 3.0]),
    ],
)
def test_what_is_inside_an_interval(interval, inside, outside):
    """And what is not finite is inside of all: it follows IEEE 754 instead."""
    assert all(x in interval for x in inside)
    assert not any(x in interval for x in outside)
    assert all(x in interval for x in (float("inf"), -float("inf"), float("nan")))


# --- backward -------------------------------------------------------------------------------------

V = Value(2.0)
CONSTANT = "backward on the constant {}: it was made from plain numbers, detached or computed "
CONSTANT += "under no_grad, so nothing leads back to a variable"
START = "backward starts from a Value or a list of Values, got {}; a loss must be one number, "
START += "so add or average its parts"
GENERATOR = (x for x in [V])
A_LIST = "seeds must be a list with one number for each root, got {}"
BAD_BACKWARDS = [
    (lambda: backward(3.0), TypeError, START.format("3.0")),
    (lambda: backward(None), TypeError, START.format("None")),
    (lambda: backward(GENERATOR), TypeError, START.format(f"{GENERATOR!r:.60}")),
    (
        lambda: backward([]),
        ValueError,
        "backward got an empty list of roots; give at least one Value",
    ),
    (
        lambda: backward([V, 3.0]),
        TypeError,
        "backward starts from Values, got a float among them",
    ),
    (
        lambda: backward([[V]]),
        TypeError,
        "backward starts from Values, got a list among them",
    ),
    (lambda: backward(constant(2.0)), ConstantError, CONSTANT.format("Constant(data=2.0)")),
    (lambda: backward(V.detach()), ConstantError, CONSTANT.format("Constant(data=2.0)")),
    (lambda: backward(constant(2.0) * 3), ConstantError, CONSTANT.format("Constant(data=6.0)")),
    (
        lambda: backward([V, V], [1.0]),
        ValueError,
        "backward got 2 roots and 1 seeds; give one seed for each root",
    ),
    (lambda: backward([V], 1.0), TypeError, A_LIST.format("1.0")),
    (lambda: backward([V], "1"), TypeError, A_LIST.format("'1'")),
    (
        lambda: backward([V], ["1"]),
        TypeError,
        "a seed takes a real number, got the str '1'; write float('1')",
    ),
    (
        lambda: V.backward(None),
        TypeError,
        "a seed takes a real number, got None; write 0.0 if zero is meant",
    ),
    (lambda: V.backward([1.0]), TypeError, "a seed takes a real number, got a list"),
]


@pytest.mark.parametrize(("call", "error", "text"), BAD_BACKWARDS)
def test_what_backward_does_not_start_from(call, error, text):
    with refused(error, text):
        call()
    assert V.grad == 0.0


# --- rows -----------------------------------------------------------------------------------------


def test_an_unknown_row():
    assert row("mul") is ops.mul
    with refused(
        OperationError,
        "there is no operation named 'swish' here; a graph that uses a custom operation can only "
        "be read after autograd.operation('swish', ...) has been run",
    ):
        row("swish")


@pytest.mark.parametrize(("value", "text"), [
    (3, "a label must be a str, got 3; write str(3)"),
    (None, "a label must be a str, got None; write str(None)"),
])  # fmt: skip
def test_a_label_is_a_text(value, text):
    v = Value(1.0, label="old")
    with refused(TypeError, text):
        v.label = value
    assert v.label == "old"
    with refused(TypeError, "a label must be a str, got 3; write str(3)"):
        Value(1.0, label=3)
