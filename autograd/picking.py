"""Refuses NumPy's functions that would take one of two Values: ``np.maximum`` of plain arrays.

Arrays of NumPy's own do not ask us (see ufuncs.py). Their ``maximum``, ``clip``, ``max`` and the
like call ``x >= y`` and hand over one of the two. The number is right, but at a tie the whole
gradient goes to one operand, where `autograd.maximum` gives each a half. What we can see is that
``>=`` was called by a line that compares nothing, and what that line works with. `operator.ge`
looks the same and is harmless, so without a sign of NumPy nothing is refused.
"""

from __future__ import annotations

import functools
import opcode
import operator
import sys
from types import CodeType, FrameType
from typing import Any

_COMPARE = opcode.opmap["COMPARE_OP"]
_PICKING = frozenset({
    "maximum", "minimum", "fmax", "fmin", "clip", "max", "min", "amax", "amin", "ptp", "nanmax",
    "nanmin", "norm", "pad",
})  # fmt: skip
_HARMLESS = frozenset({
    "ge", "le", "__ge__", "__le__", "greater_equal", "less_equal",
    "scalar_compare", "vec_compare",  # pandas'
})  # fmt: skip


# By the id of a code, which is kept, so that its id stays its own.
_codes: dict[int, tuple[CodeType, bytes]] = {}


def _instructions(code: CodeType) -> bytes:
    """The instructions of a code, kept for up to a thousand: Python copies them when asked."""
    known = _codes.get(id(code))
    if known is None:
        if len(_codes) >= 1000:
            _codes.clear()
        known = _codes[id(code)] = (code, code.co_code)
    return known[1]


def refuse_picking() -> None:
    """Raise TypeError if NumPy has called the ``__ge__`` or ``__le__`` that calls this."""
    frame = sys._getframe(2)
    if _instructions(frame.f_code)[frame.f_lasti] != _COMPARE and (name := _picker(frame)):
        raise TypeError(
            f"{name} would take one of two Values, and the whole gradient of a tie would go to it; "
            "write autograd.array(x) for np.array(x), where NumPy's functions have our gradients, "
            "or autograd.maximum, minimum and clip of single Values"
        )


def _picker(frame: FrameType | None) -> str:
    """The name of what has called a comparison, if it is a function of NumPy's that picks."""
    inner = frame
    while frame is not None and frame.f_globals.get("__name__", "").startswith("numpy."):
        frame = frame.f_back
    if frame is None or inner is None:
        return ""
    called = _called(frame)
    if called in _HARMLESS or _called(inner) in _HARMLESS:
        return ""
    if called in _PICKING:
        return f"np.{called}"
    used = [frame.f_globals[name] for name in frame.f_code.co_names if name in frame.f_globals]
    used += frame.f_locals.values()
    if any(x is operator.ge or x is operator.le for x in used):
        return ""
    signs = [sign for x in used if (sign := _sign(x))]
    return min(signs, key=len) if signs else "a function of NumPy" * (inner is not frame)


def _called(frame: FrameType) -> str:
    """The name of what is being called, if it is a name that we know: the last one taken before."""
    names = [name for at, name in _taken(frame.f_code) if at < frame.f_lasti]
    return names[-1] if names else ""


@functools.lru_cache(1000)
def _taken(code: CodeType) -> tuple[tuple[int, str], ...]:
    """Where a code takes a name that we know, from something (``np.maximum``) or from its globals.

    Not ``max`` and ``min`` from there, which are Python's.
    """
    import dis  # noqa: PLC0415 - seldom needed

    known = _HARMLESS | _PICKING
    names = {
        **dict.fromkeys(["LOAD_ATTR", "LOAD_METHOD"], known),
        **dict.fromkeys(["LOAD_GLOBAL", "LOAD_NAME"], known - {"max", "min"}),
    }
    steps = dis.get_instructions(code)
    return tuple([(x.offset, x.argval) for x in steps if x.argval in names.get(x.opname, ())])


def _sign(x: Any) -> str:
    """What a variable says of NumPy: one of its picking functions, or an array of objects."""
    numpy = sys.modules["numpy"]
    x = x.func if isinstance(x, functools.partial) else x
    name = getattr(x, "__name__", "")
    of_numpy = isinstance(x, numpy.ufunc) or isinstance(getattr(x, "__self__", None), numpy.ndarray)
    if of_numpy or getattr(x, "__module__", "") == "numpy":
        return f"np.{name}" if name in _PICKING else ""
    return "a function of NumPy" * (isinstance(x, numpy.ndarray) and x.dtype.hasobject)
