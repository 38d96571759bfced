"""Which nodes of a graph are neurons: what a network computed, seen from the graph alone.

A neuron is a `dot` whose first factors are parameters, with the activation that follows it. Its
weights tell which one it is; each time it ran is a `Run`, for one example. Neurons with the same
distance from the inputs, in the same layer of a model, are a `column`. A classifier ends in a
softmax and a cross-entropy, which are found in the operations of its loss.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograd import Graph, Node, softmax

from .outline import PARAMETERS, is_op


@dataclass(frozen=True, slots=True)
class Run:
    """One neuron on one example: the index of its weighted sum, and of what follows from it.

    ``output`` is the last of ``steps``, or the sum itself if there are none.
    """

    example: int
    total: int
    steps: tuple[int, ...]

    @property
    def output(self) -> int:
        """The index of the neuron's result."""
        return self.steps[-1] if self.steps else self.total


@dataclass(frozen=True, slots=True)
class Unit:
    """One neuron: its place, the indices of its parameters, and its runs, one for each example."""

    column: int
    place: int
    weights: tuple[int, ...]
    bias: int | None
    runs: tuple[Run, ...]
    scope: str
    activation: str

    @property
    def parameters(self) -> tuple[int, ...]:
        """The weights and, if there is one, the bias."""
        return self.weights if self.bias is None else (*self.weights, self.bias)


@dataclass(frozen=True, slots=True)
class Network:
    """The neurons of a graph, by columns, and for which example each operation was computed.

    ``example_of`` knows the operations above the inputs that belong to one example alone.
    """

    graph: Graph
    columns: tuple[tuple[Unit, ...], ...]
    examples: int
    example_of: Mapping[int, int]
    run_of: Mapping[int, tuple[Unit, Run]]
    """The neuron to which an operation belongs, by index."""

    @property
    def units(self) -> list[Unit]:
        """All neurons, from the inputs on."""
        return [unit for column in self.columns for unit in column]

    def inputs_of(self, run: Run) -> tuple[int, ...]:
        """The indices of what a run weighs."""
        operands = self.graph.nodes[run.total].operands
        count = len(operands) // 2
        return operands[count : 2 * count]


def network_of(graph: Graph) -> Network | None:
    """The network in a graph; None if there is none, or if its runs are not examples.

    >>> from autograd import Value
    >>> from nn import MLP, mse
    >>> model = MLP(2, [3, 1])
    >>> rows = [[0.0, 1.0], [1.0, 1.0]]
    >>> network = network_of(Graph(mse([model(row) for row in rows], [1.0, 0.0])))
    >>> [len(column) for column in network.columns], network.examples
    ([3, 1], 2)
    >>> network_of(Graph(Value(2.0) * 3.0)) is None
    True
    """
    if graph.seeds != (1.0,):
        return None
    found = _runs(graph)
    counts = {len(runs) for runs in found.values()}
    if len(counts) != 1:
        return None
    (examples,) = counts
    columns = _columns(graph, found)
    if columns is None:
        return None
    run_of = {
        index: (unit, run)
        for column in columns
        for unit in column
        for run in unit.runs
        for index in (run.total, *run.steps)
    }
    example_of = _examples(graph, run_of)
    return None if example_of is None else Network(graph, columns, examples, example_of, run_of)


# --- neurons --------------------------------------------------------------------------------------


def _runs(graph: Graph) -> dict[tuple[int, ...], list[Run]]:
    """The runs of each neuron, which its parameters name; all of a neuron have the same bias."""
    found: dict[tuple[int, ...], list[Run]] = {}
    for node in operations(graph):
        if is_weighted_sum(graph, node):
            half = len(node.operands) // 2
            bias = node.operands[2 * half :]
            runs = found.setdefault((*node.operands[:half], *(bias or (-1,))), [])
            runs.append(Run(len(runs), node.index, _activations(graph, node)))
    return found


def operations(graph: Graph) -> list[Node]:
    """All nodes but the leaves, most of which are parameters in a network."""
    return [graph.nodes[i] for i, op in enumerate(graph.facts.tape.ops) if op is not None]


def is_weighted_sum(graph: Graph, node: Node) -> bool:
    """Whether this is a `dot` of parameters with anything, and of a bias that is one, too."""
    if not is_op(node, "dot"):
        return False
    half = len(node.operands) // 2
    parameters = [*node.operands[:half], *node.operands[2 * half :]]
    return bool(half) and all(graph.nodes[i].kind in PARAMETERS for i in parameters)


def weights_of(graph: Graph, members: Iterable[int]) -> list[tuple[int, ...]]:
    """The weights of each neuron among some nodes, as indices; [] if they make no matrix."""
    ops = graph.facts.tape.ops
    dots = [i for i in members if (op := ops[i]) is not None and op.name == "dot"]
    nodes = [graph.nodes[index] for index in dots]
    sums = [node.operands for node in nodes if is_weighted_sum(graph, node)]
    rows = dict.fromkeys([operands[: len(operands) // 2] for operands in sums])
    return list(rows) if len({len(row) for row in rows}) == 1 else []


def _activations(graph: Graph, total: Node) -> tuple[int, ...]:
    """The activations that follow a sum one after the other, each of them used by nothing else."""
    steps: list[int] = []
    last = total
    while len(consumers := graph.consumers(last.index)) == 1 and last.index not in graph.roots:
        following = graph.nodes[consumers[0][0]]
        if following.op is None or not following.op.is_activation:
            break
        if any(graph.nodes[i].kind != "constant" for i in following.operands[1:]):
            break  # leaky_relu has its slope as a second operand, mostly a plain number
        if following.scope != total.scope and steps:
            break
        steps.append(following.index)
        last = following
    return tuple(steps)


def _columns(
    graph: Graph, found: Mapping[tuple[int, ...], Sequence[Run]]
) -> tuple[tuple[Unit, ...], ...] | None:
    """The neurons by their distance from the inputs; None where one feeds on itself."""
    key_of = {run.total: key for key, runs in found.items() for run in runs}
    depths: list[int] = []  # of each node: how many neurons are on the longest way to it
    places: dict[tuple[int, ...], int] = {}
    tape = graph.facts.tape
    for index in range(len(graph)):
        depth = max([depths[i] for i in tape.places(index)], default=0)
        key = key_of.get(index)
        if key is not None:
            depth += 1
            if places.setdefault(key, depth) != depth:
                return None  # the same weights at several depths: steps of a recurrent network
        depths.append(depth)
    groups: dict[tuple[int, str], list[tuple[int, ...]]] = {}
    for key, runs in found.items():
        layer = graph.nodes[runs[0].total].scope.rpartition("/")[0]
        groups.setdefault((places[key], layer), []).append(key)
    columns = []
    for number, (_, keys) in enumerate(sorted(groups.items(), key=lambda item: item[0][0])):
        keys.sort(key=lambda key: _place_in_layer(graph.nodes[found[key][0].total].scope))
        columns.append(
            tuple([_unit(graph, number, place, found[key]) for place, key in enumerate(keys)])
        )
    return tuple(columns)


def _place_in_layer(scope: str) -> int:
    """3 of ``layers.1/neurons.3``: a graph starts with the score that the loss names first."""
    last = scope.rpartition(".")[2]
    return int(last) if last.isdecimal() else 0


def _unit(graph: Graph, column: int, place: int, runs: Sequence[Run]) -> Unit:
    total = graph.nodes[runs[0].total]
    half = len(total.operands) // 2
    names = []
    for index in runs[0].steps:
        op = graph.nodes[index].op
        names.append(op.name if op is not None else "")
    return Unit(
        column,
        place,
        weights=total.operands[:half],
        bias=total.operands[2 * half] if len(total.operands) % 2 else None,
        runs=tuple(runs),
        scope=total.scope,
        activation=" ".join(names),
    )


# --- examples -------------------------------------------------------------------------------------


def _examples(graph: Graph, run_of: Mapping[int, tuple[Unit, Run]]) -> dict[int, int] | None:
    """The example of each operation that belongs to one; None if runs mix examples."""
    found: dict[int, int] = {}
    for node in operations(graph):
        below = {found[i] for i in node.operands if i in found}
        run = run_of.get(node.index)
        if run is not None:
            below.add(run[1].example)
            if len(below) > 1:
                return None
        if len(below) == 1 and (run is not None or not _is_shared(graph, node, found)):
            found[node.index] = below.pop()
    return found


def _is_shared(graph: Graph, node: Node, found: Mapping[int, int]) -> bool:
    """Whether an operation also uses something computed, but not for that one example."""
    return any(graph.nodes[i].op is not None and i not in found for i in node.operands)


# --- the end of a classifier ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chances:
    """What softmax makes of the scores of one example.

    ``loss`` is the index of the example's own loss, ``target`` the place of the score that should
    be high.
    """

    scores: tuple[int, ...]
    loss: int
    target: int
    chances: tuple[float, ...]


def chances_of(network: Network, example: int) -> Chances | None:
    """The softmax that an example ends in; None if it does not.

    >>> from autograd import Graph
    >>> from nn import MLP, cross_entropy
    >>> from .neurons import network_of
    >>> network = network_of(Graph(cross_entropy(MLP(2, [3, 2], init="zeros")([1.0, 2.0]), 1)))
    >>> found = chances_of(network, 0)
    >>> found.target, found.chances
    (1, (0.5, 0.5))
    """
    graph = network.graph
    scores = tuple(unit.runs[example].output for unit in network.columns[-1])
    for consumer, _ in graph.consumers(scores[0]):
        node = graph.nodes[consumer]
        if is_surprise(node) and sorted(node.operands) == sorted(scores):
            target = scores.index(node.operands[0])
            found = softmax([graph.nodes[score].value for score in scores])
            return Chances(scores, consumer, target, tuple(found))
    return None


def is_surprise(node: Node) -> bool:
    """Whether this is the cross-entropy of one example."""
    return is_op(node, "surprise")
