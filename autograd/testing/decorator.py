"""`checks_gradient`: a function becomes a property test of its own gradient."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, overload

from ..primitive import Op
from .check import check_gradients
from .needed import needed
from .shapes import is_strategy, name_of, named_arguments
from .strategies import points as points_of

Test = Callable[..., None]
_OPERANDS = ("x", "y", "w")


@overload
def checks_gradient(f: Callable[..., Any]) -> Test: ...


@overload
def checks_gradient(
    *, points: Any = None, gradient: Callable[..., Any] | None = None, order: int = 1
) -> Callable[[Callable[..., Any]], Test]: ...


def checks_gradient(
    f: Callable[..., Any] | None = None,
    *,
    points: Any = None,
    gradient: Callable[..., Any] | None = None,
    order: int = 1,
) -> Any:
    """Turn a function into a property test of its gradient.

    The test takes no arguments: pytest collects it if its name begins with ``test``, and calling
    it runs it. Hypothesis draws the points, obeys its profile and ``@settings``, and shrinks a
    failure to a small one, which can be kept as ``@example(x=..., y=...)``.

    >>> from autograd import log, sqrt
    >>> @checks_gradient
    ... def test_distance(x, y):
    ...     return sqrt(x * x + log(y))
    >>> test_distance()
    >>> @checks_gradient(gradient=lambda x, y: (y, -x))
    ... def test_product(x, y):
    ...     return x * y
    >>> test_product()
    Traceback (most recent call last):
    autograd.testing.outcome.GradientMismatch: the gradient of test_product by y is ...

    Parameters
    ----------
    f:
        What `check_gradients` takes; a row of the table or an operation of your own will do too.
        The function itself stays at hand as ``test.f``.
    points:
        Where to check: a strategy of points, which are tuples of the arguments; or what the
        arguments look like, as `points` takes it under the name of ``inputs``. Left out, it is
        ``points(f)``.
    gradient, order:
        As `check_gradients` takes them.

    A point at which a check cannot decide counts as thrown away, so hypothesis complains if there
    are none but those.
    """
    if f is None:
        return functools.partial(_tested, points=points, gradient=gradient, order=order)
    return _tested(f, points=points, gradient=gradient, order=order)


def _tested(
    f: Callable[..., Any], *, points: Any, gradient: Callable[..., Any] | None, order: int
) -> Test:
    """The test that `checks_gradient` makes."""
    if not callable(f):
        raise TypeError(f"checks_gradient goes before a function, not before {f!r:.60}")
    hypothesis = needed("hypothesis", "checks_gradient")
    bound = _takes_self(f)
    free = functools.partial(f, None) if bound else f
    strategy = points if is_strategy(points) else points_of(free, inputs=points)
    names = _names(free, None if is_strategy(points) else points)

    arguments = [*(["self"] if bound else []), *(["point"] if names is None else names)]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature([inspect.Parameter(name, kind) for name in arguments])

    def test(*args: Any, **kwargs: Any) -> None:
        drawn = signature.bind(*args, **kwargs).arguments
        checked = _for_owner(f, drawn.pop("self")) if bound else f
        point = drawn["point"] if names is None else tuple([drawn[name] for name in names])
        verdict = check_gradients(checked, point, gradient, order=order)
        hypothesis.event(f"gradient: {verdict.outcome}")
        if verdict.outcome == "undecided":
            hypothesis.event(verdict.why)
            hypothesis.reject()

    test.__dict__.update(vars(f) if inspect.isfunction(f) else {})  # an @example below us
    test.__name__ = name_of(f)
    test.__qualname__ = getattr(f, "__qualname__", test.__name__)
    test.__module__ = getattr(f, "__module__", __name__)
    test.__doc__ = f.__doc__ if inspect.isfunction(f) else None
    test.__signature__ = signature  # type: ignore[attr-defined]
    decorated: Any = hypothesis.given(**_by_name(strategy, names))(test)
    decorated.f = f
    return decorated  # type: ignore[no-any-return]


def _by_name(strategy: Any, names: list[str] | None) -> dict[str, Any]:
    """A strategy for each argument, which together draw one point: so hypothesis names them."""
    if names is None:
        return {"point": strategy}
    st = needed("hypothesis.strategies", "checks_gradient")
    whole = st.shared(strategy.map(lambda point: _as_arguments(point, names)), key=object())
    return {name: whole.map(_Part(i)) for i, name in enumerate(names)}


class _Part:
    """One argument of a point."""

    def __init__(self, i: int) -> None:
        self.i = i

    def __call__(self, point: tuple[Any, ...]) -> Any:
        return point[self.i]

    def __repr__(self) -> str:
        return f"argument {self.i}"


def _as_arguments(point: Any, names: list[str]) -> tuple[Any, ...]:
    """What a strategy drew as arguments: a tuple, or the only one."""
    arguments = point if type(point) is tuple else (point,)
    if len(arguments) != len(names):
        raise TypeError(
            f"points are tuples of the arguments {', '.join(names)}, and the strategy drew "
            f"{point!r:.60}"
        )
    return arguments


def _names(f: Callable[..., Any], inputs: Any) -> list[str] | None:
    """The names of the arguments that are drawn; None if there may be any number of them."""
    if isinstance(f, Op):
        return (
            None
            if f.arity is None
            else [*_OPERANDS, *[f"x{i}" for i in range(3, f.arity)]][: f.arity]
        )
    if inputs is not None:
        return list(named_arguments(f, inputs))
    parameters = inspect.signature(f).parameters.values()
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None
    return [p.name for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD]


def _takes_self(f: Callable[..., Any]) -> bool:
    """Whether f is written in a class, as a method."""
    return inspect.isfunction(f) and next(iter(inspect.signature(f).parameters), "") == "self"


def _for_owner(f: Callable[..., Any], owner: Any) -> Callable[..., Any]:
    """A method, with its object."""
    method: Callable[..., Any] = f.__get__(owner)
    return method
