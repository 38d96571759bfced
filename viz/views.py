"""Which views a computation gets, and each of them told: one box a node, rows, or layers."""

from __future__ import annotations

from dataclasses import replace

from .labels import shorten
from .network_views import by_layers, by_rows, is_small
from .node_views import Wanted, focused, single_view
from .say.sentences import say, sentences
from .say.story import Story, View
from .see.neurons import Network, Unit, network_of

FEW = 60  # nodes of a graph that is one neuron or less: drawn node by node


def story(wanted: Wanted, focus: int | None = None, title: str | None = None) -> Story:
    """All that a page tells of a computation."""
    found, first = views(wanted, focus)
    if title is None:
        root = wanted.numbers.graph.nodes[wanted.numbers.graph.roots[0]]
        name = shorten(root.label)
        holds = ("named",) if name else ()
        title = say(sentences(wanted.language), "title.story", holds, root=name)
    return Story(title, found, first, wanted.language)


def views(wanted: Wanted, focus: int | None = None) -> tuple[tuple[View, ...], str]:
    """The views in the order of their tabs, and the key of the one to show first, if not the first.

    ``focus`` is a node; its view comes first.
    """
    graph = wanted.numbers.graph
    network = network_of(graph)
    if network is not None and len(network.units) > 1:
        opens = None if focus is None else unit_of(network, focus)
        kind = by_rows if is_small(network) else by_layers
        found, first = kind(network, wanted, opens)
        if opens is None and focus is not None:
            return (focused(wanted, focus), *found), ""
        return found, "" if focus is not None else first
    whole = single_view(wanted, key="graph")
    if focus is not None and len(graph) > FEW:
        return (focused(wanted, focus), whole), ""
    return (replace(whole, tab=""),), ""


def unit_of(network: Network, index: int) -> Unit | None:
    """The neuron that a node belongs to: its sum, its activation, or one of its parameters."""
    found = network.run_of.get(index)
    if found is not None:
        return found[0]
    return next((unit for unit in network.units if index in unit.parameters), None)
