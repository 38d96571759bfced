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
import sys
from types import CodeType, FrameType
from typing import Any

_COMPARE = opcode.opmap["COMPARE_OP"]
_PICKING = frozenset({
    "maximum", "minimum", "fmax", "fmin", "clip", "max", "min", "amax", "amin", "ptp", "nanmax",
    "nanmin", "norm", "pad",
})  # fmt: skip
_HARMLESS = frozenset({"ge", "le", "__ge__", "__le__", "greater_equal", "less_equal"})


class _Codes(dict[int, tuple[CodeType, bytes]]):
    """The instructions of a code, by its id: Python makes a new copy whenever it is asked."""

    def of(self, code: CodeType) -> bytes:
        """The instructions; up to a thousand codes are kept."""
        known = self.get(id(code))
        if known is None or known[0] is not code:
            if len(self) >= 1000:
                self.clear()
            known = self[id(code)] = (code, code.co_code)
        return known[1]


_codes = _Codes()


def refuse_picking() -> None:
    """Raise TypeError if NumPy has called the ``__ge__`` or ``__le__`` that calls this."""
    frame = sys._getframe(2)
    if _codes.of(frame.f_code)[frame.f_lasti] != _COMPARE and (name := _picker(frame)):
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
    names = _attributes(frame.f_code)
    if picking := names & _PICKING:
        return f"np.{min(picking)}" if len(picking) == 1 else "a function of NumPy"
    if not _HARMLESS.isdisjoint(names | _attributes(inner.f_code)):
        return ""
    used = [frame.f_globals[name] for name in frame.f_code.co_names if name in frame.f_globals]
    signs = [sign for x in (*frame.f_locals.values(), *used) if (sign := _sign(x))]
    return min(signs, key=len) if signs else "a function of NumPy" * (inner is not frame)


@functools.lru_cache(1000)
def _attributes(code: CodeType) -> frozenset[str]:
    """The names that a code takes from something, as ``np.maximum``; and its globals but max, min.

    The globals, because of ``from numpy import maximum``.
    """
    import dis  # noqa: PLC0415 - seldom needed

    found = set()
    for step in dis.get_instructions(code):
        is_global = step.opname in {"LOAD_GLOBAL", "LOAD_NAME"}
        if is_global or step.opname in {"LOAD_ATTR", "LOAD_METHOD"}:
            found |= {step.argval} - ({"max", "min"} if is_global else set())
    return frozenset(found)


def _sign(x: Any) -> str:
    """What a variable says of NumPy: one of its picking functions, or an array of objects."""
    numpy = sys.modules["numpy"]
    x = x.func if isinstance(x, functools.partial) else x
    name = getattr(x, "__name__", "")
    of_numpy = isinstance(x, numpy.ufunc) or isinstance(getattr(x, "__self__", None), numpy.ndarray)
    if of_numpy or getattr(x, "__module__", "") == "numpy":
        return f"np.{name}" if name in _PICKING else ""
    return "a function of NumPy" * (isinstance(x, numpy.ndarray) and x.dtype.hasobject)
