"""`draw`: the picture of a computation, forward or backward; `draw_neuron`: a textbook's figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autograd import ConstantError, Graph, Value

from .checks import at_least, graph_of, one_of
from .render.composing import Manner, composed, composed_of_groups
from .render.palette import THEMES
from .render.slide import wrappings
from .say import box_text
from .say.box_text import BRIEF, FULL, QUIET, named
from .say.names import part_names
from .say.numbers import applied, product, show, total
from .say.ranges import spread
from .scene.diagram import Arrow, Box, Diagram
from .see import visible_nodes
from .see.essentials import essential
from .see.fold_rules import Fold, foldings
from .see.layered import inputs, objective
from .see.outline import Expand, Item, Outline, is_op, opened
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
    bare = list(map(with_constants_inside, full)) if constants is None else full
    in_order = [shown for pair in zip(full, bare, strict=True) for shown in pair]
    for shown in bare if is_network or constants is not None else in_order:
        for detail in (FULL, QUIET):
            yield composed(graph, shown, replace(manner, detail=detail))
    brief = [composed(graph, shown, replace(manner, detail=BRIEF)) for shown in bare]
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


# --- a neuron, as a textbook draws it -------------------------------------------------------------


WHO = "draw_neuron"
TERMS = 5  # a sum of more terms is not spelled out
MOST_PRODUCTS = 8  # of more inputs the strongest are drawn, and the others are one box
STRONGEST = 6


def draw_neuron(
    neuron: Callable[[list[Any]], Any],
    x: Sequence[float | Value],
    *,
    loss: Callable[[Any], Value] | None = None,
    view: str = "backward",
    direction: str = "LR",
    theme: str = "light",
    legend: bool = True,
    max_nodes: int = MAX_NODES,
) -> Picture:
    """Draw one neuron as a textbook does: inputs × weights, bias, their sum, the activation.

    Every box spells its number out, and every arrow the chain rule. Inputs are drawn as
    variables, so that their gradients, which would flow on to the layer before, are shown too.
    Of more than 8 inputs those with the largest products are drawn, and the others are one box.
    Nobody's ``.grad`` is touched.

    >>> from nn import Neuron
    >>> neuron = Neuron(2, activation="tanh")
    >>> for parameter, number in zip(neuron.parameters(), [0.5, -1.0, 0.75]):
    ...     parameter.data = number
    >>> print(draw_neuron(neuron, [2.0, 1.0], view="forward", legend=False).text(), end="")
    tanh  v tanh(0.75) = 0.6351
    └─ Σ  v 0.75 + 1 − 1 = 0.75
       ├─ parameter b  v 0.75
       ├─ ×  v 0.5 × 2 = 1
       │  ├─ parameter w1  v 0.5
       │  └─ variable x1  v 2
       └─ ×  v −1 × 1 = −1
          ├─ parameter w2  v −1
          └─ variable x2  v 1

    Parameters
    ----------
    neuron:
        An `nn.Neuron`, or anything with weights ``w`` that is called with a list of inputs.
    x:
        Its inputs: numbers or Values.
    loss:
        A function of the output, whose gradients are drawn; left out, it is the output itself.
    view, direction, theme, legend, max_nodes:
        As for `draw`.
    """
    one_of("view", view, VIEWS)
    one_of("direction", direction, DIRECTIONS)
    one_of("theme", theme, THEMES)
    at_least("max_nodes", max_nodes, 1)
    weights = _weights(neuron)
    result = neuron([*inputs(x, len(weights), WHO)])
    # The weights are roots of seed 0, so that the graph tells which nodes they are.
    graph = Graph([objective(result, loss, WHO), *weights], seeds=[1.0] + [0.0] * len(weights))
    outline = visible_nodes.outline(graph, max_nodes=max_nodes, textbook=_sums_of(graph))
    backward = view == "backward"
    diagram = composed(
        graph,
        outline,
        Manner(backward, direction, legend, max_nodes),
        _spelled_out(graph, outline, backward=backward),
    )
    diagram = _folded(diagram, {f"n{item.key}": item for item in outline.items})
    from .render.picture import Picture  # noqa: PLC0415 - graphviz is imported on the first drawing

    return Picture.of(diagram, theme)


def _weights(neuron: Any) -> list[Value]:
    if not callable(neuron) or not hasattr(neuron, "w"):
        raise TypeError(
            f"{WHO} takes a neuron, which has weights w, got a {type(neuron).__name__}; "
            "for a whole model write draw_network(model, x)"
        )
    return list(neuron.w)


def _sums_of(graph: Graph) -> tuple[int, ...]:
    """The dot product that the weights go into; none for a neuron made of single ``+``."""
    for weight in graph.roots[1:]:
        for consumer, _ in graph.consumers(weight):
            if is_op(graph.nodes[consumer], "dot"):
                return (consumer,)
    return ()


def _spelled_out(graph: Graph, outline: Outline, *, backward: bool) -> tuple[Box, ...]:
    """The boxes, those of products, their sum and the activation with their equations."""
    values = {item.key: item.value for item in outline.items}
    operands: dict[str, list[float]] = defaultdict(list)
    for link in outline.links:
        operands[link.consumer].append(values[link.operand])
    boxes = []
    for item, box in zip(outline.items, box_text.boxes(outline, backward=backward), strict=True):
        equation = _equation(graph, item, operands[item.key])
        head, _, *rest = box.lines
        boxes.append(replace(box, lines=(head, f"v {equation}", *rest)) if equation else box)
    # As in all pictures, inputs and weights count from 1; `nn.Neuron` labels its own from 0.
    heads = {
        f"n{weight}": (f"{graph.nodes[weight].kind} w{i}", f"{graph.nodes[weight].kind} w{i + 1}")
        for i, weight in enumerate(graph.roots[1:])
    }
    return tuple([_renamed(box, *heads.get(box.id, ("", ""))) for box in boxes])


def _renamed(box: Box, old: str, new: str) -> Box:
    return replace(box, lines=(new, *box.lines[1:])) if box.lines[0] == old else box


def _folded(diagram: Diagram, items: Mapping[str, Item]) -> Diagram:
    """The weakest products of a long sum, with their weights and inputs, in one box."""
    tails, heads = defaultdict(list), defaultdict(list)
    for arrow in diagram.arrows:
        tails[arrow.head].append(arrow.tail)
        heads[arrow.tail].append(arrow.head)
    into: dict[str, list[str]] = defaultdict(list)  # products of leaves, by the sum they go into
    for name, item in items.items():
        if item.symbol == "×" and not any(tails[operand] for operand in tails[name]):
            for head in heads[name]:
                into[head].append(name)
    sigma, products = max(into.items(), key=lambda pair: len(pair[1]), default=("", []))
    if len(products) <= MOST_PRODUCTS:
        return diagram
    ranked = sorted(products, key=lambda name: abs(items[name].value), reverse=True)
    rest = set(ranked[STRONGEST:])
    gone = rest | {x for name in rest for x in tails[name] if rest.issuperset(heads[x])}
    numbers = [items[name].value for name in products if name in rest]
    lines = (f"… {len(rest):,} more products", f"v {spread(numbers)}", f"Σ {show(sum(numbers))}")
    boxes = [box for box in diagram.boxes if box.id not in gone]
    place = [box.id for box in boxes].index(sigma)
    boxes.insert(place, Box("rest", "group", lines))
    arrows = [arrow for arrow in diagram.arrows if gone.isdisjoint((arrow.tail, arrow.head))]
    arrows.append(Arrow("erest", "rest", sigma))
    note = f"the {STRONGEST} largest of {len(products):,} products are drawn"
    return replace(diagram, boxes=tuple(boxes), arrows=tuple(arrows), notes=(*diagram.notes, note))


def _equation(graph: Graph, item: Item, operands: list[float]) -> str:
    """A box's value as computed from its operands: ``0.5 × 2 = 1``; empty if too long."""
    if item.symbol == "Σ" and 1 < len(operands) <= TERMS:
        texts, result = total(operands, item.value)
        return " ".join([*texts, result])
    if item.symbol == "×" and len(operands) == 2:
        return " ".join(product(operands[0], operands[1], item.value))
    op = graph.nodes[item.node].op
    if item.kind == "activation" and op is not None and len(operands) == op.arity == 1:
        sign = applied(op.forward, operands[0], item.value)
        return f"{item.symbol}({show(operands[0])}) {sign} {show(item.value)}"
    return ""
