"""NumPy's ufuncs on Values: ``np.exp(v)`` is a Value, ``np.float64(2) * v`` too.

With an array among the operands the result is an array of Values (dtype object), computed element
by element with the operators and methods of `arithmetic.Arithmetic`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from . import ops
from .numbers import real
from .primitive import Recorder

# fmt: off
_SAME_NAME = (
    "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "sin", "cos", "tan",
    "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh",
    "sign", "floor", "ceil",
)
# fmt: on

_SCALAR: dict[str, Callable[..., Any]] = {
    **{name: operator.methodcaller(name) for name in _SAME_NAME},
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "true_divide": operator.truediv,
    "power": operator.pow,
    "float_power": operator.pow,
    "negative": operator.neg,
    "positive": operator.pos,
    "absolute": abs,
    "fabs": abs,
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1.0 / x,
    "maximum": ops.maximum,
    "minimum": ops.minimum,
    "hypot": ops.hypot,
    "arctan2": ops.atan2,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "less": operator.lt,
    "less_equal": operator.le,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "isnan": lambda x: math.isnan(x.data),
    "isinf": lambda x: math.isinf(x.data),
    "isfinite": lambda x: math.isfinite(x.data),
}


# What NumPy cannot do element by element on objects: it would look for a method of the first
# operand, which may be a plain float, or choose by comparing, without a node.
_FUNCTIONS = {"maximum", "minimum", "hypot", "arctan2", "float_power"}


def apply(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """What ``ufunc(*inputs)`` gives when one of the inputs is a Value."""
    import numpy as np  # noqa: PLC0415 - NumPy itself has called us

    arrays = any(isinstance(x, (np.ndarray, list, tuple)) for x in inputs)
    arrays = arrays and any(np.ndim(x) for x in inputs if not isinstance(x, Recorder))
    function = _SCALAR.get(ufunc.__name__)
    if arrays and method == "__call__" and ufunc.__name__ in _FUNCTIONS and not options:
        return np.frompyfunc(_SCALAR[ufunc.__name__], 2, 1)(*[_as_objects(np, x) for x in inputs])
    if method == "at":  # changes its first operand where the second says
        return ufunc.at(*inputs[:-1], _as_objects(np, inputs[-1]), **options)
    if arrays or method != "__call__":
        boxed = [_as_objects(np, x) for x in inputs]
        return getattr(ufunc, method)(*boxed, **options)
    if function is None or options:
        with_options = f" with {', '.join(options)}" if options else ""
        raise TypeError(
            f"np.{ufunc.__name__}{with_options} is not recorded on a Value; write it with the "
            f"operations of autograd ({', '.join(sorted(ops.ALL)[:4])}, …), or use v.data"
        )
    name = f"np.{ufunc.__name__}"
    return function(*[x if isinstance(x, Recorder) else _double(np, x, name) for x in inputs])


def _double(np: Any, x: Any, name: str) -> float:
    """A scalar as a double; NumPy hands its own over as arrays without dimensions."""
    return real(np.asarray(x).item(), name)


def _as_objects(np: Any, x: Any) -> Any:
    """x as an array of Python objects; a Value becomes one element."""
    if isinstance(x, Recorder):
        box = np.empty((), dtype=object)
        box[()] = x
        return box
    return np.asarray(x, dtype=object)
