"""`check_engine`: whether another scalar engine computes the right gradients.

An `Engine` says in a few lines how the other one makes a leaf, runs backward, and shows numbers
and gradients. Random expressions are then computed in both and compared; ours is the reference.
"""

from __future__ import annotations

import contextlib
import operator
import random
import re
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from _glassgrad_installation import needed

from .. import ops
from ..errors import AutogradError
from ..graph import Graph
from ..primitive import Op
from ..value import Value
from .expressions import Expression, expressions

# How Python writes the operations that have an operator; the others are methods.
_SIGNS = {
    "add": "{} + {}",
    "sub": "{} - {}",
    "mul": "{} * {}",
    "div": "{} / {}",
    "pow": "{} ** {}",
    "remainder": "{} % {}",
    "floor_divide": "{} // {}",
    "neg": "-{}",
    "abs": "abs({})",
}
# By the number of operands: which of them are Values (v) and which plain numbers (n).
_PATTERNS = {1: ("v",), 2: ("vv", "vn", "nv")}
# What an engine raises if it lacks an operation, or does not take plain numbers in it. Any other
# error is reported.
_REFUSED = (AssertionError, AttributeError, NotImplementedError, TypeError, ValueError)
# What is compared before any backward pass, after one, and after two.
_READ = ("value", "gradient", "gradient after a second backward")

Wrong = tuple[str, float, float]
"""What is wrong, the engine's number, the right one."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How to use somebody else's engine; for many engines ``Engine(Value)`` is enough.

    >>> from autograd import Value
    >>> engine = Engine(Value)
    >>> x = engine.leaf(3.0)
    >>> engine.backward(x * x)
    >>> engine.grad(x)
    6.0
    """

    leaf: Callable[[float], Any]
    """Makes a variable of a number."""
    data: Callable[[Any], Any] = operator.attrgetter("data")
    """The number of a Value, as something that float() takes."""
    grad: Callable[[Any], Any] = operator.attrgetter("grad")
    """The gradient of a Value, as something that float() takes."""
    backward: Callable[[Any], Any] = operator.methodcaller("backward")
    """Runs the backward pass from a Value."""
    operations: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    """Functions for the table's operations that are neither operators nor methods with the table's
    name, such as ``{"sin": engine.sin}``. They get Values and plain numbers; ``dot`` gets its
    weights, then its inputs, then perhaps a bias.
    """
    repeated: Literal["adds", "replaces"] | None = "adds"
    """What a second backward pass from the same result does to the gradients of leaves; None: this
    is not checked.
    """


class EngineMismatch(AssertionError, AutogradError):  # noqa: N818 - as GradientMismatch
    """A number of another engine is wrong: where, by how much, and code that shows it."""

    def __init__(self, sentence: str, code: str, graph: Graph, wrong: Mapping[str, Wrong]) -> None:
        self.sentence = sentence
        """What is wrong, in words."""
        self.code = code
        """Python that shows it, for an ``engine`` that is the `Engine`."""
        self.graph = graph
        """The same computation in our engine."""
        self.wrong = wrong
        """By label in the graph: what is wrong, the engine's number, the right one."""
        super().__init__(f"{sentence}\n\n{code}")


def check_engine(
    engine: Engine,
    *,
    examples: int = 500,
    seed: int = 0,
    max_ops: int = 5,
    tolerance: float = 1e-7,
    depth: int = 0,
) -> tuple[str, ...]:
    """Compare another engine's values and gradients with ours, on random expressions.

    They use the operations of the table that the engine has: Python's operators, methods with the
    table's names, and ``engine.operations``. An operation that raises a TypeError or the like is
    left out; the ones that were compared are returned. Results are used more than once, plain
    numbers are on either side, and backward runs twice. The first difference is shrunk to the
    smallest expression that shows one.

    In micrograd the gradients of results accumulate, so a second backward pass adds too much:

    >>> from autograd.micrograd import Value
    >>> "x.tanh()" in check_engine(Engine(Value, repeated=None), examples=50)
    True
    >>> try:
    ...     check_engine(Engine(Value))
    ... except EngineMismatch as error:
    ...     "the engine's gradient after a second backward" in error.sentence
    True

    Parameters
    ----------
    engine:
        How to use the other engine.
    examples:
        How many expressions are run with one backward pass; half as many are run with two.
    seed:
        The same seed draws the same expressions.
    max_ops:
        The largest number of operations in an expression.
    tolerance:
        How far two numbers may be apart; for numbers larger than 1, relative to their size. For an
        engine with single precision write 1e-3.
    depth:
        The length of the chain of additions that is tried at the end.

    Raises
    ------
    EngineMismatch
        if a number is wrong, or if the engine raises an error; `viz.draw_mismatch` draws it.
    """
    hypothesis = needed("hypothesis", "check_engine")
    taken = _taken(engine)
    found: list[tuple[tuple[int, ...], EngineMismatch]] = []

    def fits(expression: Expression) -> bool:
        return all(
            step.op.name in engine.operations
            or "".join(["v" if isinstance(x, int) else "n" for x in step.operands])
            in taken.get(step.op, {})
            for step in expression.steps
        )

    def differs(expression: Expression) -> bool:
        difference = _difference(engine, _program(engine, expression), passes, tolerance)
        if difference is not None:
            found.append((_size(expression), difference))
        return difference is not None

    # Small expressions first, and all with one backward pass before any with two.
    sizes = range(1, max_ops + 1)
    for passes, size in [(n, size) for n in (1, 2) if n == 1 or engine.repeated for size in sizes]:
        drawn = expressions(inputs=2, max_ops=size, ops=[*taken]).filter(fits)
        settings = hypothesis.settings(
            max_examples=max(1, examples // max_ops // passes),
            database=None,
            phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        # Flaky: an engine that is wrong only sometimes, as with a set; `found` has what was seen.
        with contextlib.suppress(hypothesis.errors.NoSuchExample, hypothesis.errors.Flaky):
            hypothesis.find(drawn, differs, settings=settings, random=random.Random(seed))
        if found:
            _, smallest = min(reversed(found), key=lambda one: one[0])  # the last is the simplest
            smallest.add_note(f"found with seed={seed}")
            raise smallest
    if depth:
        chain = ["x = engine.leaf(1.0)", "a = x", f"for _ in range({depth}): a = a + x"]
        difference = _difference(engine, chain, 1, tolerance)
        if difference is not None:
            raise difference
    return tuple([text for patterns in taken.values() for text in patterns.values()])


# --- what the engine takes ------------------------------------------------------------------------


def _taken(engine: Engine) -> dict[Op, dict[str, str]]:
    """Each operation that the engine has: its patterns, and how they are written."""
    taken: dict[Op, dict[str, str]] = {}
    for op in ops.ALL.values():
        if op.name in engine.operations:
            taken[op] = {"": op.name}
            continue
        patterns: Sequence[str] = _PATTERNS.get(op.arity or 0, ())
        if op.name not in _SIGNS:  # a method of both; plain numbers have none
            both = all(callable(getattr(x, op.name, None)) for x in (engine.leaf(0.5), Value))
            patterns = [pattern for pattern in patterns if both and pattern[0] == "v"]
        for pattern in patterns:
            x = next(x for x in (0.5, 2.0) if op.contains((x,) * len(pattern)))
            written = _written(engine, op, ["x" if kind == "v" else f"{x}" for kind in pattern])
            try:
                _run(engine, [f"x = engine.leaf({x})", f"float(engine.data({written}))"])
            except _REFUSED:
                continue
            except Exception:  # noqa: BLE001, S110 - a mismatch, when it comes again
                pass
            taken.setdefault(op, {})[pattern] = written
    if not taken:
        raise ValueError("check_engine: the engine has no operation of the table, not even x + x")
    return taken


# --- programs -------------------------------------------------------------------------------------


def _run(engine: Engine, program: Sequence[str]) -> dict[str, Any]:
    """Run a program that we wrote, and return its variables: what is shown is what was run."""
    variables: dict[str, Any] = {"engine": engine}
    exec("\n".join(program), variables)  # noqa: S102 - written below
    return variables


def _written(engine: Engine, op: Op, operands: Sequence[str]) -> str:
    if op.name in engine.operations:
        return f'engine.operations["{op.name}"]({", ".join(operands)})'
    if op.name in _SIGNS:
        return _SIGNS[op.name].format(*operands)
    return f"{operands[0]}.{op.name}({', '.join(operands[1:])})"


def _program(engine: Engine, expression: Expression) -> list[str]:
    """The expression in Python, without unused inputs."""
    names = [*expression.inputs, *string.ascii_lowercase]
    used = {x for step in expression.steps for x in step.operands if isinstance(x, int)}
    lines = [f"{names[i]} = engine.leaf({x})" for i, x in enumerate(expression.point) if i in used]
    for i, step in enumerate(expression.steps, len(expression.point)):
        operands = [
            names[x] if isinstance(x, int) else f"{x}" if x >= 0.0 else f"({x})"
            for x in step.operands
        ]
        lines.append(f"{names[i]} = {_written(engine, step.op, operands)}")
    return lines


def _size(expression: Expression) -> tuple[int, ...]:
    """For sorting: expressions with fewer operations and operands first, then simpler numbers."""
    operands = sum([len(step.operands) for step in expression.steps])
    return len(expression.steps), operands, len(repr(expression))


# --- comparing ------------------------------------------------------------------------------------


def _difference(
    engine: Engine, program: Sequence[str], backwards: int, tolerance: float
) -> EngineMismatch | None:
    """The first mismatch when the engine runs the program; None if there is no mismatch."""
    variables = _run(Engine(Value, operations=ops.ALL), program)
    ours = {name: x for name, x in variables.items() if isinstance(x, Value)}
    root = [*ours][-1]
    graph = Graph(ours[root], names=ours)
    lines, told, wrong = [*program], "", dict[str, Wrong]()
    try:
        theirs = _run(engine, program)
        for passes, what in enumerate(_READ[: backwards + 1]):
            if passes:
                times = passes if engine.repeated == "adds" else 1
                lines.append(f"engine.backward({root})")
                engine.backward(theirs[root])
            read = engine.grad if passes else engine.data
            for node in graph:
                if not node.label or (passes and node.op is not None):
                    continue  # the gradients of results are each engine's own business
                got = float(read(theirs[node.label]))
                due = times * (node.grad or 0.0) if passes else node.value
                if not abs(got - due) <= tolerance * max(1.0, abs(due)):
                    wrong[node.label] = (what, got, due)
            if wrong:
                name, (_, got, due) = next(iter(wrong.items()))
                told = f"{what} of {name} is {got!r}, but should be {due!r}"
                lines.append(f"print(engine.{'grad' if passes else 'data'}({name}))")
                break
    except Exception as error:  # noqa: BLE001 - an error of theirs is what we look for
        told = f"error is {type(error).__name__}: {error}"
    text = re.sub(r"engine\.leaf\((.*?)\)", r"\1", "; ".join(program))
    text = re.sub(r'engine\.operations\["(\w+)"\]', r"\1", text)
    code = "\n".join(lines)
    return EngineMismatch(f"{text}: the engine's {told}", code, graph, wrong) if told else None
