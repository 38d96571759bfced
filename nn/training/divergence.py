"""When a loss or a gradient is no longer finite: which operation, which label, which example."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograd import Graph, NonFiniteError, Value
from autograd.diagnosis import culprits, explained, first_non_finite
from autograd.graph import Node

from ..optimisers.groups import named
from ..optimisers.optimiser import StepError
from .state import History


class DivergedError(NonFiniteError):
    """Training met a loss or a gradient that is nan or inf, and stopped.

    The model has the last weights with which everything was finite. ``operation``, ``label`` and
    ``scope`` say of the first number that was not finite where it arose; ``examples`` are the
    positions in X of the examples it belongs to; ``history`` is what was measured before.
    """

    operation: str = ""
    label: str = ""
    scope: str = ""
    examples: tuple[int, ...] = ()
    epoch: int = 0
    batch: int = 0
    history: History


def diverged(
    loss: Value, outputs: Sequence[Any], positions: Sequence[int], where: str
) -> DivergedError:
    """The error for a batch's loss, of which or of whose gradients something is not finite.

    ``outputs`` are what the model made of the examples, ``positions`` where these are in X.
    """
    flat = [
        (position, x)
        for position, output in zip(positions, outputs, strict=True)
        for x in _values(output)
    ]
    # Roots of seed 0 tell where the outputs are among the nodes, and change no gradient.
    graph = Graph([loss, *[x for _, x in flat]], seeds=[1.0] + [0.0] * len(flat))
    found = first_non_finite(graph)
    if found is None:
        return DivergedError(f"{where}: the losses add up to more than a double holds{AFTER}")
    node, what = found
    guilty = node if what == "value" else next(iter(culprits(graph, node)), node)
    roots = [(position, root) for (position, _), root in zip(flat, graph.roots[1:], strict=True)]
    examples = _examples(graph, guilty, roots)
    error = DivergedError(f"{where}: {explained(graph, node, what)}{_named(examples)}{AFTER}")
    error.operation = guilty.op.name if guilty.op is not None else ""
    error.label, error.scope, error.examples = guilty.label, guilty.scope, examples
    return error


AFTER = (
    ". The model has the weights of before, the last with which everything was finite; what was "
    "measured is in this error's .history. A smaller learning rate, or clip_norm=1.0, may help"
)


def overstepped(step: StepError) -> DivergedError:
    """The error for a step that would have made a parameter nan or inf."""
    parameter = step.parameter
    error = DivergedError(
        f"fit stopped: the step would have made the parameter{named(parameter)} "
        f"{parameter.data - step.off!r}, from {parameter.data!r} with the gradient "
        f"{parameter.grad!r}{AFTER}"
    )
    error.label, error.scope = parameter.label, parameter.scope
    return error


def _examples(graph: Graph, node: Node, outputs: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """The examples whose outputs are computed from the node or, in the loss, the node from them."""
    above = _reached(node.index, lambda i: [consumer for consumer, _ in graph.consumers(i)])
    found = {position for position, root in outputs if root in above}
    if not found:
        below = _reached(node.index, lambda i: graph.nodes[i].operands)
        found = {position for position, root in outputs if root in below}
    return tuple(sorted(found))


def _reached(start: int, onward: Callable[[int], Iterable[int]]) -> set[int]:
    seen, stack = {start}, [start]
    while stack:
        for index in onward(stack.pop()):
            if index not in seen:
                seen.add(index)
                stack.append(index)
    return seen


def _named(examples: Sequence[int]) -> str:
    if not examples:
        return ""
    if len(examples) == 1:
        return f". It belongs to example {examples[0]}"
    shown = ", ".join(map(str, examples[:5])) + (", …" if len(examples) > 5 else "")
    return f". It belongs to {len(examples)} examples of the batch: {shown}"


def _values(row: Any) -> list[Value]:
    items = row if isinstance(row, (list, tuple)) else [row]
    return [x for x in items if isinstance(x, Value)]
