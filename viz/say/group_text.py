"""A folded graph in words: what each box says of the many nodes in it, and each arrow of its edges.

Of many numbers a box shows the least, the mean and the greatest: ``v −0.9 … 0.1 … 0.8``. A group
that is one node looks as ever.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from autograd import Node

from ..labels import LINE_LIMIT, TOOLTIP_LIMIT, shorten
from ..scene.diagram import Arrow, Box, Heatmap
from ..see.folding import Flow, Folded, Group, stem
from ..see.neurons import weights_of
from ..see.outline import PARAMETERS, Constant, Item, is_op, is_unit, part
from ..see.visible_nodes import POWERS, item
from . import box_text, health
from .box_text import FULL, Scales, arrow_lines, sign_of, strength
from .names import unit_names
from .numbers import ALMOST_ZERO, NOTHING, is_alarming, show
from .numbers import total as equation
from .ranges import alarming, described, heatmaps, largest, sizes, spread

TERMS = 3  # contributions that an arrow spells out
MOST_HEATMAPS = 24  # boxes with heatmaps in one picture
KINDS = 3  # of operations that a box names

_MANY = {
    "variable": "variables",
    "parameter": "parameters",
    "frozen": "frozen parameters",
    "constant": "constants",
}


def boxes(folded: Folded, *, backward: bool) -> tuple[Box, ...]:
    """One box per group."""
    return tuple(_Writer(folded, backward=backward).boxes())


def arrows(folded: Folded, *, backward: bool, detail: str = FULL) -> tuple[Arrow, ...]:
    """One arrow per flow; in the backward view with the sum of its contributions.

    ``detail`` is that of `box_text.arrow_lines`, for single edges.
    """
    writer = _Arrows(folded)
    return tuple([writer.arrow(flow, backward=backward, detail=detail) for flow in folded.flows])


def scales_of(folded: Folded) -> Scales:
    """The largest sizes in a folded picture: of the numbers in it, not of those in its boxes."""
    shown = [index for group in folded.groups for index in group.members]
    values, grads = folded.graph.facts.tape.values, folded.graph.grads
    return Scales(
        largest(values[index] for index in shown),
        largest(grads[index] for index in shown),
        largest(flow.total for flow in folded.flows),
    )


def name(group: Group) -> str:
    """A box's id: that of its node, if it is but one; else ``g`` and the number of the group."""
    return f"n{group.members[-1]}" if group.is_single else f"g{group.number}"


class _Writer:
    """What all boxes of a picture have in common."""

    def __init__(self, folded: Folded, *, backward: bool) -> None:
        self.graph, self.groups, self.backward = folded.graph, folded.groups, backward
        self.nodes = tuple(folded.graph)  # made once: looked up one by one they take longer
        self.scales = scales_of(folded)
        self.units = unit_names(folded.graph)
        self.out_of: dict[int, list[Flow]] = defaultdict(list)
        for flow in folded.flows:
            self.out_of[flow.tail].append(flow)
        self.trained = {
            group.number: [n for n in self._nodes(group.members) if n.kind in PARAMETERS]
            for group in folded.groups
            if group.tops
        }
        sizes_ = [health.mean_size([n.grad for n in nodes]) for nodes in self.trained.values()]
        # The groups are in the order of the pass: the last with weights is nearest to the loss.
        self.last = next((size for size in reversed(sizes_) if size), None)
        self.matrices = {
            group.number: rows
            for group in folded.groups
            if group.name and (rows := weights_of(self.graph, group.tops))
        }

    def boxes(self) -> list[Box]:
        """All boxes."""
        return [
            self._single(group)
            if group.is_single
            else self._leaves(group)
            if not group.tops
            else self._operations(group)
            for group in self.groups
        ]

    def _nodes(self, indices: Sequence[int]) -> list[Node]:
        return [self.nodes[index] for index in indices]

    # --- one node ---------------------------------------------------------------------------------

    def _single(self, group: Group) -> Box:
        node = self.nodes[group.members[-1]]
        symbol = self._symbol(group, node)
        flows = self.out_of[group.number]
        brought = tuple([flow.total for flow in flows if flow.total is not None])
        shown = item(node, symbol, group.seeds, brought if node.grad is not None else ())
        mark = "".join(self._marks_of(node, symbol, flows)[:1])
        box = box_text.box(shown, mark, scales=self.scales, backward=self.backward)
        details = [f"value {node.value!r}", f"gradient {node.grad!r}"]
        return replace(box, hint=self._hint(group, details))

    def _symbol(self, group: Group, node: Node) -> str:
        """What an operation is written as; a + that stands for others, too, is a Σ."""
        if group.inner:
            return "Σ"
        if is_op(node, "dot"):
            weights = [i for top in group.tops for i in self._weights(self.nodes[top])]
            stems = {stem(self.nodes[i].label) for i in weights}
            if len(stems) == 1 and (name := shorten(stems.pop(), LINE_LIMIT // 3)):
                return f"Σ {name}·x{' + b' * (len(node.operands) % 2)}"
        return part(self.graph, node, frozenset(), node.operands).symbol

    @staticmethod
    def _weights(node: Node) -> tuple[int, ...]:
        """The first factors of a dot."""
        return node.operands[: len(node.operands) // 2]

    def _marks_of(self, node: Node, symbol: str, flows: list[Flow]) -> tuple[str, ...]:
        return health.marks(
            node.value,
            slope=node.slopes[0] if is_unit(node.op, node.scope) else None,
            symbol=symbol,
            inputs=node.inputs,
            grad=node.grad,
            upstreams=tuple(map(self._upstream, flows)) if self.backward else None,
        )

    def _upstream(self, flow: Flow) -> float:
        """The gradient above an arrow; of several, one that is not finite if there is one."""
        if flow.total is not None and flow.edges > 1 and is_alarming(flow.total):
            return flow.total
        return self.nodes[flow.first[0]].grad or 0.0

    # --- leaves -----------------------------------------------------------------------------------

    def _leaves(self, group: Group) -> Box:
        nodes = self._nodes(group.members)
        labels = [shorten(node.label, LINE_LIMIT // 3) for node in nodes]
        named = [label for label in labels if label]
        ends = list(dict.fromkeys([*named[:1], *named[-1:]]))
        kind = nodes[0].kind
        lines = [f"{len(nodes):,} {_MANY[kind]} {' … '.join(ends)}".rstrip()]
        lines += self._numbers(nodes)
        scopes = {node.scope for node in nodes}
        if len(scopes) == 1 and nodes[0].scope:
            lines.append(f"in {shorten(nodes[0].scope)}")
        return self._box(group, kind, lines, nodes)

    # --- operations -------------------------------------------------------------------------------

    def _operations(self, group: Group) -> Box:
        tops = self._nodes(group.tops)
        outputs = self._nodes(group.outputs) or tops
        weights = self.trained[group.number]
        numbers = [*self._numbers(outputs), *self._of_weights(weights)]
        if group.name:
            lines = [*self._named(group, tops), *numbers]
        else:
            common = self._common(group, tops)
            head = box_text.head(common) + (f" × {len(tops):,}" if len(tops) > 1 else "")
            lines = [head, *numbers, *self._around(group, tops, common)]
        if self.backward:
            # Without weights of its own it cannot be compared with a layer that has some.
            last = self.last if weights else None
            lines += health.of_group(self.graph, group.members, last=last)
        return self._box(group, self._kind(group, tops[0]), lines, outputs)

    def _kind(self, group: Group, first: Node) -> str:
        if group.name:
            return "layer" if group.number in self.matrices else "group"
        is_activation = first.op is not None and first.op.is_activation
        return "activation" if is_activation else "operation"

    def _of_weights(self, weights: list[Node]) -> list[str]:
        """The numbers of a group's parameters and, in the backward view, of their gradients."""
        lines = [f"w {spread([node.value for node in weights])}"] if weights else []
        asked = [node.grad for node in weights if node.grad is not None]
        return lines + ([f"|∂w| {sizes(asked)}"] if asked and self.backward else [])

    def _around(self, group: Group, tops: list[Node], common: Item) -> list[str]:
        """The constants that a group without a name uses, or else the scope that it is in."""
        constants = [n.value for n in self._nodes(group.members) if n.kind == "constant"]
        if constants and not common.constants and common.symbol not in POWERS.values():
            count = f"{len(constants):,} constants " if len(set(constants)) > 1 else ""
            return [f"with {count}{spread(constants)}".removesuffix(" each")]
        scopes = {node.scope for node in tops}
        return [f"in {shorten(tops[0].scope)}"] if len(scopes) == 1 and tops[0].scope else []

    def _named(self, group: Group, tops: list[Node]) -> list[str]:
        """The first lines of a group that has a name: what it is, how large, how often it ran."""
        unit = self.units.get(group.name)
        lines = [shorten(f"{unit}: {group.name}" if unit else group.name)]
        matrix = self.matrices.get(group.number)
        if matrix is not None:
            acts = dict.fromkeys(n.op.name for n in tops if n.op is not None and n.op.is_activation)
            what = shorten(", ".join(acts)) or "linear"
            lines.append(f"{len(matrix[0]):,} → {len(matrix):,} {what}")
        else:
            lines.append(self._summary(tops))
        weights = self.trained[group.number]
        if weights:
            frozen = sum(node.kind == "frozen" for node in weights)
            words_ = f" ({frozen:,} frozen)" if frozen else ""
            lines.append(f"{len(weights):,} parameter{'s' * (len(weights) > 1)}{words_}")
        if group.runs > 1:
            lines.append(f"ran {group.runs:,} times")
        return lines

    def _summary(self, tops: list[Node]) -> str:
        """What is computed, in symbols: ``16 tanh, 16 Σ``."""
        counts = Counter(node.op.symbol for node in tops if node.op is not None)
        named = [f"{count:,} {shorten(symbol, 12)}" for symbol, count in counts.most_common(KINDS)]
        return ", ".join([*named, *(["…"] if len(counts) > KINDS else [])])

    def _common(self, group: Group, tops: list[Node]) -> Item:
        """The first of operations that are alike, with the constants that are the same in all."""
        first, nodes, inside = tops[0], self.nodes, set(group.members)
        symbol = shorten(self._symbol(group, first), 16)
        same = []
        if first.op is not None and first.op.arity == 2:
            for place, number in enumerate(first.inputs):
                ends = [node.operands[place] for node in tops]
                found = {nodes[i].value for i in ends if nodes[i].kind == "constant"}
                if found == {number} and inside.issuperset(ends):
                    same.append(Constant(ends[0], place, "", number))
            if first.op.name == "mul" and all(len(set(node.operands)) == 1 for node in tops):
                symbol = POWERS[2]
            elif first.op.name == "pow" and [one.position for one in same] == [1]:
                power = POWERS.get(same[0].value, "")
                symbol, same = (power, []) if power else (symbol, same)
        label = first.label if len({node.label for node in tops}) == 1 else ""
        return replace(item(first, symbol, (), ()), label=label, constants=tuple(same))

    def _numbers(self, nodes: list[Node]) -> list[str]:
        lines = [f"v {spread([node.value for node in nodes], self.scales.value)}"]
        if self.backward:
            lines.append(f"g {spread([node.grad for node in nodes], self.scales.grad)}")
        return lines

    def _box(self, group: Group, kind: str, lines: list[str], nodes: list[Node]) -> Box:
        heats = self._heatmaps(group)
        shown = [*nodes, *self.trained.get(group.number, [])]
        values = [node.value for node in shown]
        grads = [node.grad for node in shown] if self.backward else []
        return Box(
            name(group),
            kind,
            tuple(lines),
            self._hint(group, list(map(described, heats))),
            is_root=bool(group.seeds),
            is_alarming=alarming([*values, *grads]),
            heatmaps=heats,
        )

    def _heatmaps(self, group: Group) -> tuple[Heatmap, ...]:
        """The weights of a layer and, in the backward view, their gradients if there are any."""
        if group.number not in self.matrices or len(self.matrices) > MOST_HEATMAPS:
            return ()
        rows = [self._nodes(row) for row in self.matrices[group.number]]
        asked = self.backward and any(node.grad is not None for row in rows for node in row)
        return heatmaps(
            [[node.value for node in row] for row in rows],
            [[node.grad or 0.0 for node in row] for row in rows] if asked else None,
        )

    def _hint(self, group: Group, details: list[str]) -> str:
        nodes = self._nodes(group.members)
        if len(nodes) == 1:
            lines = [f"node {nodes[0].index}", *details]
        else:
            kinds = Counter(node.kind for node in nodes)
            counted = [f"{count:,} × {kind}" for kind, count in kinds.items()]
            lines = [f"{len(nodes):,} nodes: {', '.join(counted)}", *details]
        texts = dict.fromkeys([nodes[-1].label, nodes[-1].scope, nodes[-1].source])
        return "\n".join([*lines, *[shorten(text, TOOLTIP_LIMIT) for text in texts if text]])


# --- arrows ---------------------------------------------------------------------------------------


class _Arrows:
    """What all arrows of a picture have in common."""

    def __init__(self, folded: Folded) -> None:
        self.graph = folded.graph
        self.scales = scales_of(folded)
        self.names = {group.number: name(group) for group in folded.groups}
        self.singles = {group.number for group in folded.groups if group.is_single}
        self.brought: dict[int, float] = defaultdict(float)
        for flow in folded.flows:
            self.brought[flow.tail] += math.fsum(map(abs, filter(math.isfinite, flow.products)))

    def arrow(self, flow: Flow, *, backward: bool, detail: str) -> Arrow:
        """One flow."""
        tail, head = self.names[flow.tail], self.names[flow.head]
        are_single = {flow.tail, flow.head} <= self.singles
        key = f"e{tail[1:]}_{head[1:]}" if are_single else f"e{tail}_{head}"
        key += f"_{flow.first[1]}"
        edges = f"{flow.edges:,} edge{'s' * (flow.edges > 1)}"
        if not backward or flow.total is None:
            return Arrow(key, tail, head, hint=edges if flow.edges > 1 else "")
        sign = sign_of(flow.total, self.brought[flow.tail])
        finite = [p for p in flow.products if not is_alarming(p)]
        hint = (
            f"{edges}, contributions {flow.total!r} in all\n"
            f"positive {math.fsum(max(p, 0.0) for p in finite)!r}, "
            f"negative {math.fsum(min(p, 0.0) for p in finite)!r}"
        )
        thick = strength(flow.total, sign, self.scales)
        return Arrow(key, tail, head, self._lines(flow, sign, detail), sign, thick, hint)

    def _lines(self, flow: Flow, sign: str, detail: str) -> tuple[str, ...]:
        assert flow.total is not None
        consumer, position = flow.first
        user = self.graph.nodes[consumer]
        if flow.edges == len(flow.products) == 1 and user.grad is not None:
            slope = user.slopes[position]
            return arrow_lines(slope, user.grad, flow.total, sign, self.scales, detail=detail)
        if flow.total and abs(flow.total) < NOTHING * self.scales.grad:
            return (ALMOST_ZERO,)
        faint = " (≈0)" if sign == "zero" and flow.total else ""
        if len(flow.products) <= TERMS:
            texts, result = equation(flow.products, flow.total)
            return (" ".join(texts), result + faint)
        return (f"Σ of {len(flow.products):,}", f"= {show(flow.total)}{faint}")
