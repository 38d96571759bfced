"""One pass of a model over a batch, its nodes sorted by the layer that computed them."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograd import ConstantError, Graph, Node, Value, constant
from autograd.modes import recording
from nn import Module
from nn.data import examples
from nn.examples import column, items
from nn.losses import cost
from nn.losses import loss as loss_named
from nn.overview import ITSELF, LayerOf, layerwise

from .layered import objective, outputs_of


@dataclass(slots=True)
class Recorded:
    """What one layer computed: all its nodes, those that others use, and its parameters."""

    name: str
    kind: str
    nodes: list[Node] = field(default_factory=list)
    outputs: list[Node] = field(default_factory=list)
    parameters: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pass:
    """A batch that went through a model, and back: the graph, and its layers in that order."""

    graph: Graph
    layers: tuple[Recorded, ...]
    examples: int
    example_of: Mapping[int, int]
    """The example for which a node was computed, by index; of shared ones, the first."""


def recorded(
    model: Module,
    batch: Any,
    targets: Any = None,
    loss: str | Callable[..., Value] | None = None,
    *,
    who: str,
) -> Pass:
    """Run a batch through a model and record it, forward and backward; no ``.grad`` is touched.

    ``who`` asks, for errors.
    """
    if not isinstance(model, Module):
        raise TypeError(f"{who} takes a Module, got a {type(model).__name__}")
    if targets is not None or (isinstance(loss, str) and _are_pairs(batch)):
        xs, targets, _ = examples(batch, targets)
    else:
        xs = _examples(batch, who)
    layers_of_model = layerwise(model)
    parameters = [parameter for layer in layers_of_model for parameter in layer.parameters]
    frozen = any(parameter.kind == "frozen" for parameter in parameters)
    with recording():
        results = _results(model, xs, Value if frozen else constant)
        ends = [outputs_of(result, who) for result in results]
        outputs = [output for of_one in ends for output in of_one]
        goal = _goal(results, targets, loss, who)
    # Roots of seed 0 tell where they are among the nodes, and change no gradient.
    found = [*outputs, *parameters]
    graph = Graph([goal, *found], seeds=[1.0] + [0.0] * len(found))
    if graph.nodes[graph.roots[0]].grad is None:
        raise ConstantError(
            f"{who}: no gradient flows, for the result does not depend on any parameter that is "
            "not frozen; unfreeze some"
        )
    places = graph.roots[1:]
    example_of = _examples_of(graph, places, [len(of_one) for of_one in ends])
    layers = _layers(model, layers_of_model, graph, places, example_of)
    return Pass(graph, layers, len(xs), example_of)


def by_scope(graph: Graph) -> dict[str, list[Node]]:
    """The parameters of any graph by the outermost part of their scope: ``layers.0``."""
    found: dict[str, list[Node]] = {}
    for node in graph:
        if node.kind == "parameter":
            found.setdefault(node.scope.partition("/")[0] or ITSELF, []).append(node)
    return found


# --- running --------------------------------------------------------------------------------------


def _are_pairs(batch: Any) -> bool:
    """Whether a batch has its targets with it, as `nn.fit` takes it: pairs (x, target)."""
    rows = [items(row) for row in items(batch) or [None]]
    return all(row is not None and len(row) == 2 and items(row[0]) is not None for row in rows)


def _examples(batch: Any, who: str) -> list[Any]:
    rows = items(batch)
    if rows is None or (rows and items(rows[0]) is None and not isinstance(rows[0], (int, Value))):
        raise TypeError(
            f"{who} takes a batch, a list of examples, got {batch!r:.60}; write [x] for one"
        )
    if not rows:
        raise ValueError(f"{who} got an empty batch; give at least one example")
    return rows


def _results(model: Module, xs: Sequence[Any], leaf: Callable[[float], Value]) -> list[Any]:
    """What the model makes of each example, whose numbers are made leaves.

    So each is one node, whichever neurons see it: a graph a tenth of the size. If a layer is
    frozen they are variables, or nothing that it computes would be recorded.
    """
    try:
        return [model(_as_leaves(x, leaf)) for x in xs]
    except TypeError as error:
        if not _is_ours(error):
            raise
        return [model(x) for x in xs]  # a user's own forward may want numbers: math.sin(x[0])


def _is_ours(error: TypeError) -> bool:
    """Whether it was raised by a Value, which refuses what a plain number takes."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module: str = "" if trace is None else trace.tb_frame.f_globals.get("__name__", "")
    return module.partition(".")[0] == Value.__module__.partition(".")[0]


def _as_leaves(x: Any, leaf: Callable[[float], Value]) -> Any:
    """An example with leaves for its numbers. Whole ones stay: they may be indices of words."""
    numbers = items(x)
    if numbers is None:
        return x
    return [leaf(number) if isinstance(number, float) else number for number in numbers]


def _goal(
    results: list[Any],
    targets: Any,
    loss: str | Callable[..., Value] | None,
    who: str,
) -> Value:
    """What gradients are taken of: the loss of the batch, or the sum of all outputs."""
    if loss is None and targets is not None:
        raise TypeError(f"{who} got targets and no loss; write loss='mse', or another")
    if targets is None and isinstance(loss, str):
        raise TypeError(f"{who}: loss={loss!r} needs targets, one for each example")
    if loss is None or (targets is None and not isinstance(loss, str)):
        return objective(results, loss, who, many=True)
    of, wanted = loss_named(loss), items(targets)
    if wanted is None:
        return objective(results, lambda found: of(found, targets), who)
    return objective(results, lambda found: cost(of, found, column(wanted)), who)


# --- sorting --------------------------------------------------------------------------------------


def _layers(
    model: Module,
    layers: Sequence[LayerOf],
    graph: Graph,
    found: Sequence[int],
    inside: Mapping[int, int],
) -> tuple[Recorded, ...]:
    """All layers as they were computed; those side by side in the order of definition.

    A node's scope says where it was computed. ``found`` are the outputs of the model and then its
    parameters, ``inside`` what is below the outputs.
    """
    known = {layer.name: layer for layer in layers}
    kinds = {place or ITSELF: type(part).__name__ for place, part in model.named_modules()}
    kinds |= {layer.name: type(layer.module).__name__ for layer in layers}
    recorded_: dict[str, Recorded] = {}

    def of(name: str) -> Recorded:
        return recorded_.setdefault(name, Recorded(name, kinds.get(name, "scope")))

    names = functools.cache(lambda scope: _layer_name(scope, known))
    depths: dict[int, int] = {}
    deepest: dict[str, int] = {}  # of each layer's last node, counted in operations
    for index in sorted(inside):
        node = graph.nodes[index]
        depths[index] = 1 + max([depths[i] for i in node.operands], default=-1)
        if node.op is not None:
            name = names(node.scope)
            of(name).nodes.append(node)
            deepest[name] = max(deepest.get(name, 0), depths[index])
    owners = [layer.name for layer in layers for _ in layer.parameters]
    count = len(found) - len(owners)
    ends = set(found[:count])
    for layer in recorded_.values():
        own = {node.index for node in layer.nodes}
        layer.outputs = [
            node
            for node in layer.nodes
            if node.index in ends or any(c not in own for c, _ in graph.consumers(node.index))
        ]
    for name, index in zip(owners, found[count:], strict=True):
        of(name).parameters.append(graph.nodes[index])
    depth = -1  # a layer that only keeps parameters stands after the one defined before it
    for name in known:
        depth = deepest.setdefault(name, depth)
    order = list(dict.fromkeys([*known, *recorded_]))
    return tuple(
        sorted(recorded_.values(), key=lambda one: (deepest[one.name], order.index(one.name)))
    )


def _layer_name(scope: str, known: Mapping[str, LayerOf]) -> str:
    """The layer of a scope; a user's own scopes may stand before it."""
    parts = scope.split("/")
    ways = [".".join(parts[start:]) for start in range(len(parts))]
    return next((name for way in ways if (name := _prefix(way, known))), ways[0] or ITSELF)


def _prefix(way: str, known: Mapping[str, LayerOf]) -> str:
    """The longest known name that a dotted way begins with; empty if there is none."""
    parts = way.split(".")
    tries = [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return next((name for name in tries if name in known), "")


def _examples_of(graph: Graph, outputs: Sequence[int], widths: Iterable[int]) -> dict[int, int]:
    """For every node below the outputs, the first example that it was computed for."""
    found: dict[int, int] = {}
    ends = iter(outputs)
    for example, width in enumerate(widths):
        stack = list(itertools.islice(ends, width))
        while stack:
            index = stack.pop()
            if index not in found:
                found[index] = example
                stack += graph.nodes[index].operands
    return found
