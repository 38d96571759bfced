"""Parameters: Values that training changes, and freezing."""

import copy
import pickle
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import ConstantError, Graph, Value, grad, is_constant, no_grad
from nn import MLP, Parameter

from .refusals import refused

numbers = st.floats(-1e6, 1e6)


def test_it_is_a_value_with_a_name():
    w = Parameter(2, label="w")

    assert isinstance(w, Value)
    assert (w.data, w.grad, w.label, w.kind, w.frozen) == (2.0, 0.0, "w", "parameter", False)
    assert repr(w) == "Parameter(data=2.0, grad=0.0, label='w')"


def test_a_plain_value_has_no_room_for_more():
    with pytest.raises(AttributeError):
        Value(1.0).extra = 1

    assert sys.getsizeof(Value(1.0)) + sys.getsizeof(1.0) <= 144
    assert not hasattr(Value(1.0), "__dict__")


@given(numbers, numbers)
def test_its_results_are_ordinary_values(x, y):
    result = Parameter(x) * y + 1.0

    assert type(result) is Value
    assert result.data == x * y + 1.0


def test_a_frozen_one_gets_no_gradient_and_others_do():
    w, x = Parameter(3.0), Value(2.0)
    w.freeze()

    (w * x + w).backward()

    assert (w.grad, x.grad) == (0.0, 3.0)


def test_freezing_after_the_forward_pass_counts():
    w, x = Parameter(3.0), Value(2.0)
    y = w * x
    w.freeze()

    y.backward()

    assert (w.grad, x.grad) == (0.0, 3.0)


def test_freezing_sets_the_gradient_to_zero():
    w = Parameter(3.0)
    (w * w).backward()

    w.freeze()
    w.grad = 5.0

    assert w.grad == 0.0


def test_unfreezing_starts_from_zero():
    w = Parameter(3.0)
    w.freeze()
    w.unfreeze()

    assert (w.grad, w.frozen, w.kind) == (0.0, False, "parameter")
    (w * w).backward()
    assert w.grad == 6.0


def test_unfreezing_what_is_not_frozen_keeps_its_gradient():
    w = Parameter(3.0)
    (w * w).backward()

    w.unfreeze()

    assert w.grad == 6.0


def test_freezing_twice_is_freezing_once():
    w = Parameter(3.0)
    w.freeze()
    w.freeze()
    w.unfreeze()

    assert not w.frozen


def test_a_frozen_one_keeps_its_identity_data_and_label():
    w = Parameter(3.0, label="w")
    before = id(w)
    w.freeze()
    w.data = 4.0

    assert (id(w), w.data, w.label, w.kind, w.frozen) == (before, 4.0, "w", "frozen", True)
    assert isinstance(w, Parameter)
    assert repr(w) == "Parameter(data=4.0, frozen, label='w')"


def test_a_frozen_one_is_a_constant():
    w = Parameter(3.0)
    w.freeze()

    assert is_constant(w)
    with pytest.raises(ConstantError, match="frozen"):
        w.backward()


def test_drawings_see_what_is_frozen():
    w, x = Parameter(3.0, label="w"), Parameter(2.0, label="x")
    w.freeze()

    nodes = {node.label: (node.kind, node.grad) for node in Graph(w * x)}

    assert nodes["w"] == ("frozen", None)
    assert nodes["x"] == ("parameter", 3.0)


def test_derivatives_of_functions_take_a_frozen_one_as_a_constant():
    w = Parameter(3.0)
    w.freeze()

    assert grad(lambda x: w * x * x)(2.0) == 12.0


def test_under_no_grad_it_computes():
    with no_grad():
        result = Parameter(3.0) * 2.0

    assert (result.data, result.kind) == (6.0, "constant")


def repickled(w):
    return pickle.loads(pickle.dumps(w))  # noqa: S301 - our own bytes


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, repickled, lambda w: w])
@pytest.mark.parametrize("frozen", [False, True])
def test_attributes_of_ones_own_stay_with_it(copied, frozen):
    """What Adam by hand keeps at each parameter."""
    w = Parameter(3.0, label="w")
    w.m, w.notes = 0.5, [w, "mine"]
    if frozen:
        w.freeze()

    other = copied(w)
    other.unfreeze()

    assert (other.m, other.notes[1], other.data, other.label) == (0.5, "mine", 3.0, "w")
    assert other.notes[0] is (w if copied is copy.copy else other)
    graph = copied((w * 2.0) if not frozen else w)
    assert (graph if frozen else graph.operands[0]).m == 0.5


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, repickled])
@pytest.mark.parametrize("frozen", [False, True])
def test_copies_are_as_the_original(copied, frozen):
    w = Parameter(3.0, label="w")
    w.grad = 7.0
    if frozen:
        w.freeze()

    other = copied(w)

    assert other is not w
    assert (type(other), other.data, other.grad, other.label) == (type(w), 3.0, w.grad, "w")
    other.unfreeze()
    (other * other).backward()
    assert other.grad == (6.0 if frozen else 13.0)


def test_a_graph_keeps_its_frozen_leaf_when_copied():
    w, x = Parameter(3.0), Value(2.0)
    w.freeze()

    y, v, z = copy.deepcopy((w * x, w, x))
    y.backward()

    assert v.frozen
    assert (v.grad, z.grad, x.grad) == (0.0, 3.0, 0.0)


def test_only_a_number_makes_one():
    with refused(TypeError, "Value(x) takes a real number, got the str '3'; write float('3')"):
        Parameter("3")


def test_kind_is_no_attribute_of_ones_own():
    w = Parameter(1.0)
    with pytest.raises(AttributeError):
        w.kind = "bias"
    w.freeze()

    assert (w.kind, w.frozen) == ("frozen", True)


def test_a_subclass_cannot_be_frozen_and_nothing_is_half_frozen():
    class Own(Parameter):
        pass

    model = MLP(1, [1])
    model.layers[0].neurons[0].b = Own(1.0)
    with pytest.raises(TypeError, match="Own, which is a subclass of Parameter, cannot be frozen"):
        model.freeze()

    assert not any(p.frozen for p in model.parameters())
