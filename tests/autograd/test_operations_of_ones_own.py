"""Operations of one's own are rows like all others (point 16)."""

import copy
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

from autograd import (
    Constant,
    DomainError,
    Graph,
    Interval,
    OperationError,
    Value,
    constant,
    derivative,
    grad,
    hessian,
    no_grad,
    operation,
    ops,
)
from autograd import sum as total
from autograd.arithmetic import Arithmetic

from .helpers import ORDINARY, pickled, refused

NAMES = itertools.count()


@pytest.fixture
def new():
    """`operation` under a name of the test's own; the table is as before afterwards."""
    before = set(ops.ALL)
    yield lambda *args, **kwargs: operation(f"custom{next(NAMES)}", *args, **kwargs)
    for name in set(ops.ALL) - before:
        del ops.ALL[name]


def cube(new):
    return new(lambda x: x * x * x, lambda z, x: 3.0 * x * x, symbol="x³", formulas=["3*x**2"])


@given(x=ORDINARY)
def test_a_custom_operation_in_the_engine(x):
    row = operation(f"custom{next(NAMES)}", lambda x: x * x * x, lambda z, x: 3.0 * x * x)
    try:
        v = Value(x)
        y = row(v) * 2.0
        y.backward()

        assert y.data == x * x * x * 2.0
        assert v.grad == 2.0 * (3.0 * x * x)
        assert row(x) == x * x * x
    finally:
        del ops.ALL[row.name]


def test_a_custom_operation_in_higher_orders(new):
    row = cube(new)

    assert grad(row)(2.0) == 12.0
    assert grad(grad(row))(2.0) == 12.0
    assert grad(grad(grad(row)))(2.0) == 6.0
    assert derivative(row, 2)(2.0) == 12.0
    assert hessian(lambda v: row(v[0]) * v[1])([2.0, 5.0]) == [[60.0, 12.0], [12.0, 0.0]]


def test_a_custom_operation_in_a_graph_in_json_and_in_a_pickle(new):
    row = cube(new)
    x = Value(2.0, label="x")
    y = row(x)
    graph = Graph(y)

    assert graph.nodes[1].op is row
    assert graph.nodes[1].slopes == (12.0,)
    assert graph.nodes[0].grad == 12.0
    assert (y._op, row.symbol, row.formulas) == ("x³", "x³", ("3*x**2",))
    assert row.name in str(graph)
    assert Graph.from_json(graph.to_json()) == graph
    for copied in (copy.deepcopy(y), pickled(y)):
        assert copied.op is row
        copied.backward()
        assert copied.operands[0].grad == 12.0


def test_a_custom_operation_of_two_operands(new):
    row = new(
        lambda x, y: x * x * y, [lambda z, x, y: 2 * x * y, lambda z, x, y: x * x], symbol="x²y"
    )
    a, b = Value(3.0), Value(5.0)
    row(a, b).backward()

    assert (row.arity, a.grad, b.grad) == (2, 30.0, 9.0)
    assert hessian(lambda v: row(*v))([3.0, 5.0]) == [[10.0, 6.0], [6.0, 0.0]]
    with refused(TypeError, f"{row.name} takes 2 operands, got 1"):
        row(a)


def test_a_custom_operation_of_three_operands(new):
    row = new(
        lambda x, y, w: x * y + w,
        [lambda z, x, y, w: y, lambda z, x, y, w: x, lambda z, x, y, w: 1],
    )
    a, b = Value(3.0), Value(5.0)
    row(a, b, a).backward()

    assert (a.grad, b.grad) == (6.0, 3.0)


def test_a_custom_operation_of_any_number_of_operands(new):
    """The power mean of order 2, without its root."""
    row = new(
        lambda *xs: math.fsum(x * x for x in xs) / len(xs),
        lambda z, *xs: tuple(2 * x / len(xs) for x in xs),
        variadic=True,
    )
    xs = [Value(1.0), Value(2.0), Value(3.0), Value(6.0)]
    row(*xs).backward()

    assert row.arity is None
    assert [x.grad for x in xs] == [0.5, 1.0, 1.5, 3.0]
    assert hessian(lambda v: row(*v))([1.0, 2.0]) == [[1.0, 0.0], [0.0, 1.0]]


def test_the_domain_of_a_custom_operation_is_kept(new):
    """Even where its forward function has a finite answer, which is not asked for."""
    asked = []

    def forward(x):
        asked.append(x)
        return x * 2

    row = new(forward, lambda z, x: 2, domain=Interval(low=0.0))
    text = f"{row.name}(-1.0) is not a finite real number; {row.name} needs x > 0"
    for x in (-1.0, Value(-1.0)):
        with refused(DomainError, text):
            row(x)
    assert asked == []
    assert row(Value(3.0)).data == 6.0
    with refused(DomainError, text + " (operand 1 is 'x')"):
        row(Value(-1.0, label="x"))


def test_a_function_of_the_math_module_with_its_domain(new):
    """math.lgamma raises ValueError at its poles: with the domain said, it is never asked there."""
    row = new(math.lgamma, lambda z, x: 0.0, domain=Interval(low=0.0))

    assert row(Value(4.0)).data == math.lgamma(4.0)
    with pytest.raises(DomainError, match=r"needs x > 0$"):
        row(Value(0.0))


@pytest.mark.parametrize("slope", [np.float64(2.0), np.float32(2.0), np.int64(2), Fraction(2), 2])
def test_the_gradient_is_a_float_whatever_a_partial_returns(new, slope):
    row = new(lambda x: 2 * x, lambda z, x: slope)
    x = Value(1.0)
    (row(x) * 3.0).backward()

    assert type(x.grad) is float
    assert x.grad == 6.0
    assert grad(row)(1.0) == 2.0
    assert type(grad(row)(1.0)) is float


def test_a_custom_operation_stays_exact_in_fractions(new):
    row = new(lambda x: x / 3, lambda z, x: Fraction(1, 3))
    graph = Graph(row(Value(1.0)) * 2.0)

    assert graph.evaluate(Fraction)[-1] == Fraction(2, 3)
    assert graph.gradients(Fraction)[0] == Fraction(2, 3)


def test_a_partial_that_returns_no_number_is_named(new):
    """A Value from outside would turn ``.grad`` into a Value, and ``.grad`` is always a float."""
    outside = Value(2.0)
    row = new(lambda x: 2 * x, lambda z, x: outside)
    with refused(
        OperationError,
        f"a partial of {row.name} returned a Value for plain numbers; compute a partial only from "
        "its operands, plain numbers and the functions of autograd",
    ):
        row(Value(1.0)).backward()
    row = new(lambda x: 2 * x, lambda z, x: None)
    with refused(
        OperationError, f"a partial of {row.name} returned a NoneType; it must return one number"
    ):
        row(Value(1.0)).backward()


@pytest.mark.parametrize("result", [np.float64(2.0), np.float32(2.0), 2, Fraction(2), True])
def test_the_data_is_a_float_whatever_forward_returns(new, result):
    y = new(lambda x: result, lambda z, x: 0)(Value(1.0))

    assert type(y.data) is float
    assert y.data == float(result)


@pytest.mark.parametrize("result", [None, "3", 1j, [1.0]], ids=repr)
@pytest.mark.parametrize("x", [1.0, Value(1.0)], ids=repr)
def test_a_forward_function_that_returns_no_number_is_named(new, result, x):
    row = new(lambda x: result, lambda z, x: 0)
    with refused(
        OperationError,
        f"the forward function of {row.name} returned a {type(result).__name__}; it must return "
        "one number",
    ):
        row(x)


def test_errors_inside_a_forward_function_are_its_own(new):
    def forward(_):
        raise KeyError("weights")

    with pytest.raises(KeyError, match="weights"):
        new(forward, lambda z, x: 0)(Value(1.0))


def test_a_custom_operation_is_recorded_only_on_values(new):
    row = cube(new)

    assert isinstance(row(constant(2.0)), Constant)
    with no_grad():
        assert isinstance(row(Value(2.0)), Constant)
    with refused(TypeError, f"{row.name} takes Values or real numbers, got str"):
        row("x")


def test_a_custom_operation_works_on_anything_that_records(new):
    class Symbol(Arithmetic):
        def record(self, op, operands):
            return (op, operands)

    row, x = cube(new), Symbol()

    assert row(x) == (row, (x,))
    assert total([1.0, x]) == (ops.sum_, (1.0, x))


BAD_ROWS = {
    "taken": (
        ("add", abs, abs),
        {},
        (
            "there is already an operation named 'add'; choose another name, or remove the old one "
            "first: del autograd.ops.ALL['add']"
        ),
    ),
    "no name": (("a b", abs, abs), {}, "an operation's name must be an identifier, got 'a b'"),
    "a number": ((3, abs, abs), {}, "an operation's name must be an identifier, got 3"),
    "None": ((None, abs, abs), {}, "an operation's name must be an identifier, got None"),
    "no forward": (
        ("bad", 3, [len]),
        {},
        (
            "operation 'bad' needs a forward function and one partial for each operand, got 3 and "
            "(<built-in function len>,)"
        ),
    ),
    "no partials": (
        ("bad", len, []),
        {},
        (
            "operation 'bad' needs a forward function and one partial for each operand, got "
            "<built-in function len> and []"
        ),
    ),
    "a partial that is none": (
        ("bad", len, [len, 3]),
        {},
        (
            "operation 'bad' needs a forward function and one partial for each operand, got "
            "<built-in function len> and (<built-in function len>, 3)"
        ),
    ),
    "partials that are none": (
        ("bad", len, 3),
        {},
        (
            "operation 'bad' needs a forward function and one partial for each operand, got "
            "<built-in function len> and 3"
        ),
    ),
    "too many domains": (
        ("bad", len, [len, len]),
        {"domain": [Interval()] * 3},
        "operation 'bad' has 3 domains; give one for all operands, or one for each of the 2",
    ),
    "a domain that is none": (
        ("bad", len, [len]),
        {"domain": 3},
        "operation 'bad' has a domain that is not an Interval: 3",
    ),
    "a domain with something else": (
        ("bad", len, [len, len]),
        {"domain": [Interval(), (0, 1)]},
        (
            "operation 'bad' has a domain that is not an Interval: "
            "[Interval(low=-inf, high=inf, closed=False, without=()), (0, 1)]"
        ),
    ),
    "several partials of a variadic": (
        ("bad", len, [len, len]),
        {"variadic": True},
        (
            "operation 'bad' takes any number of operands, so it needs one function that returns "
            "all slopes as a tuple; got 2 functions"
        ),
    ),
}


@pytest.mark.parametrize("why", BAD_ROWS)
def test_a_row_that_is_not_well_formed_is_refused(why):
    args, options, text = BAD_ROWS[why]
    before = dict(ops.ALL)
    with refused(OperationError, text):
        operation(*args, **options)

    assert before == ops.ALL


def test_rows_are_few_and_each_is_itself():
    for name, row in ops.ALL.items():
        assert row.name == name
        assert repr(row) == f"<op {name}>"
        assert copy.deepcopy(row) is row
        assert pickled(row) is row


@pytest.mark.parametrize(
    ("partials", "expected", "given"),
    [
        (lambda x: 2.0 * x, "(z, x)", "(x)"),
        ([lambda z, x, y: y, lambda z, x: x], "(z, x, y)", "(z, x)"),
    ],
)
def test_a_partial_that_forgot_the_result_is_refused_at_once(partials, expected, given):
    with pytest.raises(OperationError) as error:
        operation("forgot", lambda *xs: xs[0], partials)

    assert str(error.value) == (
        f"a partial of 'forgot' takes {expected}, the result and then the operands, with one "
        f"partial for each operand; got {given}"
    )
    assert "forgot" not in ops.ALL
