"""What a picture of a graph shows: items and the links between them, as numbers, not yet as text.

Glossary: an *operand* goes into an operation, a *consumer* is what uses a node; to *fold* is to
show a run of additions as one Σ, to *open* is to show a Σ as its products and sums.
"""

from __future__ import annotations

from dataclasses import dataclass

from autograd import Node, Op


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


def is_unit(op: Op | None, scope: str) -> bool:
    """Whether an operation is an activation whose slope says something about a unit's health.

    The losses that nn computes from logits are softplus outside of any Module: there a slope of
    almost 0 says that an example is classified correctly.
    """
    return op is not None and op.is_activation and not (op.name == "softplus" and not scope)
