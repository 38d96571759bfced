"""`explain`: the strongest paths from a node to the loss, in words and as a picture."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf, isfinite, prod
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from autograd import ConstantError, Graph, Node, Value

from .checks import at_least, described, did_you_mean, graph_of, one_of
from .labels import shorten
from .render.composing import objective
from .render.looks import legend as legend_of
from .render.palette import THEMES
from .say import box_text, why
from .say.numbers import product, show
from .scene.diagram import Arrow, Box, Diagram
from .see.outline import Item, Link
from .see.paths import Paths, fsum
from .showing import waiting

if TYPE_CHECKING:
    from .render.picture import Picture

DIRECTIONS = ("LR", "TB")
MOST_BOXES = 60  # fewer paths are drawn rather than more boxes
_MOST_IN_A_ROW = 7  # boxes across a screen; a longer picture goes from top to bottom
_MOST_NAMED = 4
_ARROWS = "on each arrow: local derivative × upstream gradient = contribution"


class Explanation(why.Explained):
    """The strongest paths from a node to the loss, and what they are of its gradient.

    ``print`` it, or take its `picture`; in a notebook it shows both.
    """

    def __repr__(self) -> str:
        return f"<Explanation, {self._headline}: print it, or .picture()>"

    def __str__(self) -> str:
        return why.text(self, objective(self.graph))

    @property
    def _headline(self) -> str:
        return why.headline(self, objective(self.graph))

    def picture(self, *, direction: str | None = None, theme: str = "light") -> Picture:
        """The paths as a picture: the strongest is the thickest, other uses are counted.

        Every arrow shows local derivative × upstream gradient = contribution, as in `viz.draw`.
        Without a ``direction``, ``"LR"`` or ``"TB"``, long paths go from top to bottom.
        """
        if direction is not None:
            one_of("direction", direction, DIRECTIONS)
        one_of("theme", theme, THEMES)
        from .render.picture import Picture  # noqa: PLC0415 - graphviz is imported on first use

        return Picture.of(_diagram(self, direction), theme)

    def _repr_mimebundle_(
        self,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
        **_: object,
    ) -> dict[str, Any]:
        """For Jupyter: the picture and, for where none can be shown, the text."""
        bundle = self.picture()._repr_mimebundle_(include, exclude)
        if "text/plain" in bundle:
            bundle["text/plain"] = str(self)
        return bundle


def explain(
    parameter: Value | str | int,
    loss: Value | Graph,
    *,
    top: int = 5,
    names: Mapping[str, Any] | None = None,
) -> Explanation:
    """Why a gradient is what it is: the strongest paths from a parameter to the loss.

    A gradient is the sum, over all paths, of the products of the local derivatives along them. The
    paths with the largest products are found exactly, among however many. It describes the
    recorded pass; no ``.grad`` is read or written, and `backward` need not have been called.

    >>> w, x, b = Value(0.5, label="w"), Value(2.0, label="x"), Value(-1.0, label="b")
    >>> z = w * x + b
    >>> loss = (z - 3.0) ** 2 + 0.5 * w ** 2
    >>> print(explain(w, loss, names={"z": z, "loss": loss}))
    why ∂loss/∂w = −11.5
    1. w → × [n2] → z → − → ^ [n8] → loss
       2 × 1 × 1 × −6 × 1 = −12
    2. w → ^ [n10] → × [n12] → loss
       1 × 0.5 × 1 = 0.5
    These are both paths. They add up to the gradient: −12 + 0.5 = −11.5.

    Parameters
    ----------
    parameter:
        A Value, a label (``"w1"``, or ``"layers.0/neurons.2/w1"`` where several have it), or the
        index of a node. Any node of which a gradient is asked will do.
    loss:
        A Value, or a `Graph` of one root.
    top:
        How many paths to show at most.
    names:
        Usually ``locals()``: Values without a label get the names of their variables.

    Raises
    ------
    ValueError
        if no path leads from the parameter to the loss, or a label is nobody's or several nodes'.
    autograd.ConstantError
        if the parameter or the loss is a constant.
    """
    at_least("top", top, 1)
    graph = _graph(parameter, loss, names)
    root, seed = _root(graph)
    # A Value was made a root of its own, so that it is found.
    node = graph.nodes[graph.roots[1] if isinstance(parameter, Value) else _find(graph, parameter)]
    if node.grad is None:
        why = (
            "is frozen, so it gets no gradient; unfreeze it first"
            if node.kind == "frozen"
            else "is a constant, so no gradient is asked of it; make it a Value or a Parameter "
            "before the loss is computed"
        )
        raise ConstantError(f"explain: {_spoken(node)} {why}")
    with waiting("looking for the strongest paths"):
        paths = Paths(graph, node.index, root, seed)
        if not paths.census.count:
            raise ValueError(
                f"explain: {_spoken(graph.nodes[root], 'the loss')} was not computed from "
                f"{_spoken(node)}, so no path leads from one to the other; was it detached, "
                "copied, or used under no_grad?"
            )
        strongest = paths.strongest(top)
    return Explanation(graph, node.index, root, seed, strongest, paths.census)


# --- what a caller asks about ---------------------------------------------------------------------


def _root(graph: Graph) -> tuple[int, float]:
    """The one root that gradients are taken of, and its seed."""
    seeded = [pair for pair in zip(graph.roots, graph.seeds, strict=True) if pair[1] != 0.0]
    if len(seeded) != 1:
        raise ValueError(
            f"explain: this Graph has {len(seeded)} roots whose gradients are added up, and paths "
            "lead to one; take Graph(loss) of one Value, or of their sum"
        )
    ((root, seed),) = seeded
    if graph.nodes[root].grad is None:
        raise ConstantError(
            f"explain: {_spoken(graph.nodes[root], 'the loss')} is a constant, so nothing has a "
            "gradient; compute the loss from variables or parameters"
        )
    return root, seed


def _spoken(node: Node, unnamed: str = "") -> str:
    """A node in a sentence: ``'w0' in layers.0/neurons.1``, ``node 7``."""
    name = repr(shorten(node.label)) if node.label else unnamed or f"node {node.index}"
    return f"{name} in {shorten(node.scope)}" if node.scope else name


def _graph(parameter: object, loss: object, names: Mapping[str, Any] | None) -> Graph:
    graph = graph_of("explain", loss, names)
    if not isinstance(parameter, Value):
        return graph
    if isinstance(loss, Graph):
        raise TypeError(
            "explain: a Graph keeps numbers, not Values; write explain(parameter, loss) with "
            f"the loss itself, or explain({parameter.label or 0!r}, graph) with a label or "
            "the index of a node"
        )
    assert isinstance(loss, Value)
    return Graph([loss, parameter], names, seeds=[1.0, 0.0])


# --- by label or index ----------------------------------------------------------------------------


def _find(graph: Graph, wanted: object) -> int:
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        if not 0 <= wanted < len(graph):
            raise ValueError(
                f"explain: there is no node {wanted} in this graph, whose nodes are 0 to "
                f"{len(graph) - 1}"
            )
        return wanted
    if not isinstance(wanted, str):
        raise TypeError(
            "explain takes a Value, a label or the index of a node as parameter, got "
            f"{described(wanted)}"
        )
    found = _labelled(graph, wanted)
    if len(found) == 1:
        return found[0].index
    if not found:
        known = {name for node in graph if node.label for name in (node.label, _full_name(node))}
        rest = did_you_mean(wanted, sorted(known), "give a Value, a label or the index of a node")
        raise ValueError(f"explain: nothing in this graph is labelled {shorten(wanted)!r}{rest}")
    ways = [
        f"{_full_name(node)!r}" if node.scope else f"{node.index}" for node in found[:_MOST_NAMED]
    ]
    more = ", …" if len(found) > _MOST_NAMED else ""
    raise ValueError(
        f"explain: {len(found):,} nodes are labelled {shorten(wanted)!r}; say which: "
        f"{', '.join(ways)}{more}, or give the Value"
    )


def _labelled(graph: Graph, wanted: str) -> list[Node]:
    """All nodes with this label, with this label and scope, or with such a name in a model."""
    readings = (
        lambda node: node.label == wanted,
        lambda node: _full_name(node) == wanted,
        lambda node: _bare(_full_name(node)) == _bare(wanted),
    )
    nodes = [node for node in graph if node.label]
    for reading in readings:
        found = [node for node in nodes if reading(node)]
        if found:
            return found
    return []


def _full_name(node: Node) -> str:
    return f"{node.scope}/{node.label}" if node.scope else node.label


def _bare(name: str) -> tuple[str, ...]:
    """What ``layers.0/neurons.1/w2`` and a model's name ``layers.0.neurons.1.w.2`` share."""
    return tuple(re.findall(r"\d+|[^\d./\[\]]+", name))


# --- the picture ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Drawn:
    """What the first paths lead along: links with the numbers of the paths, and what is left out.

    A *gap* is the middle of a long path, drawn as one box.
    """

    links: dict[Link, list[int]] = field(default_factory=lambda: defaultdict(list))
    gaps: dict[tuple[Link, ...], list[int]] = field(default_factory=lambda: defaultdict(list))
    keys: set[str] = field(default_factory=set)


def _of_paths(explanation: Explanation, count: int) -> _Drawn:
    drawn = _Drawn()
    drawn.keys.add(str(explanation.node))
    for number, steps in enumerate(explanation.steps[:count]):
        first, middle, last = why.ends(steps)
        for link in (*first, *last):
            drawn.links[link].append(number)
            drawn.keys.update({link.operand, link.consumer})
        if middle:
            drawn.gaps[tuple(middle)].append(number)
    return drawn


def _diagram(explanation: Explanation, direction: str | None) -> Diagram:
    """The nodes on as many paths as there is room for, and how much comes in by other ways."""
    counts = range(1, len(explanation.paths) + 1)

    def size(count: int) -> int:
        drawn = _of_paths(explanation, count)
        return len(drawn.keys) + len(drawn.gaps)

    count = max(bisect_right(counts, MOST_BOXES, key=size), 1)
    drawn = _of_paths(explanation, count)
    boxes = [
        _box(explanation, drawn, item)
        for key, item in explanation.items.items()
        if key in drawn.keys
    ]
    arrows = [_arrow(explanation, link, numbers) for link, numbers in drawn.links.items()]
    arrows.sort(key=lambda arrow: [int(k) for k in re.findall(r"\d+", arrow.id)][1:])
    for place, (middle, numbers) in enumerate(drawn.gaps.items(), start=1):
        box, *ways = _gap(explanation, f"gap{place}", middle, numbers)
        boxes.append(box)
        arrows += ways
    longest = max(len(first) + len(last) + 2 for first, _, last in map(why.ends, explanation.steps))
    notes = why.summary(explanation)
    if count < len(explanation.paths):
        notes.insert(0, f"drawn: the first {count:,} of these paths, to keep the picture readable")
    title = f"{explanation._headline}: g is the gradient, along all paths"  # noqa: SLF001 - ours
    return Diagram(
        tuple(boxes),
        tuple(arrows),
        title=(title, f"{_ARROWS}; the stronger a path, the thicker"),
        notes=tuple(line for said in notes for line in wrap(said, why.WIDTH)),
        legend=legend_of(boxes, arrows, "strength of the path"),
        direction=direction or ("LR" if longest <= _MOST_IN_A_ROW + 1 else "TB"),
        points="tail",
    )


def _box(explanation: Explanation, drawn: _Drawn, item: Item) -> Box:
    """A node, whose gradient is the sum of what comes along the arrows and by all other ways."""
    out = [*drawn.links, *[middle[0] for middle in drawn.gaps]]
    ways = {link.edge for link in out if link.operand == item.key}
    shown: list[float] = []
    others: list[float] = []
    for one in explanation.graph.contributions(item.node):
        (shown if (one.consumer, one.position) in ways else others).append(one.product)
    rest = [fsum(others)] if others else []
    box = box_text.box(replace(item, contributions=(*shown, *rest), left_out=0), backward=True)
    head, *lines = box.lines
    head += f" [n{item.key}]" * (item.key in explanation.twins)
    if others:
        lines.append(f"{show(rest[0])} by {len(others):,} other use{'s'[: len(others) > 1]}")
    return replace(box, lines=(head, *lines))


def _arrow(explanation: Explanation, link: Link, numbers: Sequence[int]) -> Arrow:
    """An arrow as thick as the strongest path along it."""
    assert link.upstream is not None
    assert link.product is not None
    left, right = product(link.slope, link.upstream, link.product)
    sign = box_text.sign_of(link.product, 0.0)
    lines = (left, right, _path_numbers(numbers))
    return box_text.arrow_of(link, lines, sign, _strength(explanation, numbers))


def _gap(
    explanation: Explanation, name: str, middle: Sequence[Link], numbers: Sequence[int]
) -> tuple[Box, Arrow, Arrow]:
    """What is left out of a path: a box, an arrow into it and one out of it."""
    slope = prod(link.slope for link in middle)
    words = f"… {len(middle):,} slopes", f"multiply to {show(slope)}"
    sign, strength = box_text.sign_of(slope, 0.0), _strength(explanation, numbers)
    ends = (f"n{middle[0].operand}", name), (name, f"n{middle[-1].consumer}")
    along = (_path_numbers(numbers),)
    into, out = [Arrow(f"{a}_{b}", a, b, along, sign, strength) for a, b in ends]
    return Box(name, "group", words, is_alarming=not isfinite(slope)), into, out


def _strength(explanation: Explanation, numbers: Sequence[int]) -> float:
    sizes = [abs(path.product) for path in explanation.paths]
    size = max(sizes[number] for number in numbers)
    largest = max(filter(isfinite, sizes), default=0.0)
    if not size < inf:
        return 1.0
    return size / largest if largest else 0.0


def _path_numbers(numbers: Sequence[int]) -> str:
    """``path 1``, ``paths 1, 2, 5``."""
    texts = ", ".join(str(number + 1) for number in numbers)
    return f"path{'s'[: len(numbers) > 1]} {shorten(texts)}"
