"""What is not differentiated, and what cannot be."""

import math

import numpy as np
import pandas as pd
import pytest

from autograd import (
    Value,
    derivative,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)

from .helpers import refused


def complain(*_, **__):
    raise RuntimeError("nobody may ask this object anything")


class Untouchable:
    """Whatever Python could ask of an object, this one refuses to say."""

    for name in ("eq", "bool", "len", "iter", "array", "getattribute", "getitem", "float"):
        locals()[f"__{name}__"] = complain
    __hash__ = __repr__ = complain


class StubbornList(list):
    __iter__ = __len__ = __getitem__ = __eq__ = complain
    __hash__ = None


class StubbornDict(dict):
    __iter__ = __len__ = values = items = keys = complain


ITSELF = [1.0]
ITSELF.append(ITSELF)

ANYTHING = {
    "Series": pd.Series([1.0, 2.0]),
    "DataFrame": pd.DataFrame({"a": [1.0, 2.0], "b": ["x", None]}),
    "class": np.ndarray,
    "Series' class": pd.Series,
    "array": np.array([1.0, 2.0]),
    "words": np.array(["a", "b"]),
    "objects": np.array([None, "a", 1.0, [2.0]], dtype=object),
    "masked": np.ma.array([1.0, 2.0], mask=[False, True]),
    "str": "tanh",
    "None": None,
    "function": math.exp,
    "module": math,
    "dict": {"rows": [{"name": "a", 3: None}], "kind": str},
    "generator": (x for x in [1.0]),
    "file": b"bytes",
    "itself": ITSELF,
    "stubborn list": StubbornList([1.0]),
    "stubborn dict": StubbornDict(a=1.0),
    "untouchable": Untouchable(),
}

# Each calls f(x, given, key=given), and none differentiates towards what is given.
TAKEN = {
    "grad": lambda f, x, o: grad(f)(x, o, key=o),
    "value_and_grad": lambda f, x, o: value_and_grad(f)(x, o, key=o)[1],
    "jacobian": lambda f, x, o: jacobian(f)(x, o, key=o),
    "forward": lambda f, x, o: jacobian(f, mode="forward")(x, o, key=o),
    "hessian": lambda f, x, o: hessian(f)(x, o, key=o) / 4.0,
    "hvp": lambda f, x, o: hvp(f)(x, o, 1.5, key=o) / 6.0,
    "derivative": lambda f, x, o: derivative(f)(x, o, key=o),
    "second": lambda f, x, o: derivative(f, 2)(x, o, key=o) / 4.0,
    "last": lambda f, x, o: grad(lambda o, x, key: f(x, o, key=key), argnums=-1)(o, x, key=o),
    "nested": lambda f, x, o: grad(grad(f))(x, o, key=o) / 4.0,
    "vjp": lambda f, x, o: vjp(lambda x: f(x, o, key=o), x)[1](1.0)[0],
    "jvp": lambda f, x, o: jvp(lambda x: f(x, o, key=o), (x,), (1.0,))[1],
}


@pytest.mark.parametrize("take", TAKEN)
def test_what_is_not_differentiated_is_handed_through_untouched(take):
    for kind, thing in ANYTHING.items():
        met = []

        def f(x, other, *, key, thing=thing, met=met):
            met.append(other is thing and key is thing)
            return 2.0 * x**2

        assert TAKEN[take](f, 1.0, thing) == pytest.approx(1.0 if take in SCALED else 4.0), kind
        assert met, kind
        assert all(met), kind


SCALED = {"hessian", "hvp", "second", "nested"}


def test_the_gradient_next_to_a_table():
    prices = pd.Series([1.0, 2.0])

    assert grad(lambda w, s: w * float(s.sum()))(2.0, prices) == 3.0
    assert grad(lambda w, s: (w * s).sum())(2.0, prices) == 3.0


@pytest.mark.parametrize(
    "nest", [lambda v: v, lambda v: [{"a": (v,)}], lambda v: np.array([v, "a"])]
)
def test_values_in_what_is_not_differentiated_are_still_seen(nest):
    """Then the result is a Value, as documented, though f does not use them."""
    assert isinstance(grad(lambda x, _: x * x)(3.0, nest(Value(1.0))), Value)
    assert isinstance(grad(lambda x, _: x * x)(3.0, nest(1.0)), float)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (pd.Series([1.0, 2.0]), "an array of shape (2,)"),
        (pd.DataFrame({"a": [1.0]}), "an array of shape (1, 1)"),
        (np.ndarray, "a type: <class 'numpy.ndarray'>"),
        ("3", "the str '3'; write float('3')"),
        (None, "None; write 0.0 if zero is meant"),
        ([1.0, {"w": "x"}], "the str 'x'; write float('x')"),
        (np.array(["a", "b"]), "the str 'a'; write float('a')"),
        (len, "a builtin_function_or_method: <built-in function len>"),
    ],
    ids=["Series", "DataFrame", "class", "str", "None", "nested", "words", "function"],
)
def test_what_cannot_be_differentiated_is_refused(bad, told):
    def f(*_):
        raise AssertionError("f is not called")

    message = (
        f"argument 1 of f, which is differentiated, takes a real number, got {told}. It may be "
        "numbers in lists, tuples, dicts and NumPy arrays (for a table: table.to_numpy()). What is "
        "not differentiated may be anything: an argument that argnums does not name, one "
        "given by keyword, or a part of the function, as in lambda x: f(x, other)"
    )
    for take in (
        lambda: grad(f, 1)(1.0, bad),
        lambda: jacobian(f, 1)(1.0, bad),
        lambda: hessian(f, (0, 1))(1.0, bad),
        lambda: hvp(f, 1)(1.0, bad, 1.0),
        lambda: vjp(f, 1.0, bad),
        lambda: jvp(f, (1.0, bad), (1.0, 1.0)),
    ):
        with refused(TypeError, message):
            take()


@pytest.mark.parametrize("table", [pd.Series([1.0]), pd.DataFrame({"a": [1.0]})], ids=["1", "2"])
def test_a_table_is_no_result(table):
    with pytest.raises(TypeError, match=f"returned a {type(table).__name__}; a function to be"):
        grad(lambda x: table)(1.0)
