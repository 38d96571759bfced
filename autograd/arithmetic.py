"""Operators and methods, written once for every class that records operations.

``x + 1``, ``2 ** x`` and ``x.tanh()`` apply rows of the table, through `Recorder.record`. Python
protocols that would silently lose the recording (``float(x)``, ``if x:``, ``x == 2``) raise here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, Self, TypeVar

from . import ops
from .numbers import is_number
from .primitive import Op, Recorder

T = TypeVar("T")


def _method(op: Op) -> Callable[[T], T]:
    """A method without arguments that applies ``op``."""

    def method(x: Any) -> Any:
        return x._unary(op)

    method.__name__ = method.__qualname__ = op.name
    method.__doc__ = op.forward.__doc__
    return method


def _operator(op: Op) -> tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]:
    """An operator, and its reflected version with the operands swapped."""

    def operator(x: Any, other: Any) -> Any:
        return x._binary(op, x, other, other)

    def reflected(x: Any, other: Any) -> Any:
        return x._binary(op, other, x, other)

    return operator, reflected


def _loses(what: str, instead: str = "") -> Callable[..., NoReturn]:
    """A method for a Python protocol that would lose the recording: it raises and says why."""
    write = f"{instead} to record it, or v.data for the plain number" if instead else "v.data"

    def refuse(*_: Any) -> NoReturn:
        raise TypeError(f"{what} would lose the gradient of a Value: write {write}")

    return refuse


class Arithmetic(Recorder):
    """A number-like thing whose every operation is recorded."""

    __slots__ = ()

    def _binary(self, op: Op, x: Any, y: Any, other: Any) -> Any:
        if isinstance(other, Arithmetic) or is_number(other):
            return self.record(op, (x, y))
        return NotImplemented  # an array's own operator then handles each element

    __add__, __radd__ = _operator(ops.add)
    __sub__, __rsub__ = _operator(ops.sub)
    __mul__, __rmul__ = _operator(ops.mul)
    __truediv__, __rtruediv__ = _operator(ops.div)
    __floordiv__, __rfloordiv__ = _operator(ops.floor_divide)
    __mod__, __rmod__ = _operator(ops.remainder)
    __pow__, __rpow__ = _operator(ops.pow_)
    __neg__, __abs__ = _method(ops.neg), _method(ops.abs_)
    __floor__, __ceil__ = _method(ops.floor), _method(ops.ceil)

    def __pos__(self) -> Self:
        return self

    def __matmul__(self, other: Any) -> Any:
        return NotImplemented if not _is_several(other) else _no_matrix("v @ x", "v * x", other)

    def __rmatmul__(self, other: Any) -> Any:
        return NotImplemented if not _is_several(other) else _no_matrix("x @ v", "x * v", other)

    def _unary(self, op: Op) -> Any:
        return self.record(op, (self,))

    # Methods, because micrograd, microgpt and NumPy's object arrays call them.

    exp, expm1 = _method(ops.exp), _method(ops.expm1)
    log, log1p, log2, log10 = map(_method, (ops.log, ops.log1p, ops.log2, ops.log10))
    sqrt, cbrt = _method(ops.sqrt), _method(ops.cbrt)
    sin, cos, tan = _method(ops.sin), _method(ops.cos), _method(ops.tan)
    asin, acos, atan = _method(ops.asin), _method(ops.acos), _method(ops.atan)
    sinh, cosh, tanh = _method(ops.sinh), _method(ops.cosh), _method(ops.tanh)
    asinh, acosh, atanh = _method(ops.asinh), _method(ops.acosh), _method(ops.atanh)
    relu, sigmoid, softplus = _method(ops.relu), _method(ops.sigmoid), _method(ops.softplus)
    silu, gelu = _method(ops.silu), _method(ops.gelu)
    erf, erfc = _method(ops.erf), _method(ops.erfc)
    sign, floor, ceil = _method(ops.sign), _method(ops.floor), _method(ops.ceil)

    def exp2(self) -> Self:
        """2**x."""
        result: Self = 2.0**self
        return result

    def hypot(self, other: Any) -> Any:
        """√(x² + y²) without overflow."""
        return self.record(ops.hypot, (self, other))

    def clip(self, low: Any, high: Any, out: Any = None, **options: Any) -> Any:
        """The number, moved to the nearest end of [low, high]; None means no end."""
        ends = [end for end in (low, high) if end is not None]
        op = ops.clip if len(ends) == 2 else ops.maximum if high is None else ops.minimum
        if out is None and not options and not any(map(_is_several, ends)):
            return self.record(op, (self, *ends)) if ends else self
        from .ufuncs import spread  # noqa: PLC0415 - np.clip(v, array, array)

        return spread(op if ends else ops.copy, (self, *ends), out=out, **options)

    # NumPy's object arrays look for these names, its masked arrays for the first.
    ndim = 0
    conjugate = __pos__
    arcsin, arccos, arctan = asin, acos, atan
    arcsinh, arccosh, arctanh = asinh, acosh, atanh
    fabs = __abs__

    def arctan2(self, other: Any) -> Any:
        """The angle of the point (other, self)."""
        return self.record(ops.atan2, (self, other))

    # These would lose the recording, so they raise.

    __float__ = _loses(
        "float(v), or a function of the math module,",
        "autograd's own (autograd.exp(v) for math.exp(v))",
    )
    __int__ = _loses("int(v)", "autograd.floor(v)")
    __complex__ = _loses("complex(v)")
    __round__ = _loses("round(v)")
    __trunc__ = _loses("math.trunc(v)", "autograd.floor(v)")

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a Value has no truth value: write 'v.data != 0' to test the number, 'v is not None' "
            "to test for None, or autograd.where(v > 0, a, b) to choose between two computations"
        )

    # NumPy calls this before it turns a result into an array.
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        from .ufuncs import apply  # noqa: PLC0415 - only NumPy's users need it

        return apply(ufunc, method, inputs, options)


def _no_matrix(what: str, instead: str, other: Any) -> NoReturn:
    kind = f"an array of shape {other.shape}" if hasattr(other, "shape") else type(other).__name__
    raise TypeError(
        f"{what} multiplies matrices, and a Value is one number: write {instead}; x is {kind}"
    )


def _is_several(x: Any) -> bool:
    return hasattr(x, "__array__") or isinstance(x, (list, tuple))
