"""What a package shows of itself, and what it says of names that it does not have."""

import pytest

import autograd
from autograd import Value
from autograd.public import Elsewhere, Refused, public

from .helpers import refused


def test_what_is_imported_on_first_use():
    names = {"__name__": "autograd", "tea": str, "sum": sum, "_hidden": 1}
    everything, shown, answer = public(
        names, ["trees"], {"coffee": "write tea"}, Interval="primitive"
    )

    assert everything == ["Interval", "tea"]
    assert shown() == ["__name__", "Interval", "sum", "tea", "trees"]
    assert answer("trees") is autograd.trees
    assert answer("Interval") is names["Interval"] is autograd.primitive.Interval
    for name, text in (
        ("coffee", "autograd has no coffee; write tea"),
        ("milk", "module 'autograd' has no attribute 'milk'"),
    ):
        with refused(AttributeError, text):
            answer(name)


class Plain:
    pass


Plain.cup = Elsewhere(Plain, "cup", "write mug")
Plain.pot = Refused(Plain, "pot", "write kettle")


def test_a_name_from_elsewhere_says_what_to_write():
    for reading in (lambda: Plain().cup, lambda: Plain.cup):
        with refused(AttributeError, "Plain has no cup; write mug"):
            reading()
    with refused(AttributeError, "Plain has no pot; write kettle"):
        Plain().pot = 1
    mine = Plain()
    mine.cup = 2
    assert (mine.cup, hasattr(Plain(), "cup"), hasattr(mine, "pot")) == (2, False, False)


def test_another_base_class_may_have_it():
    class Mixin:
        cup = 3
        pot = property(lambda _: 4)

    class Both(Plain, Mixin):
        pass

    assert (Both().cup, Both.cup, Both().pot) == (3, 3, 4)
    with pytest.raises(AttributeError, match="does not let pot be set"):
        Both().pot = 5


@pytest.mark.parametrize("name", ["_backward", "zero_grad", "requires_grad"])
def test_values_say_it_too(name):
    assert not hasattr(Value(1.0), name)
    assert name not in dir(Value(1.0))
    with pytest.raises(AttributeError, match=f"Value has no {name}; "):
        getattr(Value(1.0), name)
