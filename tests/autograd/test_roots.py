"""`backward` as a function: one root or several, with seeds."""

import pytest

from autograd import ConstantError, Graph, Value, backward, constant, operation, ops, scope
from autograd.primitive import Convention
from nn import Parameter


def test_one_root_without_a_list():
    x = Value(3.0)
    backward(x * x)

    assert x.grad == 6.0


def test_one_root_with_its_seed():
    x = Value(3.0)
    backward(x * x, 10.0)

    assert x.grad == 60.0


def test_a_frozen_root_says_how_to_unfreeze():
    weight = Parameter(2.0, label="w")
    weight.freeze()
    for ask in (weight.backward, lambda: backward(weight), lambda: backward([weight])):
        with pytest.raises(ConstantError, match=r"^backward on the frozen .*\.unfreeze\(\) first$"):
            ask()


def test_a_constant_among_the_roots_stops_before_anything_is_added():
    x = Value(3.0)
    with pytest.raises(ConstantError, match=r"^backward on the constant Constant\(data=2\.0\)"):
        backward([x * x, constant(2.0)])

    assert x.grad == 0.0


def test_a_custom_row_keeps_every_column():
    row = Convention((0.0,), (0.0,), "flat there")
    plain = operation("plain_row", abs, [lambda z, x: x])
    full = operation(
        "full_row",
        abs,
        [lambda z, x: x],
        symbol="‖x‖",
        kinks=lambda x: (x,),
        formulas=["x"],
        conventions=[row],
        is_activation=True,
    )
    del ops.ALL["plain_row"], ops.ALL["full_row"]

    assert (plain.symbol, plain.is_activation, plain.kinks(1.0)) == ("plain_row", False, ())
    assert (full.symbol, full.is_activation, full.kinks(1.0)) == ("‖x‖", True, (1.0,))
    assert (full.formulas, full.conventions) == (("x",), (row,))


def test_a_graph_as_text_says_names_and_changes():
    x = Value(2.0, label="x")
    with scope("layer"):
        y = x * 3.0
    x.data = 5.0

    plain = Graph(y).nodes[1]
    assert (plain.label, plain.scope, plain.source) == ("", "", "")
    assert str(Graph(y)).splitlines() == [
        "%0 = variable           # 2.0  now 5.0  grad 3.0  'x'",
        "%1 = constant           # 3.0",
        "%2 = mul %0 %1          # 6.0  grad 1.0  in layer",
    ]
