"""What a function takes, read from its signature: a number, a list of them, a nested list.

A *shape* is a tree (`trees`) whose leaves say what stands there: an `Interval` for a number, a
hypothesis strategy for whatever that draws. `Several` is a list of a length yet to be drawn.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..numbers import is_number
from ..primitive import REALS, Interval
from ..trees import flatten

Named = dict[str, Any]
_LISTS = (list, Sequence, Iterable)


@dataclass(frozen=True, slots=True)
class Several:
    """A list of a length yet to be drawn, all items of one shape."""

    shape: Any


def arguments(f: Callable[..., Any], inputs: Any = None) -> tuple[Any, ...]:
    """The shape of each argument of ``f``, as ``inputs`` or the annotations say.

    >>> arguments(lambda x, y: x * y)
    (Interval(low=-inf, high=inf, closed=False, without=()), \
Interval(low=-inf, high=inf, closed=False, without=()))
    """
    return tuple(named_arguments(f, inputs).values())


def named_arguments(f: Callable[..., Any], inputs: Any = None) -> Named:
    """`arguments` by name; those of a function of any number of arguments are x0, x1 and so on."""
    if inputs is None or isinstance(inputs, Mapping):
        return _by_signature(f, dict(inputs or {}))
    if inputs.__class__ is int:
        if inputs < 1:
            raise ValueError(f"inputs={inputs}: a function to be checked has at least one")
        given: tuple[Any, ...] = (REALS,) * inputs
    elif isinstance(inputs, tuple):
        given = tuple(map(shape, inputs))
    else:
        given = (shape(inputs),)
    return dict(zip(_names(f, len(given)), given, strict=True))


def shape(example: Any) -> Any:
    """The shape of an example: numbers become any number; strategies and intervals stay.

    >>> shape({"w": [0.5, 2.0]})["w"][0].needs("x")
    ''
    """
    if example.__class__ is int:
        raise TypeError(
            f"an argument of {example} numbers, or the number {example}? write "
            f"{[0.0] * min(example, 3)!r}, or {float(example)!r}"
        )
    leaves, rebuild = flatten(example)
    for leaf in leaves:
        if isinstance(leaf, Interval):
            _refuse_empty(leaf)
        if not (is_number(leaf) or is_strategy(leaf) or isinstance(leaf, (Interval, Several))):
            raise TypeError(
                f"inputs are numbers, strategies, autograd.Intervals and lists of them, got "
                f"{leaf!r:.60}"
            )
    return rebuild([REALS if is_number(leaf) else leaf for leaf in leaves])


def _refuse_empty(interval: Interval) -> None:
    """Raise if no number lies in an interval, or its ends are no numbers."""
    ends = (interval.low, interval.high)
    if not all(map(is_number, ends)):
        raise TypeError(
            f"the ends of an Interval are numbers, got low={ends[0]!r}, high={ends[1]!r}"
        )
    if not interval.low < interval.high:
        raise ValueError(
            f"no number to draw lies in Interval(low={ends[0]!r}, high={ends[1]!r}); low must be "
            "below high"
        )


def is_strategy(x: Any) -> bool:
    """Whether x is a strategy of hypothesis, which need not be imported to know it."""
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
                    f"{name_of(f)} takes any number of arguments; write inputs=2 for two numbers, "
                    "or inputs=([0.0] * 3, 0.0) for a list of three and a number"
                )
        elif parameter.default is parameter.empty:
            if parameter.kind is parameter.KEYWORD_ONLY:
                raise TypeError(
                    f"{name_of(f)} needs the keyword {name!r}, and a point gives positional "
                    f"arguments; check lambda x: {name_of(f)}(x, {name}=...)"
                )
            found[name] = _annotated(hints.get(name, float), f, name)
    if inputs:
        raise TypeError(
            f"inputs for {', '.join(map(repr, inputs))}, and {name_of(f)} has only "
            f"{', '.join(found) or 'no arguments'}"
        )
    if not found:
        raise TypeError(f"{name_of(f)} takes no arguments: there is nothing to differentiate")
    return found


def _annotated(  # noqa: PLR0911 - one line for each kind of annotation
    hint: Any, f: Callable[..., Any], name: str
) -> Any:
    """The shape that an annotation asks for."""
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
        f"no points for {name!r} of {name_of(f)}, annotated as {shown}; say what it looks like: "
        f"inputs={{{name!r}: [0.0, 0.0]}} for a list of two numbers, or give a strategy"
    )


def _hints(f: Callable[..., Any]) -> Named:
    try:
        return typing.get_type_hints(f, include_extras=True)
    except Exception:  # noqa: BLE001 - names that are not there at run time: as if unannotated
        return {}


def _parameters(f: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(f).parameters
    except (ValueError, TypeError):
        raise TypeError(
            f"{name_of(f)} does not say what it takes; write inputs=2 for two numbers, or "
            "inputs=([0.0] * 3,) for a list of three"
        ) from None


def _names(f: Callable[..., Any], count: int) -> list[str]:
    """Names for so many arguments: the function's own as far as it has them."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (ValueError, TypeError):
        parameters = []
    own = [p.name for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    if count > len(own) and parameters and all(p.kind is not p.VAR_POSITIONAL for p in parameters):
        raise TypeError(f"inputs for {count} arguments, and {name_of(f)} takes {len(own)}")
    return [own[i] if i < len(own) else f"x{i}" for i in range(count)]


def name_of(f: Any) -> str:
    """A function as errors name it."""
    return getattr(f, "__name__", None) or getattr(f, "name", None) or repr(f)
