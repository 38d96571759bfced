"""One node: what it is made of, what may be changed, what it says of itself."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Constant, ConstantError, Value, backward, constant, ops

from .helpers import refused, same

DOUBLES = st.floats()


# --- a leaf ---------------------------------------------------------------------------------------


@given(x=DOUBLES)
def test_a_leaf_keeps_every_bit_of_its_number(x):
    v = Value(x)

    assert type(v.data) is float
    assert same(v.data, x)
    assert same(v.item(), x)


def test_a_new_leaf_has_no_history():
    v = Value(3)

    assert (v.grad, v.label, v.scope, v.source) == (0.0, "", "", "")
    assert v.op is None
    assert v.operands == ()
    assert v.kind == "variable"
    assert type(v.grad) is float


def test_a_leaf_can_be_changed_and_stays_a_double():
    v = Value(1.0)
    v.data = 7
    v.grad = 2
    v.data += 1
    v.grad -= 3

    assert (v.data, v.grad) == (8.0, -1.0)
    assert (type(v.data), type(v.grad)) == (float, float)


def test_a_label_can_be_given_later_and_taken_away():
    v = Value(1.0, "first")
    assert v.label == "first"
    v.label = "second"
    assert v.label == "second"
    v.label = ""
    assert v.label == ""


def test_a_label_belongs_to_one_node():
    a, b = Value(1.0), Value(1.0)
    a.label = "a"
    c = a + b
    c.label = "c"

    assert (a.label, b.label, c.label, (a + b).label) == ("a", "", "c", "")


def test_a_value_has_no_other_attributes():
    """A misspelt ``v.gard = 0.0`` must not pass in silence."""
    v = Value(1.0)
    with pytest.raises(AttributeError, match="gard"):
        v.gard = 0.0
    for name in ("op", "operands", "scope", "source"):
        with pytest.raises(AttributeError, match=name):
            setattr(v, name, None)


# --- the result of an operation -------------------------------------------------------------------


def test_an_interior_node_is_read_only():
    y = Value(2.0) * 3.0
    with refused(
        AttributeError,
        "this Value is the result of mul, so its data cannot be changed; change the leaves that "
        "it was computed from and compute it again",
    ):
        y.data = 5.0

    assert y.data == 6.0


def test_a_node_knows_its_operands_in_order_and_with_repeats():
    a, b = Value(2.0), Value(3.0)

    assert (a - b).operands == (a, b)
    assert (b - a).operands == (b, a)
    assert (a * a).operands == (a, a)
    assert a.tanh().operands == (a,)
    assert ops.sum_(a, b, a).operands == (a, b, a)


def test_a_plain_number_among_the_operands_is_shown_as_a_constant():
    a = Value(2.0)
    left, right = (10.0 - a).operands

    assert right is a
    assert isinstance(left, Constant)
    assert left.data == 10.0


def test_operands_are_shown_as_recorded_even_if_a_leaf_changed():
    a = Value(2.0)
    y = a * 5.0
    a.data = 100.0

    assert [x.data for x in y.operands] == [100.0, 5.0]
    assert y.data == 10.0


def test_a_result_of_a_subclass_is_a_plain_value():
    """So an operation on a parameter is not itself a parameter of a model."""

    class Weight(Value):
        __slots__ = ()

    w = Weight(2.0)
    for result in (w + 1.0, 1.0 + w, w * w, -w, w.exp()):
        assert type(result) is Value


# --- identity -------------------------------------------------------------------------------------


def test_two_values_are_equal_when_they_are_the_same_node():
    a, b = Value(1.0), Value(1.0)
    also_a = a

    assert a == also_a
    assert a != b
    assert not a == b  # noqa: SIM201 - == and != are two methods
    assert len({a, b, also_a}) == 2
    assert a in [b, a]


def test_a_changed_leaf_stays_in_its_set():
    a = Value(1.0)
    seen = {a}
    a.data = 2.0

    assert a in seen


@pytest.mark.parametrize("other", [None, "x", 1j, [], object()])
def test_a_value_is_not_equal_to_other_things(other):
    a = Value(1.0)

    assert a != other
    assert not a == other  # noqa: SIM201 - == and != are two methods


# --- backward -------------------------------------------------------------------------------------


def test_backward_on_a_leaf_adds_its_seed():
    v = Value(3.0)
    v.backward()
    v.backward(seed=2)

    assert v.grad == 3.0
    assert type(v.grad) is float


def test_leaves_accumulate_and_interior_nodes_do_not():
    x = Value(3.0)
    y = x * x
    z = y * 2.0
    for times in (1, 2, 3):
        z.backward()

        assert x.grad == 12.0 * times
        assert (y.grad, z.grad) == (2.0, 1.0)


def test_an_interior_gradient_written_by_hand_does_not_poison_the_next_pass():
    x = Value(3.0)
    y = x * x
    y.grad = 100.0
    y.backward()

    assert x.grad == 6.0


def test_a_shared_part_has_the_gradient_of_the_latest_pass():
    x = Value(3.0)
    shared = x * x
    (shared * 5.0).backward()
    assert shared.grad == 5.0
    (shared + 1.0).backward()
    assert shared.grad == 1.0
    assert x.grad == 6.0 * 5.0 + 6.0


def test_backward_of_nothing_but_constants_is_refused_wherever_it_stands():
    x = Value(1.0)
    with refused(
        ConstantError,
        "backward on the constant Constant(data=2.0, label='c'): it was made from plain numbers, "
        "detached or computed under no_grad, so nothing leads back to a variable",
    ):
        backward([x * x, constant(2.0, label="c")])

    assert x.grad == 0.0


def test_nothing_is_added_when_a_seed_is_refused():
    x = Value(1.0)
    with pytest.raises(TypeError):
        backward([x, x], [1.0, "2"])

    assert x.grad == 0.0


# --- constants ------------------------------------------------------------------------------------


def test_a_constant_takes_part_and_gets_no_gradient():
    x, c = Value(2.0), constant(5.0, label="rate")
    (x * c * c).backward()

    assert (x.grad, c.grad) == (25.0, 0.0)
    assert (c.kind, c.label) == ("constant", "rate")


def test_a_gradient_cannot_be_given_to_a_constant():
    c = constant(5.0)
    c.grad = 3.0

    assert c.grad == 0.0


OPERATIONS_ON_CONSTANTS = {
    "c + d": lambda c, d: c + d,
    "c - d": lambda c, d: c - d,
    "c * d": lambda c, d: c * d,
    "c / d": lambda c, d: c / d,
    "c**d": lambda c, d: c**d,
    "2 + c": lambda c, _: 2 + c,
    "2 * c": lambda c, _: 2 * c,
    "-c": lambda c, _: -c,
    "c.tanh()": lambda c, _: c.tanh(),
    "sum": ops.sum_,
    "dot": ops.dot,
}


@pytest.mark.parametrize("name", OPERATIONS_ON_CONSTANTS)
def test_operations_between_constants_are_computed_not_recorded(name):
    compute = OPERATIONS_ON_CONSTANTS[name]
    result = compute(constant(2.0), constant(5.0))

    assert isinstance(result, Constant)
    assert result.op is None
    assert result.operands == ()
    assert result.data == compute(Value(2.0), Value(5.0)).data


@pytest.mark.parametrize("name", OPERATIONS_ON_CONSTANTS)
def test_one_value_among_constants_is_enough_to_record(name):
    compute = OPERATIONS_ON_CONSTANTS[name]
    result = compute(Value(2.0), constant(5.0))

    assert type(result) is Value
    assert result.op is not None


def test_constant_of_a_value_is_its_number_and_no_more():
    v = Value(2.0, label="v")
    copy = constant(v)
    v.data = 3.0

    assert isinstance(copy, Constant)
    assert (copy.data, copy.label) == (2.0, "")


def test_detach_keeps_the_label_and_cuts_the_gradient():
    x = Value(3.0, label="x")
    cut = x.detach()
    (x * cut).backward()

    assert isinstance(cut, Constant)
    assert (cut.data, cut.label) == (3.0, "x")
    assert x.grad == 3.0  # and not 6.0, as for x * x


# --- words ----------------------------------------------------------------------------------------


def test_what_a_value_says_of_itself():
    assert repr(Value(2)) == "Value(data=2.0, grad=0.0)"
    assert repr(Value(2, label="w")) == "Value(data=2.0, grad=0.0, label='w')"
    assert repr(constant(2, label="c")) == "Constant(data=2.0, label='c')"
    assert repr(constant(2)) == "Constant(data=2.0)"
    assert str(Value(math.nan)) == "Value(data=nan, grad=0.0)"


def test_a_subclass_says_its_own_name():
    class Weight(Value):
        __slots__ = ()

    assert repr(Weight(1.0)) == "Weight(data=1.0, grad=0.0)"


@given(x=DOUBLES, spec=st.sampled_from([".4f", "e", "8.3g", "+.1f", "08.2f", "%", ",.2f"]))
def test_a_format_is_the_format_of_the_data(x, spec):
    assert format(Value(x), spec) == format(x, spec)


def test_no_format_is_the_whole_value():
    assert f"{Value(2.0, label='w')}" == "Value(data=2.0, grad=0.0, label='w')"


# --- recording by hand ----------------------------------------------------------------------------


def test_record_applies_any_row():
    x = Value(2.0)
    y = x.record(ops.mul, (x, 3))

    assert (y.data, y.op, y.operands[0]) == (6.0, ops.mul, x)


@pytest.mark.parametrize(
    ("operands", "text"),
    [
        ((1.0,), "mul takes 2 operands, got 1"),
        ((1.0, 2.0, 3.0), "mul takes 2 operands, got 3"),
        ((1.0, "x"), "mul takes Values or real numbers, got float, str"),
    ],
)
def test_record_refuses_what_the_row_does_not_take(operands, text):
    x = Value(2.0)
    with refused(TypeError, text):
        x.record(ops.mul, operands)
