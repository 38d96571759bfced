"""`draw`: the picture of a computation, forward or backward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd import ConstantError, Graph, Value
from autograd.primitive import Recorder

from .checks import at_least, one_of
from .render.composing import composed, composed_of_groups
from .render.palette import THEMES
from .say import words
from .say.labels import shorten
from .see import choosing
from .see.levels import Fold, folded_to
from .see.opening import Expand, opened
from .see.outline import Outline

if TYPE_CHECKING:
    from .render.picture import Picture

VIEWS = ("backward", "forward")
DIRECTIONS = ("LR", "TB")
MAX_NODES = 400
_MOST_PER_BOX = 5  # a Σ takes in the sums before it, one for each of the links that may be drawn


def draw(
    value: Value | Sequence[Value] | Graph,
    *,
    view: str | None = None,
    direction: str = "LR",
    theme: str = "light",
    names: Mapping[str, Any] | None = None,
    constants: bool = True,
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
    +  v −4  g +1 (seed)
    ├─ ×  v −6  g +1  ← +1 × +1 = +1
    │  ├─ variable a [n0]  v +2  g +1 − 3 = −2  ← −3 × +1 = −3
    │  └─ variable b  v −3  g +2  ← +2 × +1 = +2
    └─ variable a [n0], see above  ← +1 × +1 = +1

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
        False shows constants inside the operations that use them.
    expand:
        True shows every Σ (sums, dot products, runs of ``+``) as its single products and sums; a
        list of labels or node indices only those.
    fold:
        Many nodes in one box, with ranges of their numbers: ``"batch"`` (what the same weights did
        with several examples), a kind of scope such as ``"neuron"``, ``"layer"`` or a name given
        with `autograd.scope`, a depth of scopes as a number, ``"structure"`` (what is built alike)
        or ``"depth"``. Left out, a graph of more than ``max_nodes`` is folded just so far that the
        picture can be read, unless ``expand`` is given; True folds a small one, too; False folds
        none.
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
    graph = _graph(value, names)
    backward = _is_backward(graph, view)
    outline = _unfolded(graph, fold, expand, constants=constants, max_nodes=max_nodes)
    if outline is not None:
        diagram = composed(
            graph, outline, words.boxes(outline, backward=backward),
            direction=direction, backward=backward, legend=legend, max_nodes=max_nodes,
        )  # fmt: skip
    else:
        folded, name = folded_to(graph, fold, max_nodes=max_nodes, constants=constants)
        diagram = composed_of_groups(
            folded, name,
            direction=direction, backward=backward, legend=legend, max_nodes=max_nodes,
        )  # fmt: skip
    from .render.picture import Picture  # noqa: PLC0415 - graphviz is imported on the first drawing

    return Picture.of(diagram, theme)


def _graph(value: object, names: Mapping[str, Any] | None) -> Graph:
    if isinstance(value, Graph):
        if names is not None:
            raise TypeError("draw: a Graph has its labels; write draw(Graph(value, names=...))")
        return value
    if names is not None and not isinstance(names, Mapping):
        raise TypeError(f"draw: names is a dict of variables such as locals(), got {names!r:.60}")
    if isinstance(value, Recorder):
        return Graph(value, names)  # type: ignore[arg-type]  # which refuses what is no Value
    if isinstance(value, (list, tuple)):
        if not value:
            raise ValueError("draw needs at least one Value, got an empty list")
        for number, root in enumerate(value):
            if not isinstance(root, Value):
                raise TypeError(
                    f"draw takes a Value or a list of Values; number {number} of the list is "
                    f"{_described(root)}"
                )
        return Graph(list(value), names)
    if hasattr(value, "parameters"):
        raise TypeError(
            f"draw takes a Value, got a {type(value).__name__}; write draw_network(model, x), or "
            "draw(model(x))"
        )
    raise TypeError(f"draw takes a Value, a list of Values or a Graph, got {_described(value)}")


def _unfolded(
    graph: Graph, fold: Fold, expand: Expand, *, constants: bool, max_nodes: int
) -> Outline | None:
    """The picture of single nodes, if that is wanted or fits; None if the graph is to be folded."""
    chosen = opened(graph, expand)
    if chosen and not (fold is None or fold is False):
        raise ValueError(
            "draw: expand opens Σ into single products, and fold puts many nodes into one box; "
            "leave one of them out"
        )
    wanted = fold is False or bool(chosen)
    if not wanted and (fold is not None or (constants and len(graph) > _MOST_PER_BOX * max_nodes)):
        return None
    outline = choosing.outline(graph, opened=chosen, constants=constants, max_nodes=max_nodes)
    return outline if wanted or not outline.hidden else None


def _described(thing: object) -> str:
    return f"the {type(thing).__name__} {shorten(repr(thing), 60)}"


def _is_backward(graph: Graph, view: str | None) -> bool:
    asked = any(graph.nodes[root].grad is not None for root in graph.roots)
    if view == "backward" and not asked:
        raise ConstantError(
            "draw: the root is a constant, so there are no gradients to show; write "
            "view='forward' for its values, or draw a Value computed from variables or parameters"
        )
    return asked and view != "forward"
