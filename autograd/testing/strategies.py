"""What Hypothesis draws for checks: readable numbers, and points where a check makes sense.

>>> from hypothesis import find
>>> from autograd import log
>>> find(points(log), lambda point: True)
(1.0,)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from _glassgrad_installation import needed

from ..errors import DomainError
from ..graph import Graph
from ..modes import recording
from ..numbers import is_number, real
from ..primitive import REALS, Interval, Op
from ..trees import flatten
from ..value import Value
from .places import MARGIN, Finding, Several, Span, arguments, ends, kinked_places, smooth_place
from .plain import is_outside

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

ORDINARY = 4.0  # most points lie within this distance of 0
TINY = 1e-3
SPECK = 1e-15
_USUAL_REACH = 1000.0
_MOST_NUMBERS = 4  # in a list without a given length
NEAR_A_KINK = f"a kink is there, or within {MARGIN}"
Told = Callable[[Any, str], None]
"""Called with each rejected point, and why it was rejected."""
_ANYWHERE = Finding(defined=True)


def finite_values(
    min: float | None = None,  # noqa: A002 - as people say it
    max: float | None = None,  # noqa: A002
    *,
    exclude_min: bool = False,
    exclude_max: bool = False,
) -> SearchStrategy[float]:
    """Finite doubles from ``min`` to ``max``, which shrink to whole numbers and short fractions.

    If one end is left out, it lies about 1000 from the other. They are never nan, infinite, −0.0 or
    subnormal. For Values write ``finite_values().map(Value)``.

    >>> from hypothesis import find
    >>> find(finite_values(), lambda x: x > 2.5)
    3.0
    >>> find(finite_values(min=0.3, max=0.7), lambda x: True)
    0.5

    Raises
    ------
    ValueError
        if no number lies between the ends, or if one is not finite.
    """
    st = needed("hypothesis.strategies", "finite_values")
    low, high = _bounds(min, max)
    numbers = st.floats(
        low, high, allow_subnormal=False, exclude_min=exclude_min, exclude_max=exclude_max
    )
    strategy: SearchStrategy[float] = numbers.map(lambda x: x + 0.0)  # −0.0 + 0.0 is 0.0
    return strategy


def _bounds(low: float | None, high: float | None) -> tuple[float, float]:
    for end, name in ((low, "min"), (high, "max")):
        if end is not None and not math.isfinite(real(end, f"finite_values({name})")):
            raise ValueError(f"finite_values({name}={end}): the ends must be finite; leave it out")
    far = max(_USUAL_REACH, *(abs(end) for end in (low, high) if end is not None), 0.0)
    lowest = real(low) if low is not None else -far if high is None else real(high) - far
    highest = real(high) if high is not None else far if low is None else real(low) + far
    if lowest > highest:
        raise ValueError(f"finite_values(min={low}, max={high}): min is above max")
    return lowest, highest


def points(
    f: Callable[..., Any],
    *,
    on_kinks: bool = False,
    inputs: Any = None,
    reach: float = _USUAL_REACH,
) -> SearchStrategy[tuple[Any, ...]]:
    """Points at which a gradient of ``f`` can be checked, as tuples of its arguments.

    ``f`` is a row of the operation table, an operation of your own, or any function. Everything
    that is computed on the way is defined and finite there, and at least 0.05 away from every kink;
    with ``on_kinks`` the point lies exactly on one. Draws from elsewhere are moved, not rejected.

    >>> from hypothesis import find
    >>> from autograd import log, relu
    >>> def f(x, ws: list[float]):
    ...     return log(x) * relu(ws[0])
    >>> find(points(f), lambda point: True)
    (1.0, [2.0])
    >>> find(points(relu, on_kinks=True), lambda point: True)
    (0.0,)
    >>> len(find(points(f, inputs=(0.0, [0.0, 0.0])), lambda point: point[0] > 2.0)[1])
    2

    Parameters
    ----------
    f:
        An argument is one number, unless its annotation says ``list[float]``,
        ``list[list[float]]`` or ``tuple[float, float]``; ``Annotated[float, Interval(low=0.0)]``
        keeps it in an interval. Arguments with a default value keep that value.
    on_kinks:
        Points on kinks instead: relu at 0, a tie of two numbers.
    inputs:
        What the arguments look like, if annotations do not say: a tuple with an entry for each, a
        dict by name, or the number of plain numbers. An entry is an example in nested lists, dicts
        or arrays, whose numbers are drawn; a strategy or an `Interval` may replace a number.
    reach:
        How far the farthest numbers lie from 0, or from the end of a domain. Two thirds of the
        points lie within 4, some near 0.

    Raises
    ------
    ValueError
        if ``on_kinks`` is given but there are no kinks.
    TypeError
        if it is not clear what ``f`` takes.
    """
    return points_told(f, on_kinks=on_kinks, inputs=inputs, reach=reach)


def points_told(
    f: Callable[..., Any],
    *,
    on_kinks: bool = False,
    inputs: Any = None,
    reach: float = _USUAL_REACH,
    told: Told | None = None,
) -> SearchStrategy[tuple[Any, ...]]:
    """`points`, with a function that is told about rejected points."""
    st = needed("hypothesis.strategies", "points")
    if not real(reach, "points(reach)") > 0.0:
        raise ValueError(f"points(reach={reach}): reach must be above 0")
    if isinstance(f, Op):
        draw_shape, judge = _of_row(f, inputs, on_kinks=on_kinks), _judge_of_row(f)
    elif callable(f):
        shapes = arguments(f, inputs)
        draw_shape, judge = (lambda draw: _settled(draw, shapes)), _judge_of_function(f)
    else:
        raise TypeError(f"points takes a function or an operation, got {f!r:.60}")

    @st.composite  # type: ignore[untyped-decorator, unused-ignore]
    def drawn(draw: DrawFn) -> tuple[Any, ...]:
        return _point(draw, draw_shape(draw), judge, reach, on_kinks=on_kinks, told=told)

    strategy: SearchStrategy[tuple[Any, ...]] = drawn()
    return strategy


def _point(
    draw: DrawFn,
    shapes: Any,
    judge: Callable[[Any], Finding],
    reach: float,
    *,
    on_kinks: bool,
    told: Told | None,
) -> tuple[Any, ...]:
    """One point of the given shape, moved to a suitable place."""
    hypothesis = needed("hypothesis", "points")
    sizes = [ORDINARY] * 4 + [reach, TINY] if reach > ORDINARY else [reach]
    size = draw(hypothesis.strategies.sampled_from(sizes))
    leaves, rebuild = flatten(shapes)
    drawn = [draw(_leaf(leaf, size)) for leaf in leaves]
    spans: list[Span] = [leaf if isinstance(leaf, Interval) else None for leaf in leaves]

    def finding(xs: list[Any]) -> Finding:
        return judge(rebuild(xs))

    if on_kinks:
        places = kinked_places(drawn, spans, finding)
        hypothesis.assume(places)
        return rebuild(draw(hypothesis.strategies.sampled_from(places)))  # type: ignore[no-any-return]
    place = smooth_place(drawn, spans, finding)
    if place is None and told is not None:
        told(rebuild(drawn), finding(drawn).why or NEAR_A_KINK)
    hypothesis.assume(place is not None)
    return rebuild(place or [])  # type: ignore[no-any-return]


def _leaf(leaf: Any, size: float) -> SearchStrategy[Any]:
    if not isinstance(leaf, Interval):
        return leaf  # type: ignore[no-any-return]
    return finite_values(*ends(leaf, size)).map(_no_speck)


def _no_speck(x: float) -> float:
    """x, or 0.0 if it is so small that a product of a few like it would underflow."""
    return x if abs(x) >= SPECK else 0.0


def _settled(draw: DrawFn, shape: Any) -> Any:
    """The shape with a length for every list."""
    st = needed("hypothesis.strategies", "points")
    if isinstance(shape, Several):
        count = draw(st.integers(1, _MOST_NUMBERS))
        return [_settled(draw, shape.shape)] * count  # one shape for all: rows have equal lengths
    if isinstance(shape, (list, tuple)) and not hasattr(shape, "_fields"):
        return type(shape)([_settled(draw, part) for part in shape])
    if isinstance(shape, dict):
        return {key: _settled(draw, part) for key, part in shape.items()}
    return shape


# --- rows of the table ----------------------------------------------------------------------------


def _of_row(op: Op, inputs: Any, *, on_kinks: bool) -> Callable[[DrawFn], tuple[Any, ...]]:
    """A function that draws the shape of the operands of one row."""
    st = needed("hypothesis.strategies", "points")
    if inputs is not None and inputs.__class__ is not int:
        raise TypeError(f"inputs of {op.name} is the number of its operands, got {inputs!r:.60}")
    if inputs is not None and op.arity not in {None, inputs}:
        raise ValueError(f"inputs={inputs}, but {op.name} takes {op.arity}")
    if on_kinks and op.kinks is Op.__dataclass_fields__["kinks"].default:
        raise ValueError(f"{op.name} has no kinks: points({op.name}) without on_kinks are smooth")
    whole = st.integers(0 if on_kinks else -3, 3).map(float)

    def shapes(draw: DrawFn) -> tuple[Any, ...]:
        if op.variadic:
            return op.domain * (inputs or draw(st.integers(1, 6)))
        if op.name == "where":  # the condition is already decided: 0 or 1
            return (st.sampled_from([1.0, 0.0]), REALS)
        if op.name == "pow" and (on_kinks or draw(st.booleans())):  # a base of 0, or below
            return (REALS, whole)
        return op.domain

    return shapes


def _judge_of_row(op: Op) -> Callable[[tuple[float, ...]], Finding]:
    def judge(xs: tuple[float, ...]) -> Finding:
        if not op.contains(xs) or not math.isfinite(op.forward(*xs)):
            return Finding(defined=False, why=f"{op.name} is not defined there, or not finite")
        return Finding(defined=True, distances=tuple(op.kinks(*xs)))

    return judge


# --- functions ------------------------------------------------------------------------------------


def _judge_of_function(f: Callable[..., Any]) -> Callable[[tuple[Any, ...]], Finding]:
    """A function that runs ``f`` at a point, on Values if possible, and looks at all numbers."""

    def judge(point: tuple[Any, ...]) -> Finding:
        leaves, rebuild = flatten(point)
        if not all(map(is_number, leaves)):
            return _ANYWHERE  # what a user's strategy draws is the user's business
        try:
            with recording():
                output = f(*rebuild([Value(leaf) for leaf in leaves]))
        except DomainError as error:
            return Finding(defined=False, why=str(error))
        except Exception:  # noqa: BLE001 - not for Values, or wrong: the check will see it again
            return _judge_in_floats(f, point)
        return met(output)

    return judge


def met(output: Any) -> Finding:
    """What a recorded computation contains: non-finite numbers, kinks."""
    roots = [leaf for leaf in flatten(output)[0] if isinstance(leaf, Value)]
    if not roots:
        return _ANYWHERE
    nodes = Graph(roots).nodes
    for node in nodes:
        if not math.isfinite(node.value):
            name = node.label or (node.op.name if node.op else "a number")
            return Finding(defined=False, why=f"{name} is {node.value!r} there")
    moving = [node for node in nodes if node.op is not None and node.grad is not None]
    distances = [d for node in moving if node.op for d in node.op.kinks(*node.inputs)]
    return Finding(defined=True, distances=tuple(distances))


def _judge_in_floats(f: Callable[..., Any], point: tuple[Any, ...]) -> Finding:
    """The same with plain numbers. The check shows errors that are not about a domain."""
    try:
        leaves = flatten(f(*point))[0]
    except (ArithmeticError, ValueError) as error:  # as the functions of math raise them
        if is_outside(error):
            return Finding(defined=False, why=f"{type(error).__name__}: {error}")
        return _ANYWHERE
    except Exception:  # noqa: BLE001 - the check will see it again, and report it
        return _ANYWHERE
    for leaf in leaves:
        if is_number(leaf) and not math.isfinite(leaf):
            return Finding(defined=False, why=f"the value is {leaf!r}")
    return _ANYWHERE
