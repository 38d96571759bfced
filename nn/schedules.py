"""How the learning rate changes while a network learns.

A schedule is a function (t, end) -> factor of the learning rate, where t goes from 0 to ``end`` in
any unit: `nn.fit` counts epochs, with fractions, and calls the schedule before each step. Any such
function works. The schedules here cannot be changed once made, and are equal if their settings are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograd.numbers import real

from .checks import not_negative, positive
from .names import helped

Schedule = Callable[[float, float], float]

# Times are sums of fractions; one that is short of a step only by rounding counts as there.
_HAIR = 1e-9


@dataclass(frozen=True, slots=True)
class StepDecay:
    """Multiply by ``factor`` each time ``every`` has passed: factor ** (number of times).

    >>> schedule = StepDecay(10, factor=0.5)
    >>> [schedule(t, 30) for t in (0, 9.9, 10, 20)]
    [1.0, 1.0, 0.5, 0.25]
    """

    every: float
    factor: float = 0.1

    def __post_init__(self) -> None:
        _check(self, every=positive, factor=positive)
        if self.factor > 1.0:
            raise ValueError(f"StepDecay: factor must be at most 1, got {self.factor:g}")

    def __call__(self, t: float, end: float) -> float:
        """The factor at time t; ``end`` makes no difference."""
        t, _ = _times(t, end)
        steps: float = self.factor ** math.floor(t / self.every + _HAIR)
        return steps


@dataclass(frozen=True, slots=True)
class _Decay:
    final: float = 0.0

    def __post_init__(self) -> None:
        _check(self, final=not_negative)


@dataclass(frozen=True, slots=True)
class CosineDecay(_Decay):
    """From 1 to ``final`` along half a cosine wave: gently at both ends.

    >>> [round(CosineDecay()(t, 10), 3) for t in (0, 2.5, 5, 10)]
    [1.0, 0.854, 0.5, 0.0]

    Source: Loshchilov & Hutter, SGDR: stochastic gradient descent with warm restarts, 2017,
    equation 5, without restarts.
    """

    def __call__(self, t: float, end: float) -> float:
        """The factor at time t of ``end``; afterwards it stays ``final``."""
        wave = (1.0 + math.cos(math.pi * _share(t, end))) / 2.0
        return self.final + (1.0 - self.final) * wave


@dataclass(frozen=True, slots=True)
class LinearDecay(_Decay):
    """From 1 to ``final`` in a straight line.

    >>> [LinearDecay(final=0.5)(t, 10) for t in (0, 5, 10, 20)]
    [1.0, 0.75, 0.5, 0.5]
    """

    def __call__(self, t: float, end: float) -> float:
        """The factor at time t of ``end``; afterwards it stays ``final``."""
        share = _share(t, end)
        return (1.0 - share) + share * self.final


@dataclass(frozen=True, slots=True)
class WarmUp:
    """From ``start`` up to 1 in a straight line, for ``length``; afterwards the schedule ``then``.

    ``start`` is the factor of the first step. It is a third by default, as in PyTorch's LinearLR,
    because a step with the factor 0 would learn nothing. ``then`` is another schedule, which starts
    when the warm-up is over and gets the remaining time; None stays at 1.

    >>> schedule = WarmUp(2, then=LinearDecay(), start=0.1)
    >>> [schedule(t, 10) for t in (0, 1, 2, 6, 10)]
    [0.1, 0.55, 1.0, 0.5, 0.0]

    Source: Goyal et al., Accurate, large minibatch SGD, 2017, section 2.2, which starts at one over
    the number of machines.
    """

    length: float
    then: Schedule | None = None
    start: float = 1.0 / 3.0

    def __post_init__(self) -> None:
        _check(self, length=positive, start=not_negative)
        if self.then is not None and not callable(self.then):
            raise TypeError(
                "WarmUp: then must be a schedule, a function (t, end) -> factor, got "
                f"{self.then!r:.60}; write WarmUp({self.length:g}, then=CosineDecay())"
            )

    def __call__(self, t: float, end: float) -> float:
        """The factor at time t of ``end``."""
        t, end = _times(t, end)
        if t < self.length:
            share = _share(t, self.length)
            return (1.0 - share) * self.start + share
        return 1.0 if self.then is None else self.then(t - self.length, end - self.length)


for _schedule in (StepDecay, CosineDecay, LinearDecay, WarmUp):
    _schedule.__init__ = helped()(_schedule.__init__)  # type: ignore[method-assign]


def _check(schedule: Any, **checks: Callable[[Any, str], float]) -> None:
    """Check fields of a frozen dataclass, and keep them as floats."""
    for name, check in checks.items():
        number = check(getattr(schedule, name), f"{type(schedule).__name__}: {name}")
        object.__setattr__(schedule, name, number)


def _share(t: float, end: float) -> float:
    """How much of the time has passed, from 0 to 1."""
    t, end = _times(t, end)
    if t <= 0.0:
        return 0.0
    return t / end if t < end else 1.0


def _times(t: float, end: float) -> tuple[float, float]:
    t, end = real(t, "a schedule: t"), real(end, "a schedule: end")
    if not (math.isfinite(t) and math.isfinite(end)):
        raise ValueError(f"a schedule needs finite times, got t={t:g} and end={end:g}")
    return t, end
