"""Operators and methods, spelled once for everything that operations can be recorded on.

``x + 1``, ``2 ** x``, ``x.tanh()`` become rows of the table through `Recorder.record`. Protocols
that would silently lose the recording (``float(x)``, ``if x:``, ``x == 2``) are refused here.
"""

from __future__ import annotations

from typing import Any, NoReturn, Self

from . import ops
from .numbers import is_number
from .primitive import Op, Recorder


class Arithmetic(Recorder):
    """A number-like thing whose every operation is recorded."""

    __slots__ = ()

    def _binary(self, op: Op, x: Any, y: Any, other: Any) -> Any:
        if isinstance(other, Arithmetic) or is_number(other):
            return self.record(op, (x, y))
        return NotImplemented  # an array's own operator goes through its elements

    def __add__(self, other: Any) -> Any:
        return self._binary(ops.add, self, other, other)

    def __radd__(self, other: Any) -> Any:
        return self._binary(ops.add, other, self, other)

    def __sub__(self, other: Any) -> Any:
        return self._binary(ops.sub, self, other, other)

    def __rsub__(self, other: Any) -> Any:
        return self._binary(ops.sub, other, self, other)

    def __mul__(self, other: Any) -> Any:
        return self._binary(ops.mul, self, other, other)

    def __rmul__(self, other: Any) -> Any:
        return self._binary(ops.mul, other, self, other)

    def __truediv__(self, other: Any) -> Any:
        return self._binary(ops.div, self, other, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._binary(ops.div, other, self, other)

    def __mod__(self, other: Any) -> Any:
        return self._binary(ops.remainder, self, other, other)

    def __rmod__(self, other: Any) -> Any:
        return self._binary(ops.remainder, other, self, other)

    def __floordiv__(self, other: Any) -> Any:
        return self._binary(ops.floor_divide, self, other, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return self._binary(ops.floor_divide, other, self, other)

    def __pow__(self, other: Any) -> Any:
        return self._binary(ops.pow_, self, other, other)

    def __rpow__(self, other: Any) -> Any:
        return self._binary(ops.pow_, other, self, other)

    def __neg__(self) -> Self:
        return self._unary(ops.neg)

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Self:
        return self._unary(ops.abs_)

    def __floor__(self) -> Self:
        return self._unary(ops.floor)

    def __ceil__(self) -> Self:
        return self._unary(ops.ceil)

    def __matmul__(self, other: Any) -> Any:
        return NotImplemented if not _is_several(other) else _no_matrix("v @ x", "v * x", other)

    def __rmatmul__(self, other: Any) -> Any:
        return NotImplemented if not _is_several(other) else _no_matrix("x @ v", "x * v", other)

    def _unary(self, op: Op) -> Self:
        result: Self = self.record(op, (self,))
        return result

    # Methods, because micrograd, microgpt and NumPy's object arrays call them.

    def exp(self) -> Self:
        """e**x."""
        return self._unary(ops.exp)

    def exp2(self) -> Self:
        """2**x."""
        result: Self = 2.0**self
        return result

    def expm1(self) -> Self:
        """e**x − 1, exact near 0."""
        return self._unary(ops.expm1)

    def log(self) -> Self:
        """The natural logarithm; needs x > 0."""
        return self._unary(ops.log)

    def log1p(self) -> Self:
        """ln(1 + x), exact near 0."""
        return self._unary(ops.log1p)

    def log2(self) -> Self:
        """The logarithm to base 2; needs x > 0."""
        return self._unary(ops.log2)

    def log10(self) -> Self:
        """The logarithm to base 10; needs x > 0."""
        return self._unary(ops.log10)

    def sqrt(self) -> Self:
        """The square root; needs x >= 0."""
        return self._unary(ops.sqrt)

    def cbrt(self) -> Self:
        """The real cube root, of negative numbers too."""
        return self._unary(ops.cbrt)

    def sin(self) -> Self:
        """The sine of x radians."""
        return self._unary(ops.sin)

    def cos(self) -> Self:
        """The cosine of x radians."""
        return self._unary(ops.cos)

    def tan(self) -> Self:
        """The tangent of x radians."""
        return self._unary(ops.tan)

    def asin(self) -> Self:
        """The angle in radians whose sine is x; needs -1 <= x <= 1."""
        return self._unary(ops.asin)

    def acos(self) -> Self:
        """The angle in radians whose cosine is x; needs -1 <= x <= 1."""
        return self._unary(ops.acos)

    def atan(self) -> Self:
        """The angle in radians whose tangent is x."""
        return self._unary(ops.atan)

    def sinh(self) -> Self:
        """The hyperbolic sine."""
        return self._unary(ops.sinh)

    def cosh(self) -> Self:
        """The hyperbolic cosine."""
        return self._unary(ops.cosh)

    def tanh(self) -> Self:
        """The hyperbolic tangent."""
        return self._unary(ops.tanh)

    def asinh(self) -> Self:
        """The inverse of sinh."""
        return self._unary(ops.asinh)

    def acosh(self) -> Self:
        """The inverse of cosh; needs x >= 1."""
        return self._unary(ops.acosh)

    def atanh(self) -> Self:
        """The inverse of tanh; needs -1 < x < 1."""
        return self._unary(ops.atanh)

    def relu(self) -> Self:
        """max(x, 0)."""
        return self._unary(ops.relu)

    def sigmoid(self) -> Self:
        """1 / (1 + e**−x)."""
        return self._unary(ops.sigmoid)

    def softplus(self) -> Self:
        """ln(1 + e**x)."""
        return self._unary(ops.softplus)

    def silu(self) -> Self:
        """x · sigmoid(x)."""
        return self._unary(ops.silu)

    def gelu(self) -> Self:
        """x · Φ(x), with the exact normal distribution function Φ."""
        return self._unary(ops.gelu)

    def erf(self) -> Self:
        """The error function."""
        return self._unary(ops.erf)

    def erfc(self) -> Self:
        """1 − erf(x), exact where erf(x) is near 1."""
        return self._unary(ops.erfc)

    def sign(self) -> Self:
        """−1, 0 or 1."""
        return self._unary(ops.sign)

    def floor(self) -> Self:
        """The largest whole number <= x; slope 0."""
        return self._unary(ops.floor)

    def ceil(self) -> Self:
        """The smallest whole number >= x; slope 0."""
        return self._unary(ops.ceil)

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

    # What would lose the recording says so.

    def __float__(self) -> NoReturn:
        raise TypeError(
            _lost(
                "float(v), or a function of the math module,",
                "autograd's own (autograd.exp(v) for math.exp(v))",
            )
        )

    def __int__(self) -> NoReturn:
        raise TypeError(_lost("int(v)", "autograd.floor(v)"))

    def __complex__(self) -> NoReturn:
        raise TypeError(_lost("complex(v)"))

    def __round__(self, digits: int | None = None) -> NoReturn:
        raise TypeError(_lost("round(v)"))

    def __trunc__(self) -> NoReturn:
        raise TypeError(_lost("math.trunc(v)", "autograd.floor(v)"))

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "a Value has no truth value: write 'v.data != 0' for the number, 'v is not None' for "
            "presence, or autograd.where(v > 0, a, b) to choose between two computations"
        )

    # NumPy asks this before it makes an array of a result.
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        from .ufuncs import apply  # noqa: PLC0415 - only NumPy's users need it

        return apply(ufunc, method, inputs, options)


def _lost(what: str, instead: str = "") -> str:
    write = f"{instead} to record it, or v.data for the plain number" if instead else "v.data"
    return f"{what} would lose the gradient of a Value: write {write}"


def _no_matrix(what: str, instead: str, other: Any) -> NoReturn:
    kind = f"an array of shape {other.shape}" if hasattr(other, "shape") else type(other).__name__
    raise TypeError(
        f"{what} multiplies matrices, and a Value is one number: write {instead}; x is {kind}"
    )


def _is_several(x: Any) -> bool:
    return hasattr(x, "__array__") or isinstance(x, (list, tuple))
