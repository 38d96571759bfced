"""One node of a large computation: its strongest paths to the result, and what it is made of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from autograd import Graph, Value
from autograd.tape import read

from ...checks import did_you_mean
from ...say.labels import shorten
from ...see import choosing
from ...see.folding import part
from ...see.neurons import Network, Unit
from ...see.outline import Constant, Item, Link, Outline
from ...see.paths import Paths
from ..story import Step, View
from ..telling import backward, forward, single
from ..telling.entries import entries
from ..telling.stepping import Scene
from .weighing import fsum
from .within import OTHERS, PartScene

TOP = 5  # paths
MOST_OPERANDS = 12  # of one operation
LONGEST = 24  # nodes of a path; of a longer one, its ends
KEY = "focus"


def node_of(graph: Graph, focus: str | int | Value, value: Value | None) -> int:
    """The index of what is asked for: a node's number, a Value, a label, or the last of a scope.

    Raises
    ------
    ValueError
        if the graph has no such node, naming the nearest.
    """
    if isinstance(focus, Value):
        return _of_value(focus, value)
    if isinstance(focus, bool) or not isinstance(focus, (int, str)):
        raise TypeError(
            "focus is a Value, a label, the scope of a unit such as 'layers.0/neuron 13', or the "
            f"number of a node; got {focus!r:.60}"
        )
    if isinstance(focus, int):
        if not 0 <= focus < len(graph):
            raise ValueError(f"focus={focus}: the nodes of this graph are 0 to {len(graph) - 1:,}")
        return focus
    labelled = [node.index for node in graph if node.label == focus]
    if labelled:
        return labelled[-1]
    wanted = canonical(focus)
    scopes: dict[str, int] = {}
    for node in graph:
        if node.scope and node.op is not None:
            scopes[canonical(node.scope)] = node.index
            scopes[canonical(f"{node.scope}/{node.label}")] = node.index
    if wanted in scopes:
        return scopes[wanted]
    below = [index for scope, index in scopes.items() if scope.startswith(f"{wanted}/")]
    if below:
        return max(below)
    labels = {node.label for node in graph if node.label}
    known = [*labels, *{node.scope for node in graph if node.scope}]
    rest = did_you_mean(focus, known, "labels and scopes are in str(Graph(value))")
    raise ValueError(f"focus={focus!r:.60}: no node of this graph has that label or scope{rest}")


def canonical(scope: str) -> str:
    """A scope, however its numbers are written.

    >>> canonical("layers.0/neuron 13"), canonical("layers.0/neurons.13")
    ('layer.0/neuron.13', 'layer.0/neuron.13')
    """
    return re.sub(r"s?[ .](\d+)", r".\1", scope)


def _of_value(focus: Value, value: Value | None) -> int:
    if value is None:
        raise TypeError(
            "focus as a Value needs the Value that is played, and this is a Graph; give the "
            "number of the node, or its label"
        )
    places = read([value])[2]
    if id(focus) not in places:
        raise ValueError(
            f"focus: {focus!r:.80} is not in this computation; was it detached or copied?"
        )
    return places[id(focus)]


def unit_of(network: Network, index: int) -> Unit | None:
    """The neuron that a node belongs to: its sum, its activation, or one of its parameters."""
    found = network.run_of.get(index)
    if found is not None:
        return found[0]
    return next((unit for unit in network.units if index in unit.parameters), None)


# --- any graph ------------------------------------------------------------------------------------


def view(graph: Graph, index: int, *, left: Mapping[int, float]) -> View:
    """A node with its strongest paths to the root, and its operands; the others are summed up."""
    outline, shown = _outline(graph, index)
    scene = PartScene(graph, outline, left)
    node = graph.nodes[index]
    name = shorten(node.label) or f"node {index}"
    hidden = len(graph) - len(shown)
    hint = (
        f"{hidden:,} of {len(graph):,} nodes are not shown; focus= shows others" if hidden else ""
    )
    steps = _steps(scene)
    return View(
        KEY, f"focus: {name}", f"{name}: what it is made of, and its strongest paths to the result",
        single.diagram_of(scene, steps), tuple(entries(scene)), steps, hint=hint,
    )  # fmt: skip


def _steps(scene: Scene) -> tuple[Step, ...]:
    back = backward.steps(scene)
    if back:
        known = [
            backward.gradient_fill(item.key, item.grad)
            for item in scene.outline.items
            if item.key.endswith(OTHERS) and item.grad is not None
        ]
        back[0] = replace(back[0], fills=(*back[0].fills, *known))
    return single.start_of(scene), *forward.steps(scene), *back


def _outline(graph: Graph, index: int) -> tuple[Outline, set[int]]:
    root, seed = _root(graph)
    chosen = {index, root, *graph.nodes[index].operands[:MOST_OPERANDS]}
    if graph.nodes[index].grad is not None:
        for path in Paths(graph, index, root, seed).strongest(TOP):
            nodes = path.nodes
            half = LONGEST // 2
            chosen.update(nodes if len(nodes) <= LONGEST else (*nodes[:half], *nodes[-half:]))
    items: list[Item] = []
    links: list[Link] = []
    for place in sorted(chosen):
        node = graph.nodes[place]
        of = part(graph, node, frozenset(), chosen)
        into = [link for link in of.links if link.node in chosen]
        if len(into) < len(of.links) and place in graph.nodes[index].operands:
            into = []
        seeds = (seed,) if place == root else ()
        known = {link.node for link in into}
        constants = tuple(
            Constant(i, k, graph.nodes[i].label, graph.nodes[i].value)
            for k, i in enumerate(node.operands)
            if i not in known and graph.nodes[i].kind == "constant" and not of.folded
        )
        products = tuple([c.product for c in graph.contributions(place)])
        item = choosing.item(node, of.symbol, seeds, products)
        out = len(of.links) - len(into) - len(constants)
        items.append(replace(item, constants=constants, left_out=max(0, out)))
        links += into
    others, onward = _others(graph, chosen, links)
    return Outline((*items, *others), (*links, *onward)), chosen


def _others(graph: Graph, chosen: set[int], links: list[Link]) -> tuple[list[Item], list[Link]]:
    """A box for the uses of each node that are not drawn, with what they bring together."""
    drawn = Counter((link.edge or (int(link.consumer), link.position)) for link in links)
    items, onward = [], []
    for index in sorted(chosen):
        rest = [
            one for one in graph.contributions(index) if (one.consumer, one.position) not in drawn
        ]
        if not rest:
            continue
        total = fsum(one.product for one in rest)
        key = f"{index}{OTHERS}"
        edge = (rest[0].consumer, rest[0].position)
        label = f"{len(rest)} other{'s' * (len(rest) > 1)}"
        items.append(
            Item(key, index, "group", "+", 0.0, total, label=label, seeds=(total,), left_out=1)
        )
        onward.append(Link(str(index), key, 0, 1.0, total, total, "", index, edge))
    return items, onward


def _root(graph: Graph) -> tuple[int, float]:
    pairs = [(r, s) for r, s in zip(graph.roots, graph.seeds, strict=True) if s]
    return pairs[0] if pairs else (graph.roots[0], graph.seeds[0])
