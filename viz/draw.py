"""`draw`: the picture of a computation, forward or backward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autograd import ConstantError, Graph, Value

from .checks import at_least, graph_of, one_of
from .render.composing import Manner, composed, composed_of_groups
from .render.palette import THEMES
from .render.slide import wrappings
from .say.box_text import BRIEF, FULL, QUIET, named
from .say.names import part_names
from .scene.diagram import Diagram
from .see import visible_nodes
from .see.essentials import essential
from .see.fold_rules import Fold, foldings
from .see.outline import Expand, Outline, opened
from .see.visible_nodes import with_constants_inside, with_parameters_inside, with_powers

if TYPE_CHECKING:
    from .render.picture import Picture

VIEWS = ("backward", "forward")
DIRECTIONS = ("LR", "TB")
MAX_NODES = 400
MOST_SINGLE = 1_000  # nodes: a picture of more, one by one, fits no slide


def draw(
    value: Value | Sequence[Value] | Graph,
    *,
    view: str | None = None,
    direction: str = "LR",
    theme: str = "light",
    names: Mapping[str, Any] | None = None,
    constants: bool | None = None,
    expand: Expand = False,
    fold: Fold = None,
    legend: bool = True,
    max_nodes: int = MAX_NODES,
) -> Picture:
    """Draw how a Value was computed, and what its gradients are made of.

    The picture describes the recorded pass. It makes its own backward pass: no ``.grad`` is read
    or written, and `backward` need not have been called.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> print(draw(a * b + a, legend=False).text(), end="")
    +  v −4  g 1 (seed)
    ├─ ×  v −6  g 1  ← 1 × 1 = 1
    │  ├─ variable a [n0]  v 2  g 1 − 3 = −2  ← −3 × 1 = −3
    │  └─ variable b  v −3  g 2  ← 2 × 1 = 2
    └─ variable a [n0], see above  ← 1 × 1 = 1

    Parameters
    ----------
    value:
        A Value, a list of Values, or a `Graph`.
    view:
        ``"backward"``: values, gradients, and on each arrow local derivative × upstream gradient
        = contribution. ``"forward"``: values only. Left out, it is backward unless the root is a
        constant, which has no gradients.
    direction:
        ``"LR"``, from left to right, or ``"TB"``, from top to bottom.
    theme:
        ``"light"`` or ``"dark"``.
    names:
        Usually ``locals()``: Values without a label get the names of their variables.
    constants:
        False shows constants inside the operations that use them, True gives each a box; left out,
        they have boxes where there is room.
    expand:
        True shows every Σ (sums, dot products, runs of ``+``) as its single products and sums; a
        list of labels or node indices only those.
    fold:
        Many nodes in one box, with ranges of their numbers: ``"batch"`` (what the same weights did
        with several examples), a kind of scope such as ``"neuron"``, ``"layer"`` or a name given
        with `autograd.scope`, a depth of scopes as a number, ``"structure"`` (what is built alike)
        or ``"depth"``. Left out, the picture is made so that it can be read on a slide of 1280 ×
        720 pixels: numbers of local derivatives that are 1 are left out, weights stand in the
        boxes of their neurons, a long chain is wrapped into rows, and what is still too large is
        folded, unless ``expand`` is given. True folds a small graph, too; False folds none.
    legend:
        False leaves out the title and the legend.
    max_nodes:
        How many boxes are drawn at most, those nearest to the root; a note says what was left out.
    """
    one_of("direction", direction, DIRECTIONS)
    one_of("theme", theme, THEMES)
    if view is not None:
        one_of("view", view, VIEWS)
    at_least("max_nodes", max_nodes, 1)
    graph = graph_of("draw", value, names, many=True)
    backward = _is_backward(graph, view)
    manner = Manner(backward, direction, legend, max_nodes)
    from .render.picture import Picture  # noqa: PLC0415 - graphviz is imported on the first drawing

    chosen = opened(graph, expand)
    if len(graph) <= MOST_SINGLE:
        graph, places = essential(graph)
        chosen = frozenset([places[index] for index in chosen])
    if chosen and not (fold is None or fold is False):
        raise ValueError(
            "draw: expand opens Σ into single products, and fold puts many nodes into one box; "
            "leave one of them out"
        )
    if fold is False or chosen:
        outline = _outline(graph, constants=constants, max_nodes=max_nodes, opened=chosen)
        return Picture.of(composed(graph, outline, manner), theme)
    picture = None
    for diagram in _diagrams(graph, manner, fold=fold, constants=constants):
        picture = Picture.of(diagram, theme)
        if picture.is_legible:
            break
    assert picture is not None
    return picture


def _diagrams(
    graph: Graph, manner: Manner, *, fold: Fold, constants: bool | None
) -> Iterator[Diagram]:
    """One picture after the other, each with less to place than the one before."""
    if fold is None and len(graph) <= MOST_SINGLE:
        outline = _outline(graph, constants=constants, max_nodes=manner.max_nodes)
        if not outline.hidden:
            yield from _of_singles(graph, outline, manner, constants=constants)
    for folded, name in foldings(
        graph, fold, max_nodes=manner.max_nodes, constants=constants is True
    ):
        diagram = composed_of_groups(folded, name, manner)
        yield diagram
        brief = composed_of_groups(folded, name, replace(manner, detail=BRIEF), diagram.boxes)
        if fold is None:
            yield brief
            yield from wrappings(brief)
    yield brief  # of those that nobody can read the coarsest is the best


def _of_singles(
    graph: Graph, outline: Outline, manner: Manner, *, constants: bool | None
) -> Iterator[Diagram]:
    with_weights = with_parameters_inside(graph, outline)
    # A neuron is shown with all its arrows; more of them are a network, which is read by units.
    is_network = sum(bool(item.inside) for item in with_weights.items) > 1
    full = [with_weights] if is_network else [outline, with_weights]
    bare = list(map(with_constants_inside, full)) if constants is None else []
    first = bare[:1] if is_network else [*full[:1], *bare[:1]]
    for shown in (*first, *full[1:], *bare[1:]) if first else full:
        for detail in (FULL, QUIET):
            yield composed(graph, shown, replace(manner, detail=detail))
    brief = [composed(graph, shown, replace(manner, detail=BRIEF)) for shown in bare or full]
    for diagram in brief:
        yield diagram
        yield from wrappings(diagram)


def _outline(
    graph: Graph,
    *,
    constants: bool | None,
    max_nodes: int,
    opened: frozenset[int] = frozenset(),
) -> Outline:
    outline = visible_nodes.outline(
        graph, opened=opened, constants=constants is not False, max_nodes=max_nodes
    )
    return with_powers(graph, named(outline, part_names(graph)))


def _is_backward(graph: Graph, view: str | None) -> bool:
    asked = any(graph.nodes[root].grad is not None for root in graph.roots)
    if view == "backward" and not asked:
        raise ConstantError(
            "draw: the root is a constant, so there are no gradients to show; write "
            "view='forward' for its values, or draw a Value computed from variables or parameters"
        )
    return asked and view != "forward"
