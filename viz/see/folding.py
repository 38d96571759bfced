"""A large graph seen through a grouping: which nodes share a box, and what flows between boxes.

Operations go by their scope, cut to some depth; where that leaves nothing, by structure: the same
operation of operands in the same groups. So the 32 losses of 32 examples are one group, and so are
the equal neurons of a layer. Leaves follow: parameters and constants go into the one group that
uses them, the others gather.

All edges from one group to another are one `Flow`. Nothing is lost: a group's gradients add up to
its seeds, what flows into it from others, and what flows inside it.
"""

from __future__ import annotations

import functools
import math
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from autograd import Graph, Node
from autograd.tape import KINDS

from .outline import PARAMETERS, is_inner_sum, is_op, run_of_sums
from .paths import fsum

Cut = Callable[[str], str]  # a scope to the part of it that names a group, "" if there is none

BANDS = 12  # of depth: about as many boxes in a row as a screen holds


@dataclass(frozen=True, slots=True)
class Rule:
    """How coarse a grouping is.

    ``cut`` shortens scopes; without it they name no group. With ``apart``, every parameter is one
    of its own, so that only runs of the same neuron on several examples share a box. Without
    ``scopes``, only structure counts; with ``stems``, the names of leaves as well: q00 and q01 are
    alike, q00 and k00 are not. With ``bands``, operations go by their depth, in so many bands.
    ``name`` says it in words.
    """

    name: str
    cut: Cut | None
    apart: bool = False
    scopes: bool = True
    bands: int = 0
    stems: bool = False


@dataclass(frozen=True, slots=True)
class Grouping:
    """The group of each node, and the name of each group: a scope, a band of depth, or ``""``.

    ``inner`` says which sums are inside a Σ.
    """

    of: list[int]
    names: list[str]
    inner: list[bool]

    @property
    def count(self) -> int:
        """How many groups there are."""
        return len(self.names)


class TooManyGroupsError(Exception):
    """A grouping is finer than was asked for; it was given up at once."""


def grouped(
    graph: Graph, rule: Rule, *, constants: bool = True, most: int | None = None
) -> Grouping:
    """Every node of the graph in exactly one group, numbered by their last nodes.

    Raises
    ------
    TooManyGroupsError
        if there are more than ``most``.
    """
    return _Groups(graph, rule, most).found(constants=constants)


class _Groups:
    """The groups so far: what each is made of, and how many operations it has."""

    def __init__(self, graph: Graph, rule: Rule, most: int | None) -> None:
        self.graph, self.rule, self.most = graph, rule, most
        self.tape = graph.facts.tape  # its columns are read quicker than nodes
        self.numbers: dict[Hashable, int] = {}
        self.names: list[str] = []
        self.counts: list[int] = []
        self.of = [-1] * len(graph)
        self.inner = [False] * len(graph)
        self.places = [""] * len(graph)
        if rule.bands:
            self.places = self._bands()
        elif rule.cut is not None:
            cut = functools.cache(rule.cut)
            self.places = [cut(node.scope) for node in graph]

    def found(self, *, constants: bool) -> Grouping:
        """All nodes in their groups, which are numbered so that users come after what they use."""
        self._operations()
        users = self._users()
        for node, op in zip(self.graph, self.tape.ops, strict=True):
            if op is None:
                self.of[node.index] = self._leaf(node, users[node.index], constants=constants)
        last = {group: index for index, group in enumerate(self.of)}
        order = {group: place for place, group in enumerate(sorted(last, key=last.__getitem__))}
        of, names = [order[group] for group in self.of], [self.names[group] for group in order]
        return Grouping(of, names, self.inner)

    def _bands(self) -> list[str]:
        """The band of each operation by its height above the leaves, as a name."""
        heights: list[int] = []
        for index in range(len(self.graph)):
            heights.append(max([heights[i] + 1 for i in self.tape.places(index)], default=0))
        size = -(-(max(heights) + 1) // self.rule.bands)
        names = [f"depth {low:,} to {low + size - 1:,}" for low in range(0, max(heights) + 1, size)]
        return [names[height // size] if height else "" for height in heights]

    def _number(self, key: Hashable, name: str = "") -> int:
        """The number of the group with this key."""
        found = self.numbers.get(key)
        if found is None:
            found = self.numbers[key] = len(self.names)
            self.names.append(name)
            self.counts.append(0)
            if self.most is not None and len(self.names) > self.most:
                raise TooManyGroupsError
        return found

    def _operations(self) -> None:
        """The group of each operation, which is also its class for those that are built on it."""
        graph, rule = self.graph, self.rule
        # A Σ takes in no sum that is a root or belongs elsewhere.
        apart = {index for index, place in enumerate(self.places) if place}.union(graph.roots)
        kinds: dict[Hashable, int] = {}
        classes = [0] * len(graph)
        for node, op in zip(graph, self.tape.ops, strict=True):
            index = node.index
            if op is None:
                # Groups count from 0 on, the kinds of leaves below.
                classes[index] = kinds.setdefault(self._class_of_leaf(node), -1 - len(kinds))
                continue
            place = self.places[index]
            operands: Iterable[int] = self.tape.places(index)
            if place:
                group = self._number(("in", place), place)
            elif index not in apart and self._joins(node):
                self.inner[index] = True  # it goes where the Σ goes that it is a part of
                continue
            else:
                adders: list[int] = []
                if op.name == "add":
                    ends, adders = run_of_sums(graph, node, apart)
                    operands = [self.tape.places(adder)[k] for adder, k in ends]
                scope = node.scope if rule.scopes else ""
                key = ("op", op.name, scope, tuple([classes[i] for i in operands]))
                group = self._number(key)
                for adder in adders:
                    self.of[adder] = group
            self.of[index] = classes[index] = group
            self.counts[group] += 1

    def _joins(self, node: Node) -> bool:
        """Whether this is a sum inside a Σ, as `run_of_sums` finds them from above."""
        if not is_inner_sum(self.graph, node):
            return False
        ((consumer, _),) = self.graph.consumers(node.index)
        return is_op(self.graph.nodes[consumer], "add") and not self.places[consumer]

    def _class_of_leaf(self, node: Node) -> Hashable:
        alone = self.rule.apart and node.kind in PARAMETERS
        return node.index if alone else node.kind, stem(node.label) if self.rule.stems else ""

    def _users(self) -> list[frozenset[int]]:
        """The groups that use each leaf."""
        alone = [frozenset((group,)) for group in range(len(self.names))]
        users: list[frozenset[int]] = [frozenset()] * len(self.graph)
        for index, op in enumerate(self.tape.ops):
            if op is None:
                continue
            mine = alone[self.of[index]]
            for i in self.tape.places(index):
                if self.of[i] < 0 and users[i] is not mine:
                    users[i] = users[i] | mine if users[i] else mine
        return users

    def _leaf(self, node: Node, users: frozenset[int], *, constants: bool) -> int:
        """The one group that uses a leaf, or that of others which are used alike."""
        rule = self.rule
        if len(users) == 1 and node.kind != "variable":
            (user,) = users
            many = bool(self.names[user]) or (self.counts[user] > 1 and not rule.apart)
            if many or (node.kind == "constant" and not constants):
                return user
        if not rule.apart:
            place = "" if rule.bands else self.places[node.index]
            users = frozenset((min(users),)) if rule.bands and users else users
            return self._number((node.kind, stem(node.label), place, users))
        if node.kind in PARAMETERS:
            return self._number(("leaf", node.index))
        name = stem(node.label) if node.kind == "constant" else node.label  # targets are numbered
        # The first inputs of all examples stand at the same place among the operands.
        places = frozenset(position for _, position in self.graph.consumers(node.index))
        return self._number((node.kind, name, users, places))


def stem(label: str) -> str:
    """A label without the numbers at its end: ``x12`` is an ``x``, and so is ``x[3][4]``.

    >>> stem("x12"), stem("x[3][4]"), stem("layers.0"), stem("12")
    ('x', 'x', 'layers', '')
    """
    return re.sub(r"[\d.\[\]]*$", "", label)


# --- what flows between groups --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that share a box.

    ``members`` are all of them, ``tops`` the operations among them without the sums inside a Σ,
    and ``outputs`` the operations that others use, or that are roots. ``inner`` counts the sums
    inside a Σ, ``runs`` how often each of the parameters is used.
    """

    number: int
    name: str
    members: tuple[int, ...]
    tops: tuple[int, ...]
    outputs: tuple[int, ...]
    inner: int = 0
    seeds: tuple[float, ...] = ()
    runs: int = 1

    @property
    def is_single(self) -> bool:
        """Whether it is one node, or one Σ, and so is drawn as ever."""
        return not self.name and len(self.members) == 1 + self.inner


@dataclass(frozen=True, slots=True)
class Flow:
    """All edges from one group into another: how many, and what flows back along them.

    ``products`` has the contribution of each edge whose operand has a gradient, ``total`` is their
    sum, None if there are none; ``first`` is one edge: its consumer and the operand's position.
    """

    tail: int
    head: int
    edges: int
    products: tuple[float, ...]
    total: float | None
    first: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Folded:
    """The groups, users after what they use as far as possible, and the flows between them.

    ``inside`` are the flows from a group into itself. ``hidden`` counts the nodes of groups for
    which there was no room.
    """

    graph: Graph
    groups: tuple[Group, ...]
    flows: tuple[Flow, ...]
    inside: tuple[Flow, ...]
    hidden: int = 0


def folded(graph: Graph, grouping: Grouping, max_groups: int) -> Folded:
    """The groups of a grouping, at most so many, those nearest to the roots first."""
    flows, used, uses = _flows(graph, grouping.of)
    first = max(0, grouping.count - max_groups)
    groups = _groups(graph, grouping, used, uses)
    shown = [flow for flow in flows if min(flow.tail, flow.head) >= first]
    return Folded(
        graph,
        tuple(groups[first:]),
        tuple([flow for flow in shown if flow.tail != flow.head]),
        tuple([flow for flow in shown if flow.tail == flow.head]),
        hidden=sum(len(group.members) for group in groups[:first]),
    )


def _flows(graph: Graph, of: list[int]) -> tuple[list[Flow], list[bool], list[int]]:
    """What flows between groups and inside each; and of each node, who uses it.

    That is whether another group does, or it is a root, and how often its own group does.
    """
    found: dict[tuple[int, int], list[float | None]] = defaultdict(list)
    first: dict[tuple[int, int], tuple[int, int]] = {}
    used, uses = [False] * len(graph), [0] * len(graph)
    for root in graph.roots:
        used[root] = True
    tape, asked, grads = graph.facts.tape, graph.asked, graph.grads
    for index, op in enumerate(tape.ops):
        if op is None:
            continue
        head, upstream = of[index], grads[index] if asked[index] else None
        slopes = graph.slopes(index)
        for position, operand in enumerate(tape.places(index)):
            way = (of[operand], head)
            if way[0] == head:
                uses[operand] += 1
            else:
                used[operand] = True
            if way not in first:
                first[way] = (index, position)
            is_asked = asked[operand] and upstream is not None
            found[way].append(upstream * slopes[position] if is_asked else None)  # type: ignore[operator]
    flows = []
    for (tail, head), each in found.items():
        products = tuple([product for product in each if product is not None])
        total = fsum(products) if products else None
        flows.append(Flow(tail, head, len(each), products, total, first[tail, head]))
    flows.sort(key=lambda flow: (flow.head, flow.first[1], flow.tail))
    return flows, used, uses


def _groups(graph: Graph, grouping: Grouping, used: list[bool], uses: list[int]) -> list[Group]:
    members: list[list[int]] = [[] for _ in grouping.names]
    for index, group in enumerate(grouping.of):
        members[group].append(index)
    seeds: dict[int, list[float]] = defaultdict(list)
    for root, seed in zip(graph.roots, graph.seeds, strict=True):
        if seed:  # a root of seed 0 is only there to be found
            seeds[grouping.of[root]].append(seed)
    groups = []
    ops, kinds = graph.facts.tape.ops, graph.facts.kinds
    is_parameter = [kind in PARAMETERS for kind in KINDS]
    for number, (name, mine) in enumerate(zip(grouping.names, members, strict=True)):
        tops = [i for i in mine if ops[i] is not None and not grouping.inner[i]]
        weights = [i for i in mine if is_parameter[kinds[i]]]
        groups.append(
            Group(
                number,
                name,
                tuple(mine),
                tuple(tops),
                tuple([i for i in tops if used[i]]),
                inner=sum(grouping.inner[i] for i in mine),
                seeds=tuple(seeds[number]),
                runs=max(1, math.gcd(*[uses[weight] for weight in weights])),
            )
        )
    return groups
