"""One neuron of a row, opened: its products, their sum, its activation, and who uses it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from autograd import Graph, Node

from ....say.equations import number, strongest
from ....scene.diagram import Diagram
from ....see import choosing
from ....see.folding import opened_into_products, part
from ....see.outline import Constant, Item, Link, Outline
from ...story import Step, View
from ...telling import backward, forward, single
from ...telling.entries import entries
from ...telling.stepping import Operand, Scene, box_of
from ..weighing import fsum
from ..within import OTHERS, PartScene
from .placing import picture
from .row import Part, Row

MOST_INPUTS = 12  # of a neuron whose products have boxes
MOST_USERS = 12
FEWER_USERS = 8  # are drawn where there are more


def view(row: Row, part: Part, *, key: str, within: str, nudges: Callable[[int], str]) -> View:
    """The view of one neuron on one example."""
    scene = _scene(row, part)
    goal, name = row.names.goal, part.name
    measured: dict[str, str] = {}
    assert part.unit is not None
    for index in part.unit.parameters:
        measured[str(index)] = nudges(index)
    steps = tuple(_steps(row, part, scene))
    where = f"row {row.example + 1} alone, " if row.network.examples > 1 else ""
    return View(
        key, name, f"{where}inside {name}: from its inputs to {goal}, and back",
        picture(_diagram(scene, steps), steps, _columns(scene, part)),
        tuple(entries(scene, measured)), steps, within,
    )  # fmt: skip


def _steps(row: Row, part: Part, scene: Scene) -> list[Step]:
    note = "what it is used for is known from the row"
    start = replace(single.start_of(scene), note=note)
    if not scene.has_gradients:
        return [start, *forward.steps(scene)]
    back = backward.steps(scene)
    seeds = len(scene.seeded)
    return [
        start, *forward.steps(scene),
        _handed(row, part, scene, back[:seeds]), *back[seeds:],
    ]  # fmt: skip


def _handed(row: Row, part: Part, scene: Scene, seeds: list[Step]) -> Step:
    """The gradients with which the way back begins here: those of what uses the neuron."""
    goal = row.names.goal
    users = [(scene.names[str(i)], grad) for i, grad in scene.seeded]
    fills = [fill for step in seeds for fill in step.fills]
    known = ", ".join(f"{name} moves {goal} at {number(grad)}" for name, grad in users[:3])
    more = f", and so on for {len(users) - 3} more" if len(users) > 3 else ""
    first, grad = users[0]
    sentence = f"The way back comes from above: {known}{more}."
    return Step(
        "backward", f"Backward comes to {part.name}", f"∂{goal}/∂{first}", "=", number(grad),
        sentence, f"The way back comes from above. At which rate does {first} move {goal}?",
        box=box_of(str(scene.seeded[0][0])), fills=tuple(fills),
    )  # fmt: skip


def _diagram(scene: Scene, steps: Sequence[Step]) -> Diagram:
    """The picture; what the way back begins with is no root, unless it is the root."""
    found = single.diagram_of(scene, steps)
    roots = {box_of(str(i)) for i in scene.graph.roots}
    boxes = [replace(box, is_root=box.id in roots) for box in found.boxes]
    return replace(found, boxes=tuple(boxes))


# --- where it stands ------------------------------------------------------------------------------


def _columns(scene: Scene, part: Part) -> list[list[str]]:
    """Inputs beside their weights, then bias and products, the sum, the activation, the users."""
    assert part.run is not None
    assert part.unit is not None
    total = scene.graph.nodes[part.run.total]
    half = len(part.unit.weights)
    bias = [str(i) for i in total.operands[2 * half :]]
    first = [str(i) for k in range(half) for i in (total.operands[k], total.operands[half + k])]
    products = [key for key in scene.items if key.startswith(f"{total.index}p")]
    if not products:
        first, bias = first + bias, []
    last = [key for key in scene.items if scene.items[key].seeds]
    own = [[str(i)] for i in (part.run.total, *part.run.steps)]
    last = [key for key in last if [key] not in own]
    columns = [list(dict.fromkeys(first)), bias + products, *own, last]
    return [[box_of(key) for key in column] for column in columns if column]


# --- what is drawn --------------------------------------------------------------------------------


class _Neuron(PartScene):
    """A picture within a larger one: its gradients are those of a loss that is not in it."""

    def __init__(self, row: Row, outline: Outline, seeded: list[tuple[int, float]]) -> None:
        super().__init__(row.graph, outline, {}, seeded=seeded, objective=row.names.goal)
        self.row_of = row

    def name_of(self, index: int) -> str:
        """The name of a node, in the picture or above it."""
        key = str(index)
        return self.names[key] if key in self.items else self.row_of.names.any(index)

    def operands(self, item: Item) -> list[Operand]:
        """What goes into an item; what is above the picture is called as in the row."""
        node = self.graph.nodes[item.node]
        return [
            replace(found, name=self.row_of.names.any(node.operands[found.position]))
            if not found.key
            and item.key.isdigit()
            and found.position < len(node.operands)
            and self.graph.nodes[node.operands[found.position]].kind != "constant"
            else found
            for found in super().operands(item)
        ]


def _scene(row: Row, it: Part) -> Scene:
    graph = row.graph
    assert it.run is not None
    assert it.unit is not None
    items, links = _below(row, it)
    above, onward, seeded = _above(row, it)
    output = str(it.run.output)
    if not above:
        seeded = [(it.run.output, graph.nodes[it.run.output].grad or 0.0)]
        items = [replace(i, seeds=(seeded[0][1],)) if i.key == output else i for i in items]
    outline = Outline((*items, *above), (*links, *onward))
    return _Neuron(row, outline, seeded)


def _below(row: Row, it: Part) -> tuple[list[Item], list[Link]]:
    """The inputs, the weights, the products, their sum and the activation."""
    graph = row.graph
    assert it.run is not None
    assert it.unit is not None
    total = graph.nodes[it.run.total]
    half = len(total.operands) // 2
    items: dict[str, Item] = {}
    names = row.names.sources(it.unit)
    for k, (index, name) in enumerate(zip(total.operands[half : 2 * half], names, strict=True)):
        items[str(index)] = _given(graph.nodes[index], name, _use(graph, index, total, half + k))
    for k, index in enumerate(it.unit.weights):
        name = row.names.parameter(index)
        items[str(index)] = _given(graph.nodes[index], name, _use(graph, index, total, k))
    if it.unit.bias is not None:
        items[str(it.unit.bias)] = _given(
            graph.nodes[it.unit.bias],
            row.names.parameter(it.unit.bias),
            _use(graph, it.unit.bias, total, 2 * half),
        )
    found = list(items.values())
    links: list[Link] = []
    shown = (
        opened_into_products(graph, total)
        if half > 1 or it.unit.bias is not None
        else part(graph, total, frozenset(), frozenset())
    )
    for item, into in shown.inside:
        found.append(item)
        links += into
    label = "z" if it.run.steps else it.name
    found.append(replace(_item(graph, total, shown.symbol, label), contributions=()))
    links += shown.links
    for k, index in enumerate(it.run.steps):
        node = graph.nodes[index]
        of = part(graph, node, frozenset(), frozenset())
        label = it.name if k == len(it.run.steps) - 1 else ""
        constants = tuple(
            Constant(i, p + 1, "", graph.nodes[i].value) for p, i in enumerate(node.operands[1:])
        )
        found.append(replace(_item(graph, node, of.symbol, label), constants=constants))
        links.append(of.links[0])
    return found, links


def _use(graph: Graph, index: int, total: Node, position: int) -> float | None:
    """What one edge brings to a gradient; None where none is asked."""
    if graph.nodes[index].grad is None or total.grad is None:
        return None
    return total.slopes[position] * total.grad


def _given(node: Node, name: str, grad: float | None) -> Item:
    """A box that stands for a number made elsewhere; its gradient is what this neuron sends it."""
    kind = "activation" if node.op is not None else node.kind
    return Item(
        str(node.index), node.index, kind, "", node.value, grad, label=name,
        contributions=() if grad is None else (grad,),
    )  # fmt: skip


def _item(graph: Graph, node: Node, symbol: str, label: str) -> Item:
    products = tuple([c.product for c in graph.contributions(node.index)])
    return replace(choosing.item(node, symbol, (), products), label=label)


def _above(row: Row, it: Part) -> tuple[list[Item], list[Link], list[tuple[int, float]]]:
    """What uses the neuron: boxes whose gradients are known; of many, the strongest."""
    graph = row.graph
    assert it.run is not None
    output = it.run.output
    found = list(graph.contributions(output))
    if len(found) > MOST_USERS:
        order = set(strongest([one.product for one in found], FEWER_USERS))
        found = [one for k, one in enumerate(found) if k in order]
    items: dict[int, Item] = {}
    links = []
    for one in found:
        node = graph.nodes[one.consumer]
        symbol = node.op.symbol if node.op is not None else ""
        name = row.names.any(one.consumer)
        if one.consumer not in items:
            kind = "operation"
            items[one.consumer] = Item(
                str(one.consumer), one.consumer, kind, symbol, node.value, node.grad, label=name,
                seeds=(one.upstream,), left_out=1,
            )  # fmt: skip
        links.append(
            Link(
                str(output), str(one.consumer), one.position, one.slope, one.upstream, one.product,
                _formula(node, one.position), output, (one.consumer, one.position),
            )
        )  # fmt: skip
    rest = _rest(graph, output, {(one.consumer, one.position) for one in found})
    if rest:
        grad = fsum(rest)
        others = Item(
            OTHERS, output, "group", "+", 0.0, grad, label=f"{len(rest)} others", seeds=(grad,),
            left_out=1,
        )  # fmt: skip
        links.append(Link(str(output), OTHERS, 0, 1.0, grad, grad, "", output))
    seeded = [(index, item.seeds[0]) for index, item in items.items()]
    return [*items.values(), *([others] if rest else [])], links, seeded


def _rest(graph: Graph, output: int, shown: set[tuple[int, int]]) -> list[float]:
    """What the edges out of a node bring that are not drawn."""
    every = graph.contributions(output)
    return [one.product for one in every if (one.consumer, one.position) not in shown]


def _formula(node: Node, position: int) -> str:
    if node.op is None:
        return ""
    formulas = node.op.formulas
    return formulas[position] if len(formulas) == len(node.operands) else ""
