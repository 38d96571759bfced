"""A recording as columns: what was computed, in order, one column for each kind of fact.

Derivatives of functions (`pullback`), snapshots (`graph`) and what is built on them read these
columns instead of following the engine's objects. A `Tape` has the operations and the numbers;
`Facts` add what is shown: names, scopes, kinds of leaves.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from .modes import NOWHERE, Place
from .node import Node, topological
from .primitive import Op

N = TypeVar("N", bound=Node)


@dataclass(slots=True, eq=False)
class Tape:
    """Node i is the operation ``ops[i]`` on the nodes ``places(i)``, with the result ``values[i]``.

    Operands come before results, and each leaf comes just before the first node that uses it. A
    plain number is a leaf of its own.

    >>> from autograd import Value
    >>> a = Value(3.0)
    >>> tape, nodes, _ = read([a * a + 1.0])
    >>> [op and op.name for op in tape.ops], tape.values
    ([None, 'mul', None, 'add'], [3.0, 9.0, 1.0, 10.0])
    >>> tape.places(3), nodes[0] is a, nodes[2]
    ((1, 2), True, None)

    ops:
        The rows of the operation table; None for a leaf.
    operands, starts:
        The places of all operands, node after node: node i has those from ``starts[i]`` up to
        ``starts[i + 1]``.
    values:
        The numbers, as recorded; for a leaf, as its first use recorded it.
    changed:
        By position in ``operands``: an operand's number, if the leaf had changed since its first
        use.
    """

    ops: list[Op | None]
    operands: Sequence[int]
    starts: Sequence[int]
    values: Sequence[float]
    changed: dict[int, float]

    def packed(self) -> Tape:
        """The same in arrays, which take a quarter of the memory, for tapes that are kept."""
        operands, starts = array("I", self.operands), array("I", self.starts)
        return Tape(self.ops, operands, starts, array("d", self.values), self.changed)

    def above(self, marks: bytearray) -> bytearray:
        """``marks``, one for each node, with every result also marked that has a marked operand."""
        starts, operands = self.starts, self.operands
        for i, op in enumerate(self.ops):
            if op is not None:
                for place in operands[starts[i] : starts[i + 1]]:
                    if marks[place]:
                        marks[i] = 1
                        break
        return marks

    def __len__(self) -> int:
        return len(self.ops)

    def places(self, index: int) -> tuple[int, ...]:
        """The operands of a node, in order."""
        return tuple(self.operands[self.starts[index] : self.starts[index + 1]])

    def inputs(self, index: int) -> tuple[float, ...]:
        """The numbers of its operands, as it recorded them."""
        start, end = self.starts[index], self.starts[index + 1]
        values = self.values
        if self.changed:
            pairs = enumerate(self.operands[start:end], start)
            return tuple([self.changed.get(edge, values[place]) for edge, place in pairs])
        return tuple([values[place] for place in self.operands[start:end]])


def read(
    roots: Sequence[N], leaves: Iterable[N] = ()
) -> tuple[Tape, list[N | None], dict[int, int]]:
    """The recording below ``roots``, the node at each place of it, and each node's place.

    A plain number has no node (None). Places are stored by id, because a subclass of Value may
    define ``__eq__``.

    The recording ends at ``leaves``: they count as leaves, whatever they were computed from.
    """
    ops: list[Op | None] = []
    operands: list[int] = []
    starts = [0]
    values: list[float] = []
    changed: dict[int, float] = {}
    nodes: list[Any] = []
    places: dict[int, int] = {}

    def add(node: Node | None, op: Op | None, number: float, own: Sequence[int] = ()) -> int:
        nodes.append(node)
        ops.append(op)
        values.append(number)
        operands.extend(own)
        starts.append(len(operands))
        return len(nodes) - 1

    for node in topological(roots, without=leaves):
        own: list[int] = []
        for operand, number in zip(*node._edges(), strict=True):
            if operand is None:
                place = add(None, None, number)
            elif (place := places.get(id(operand), -1)) < 0:
                place = places[id(operand)] = add(operand, None, number)
            elif ops[place] is None and differs(number, values[place]):
                changed[len(operands) + len(own)] = number
            own.append(place)
        places[id(node)] = add(node, node._row, node._z, own)
    for root in roots:
        if id(root) not in places:
            places[id(root)] = add(root, None, root._z)
    return Tape(ops, operands, starts, values, changed), nodes, places


def differs(x: float, y: float) -> bool:
    """Whether two doubles differ: nan equals nan, and −0.0 does not equal 0.0."""
    return repr(x) != repr(y) if x != y or not x else False


# --- what else is known ---------------------------------------------------------------------------

KINDS = ("variable", "parameter", "frozen", "constant", "operation")
DIFFERENTIABLE = ("variable", "parameter")


@dataclass(slots=True)
class Facts:
    """A tape, and what else is known about each of its nodes.

    ``kinds`` are positions in `KINDS`. ``about`` has label, scope and source; nodes of one place
    share one object. ``now`` has a leaf's number at the time this was made, if it is not the
    recorded value.
    """

    tape: Tape
    kinds: bytearray
    about: list[Place]
    now: dict[int, float]


def facts_of(roots: Sequence[Node], names: Mapping[str, Any]) -> tuple[Facts, list[int]]:
    """The facts of all nodes below ``roots``, and the positions of the roots."""
    labels = names_of(names)
    tape, nodes, places = read(roots)
    kinds, about, now = bytearray(), [], {}
    constant, operation = KINDS.index("constant"), KINDS.index("operation")
    for i, node in enumerate(nodes):
        place, kind = NOWHERE, constant
        if node is not None:
            place, kind = node._about or NOWHERE, operation
            if labels and not place.label and id(node) in labels:
                place = replace(place, label=labels[id(node)])
            if node._row is None:
                kind = KINDS.index(node.kind)
                if differs(node._z, tape.values[i]):
                    now[i] = node._z
        kinds.append(kind)
        about.append(place)
    return Facts(tape.packed(), kinds, about, now), [places[id(root)] for root in roots]


def names_of(names: Mapping[str, Any]) -> dict[int, str]:
    """The name of each Value in a namespace, by its id, also in containers; simplest names win."""
    if not isinstance(names, Mapping):
        raise TypeError(
            f"names is a dict from names to Values, got a {type(names).__name__}; "
            "write names=locals()"
        )
    found: dict[int, str] = {}
    level: list[tuple[str, Any]] = [
        (str(name), x) for name, x in names.items() if not str(name).startswith("_")
    ]
    for _ in range(4):  # lists of lists of lists: a picture does not show deeper nesting
        deeper: list[tuple[str, Any]] = []
        for name, x in level:
            if isinstance(x, Node):
                found.setdefault(id(x), name)
            elif isinstance(x, (list, tuple)):
                deeper += [(f"{name}[{i}]", item) for i, item in enumerate(x)]
            elif isinstance(x, dict):
                deeper += [(f"{name}[{key!r}]", item) for key, item in x.items()]
        level = deeper
    return found
