"""Operations of a user's own: `operation` adds a row to the table at run time."""

from __future__ import annotations

import functools
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
    for each operand, where z is the result; written with ``+ − *`` and the functions of autograd
    (``div`` rather than ``/``, which raises at 0 on plain floats) it also serves higher
    derivatives. For a ``variadic`` operation it is one function that returns all the slopes.

    ``exact`` is the value once more in mpmath's arithmetic, (mp, x, y, …) -> value, or the name of
    a function of mpmath. With it `testing.check_gradients` knows as many digits of your operation
    as of those of the table; without it the slopes are held to differences of ``forward``.

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
        if the name is taken or no name, or if there are no partials.
    """
    given_name: Any = name
    if not isinstance(given_name, str) or not name.isidentifier():
        raise OperationError(f"an operation's name is an identifier, got {name!r}")
    functions = (partials,) if callable(partials) else _tuple(partials)
    given = functions if isinstance(partials, Iterable) or functions else partials
    if not functions or not all(map(callable, (forward, *functions))):
        raise OperationError(
            f"operation {name!r} needs a forward function and one partial for each operand, "
            f"got {forward!r} and {given!r}"
        )
    intervals = (domain,) if isinstance(domain, Interval) else _tuple(domain) or (domain,)
    if not (exact is None or callable(exact) or isinstance(exact, str)):
        raise OperationError(
            f"operation {name!r} has exact={exact!r}; write exact=lambda mp, x: mp.exp(x), or the "
            'name of a function of mpmath, exact="exp"'
        )
    _refuse_domains(name, intervals, operands=None if variadic else len(functions))

    def inside(*xs: Any) -> Any:
        """``forward``, held to the domain and to one number."""
        if row.arity not in {None, len(xs)}:
            raise row.misuse(xs)
        if not row.contains(xs):
            return math.nan  # so the domain is checked
        result = forward(*xs)
        if not is_number(result):
            raise OperationError(
                f"the forward function of {name} returned a {type(result).__name__}; it takes "
                "doubles and returns one"
            )
        return (
            result
            if result.__class__ is float
            else _fitting(result, f"the forward function of {name}")
        )

    inside.__doc__ = forward.__doc__
    row = Op(
        name,
        symbol or name,
        inside,
        tuple([_in_plain_numbers(partial, name, variadic=variadic) for partial in functions]),
        domain=intervals,
        formulas=tuple(formulas),
        conventions=tuple(conventions),
        variadic=variadic,
        is_activation=is_activation,
        kinks=kinks,
        exact=exact,
    )
    if name not in ALL:  # a name that is taken is the first complaint
        _refuse_signatures(name, forward, functions, variadic=variadic)
    return register(row)


def _in_plain_numbers(
    partial: Callable[..., Any], name: str, *, variadic: bool
) -> Callable[..., Any]:
    """``partial``, with doubles for NumPy's scalars: float32 would lose a gradient's digits."""

    def plain(slope: Any, operands: tuple[Any, ...]) -> Any:
        if slope.__class__ is float:
            return slope
        if isinstance(slope, (int, Fraction)):
            return _fitting(slope, f"a partial of {name}")
        if isinstance(slope, Recorder):
            if not any(isinstance(x, Recorder) for x in operands):
                raise OperationError(
                    f"a partial of {name} returned a Value for plain numbers; a partial is made of "
                    "its operands, plain numbers and the functions of autograd"
                )
            return slope
        if not is_number(slope):
            raise OperationError(
                f"a partial of {name} returned a {type(slope).__name__}; it returns one number"
            )
        return float(_fitting(slope, f"a partial of {name}"))

    @functools.wraps(partial)
    def slope(*operands: Any) -> Any:
        found = partial(*operands)
        if variadic:
            slopes, count = _tuple(found), len(operands) - 1
            if not isinstance(found, Iterable) or len(slopes) != count:
                what = f"{len(slopes)} of them" if slopes else f"{found!r:.60}"
                raise OperationError(
                    f"the partial of {name} returns a tuple of slopes, one for each of {count} "
                    f"operands; got {what}"
                )
            return tuple([plain(one, operands) for one in slopes])
        return plain(found, operands)

    return slope


def _fitting(number: Any, what: str) -> Any:
    """The number, unless it is finite and too large for a double."""
    try:
        real(number)
    except OverflowError:
        raise OverflowError(
            f"{what} returned a number that is too large for a double (up to 1.8e308), of type "
            f"{type(number).__name__}; return math.inf if infinity is meant"
        ) from None
    return number


def _refuse_domains(name: str, intervals: tuple[Any, ...], operands: int | None) -> None:
    """Raise unless there is one interval for all operands, or one for each of a fixed number."""
    for interval in intervals:
        if not isinstance(interval, Interval):
            raise OperationError(
                f"operation {name!r} has a domain that is not an Interval: {interval!r}"
            )
    if len(intervals) not in {1, operands}:
        partials = "any number of operands" if operands is None else f"{operands} partials"
        each = "" if operands is None else "one for each operand, or "
        raise OperationError(
            f"operation {name!r} has {partials} but {len(intervals)} domains; give {each}one for "
            "all"
        )


def _refuse_signatures(
    name: str,
    forward: Callable[..., Any],
    partials: Iterable[Callable[..., Any]],
    *,
    variadic: bool,
) -> None:
    """Raise if ``forward`` cannot be called with all operands, or a partial with z before them."""
    partials = tuple(partials)
    count = 2 if variadic else len(partials)
    letters = "*xs" if variadic else ", ".join(["x", "y", "w"][:count])
    for partial in partials:
        if found := _other_signature(partial, 1 + count):
            raise OperationError(
                f"a partial of {name!r} takes (z, {letters}), the result and then the operands, "
                f"with one partial for each operand; got {found}"
            )
    if found := _other_signature(forward, count):
        raise OperationError(
            f"the forward function of {name!r} takes ({letters}), the operands, of which each has "
            f"a partial; got {found}"
        )


def _other_signature(function: Callable[..., Any], count: int) -> str:
    """What ``function`` takes, if that is not ``count`` numbers."""
    import inspect  # noqa: PLC0415 - costs milliseconds, and few programs add operations

    try:
        signature = inspect.signature(function)
    except ValueError:  # a built-in that does not say
        return ""
    try:
        signature.bind(*range(count))
    except TypeError:
        return str(signature)
    return ""


def _tuple(xs: Any) -> tuple[Any, ...]:
    """``xs`` as a tuple; empty if it is no collection."""
    return tuple(xs) if isinstance(xs, Iterable) else ()
