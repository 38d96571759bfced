"""Where the boxes of each view stand, described as columns for `scene.columns`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from .lessons.board import Board, arrow_of, box_of
from .lessons.layers import Layer
from .lessons.lesson import CHANCE, used
from .lessons.unit import MOST_CELLS, Opened
from .node_views import head as head_of
from .say.numbers import number
from .say.ranges import reduced
from .say.table_teller import TableTeller
from .say.teller import Teller
from .say.unit_teller import UnitTeller
from .scene.columns import (
    COLUMN,
    SMALL_SIDE,
    TEXT,
    Cell,
    Columns,
    Framed,
    Image,
    Item,
    Link,
    Mark,
    Row,
    Stack,
    Words,
    alike,
    flat,
    room,
    rooms,
)
from .scene.diagram import Box
from .see.examples import OTHERS
from .see.neurons import Unit
from .see.outline import Item as Shown

TALL = 8  # rows of cells
GAP = 0.15 * TEXT
IMAGE = 7.5 * TEXT
CELL = 8  # columns of a number in a cell; a longer one is set closer together
PRODUCT = 30  # the same of two factors and what they give


# --- one example, or a part -----------------------------------------------------------------------


def example(teller: Teller) -> Columns:
    """Columns of boxes, each neuron with its weights before it; or the inside of one neuron."""
    board = teller.board
    weights = _weights(board)
    ranks = _ranks(board, {key for keys in weights.values() for key in keys})
    stacks = []
    for keys in _in_columns(ranks):
        cells = flat([_cell(teller, board.items[key]) for key in keys])
        items: list[Item] = []
        for key, cell in zip(keys, cells, strict=True):
            own = [_weight(teller, board.items[weight]) for weight in weights.get(key, ())]
            items.append(Row([Stack(alike(own), 0.2 * TEXT), cell], 0.8 * TEXT) if own else cell)
        between = 0.4 * TEXT if cells[0].grid else TEXT if board.neurons else 0.5 * TEXT
        stacks.append(Stack(items, between, spreads=True))
    heads = Counter(ranks[link.consumer] for link in board.outline.links if link.operand in ranks)
    most = max(heads.values(), default=0)
    gap = TEXT * (1.4 if most <= 4 and board.neurons else 2.1 if most <= 24 else 5.0)
    return Columns(Row(stacks, gap), _links(board, weights))


def _weights(board: Board) -> dict[str, list[str]]:
    """The keys of the weights and the bias before each neuron, from the top down."""
    found: dict[str, list[str]] = {}
    for key, run in board.neurons.items():
        operands = board.graph.nodes[run.total].operands
        half = len(operands) // 2
        own = [str(index) for index in (*operands[:half], *operands[2 * half :])]
        found[key] = [weight for weight in own if weight in board.items]
    return found


def _ranks(board: Board, weights: set[str]) -> dict[str, int]:
    """The column of each box: after all that it uses; some stand just before their first user."""
    links = [link for link in board.outline.links if link.operand not in weights]
    late = {
        key
        for key, item in board.items.items()
        if key.endswith(OTHERS)
        or (item.symbol and item.left_out and not board.is_part)
        or (item.kind == "constant" and not _feeds_neuron(board, key))
    }
    into: dict[str, list[str]] = defaultdict(list)
    for link in links:
        into[link.consumer].append(link.operand)
    ranks: dict[str, int] = {}
    for key in board.items:
        if key in weights:
            continue
        before = [ranks[tail] for tail in into[key] if tail in ranks and tail not in late]
        ranks[key] = max(before, default=-1) + 1
    for link in links:
        if link.operand in late and link.operand in ranks:
            ranks[link.operand] = max(ranks[link.consumer] - 1, 0)
    return ranks


def _feeds_neuron(board: Board, key: str) -> bool:
    return any(
        link.operand == key and link.consumer in board.neurons for link in board.outline.links
    )


def head(teller: Teller, item: Shown) -> str:
    """The first line of a box: its name, and what it does with its operands."""
    name = teller.names[item.key]
    run = teller.board.neurons.get(item.key)
    if run is not None:
        return f"{name} {teller.activations(run.steps)}".rstrip()
    return name


def _cell(teller: Teller, item: Shown) -> Cell:
    board = teller.board
    is_neuron = item.key in board.neurons
    lines = [head(teller, item) if board.neurons else head_of(teller, item), "v ·", "g ·"]
    if is_neuron and board.neurons[item.key].steps:
        lines.append("z: g ·")
    kind = item.kind
    if kind == "constant" and _feeds_neuron(board, item.key):
        kind = "variable"
    is_root = item.node in board.graph.roots and not item.key.endswith(OTHERS)
    box = Box(box_of(item.key), kind, tuple(lines), is_root=is_root)
    if not board.neurons:  # gradients are added up part by part
        return Cell(box, room=rooms(box, sum(of.operand == item.key for of in board.outline.links)))
    return Cell(box, room=(room(lines[0]), *[max(room(line), room("v ·")) for line in lines[1:]]))


def _weight(teller: Teller, item: Shown) -> Cell:
    box = Box(box_of(item.key), item.kind, (teller.names[item.key], "v ·", "g ·"))
    return Cell(box, ((0, 1), (-1, 2)))


def _links(board: Board, weights: dict[str, list[str]]) -> list[Link]:
    """The arrows: through the weight if it has a box, which has a short one of its own."""
    found = []
    for link in board.outline.links:
        run = board.neurons.get(link.consumer)
        tail, head_ = box_of(link.operand), box_of(link.consumer)
        end = ""
        if run is not None and weights[link.consumer] and link.edge is not None:
            operands = board.graph.nodes[run.total].operands
            half = len(operands) // 2
            if half <= link.edge[1] < 2 * half:
                end = box_of(str(operands[link.edge[1] - half]))
        found.append(Link(arrow_of(link), tail, head_, end=end))
    return found


def _in_columns(ranks: dict[str, int]) -> list[list[str]]:
    """The keys of boxes column by column."""
    columns: dict[int, list[str]] = defaultdict(list)
    for key, rank in ranks.items():
        columns[rank].append(key)
    return [columns[rank] for rank in sorted(columns)]


# --- layers ---------------------------------------------------------------------------------------


def layers(teller: UnitTeller) -> Columns:
    """An image, grids of cells, rows with bars, and the loss."""
    it = teller.it
    parts: list[Item] = [_input(teller)]
    links = []
    last = "x"
    for layer in it.layers:
        parts.append(_layer(teller, layer))
        links.append(Link(it.arrow_into(layer), last, layer.id))
        last = layer.id
    for item in it.singles:
        is_root = item.node in it.graph.roots
        lines = (teller.names[item.key], "v ·", "g ·")
        parts.append(Cell(Box(box_of(item.key), "operation", lines, is_root=is_root)))
    links += [Link(name, tail, head_) for name, tail, head_ in it.loss_arrows()]
    sources = teller.units.sources(it.network.columns[0][0], it.example)
    marks = (
        [Mark(f"px{it.spot}", sources[it.spot], ("x",), it.spot)] if it.board.has_gradients else []
    )
    return Columns(Row(parts, 1.5 * TEXT), links, marks)


def _input(teller: UnitTeller) -> Image:
    it = teller.it
    values = [it.graph.nodes[index].value for index in it.inputs]
    name = teller.say("name.pixels" if it.is_image else "name.numbers", count=f"{len(values):,}")
    return _image("x", name, values, it.shape, IMAGE)


def _image(
    name: str, words: str, values: Sequence[float], shape: tuple[int, int], side: float
) -> Image:
    rows, across = shape
    matrix = [list(values[i * across : (i + 1) * across]) for i in range(rows)]
    matrix[-1] += [0.0] * (across - len(matrix[-1]))
    most = max((abs(x) for x in values if x == x), default=0.0)
    is_ink = name == "x" and bool(most) and min(values) >= 0.0
    box = Box(name, "variable" if name == "x" else "parameter", (words, "", ""))
    cells = reduced(matrix, MOST_CELLS)
    return Image(box, cells, most, side, is_ink, told=1 if name == "g" else 0)


def _layer(teller: UnitTeller, layer: Layer) -> Framed:
    """The frame of a layer, with a cell for each unit or a row for each score."""
    it = teller.it
    has_chances = layer.is_scores and it.ends is not None
    box = Box(layer.id, "layer", (_layer_head(teller, layer), "", ""))
    inside: Item
    if layer.is_scores:
        inside = Stack(alike([_score(teller, unit) for unit in layer.shown]), GAP)
    else:
        cells = alike([_unit(teller, unit) for unit in layer.shown])
        across = -(-len(cells) // TALL)
        rows = [cells[k : k + across] for k in range(0, len(cells), across)]
        # The last row may be shorter: its cells stay as wide as the others, at the left.
        columns = [Stack([row[k] for row in rows if k < len(row)], GAP) for k in range(across)]
        inside = columns[0] if across == 1 else Row(columns, GAP)
    beside = teller.say("name.probability") if has_chances else ""
    return Framed(box, inside, above=0, below=2, beside=beside)


def _layer_head(teller: UnitTeller, layer: Layer) -> str:
    """What stands above a layer."""
    count, shown = f"{len(layer.units):,}", f"{len(layer.shown):,}"
    op = layer.units[0].activation
    holds = set()
    if layer.is_scores and teller.it.ends is not None:
        holds.add("scores")
    elif layer.is_scores and not op:
        holds.add("last")
    if len(layer.shown) < len(layer.units):
        holds.add("many")
    if not op:
        holds.add("linear")
    return teller.say("layer.head", holds, count=count, shown=shown, op=op)


def _unit(teller: UnitTeller, unit: Unit) -> Cell:
    """A unit: its number, its value, and below that its gradient."""
    name = str(unit.place + 1)
    box = Box(teller.it.box(unit), "operation", (name, "v ·", "g ·"))
    return Cell(box, ((0, 1), (-1, 2)), (len(name), CELL, CELL), shade=1)


def _score(teller: UnitTeller, unit: Unit) -> Cell:
    ends, box = teller.it.ends, teller.it.box(unit)
    if ends is None:
        return Cell(Box(box, "operation", (teller.unit(unit), "v ·", "g ·")), ((0, 1, 2),))
    name = f"{teller.class_of(unit.place)}{' ←' if ends.target == unit.place else ''}"
    lines = (name, "v ·", "g ·", "·")
    return Cell(Box(box, "operation", lines), ((0, 1, CHANCE, 2),), bar=CHANCE)


# --- one unit -------------------------------------------------------------------------------------


def unit(teller: UnitTeller, of: Opened) -> Columns:
    """Images at the left, then products, the sum, the activation, and the users."""
    terms, users = list(_terms(teller, of)), list(_users(teller, of))
    me = teller.unit(of.unit)
    z = "z" if of.run.steps else me
    parts: list[Item] = [_images(teller, of), Stack(terms, 2 * GAP)]
    parts.append(Cell(Box(of.total, "operation", (f"{z}: Σ", "v ·", "g ·"))))
    links = [Link(f"e{term.box.id}", term.box.id, of.total) for term in terms]
    if of.run.steps:
        lines = (f"{me}: {of.unit.activation}", "v ·", "g ·")
        parts.append(Cell(Box(of.out, "activation", lines)))
        links.append(Link("ez", of.total, of.out))
    if users:
        parts.append(Stack(users, 2 * GAP))
    links += [Link(f"e{user.box.id}", of.out, user.box.id) for user in users]
    sources = teller.units.sources(of.unit, teller.it.example)
    marks = [Mark(f"px{k}", sources[k], ("x", "w"), k) for k in of.spots]
    if of.spots and of.node.grad is not None:
        name = teller.say("name.gradient at", me=sources[of.best])
        marks.append(Mark("pg", name, ("g",), of.best))
    return Columns(Row(parts, 1.6 * TEXT), links, marks)


def _images(teller: UnitTeller, of: Opened) -> Item:
    inputs = of.node.inputs
    found = [("x", "inputs", inputs[of.half : 2 * of.half]), ("w", "weights", inputs[: of.half])]
    if of.node.grad is not None:
        gradients = tuple([teller.n(of.share(k)) for k in range(of.half)])
        found.append(("g", "gradients", gradients))
    first, *rest = [
        _image(name, teller.say(f"name.{words}"), values, of.shape, IMAGE)
        for name, words, values in found
    ]
    return Row([first, Stack(rest)], TEXT)


def _terms(teller: UnitTeller, of: Opened) -> Iterator[Cell]:
    """The terms of the sum, each in two lines: what it is and its value, and its gradient."""
    sources = teller.units.sources(of.unit, teller.it.example)
    found = [
        Box(f"p{k}", "operation", (_product_head(teller, of, k, sources[k]), "v ·", "g ·"))
        for k in of.chosen
    ]
    if of.others:
        name = teller.say("name.rest", count=f"{len(of.others):,}")
        found.append(Box("others", "group", (name, "v ·")))
    if of.unit.bias is not None:
        name = teller.units.parameters[of.unit.bias]
        found.append(Box(of.bias, "parameter", (name, "v ·", "g ·")))
    wide = max(room(box.lines[0]) for box in found)
    for box in found:
        grid = ((0, 1), (-1, 2))[: len(box.lines) - 1]
        yield Cell(box, grid, (wide, room("v ·"), room("v ·"))[: len(box.lines)])


def _product_head(teller: UnitTeller, of: Opened, k: int, source: str) -> str:
    """``−0.31 × pixel 3,5``: the weight as it is, and what it weighs."""
    return f"{number(teller.n(used(of.run.total, k)))} × {source}"


def _users(teller: UnitTeller, of: Opened) -> Iterator[Cell]:
    for k, one in enumerate(of.users):
        yield Cell(Box(f"u{k}", "operation", (teller.user(one.consumer), "v ·")))
    if of.more_users:
        name = teller.say("name.rest", count=f"{len(of.more_users):,}")
        yield Cell(Box("us", "group", (name, "v ·")))


# --- all rows -------------------------------------------------------------------------------------


def table(teller: TableTeller) -> Columns:
    """The loss and each row's own, then each parameter and what each row contributes to it."""
    it = teller.it
    heads: list[Item] = [
        _in_table(f"r{row}", "group", (teller.row_name(row), "v ·")) for row in range(len(it.ends))
    ]
    if it.has_more:
        has_left = any(it.shares[i].left is not None for i in it.shown)
        word = teller.say("more.left" if has_left else "more.others")
        heads.append(Words(word, CELL * COLUMN + 2 * SMALL_SIDE))
    box = Box(it.root, "operation", (teller.names.goal, "v ·", "g ·"), is_root=True)
    lines = [Framed(box, Row(heads, GAP), before=(0, 1), after=(2,))]
    for index in it.shown:
        names = [f"c{index}_{row}" for row in range(len(it.ends))]
        names += [f"c{index}_more"] * it.has_more
        cells = [_in_table(name, "operation", ("", "", "·")) for name in names]
        kind, me = it.graph.nodes[index].kind, teller.units.parameters[index]
        box = Box(f"n{index}", kind, (me, "v ·", "g ·"))
        lines.append(Framed(box, Row(cells, GAP), before=(0, 1), after=(2,)))
    return Columns(Stack(alike(lines), 2 * GAP))


def _in_table(name: str, kind: str, lines: tuple[str, ...]) -> Cell:
    grid = tuple((line,) for line, words in enumerate(lines) if words)
    return Cell(Box(name, kind, lines), grid, (CELL,) * len(lines))
