"""Which nodes of a large graph share a box: those of a scope, and those that are built alike.

A grouping gives every node the number of its group. Operations go by their scope, cut to some
depth; where that leaves nothing, by structure: the same operation of operands in the same groups.
So the 32 losses of 32 examples are one group, and so are the equal neurons of a layer. Leaves
follow: parameters and constants go into the one group that uses them, the others gather.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from autograd import Graph, Node

from .sigma import is_inner_sum, run_of_sums

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
    keys = _Keys(graph, rule, most)
    of = keys.operations()
    _gather_leaves(graph, keys, of, constants=constants)
    return _numbered(of, keys)


class _Keys:
    """The groups so far: what each is made of, and how many operations it has."""

    def __init__(self, graph: Graph, rule: Rule, most: int | None) -> None:
        self.graph, self.rule, self.most = graph, rule, most
        self.numbers: dict[Hashable, int] = {}
        self.names: list[str] = []
        self.counts: list[int] = []
        self.kinds: dict[Hashable, int] = {}
        self.cuts: dict[str, str] = {}
        self.inner = [False] * len(graph)

    def number(self, key: Hashable, name: str = "") -> int:
        """The number of the group with this key."""
        found = self.numbers.get(key)
        if found is None:
            found = self.numbers[key] = len(self.names)
            self.names.append(name)
            self.counts.append(0)
            if self.most is not None and len(self.names) > self.most:
                raise TooManyGroupsError
        return found

    def cut(self, scope: str) -> str:
        """The part of a scope that names a group."""
        if scope not in self.cuts:
            self.cuts[scope] = self.rule.cut(scope) if self.rule.cut is not None else ""
        return self.cuts[scope]

    def operations(self) -> list[int]:
        """The group of each operation; −1, for now, of each leaf."""
        graph = self.graph
        places = self._places()
        classes = [0] * len(graph)
        of = [-1] * len(graph)
        # A Σ takes in no sum that is a root or belongs elsewhere.
        apart = {index for index, place in enumerate(places) if place}.union(graph.roots)
        for node in graph:
            if node.op is None:
                classes[node.index] = self._class_of_leaf(node)
                continue
            place = places[node.index]
            if place:
                group = self.number(("in", place), place)
            elif node.index not in apart and _joins(graph, node, places):
                self.inner[node.index] = True  # it goes where the Σ goes that it is a part of
                continue
            else:
                group = self._by_structure(node, classes, of, apart)
            of[node.index] = group
            classes[node.index] = group
            self.counts[group] += 1
        return of

    def _places(self) -> list[str]:
        """What names the group of each operation: its band of depth, or the cut of its scope."""
        if self.rule.cut is None and not self.rule.bands:
            return [""] * len(self.graph)
        if self.rule.bands:
            return _bands(self.graph, self.rule.bands)
        return [self.cut(node.scope) if node.op is not None else "" for node in self.graph]

    def _class_of_leaf(self, node: Node) -> int:
        alone = self.rule.apart and node.kind in {"parameter", "frozen"}
        what: Hashable = node.index if alone else node.kind
        key = ("leaf", what, stem(node.label) if self.rule.stems else "")
        # Groups count from 0 on, the kinds of leaves below.
        return self.kinds.setdefault(key, -1 - len(self.kinds))

    def _by_structure(self, node: Node, classes: list[int], of: list[int], apart: set[int]) -> int:
        """The group of all operations that are built like this one."""
        assert node.op is not None
        operands: Iterable[int] = node.operands
        adders: list[int] = []
        name = node.op.name
        if name == "add":
            ends, adders = run_of_sums(self.graph, node, apart)
            operands = [self.graph.nodes[c].operands[p] for c, p in ends]
        scope = node.scope if self.rule.scopes else ""
        key = ("op", name, scope, tuple([classes[i] for i in operands]))
        group = self.number(key)
        for adder in adders:
            of[adder] = group
        return group


def _joins(graph: Graph, node: Node, places: list[str]) -> bool:
    """Whether this is a sum inside a Σ, as `run_of_sums` finds them from above."""
    if not is_inner_sum(graph, node):
        return False
    ((consumer, _),) = graph.consumers(node.index)
    user = graph.nodes[consumer]
    return user.op is not None and user.op.name == "add" and not places[consumer]


def _bands(graph: Graph, count: int) -> list[str]:
    """The band of each node by its height above the leaves, as a name."""
    heights: list[int] = []
    for node in graph:
        heights.append(max([heights[i] + 1 for i in node.operands], default=0))
    size = -(-(max(heights) + 1) // count)
    names = [f"depth {low:,} to {low + size - 1:,}" for low in range(0, max(heights) + 1, size)]
    return [names[height // size] for height in heights]


# --- leaves ---------------------------------------------------------------------------------------


def _gather_leaves(graph: Graph, keys: _Keys, of: list[int], *, constants: bool) -> None:
    """Put each leaf into the one group that uses it, or together with others used alike."""
    users = _users(graph, of)
    for node in graph:
        if node.op is None:
            of[node.index] = _group_of_leaf(node, users[node.index], keys, constants=constants)


def _users(graph: Graph, of: list[int]) -> list[frozenset[int]]:
    """The groups that use each leaf."""
    alone = [frozenset((group,)) for group in range(max(of, default=-1) + 1)]
    users: list[frozenset[int]] = [frozenset()] * len(graph)
    for node in graph:
        if node.op is None:
            continue
        group = of[node.index]
        mine = alone[group]
        for i in node.operands:
            if of[i] < 0 and users[i] is not mine:
                users[i] = users[i] | mine if users[i] else mine
    return users


def _group_of_leaf(node: Node, users: frozenset[int], keys: _Keys, *, constants: bool) -> int:
    rule = keys.rule
    if len(users) == 1 and node.kind != "variable":
        (user,) = users
        many = bool(keys.names[user]) or (keys.counts[user] > 1 and not rule.apart)
        if many or (node.kind == "constant" and not constants):
            return user
    if rule.apart:
        if node.kind in {"parameter", "frozen"}:
            return keys.number(("leaf", node.index))
        name = stem(node.label) if node.kind == "constant" else node.label  # targets are numbered
        return keys.number(("leaves", node.kind, name, _places(keys.graph, node, users)))
    place = "" if rule.bands else keys.cut(node.scope)
    users = frozenset((min(users),)) if rule.bands and users else users
    return keys.number(("leaves", node.kind, stem(node.label), place, users))


def _places(graph: Graph, node: Node, users: frozenset[int]) -> Hashable:
    """Where a leaf stands among the operands of its users: the first inputs of all examples."""
    return users, frozenset(position for _, position in graph.consumers(node.index))


def stem(label: str) -> str:
    """A label without the numbers at its end: ``x12`` is an ``x``, and so is ``x[3][4]``.

    >>> stem("x12"), stem("x[3][4]"), stem("layers.0"), stem("12")
    ('x', 'x', 'layers', '')
    """
    return re.sub(r"[\d.\[\]]*$", "", label)


def _numbered(of: list[int], keys: _Keys) -> Grouping:
    """The groups numbered by their last nodes, so that users come after what they use."""
    last = {group: index for index, group in enumerate(of)}
    order = {group: number for number, group in enumerate(sorted(last, key=last.__getitem__))}
    return Grouping([order[group] for group in of], [keys.names[g] for g in order], keys.inner)
