"""A plain function and its claimed gradient: NumPy code, a formula derived by hand."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ..numbers import is_number
from ..trees import flatten
from ..value import Value
from .judging import by_differences
from .naming import function_name, leaf_names
from .numeric import EPSILON, Slope, measure, measured_noise
from .outcome import Entry
from .recording import Call


class PlainFunction:
    """Outputs of a plain function as one flat list of doubles, None where it is not defined."""

    def __init__(self, f: Callable[..., Any], call: Call) -> None:
        self.f, self.call = f, call

    def result(self, xs: Sequence[float]) -> Any:
        """What f returns; its own errors of arithmetic are passed on."""
        with quiet():
            return self.call(list(xs))

    def __call__(self, xs: Sequence[float]) -> list[float] | None:
        """The outputs at ``xs``."""
        try:
            numbers = doubles(self.result(xs), self.f)
        except OUTSIDE:
            return None
        return numbers if all(map(math.isfinite, numbers)) else None


OUTSIDE = (ArithmeticError, ValueError)  # ValueError: math.log(-1), a singular matrix


def is_outside(error: Exception) -> bool:
    """Whether an error says that a function is not defined somewhere, and is no mistake of use."""
    if isinstance(error, ArithmeticError):
        return True
    text = str(error).lower()
    # math.log(-1): "math domain error", or since Python 3.14 "expected a positive input".
    return type(error).__name__ == "LinAlgError" or "domain" in text or "expected a" in text


def quiet() -> Any:
    """NumPy's warnings off, if it is there: what is not finite is seen anyway."""
    numpy = sys.modules.get("numpy")
    return contextlib.nullcontext() if numpy is None else numpy.errstate(all="ignore")


def doubles(result: Any, f: Callable[..., Any]) -> list[float]:
    """A function's result, flat."""
    numbers = []
    for x in flatten(result)[0]:
        if isinstance(x, Value):
            numbers.append(x.data)
        elif is_number(x) or getattr(x, "shape", None) == ():
            numbers.append(float(x))
        else:
            raise TypeError(
                f"{function_name(f)} returned a {type(x).__name__}; a function to be checked "
                "returns numbers, alone, in lists or in an array"
            )
    return numbers


def precision(result: Any) -> float:
    """The rounding of one number in the arithmetic that made ``result``."""
    kind = str(getattr(result, "dtype", ""))
    if isinstance(result, (list, tuple)):
        return max(map(precision, result), default=EPSILON)
    if isinstance(result, dict):
        return max(map(precision, result.values()), default=EPSILON)
    return {"float32": 2.0**-23, "float16": 2.0**-10}.get(kind, EPSILON)


def claimed(
    gradient: Callable[..., Any], call: Call, xs: Sequence[float], outputs: int, widths: list[int]
) -> tuple[list[list[float]], float]:
    """The Jacobian that ``gradient`` gives, rows for outputs; and its rounding.

    It is nested like the point (one argument), a tuple or list of such (several), or an array. Of a
    function with several outputs each part has the outputs first, as `autograd.jacobian` gives it.
    """
    with quiet():
        result = call(list(xs))
    rounding = precision(result)
    if isinstance(result, (tuple, list)) and len(result) == len(widths) > 1:
        parts = [doubles(part, gradient) for part in result]
        if all(len(p) == outputs * w for p, w in zip(parts, widths, strict=True)):
            return [
                [x for p, w in zip(parts, widths, strict=True) for x in p[k * w : (k + 1) * w]]
                for k in range(outputs)
            ], rounding
    numbers = doubles(result, gradient)
    count = sum(widths)
    if len(numbers) != outputs * count:
        wanted = f"{count} numbers" if outputs == 1 else f"{outputs} × {count} numbers"
        raise ValueError(
            f"{function_name(gradient)} returned {len(numbers)} numbers, and the derivatives here "
            f"are {wanted}: one for each output of the function and each number of the point"
        )
    return [numbers[k * count : (k + 1) * count] for k in range(outputs)], rounding


def judged(
    f: Callable[..., Any],
    call: Call,
    xs: Sequence[float],
    *,
    gradient: Callable[..., Any],
    gradient_call: Call,
    names: Sequence[str],
    widths: list[int],
) -> list[Entry]:
    """The entries of a plain function. Raises ArithmeticError or ValueError where f does."""
    function = PlainFunction(f, call)
    result = function.result(xs)
    values = doubles(result, f)
    if not all(map(math.isfinite, values)):
        raise ArithmeticError(f"the value is {next(v for v in values if not math.isfinite(v))!r}")
    is_single = is_number(result) or isinstance(result, Value) or getattr(result, "shape", 0) == ()
    output_names = [""] if is_single else leaf_names(function_name(f), result)
    rows, rounding = claimed(gradient, gradient_call, xs, len(values), widths)
    own = max(precision(result), EPSILON)
    noise = [
        max(4 * found, own * abs(value))
        for found, value in zip(measured_noise(function, xs, len(values)), values, strict=True)
    ]
    entries = []
    for i, x in enumerate(xs):
        for k, slope in enumerate(measure(_along(function, xs, i, len(values)), x, values, noise)):
            entry = Entry(names[i], output_names[k], "right", rows[k][i])
            if not math.isfinite(rows[k][i]):
                entries.append(_not_finite(entry, slope))
            else:
                size = abs(rows[k][i]) * rounding / EPSILON
                entries.append(by_differences(entry, slope, size))
    return sorted(entries, key=lambda entry: output_names.index(entry.output))


def _not_finite(entry: Entry, slope: Slope) -> Entry:
    if slope.is_kink and entry.analytic in {slope.left, slope.right}:
        entry = replace(entry, left=slope.left, right=slope.right)
        return replace(entry, outcome="kink", why="the slope is infinite")
    if math.isfinite(slope.error) and not slope.is_kink:
        why = f"the gradient is {entry.analytic!r}, and the slope is finite"
        return replace(entry, outcome="wrong", numeric=slope.value, why=why)
    return replace(entry, outcome="undecided", why=f"the gradient is {entry.analytic!r}")


def _along(
    function: PlainFunction, xs: Sequence[float], i: int, count: int
) -> Callable[[float], list[float] | None]:
    before, after = list(xs[:i]), list(xs[i + 1 :])

    def moved(t: float) -> list[float] | None:
        values = function([*before, t, *after])
        return values if values is None or len(values) == count else None

    return moved
