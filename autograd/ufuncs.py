"""NumPy's ufuncs on Values: ``np.exp(v)`` is a Value, ``np.float64(2) * v`` too.

NumPy calls us (``__array_ufunc__``) if one operand is a Value or an `arrays.Array`. Then each
ufunc is the operation of `_SCALAR`, element by element, or raises an error with its name.

It does not call us if all operands are plain arrays, such as ``np.array([Value(0.0)])``: there
NumPy's own loops run. Those that apply an operator (``+``) or call a method (``exp``) of each
element are right. ``np.maximum``, ``minimum``, ``clip``, ``max`` and ``min`` only test ``x >= y``
and return one of the two: `picking` refuses them, and `autograd.array` is there for them.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np  # nobody imports this module before NumPy calls us

from . import ops
from .numbers import real
from .primitive import Op, Recorder

# NumPy's own loops apply these to objects with Python's operators, and are fast.
_OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    **dict.fromkeys(["divide", "true_divide"], operator.truediv),
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
    "power": operator.pow,
    "negative": operator.neg,
    "positive": operator.pos,
    "greater": operator.gt,
    "less": operator.lt,
    "equal": operator.eq,
    "not_equal": operator.ne,
}

# fmt: off
_SAME_NAME = (
    "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "sin", "cos", "tan",
    "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh",
    "sign", "floor", "ceil", "maximum", "minimum", "hypot", "clip",
)
# fmt: on

_SCALAR: dict[str, Callable[..., Any]] = {
    **_OPERATORS,
    **{name: ops.ALL[name.replace("arc", "a")] for name in _SAME_NAME},
    "arctan2": ops.atan2,
    "exp2": functools.partial(ops.pow_, 2.0),
    "logaddexp": ops.logsumexp,
    "float_power": operator.pow,
    "conjugate": operator.pos,
    **dict.fromkeys(["absolute", "fabs"], abs),
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1.0 / x,
    "greater_equal": lambda x, y: x >= y,  # not by operator.ge: see picking.py
    "less_equal": lambda x, y: x <= y,
    "isnan": lambda x: math.isnan(_number(x)),
    "isinf": lambda x: math.isinf(_number(x)),
    "isfinite": lambda x: math.isfinite(_number(x)),
}


def _number(x: Any) -> Any:
    return x.data if isinstance(x, Recorder) else x  # type: ignore[attr-defined]


_ANSWERS = frozenset({"isnan", "isinf", "isfinite", "greater_equal", "less_equal"})  # yes or no

_PRODUCTS = frozenset({"matmul", "vecdot", "matvec", "vecmat"})  # only of arrays

_ON_ARRAYS = {  # what to write instead
    **dict.fromkeys(_PRODUCTS, "a Value is one number, not a matrix: write v * array"),
    "fmax": "write np.maximum, where nan stays nan",
    "fmin": "write np.minimum, where nan stays nan",
    "fmod": "write np.remainder, whose result has the sign of the divisor",
    "heaviside": "write np.where(x > 0, 1.0, 0.0)",
    "rint": "write np.floor(x + 0.5)",
    "logical_and": "a Value has no truth value: write the comparison, as in np.all(x > 0)",
    "logical_or": "a Value has no truth value: write the comparison, as in np.any(x > 0)",
}


def apply(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What ``ufunc(*inputs)`` gives when one of the inputs is a Value or an array of Values."""
    if any(map(_has_a_say, inputs)):
        return NotImplemented
    if method == "__call__" and not any(np.ndim(x) for x in inputs if not isinstance(x, Recorder)):
        if ufunc.__name__ not in _SCALAR or options:
            raise _refusal(ufunc, options)
        return _SCALAR[ufunc.__name__](*_scalars(inputs, f"np.{ufunc.__name__}"))
    loop = _loop(ufunc, of_arrays=not any(isinstance(x, Recorder) for x in inputs))
    if method == "at":  # changes its first operand at the places in the second
        return getattr(loop, method)(*inputs[:2], *map(as_objects, inputs[2:]), **options)
    operands = len(inputs) if method in {"__call__", "outer"} else 1  # reduceat also takes places
    boxed = [as_objects(x) for x in inputs[:operands]]
    result = getattr(loop, method)(*boxed, *inputs[operands:], **options)
    return np.asarray(result, dtype=bool) if ufunc.__name__ in _ANSWERS else result


def _has_a_say(x: Any) -> bool:
    """Whether x is neither ours nor NumPy's, but handles ufuncs itself, as a Series does."""
    own = getattr(type(x), "__array_ufunc__", None)
    return not isinstance(x, Recorder) and own not in {None, np.ndarray.__array_ufunc__}


def _loop(ufunc: Any, *, of_arrays: bool) -> Any:
    """A ufunc that applies ``ufunc`` to arrays of objects, node by node."""
    name = ufunc.__name__
    is_own = ufunc.types == ["O" * ufunc.nin + "->" + "O" * ufunc.nout]  # by np.frompyfunc
    if name in _OPERATORS or is_own or (name in _PRODUCTS and of_arrays):
        return ufunc
    if name not in _SCALAR:
        raise _refusal(ufunc, {}, _ON_ARRAYS.get(name, ""))
    return node_by_node(_SCALAR[name], ufunc.nin)


@functools.cache
def node_by_node(function: Callable[..., Any], operands: int) -> Any:
    """A ufunc that applies a function of single numbers and Values to every element."""
    return np.frompyfunc(function, operands, 1, identity=None)  # None: reduces several axes


def _refusal(ufunc: Any, options: dict[str, Any], instead: str = "") -> TypeError:
    with_options = f" with {', '.join(options)}" if options else ""
    general = f"write it with the operations of autograd ({', '.join(sorted(ops.ALL)[:4])}, …)"
    return TypeError(
        f"np.{ufunc.__name__}{with_options} is not recorded on a Value; {instead or general}, "
        "or use v.data"
    )


def _scalars(inputs: tuple[Any, ...], name: str) -> list[Any]:
    """Each input as a Value or a double; NumPy's own scalars come as arrays without dimensions."""
    items = [x if isinstance(x, Recorder) else np.asarray(x).item() for x in inputs]
    return [x if isinstance(x, Recorder) else real(x, name) for x in items]


def spread(op: Op, operands: Sequence[Any], **options: Any) -> Any:
    """The array of results of a row, applied to single Values and arrays."""
    return node_by_node(op, len(operands))(*map(as_objects, operands), **options)


def as_objects(x: Any) -> Any:
    """x as an array of Python objects; a Value becomes one element."""
    if isinstance(x, Recorder):
        box = np.empty((), dtype=object)
        box[()] = x
        return box
    return np.asarray(x, dtype=object)
