"""A folded graph in words: what each box says of the many nodes in it, and each arrow of its edges.

Of many numbers a box shows the least, the mean and the greatest: ``v −0.9 … +0.1 … +0.8``. A group
that is one node looks as ever.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from autograd import Graph, Node

from ..render.matrices import described, heatmaps, weights_of
from ..scene.diagram import Arrow, Box, Heatmap
from ..see.choosing import item
from ..see.folding import part
from ..see.groups import Flow, Folded, Group
from . import health, words
from .labels import LINE_LIMIT, TOOLTIP_LIMIT, shorten
from .numbers import is_alarming, product, show
from .numbers import total as equation
from .ranges import alarming, sizes, spread
from .words import SIGNED, sign_of

WEIGHTS = ("parameter", "frozen")
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


def arrows(folded: Folded, *, backward: bool) -> tuple[Arrow, ...]:
    """One arrow per flow; in the backward view with the sum of its contributions."""
    sizes_ = [abs(flow.total) for flow in folded.flows if flow.total is not None]
    largest = max(filter(math.isfinite, sizes_), default=0.0)
    names = {group.number: name(group) for group in folded.groups}
    singles = {group.number for group in folded.groups if group.is_single}
    return tuple(
        [
            _arrow(folded.graph, flow, names, singles, largest if backward else None)
            for flow in folded.flows
        ]
    )


def name(group: Group) -> str:
    """A box's id: that of its node, if it is but one; else ``g`` and the number of the group."""
    return f"n{group.members[-1]}" if group.is_single else f"g{group.number}"


class _Writer:
    """What all boxes of a picture have in common."""

    def __init__(self, folded: Folded, *, backward: bool) -> None:
        self.graph, self.groups, self.backward = folded.graph, folded.groups, backward
        self.out_of: dict[int, list[Flow]] = defaultdict(list)
        for flow in folded.flows:
            self.out_of[flow.tail].append(flow)
        self.trained = {
            group.number: [n for n in self._nodes(group.members) if n.kind in WEIGHTS]
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
        return [self.graph.nodes[index] for index in indices]

    # --- one node ---------------------------------------------------------------------------------

    def _single(self, group: Group) -> Box:
        node = self.graph.nodes[group.members[-1]]
        symbol = self._symbol(group, node)
        flows = self.out_of[group.number]
        brought = tuple([flow.total for flow in flows if flow.total is not None])
        shown = item(node, symbol, group.seeds, brought if node.grad is not None else ())
        lines = [words.head(shown), words.value(shown)]
        if self.backward:
            lines.append(words.gradient(shown))
        lines += self._marks_of(node, symbol, flows)[:1]
        if node.scope and not symbol:
            lines.append(f"in {shorten(node.scope)}")
        numbers = [node.value, node.grad if self.backward else None]
        return Box(
            f"n{node.index}",
            shown.kind,
            tuple(lines),
            self._hint(group, [f"value {node.value!r}", f"gradient {node.grad!r}"]),
            is_root=bool(group.seeds),
            is_alarming=alarming(numbers),
        )

    def _symbol(self, group: Group, node: Node) -> str:
        """What an operation is written as; a + that stands for others, too, is a Σ."""
        if group.inner:
            return "Σ"
        return part(self.graph, node, frozenset(), node.operands).symbol

    def _marks_of(self, node: Node, symbol: str, flows: list[Flow]) -> tuple[str, ...]:
        return health.marks(
            health.NodeFacts(
                value=node.value,
                slope=node.slopes[0] if health.is_unit(node.op, node.scope) else None,
                symbol=symbol,
                inputs=node.inputs,
                grad=node.grad,
                upstreams=tuple(map(self._upstream, flows)) if self.backward else None,
            )
        )

    def _upstream(self, flow: Flow) -> float:
        """The gradient above an arrow; of several, one that is not finite if there is one."""
        if flow.total is not None and flow.edges > 1 and is_alarming(flow.total):
            return flow.total
        return self.graph.nodes[flow.first[0]].grad or 0.0

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
        lines = self._named(group, tops) if group.name else [self._alike(group, tops)]
        lines += [*self._numbers(outputs), *self._of_weights(weights)]
        if not group.name:
            lines += self._around(group, tops)
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

    def _around(self, group: Group, tops: list[Node]) -> list[str]:
        """The constants that a group without a name uses, or else the scope that it is in."""
        constants = [n.value for n in self._nodes(group.members) if n.kind == "constant"]
        if constants:
            count = f"{len(constants):,} constants " if len(set(constants)) > 1 else ""
            return [f"with {count}{spread(constants)}".removesuffix(" each")]
        scopes = {node.scope for node in tops}
        return [f"in {shorten(tops[0].scope)}"] if len(scopes) == 1 and tops[0].scope else []

    def _named(self, group: Group, tops: list[Node]) -> list[str]:
        """The first lines of a group that has a name: what it is, how large, how often it ran."""
        lines = [shorten(group.name)]
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
            lines.append(f"× {group.runs:,} {'steps' if group.in_steps else 'examples'}")
        return lines

    def _summary(self, tops: list[Node]) -> str:
        """What is computed, in symbols: ``16 tanh, 16 Σ``."""
        counts = Counter(node.op.symbol for node in tops if node.op is not None)
        named = [f"{count:,} {shorten(symbol, 12)}" for symbol, count in counts.most_common(KINDS)]
        return ", ".join([*named, *(["…"] if len(counts) > KINDS else [])])

    def _alike(self, group: Group, tops: list[Node]) -> str:
        """The head of operations that are alike: ``tanh × 4``."""
        labels = {node.label for node in tops}
        label = shorten(labels.pop()) if len(labels) == 1 else ""
        head = shorten(self._symbol(group, tops[0]), LINE_LIMIT // 2)
        head += f" × {len(tops):,}" if len(tops) > 1 else ""
        return f"{label}: {head}" if label else head

    def _numbers(self, nodes: list[Node]) -> list[str]:
        lines = [f"v {spread([node.value for node in nodes])}"]
        if self.backward:
            lines.append(f"g {spread([node.grad for node in nodes])}")
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


def _arrow(
    graph: Graph, flow: Flow, names: dict[int, str], singles: set[int], largest: float | None
) -> Arrow:
    """One flow; ``largest`` is that of the picture's sums, None in the forward view."""
    tail, head = names[flow.tail], names[flow.head]
    key = f"e{tail[1:]}_{head[1:]}" if {flow.tail, flow.head} <= singles else f"e{tail}_{head}"
    key += f"_{flow.first[1]}"
    edges = f"{flow.edges:,} edge{'s' * (flow.edges > 1)}"
    if largest is None or flow.total is None:
        return Arrow(key, tail, head, hint=edges if flow.edges > 1 else "")
    sign = sign_of(flow.total, largest)
    strength = math.sqrt(abs(flow.total) / largest) if sign in SIGNED else 0.0
    finite = [p for p in flow.products if not is_alarming(p)]
    hint = (
        f"{edges}, contributions {flow.total!r} in all\n"
        f"positive {math.fsum(max(p, 0.0) for p in finite)!r}, "
        f"negative {math.fsum(min(p, 0.0) for p in finite)!r}"
    )
    return Arrow(key, tail, head, _flow_lines(graph, flow, sign), sign, strength, hint)


def _flow_lines(graph: Graph, flow: Flow, sign: str) -> tuple[str, str]:
    assert flow.total is not None
    faint = " (≈0)" if sign == "zero" and flow.total else ""
    if len(flow.products) == 1:
        consumer, position = flow.first
        user = graph.nodes[consumer]
        if flow.edges == 1 and user.grad is not None:
            left, right = product(user.slopes[position], user.grad, flow.total)
            return left, right + faint
    if len(flow.products) <= TERMS:
        texts, result = equation(flow.products, flow.total)
        return " ".join(texts), result + faint
    return f"Σ of {len(flow.products):,}", f"= {show(flow.total)}{faint}"
