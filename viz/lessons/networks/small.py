"""A small network: a tab for each row of the batch, one for all of them, and neurons that open."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace

from autograd import Graph

from ...say.equations import strongest
from ...see.neurons import Network, Unit
from ..story import View
from .naming import Names
from .rows import everything, inside, placing
from .rows import steps as row_steps
from .rows.entries import entries
from .rows.everything import key_of
from .rows.reasons import with_reasons
from .rows.row import Part, Row
from .rows.tally import Share, shares
from .rows.told import Told
from .updating import Update, nudges

MOST_UNITS = 40
MOST_ROWS = 16
MOST_INPUTS = 40
MOST_SINGLES = 60  # operations outside of neurons
MOST_OPENED = 40  # neurons, over all rows


def is_small(network: Network) -> bool:
    """Whether a network is drawn neuron by neuron, for each row."""
    widths = [len(unit.weights) for unit in network.units]
    return (
        1 < len(network.units) <= MOST_UNITS
        and network.examples <= MOST_ROWS
        and max(widths) <= MOST_INPUTS
        and _singles(network) <= MOST_SINGLES * network.examples
    )


def _singles(network: Network) -> int:
    """How many operations belong to no neuron."""
    return sum(node.op is not None and node.index not in network.run_of for node in network.graph)


def views(
    network: Network, *, rate: float, left: Mapping[int, float],
    image: tuple[int, int] | None = None, focus: Unit | None = None,
) -> Iterator[View]:  # fmt: skip
    """The tabs, and the neurons that open from them."""
    del image  # few inputs are boxes
    graph: Graph = network.graph
    tally = shares(network, left)
    names = Names(network)
    nudged = nudges(graph, names.parameter)
    update = Update(graph, rate, left)
    every = [Told(Row(network, Names(network), row), left) for row in range(network.examples)]
    chosen = _opened(every, focus)
    opens = {(row, part.id) for row, part in chosen}
    shown = first(network)
    views = [
        _row(
            steps,
            row,
            is_first=key_of(row) == shown,
            tally=tally,
            nudged=nudged,
            update=update,
            opened=opens,
        )
        for row, steps in enumerate(every)
    ]
    if network.examples > 1:
        views.append(everything.view(every, tally, update, nudged))
    neurons = [
        inside.view(
            every[row].row, part, key=key_of_neuron(row, part), within=key_of(row), nudges=nudged
        )
        for row, part in chosen
    ]
    focused = [v for v, (_, part) in zip(neurons, chosen, strict=True) if part.unit is focus][:1]
    yield from focused
    yield from views
    yield from [view for view in neurons if view not in focused]


def first(network: Network) -> str:
    """The key of the row that tells most: the one whose own loss is the largest."""
    if network.examples == 1:
        return ""
    names = Names(network)
    ends = [everything.end(Told(Row(network, names, row), {})) for row in range(network.examples)]
    sizes = [abs(network.graph.nodes[end.node].value) for end in ends]
    return key_of(max(range(len(sizes)), key=lambda row: (sizes[row] == sizes[row], sizes[row])))


def _opened(every: Sequence[Told], focus: Unit | None) -> list[tuple[int, Part]]:
    """The neurons that open, row by row: in each row those of which the loss asks most."""
    most = max(1, MOST_OPENED // len(every))
    found = []
    for row, steps in enumerate(every):
        parts = [part for part in steps.row.parts if key_of_neuron(row, part)]
        grads = [steps.graph.nodes[part.node].grad or 0.0 for part in parts]
        chosen = set(strongest(grads, most))
        found += [(row, part) for k, part in enumerate(parts) if k in chosen or part.unit is focus]
    return found


def key_of_neuron(row: int, part: Part) -> str:
    """The key of the view that a neuron opens; empty for one with too many inputs to be drawn."""
    if part.unit is None or len(part.unit.weights) > inside.MOST_INPUTS:
        return ""
    return f"{key_of(row)}-{part.unit.column + 1}-{part.unit.place + 1}"


def _row(
    steps: Told, row: int, *, is_first: bool, tally: Mapping[int, Share],
    nudged: Callable[[int], str], update: Update, opened: Container[tuple[int, str]],
) -> View:  # fmt: skip
    network = steps.row.network
    told = tuple(row_steps.steps(steps))
    key = key_of(row)
    many = network.examples > 1
    if is_first:
        why = "This row is shown first, for its loss is the largest."
        sentence = f"{told[0].sentence} {why}"
        told = (replace(told[0], sentence=sentence, question=sentence), *told[1:])
    if not many:
        told = (*told, *row_steps.after(steps, update))

    def opens(part: Part) -> str:
        return key_of_neuron(row, part) if (row, part.id) in opened else ""

    title = f"Row {row + 1} of {network.examples}" if many else "The network"
    return View(
        key, f"row {row + 1}" if many else "network", title,
        placing.drawn(steps.row, steps.lines(), told),
        with_reasons(steps, tuple(entries(steps, tally, opens, nudged))), told,
    )  # fmt: skip
