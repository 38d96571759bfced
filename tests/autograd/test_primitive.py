"""Rows as rows: what they say of themselves, and that every road to a node makes the same node."""

import inspect
import pydoc

import pytest

import autograd
from autograd import (
    DomainError,
    Interval,
    Op,
    Value,
    constant,
    dot,
    no_grad,
    operation,
    ops,
    scope,
    sources,
)
from autograd import sum as total

# Every way in which a node comes to be: spelled out for speed, or through the table.
ROADS = {
    "add": lambda a, b: a + b,
    "add a number": lambda a, _: a + 2.0,
    "mul": lambda a, b: a * b,
    "a number times": lambda a, _: 2 * a,
    "sub": lambda a, b: a - b,
    "a number minus": lambda a, _: 2.0 - a,
    "unary": lambda a, _: a.tanh(),
    "the row itself": lambda a, _: ops.ALL["tanh"](a),
    "dot": lambda a, b: dot([a, b], [1.0, 2.0], b),
    "sum": lambda a, b: total([a, b, 1.0]),
}
EVERY_ROAD = pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)


@EVERY_ROAD
def test_a_new_node_has_no_gradient_and_no_label(road):
    node = road(Value(0.5), Value(3.0))

    assert node.grad == 0.0
    assert isinstance(node.grad, float)
    assert isinstance(node.data, float)
    assert (node.label, node.scope, node.source) == ("", "", "")
    assert type(node) is Value


@EVERY_ROAD
def test_every_node_knows_its_scope(road):
    with scope("here"):
        node = road(Value(0.5), Value(3.0))

    assert node.scope == "here"
    assert node.op is not None


@EVERY_ROAD
def test_every_node_knows_its_line_on_request(road):
    a, b = Value(0.5), Value(3.0)
    with sources():
        node = road(a, b)
    plain = road(a, b)

    assert node.source.startswith("test_primitive.py:")
    assert node.op is plain.op
    assert [x.data for x in node.operands] == [x.data for x in plain.operands]


@EVERY_ROAD
def test_without_recording_every_road_ends_in_a_constant(road):
    a, b = Value(0.5), Value(3.0)
    with no_grad():
        hidden = road(a, b)

    assert hidden.kind == "constant"
    assert hidden.op is None
    assert hidden.data == road(a, b).data


@EVERY_ROAD
def test_of_constants_every_road_makes_a_constant(road):
    node = road(constant(0.5), constant(3.0))

    assert node.kind == "constant"
    assert node.data == road(Value(0.5), Value(3.0)).data


@EVERY_ROAD
def test_a_constant_first_or_last_is_no_obstacle(road):
    a, b = Value(0.5), Value(3.0)
    road(a, b).backward()
    expected = (a.grad, b.grad)
    for first, second in ((constant(0.5), Value(3.0)), (Value(0.5), constant(3.0))):
        node = road(first, second)
        if node.kind == "constant":
            continue
        node.backward()

        assert first.grad == (0.0 if first.kind == "constant" else expected[0])
        assert second.grad == (0.0 if second.kind == "constant" else expected[1])


@pytest.fixture
def both_positive():
    positive = Interval(low=0.0)
    op = operation(
        "both_positive",
        lambda x, y: x + y if x > 0 and y > 0 else float("nan"),
        [lambda z, x, y: 1.0, lambda z, x, y: 1.0],
        domain=[positive, Interval(low=1.0, closed=True)],
    )
    yield op
    del ops.ALL["both_positive"]


def test_several_needs_are_joined(both_positive):
    assert both_positive.requirement() == "x > 0 and y >= 1"
    with pytest.raises(DomainError, match=r"both_positive needs x > 0 and y >= 1$"):
        both_positive(Value(-1.0), 0.5)


def test_whole_operands_are_shown_as_they_were_given():
    with pytest.raises(DomainError, match=r"^asin\(2\) is not"):
        ops.ALL["asin"](2)
    with pytest.raises(DomainError, match=r"^asin\(2\.0\) is not"):
        ops.ALL["asin"](2.0)


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(), ""),
        (Interval(low=0.0), "x > 0"),
        (Interval(low=0.0, closed=True), "x >= 0"),
        (Interval(high=2.5), "x < 2.5"),
        (Interval(high=2.5, closed=True), "x <= 2.5"),
        (Interval(-1.0, 1.0), "-1 < x < 1"),
        (Interval(without=(0.0,)), "x != 0"),
        (Interval(low=0.0, without=(1.0, 2.0)), "x > 0 and x != 1 and x != 2"),
    ],
)
def test_an_interval_says_what_it_needs(interval, text):
    assert interval.needs("x") == text


# --- what help() tells ----------------------------------------------------------------------------


def test_help_of_a_row_tells_of_the_function():
    told = pydoc.render_doc(autograd.atan2, renderer=pydoc.plaintext)

    assert told.splitlines()[2:6] == [
        "atan2 = <op atan2>",
        "    atan2(x, y, /)",
        "    ",
        "    Return the arc tangent (measured in radians) of y/x.",
    ]
    assert "Its slopes, where z is the result: y/(x**2 + y**2), -x/(x**2 + y**2)." in told
    assert "At (0.0, 0.0): slopes (0.0, 0.0) (no direction is preferred, as PyTorch)." in told
    assert "It needs x > 0; other numbers raise DomainError." in autograd.log.__doc__


@pytest.mark.parametrize("op", list(ops.ALL.values()), ids=lambda op: op.name)
def test_every_row_says_its_name_and_its_signature(op):
    signature = inspect.signature(op)
    if op.arity is not None:
        signature.bind(*[1.0] * op.arity)
        with pytest.raises(TypeError):
            signature.bind(*[1.0] * (op.arity + 1))

    assert op.__name__ == op.name
    assert op.__doc__.startswith(f"{op.name}{signature}\n\n")


def test_the_class_tells_of_the_class():
    assert Op.__name__ == "Op"
    assert Op.__doc__.startswith("One row of the operation table")
    assert list(inspect.signature(Op).parameters)[:3] == ["name", "symbol", "forward"]
