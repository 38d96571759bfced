"""Random computations to test the checks with: well-conditioned, with shared results, readable.

An expression is drawn as a list of drafts; each is a row and where its operands come from. It is
then grown step by step at its point. If a step would leave a domain, come near a kink, or make
numbers or slopes large, an operand is shifted by a constant, as in ``log(x + 3.0)``, or the step is
left out. Nothing that was drawn is rejected, and fewer drafts make a smaller expression.
"""

from __future__ import annotations

import functools
import itertools
import linecache
import math
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from _glassgrad_installation import needed

from .. import ops as table
from ..primitive import Op, row, unchecked
from .places import MARGIN, is_inside
from .source import Step, body, input_names, written

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

LARGEST_VALUE = 100.0
LARGEST_SLOPE = 30.0
LARGEST_GROWTH = 300.0
"""How much a change of an input may grow on its way to any number, over all paths."""

CONSTANTS = (2.0, 0.5, 3.0, -1.0, 0.1)
_MOVES: tuple[tuple[Op, float], ...] = (
    *[(table.add, c) for c in (1.0, 2.0, 3.0, 0.5, 5.0)],
    *[(table.sub, c) for c in (1.0, 2.0, 3.0, 0.5, 5.0)],
    *[(table.mul, c) for c in (0.5, 0.1, -0.1, 0.01)],
)
_REACH = 3.0
_counter = itertools.count()

Draft = tuple[Op, tuple[int | float, ...]]


@dataclass(frozen=True, repr=False)
class Expression:
    """A function of some numbers, drawn at random, and a point where it is smooth.

    >>> from autograd import sin
    >>> expression = Expression((Step(sin, (0,)), Step(table.mul, (1, 0))), (2.0,))
    >>> expression
    <f(x) = sin(x) * x at x = 2.0>
    >>> round(expression.f(2.0), 6)
    1.818595
    >>> print(expression.source)
    from autograd import sin
    <BLANKLINE>
    <BLANKLINE>
    def f(x):
        return sin(x) * x
    <BLANKLINE>
    """

    steps: tuple[Step, ...]
    """The operations, in their order; see `source`."""
    point: tuple[float, ...]
    """One number for each argument; there nothing is undefined, near a kink, or large."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the arguments."""
        return input_names(len(self.point))

    @functools.cached_property
    def source(self) -> str:
        """The function as Python that can be pasted and run: imports, ``def f(x, y)``."""
        return written(self.inputs, self.steps)

    @functools.cached_property
    def f(self) -> Callable[..., Any]:
        """The function, made from `source`; it takes Values and numbers."""
        # Python looks here for source lines, for tracebacks and inspect.getsource.
        name = f"<expression {next(_counter)}>"
        namespace: dict[str, Any] = {"__name__": name, **{s.op.name: s.op for s in self.steps}}
        exec(compile(self.source, name, "exec"), namespace)  # noqa: S102 - written by us, just now
        f: Callable[..., Any] = namespace["f"]
        linecache.cache[name] = (
            len(self.source),
            None,
            self.source.splitlines(keepends=True),
            name,
        )
        weakref.finalize(f, linecache.cache.pop, name, None)
        return f

    def __repr__(self) -> str:
        lines, result = body(self.inputs, self.steps)
        where = ", ".join(
            f"{name} = {x!r}" for name, x in zip(self.inputs, self.point, strict=True)
        )
        signature = f"f({', '.join(self.inputs)})"
        return f"<{'; '.join([*lines, f'{signature} = {result}'])} at {where}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ARG002, FBT001
        """For Hypothesis and IPython: the repr, not the fields of a dataclass."""
        printer.text(repr(self))


def expressions(
    inputs: int = 2, max_ops: int = 8, ops: Iterable[Op | str] | None = None
) -> SearchStrategy[Expression]:
    """Random functions of ``inputs`` numbers, each with its source and a point to check it at.

    At the point all intermediate numbers are defined, at most 100 in size and at least 0.05 away
    from kinks, and no slope is large, so rounding cannot be mistaken for a bug. Results are used
    more than once.

    >>> from hypothesis import find
    >>> e = find(expressions(), lambda e: e.f(*e.point) > 5.0)  # say, f(x, y) = y + y at y = 3.0
    >>> e.f(*e.point) > 5.0
    True
    >>> find(expressions(inputs=1, ops=["log", "mul"]), lambda e: "log" in e.source)
    <f(x) = log(x) at x = 1.0>

    Parameters
    ----------
    inputs:
        How many numbers the functions take.
    max_ops:
        The largest number of operations.
    ops:
        Rows, or names of rows; None is the whole table, with operations of your own. Whatever is
        given, constants may be added, subtracted or multiplied.
    """
    st = needed("hypothesis.strategies", "expressions")
    for count, name in ((inputs, "inputs"), (max_ops, "max_ops")):
        if count.__class__ is not int or count < 1:
            raise ValueError(f"expressions({name}={count!r}): give a whole number above 0")
    rows = [
        row(op) if isinstance(op, str) else op
        for op in (table.ALL.values() if ops is None else ops)
    ]
    if not rows or not all(isinstance(op, Op) for op in rows):
        raise TypeError(f"ops are rows of the table or their names, got {ops!r:.60}")

    # Without a larger share of these, graphs would be mostly chains, and most slopes 0.
    joining = [op for op in rows if op.arity != 1 and set(op.formulas) != {"0"}] or rows

    indices = list(range(inputs + max_ops))
    # One choice for each part: Hypothesis can remove a whole draft only if it has few choices.
    row_of = st.sampled_from([*rows, *joining * (1 + len(rows) // len(joining))])
    operand = st.sampled_from([*indices, *indices, *CONSTANTS])
    last = st.sampled_from([*indices, *CONSTANTS, *[0] * len(indices)])  # the latest: see below

    @st.composite  # type: ignore[untyped-decorator, unused-ignore]
    def draft(draw: DrawFn) -> Draft:
        op = draw(row_of)
        arity = 4 if op.name == "where" else op.arity
        if arity is None:
            arity = draw(st.integers(2, 5))
        return op, (*[draw(operand) for _ in range(arity - 1)], draw(last))

    drafts = st.lists(draft(), min_size=1, max_size=2 * max_ops)  # enough to reach max_ops
    offsets = st.tuples(*[st.floats(-_REACH, _REACH, allow_subnormal=False)] * inputs)

    @st.composite  # type: ignore[untyped-decorator, unused-ignore]
    def expression(draw: DrawFn) -> Expression:
        return _grown(draw(offsets), draw(drafts), max_ops=max_ops)

    strategy: SearchStrategy[Expression] = expression().filter(lambda grown: grown.steps)
    return strategy


# --- growing --------------------------------------------------------------------------------------


def _grown(offsets: Sequence[float], drafts: Sequence[Draft], *, max_ops: int) -> Expression:
    """The expression that some drafts become."""
    point = tuple([1.0 + i % 3 + off for i, off in enumerate(offsets)])
    growing = _Growing(point, max_ops)
    for op, operands in drafts:
        growing.add(op, growing.operands(op, operands))
    return Expression(_alive(growing.steps, len(point)), point)


class _Growing:
    """The steps so far, with each number's value at the point, and how much changes grow there."""

    def __init__(self, point: tuple[float, ...], max_ops: int) -> None:
        self.steps: list[Step] = []
        self.values = list(point)
        self.growths = [1.0] * len(point)
        self.max_ops = max_ops

    def operands(self, op: Op, drafted: Sequence[int | float]) -> tuple[int | float, ...]:
        """What a draft means here.

        The last operand counts backwards from the latest number; the others count from the first
        number that is not used yet, so that few results stay unused.
        """
        count = len(self.values)
        found: list[int | float] = list(drafted)
        if isinstance(drafted[-1], int):
            found[-1] = count - 1 - drafted[-1] % count
        unused = set(range(count)).difference(found, *[step.operands for step in self.steps])
        for i, x in enumerate(drafted[:-1]):
            if isinstance(x, int):
                found[i] = (x + min(unused, default=0)) % count
                unused.discard(int(found[i]))
        if op.name == "where":  # a chosen branch that is a constant would not be a node
            found[2:] = [x if isinstance(x, int) else count - 1 for x in found[2:]]
        if not any(isinstance(x, int) for x in found):
            found[-1] = count - 1
        return tuple(found)

    def add(self, op: Op, operands: tuple[int | float, ...]) -> None:
        """Add a step if it is allowed, else with a shifted operand, else not at all."""
        room = self.max_ops - len(self.steps)
        if room >= 1 and self._take(op, operands):
            return
        if room >= 2:
            for i, move, constant in self._moves(operands):
                if self._take(move, (operands[i], constant)):
                    moved = (*operands[:i], len(self.values) - 1, *operands[i + 1 :])
                    if self._take(op, moved):
                        return
                    self._forget()

    def _moves(self, operands: tuple[int | float, ...]) -> Iterator[tuple[int, Op, float]]:
        for move, constant in _MOVES:
            for i, operand in enumerate(operands):
                if isinstance(operand, int):
                    yield i, move, constant

    def _take(self, op: Op, operands: tuple[int | float, ...]) -> bool:
        """Append a step if its value and its slopes are well-conditioned."""
        xs = tuple([self.values[x] if isinstance(x, int) else x for x in operands])
        growths = [self.growths[x] if isinstance(x, int) else 0.0 for x in operands]
        found = _chosen(xs, growths) if op.name == "where" else _computed(op, xs, growths)
        if found is None or abs(found[0]) > LARGEST_VALUE or found[1] > LARGEST_GROWTH:
            return False
        self.steps.append(Step(op, operands))
        self.values.append(found[0])
        self.growths.append(found[1])
        return True

    def _forget(self) -> None:
        for some in (self.steps, self.values, self.growths):
            some.pop()


def _chosen(xs: tuple[float, ...], growths: Sequence[float]) -> tuple[float, float] | None:
    p, q, a, b = xs
    if abs(p - q) <= MARGIN:
        return None
    return (a, growths[2]) if p > q else (b, growths[3])


def _computed(
    op: Op, xs: tuple[float, ...], growths: Sequence[float]
) -> tuple[float, float] | None:
    """The value and the growth of one step; None where it is undefined, near a kink, or steep."""
    if not op.contains(xs) or _near_an_end(op, xs, growths):
        return None
    value = float(op.forward(*xs))
    if not math.isfinite(value) or any(abs(d) <= MARGIN for d in op.kinks(*xs)):
        return None
    with unchecked():
        slopes = op.slopes(value, xs)
    growth = 0.0
    for slope, g in zip(slopes, growths, strict=True):
        if g == 0.0:
            continue  # a constant: its slope does not matter
        if not abs(slope) <= LARGEST_SLOPE:
            return None
        growth += abs(slope) * g
    # Even if a step passes little on, the next may enlarge its own change, which counts as 1.
    return value, max(1.0, growth)


def _near_an_end(op: Op, xs: tuple[float, ...], growths: Sequence[float]) -> bool:
    domain = op.domain * len(xs) if op.variadic else op.domain
    each = zip(xs, growths, domain, strict=True)
    return any(g != 0.0 and not is_inside(x, span) for x, g, span in each)


def _alive(steps: Sequence[Step], inputs: int) -> tuple[Step, ...]:
    """The steps that the last one needs, renumbered."""
    wanted = {inputs + len(steps) - 1}
    for i in reversed(range(len(steps))):
        if inputs + i in wanted:
            wanted.update(x for x in steps[i].operands if isinstance(x, int))
    numbers = {i: i for i in range(inputs)}
    kept: list[Step] = []
    for i, step in enumerate(steps, start=inputs):
        if i in wanted:
            numbers[i] = inputs + len(kept)
            operands = [numbers[x] if isinstance(x, int) else x for x in step.operands]
            kept.append(Step(step.op, tuple(operands)))
    return tuple(kept)
