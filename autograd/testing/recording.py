"""A function of Values as it was recorded at one point, and every way of differentiating it.

The user's backward pass is run twice for each output, the second time after the leaves' data were
changed: gradients must accumulate, and belong to the recorded numbers. It is compared with the
functional reverse mode, with forward mode, and with a plain sweep over the slopes of the table:
four pieces of code that must give the same number.

Notation: a place is the index of a node in the recorded graph; k counts outputs, i numbers of the
point. The sweeps also compute how far rounding may have moved each of their sums.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..errors import DomainError
from ..graph import Graph
from ..modes import recording
from ..numbers import is_number
from ..primitive import unchecked
from ..pullback import Paths
from ..tape import DIFFERENTIABLE, read
from ..trees import flatten
from ..value import Constant, Value, constant
from .differences import EPSILON, TINIEST
from .results import function_name, no_number
from .results import output_names as names_of_outputs

LARGEST = 2.0**1000
OUTSIDE = (DomainError, ArithmeticError)  # what f may raise where it is not defined

Call = Callable[[list[Any]], Any]
"""f, given its numbers as one flat list."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """The result of a reverse pass for every node: sums, sums of absolute values, and rounding."""

    sums: list[float]
    sizes: list[float]
    errors: list[float]
    """How far apart two ways of computing ``sums`` may be, with the slopes' own errors."""


class Recording:
    """What f computed at one point, and its derivatives there."""

    def __init__(
        self, f: Callable[..., Any], call: Call, xs: Sequence[float], names: Sequence[str] = ()
    ) -> None:
        self.f, self.call, self.xs, self.names = f, call, list(xs), names
        labels = names or [""] * len(xs)
        self.leaves = [Value(x, label=name) for x, name in zip(xs, labels, strict=True)]
        with recording():
            result = call(list(self.leaves))
        returned = flatten(result)[0]
        self.outputs = [_value(x, f) for x in returned]
        single = isinstance(result, Value) or is_number(result)
        self.output_names = [""] if single else names_of_outputs(f, result)
        # The only access to the engine: what was recorded, and the place and id of each Value.
        tape, nodes, indices = read(self.outputs)
        self._numbers = {i: v for i, v in enumerate(nodes) if v is not None}
        self.ops, self.recorded = tape.ops, tape.values
        self.operands = [tape.places(i) for i in range(len(tape))]
        self.inputs = [tape.inputs(i) for i in range(len(tape))]
        self.asked: list[bool] = []
        """Whether each node needs a gradient."""
        for node, operands in zip(nodes, self.operands, strict=True):
            is_leaf = node is not None and node.op is None and node.kind in DIFFERENTIABLE
            self.asked.append(is_leaf or any(self.asked[j] for j in operands))
        self.places = [indices.get(id(leaf)) for leaf in self.leaves]
        self.roots = [indices[id(output)] for output in self.outputs]
        self.values = [output.data for output in self.outputs]
        self._through: dict[tuple[int, frozenset[int]], set[int]] = {}
        plain = {id(x) for x in self.outputs} - {id(x) for x in returned}
        self.stops = {
            i for i, v in self._numbers.items() if isinstance(v, Constant) and id(v) not in plain
        }
        """Deliberate constants, as from ``detach``; the others are plain numbers."""

    @functools.cached_property
    def graph(self) -> Graph:
        """The snapshot."""
        return Graph(self.outputs)

    @functools.cached_property
    def slopes(self) -> list[tuple[float, ...]]:
        """The table's slopes of every operation towards its operands."""
        return [node.slopes for node in self.graph.nodes]

    # --- sweeps over the slopes -------------------------------------------------------------------

    @functools.cached_property
    def table(self) -> list[Sweep]:
        """For each output, the reverse pass over the table's slopes."""
        return [self.sweep(root, self.slopes) for root in self.roots]

    def sweep(
        self,
        root: int,
        slopes: Sequence[Sequence[float]],
        errors: Sequence[Sequence[float]] | None = None,
    ) -> Sweep:
        """Multiply slopes along all paths down from ``root`` and add up, also for constants."""
        count = len(self.ops)
        found = Sweep([0.0] * count, [0.0] * count, [0.0] * count)
        sums, sizes, doubts = found.sums, found.sizes, found.errors
        sums[root] = sizes[root] = 1.0
        reached = {root}
        uses = self._uses
        for i in range(root, -1, -1):
            operands = self.operands[i]
            if i not in reached or not operands:
                continue
            reached.update(operands)
            own, size, doubt = sums[i], sizes[i], doubts[i]
            for p, (operand, slope) in enumerate(zip(operands, slopes[i], strict=True)):
                steep = abs(slope)
                error = errors[i][p] if errors is not None else 0.0
                sums[operand] += own * slope
                doubts[operand] += doubt * (steep + error) + size * error
                if size and steep:  # not 0 × inf
                    share = size * steep
                    sizes[operand] += share
                    rounding = (uses[operand] + len(operands) + 4) * EPSILON * share
                    doubts[operand] += rounding + TINIEST
        return found

    @functools.cached_property
    def _uses(self) -> list[int]:
        """How many operations use each number."""
        found = [0] * len(self.ops)
        for operands in self.operands:
            for operand in operands:
                found[operand] += 1
        return found

    def noise(self, k: int) -> float:
        """How far rounding may move an output."""
        products = [abs(s * v) for s, v in zip(self.table[k].sums, self.recorded, strict=True)]
        return 8 * EPSILON * math.fsum([p for p in products if math.isfinite(p)])

    # --- the passes of the engine -----------------------------------------------------------------

    @functools.cached_property
    def passes(self) -> list[tuple[list[float], list[float]]]:
        """For each output: the gradients after one backward pass, and what a second one adds."""
        return [self._passes(output) for output in self.outputs]

    def _passes(self, output: Value) -> tuple[list[float], list[float]]:
        leaves = self.leaves
        if isinstance(output, Constant):
            return [0.0] * len(leaves), [0.0] * len(leaves)
        with self._others_untouched():
            for leaf in leaves:
                leaf.grad = 0.0
            output.backward()
            first = [leaf.grad for leaf in leaves]
            recorded = [leaf.data for leaf in leaves]
            for leaf in leaves:
                leaf.data = leaf.data * 0.5 + 1.0
            output.backward()
            second = [
                leaf.grad - grad if abs(grad) < LARGEST else grad  # twice that may be infinite
                for leaf, grad in zip(leaves, first, strict=True)
            ]
            for leaf, x in zip(leaves, recorded, strict=True):
                leaf.data = x
        return first, second

    @contextmanager
    def _others_untouched(self) -> Iterator[None]:
        """Other leaves get back the gradients that they had before this block."""
        mine = set(map(id, self.leaves))
        others = [v for v in self._numbers.values() if v.op is None and id(v) not in mine]
        others = [v for v in others if not isinstance(v, Constant)]
        grads = [v.grad for v in others]
        try:
            yield
        finally:
            for value, grad in zip(others, grads, strict=True):
                value.grad = grad

    def interior(self, k: int) -> dict[int, float]:
        """The gradients that the backward pass of output k leaves in every node."""
        if isinstance(self.outputs[k], Constant):
            return {}
        with self._others_untouched():
            for leaf in self.leaves:
                leaf.grad = 0.0
            self.outputs[k].backward()
            return {i: v.grad for i, v in self._numbers.items()}

    def astray(self, k: int) -> tuple[int | None, str | None]:
        """The operation at which the backward pass went wrong: its node and name.

        Every gradient is the sum of what its consumers pass down, with the table's slopes. From the
        top, take the first node whose sum in the pass is different. One of its consumers is to
        blame: the one whose share, left out or counted twice, explains the difference, else the
        last.
        """
        root, found = self.roots[k], self.interior(k)
        shares: list[list[tuple[int, float]]] = [[] for _ in self.ops]
        for j in range(root, -1, -1):
            if j not in found or not self.asked[j] or not (shares[j] or j == root):
                continue
            each = [share for _, share in shares[j]] + ([1.0] if j == root else [])
            difference = found[j] - math.fsum(each)
            slack = (len(each) + 4) * EPSILON * math.fsum(map(abs, each))
            if not abs(difference) <= slack:
                if not shares[j]:
                    break  # the seed itself
                explained = [
                    n for n, share in shares[j] if abs(abs(difference) - abs(share)) <= slack
                ]
                node = [*explained, shares[j][-1][0]][0]
                op = self.ops[node]
                return node, op.name if op is not None else None
            for operand, slope in zip(self.operands[j], self.slopes[j], strict=True):
                shares[operand].append((j, found[j] * slope))
        return None, None

    @functools.cached_property
    def functional(self) -> list[list[float]]:
        """For each output, its gradient by the functional reverse mode."""
        return [Paths(self.leaves, [output]).pull([1.0], live=False) for output in self.outputs]

    def directional(self, direction: Sequence[float]) -> list[float]:
        """The derivative of every output along a direction, by forward mode."""
        return Paths(self.leaves, self.outputs).push(direction, live=False)

    # --- at other numbers -------------------------------------------------------------------------

    def again(self, xs: Sequence[float]) -> Recording:
        """The function recorded once more, at these numbers."""
        return Recording(self.f, self.call, xs, self.names)

    def replayed(self, leaves: dict[int, float]) -> list[float]:
        """The outputs in doubles, with other numbers in these leaves."""
        values = [leaves.get(i, value) for i, value in enumerate(self.recorded)]
        changed = set(leaves)
        with unchecked():
            for i, op in enumerate(self.ops):
                if op is not None and not changed.isdisjoint(self.operands[i]):
                    values[i] = float(op.forward(*[values[j] for j in self.operands[i]]))
                    changed.add(i)
        return [values[root] for root in self.roots]

    def moved(self, other: Recording) -> list[int] | None:
        """The leaves, apart from the inputs, whose numbers differ in another recording.

        None if that is a different computation: different operations, operands or outputs.
        """
        if (
            other.ops != self.ops
            or other.operands != self.operands
            or other.places != self.places
            or other.roots != self.roots
        ):
            return None
        mine = set(self.places)
        return [
            i
            for i, (op, one, two) in enumerate(
                zip(self.ops, self.recorded, other.recorded, strict=True)
            )
            if op is None and i not in mine and one != two and not (one != one and two != two)
        ]

    def below(self, roots: set[int]) -> set[int]:
        """All numbers that one of ``roots`` depends on, and the roots themselves."""
        found = set(roots)
        for i in range(len(self.ops) - 1, -1, -1):
            if i in found:
                found.update(self.operands[i])
        return found

    def slope(self, k: int, i: int) -> float:
        """The derivative of output k with respect to number i, from the table's slopes."""
        place = self.places[i]
        return 0.0 if place is None else self.table[k].sums[place]

    def depends(self, i: int, k: int, through: set[int]) -> bool:
        """Whether a path leads from number i to output k through one of the nodes ``through``."""
        place = self.places[i]
        if place is None:
            return False
        key = k, frozenset(through)
        if key not in self._through:
            self._through[key] = self.below(self.below({self.roots[k]}) & through)
        return place in self._through[key]


def singled_out(everything: Sequence[int], is_fine: Callable[[Sequence[int]], bool]) -> list[int]:
    """The numbers for which ``is_fine`` is false, found by halving.

    >>> singled_out(range(100), lambda group: 7 not in group)
    [7]
    """
    found: list[int] = []
    waiting = [everything]
    while waiting:
        group = waiting.pop()
        if is_fine(group):
            continue
        if len(group) == 1:
            found += group
        else:
            middle = len(group) // 2
            waiting += [group[middle:], group[:middle]]
    return found


def _value(x: Any, f: Callable[..., Any]) -> Value:
    if isinstance(x, Value):
        return x
    if is_number(x):
        return constant(float(x))
    wanted = "a function to be checked must return Values or numbers, alone or in lists"
    raise no_number(x, function_name(f), wanted)
