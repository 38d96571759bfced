"""Custom operations: `operation` adds a row to the table at run time."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from .errors import OperationError
from .numbers import is_number, real
from .primitive import ALL, REALS, Convention, Interval, Op, Recorder, nothing, register


def operation(
    name: str,
    forward: Callable[..., Any],
    partials: Callable[..., Any] | Iterable[Callable[..., Any]],
    *,
    symbol: str = "",
    domain: Interval | Iterable[Interval] = REALS,
    kinks: Callable[..., tuple[Any, ...]] = nothing,
    formulas: Iterable[str] = (),
    conventions: Iterable[Convention] = (),
    variadic: bool = False,
    is_activation: bool = False,
    exact: Callable[..., Any] | str | None = None,
) -> Op:
    """Add an operation of your own: it works in the engine, in drawings and in checks.

    ``forward`` takes doubles and returns one. ``partials`` has one function (z, x, y, …) -> slope
    for each operand, where z is the result. Written with ``+ − *`` and the functions of autograd
    (``div`` rather than ``/``, which raises at 0 on plain floats), it also serves higher
    derivatives. For a ``variadic`` operation it is one function that returns all the slopes.

    ``exact`` computes the value again in mpmath's arithmetic: a function (mp, x, y, …) -> value,
    or the name of an mpmath function. With it, `testing.check_gradients` can check your operation
    to as many digits as those of the table; without it, slopes are compared with differences of
    ``forward``.

    >>> from autograd import grad
    >>> from autograd.ops import ALL
    >>> cube = operation("doc_cube", lambda x: x * x * x, lambda z, x: 3.0 * x * x, symbol="x³")
    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> cube(x).backward()
    >>> x.grad, grad(grad(cube))(2.0)
    (12.0, 12.0)
    >>> del ALL["doc_cube"]

    Raises
    ------
    OperationError
        if the name is taken or is not an identifier, or if the functions do not fit together.
    """
    given_name: Any = name
    if not isinstance(given_name, str) or not name.isidentifier():
        raise OperationError(f"an operation's name must be an identifier, got {name!r}")
    functions = (partials,) if callable(partials) else _tuple(partials)
    if not functions or not all(map(callable, (forward, *functions))):
        raise OperationError(
            f"operation {name!r} needs a forward function and one partial for each operand, "
            f"got {forward!r} and {functions or partials!r}"
        )
    if not (exact is None or callable(exact) or isinstance(exact, str)):
        raise OperationError(
            f"operation {name!r} has exact={exact!r}; write exact=lambda mp, x: mp.exp(x), or the "
            'name of an mpmath function, exact="exp"'
        )
    count = len(functions)
    intervals = _intervals(name, domain, None if variadic else count)

    def inside(*xs: Any) -> Any:
        """``forward``, with its domain and its result checked."""
        if row.arity not in {None, len(xs)}:
            raise row.misuse(xs)
        if not row.contains(xs):
            return math.nan  # which makes `Op` check the domain
        return _number(forward(*xs), "the forward function", name)

    inside.__doc__ = forward.__doc__
    row = Op(
        name,
        symbol or name,
        inside,
        tuple([_checked(partial, name, variadic=variadic) for partial in functions]),
        domain=intervals,
        formulas=tuple(formulas),
        conventions=tuple(conventions),
        variadic=variadic,
        is_activation=is_activation,
        kinks=kinks,
        exact=exact,
    )
    if name not in ALL:  # if the name is taken, `register` says so first
        letters = "*xs" if variadic else ", ".join("xyw"[:count])
        count = 2 if variadic else count
        for partial in functions:
            takes = f"a partial of {name!r} takes (z, {letters}), the result and then the operands"
            _refuse_signature(partial, 1 + count, f"{takes}, with one partial for each operand")
        takes = f"the forward function of {name!r} takes ({letters}), the operands"
        _refuse_signature(forward, count, f"{takes}, each of which has a partial")
    return register(row)


def _intervals(name: str, domain: Any, count: int | None) -> tuple[Interval, ...]:
    """The domain of each of ``count`` operands, or one for all."""
    intervals = (domain,) if isinstance(domain, Interval) else _tuple(domain)
    if not all(isinstance(interval, Interval) for interval in intervals or [domain]):
        raise OperationError(f"operation {name!r} has a domain that is not an Interval: {domain!r}")
    if len(intervals) not in {1, count}:
        each = "" if count is None else f", or one for each of the {count}"
        raise OperationError(
            f"operation {name!r} has {len(intervals)} domains; give one for all operands{each}"
        )
    return intervals


def _checked(partial: Callable[..., Any], name: str, *, variadic: bool) -> Callable[..., Any]:
    """``partial``, with its result checked: a number, or one for each operand if variadic."""

    def checked(slope: Any, operands: tuple[Any, ...]) -> Any:
        if not isinstance(slope, Recorder):
            return _number(slope, "a partial", name)
        if not any(isinstance(x, Recorder) for x in operands):
            raise OperationError(
                f"a partial of {name} returned a Value for plain numbers; compute a partial only "
                "from its operands, plain numbers and the functions of autograd"
            )
        return slope

    @functools.wraps(partial)
    def slope(*operands: Any) -> Any:
        found = partial(*operands)
        if not variadic:
            return checked(found, operands)
        slopes, count = _tuple(found), len(operands) - 1
        if len(slopes) != count:
            what = f"{len(slopes)} of them" if slopes else f"{found!r:.60}"
            raise OperationError(
                f"the partial of {name} must return a tuple of slopes, one for each of {count} "
                f"operands; got {what}"
            )
        return tuple([checked(one, operands) for one in slopes])

    return slope


def _number(x: Any, role: str, name: str) -> Any:
    """x as a double (NumPy's float32 would lose digits); an int or a Fraction stays exact."""
    if x.__class__ is float:
        return x
    if not is_number(x):
        raise OperationError(
            f"{role} of {name} returned a {type(x).__name__}; it must return one number"
        )
    try:
        double = real(x)
    except OverflowError:
        raise OverflowError(
            f"{role} of {name} returned a number that is too large for a double (up to 1.8e308), "
            f"of type {type(x).__name__}; return math.inf if infinity is meant"
        ) from None
    return x if isinstance(x, (int, Fraction)) else double


def _refuse_signature(function: Callable[..., Any], count: int, takes: str) -> None:
    """Raise if ``function`` cannot be called with ``count`` numbers."""
    try:
        signature = inspect.signature(function)
    except ValueError:  # a built-in without a signature
        return
    try:
        signature.bind(*range(count))
    except TypeError:
        raise OperationError(f"{takes}; got {signature}") from None


def _tuple(xs: Any) -> tuple[Any, ...]:
    """``xs`` as a tuple; empty if it is not a collection."""
    return tuple(xs) if isinstance(xs, Iterable) else ()
