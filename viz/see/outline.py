"""What a picture of a graph shows: items and the links between them, as numbers, not yet as text.

Each node is shown as it is, as a Σ that stands for a run of ``+``, or opened into steps. The engine
has `sum` and `dot` as single nodes, and a chain a + b + c + d as three. All are one Σ in a picture.
Opened, they are the binary products and sums that the engine computes, left to right from the
bias: the same doubles, and the same gradients.

Glossary: an *operand* goes into an operation, a *consumer* is what uses a node; to *fold* is to
show a run of additions as one Σ, to *open* is to show a Σ as its products and sums.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from autograd import Graph, Node, Op

from ..checks import did_you_mean


@dataclass(frozen=True, slots=True)
class Item:
    """One box: a node of the graph, or a product or partial sum inside one that was opened.

    ``key`` is the node's index as text; inside node 7 the first product is ``7p1``, the first
    sum ``7s1``. ``seeds``, one for each time the node is a root, and ``contributions`` add up to
    ``grad``. ``constants`` are operands that are not drawn;
    ``left_out`` counts those for which there was no room. ``is_unit``: its slope tells whether a
    unit is well. ``inside`` are parameters that are shown in the box instead of boxes of their own;
    ``is_placed``: the name says where in a model it belongs.
    """

    key: str
    node: int
    kind: str
    symbol: str
    value: float
    grad: float | None
    label: str = ""
    now: float | None = None
    scope: str = ""
    source: str = ""
    seeds: tuple[float, ...] = ()
    contributions: tuple[float, ...] = ()
    constants: tuple[Constant, ...] = ()
    left_out: int = 0
    is_unit: bool = False
    inside: tuple[Item, ...] = ()
    is_placed: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant operand that is shown inside its consumer instead of as a box of its own."""

    node: int
    position: int
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Link:
    """One operand of one item; ``slope × upstream = product`` flows back along it.

    ``upstream`` and ``product`` are None where no gradient was asked for. ``formula`` is the
    slope as the operation table writes it, in terms of operands x, y and the result z. ``node``
    is the operand's index in the graph, None for a step inside an opened Σ. ``edge`` is the edge of
    the graph that the link stands for: (consumer, position) there.
    """

    operand: str
    consumer: str
    position: int
    slope: float
    upstream: float | None
    product: float | None
    formula: str = ""
    node: int | None = None
    edge: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """All of a picture's items, operands before consumers, and links in order of consumers.

    ``hidden`` counts the nodes of the graph for which there was no room; ``too_wide`` are those
    that were to be opened and have too many operands for it.
    """

    items: tuple[Item, ...]
    links: tuple[Link, ...]
    hidden: int = 0
    too_wide: tuple[Node, ...] = ()


def is_op(node: Node, *names: str) -> bool:
    """Whether this is one of these operations."""
    return node.op is not None and node.op.name in names


def is_unit(op: Op | None, scope: str) -> bool:
    """Whether an operation is an activation whose slope says something about a unit's health.

    The losses that nn computes from logits are softplus outside of any Module: there a slope of
    almost 0 says that an example is classified correctly.
    """
    return op is not None and op.is_activation and not (op.name == "softplus" and not scope)


# --- how one node is shown ------------------------------------------------------------------------


N_ARY = frozenset({"sum", "dot"})
PARAMETERS = frozenset({"parameter", "frozen"})  # kinds of leaves
Expand = bool | int | str | Iterable[int | str]


@dataclass(frozen=True, slots=True)
class Part:
    """What one node of the graph becomes: its symbol, the links into it, and the steps inside it.

    ``operands`` are the graph's nodes that it uses, one per use; ``folded`` counts the additions
    that it stands for besides itself.
    """

    symbol: str
    links: tuple[Link, ...]
    operands: tuple[int, ...]
    inside: tuple[tuple[Item, tuple[Link, ...]], ...] = ()
    folded: int = 0


def part(graph: Graph, node: Node, opened: Container[int], apart: Container[int]) -> Part:
    """How ``node`` is shown; those in ``opened`` step by step, none in ``apart`` inside a Σ."""
    if node.op is None:
        return Part("", (), ())
    if node.op.name in N_ARY:
        return _opened(graph, node) if node.index in opened else _closed(graph, node)
    if node.op.name == "add" and node.index not in opened:
        ends, adders = run_of_sums(graph, node, apart)
        if len(adders) > 1:
            key = str(node.index)
            links = [link_of(graph, graph.nodes[c], p, key, k) for k, (c, p) in enumerate(ends)]
            used = [graph.nodes[c].operands[p] for c, p in ends]
            return Part("Σ", tuple(links), tuple(used), folded=len(adders) - 1)
    return _plain(graph, node, node.op.symbol)


def run_of_sums(
    graph: Graph, top: Node, apart: Container[int]
) -> tuple[list[tuple[int, int]], list[int]]:
    """The run of ``+`` that ends in ``top``: its operands, as (adder, position), and its adders.

    A sum inside the run is used once, has no name of its own and is not among those that must
    be kept ``apart`` (roots, and what is opened): nobody misses it.
    """
    ends: list[tuple[int, int]] = []
    adders = [top.index]
    stack = [(top.index, 1), (top.index, 0)]
    while stack:
        adder, position = stack.pop()
        operand = graph.nodes[graph.nodes[adder].operands[position]]
        if is_inner_sum(graph, operand) and operand.index not in apart:
            adders.append(operand.index)
            stack += [(operand.index, 1), (operand.index, 0)]
        else:
            ends.append((adder, position))
    return ends, adders


def is_inner_sum(graph: Graph, node: Node) -> bool:
    """Whether nobody would miss this sum inside a Σ: it has no name and is used once."""
    return is_op(node, "add") and not node.label and len(graph.consumers(node.index)) == 1


def _plain(graph: Graph, node: Node, symbol: str) -> Part:
    links = [link_of(graph, node, place, str(node.index), place) for place in _in_order(node)]
    return Part(symbol, tuple(links), node.operands)


def _closed(graph: Graph, node: Node) -> Part:
    if is_op(node, "dot"):
        return _plain(graph, node, "Σ w·x + b" if len(node.operands) % 2 else "Σ w·x")
    return _plain(graph, node, "Σ")


def _in_order(node: Node) -> list[int]:
    """The positions of a node's operands as a reader wants them: b w1 x1 w2 x2 ... for a dot."""
    count = len(node.operands)
    if not is_op(node, "dot"):
        return list(range(count))
    pairs = [k + side * (count // 2) for k in range(count // 2) for side in (0, 1)]
    return [count - 1, *pairs] if count % 2 else pairs


def link_of(graph: Graph, consumer: Node, position: int, key: str, shown_as: int) -> Link:
    """The link for one operand of a node, drawn into the box ``key``, which stands for it."""
    operand = consumer.operands[position]
    formulas = consumer.op.formulas if consumer.op is not None else ()
    slope = consumer.slopes[position]
    upstream = consumer.grad if graph.nodes[operand].grad is not None else None
    return Link(
        operand=str(operand),
        consumer=key,
        position=shown_as,
        slope=slope,
        upstream=upstream,
        product=None if upstream is None else slope * upstream,
        formula=formulas[position] if len(formulas) == len(consumer.operands) else "",
        node=operand,
        edge=(consumer.index, position),
    )


# --- opening --------------------------------------------------------------------------------------


def _opened(graph: Graph, node: Node) -> Part:
    steps = _Steps(graph, node)
    terms = steps.terms()
    if len(terms) < 2:
        return _single(graph, node)
    running = terms[0]
    for number, term in enumerate(terms[1:-1], start=1):
        running = steps.sum(f"{node.index}s{number}", running, term)
    last = (running, 1.0), (terms[-1], 1.0)
    return Part("+", steps.links(str(node.index), *last), node.operands, tuple(steps.inside))


def opened_into_products(graph: Graph, node: Node) -> Part:
    """A dot as a textbook draws it: every product a box of its own, and one Σ of them."""
    steps = _Steps(graph, node)
    terms = [(term, 1.0) for term in steps.terms()]
    return Part("Σ", steps.links(str(node.index), *terms), node.operands, tuple(steps.inside))


def _single(graph: Graph, node: Node) -> Part:
    """A Σ of one term: that term itself, so a dot of one pair is a product."""
    is_product = is_op(node, "dot") and len(node.operands) == 2
    return _plain(graph, node, "×") if is_product else _closed(graph, node)


@dataclass(frozen=True, slots=True)
class _Term:
    """Something that is added or multiplied inside a Σ; ``node`` is None for a step inside it."""

    key: str
    value: float
    asked: bool  # whether its gradient is
    node: int | None = None
    edge: tuple[int, int] | None = None


class _Steps:
    """The products and sums inside one Σ, in the order in which the engine computes them."""

    def __init__(self, graph: Graph, node: Node) -> None:
        self.graph, self.node = graph, node
        self.inside: list[tuple[Item, tuple[Link, ...]]] = []

    def terms(self) -> list[_Term]:
        """What the Σ adds, in order: the bias and the products of a dot, or the operands."""
        count = len(self.node.operands)
        if not is_op(self.node, "dot"):
            return [self.operand(k) for k in range(count)]
        half = count // 2
        bias = [self.operand(count - 1)] if count % 2 else []
        return bias + [self.product(k, half + k) for k in range(half)]

    def operand(self, position: int) -> _Term:
        operand = self.graph.nodes[self.node.operands[position]]
        asked = operand.grad is not None
        edge = (self.node.index, position)
        return _Term(str(operand.index), self.node.inputs[position], asked, operand.index, edge)

    def product(self, left: int, right: int) -> _Term:
        w, x = self.operand(left), self.operand(right)
        key = f"{self.node.index}p{left + 1}"
        return self._step(key, "×", w.value * x.value, (w, x.value), (x, w.value))

    def sum(self, key: str, left: _Term, right: _Term) -> _Term:
        return self._step(key, "+", left.value + right.value, (left, 1.0), (right, 1.0))

    def links(self, consumer: str, *operands: tuple[_Term, float]) -> tuple[Link, ...]:
        """The links of one step; all see the Σ's own gradient, since the slope of a sum is 1."""
        links = []
        for position, (operand, slope) in enumerate(operands):
            upstream = self.node.grad if operand.asked else None
            product = None if upstream is None else slope * upstream
            # fmt: off
            links.append(Link(operand.key, consumer, position, slope, upstream, product, "",
                              operand.node, operand.edge))
            # fmt: on
        return tuple(links)

    def _step(self, key: str, symbol: str, value: float, *operands: tuple[_Term, float]) -> _Term:
        asked = any(operand.asked for operand, _ in operands)
        grad = self.node.grad if asked else None
        item = Item(
            key=key,
            node=self.node.index,
            kind="operation",
            symbol=symbol,
            value=value,
            grad=grad,
            scope=self.node.scope,
            contributions=() if grad is None else (grad,),
        )
        self.inside.append((item, self.links(key, *operands)))
        return _Term(key, value, asked)


# --- which Σ a caller wants opened ----------------------------------------------------------------


def opened(graph: Graph, expand: Expand) -> frozenset[int]:
    """The indices of all nodes that are shown step by step.

    Opening a run of ``+`` opens every addition in it.
    """
    if isinstance(expand, bool):
        return frozenset(range(len(graph)) if expand else ())
    wanted = list(expand) if isinstance(expand, (list, tuple, set, frozenset)) else [expand]
    roots = frozenset(graph.roots)
    chosen: set[int] = set()
    for node in [node for one in wanted for node in _find(graph, one)]:
        chosen.add(node.index)
        if is_op(node, "add"):
            chosen.update(run_of_sums(graph, node, roots)[1])
    return frozenset(chosen)


def _find(graph: Graph, wanted: object) -> list[Node]:
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        if not 0 <= wanted < len(graph):
            raise ValueError(
                f"expand: there is no node {wanted} in this graph, whose nodes are 0 to "
                f"{len(graph) - 1}; write expand=True to open every Σ"
            )
        found = [graph.nodes[wanted]]
    elif isinstance(wanted, str):
        found = [node for node in graph if node.label == wanted]
        if not found:
            labels = sorted({node.label for node in graph if node.label and _is_sum(node)})
            raise ValueError(
                f"expand: nothing in this graph is labelled {wanted!r}"
                f"{did_you_mean(wanted, labels, 'write expand=True to open every Σ')}"
            )
    else:
        raise TypeError(
            f"expand takes True, False, or a list of node indices and labels, got {wanted!r}"
        )
    for node in found:
        if not _is_sum(node):
            what = node.op.symbol if node.op is not None else f"a {node.kind}"
            raise ValueError(
                f"expand: node {node.index} is {what}; only Σ can be opened: sum, dot and runs of +"
            )
    return found


def _is_sum(node: Node) -> bool:
    return is_op(node, "add", *N_ARY)
