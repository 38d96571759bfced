"""`explain`, and the `Explanation` that it returns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd import ConstantError, Graph, Node, Value

from ..checks import at_least, described, did_you_mean, graph_of, one_of
from ..labels import shorten
from ..render.palette import THEMES
from ..see.paths import Paths
from ..showing import waiting
from . import wording
from .drawing import diagram
from .explained import Explained

if TYPE_CHECKING:
    from ..render.picture import Picture

DIRECTIONS = ("LR", "TB")
_MOST_NAMED = 4


class Explanation(Explained):
    """The strongest paths from a node to the loss, and what they are of its gradient.

    ``print`` it, or take its `picture`; in a notebook it shows both.
    """

    def __repr__(self) -> str:
        return f"<Explanation, {wording.headline(self)}: print it, or .picture()>"

    def __str__(self) -> str:
        return wording.text(self)

    def picture(self, *, direction: str | None = None, theme: str = "light") -> Picture:
        """The paths as a picture: the strongest is the thickest, other consumers are counted.

        Every arrow shows local derivative × upstream gradient = contribution, as in `viz.draw`.
        Without a ``direction``, ``"LR"`` or ``"TB"``, long paths go from top to bottom.
        """
        if direction is not None:
            one_of("direction", direction, DIRECTIONS)
        one_of("theme", theme, THEMES)
        from ..render.picture import Picture  # noqa: PLC0415 - graphviz is imported on the first drawing

        return Picture.of(diagram(self, direction), theme)

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
    question = asked(parameter, loss, names)
    with waiting("looking for the strongest paths"):
        paths = Paths(question.graph, question.node, question.root, question.seed)
        if not paths.census.count:
            raise unconnected(question)
        strongest = paths.strongest(top)
    return Explanation(
        question.graph, question.node, question.root, question.seed, strongest, paths.census
    )


# --- what a caller asks about ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """From which node to which root of which graph; ``seed`` is the root's own gradient."""

    graph: Graph
    node: int
    root: int
    seed: float


def asked(parameter: object, loss: object, names: Mapping[str, Any] | None) -> Asked:
    """The question that ``explain(parameter, loss)`` puts."""
    graph = _graph(parameter, loss, names)
    seeded = [pair for pair in zip(graph.roots, graph.seeds, strict=True) if pair[1] != 0.0]
    if len(seeded) != 1:
        raise ValueError(
            f"explain: this Graph has {len(seeded)} roots whose gradients are added up, and paths "
            "lead to one; take Graph(loss) of one Value, or of their sum"
        )
    ((root, seed),) = seeded
    if graph.nodes[root].grad is None:
        raise ConstantError(
            f"explain: {spoken(graph.nodes[root], 'the loss')} is a constant, so nothing has a "
            "gradient; compute the loss from variables or parameters"
        )
    # A Value was made a root of its own, so that it is found.
    node = graph.nodes[graph.roots[1] if isinstance(parameter, Value) else _find(graph, parameter)]
    if node.grad is None:
        raise ConstantError(f"explain: {_why_none_is_asked(node)}")
    return Asked(graph, node.index, root, seed)


def unconnected(question: Asked) -> ValueError:
    """The error for a node from which no path leads to the root."""
    node, root = question.graph.nodes[question.node], question.graph.nodes[question.root]
    return ValueError(
        f"explain: {spoken(root, 'the loss')} was not computed from {spoken(node)}, so no path "
        "leads from one to the other; was it detached, copied, or used under no_grad?"
    )


def spoken(node: Node, unnamed: str = "") -> str:
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


def _why_none_is_asked(node: Node) -> str:
    if node.kind == "frozen":
        return f"{spoken(node)} is frozen, so it gets no gradient; unfreeze it first"
    return (
        f"{spoken(node)} is a constant, so no gradient is asked of it; make it a Value or a "
        "Parameter before the loss is computed"
    )


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
