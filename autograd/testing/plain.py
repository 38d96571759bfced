"""A plain function and its claimed gradient, by differences: NumPy code, or a formula by hand.

Only values of the function decide here, so their digits limit what can be said. A claim is right if
it lies within the error of the measured slope, and if that error is small. If the values move in
steps, jump, or have too few digits, the verdict is undecided.
"""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import DomainError
from ..numbers import is_number
from ..value import Value
from . import results
from .differences import EPSILON, KNOWN, TINIEST, Along, Slope, finite, measure
from .outcome import Entry
from .recording import Call, Recording

OUTSIDE = (ArithmeticError, ValueError)  # ValueError: math.log(-1), a singular matrix
ROUNDINGS = {"float32": 2.0**-23, "float16": 2.0**-10}
LEAST = {2.0**-23: 2.0**-149, 2.0**-10: 2.0**-24}  # smaller numbers underflow in these precisions
FEW_DIGITS = 3.0  # the number of roundings to allow for, where numbers have few digits
COARSE = 2.0**-20  # relative: steps this high are not rounding, not even in float32
CERTAIN = 4.0  # times the bound: with few digits, only a claim this far off is wrong
STEEP = 0.01  # of the value: a function with few digits cannot move more to the next number
VAGUE = 1e-3  # relative: how well the slope must be known for a claim to be right
FARTHEST = 40  # doublings of the number, to find where the function moves at all


class UnsteadyError(Exception):
    """The function gives different values at the same point, so it has no slope there."""


def is_outside(error: Exception) -> bool:
    """Whether an error means that the function is undefined there, rather than used wrongly."""
    if isinstance(error, (ArithmeticError, DomainError)):
        return True
    text = str(error).lower()
    # math.log(-1): "math domain error", or since Python 3.14 "expected a positive input".
    return type(error).__name__ == "LinAlgError" or "domain" in text or "expected a" in text


def quiet() -> Any:
    """Turn off NumPy's warnings, if it is loaded: non-finite numbers are noticed anyway."""
    numpy = sys.modules.get("numpy")
    return contextlib.nullcontext() if numpy is None else numpy.errstate(all="ignore")


def outputs_of(result: Any, f: Callable[..., Any]) -> list[float]:
    """A function's result as a flat list."""
    wanted = "a function to be checked must return numbers, alone, in lists or in an array"
    return results.doubles(result, results.function_name(f), wanted)


def precision(result: Any) -> float:
    """The relative rounding error in the arithmetic that made ``result``."""
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, (list, tuple)):
        return max(map(precision, result), default=EPSILON)
    return ROUNDINGS.get(str(getattr(result, "dtype", "")), EPSILON)


@dataclass
class PlainFunction:
    """A function of plain numbers at a point, and its claimed gradient there."""

    f: Callable[..., Any]
    call: Call
    """F as a function of one flat list of its numbers."""
    xs: Sequence[float]
    names: Sequence[str]

    def __call__(self, xs: Sequence[float]) -> list[float] | None:
        """The outputs at ``xs``; None if it is not defined there."""
        try:
            return finite(outputs_of(self._result(xs), self.f))
        except OUTSIDE:
            return None

    def _result(self, xs: Sequence[float]) -> Any:
        """What f returns; its own arithmetic errors are passed on."""
        with quiet():
            return self.call(list(xs))

    def entries(
        self, gradient: Callable[..., Any], gradient_call: Call, arguments: Any
    ) -> list[Entry]:
        """The verdicts, output by output. Raises ArithmeticError or ValueError where f does."""
        result = self._result(self.xs)
        values = self.values = outputs_of(result, self.f)
        if finite(values) is None:
            raise ArithmeticError(
                f"the value is {next(v for v in values if not math.isfinite(v))!r}"
            )
        self._check_steady()
        self.output_names = results.output_names(self.f, result)
        if isinstance(result, Value) or is_number(result) or getattr(result, "shape", 0) == ():
            self.output_names = [""]
        with quiet():
            claimed = gradient_call(list(self.xs))
        rows = results.rows(gradient, claimed, len(values), arguments)
        # The rounding error in the arithmetic of the values, and in that of the claims.
        self.own, self.rounding_of_claims = precision(result), precision(claimed)
        self.least = LEAST.get(self.own, TINIEST)
        noise = [max(self.own * abs(value), self.least) for value in values]
        slopes = [
            measure(self._along(i), x, values, noise, epsilon=self.own)
            for i, x in enumerate(self.xs)
        ]
        found = [
            self._entry(k, i, claim, slopes[i][k])
            for k, row in enumerate(rows)
            for i, claim in enumerate(row)
        ]
        self._check_steady()
        return found

    def _check_steady(self) -> None:
        if why := results.unsteady(self.f, self.values, outputs_of(self._result(self.xs), self.f)):
            raise UnsteadyError(why)

    def _along(self, i: int) -> Along:
        """F along one of its numbers."""
        before, after, count = list(self.xs[:i]), list(self.xs[i + 1 :]), len(self.values)

        def moved(t: float) -> list[float] | None:
            outputs = self([*before, t, *after])
            return outputs if outputs is None or len(outputs) == count else None

        return moved

    # --- the verdict on one claim -----------------------------------------------------------------

    def _entry(self, k: int, i: int, claim: float, slope: Slope) -> Entry:
        entry = Entry(self.names[i], self.output_names[k], "right", claim, method="differences")
        if not math.isfinite(claim):
            return _not_finite(entry, slope)
        if self.own > EPSILON:  # with few digits several roundings add up
            slope = replace(slope, error=FEW_DIGITS * slope.error)
        bound = slope.error + 64 * self.rounding_of_claims * abs(claim)
        if slope.jumps:
            entry = replace(entry, left=slope.left, right=slope.right)
            return replace(entry, outcome="jump", why="the function jumps here, or close by")
        if slope.is_kink:
            return self._at_an_angle(entry, k, i, slope, bound)
        if not math.isfinite(slope.error):
            why = "the function cannot be evaluated near the point"
            return replace(entry, outcome="undecided", why=why)
        error = abs(claim - slope.value)
        entry = replace(entry, numeric=slope.value, error=error, bound=bound)
        x, value = self.xs[i], self.values[k]
        moves = abs(claim * x) * self.own / max(abs(value), slope.noise, TINIEST)
        if self.own > EPSILON and STEEP < moves < 1.0:
            why = "with so few digits the function is too steep from one number to the next"
            return replace(entry, outcome="undecided", why=why)
        return self._by_bound(entry, k, i, slope)

    def _by_bound(self, entry: Entry, k: int, i: int, slope: Slope) -> Entry:
        """The verdict on a claimed slope, if the measured one is known within a bound."""
        claim, bound, noise = entry.analytic, slope.error, slope.noise
        assert entry.error is not None
        assert entry.bound is not None
        x, value = abs(self.xs[i]), abs(self.values[k])
        moves = max(value, abs(slope.value) * x)
        least = 16 * self.least
        in_steps = noise > least + max(COARSE, 8 * self.own) * max(moves, slope.scale * max(x, 1.0))
        why = ""
        if entry.error > entry.bound and not (in_steps and claim == 0.0):
            if slope.value == 0.0 and self._is_in_steps(k, i, claim):
                why = "the function moves in steps: it jumps on both sides"
            elif noise > 16 * self.own * moves and entry.error <= CERTAIN * entry.bound:
                why = "the values of the function are too noisy to tell"
            else:
                return replace(entry, outcome="wrong")
        elif in_steps:
            why = f"the values of the function are too noisy, or move in steps of {noise / 2:.1g}"
        elif not (
            bound <= VAGUE * max(abs(claim), abs(slope.value))
            or bound <= KNOWN * slope.scale
            or self._is_flat(k, i, claim, slope)
        ):
            why = f"the values of the function are too noisy: its slope is known to ±{bound:.1g}"
        return replace(entry, outcome="undecided", why=why) if why else entry

    def _at_an_angle(self, entry: Entry, k: int, i: int, slope: Slope, bound: float) -> Entry:
        """The verdict if the two sides have different slopes, or one side has no slope."""
        claim = entry.analytic
        entry = replace(entry, left=slope.left, right=slope.right, bound=bound)
        found = slope.known
        if not min(found) - bound <= claim <= max(found) + bound:
            if len(found) < 2 and not bound <= 0.1 * abs(found[0]):
                why = "close to an edge of its domain the function is too steep for its digits"
                return replace(entry, outcome="undecided", why=why)
            why = "it does not lie between the slopes on the two sides"
            return replace(entry, outcome="wrong", why=why)
        why = "the two sides have different slopes"
        if all(abs(claim - side) > bound for side in found):
            convention = self._convention(k, i)
            if convention is None:
                if abs(claim - math.fsum(found) / 2) > bound:
                    why += ", and the claim is neither one of them nor their mean"
                    return replace(entry, outcome="undecided", why=why)
            elif abs(claim - convention) > bound:
                why += f", and by convention it is {convention!r} here"
                return replace(entry, outcome="wrong", why=why)
        return replace(entry, outcome="kink", why=why)

    def _convention(self, k: int, i: int) -> float | None:
        """The slope from our engine, if the function also takes Values."""
        try:
            recording = Recording(self.f, self.call, self.xs)
        except Exception:  # noqa: BLE001 - a function of plain numbers: its convention is unknown
            return None
        if len(recording.outputs) != len(self.values) or recording.places[i] is None:
            return None
        return recording.slope(k, i)

    # --- functions that do not move near the point ------------------------------------------------

    def _is_flat(self, k: int, i: int, claim: float, slope: Slope) -> bool:
        """Whether the claim is as good as 0, compared with how much the function moves at all."""
        if max(abs(claim), abs(slope.value)) > slope.error:
            return False
        steep = self._steepness(k, i, slope)
        return slope.error <= VAGUE * min(steep, 1.0 if claim else math.inf)

    def _steepness(self, k: int, i: int, slope: Slope) -> float:
        """How steep a function that is flat here is where it first moves; infinite if nowhere."""
        h = max(abs(self.xs[i]), 1.0) / 16
        along = self._along(i)
        for _ in range(FARTHEST):
            change = _change(along, self.xs[i], k, self.values[k], h)
            if change > 4 * slope.noise:
                return change / h
            h *= 2.0
        return math.inf

    def _is_in_steps(self, k: int, i: int, claim: float) -> bool:
        """Whether a function that is flat at the point jumps on both sides of it.

        (x + 1e17) − 1e17 moves in steps of 16: only several steps show how steep it is.
        """
        far = high = 0.0
        for sign in (1.0, -1.0):
            distance, height = self._first_jump(k, i, sign)
            if height == 0.0:
                return False
            far, high = max(far, distance), max(high, height)
        return abs(claim) * far <= 4 * high

    def _first_jump(self, k: int, i: int, sign: float) -> tuple[float, float]:
        """How far off output k first moves, and by how much if it jumps there, else 0."""
        along, x, value = self._along(i), self.xs[i], self.values[k]
        h = 2.0**-48 * max(abs(x), 1.0)
        while (y := along(x + sign * h)) is not None and y[k] == value:
            h *= 2.0
            if h > 4.0 * max(abs(x), 1.0):
                return h, 0.0
        if y is None:
            return h, 0.0
        low, high, rise = 0.5 * h, h, abs(y[k] - value)
        for _ in range(50):
            middle = 0.5 * (low + high)
            y = along(x + sign * middle)
            low, high = (middle, high) if y is not None and y[k] == value else (low, middle)
        y = along(x + sign * high)
        height = 0.0 if y is None else abs(y[k] - value)
        return high, height if height > 2.0**-20 * rise else 0.0


def _change(along: Along, x: float, k: int, value: float, h: float) -> float:
    """The most that output k changes when the number moves by h to either side."""
    found = 0.0
    for moved in (x + h, x - h):
        outputs = along(moved)
        if outputs is not None:
            found = max(found, abs(outputs[k] - value))
    return found


def _not_finite(entry: Entry, slope: Slope) -> Entry:
    if slope.is_kink and entry.analytic in {slope.left, slope.right}:
        entry = replace(entry, left=slope.left, right=slope.right)
        return replace(entry, outcome="kink", why="the slope is infinite")
    if math.isnan(entry.analytic) or (math.isfinite(slope.error) and not slope.is_kink):
        why = f"the gradient is {entry.analytic!r}, but a slope must be finite"
        numeric = slope.value if math.isfinite(slope.value) else None
        return replace(entry, outcome="wrong", numeric=numeric, error=math.inf, why=why)
    why = f"the gradient is {entry.analytic!r}, and the function is not smooth here"
    return replace(entry, outcome="undecided", why=why)
