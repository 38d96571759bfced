"""A plain function and its claimed gradient: NumPy code, a formula derived by hand."""

from __future__ import annotations

import contextlib
import functools
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import DomainError
from ..numbers import is_number
from ..value import Value
from . import claims
from .differences import by_differences
from .doubles import doubles
from .naming import function_name
from .naming import output_names as names_of_outputs
from .noise import measured_noise
from .numeric import measure
from .outcome import Entry
from .recording import Call, finite
from .slope import EPSILON, TINIEST, Along, Slope
from .steps import step_heights

FEW_DIGITS = 3.0  # so many roundings, where numbers have few digits
UNUSUAL = 8.0  # times the rounding: steps so high are no rounding any more
CERTAIN = 256.0  # times the noise: a change that a smooth function cannot hide
FARTHEST_STEP = 4.0  # times the number, or 1
WIDEST_PLATEAU = 2.0**-10  # of the number: where it is wider, the function may as well be flat


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
            numbers = outputs_of(self.result(xs), self.f)
        except OUTSIDE:
            return None
        return finite(numbers)


OUTSIDE = (ArithmeticError, ValueError)  # ValueError: math.log(-1), a singular matrix


def is_outside(error: Exception) -> bool:
    """Whether an error says that a function is not defined somewhere, and is no mistake of use."""
    if isinstance(error, (ArithmeticError, DomainError)):
        return True
    text = str(error).lower()
    # math.log(-1): "math domain error", or since Python 3.14 "expected a positive input".
    return type(error).__name__ == "LinAlgError" or "domain" in text or "expected a" in text


def quiet() -> Any:
    """NumPy's warnings off, if it is there: what is not finite is seen anyway."""
    numpy = sys.modules.get("numpy")
    return contextlib.nullcontext() if numpy is None else numpy.errstate(all="ignore")


def outputs_of(result: Any, f: Callable[..., Any]) -> list[float]:
    """A function's result, flat."""
    wanted = "a function to be checked returns numbers, alone, in lists or in an array"
    return doubles(result, function_name(f), wanted)


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
    """The Jacobian that ``gradient`` gives, rows for outputs; and its rounding."""
    with quiet():
        result = call(list(xs))
    return claims.rows(gradient, result, outputs, arguments), precision(result)


class UnsteadyError(Exception):
    """The function gives different values at the same point: it has no slope there."""


def check_steady(first: Sequence[float], f: Callable[..., Any], again: Callable[[], Any]) -> None:
    """Raise if f, called again at the point, gives other values than the first time."""
    second = outputs_of(again(), f)
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
    values = outputs_of(result, f)
    if not all(map(math.isfinite, values)):
        raise ArithmeticError(f"the value is {next(v for v in values if not math.isfinite(v))!r}")
    check_steady(values, f, lambda: function.result(xs))
    is_single = is_number(result) or isinstance(result, Value) or getattr(result, "shape", 0) == ()
    output_names = [""] if is_single else names_of_outputs(f, result)
    rows, rounding_of_claims = claimed(gradient, gradient_call, xs, len(values), arguments)
    own = max(precision(result), EPSILON)
    task = _Judged(function, xs, values, own, rows, rounding_of_claims, names, output_names)
    still = [0.0] * len(values)
    entries = task.entries(still, still)
    if any(entry.outcome != "right" for entry in entries):
        # The closer look takes a thousand evaluations: only where a claim does not fit as it is.
        entries = task.entries(*step_heights(function, xs, values, own))
    check_steady(values, f, lambda: function.result(xs))
    return sorted(entries, key=lambda entry: output_names.index(entry.output))


@dataclass(frozen=True, slots=True)
class _Judged:
    """A function at a point and what is claimed of it there."""

    function: PlainFunction
    xs: Sequence[float]
    values: Sequence[float]
    own: float
    """The rounding of a number in the arithmetic that computed the values."""
    rows: list[list[float]]
    """The claims, by output and number of the point."""
    rounding_of_claims: float
    names: Sequence[str]
    output_names: Sequence[str]

    def entries(self, heights: Sequence[float], sizes: Sequence[float]) -> list[Entry]:
        """All entries, if near the point the values move in steps of these heights."""
        function, xs, values, own = self.function, self.xs, self.values, self.own
        least = {2.0**-23: 2.0**-149, 2.0**-10: 2.0**-24}.get(own, TINIEST)  # not underflowing
        noise = [
            max(4 * found, own * abs(value), 2 * height, least)
            for found, value, height in zip(
                measured_noise(function, xs, len(values)), values, heights, strict=True
            )
        ]
        slopes = _measured(function, xs, values, noise, own)
        steps = _steps(function, xs, values, slopes, noise)
        if any(step > rounding for step, rounding in zip(steps, noise, strict=True)):
            noise = [max(pair) for pair in zip(steps, noise, strict=True)]
            slopes = _measured(function, xs, values, noise, own)
        return [
            self._entry(k, i, slope, heights[k], sizes[k], in_steps=bool(steps[k]))
            for i, row in enumerate(slopes)
            for k, slope in enumerate(row)
        ]

    def _entry(
        self, k: int, i: int, slope: Slope, height: float, size: float, *, in_steps: bool
    ) -> Entry:
        x, value, claim, own = self.xs[i], self.values[k], self.rows[k][i], self.own
        entry = Entry(self.names[i], self.output_names[k], "right", claim)
        if not math.isfinite(claim):
            return _not_finite(entry, slope)
        rounding = abs(claim) * self.rounding_of_claims / EPSILON
        natural = abs(value) / max(abs(x), 1.0)
        wider = slope
        if own > EPSILON:  # with few digits several roundings add up
            wider = replace(slope, error=FEW_DIGITS * slope.error)
        entry = by_differences(entry, wider, rounding, natural=natural)
        spacing = functools.partial(_spacing, self.function, self.xs, i, k, value, own)
        if _is_too_steep(entry, height, own, size, x, spacing):
            why = f"near the point the values jump by {height:.1g}, so no slope is sure"
            return replace(entry, outcome="undecided", why=why)
        if entry.outcome == "wrong" and slope.value == 0.0:
            entry = _if_in_steps(entry, self.function, self.xs, i, k, value)
        if in_steps and entry.analytic == 0.0 and entry.outcome == "wrong":
            why = "the function moves in steps: on each its slope is 0"
            return replace(entry, outcome="undecided", why=why)
        return entry


def _is_too_steep(  # noqa: PLR0917 - what is known of an entry
    entry: Entry,
    height: float,
    own: float,
    size: float,
    x: float,
    spacing: Callable[[], float],
) -> bool:
    """Whether jumps higher than rounding's may hide a slope like the claimed one.

    Digits that were lost by cancellation, and features as narrow as the numbers are apart, look
    the same: what is between two neighbouring numbers nobody can say. ``size`` is that of values.
    """
    if entry.outcome not in {"wrong", "kink"}:
        return False
    sides = [entry.left, entry.right, entry.numeric]
    slopes = [s for s in sides if s is not None and math.isfinite(s)]
    steep = max(map(abs, slopes), default=0.0)
    # So high are the steps of a bend over some hundred spacings; in doubles, over many millions.
    unusual = 1e-9 * (size + steep * abs(x)) if own == EPSILON else max(UNUSUAL * own, 5e-4) * size
    if height <= unusual:
        return False
    apart_by = max(spacing(), own * abs(x))
    if (
        entry.analytic
        and apart_by > 64 * EPSILON * abs(x)
        and height <= max(UNUSUAL * apart_by / (abs(x) or 1.0), 5e-4) * size
    ):
        return False  # as in fewer digits, whether or not the result says so
    apart = [abs(entry.analytic - slope) for slope in slopes]
    return min(apart, default=0.0) * apart_by <= 4 * height


def _spacing(  # noqa: PLR0917 - one number of one output
    function: PlainFunction, xs: Sequence[float], i: int, k: int, value: float, own: float
) -> float:
    """How far apart the numbers are that the function tells from xs[i].

    Those of fewer digits may have been used inside, as in ``float(np.float32(x))``.
    """
    least = own * abs(xs[i])
    h = least
    while h and h < WIDEST_PLATEAU * abs(xs[i]):
        for moved in (xs[i] + h, xs[i] - h):
            outputs = function([*xs[:i], moved, *xs[i + 1 :]])
            if outputs is None or outputs[k] != value:
                break
        else:
            h *= 2.0
            continue
        break
    return max(least, h / 4)  # of a plateau the point may be anywhere


def _measured(
    function: PlainFunction,
    xs: Sequence[float],
    values: Sequence[float],
    noise: Sequence[float],
    own: float,
) -> list[list[Slope]]:
    """The slopes of all outputs towards each number."""
    count = len(values)
    return [
        measure(_along(function, xs, i, count), x, values, noise, epsilon=own)
        for i, x in enumerate(xs)
    ]


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
            h = CERTAIN * noise[k] / abs(slope.value)
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


def _if_in_steps(  # noqa: PLR0917 - one number of one output
    entry: Entry, function: PlainFunction, xs: Sequence[float], i: int, k: int, value: float
) -> Entry:
    """A wrong entry of a function that is flat at the point, and jumps on both sides of it.

    (x + 1e17) − 1e17 moves in steps of 16: how steep it is shows only from one to the next.
    """
    jumps = [_jump(function, xs, i, k, value, sign) for sign in (1.0, -1.0)]
    if not all(jumps):
        return entry
    far = max([distance for distance, _ in filter(None, jumps)])
    high = max([height for _, height in filter(None, jumps)])
    if abs(entry.analytic) * far > 4 * high:
        return entry
    why = f"the function moves in steps: on both sides it jumps, by up to {high:.1g}"
    return replace(entry, outcome="undecided", why=why)


def _jump(  # noqa: PLR0917 - one number of one output
    function: PlainFunction, xs: Sequence[float], i: int, k: int, value: float, sign: float
) -> tuple[float, float] | None:
    """How far off output k first moves, and by how much, if it jumps there; else None."""

    def change(h: float) -> float:
        outputs = function([*xs[:i], xs[i] + sign * h, *xs[i + 1 :]])
        return math.nan if outputs is None else abs(outputs[k] - value)

    size = max(abs(xs[i]), 1.0)
    h = 2.0**-20 * size
    if change(h) != 0.0:
        return None
    while h < FARTHEST_STEP * size and change(h) == 0.0:
        h *= 2.0
    low, high = h / 2, h
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if change(middle) == 0.0 else (low, middle)
    height = change(high)
    return (high, height) if height > 2.0**-30 * change(h) else None


def _not_finite(entry: Entry, slope: Slope) -> Entry:
    if slope.is_kink and entry.analytic in {slope.left, slope.right}:
        entry = replace(entry, left=slope.left, right=slope.right)
        return replace(entry, outcome="kink", why="the slope is infinite")
    if math.isfinite(slope.error) and not slope.is_kink:
        why = f"the gradient is {entry.analytic!r}, and the slope is finite"
        return replace(entry, outcome="wrong", numeric=slope.value, why=why)
    return replace(entry, outcome="undecided", why=f"the gradient is {entry.analytic!r}")


def _along(function: PlainFunction, xs: Sequence[float], i: int, count: int) -> Along:
    before, after = list(xs[:i]), list(xs[i + 1 :])

    def moved(t: float) -> list[float] | None:
        values = function([*before, t, *after])
        return values if values is None or len(values) == count else None

    return moved
