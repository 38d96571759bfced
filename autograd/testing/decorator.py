"""`checks_gradient`: turns a function into a property test of its own gradient."""

from __future__ import annotations

import functools
import inspect
import itertools
import operator
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn, overload

from _glassgrad_installation import needed

from ..primitive import Op
from . import exact
from .check import check_gradients
from .outcome import GradientMismatch
from .places import is_strategy, named_arguments
from .results import check_claim, function_name
from .strategies import points_told

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
    failure to a small one, which can be kept as ``@example(x=..., y=...)``. There is no time limit
    unless a profile or ``@settings`` of yours sets a deadline; Hypothesis' default is ignored.

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
        Any function that `check_gradients` takes; also a row of the table or an operation of your
        own. The function itself is available as ``test.f``.
    points:
        Where to check: a strategy of points, which are tuples of the arguments; or what the
        arguments look like, as in the ``inputs`` of `points`. The default is ``points(f)``.
    gradient, order:
        The same as for `check_gradients`.

    Keyword-only arguments without a default, and those that ``pytest.mark.parametrize`` below this
    decorator names, are not drawn: they are left to pytest, for fixtures and parameters.

    A point is rejected if the check is undecided there, or if the value jumps. If too few points
    remain, Hypothesis raises an error that says why the last one was rejected. An error that the
    function raises fails the test, unless it says that the function is not defined there: a
    `DomainError` or an arithmetic error.
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
    check_claim(gradient, "checks_gradient")
    hypothesis = needed("hypothesis", "checks_gradient")
    bound = _takes_self(f)
    outside = _left_to_pytest(f)
    free = functools.partial(f, None) if bound else f
    if outside:
        free = functools.partial(free, **dict.fromkeys(outside))
    refusals = Refusals()
    given = is_strategy(points)
    strategy = points if given else points_told(free, inputs=points, told=refusals.refuse)
    names = _names(free, None if given else points)

    arguments = [*(["self"] if bound else []), *(["point"] if names is None else names)]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature([inspect.Parameter(x, kind) for x in (*arguments, *outside)])

    def test(*args: Any, **kwargs: Any) -> None:
        __tracebackhide__ = True
        drawn = signature.bind(*args, **kwargs).arguments
        checked = f.__get__(drawn.pop("self")) if bound else f
        if outside:
            checked = functools.partial(checked, **{name: drawn.pop(name) for name in outside})
        point = drawn["point"] if names is None else tuple([drawn[name] for name in names])
        try:
            verdict = check_gradients(checked, point, gradient, order=order)
        except ValueError as error:
            if not _is_ours(error):
                error.add_note(_NOT_DEFINED.format(name=function_name(f)))
            raise
        hypothesis.event(f"gradient: {verdict.outcome}")
        if verdict.outcome in {"undecided", "jump"}:
            hypothesis.event(verdict.why)
            refusals.refuse(point, verdict.why)
            hypothesis.reject()
        refusals.checked += 1

    test.__dict__.update(vars(f) if inspect.isfunction(f) else {})  # an @example below this one
    name = function_name(f)
    test.__name__ = name if name.isidentifier() else "function"  # hypothesis reads on in a lambda
    test.__qualname__ = getattr(f, "__qualname__", test.__name__)
    test.__module__ = getattr(f, "__module__", __name__)
    test.__doc__ = f.__doc__ if inspect.isfunction(f) else None
    test.__signature__ = signature  # type: ignore[attr-defined]
    decorated: Any = hypothesis.given(**_by_name(strategy, names))(test)
    decorated.f = f
    decorated.__signature__ = inspect.signature(
        decorated
    )  # by which pytest sees what is left to it
    return _explained(decorated, refusals)


_NOT_DEFINED = (
    "If {name} is not defined there, say where it is: @checks_gradient(points=...), or let it "
    "raise an autograd.DomainError"
)


def _explained(decorated: Any, refusals: Refusals) -> Test:
    """A Hypothesis test whose failures are explained in terms of gradients.

    It shares the attributes of the other test, so ``@settings`` and ``@example`` reach both.
    """
    errors = needed("hypothesis.errors", "checks_gradient")

    def run(*args: Any, **kwargs: Any) -> None:
        __tracebackhide__ = True
        refusals.__init__()  # type: ignore[misc]
        _made_patient(decorated)
        exact.load()  # here rather than in the first example, whose time may be limited
        try:
            decorated(*args, **kwargs)
        except (errors.FailedHealthCheck, errors.Unsatisfiable) as error:
            if not refusals.prevail:
                raise
            raise type(error)(refusals.words(function_name(decorated.f))) from None
        except GradientMismatch as error:
            _without_explanation(error)
            error.__traceback__ = None  # none of it is the user's code
            raise_at(decorated.f, error)

    test: Any = functools.wraps(decorated)(run)
    test.__dict__ = decorated.__dict__  # not a copy
    return test  # type: ignore[no-any-return]


def _made_patient(decorated: Any) -> None:
    """Drop Hypothesis' time limits, which fail right gradients on a busy machine; keep the user's.

    A limit inherited from Hypothesis' default profile is the same object as there.
    """
    hypothesis = needed("hypothesis", "checks_gradient")
    obeyed = getattr(decorated, _SETTINGS, None)
    if obeyed is not None:
        usual = hypothesis.settings.get_profile("default").deadline
        is_usual = obeyed.deadline is usual and usual == timedelta(milliseconds=200)
        slow = {hypothesis.HealthCheck.too_slow, *obeyed.suppress_health_check}
        patient = hypothesis.settings(
            obeyed,
            deadline=None if is_usual else obeyed.deadline,
            suppress_health_check=tuple(slow),
        )
        setattr(decorated, _SETTINGS, patient)


_SETTINGS = "_hypothesis_internal_use_settings"  # where Hypothesis keeps the settings of a test


def _without_explanation(error: BaseException) -> None:
    """Drop Hypothesis' note of the lines that only failures run: they are ours, not the user's."""
    notes: list[str] = getattr(error, "__notes__", [])
    for start, note in enumerate(notes):
        if note.startswith("Explanation:"):
            rest = itertools.dropwhile(lambda line: line.startswith(" "), notes[start + 1 :])
            notes[start:] = list(rest)
            return


def _is_ours(error: BaseException) -> bool:
    """Whether glassgrad raised an error, rather than the function that it called."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    module = "" if frame is None else str(frame.tb_frame.f_globals.get("__name__"))
    return module.partition(".")[0] == __name__.partition(".")[0]


def _by_name(strategy: Any, names: list[str] | None) -> dict[str, Any]:
    """A strategy for each argument; together they draw one point, and Hypothesis names them."""
    if names is None:
        return {"point": strategy}
    st = needed("hypothesis.strategies", "checks_gradient")
    whole = st.shared(strategy.map(lambda point: _as_arguments(point, names)), key=object())
    return {name: whole.map(operator.itemgetter(i)) for i, name in enumerate(names)}


def _as_arguments(point: Any, names: list[str]) -> tuple[Any, ...]:
    """What a strategy drew, as arguments: a tuple of them, or the only one."""
    arguments = point if type(point) is tuple else (point,)
    if len(arguments) != len(names):
        raise TypeError(
            f"points are tuples of the arguments {', '.join(names)}, but the strategy drew "
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


def _left_to_pytest(f: Callable[..., Any]) -> list[str]:
    """The arguments that are fixtures or parameters of pytest, and not drawn."""
    if not inspect.isfunction(f):
        return []
    parameters = inspect.signature(f).parameters
    marked = [
        name.strip()
        for mark in getattr(f, "pytestmark", [])
        if mark.name == "parametrize"
        for name in (mark.args[0].split(",") if isinstance(mark.args[0], str) else mark.args[0])
    ]
    keywords = [
        p.name for p in parameters.values() if p.kind is p.KEYWORD_ONLY and p.default is p.empty
    ]
    left = [name for name in dict.fromkeys([*keywords, *marked]) if name in parameters]
    drawn = [name for name in parameters if name not in left]
    if list(parameters)[: len(drawn)] != drawn:
        raise TypeError(
            f"the arguments {', '.join(left)} of {function_name(f)} are left to pytest: write "
            "them after those that are drawn, or after a *"
        )
    return left


# --- messages about a run -------------------------------------------------------------------------


class Refusals:
    """A count of the points of one run: those that were checked and those that could not be."""

    def __init__(self) -> None:
        self.checked = self.refused = 0
        self.last: tuple[Any, str] = ((), "")

    def refuse(self, point: Any, why: str) -> None:
        """Count a point that was rejected."""
        self.refused += 1
        self.last = (point, why)

    @property
    def prevail(self) -> bool:
        """Whether most points were rejected."""
        return self.refused > self.checked

    def words(self, name: str) -> str:
        """The message for a run that found too few points: what happened, and what to write."""
        point, why = self.last
        return (
            f"{name} could be checked at {self.checked} of the {self.checked + self.refused} drawn "
            f"points. The last rejected point was {point!r:.200}, because {why}. Say "
            f"where {name} can be checked: @checks_gradient(points=...) takes a strategy of "
            "points, or an Interval or an example for each argument by name, as in "
            "points={'x': Interval(low=1.0, high=2.0)}"
        )


def raise_at(f: Callable[..., Any], error: BaseException) -> NoReturn:
    """Raise ``error`` so that its traceback shows the line ``def f(...)``, where there is one.

    A property test is called by pytest, Hypothesis and us: no frame of the traceback would be the
    user's. So the error is raised by code that claims to be on that line.
    """
    __tracebackhide__ = True
    code = getattr(f, "__code__", None)
    if code is None:
        raise error
    line = _line_of_def(f, code.co_firstlineno)
    here = compile("\n" * (line - 1) + "raise error", code.co_filename, "exec")
    exec(here.replace(co_name=code.co_name), {"error": error})  # noqa: S102 - one line of ours
    raise AssertionError  # never


def _line_of_def(f: Callable[..., Any], first: int) -> int:
    """The line with ``def``, below any decorators."""
    try:
        lines = inspect.getsourcelines(f)[0]
    except (OSError, TypeError):
        return first
    below = [k for k, line in enumerate(lines) if line.lstrip().startswith(("def ", "async def "))]
    return first + (below[0] if below else 0)
