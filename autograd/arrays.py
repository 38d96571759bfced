"""The array class that `functions.array` makes: NumPy lets it handle every function itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np  # nobody imports this module before an array is made

from . import ufuncs
from .numbers import is_number
from .primitive import Recorder
from .value import constant


class Array(np.ndarray[Any, np.dtype[np.object_]]):
    """A NumPy array whose elements are Values; plain numbers become constants."""

    __array_priority__ = 10.0  # combined with another array, the result is an Array

    @staticmethod
    def of(values: Any) -> Array:
        """The array of these Values and numbers, given in lists or in another array."""
        elements = np.array(values, dtype=object)
        for place, x in np.ndenumerate(elements):
            if not isinstance(x, Recorder):
                elements[place] = constant(x)  # raises if x is not a number
        return elements.view(Array)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Apply the operations of autograd, element by element, or raise."""
        out = options.get("out", ())
        if out:
            options["out"] = tuple(map(_plain, out))
        result = ufuncs.apply(ufunc, method, tuple(map(_plain, inputs)), options)
        return out[0] if len(out) == 1 else _guarded(result)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Run a NumPy function: it moves elements, or calls ufuncs, which come back to us."""
        name = f"{func.__module__.replace('numpy', 'np')}.{func.__name__}"
        if func.__name__.startswith("nan"):
            raise TypeError(
                f"{name} cannot see which Values are nan; leave them out first: x[~np.isnan(x)]"
            )
        if _picks(func.__name__, *args, **kwargs):
            raise TypeError(
                f"{name} would give the whole gradient of a tie to one element; write it with "
                "np.abs, np.max, np.min and np.sum"
            )
        try:
            result = super().__array_function__(func, types, args, kwargs)
        except (TypeError, AttributeError) as error:
            if str(error).startswith("np."):
                raise
            raise TypeError(
                f"{name} failed on an array of Values: {error}. Write it with sums and the "
                "functions listed in the documentation of autograd.array, or use plain numbers"
            ) from error
        return type(result)(map(_guarded, result)) if type(result) in _SEVERAL else _guarded(result)


# Both functions compute on a plain copy, so we do not see the comparisons that they make.
def _picks(name: str, x: Any, option: Any = None, *others: Any, **options: Any) -> bool:
    """Whether a function selects elements: the largest row for a norm, the fill of a border."""
    if name == "pad":
        return options.get("mode", others[0] if others else "") in {"maximum", "minimum"}
    if not name.endswith("norm"):
        return False
    order = options.get("ord", option)
    return order not in {None, "fro"} and not (np.ndim(x) == 1 and math.isfinite(order))


_SEVERAL = (list, tuple)


def _plain(x: Any) -> Any:
    return x.view(np.ndarray) if isinstance(x, Array) else x


def _guarded(result: Any) -> Any:
    """A NumPy result as an `Array`, if it holds objects."""
    if not isinstance(result, np.ndarray):
        return result
    if result.dtype != object:
        return _plain(result)
    if not all(isinstance(x, Recorder) for x in result.flat):
        result = np.asarray(np.frompyfunc(_node, 1, 1)(result), dtype=object)
    return result.view(Array)


def _node(x: Any) -> Any:
    """A constant for a number; anything else as it is: NumPy fills new arrays with None."""
    is_plain = is_number(x) and not isinstance(x, (bool, np.bool_))
    return constant(x) if is_plain else x
