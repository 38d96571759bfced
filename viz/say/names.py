"""What each box is called, in every picture, equation and sentence: one name each, no two alike.

A label is a name; of four nodes labelled z the names are z₁ to z₄. In a network x1, x2 are inputs,
h1, h2 the units of the hidden layer (h2.1, h2.2 those of the second of several), o the output, s3
the score of class 3, w(x1→h2) a weight and b(h2) a bias. What has no label elsewhere gets a letter:
p for a product, s for a sum, d for a difference, q for a quotient, a for an activation, u for
anything else; L is the result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import count

from autograd import Graph, Node

from ..labels import shorten
from ..see.examples import OTHERS, below_inputs, is_error, is_mean, is_square
from ..see.neurons import Network, Unit, network_of
from ..see.outline import Item, Outline
from .numbers import number
from .sentences import say, sentences

LIMIT = 16  # columns of a name in an equation
GOAL = "L"
MOST = 1_000  # nodes: in larger graphs single parts are not shown

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LETTERS = {
    "mul": "p", "prod": "p", "square": "p", "add": "s",
    "sum": "s", "dot": "s", "sub": "d", "div": "q",
}  # fmt: skip
_LEAVES = {"parameter": "w", "frozen": "w", "variable": "x"}


class Names:
    """The names in one picture, by the keys of its boxes and by nodes.

    ``known`` are names that a network gives to nodes. ``given`` are the keys of boxes that get
    their name here; ``numbers`` those of constants without a label, whose name is their number.
    """

    def __init__(
        self,
        graph: Graph,
        outline: Outline,
        known: Mapping[int, str] | None = None,
        *,
        language: str = "english",
    ) -> None:
        self.graph, self.known = graph, known or {}
        self._table = sentences(language)
        self.given: set[str] = set()
        self.numbers: set[str] = set()
        roots = [root for root, seed in zip(graph.roots, graph.seeds, strict=True) if seed]
        self.by_key = self._named(outline.items, roots)
        self.goal = self._goal(roots)

    def __getitem__(self, key: str) -> str:
        return self.by_key[key]

    def node(self, index: int) -> str:
        """The name of a node, drawn or not; of one without any name its number."""
        found = self.by_key.get(str(index)) or self.known.get(index)
        if found:
            return found
        node = self.graph.nodes[index]
        return shorten(node.label, LIMIT) or number(node.value)

    def has_name(self, index: int) -> bool:
        """Whether a node is called otherwise than by its number."""
        key = str(index)
        if key in self.by_key:
            return key not in self.numbers
        return bool(self.known.get(index) or self.graph.nodes[index].label)

    def _goal(self, roots: list[int]) -> str:
        """What gradients are taken of: the root's name, or S for a sum of seeds × roots."""
        if self.graph.seeds != (1.0,):
            return free("S", set(self.by_key.values()))
        key = str(roots[0])
        if key in self.by_key:
            return self.by_key[key]
        return shorten(self.graph.nodes[roots[0]].label, LIMIT) or self.known.get(roots[0], GOAL)

    def _named(self, items: Iterable[Item], roots: list[int]) -> dict[str, str]:
        items = tuple(items)
        labels = [self.known.get(item.node, "") if item.key.isdigit() else "" for item in items]
        labels = [
            known or self._others(item) or shorten(item.label, LIMIT)
            for known, item in zip(labels, items, strict=True)
        ]
        found = told_apart(labels)
        taken = set(found)
        letters: dict[str, Iterator[str]] = {}
        for place, item in enumerate(items):
            if found[place]:
                continue
            if item.kind == "constant" and not item.seeds and not self._is_weighed(item):
                self.numbers.add(item.key)
                found[place] = number(item.value)
                continue
            self.given.add(item.key)
            if roots == [item.node] and item.key == str(item.node) and GOAL not in taken:
                found[place] = GOAL
            else:
                letter = self._letter(item)
                fresh = letters.setdefault(letter, (f"{letter}{k}" for k in count(1)))
                found[place] = next(name for name in fresh if name not in taken)
            taken.add(found[place])
        return dict(zip([item.key for item in items], found, strict=True))

    def _others(self, item: Item) -> str:
        """What a box is called that stands for several nodes."""
        if not item.key.endswith(OTHERS):
            return ""
        if not item.constants:
            return say(self._table, "name.rest", count=f"{item.left_out:,}")
        count = len(item.constants)
        return say(self._table, "name.others", ("many",) if count > 1 else (), count=f"{count:,}")

    def _is_weighed(self, item: Item) -> bool:
        """Whether a constant is what weights are multiplied with: an input deserves a name."""
        consumers = [self.graph.nodes[consumer].op for consumer, _ in self._uses(item)]
        return any(op is not None and op.name == "dot" for op in consumers)

    def _uses(self, item: Item) -> Iterable[tuple[int, int]]:
        return self.graph.consumers(item.node)

    def _letter(self, item: Item) -> str:
        if item.kind == "activation":
            return "a"
        if not item.symbol:
            return _LEAVES.get(item.kind, "x")
        if item.symbol == "×":
            return "p"
        if item.symbol.startswith(("Σ", "+")):
            return "s"
        op = self.graph.nodes[item.node].op
        return _LETTERS.get(op.name, "u") if op is not None else "u"


def free(name: str, taken: Collection[str]) -> str:
    r"""``name``, or with as many primes as it takes to be nobody else's.

    >>> free("S", {"S"}) == "S\u2032"
    True
    """
    while name in taken:
        name += "\u2032"
    return name


def told_apart(labels: list[str]) -> list[str]:
    """The labels; those that occur more than once with a number below the line.

    >>> told_apart(["z", "w", "z", ""])
    ['z₁', 'w', 'z₂', '']
    """
    seen = Counter(label for label in labels if label)
    taken = {label for label, times in seen.items() if times == 1}
    numbers: dict[str, Iterator[int]] = {}
    found = []
    for label in labels:
        name = label
        if seen[label] > 1:
            subscripts = numbers.setdefault(label, count(1))
            fresh = (f"{label}{str(k).translate(_SUBSCRIPTS)}" for k in subscripts)
            name = next(name for name in fresh if name not in taken)
            taken.add(name)
        found.append(name)
    return found


# --- networks -------------------------------------------------------------------------------------


class NetworkNames:
    """The names in a network, the same in all of its pictures, counted from 1."""

    def __init__(
        self,
        network: Network,
        *,
        is_classifier: bool = False,
        image: tuple[int, int] | None = None,
        language: str = "english",
    ) -> None:
        self.network, self.graph = network, network.graph
        self.nodes = tuple(self.graph)
        self._table = sentences(language)
        self._has_inputs = below_inputs(network)
        self.is_classifier, self.image = is_classifier, image
        self._examples: dict[int, dict[int, str]] = {}
        self._sources: dict[tuple[int, int], list[str]] = {}
        own = {i for unit in network.units for i in unit.parameters}
        labels = Counter(
            label
            for node in self.nodes
            if node.index not in own and (label := shorten(node.label, LIMIT))
        )
        self.labels, self._uses = set(labels), labels
        parameters = Counter(shorten(self.nodes[i].label, LIMIT) for i in own)
        # nn calls many of them w0: only where all are told apart are they the user's own.
        self.are_own = len(parameters) == len(own) and "" not in parameters
        self.by_unit = {id(unit): self._unit(unit) for unit in network.units}
        self.parameters = dict(self._parameters())

    def unit(self, unit: Unit) -> str:
        """A neuron."""
        return self.by_unit[id(unit)]

    def _unit(self, unit: Unit) -> str:
        columns = self.network.columns
        own = {shorten(self.nodes[run.output].label, LIMIT) for run in unit.runs}
        label = own.pop()
        if label and not own and self._uses[label] == len(unit.runs):
            return label  # the same in every row, and nobody else's
        place = unit.place + 1
        if unit.column == len(columns) - 1:
            if self.is_classifier:
                return free(f"s{unit.place}", self.labels)  # classes are counted from 0
            return free("o" if len(columns[-1]) == 1 else f"o{place}", self.labels)
        return free(
            f"h{place}" if len(columns) <= 2 else f"h{unit.column + 1}.{place}", self.labels
        )

    def _parameters(self) -> Iterator[tuple[int, str]]:
        for unit in self.network.units:
            name = self.unit(unit)
            for index, source in zip(unit.weights, self.sources(unit), strict=True):
                yield index, self._own(index) or f"w({source}→{name})"
            if unit.bias is not None:
                yield unit.bias, self._own(unit.bias) or f"b({name})"

    def _own(self, index: int) -> str:
        return shorten(self.nodes[index].label, LIMIT) if self.are_own else ""

    def sources(self, unit: Unit, example: int = 0) -> list[str]:
        """The names of what a neuron weighs."""
        key = id(unit), example
        if key not in self._sources:
            self._sources[key] = self._named(unit, example)
        return self._sources[key]

    def _named(self, unit: Unit, example: int) -> list[str]:
        inputs = self.network.inputs_of(unit.runs[example])
        return [self.source(index, k, len(inputs)) for k, index in enumerate(inputs)]

    def source(self, index: int, position: int, width: int) -> str:
        """One of the things that a neuron weighs: another neuron's result, or an input."""
        run = self.network.run_of.get(index)
        if run is not None:
            return self.unit(run[0])
        node = self.nodes[index]
        label = shorten(node.label, LIMIT)
        if self.image is not None and label in {"", f"x{position + 1}"}:  # nn's name, or none
            down, along = divmod(position, self.image[1])
            return f"pixel {down + 1},{along + 1}"
        if node.op is not None and not label:
            return f"u{position + 1}"
        return label or (f"x{position + 1}" if width > 1 else "x")

    def of_example(self, example: int) -> dict[int, str]:
        """The names of the nodes of one example, and of those that belong to none."""
        if example not in self._examples:
            self._examples[example] = self._of_example(example)
        return self._examples[example]

    def _of_example(self, example: int) -> dict[int, str]:
        found = dict(self.parameters)
        for unit in self.network.units:
            run = unit.runs[example]
            for k, index in enumerate(self.network.inputs_of(run)):
                found.setdefault(index, self.source(index, k, len(unit.weights)))
            name = self.unit(unit)
            found[run.output] = name
            if run.steps:
                found[run.total] = f"z({name})"
        taken = set(found.values())
        for node in self.nodes:
            if node.index in found or node.op is None:
                continue
            if self.network.example_of.get(node.index, example) == example:
                name = self._single(node, found)
                found[node.index] = _next_free(name, taken) if name else ""
                taken.add(found[node.index])
        return {index: name for index, name in found.items() if name}

    def _is_penalty(self, node: Node) -> bool:
        """Whether this is computed from parameters alone, and used with what is not."""
        users = [consumer for consumer, _ in self.graph.consumers(node.index)]
        has = self._has_inputs
        return not has[node.index] and any(has[consumer] for consumer in users)

    def _single(self, node: Node, found: Mapping[int, str]) -> str:
        """An operation outside of all neurons: its label, or what it is in a loss."""
        label = shorten(node.label, LIMIT)
        if label:
            return label
        if node.index == self.graph.roots[0]:
            return GOAL
        if is_square(self.graph, node) and node.operands[0] in found:
            return f"{found[node.operands[0]]}²"
        assert node.op is not None
        for word, is_so in (
            ("penalty", self._is_penalty(node)),
            ("error", is_error(self.network, node)),
            ("loss", node.op.name == "surprise"),
            ("mean", is_mean(self.graph, node)),
        ):
            if is_so:
                return say(self._table, f"name.{word}")
        symbol = node.op.symbol if node.op.symbol.isalpha() else node.op.name
        return {"logsumexp": "ln Σ exp"}.get(node.op.name, symbol)


def network_names(graph: Graph) -> NetworkNames | None:
    """The names in the network of a graph that is not too large for single parts to be shown."""
    network = network_of(graph) if len(graph) <= MOST else None
    return None if network is None else NetworkNames(network)


def unit_names(graph: Graph) -> dict[str, str]:
    """The names of the units of a network by their scopes: ``h1`` is ``layers.0/neurons.0``."""
    names = network_names(graph)
    if names is None:
        return {}
    return {unit.scope: names.unit(unit) for unit in names.network.units if unit.scope}


def part_names(graph: Graph) -> dict[int, str]:
    """Names for the parameters of a network and, of one example, for its units, by node.

    Labels of the user's own stay, if they tell all parameters apart.
    """
    names = network_names(graph)
    if names is None or names.are_own:
        return {}
    found = dict(names.parameters)
    for unit in names.network.units:
        output = unit.runs[0].output
        if len(unit.runs) == 1 and not graph.nodes[output].label:
            found[output] = names.unit(unit)
    return found


def _next_free(name: str, taken: Collection[str]) -> str:
    """``name``, or the first of name2, name3 that nobody has."""
    if name not in taken:
        return name
    join = "" if name[-1:].isalpha() else "_"
    return next(f"{name}{join}{k}" for k in count(2) if f"{name}{join}{k}" not in taken)
