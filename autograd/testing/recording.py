"""One run of a function of Values, recorded, and every way of differentiating it.

The backward pass that users call is run twice for each output, the second time after the leaves'
data were changed: gradients must accumulate, and belong to the numbers that were recorded. Beside
it stand the functional reverse mode, forward mode, and a plain sweep over the table's slopes. They
are four pieces of code for one number.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..errors import DomainError
from ..graph import Graph
from ..modes import recording
from ..numbers import is_number
from ..primitive import unchecked
from ..pullback import Paths
from ..tape import Tape, read
from ..trees import flatten
from ..value import Constant, Value, constant
from .computed import Step
from .doubles import no_number
from .naming import function_name
from .naming import output_names as names_of_outputs
from .rounding import below, local_slopes, sweep
from .slope import EPSILON

OUTSIDE = (DomainError, ArithmeticError)  # what f may raise where it is not defined

Call = Callable[[list[Any]], Any]
"""f, given its numbers as one flat list."""


class Recording:
    """What f computed at one point, and its derivatives there."""

    def __init__(
        self, f: Callable[..., Any], call: Call, xs: Sequence[float], names: Sequence[str]
    ) -> None:
        self.leaves = [Value(x, label=name) for x, name in zip(xs, names, strict=True)]
        with recording():
            result = call(list(self.leaves))
        self.outputs = [_value(x, f) for x in flatten(result)[0]]
        self.is_single = isinstance(result, Value) or is_number(result)
        self.output_names = [""] if self.is_single else names_of_outputs(f, result)
        tape, nodes, indices = read(self.outputs)
        self._numbers = {i: v for i, v in enumerate(nodes) if isinstance(v, Value)}
        self.steps = _steps(tape)
        self.inputs = [tape.inputs(i) for i in range(len(tape))]
        self.asked: list[bool] = []
        """Of which numbers a gradient is wanted."""
        for step, node in zip(self.steps, nodes, strict=True):
            wanted = isinstance(node, Value) and node.kind in {"variable", "parameter"}
            wanted = wanted and step.op is None
            self.asked.append(wanted or any(self.asked[j] for j in step.operands))
        self.at_kinks = self._kinks()
        """The recorded operations that are exactly at a kink."""
        self.places = [indices.get(id(leaf)) for leaf in self.leaves]
        self.roots = [indices[id(output)] for output in self.outputs]
        self.values = [output.data for output in self.outputs]
        self.slopes = local_slopes(self.steps)
        self._forward: dict[int, list[float]] = {}
        self._crossed: dict[tuple[int, tuple[int, ...]], set[int]] = {}
        self._differentiate()

    @property
    def graph(self) -> Graph:
        """The snapshot, for drawings."""
        return Graph(self.outputs)

    def _differentiate(self) -> None:
        self.backward: list[list[float]] = []
        self.interior: list[dict[int, float]] = []
        self.again: list[list[float]] = []
        self.functional: list[list[float]] = []
        self.table: list[list[float]] = []
        self.sizes: list[list[float]] = []
        self.noise: list[float] = []
        for output, root in zip(self.outputs, self.roots, strict=True):
            first, second = self._passes(output)
            self.backward.append(first)
            self.again.append(second)
            self.functional.append(Paths(self.leaves, [output]).pull([1.0], live=False))
            grads, sizes = sweep(self.steps, self.slopes, root)
            self.table.append([0.0 if p is None else grads[p] for p in self.places])
            self.sizes.append([0.0 if p is None else sizes[p] for p in self.places])
            self.noise.append(
                EPSILON
                * math.fsum(
                    [
                        size * abs(step.value)
                        for size, step in zip(sizes, self.steps, strict=True)
                        if size and math.isfinite(size * step.value)
                    ]
                )
            )

    def by(self, mode: str, k: int, i: int) -> float:
        """The derivative of output k by input i, in one of the ways of differentiating."""
        if mode != "forward":
            return float(getattr(self, mode)[k][i])
        if i not in self._forward:  # one pass for each number of the point
            self._forward[i] = self.directional(_unit(i, len(self.leaves)))
        return self._forward[i][k]

    def directional(self, direction: Sequence[float]) -> list[float]:
        """The derivative of every output along a direction, by forward mode."""
        return Paths(self.leaves, self.outputs).push(direction, live=False)

    def _passes(self, output: Value) -> tuple[list[float], list[float]]:
        """The gradients after one backward pass, and what a second one adds to them."""
        leaves = self.leaves
        if isinstance(output, Constant):
            self.interior.append({})
            return [0.0] * len(leaves), [0.0] * len(leaves)
        with self._others_untouched():
            for leaf in leaves:
                leaf.grad = 0.0
            output.backward()
            first = [leaf.grad for leaf in leaves]
            self.interior.append({i: v.grad for i, v in self._numbers.items()})
            recorded = [leaf.data for leaf in leaves]
            for leaf in leaves:
                leaf.data = leaf.data * 0.5 + 1.0
            output.backward()
            second = [leaf.grad - grad for leaf, grad in zip(leaves, first, strict=True)]
            for leaf, x in zip(leaves, recorded, strict=True):
                leaf.data = x
        return first, second

    @contextmanager
    def _others_untouched(self) -> Iterator[None]:
        """Leaves that are not ours keep the gradients that they had before this block."""
        mine = set(map(id, self.leaves))
        others = [v for v in self._numbers.values() if v.op is None and id(v) not in mine]
        others = [v for v in others if not isinstance(v, Constant)]
        grads = [v.grad for v in others]
        try:
            yield
        finally:
            for value, grad in zip(others, grads, strict=True):
                value.grad = grad

    def outputs_at(self, place: int | None, t: float) -> list[float]:
        """The outputs of the recording in doubles, with another number in one leaf."""
        return self._replayed({} if place is None else {place: t})

    def moved(self, xs: Sequence[float]) -> list[float]:
        """The same, with other numbers in all leaves."""
        pairs = zip(self.places, xs, strict=True)
        return self._replayed({place: x for place, x in pairs if place is not None})

    def _replayed(self, leaves: dict[int, float]) -> list[float]:
        """The outputs, computed again from these leaves; what they do not change is kept."""
        values = [leaves.get(i, step.value) for i, step in enumerate(self.steps)]
        changed = set(leaves)
        with unchecked():
            for i, step in enumerate(self.steps):
                if step.op is not None and not changed.isdisjoint(step.operands):
                    values[i] = float(step.op.forward(*[values[j] for j in step.operands]))
                    changed.add(i)
        return [values[root] for root in self.roots]

    def is_as(self, call: Call, xs: Sequence[float]) -> bool:
        """Whether f, recorded at other numbers, is the same computation with the same constants."""
        leaves = [Value(x) for x in xs]
        try:
            with recording():
                outputs = [_value(x, call) for x in flatten(call(list(leaves)))[0]]
        except OUTSIDE:
            return False
        if len(outputs) != len(self.outputs):
            return False
        tape, _, indices = read(outputs)
        steps = _steps(tape)
        places = [indices.get(id(leaf)) for leaf in leaves]
        if places != self.places or len(steps) != len(self.steps):
            return False
        mine = set(self.places)
        return [indices[id(x)] for x in outputs] == self.roots and all(
            new.op is step.op
            and new.operands == step.operands
            and (step.op is not None or i in mine or repr(new.value) == repr(step.value))
            for i, (new, step) in enumerate(zip(steps, self.steps, strict=True))
        )

    def only(self, nodes: Iterable[int]) -> Recording:
        """The recording with no other operations than these: the rest are plain numbers."""
        kept = set(nodes)
        found = copy.copy(self)
        found.steps = [
            step if i in kept else Step(None, (), step.value) for i, step in enumerate(self.steps)
        ]
        return found

    def _kinks(self) -> list[int]:
        found = []
        for i, (step, inputs) in enumerate(zip(self.steps, self.inputs, strict=True)):
            if step.op is not None and any(distance == 0 for distance in _distances(step, inputs)):
                found.append(i)
        return found

    def depends(self, leaf: int, root: int, through: Sequence[int]) -> bool:
        """Whether a path leads from a leaf to a root through one of the numbers ``through``."""
        place = self.places[leaf]
        if place is None:
            return False
        key = root, tuple(through)
        if key not in self._crossed:
            reaching = below(self.steps, [root]) | {root}
            crossed = reaching.intersection(through)
            self._crossed[key] = below(self.steps, crossed) & reaching
        return place in self._crossed[key]


def _steps(tape: Tape) -> list[Step]:
    ops, values = tape.ops, tape.values
    return [Step(op, tape.places(i), values[i]) for i, op in enumerate(ops)]


def _distances(step: Step, inputs: Sequence[float]) -> tuple[Any, ...]:
    assert step.op is not None
    try:
        return step.op.kinks(*inputs)
    except (ArithmeticError, ValueError):  # inf or nan
        return ()


def _unit(i: int, count: int) -> list[float]:
    return [float(i == j) for j in range(count)]


def _value(x: Any, f: Callable[..., Any]) -> Value:
    if isinstance(x, Value):
        return x
    if is_number(x):
        return constant(float(x))
    wanted = "a function to be checked returns Values or numbers, alone or in lists"
    raise no_number(x, function_name(f), wanted)


def values_of(call: Call, xs: Sequence[float]) -> list[float] | None:
    """f's outputs as doubles at other numbers; None where it is not defined."""
    try:
        result = call([Value(x) for x in xs])
    except OUTSIDE:
        return None
    return finite([x.data if isinstance(x, Value) else float(x) for x in flatten(result)[0]])


def finite(numbers: list[float]) -> list[float] | None:
    """The numbers; None if one of them is not finite."""
    return numbers if all(map(math.isfinite, numbers)) else None
