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
    gradient: Callable[..., Any], call: Call, xs: Sequence[float], outputs: int, arguments: Any
) -> tuple[list[list[float]], float]:
    """The Jacobian that ``gradient`` gives, rows for outputs; and its rounding.

    It is nested like the point (one argument), a tuple or list of such (several), or an array. Of a
    function with several outputs each part has the outputs first, as `autograd.jacobian` gives it.
    """
    with quiet():
        result = call(list(xs))
    rounding = precision(result)
    if isinstance(result, (tuple, list)) and len(result) == len(arguments) > 1:
        sizes = [len(flatten(argument)[0]) for argument in arguments]
        parts = [len(flatten(part)[0]) for part in result]
        if parts == [outputs * size for size in sizes]:
            pairs = zip(result, arguments, strict=True)
            found = [_rows(gradient, part, argument, outputs) for part, argument in pairs]
            return [[x for rows in found for x in rows[k]] for k in range(outputs)], rounding
    whole = arguments[0] if len(arguments) == 1 else None
    return _rows(gradient, result, whole, outputs, count=len(xs)), rounding


def _rows(
    gradient: Callable[..., Any], part: Any, argument: Any, outputs: int, count: int | None = None
) -> list[list[float]]:
    """What is claimed for one argument, a row for each output, in the argument's own order."""
    name = function_name(gradient)
    if isinstance(argument, dict) and isinstance(part, dict):
        if part.keys() != argument.keys():
            raise ValueError(
                f"{name} returned a dict with the keys {', '.join(map(repr, part))}, and the "
                f"point has {', '.join(map(repr, argument))}; give a derivative for each"
            )
        found = [_rows(gradient, part[key], argument[key], outputs) for key in argument]
        return [[x for rows in found for x in rows[k]] for k in range(outputs)]
    numbers = doubles(part, gradient)
    width = len(flatten(argument)[0]) if count is None else count
    if len(numbers) != outputs * width:
        wanted = f"{width} numbers" if outputs == 1 else f"{outputs} × {width} numbers"
        raise ValueError(
            f"{name} returned {len(numbers)} numbers, and the derivatives here "
            f"are {wanted}: one for each output of the function and each number of the point"
        )
    shape, wanted_shape = getattr(part, "shape", None), getattr(argument, "shape", None)
    if outputs == 1 and width > 1 and None not in {shape, wanted_shape} and shape != wanted_shape:
        raise ValueError(
            f"{name} returned an array of shape {shape}, and the argument has {wanted_shape}: "
            "an update x - lr * gradient would broadcast to something else"
        )
    return [numbers[k * width : (k + 1) * width] for k in range(outputs)]


class UnsteadyError(Exception):
    """The function gives different values at the same point: it has no slope there."""


def check_steady(first: Sequence[float], f: Callable[..., Any], again: Callable[[], Any]) -> None:
    """Raise if f, called again at the point, gives other values than the first time."""
    second = doubles(again(), f)
    if list(map(repr, first)) != list(map(repr, second)):
        pairs = zip(first, second, strict=False)
        one, other = next(((a, b) for a, b in pairs if repr(a) != repr(b)), (first, second))
        raise UnsteadyError(
            f"{function_name(f)} gives different values at the same point, {one!r} and {other!r}: "
            "seed whatever it draws, and let it keep nothing between calls"
        )


def judged(
    f: Callable[..., Any],
    call: Call,
    xs: Sequence[float],
    *,
    gradient: Callable[..., Any],
    gradient_call: Call,
    names: Sequence[str],
    arguments: Any,
) -> list[Entry]:
    """The entries of a plain function. Raises ArithmeticError or ValueError where f does."""
    function = PlainFunction(f, call)
    result = function.result(xs)
    values = doubles(result, f)
    if not all(map(math.isfinite, values)):
        raise ArithmeticError(f"the value is {next(v for v in values if not math.isfinite(v))!r}")
    check_steady(values, f, lambda: function.result(xs))
    is_single = is_number(result) or isinstance(result, Value) or getattr(result, "shape", 0) == ()
    output_names = [""] if is_single else leaf_names(function_name(f), result)
    rows, rounding_of_claims = claimed(gradient, gradient_call, xs, len(values), arguments)
    own = max(precision(result), EPSILON)
    noise = [
        max(4 * found, own * abs(value))
        for found, value in zip(measured_noise(function, xs, len(values)), values, strict=True)
    ]
    slopes = _measured(function, xs, values, noise)
    steps = _steps(function, xs, values, slopes, noise)
    if any(step > rounding for step, rounding in zip(steps, noise, strict=True)):
        noise = [max(pair) for pair in zip(steps, noise, strict=True)]
        slopes = _measured(function, xs, values, noise)
    entries = []
    for i, row in enumerate(slopes):
        for k, slope in enumerate(row):
            entry = Entry(names[i], output_names[k], "right", rows[k][i])
            if not math.isfinite(rows[k][i]):
                entries.append(_not_finite(entry, slope))
            else:
                size = abs(rows[k][i]) * rounding_of_claims / EPSILON
                entry = by_differences(entry, slope, size)
                if steps[k] and entry.analytic == 0.0 and entry.outcome == "wrong":
                    why = "the function moves in steps: on each its slope is 0"
                    entry = replace(entry, outcome="undecided", why=why)
                entries.append(entry)
    check_steady(values, f, lambda: function.result(xs))
    return sorted(entries, key=lambda entry: output_names.index(entry.output))


_CERTAIN = 256.0  # times the noise: a change that a smooth function cannot hide


def _measured(
    function: PlainFunction, xs: Sequence[float], values: Sequence[float], noise: Sequence[float]
) -> list[list[Slope]]:
    """The slopes of all outputs towards each number."""
    count = len(values)
    return [measure(_along(function, xs, i, count), x, values, noise) for i, x in enumerate(xs)]


def _steps(
    function: PlainFunction,
    xs: Sequence[float],
    values: Sequence[float],
    slopes: Sequence[Sequence[Slope]],
    noise: Sequence[float],
) -> list[float]:
    """For each output, how high the steps are in which it moves; 0.0 if it moves smoothly.

    Rounded results, and what was computed in floats of fewer digits, stay on plateaus: nothing
    moves at all where the slope says that much should. Two values on them may give a slope that
    looks exact, so the height of the steps is what is uncertain about every value.
    """
    found = [0.0] * len(values)
    for i, row in enumerate(slopes):
        for k, slope in enumerate(row):
            if not (math.isfinite(slope.value) and slope.value and noise[k]):
                continue
            h = _CERTAIN * noise[k] / abs(slope.value)
            at = _first_change(function, xs, i, k, values[k], h)
            if at is not None:
                found[k] = max(found[k], 2.0 * at)
    return found


def _first_change(  # noqa: PLR0917 - one number of one output
    function: PlainFunction, xs: Sequence[float], i: int, k: int, value: float, h: float
) -> float | None:
    """How far output k moves when it first moves, at h or beyond; None if it does so at h."""
    for doubling in range(60):
        changes = []
        for moved in (xs[i] + h, xs[i] - h):
            outputs = function([*xs[:i], moved, *xs[i + 1 :]])
            changes.append(0.0 if outputs is None or moved == xs[i] else abs(outputs[k] - value))
        if any(changes):
            return max(changes) if doubling else None
        h *= 2.0
    return None


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
