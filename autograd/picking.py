"""Refuses NumPy functions that pick one of two Values, such as ``np.maximum`` of plain arrays.

Plain NumPy arrays do not call us (see ufuncs.py). Their ``maximum``, ``clip``, ``max`` and the
like call ``x >= y`` and return one of the two. The number is right, but at a tie the whole gradient
goes to one operand, whereas `autograd.maximum` gives half to each. All we can see is that ``>=``
was called from a line without a comparison, and which names the calling code uses. `operator.ge`
looks the same and is harmless, so code that mentions it is let through, whatever else it mentions;
so is code that does not mention NumPy.
"""

from __future__ import annotations

import functools
import opcode
import operator
import sys
from types import FrameType
from typing import Any

_COMPARE = opcode.opmap["COMPARE_OP"]
_PICKING = {
    *("maximum", "minimum", "fmax", "fmin", "clip", "max", "min", "amax", "amin", "ptp"),
    *("nanmax", "nanmin", "norm", "pad"),
}
_HARMLESS = {
    *("ge", "le", "__ge__", "__le__", "greater_equal", "less_equal"),
    *("scalar_compare", "vec_compare"),  # pandas'
}


def refuse_picking() -> None:
    """Raise TypeError if NumPy has called the ``__ge__`` or ``__le__`` that calls this."""
    frame = sys._getframe(2)
    if frame.f_code.co_code[frame.f_lasti] != _COMPARE and (name := _picker(frame)):
        raise TypeError(
            f"{name} would pick one of two Values, which at a tie would get the whole gradient; "
            "write autograd.array(x) for np.array(x), so that NumPy's functions use our gradients, "
            "or autograd.maximum, minimum and clip for single Values"
        )


def _picker(inner: FrameType) -> str:
    """The name of the caller of a comparison, if it looks like a NumPy function that picks."""
    frame: FrameType | None = inner
    while frame is not None and frame.f_globals.get("__name__", "").startswith("numpy."):
        frame = frame.f_back
    if frame is None:
        return ""
    names = {*inner.f_code.co_names, *frame.f_code.co_names}
    used = [*frame.f_locals.values(), *map(frame.f_globals.get, frame.f_code.co_names)]
    if names & _HARMLESS or any(x is operator.ge or x is operator.le for x in used):
        return ""
    if named := sorted(names & _PICKING):
        return " or ".join(f"np.{name}" for name in named)
    is_numpys = inner is not frame or any(map(_picks, used))
    return "a function of NumPy" if is_numpys else ""


def _picks(x: Any) -> bool:
    """Whether x is one of NumPy's picking functions, an array of objects, or a method of one."""
    numpy = sys.modules["numpy"]
    function = x.func if isinstance(x, functools.partial) else x
    array = getattr(function, "__self__", function)
    if isinstance(array, numpy.ndarray):
        return bool(array.dtype.hasobject)
    return isinstance(function, numpy.ufunc) and function.__name__ in _PICKING
