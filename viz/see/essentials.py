"""A recording without what teaches nothing: what is left is another recording, of fewer nodes.

A Σ of one term, ÷ 1, × 1 and ^ 1 hand a number on: what they get takes their place. A computed
number times itself is a square, with one arrow instead of two. Only what nothing else uses is
changed: so every number and every gradient stays what it was, to the last bit.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from autograd import Graph, Op
from autograd.modes import Place
from autograd.tape import KINDS, Facts, Tape

SQUARE = Op(
    "square", "²", lambda x: x * x, partials=(lambda _, x: 2 * x,), formulas=("2*x",), rational=True
)
_NEUTRAL = {"mul": (1, 0), "div": (1,), "pow": (1,)}  # the places at which a 1 changes nothing


def essential(graph: Graph) -> tuple[Graph, Sequence[int]]:
    """The recording without what teaches nothing, and where each node of the whole is in it.

    >>> from autograd import Value, sum
    >>> error = Value(3.0) - 1.0
    >>> print(essential(Graph(sum([error * error]) / 1.0))[0])
    %0 = variable           # 3.0  grad 4.0
    %1 = constant           # 1.0
    %2 = sub %0 %1          # 2.0  grad 4.0
    %3 = square %2          # 4.0  grad 1.0
    """
    found = _Reading(graph)
    if not found.handed and not found.squares:
        return graph, range(len(graph))
    return found.shortened()


class _Reading:
    """Which nodes hand their operand on, which are squares, and which ones nobody needs then."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.facts, self.tape = graph, graph.facts, graph.facts.tape
        self.uses = Counter(self.tape.operands)
        self.uses.update(graph.roots)
        self.handed: dict[int, int] = {}
        self.squares: set[int] = set()
        self._ones: dict[int, list[int]] = defaultdict(list)  # the handers-on of each 1
        for index, op in enumerate(self.tape.ops):
            if op is not None:
                self._look_at(index, op)
        self.dropped = {
            one: users[0] for one, users in self._ones.items() if len(users) == self.uses[one]
        }

    def _look_at(self, index: int, op: Op) -> None:
        operands = self.tape.places(index)
        if op.name == "mul" and operands[0] == operands[1] and self._is_used_there(operands[0]):
            self.squares.add(index)
        elif op.name == "sum" and len(operands) == 1:
            self._hand_on(index, operands[0])
        for place in _NEUTRAL.get(op.name, ()):
            one = operands[place]
            if (
                index not in self.handed
                and self.tape.inputs(index)[place] == 1.0
                and self._is_bare(one)
            ):
                self._hand_on(index, operands[1 - place])
                self._ones[one] += [index] * (index in self.handed)

    def _is_used_there(self, index: int) -> bool:
        """Whether a computed number is used twice in one place, and nowhere else.

        Leaves stay as they are: ``a * a`` is how learners see that contributions add up.
        """
        return self.tape.ops[index] is not None and self.uses[index] == 2

    def _hand_on(self, index: int, operand: int) -> None:
        about = self.facts.about
        is_named_twice = about[operand].label and about[index].label
        is_free = self.tape.ops[operand] is not None and self.uses[operand] == 1
        if is_free and not is_named_twice:
            self.handed[index] = operand

    def _is_bare(self, index: int) -> bool:
        """Whether a node is a plain number without a name."""
        is_constant = KINDS[self.facts.kinds[index]] == "constant"
        return is_constant and not self.facts.about[index].label and index not in self.graph.roots

    def shortened(self) -> tuple[Graph, list[int]]:
        """The recording of what is left, and where each node is in it."""
        facts, tape = self.facts, self.tape
        ops: list[Op | None] = []
        operands, starts, values = array("I"), array("I", [0]), array("d")
        changed: dict[int, float] = {}
        kinds, now = bytearray(), {}
        about: list[Place] = []
        places: list[int] = []
        for index, op in enumerate(tape.ops):
            if index in self.dropped:
                places.append(0)
                continue
            if index in self.handed:
                place = places[self.handed[index]]
                label = about[place].label or facts.about[index].label
                about[place] = replace(about[place], label=label)
                places.append(place)
                continue
            is_square = index in self.squares
            for edge in range(tape.starts[index], tape.starts[index + 1] - is_square):
                if edge in tape.changed:
                    changed[len(operands)] = tape.changed[edge]
                operands.append(places[tape.operands[edge]])
            if index in facts.now:
                now[len(ops)] = facts.now[index]
            places.append(len(ops))
            ops.append(SQUARE if is_square else op)
            starts.append(len(operands))
            values.append(tape.values[index])
            kinds.append(facts.kinds[index])
            about.append(facts.about[index])
        left = Facts(Tape(ops, operands, starts, values, changed), kinds, about, now)
        for one, user in self.dropped.items():
            places[one] = places[user]
        roots = [places[root] for root in self.graph.roots]
        return Graph.of(left, roots, self.graph.seeds), places
