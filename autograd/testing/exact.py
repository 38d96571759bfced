"""Operations and whole recordings in high precision: mpmath, with as many digits as are needed.

The column ``exact`` of a row says what an operation computes; its partials are never used. Slopes
are differences over steps so small, with so many digits, that they are exact compared with a
double. The steps go along a line through the point, so one class serves the slope of an operation
towards one operand (`Operation`), a whole recording from its leaves (`Replay`), and a recording on
either side of its kinks (`Nearby`).

Notation: a line is x + h·d; ``at(mp, h)`` are the results there in the arithmetic ``mp``.
"""

from __future__ import annotations

import contextlib
import functools
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from _glassgrad_installation import needed

from ..primitive import Op, unchecked
from .differences import slope_of
from .recording import Recording

STEP = 30  # the step is 10**-STEP times the number that moves
NEARER = 10  # and then 10**-NEARER of that, to see a jump or an infinite slope

JUMPED = 2.0**-30  # a value this far from the one at the point means a jump
SPARE = 25  # how many digits a difference keeps
MOST_DIGITS = 1100  # beyond, a slope is too small for a double
MOST_OPERATIONS = 200_000  # of one recording in high precision
REFUSED = (ArithmeticError, AttributeError, ValueError, TypeError, MemoryError, RecursionError)


T = TypeVar("T")


class OutOfReach(ArithmeticError):  # noqa: N818 - a reason, not a failure
    """High precision cannot say: the operation has no ``exact``, or is not defined there."""


class Undefined(OutOfReach):
    """There is no finite result there."""


class Sides(NamedTuple):
    """The slopes on either side; None outside the domain, infinite at a jump."""

    left: float | None
    right: float | None
    jumps: bool = False

    @property
    def meet(self) -> bool:
        """Whether the two are equal except for the last digits of a double."""
        left, right = self.left, self.right
        if left is None or right is None or self.jumps:
            return False
        return left == right or abs(left - right) <= 1e-14 * (abs(left) + abs(right))


@dataclass(frozen=True, slots=True)
class Measured:
    """The measured slopes of one operation, and what is wrong with those of its row."""

    slopes: tuple[float, ...]
    errors: tuple[float, ...]
    """The possible errors of the slopes; infinite where nothing could be measured."""
    faults: dict[int, str]
    """By position: what the slope should be."""
    is_exact: bool = True
    """Whether the operation could be computed in high precision."""
    why: str = ""
    """Why nothing could be measured."""
    is_kinked: bool = False
    """Whether the two sides have different slopes although the row names no kink here."""


def value(op: Op, mp: Any, operands: Sequence[Any]) -> Any:
    """The value of a row, in the arithmetic of the mpmath context ``mp``.

    Raises
    ------
    OutOfReach
        if the row has no column ``exact``, or is not defined at these operands.
    """
    if op.exact is None and not op.rational:
        raise OutOfReach(f"the operation {op.name} has no column exact=")
    try:
        if isinstance(op.exact, str):
            found = getattr(mp, op.exact)(*operands)
        elif op.exact is not None:
            found = op.exact(mp, *operands)
        else:
            found = op.forward(*operands)
        if isinstance(found, mp.mpc):
            raise Undefined(f"{op.name} is not defined at the exact numbers")
        return mp.mpf(found)
    except REFUSED as error:
        if isinstance(error, OutOfReach):
            raise
        raise Undefined(f"{op.name} cannot be computed at the exact numbers") from None


def arithmetic(digits: int) -> Any:
    """Mpmath with at least this many digits, for this thread."""
    return _context(50 * math.ceil(digits / 50), threading.get_ident())


@functools.lru_cache(maxsize=64)
def _context(digits: int, _: int) -> Any:
    mp = needed("mpmath", "check_gradients").MPContext()
    mp.dps = digits
    return mp


def load() -> None:
    """Import mpmath, if it is installed, which takes as long as many checks."""
    with contextlib.suppress(ImportError):
        needed("mpmath", "check_gradients")


# --- slopes along a line --------------------------------------------------------------------------


class Line:
    """Results along a line x + h·d through the point: their slopes there, and on either side."""

    most_digits = MOST_DIGITS

    def __init__(self, xs: Sequence[float], direction: Sequence[float], orders: int = 0) -> None:
        self.orders = orders
        sizes = [abs(x) for x in xs if x and math.isfinite(x)]
        least = min([1.0, *sizes])
        logs = [math.log10(abs(d)) if d else None for d in direction]
        moved = [
            math.log10(min(1.0, abs(x)) if x else least) - log
            for x, log in zip(xs, logs, strict=True)
            if log is not None
        ]
        self.power = math.floor(min(moved, default=0.0)) - STEP
        """The power of ten of a step that moves no number by more than 10**-STEP of its size."""
        largest = math.log10(max([1.0, *sizes]))
        smallest = min([log for log in logs if log is not None], default=0.0)
        self.digits = math.ceil(largest - self.power - min(smallest, 0.0) + orders) + SPARE

    def at(self, mp: Any, h: Any) -> Sequence[Any]:
        """The results at a step h, in the arithmetic ``mp``."""
        raise NotImplementedError

    def slopes(self) -> list[tuple[float, Any]]:
        """For each result its slope (f(h) − f(−h)) / 2h, and its value.

        If the difference has lost digits, more digits are used: a slope of 0 may really be 1e-260.
        """
        return self._precise(self._slopes)

    def sides(self) -> list[Sides]:
        """For each result the slopes on either side of the point."""
        return self._precise(self._sides, NEARER)

    def _precise(self, differences: Callable[[Any, Any], tuple[T, bool]], more: int = 0) -> T:
        """The differences, computed with enough digits that they lose none."""
        digits = self.digits
        while True:
            mp = arithmetic(digits + more)
            with unchecked():
                found, is_lost = differences(mp, mp.mpf(10) ** self.power)
            if not is_lost or digits >= self.most_digits:
                return found
            digits = min(self.most_digits, 3 * digits)

    def _slopes(self, mp: Any, h: Any) -> tuple[list[tuple[float, Any]], bool]:
        pairs = list(zip(self.at(mp, h), self.at(mp, -h), strict=True))
        least = mp.mpf(10) ** (15 - mp.dps)
        is_lost = any(abs(a - b) <= abs(a) * least for a, b in pairs if a)
        return [(float((a - b) / (2 * h)), (a + b) / 2) for a, b in pairs], is_lost

    def _sides(self, mp: Any, h: Any) -> tuple[list[Sides], bool]:
        base = self.at(mp, mp.mpf(0))
        towards = [self._one_sided(mp, sign * h, base) for sign in (-1, 1)]
        least = mp.mpf(10) ** (15 - mp.dps)
        found, is_lost = [], False
        for f, *both in zip(base, *towards, strict=True):
            known = [one for one in both if one is not None]
            is_lost = is_lost or any(f and abs(slope * h) <= abs(f) * least for slope, _ in known)
            left, right = [None if one is None else float(one[0]) for one in both]
            found.append(Sides(left, right, any(jumps for _, jumps in known)))
        return found, is_lost

    def _one_sided(self, mp: Any, h: Any, base: Sequence[Any]) -> list[Any]:
        """For each result (slope, whether it jumps), or None where it is undefined on this side."""
        factor = mp.mpf(10) ** NEARER
        try:
            near, nearer = self.at(mp, h), self.at(mp, h / factor)
        except Undefined:
            return [None] * len(base)
        found = []
        for f, a, b in zip(base, near, nearer, strict=True):
            first, second = (a - f) / h, (b - f) * factor / h
            noise = max(abs(f), mp.mpf(10) ** self.orders) * mp.mpf(10) ** (10 - mp.dps)
            if abs(second) > 100 * abs(first) and abs(b - f) > noise:
                found.append((mp.sign(second) * mp.inf, abs(b - f) > 0.5 * abs(a - f)))
                continue
            limit = (factor * second - first) / (factor - 1)
            is_nothing = abs(limit) <= abs(first) / mp.mpf(10) ** SPARE
            found.append((mp.mpf(0) if is_nothing else limit, False))
        return found


class Operation(Line):
    """One operation along a direction from its recorded operands."""

    def __init__(self, op: Op, inputs: Sequence[float], direction: Sequence[float]) -> None:
        super().__init__(inputs, direction)
        self.op, self.inputs, self.direction = op, inputs, direction

    def at(self, mp: Any, h: Any) -> list[Any]:
        """Its value at a step h."""
        moved = [
            mp.mpf(x) + h * mp.mpf(d) if d else mp.mpf(x)
            for x, d in zip(self.inputs, self.direction, strict=True)
        ]
        return [value(self.op, mp, moved)]


# --- whole recordings -----------------------------------------------------------------------------


class Replay:
    """A whole recording, computed again in high precision from its leaves.

    This gives the mathematical function. An operation without ``exact`` is replaced by a straight
    line: its recorded value and its measured slopes.
    """

    def __init__(self, recording: Recording, measured: Sequence[Measured]) -> None:
        self.recording, self.measured = recording, measured
        self.left = MOST_OPERATIONS
        sizes = [abs(v) for v in recording.recorded if v and math.isfinite(v)]
        self.orders = math.ceil(math.log10(max([1.0, *sizes])))
        self._bases: dict[int, list[Any]] = {}
        self._failed: OutOfReach | None = None

    def line(self, direction: Sequence[float]) -> Line:
        """The outputs along a direction of the point's numbers."""
        self.spend(0)  # raises at once if nothing is left
        return _Replayed(self, direction)

    def base(self, mp: Any) -> list[Any]:
        """All values at the point."""
        if self._failed is not None:
            raise self._failed
        if mp.dps not in self._bases:
            try:
                self._bases[mp.dps] = self._start(mp)
            except OutOfReach as error:
                self._failed = error
                raise
        return self._bases[mp.dps]

    def _start(self, mp: Any) -> list[Any]:
        recording = self.recording
        leaves = [mp.mpf(v) if op is None else None
                  for op, v in zip(recording.ops, recording.recorded, strict=True)]  # fmt: skip
        return self.values(mp, leaves, {i: x for i, x in enumerate(leaves) if x is not None})

    def spend(self, operations: int) -> None:
        """Count computed operations; raise if there are too many."""
        self.left -= operations
        if self.left < 0:
            raise OutOfReach(f"more than {MOST_OPERATIONS:,} operations in high precision")

    def values(self, mp: Any, base: Sequence[Any], moved: dict[int, Any]) -> list[Any]:
        """All values after some leaves have moved; those that do not depend on them are kept."""
        values = [moved.get(i, x) for i, x in enumerate(base)]
        changed = set(moved)
        for i, op in enumerate(self.recording.ops):
            operands = self.recording.operands[i]
            if op is None or (values[i] is not None and changed.isdisjoint(operands)):
                continue
            self.spend(1 + len(operands) // 8)
            changed.add(i)
            values[i] = self._value(mp, i, op, [values[j] for j in operands])
        for root in self.recording.roots:
            if not mp.isfinite(values[root]):
                raise Undefined("the exact value is not finite")
        return values

    def _value(self, mp: Any, i: int, op: Op, operands: Sequence[Any]) -> Any:
        return (
            value(op, mp, operands)
            if self.measured[i].is_exact
            else self._straight(mp, i, operands)
        )

    def _straight(self, mp: Any, i: int, operands: Sequence[Any]) -> Any:
        """The value of an operation that is replaced by a straight line through its numbers."""
        measured, total = self.measured[i], mp.mpf(self.recording.recorded[i])
        for x, before, slope, error in zip(
            operands, self.recording.inputs[i], measured.slopes, measured.errors, strict=True
        ):
            if not math.isfinite(error):
                raise OutOfReach(measured.why)
            if x != before:
                total += mp.mpf(slope) * (x - mp.mpf(before))
        return total


class _Replayed(Line):
    """The outputs of a recording along a direction."""

    def __init__(self, replay: Replay, direction: Sequence[float]) -> None:
        recording = replay.recording
        places = zip(recording.places, direction, strict=True)
        self.replay = replay
        self.moving = [(p, d) for p, d in places if p is not None and d]
        xs = [recording.recorded[p] for p, _ in self.moving]
        super().__init__(xs, [d for _, d in self.moving], replay.orders)

    def at(self, mp: Any, h: Any) -> list[Any]:
        """The outputs at a step h."""
        base = self.replay.base(mp)
        moved = {p: base[p] + h * mp.mpf(d) for p, d in self.moving} if h else {}
        values = self.replay.values(mp, base, moved)
        return [values[root] for root in self.replay.recording.roots]


class Nearby(Replay):
    """A recording near its recorded numbers, where some operations are exactly at their kinks.

    Smooth operations become straight lines with their measured slopes; an operation at a kink
    computes its real value, on the side to which its operands move.
    """

    def __init__(
        self, recording: Recording, measured: Sequence[Measured], at_kinks: set[int]
    ) -> None:
        super().__init__(recording, measured)
        self.at_kinks = at_kinks
        self.is_rough = False
        """Whether a straight line misleads: the speed at a kink was 0, or a number jumped."""

    def line(self, direction: Sequence[float]) -> Line:
        """As for `Replay`; but here a slope of 0 is really 0, whatever the number of digits."""
        found = super().line(direction)
        found.most_digits = found.digits
        self.is_rough = False
        return found

    def _start(self, mp: Any) -> list[Any]:
        return [mp.mpf(v) for v in self.recording.recorded]

    def _value(self, mp: Any, i: int, op: Op, operands: Sequence[Any]) -> Any:
        if i not in self.at_kinks and all(map(math.isfinite, self.measured[i].slopes)):
            return self._straight(mp, i, operands)
        before = [mp.mpf(x) for x in self.recording.inputs[i]]
        moves = [x - y for x, y in zip(operands, before, strict=True)]
        recorded = mp.mpf(self.recording.recorded[i])
        speed = max(map(abs, moves))
        change = mp.mpf(0)
        if speed and self.measured[i].is_exact:
            change = value(op, mp, operands) - value(op, mp, before)
        elif speed:
            change = self._change(mp, i, op, [float(m / speed) for m in moves], speed)
        if i in self.at_kinks and (not speed or abs(change) ** 4 > speed):
            self.is_rough = True
        return recorded + change

    def _change(self, mp: Any, i: int, op: Op, direction: Sequence[float], by: Any) -> Any:
        """The change of an operation without ``exact`` along a direction, by differences."""
        inputs, recorded = self.recording.inputs[i], self.recording.recorded[i]

        def along(h: float) -> list[float] | None:
            return computed(op, [x + h * d for x, d in zip(inputs, direction, strict=True)])

        slope = slope_of(along, 0.0, recorded)
        right = slope.right if slope.is_kink else slope.value
        if right is None:
            raise Undefined(f"{op.name} is not defined on this side")
        if slope.jumps and math.isinf(right) and (beyond := along(JUMPED)):
            return mp.mpf(beyond[0]) - mp.mpf(recorded)
        if not (math.isfinite(right) and (slope.jumps or math.isfinite(slope.error))):
            raise OutOfReach(f"{op.name} cannot be measured on this side")
        return mp.mpf(right) * by


def computed(op: Op, operands: Sequence[float]) -> list[float] | None:
    """The value of an operation in doubles; None if it is not finite."""
    try:
        with unchecked():
            result = float(op.forward(*operands))
    except (ArithmeticError, ValueError):
        return None
    return [result] if math.isfinite(result) else None
