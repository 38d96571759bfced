"""Where a function can be checked: what it takes, and points inside its domain, away from kinks.

What a function takes is a *shape*, read from its signature: a tree (`trees`) with an `Interval` in
the place of each number, or a Hypothesis strategy for whatever it draws. `Several` is a list whose
length is not drawn yet.

A strategy draws numbers blindly; the code here then moves them to suitable places. Moving rejects
no draws, whereas filtering would. A draw that Hypothesis has shrunk to zeros is moved to small
whole numbers, so cases stay readable.

Notation: xs are the numbers of a point, from left to right; spans are the intervals in which each
may lie, None for one that must not change.
"""

from __future__ import annotations

import inspect
import itertools
import math
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..numbers import is_number
from ..primitive import REALS, Interval
from ..trees import flatten
from .results import function_name

Named = dict[str, Any]
_LISTS = (list, Sequence, Iterable)
MARGIN: float = 0.05
"""How far from kinks and from the open ends of a domain a point lies."""

Span = Interval | None
Numbers = list[float]

_SHIFTS = (1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 0.25, -0.25)
_SHRINKS = (0.5, 0.25, 0.125, 2.0**-6, 2.0**-10)
_LANDMARKS = (0.0, 1.0, -1.0)
_DIGITS = (0, 1, 2, 3, 6, 12)
_AT_A_TIME = 8  # how many numbers are moved one by one, if there are many
_A_FEW = 3
_SOWN = 24
_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known about a point: whether everything is defined there, and how far kinks are."""

    defined: bool
    distances: tuple[float, ...] = ()
    why: str = ""
    """Why it is not defined."""

    @property
    def smooth(self) -> bool:
        """Defined, and not near a kink."""
        return self.defined and all(abs(distance) > MARGIN for distance in self.distances)

    @property
    def kinked(self) -> bool:
        """Defined, and exactly on a kink."""
        return self.defined and any(distance == 0 for distance in self.distances)


Judge = Callable[[Numbers], Finding]


def ends(span: Interval, reach: float) -> tuple[float, float]:
    """The least and the greatest number to draw: in the interval, up to ``reach`` from its middle.

    >>> ends(Interval(low=1.0), 4.0), ends(Interval(), 4.0)
    ((1.05, 5.05), (-4.0, 4.0))
    """
    low, high = span.low + MARGIN, span.high - MARGIN
    if low > high:
        low = high = (span.low + span.high) / 2.0
    centre = min(max(0.0, low), high)
    return max(low, centre - reach), min(high, centre + reach)


def smooth_place(xs: Numbers, spans: Sequence[Span], judge: Judge) -> Numbers | None:
    """``xs``, or the first place found where everything is defined and smooth, or None."""
    for moved in _moves(xs, spans):
        if _within(moved, xs, spans) and judge(moved).smooth:
            return moved
    return None


def kinked_places(xs: Numbers, spans: Sequence[Span], judge: Judge) -> list[Numbers]:
    """Some places near ``xs`` that lie exactly on a kink."""
    found: list[Numbers] = []
    start = smooth_place(xs, spans, judge) or xs  # a place where distances are known, if any
    simple = [x if span is None else 1.0 for x, span in zip(xs, spans, strict=True)]
    for moved in itertools.chain(
        _landings(start, spans, judge),
        _landmarks(start, spans),
        _landings(simple, spans, judge),  # there a distance is more likely to be exactly zero
    ):
        if moved not in found and _inside(moved, xs, spans) and judge(moved).kinked:
            found.append(moved)
            if len(found) == _ENOUGH:
                break
    return found


def _moves(xs: Numbers, spans: Sequence[Span]) -> Iterator[Numbers]:
    """Larger and larger moves of the numbers that may move."""
    free = [i for i, span in enumerate(spans) if span is not None]
    few = free[:_AT_A_TIME]
    yield xs
    for shift in _SHIFTS:
        yield from (_with(xs, {i: xs[i] + shift}) for i in few)
    yield from (_with(xs, {i: abs(xs[i])}) for i in few)
    for start in (xs, _with(xs, {i: abs(xs[i]) for i in free})):
        yield start
        yield _with(start, {i: start[i] + 1.0 + place for place, i in enumerate(free)})
        for factor in _SHRINKS:
            yield _with(start, {i: factor * start[i] for i in free})
    for place, i in enumerate(few):
        yield from (_with(xs, {i: xs[j], j: xs[i]}) for j in few[place + 1 :])
    for k in range(1, _SOWN):  # spread evenly, whatever the numbers were
        yield _with(xs, {i: _sown(spans[i], k, place) for place, i in enumerate(free)})


def _sown(span: Span, k: int, place: int) -> float:
    low, high = ends(span or Interval(), 2.0)
    fraction = (k * _GOLDEN + place * _GOLDEN * k * k) % 1.0
    return round(low + (high - low) * fraction, 2)


def _landings(xs: Numbers, spans: Sequence[Span], judge: Judge) -> Iterator[Numbers]:
    """Places that may be on a kink: whole numbers, ties, and where a distance becomes zero."""
    free = [i for i, span in enumerate(spans) if span is not None]
    few = free[:_AT_A_TIME]
    yield xs
    for i in few:
        yield from _straight_to_a_kink(xs, i, judge)
        yield from (_with(xs, {i: xs[j]}) for j in range(len(xs)) if j != i)
        yield from (_with(xs, {i: x}) for x in (*_LANDMARKS, float(round(xs[i]))))


def _landmarks(xs: Numbers, spans: Sequence[Span]) -> Iterator[Numbers]:
    """All numbers at 0, 1 or −1, in every combination if they are few."""
    free = [i for i, span in enumerate(spans) if span is not None]
    yield from (_with(xs, dict.fromkeys(free, x)) for x in _LANDMARKS)
    if len(free) <= _A_FEW:
        for several in itertools.product(_LANDMARKS, repeat=len(free)):
            yield _with(xs, dict(zip(free, several, strict=True)))


def _straight_to_a_kink(xs: Numbers, i: int, judge: Judge) -> Iterator[Numbers]:
    """Follow each distance to a kink down to zero, along one number: most distances are linear."""
    step = 2.0**-20 * max(1.0, abs(xs[i]))
    here, there = judge(xs).distances, judge(_with(xs, {i: xs[i] + step})).distances
    if len(here) != len(there):
        return
    for distance, further in zip(here, there, strict=True):
        slope = (further - distance) / step
        if slope and math.isfinite(slope):
            target = xs[i] - distance / slope
            yield from (_with(xs, {i: round(target, digits)}) for digits in _DIGITS)
            yield _with(xs, {i: target})


def _with(xs: Numbers, changes: dict[int, float]) -> Numbers:
    moved = list(xs)
    for i, x in changes.items():
        moved[i] = x + 0.0  # never −0.0
    return moved


def is_inside(x: float, span: Interval) -> bool:
    """Whether a number lies in an interval, with a margin to its ends and excluded points."""
    return span.low + MARGIN <= x <= span.high - MARGIN and all(
        abs(x - gone) > MARGIN for gone in span.without
    )


def _within(moved: Numbers, xs: Numbers, spans: Sequence[Span]) -> bool:
    """Whether each number lies inside its interval, or has not changed."""
    return all(
        x == before if span is None else is_inside(x, span)
        for x, before, span in zip(moved, xs, spans, strict=True)
    )


def _inside(moved: Numbers, xs: Numbers, spans: Sequence[Span]) -> bool:
    """Whether each number lies in its interval; a closed end counts as inside."""
    return all(
        x == before if span is None else x in span
        for x, before, span in zip(moved, xs, spans, strict=True)
    )


# --- what a function takes -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Several:
    """A list whose length is not drawn yet; all items have one shape."""

    shape: Any


def arguments(f: Callable[..., Any], inputs: Any = None) -> tuple[Any, ...]:
    """The shape of each argument of ``f``, from ``inputs`` or the annotations.

    >>> arguments(lambda x, y: x * y)
    (Interval(low=-inf, high=inf, closed=False, without=()), \
Interval(low=-inf, high=inf, closed=False, without=()))
    """
    return tuple(named_arguments(f, inputs).values())


def named_arguments(f: Callable[..., Any], inputs: Any = None) -> Named:
    """`arguments` by name; those of a function with ``*xs`` are x0, x1 and so on."""
    if inputs is None or isinstance(inputs, Mapping):
        return _by_signature(f, dict(inputs or {}))
    if inputs.__class__ is int:
        if inputs < 1:
            raise ValueError(f"inputs={inputs}: a function to be checked needs at least one")
        given: tuple[Any, ...] = (REALS,) * inputs
    elif isinstance(inputs, tuple):
        given = tuple(map(shape, inputs))
    else:
        given = (shape(inputs),)
    return dict(zip(_names(f, len(given)), given, strict=True))


def shape(example: Any) -> Any:
    """The shape of an example: a number becomes an unlimited interval; all else stays as it is.

    >>> shape({"w": [0.5, 2.0]})["w"][0].needs("x")
    ''
    """
    if example.__class__ is int:
        raise TypeError(
            f"{example} may mean an argument of {example} numbers or the number {example}; write "
            f"{[0.0] * min(example, 3)!r}, or {float(example)!r}"
        )
    leaves, rebuild = flatten(example)
    for leaf in leaves:
        if isinstance(leaf, Interval):
            _refuse_empty(leaf)
        if not (is_number(leaf) or is_strategy(leaf) or isinstance(leaf, (Interval, Several))):
            raise TypeError(
                f"inputs must be numbers, strategies, autograd.Intervals or lists of them, got "
                f"{leaf!r:.60}"
            )
    return rebuild([REALS if is_number(leaf) else leaf for leaf in leaves])


def _refuse_empty(interval: Interval) -> None:
    """Raise if no number lies in an interval, or if its ends are not numbers."""
    ends = (interval.low, interval.high)
    if not all(map(is_number, ends)):
        raise TypeError(
            f"the ends of an Interval must be numbers, got low={ends[0]!r}, high={ends[1]!r}"
        )
    if not interval.low < interval.high:
        raise ValueError(
            f"no number to draw lies in Interval(low={ends[0]!r}, high={ends[1]!r}); low must be "
            "below high"
        )


def is_strategy(x: Any) -> bool:
    """Whether x is a Hypothesis strategy, without importing Hypothesis."""
    return hasattr(x, "example") and hasattr(x, "filter") and hasattr(x, "flatmap")


def _by_signature(f: Callable[..., Any], inputs: Named) -> Named:
    hints = _hints(f)
    found: Named = {}
    for name, parameter in _parameters(f).items():
        if name in inputs:
            found[name] = shape(inputs.pop(name))
        elif parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
            if not found:
                raise TypeError(
                    f"{function_name(f)} takes any number of arguments; write inputs=2 for two "
                    "numbers, or inputs=([0.0] * 3, 0.0) for a list of three and a number"
                )
        elif parameter.default is parameter.empty:
            if parameter.kind is parameter.KEYWORD_ONLY:
                raise TypeError(
                    f"{function_name(f)} needs the keyword {name!r}, but a point gives positional "
                    f"arguments; check lambda x: {function_name(f)}(x, {name}=...)"
                )
            found[name] = _annotated(hints.get(name, float), f, name)
    if inputs:
        raise TypeError(
            f"inputs names {', '.join(map(repr, inputs))}, but {function_name(f)} has only "
            f"{', '.join(found) or 'no arguments'}"
        )
    if not found:
        raise TypeError(f"{function_name(f)} takes no arguments: there is nothing to differentiate")
    return found


def _annotated(  # noqa: PLR0911 - one line for each kind of annotation
    hint: Any, f: Callable[..., Any], name: str
) -> Any:
    """The shape that an annotation describes."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        for fact in args[1:]:
            if isinstance(fact, Interval) or is_strategy(fact):
                return shape(fact)
        return _annotated(args[0], f, name)
    if origin in {types.UnionType, typing.Union} and args:
        return _annotated(next((a for a in args if a is not types.NoneType), float), f, name)
    if hint is tuple or origin is tuple:
        if not args or (len(args) == 2 and args[1] is ...):
            return Several(_annotated(args[0], f, name) if args else REALS)
        return tuple(_annotated(arg, f, name) for arg in args)
    if hint in _LISTS or origin in _LISTS:
        return Several(_annotated(args[0], f, name) if args else REALS)
    if hint in {float, Any, typing.SupportsFloat} or getattr(hint, "__name__", "") == "Value":
        return REALS
    if isinstance(hint, typing.TypeVar):
        return REALS
    shown = getattr(hint, "__name__", None) or str(hint)
    raise TypeError(
        f"cannot draw {name!r} of {function_name(f)}, annotated as {shown}; say what it looks "
        f"like: inputs={{{name!r}: [0.0, 0.0]}} for a list of two numbers, or give a strategy"
    )


def _hints(f: Callable[..., Any]) -> Named:
    try:
        return typing.get_type_hints(f, include_extras=True)
    except Exception:  # noqa: BLE001 - names that do not exist at run time: as if not annotated
        return {}


def _parameters(f: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(f).parameters
    except (ValueError, TypeError):
        raise TypeError(
            f"{function_name(f)} does not say what it takes; write inputs=2 for two numbers, or "
            "inputs=([0.0] * 3,) for a list of three"
        ) from None


def _names(f: Callable[..., Any], count: int) -> list[str]:
    """Names for this many arguments: the function's own, as far as it has them."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (ValueError, TypeError):
        parameters = []
    own = [p.name for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    if count > len(own) and parameters and all(p.kind is not p.VAR_POSITIONAL for p in parameters):
        raise TypeError(f"inputs has {count} arguments, but {function_name(f)} takes {len(own)}")
    return [own[i] if i < len(own) else f"x{i}" for i in range(count)]
