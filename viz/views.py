"""Which views a computation gets, and those of a network told: row by row, or layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from . import placing
from .labels import shorten
from .lessons import layers, table, unit
from .lessons.board import Board
from .lessons.steps import steps
from .node_views import Wanted, diagram_of, focused, single_view
from .reasons import spot_of_network, spot_of_row, with_reasons
from .render import svg
from .say.entries import Nudges, entries, of_layers, of_table, of_unit
from .say.names import Names, NetworkNames
from .say.sentences import say, sentences
from .say.story import Story, View
from .say.table_teller import TableTeller
from .say.teller import Teller
from .say.unit_teller import UnitTeller
from .scene.columns import of_diagram
from .scene.diagram import at_first
from .see.examples import MOST_INPUTS, Example, example, inside
from .see.neurons import Network, Unit, chances_of, network_of
from .see.paths import Edge, strongest

FEW = 60  # nodes of a graph that is one neuron or less: drawn node by node


def story(wanted: Wanted, focus: int | None = None, title: str | None = None) -> Story:
    """All that a page tells of a computation."""
    found, first = views(wanted, focus)
    if title is None:
        root = wanted.numbers.graph.nodes[wanted.numbers.graph.roots[0]]
        name = shorten(root.label)
        holds = ("named",) if name else ()
        title = say(sentences(wanted.language), "title.story", holds, root=name)
    return Story(title, found, first, wanted.language)


def views(wanted: Wanted, focus: int | None = None) -> tuple[tuple[View, ...], str]:
    """The views in the order of their tabs, and the key of the one to show first, if not the first.

    ``focus`` is a node; its view comes first.
    """
    graph = wanted.numbers.graph
    network = network_of(graph)
    if network is not None and len(network.units) > 1:
        opens = None if focus is None else unit_of(network, focus)
        kind = by_rows if is_small(network) else by_layers
        found, first = kind(network, wanted, opens)
        if opens is None and focus is not None:
            return (focused(wanted, focus), *found), ""
        return found, "" if focus is not None else first
    whole = single_view(wanted, key="graph")
    if focus is not None and len(graph) > FEW:
        return (focused(wanted, focus), whole), ""
    return (replace(whole, tab=""),), ""


def unit_of(network: Network, index: int) -> Unit | None:
    """The neuron that a node belongs to: its sum, its activation, or one of its parameters."""
    found = network.run_of.get(index)
    if found is not None:
        return found[0]
    return next((unit for unit in network.units if index in unit.parameters), None)


# --- the views of a network -----------------------------------------------------------------------


MOST_UNITS, MOST_ROWS, MOST_WEIGHED, MOST_SINGLES = 40, 16, 40, 60  # of a network drawn by units
MOST_OPENED = 40  # neurons that open, over all rows
LAYER_ROWS = 3  # examples of a larger network that get a tab
BUDGET = 2_500_000  # characters for units that open
UNIT_WORK = 80_000  # nodes looked at for the paths of one unit
TABLE_WORK = 200_000  # nodes × rows looked at for the table of all rows


# --- a small network, row by row ------------------------------------------------------------------


def is_small(network: Network) -> bool:
    """Whether a network is drawn neuron by neuron, for each row."""
    widths = [len(unit.weights) for unit in network.units]
    singles = sum(n.op is not None and n.index not in network.run_of for n in network.graph)
    return (
        1 < len(network.units) <= MOST_UNITS
        and network.examples <= MOST_ROWS
        and max(widths) <= MOST_WEIGHED
        and singles <= MOST_SINGLES * network.examples
    )


def by_rows(network: Network, wanted: Wanted, focus: Unit | None) -> tuple[tuple[View, ...], str]:
    """A tab for each row of the batch, one for all of them, and neurons that open."""
    units = NetworkNames(network, language=wanted.language)
    nudges = Nudges(wanted.numbers)
    many = network.examples > 1
    rows = [_row(network, wanted, units, row) for row in range(network.examples)]
    chosen = _opened_neurons(rows, focus)
    worst = _largest_loss(network, [teller.board for _, teller in rows])
    found = []
    for row, (of, teller) in enumerate(rows):
        opens = {key: key_of(row, of.units[key]) for r, key in chosen if r == row}
        found.append(_row_view(network, teller, nudges, opens, row, is_first=many and row == worst))
    if many:
        found.append(_table_view(network, wanted, units, [t for _, t in rows], len(rows), nudges))
    neurons = [
        (rows[row][0].units[key], _neuron_view(network, wanted, units, rows[row], row, key, nudges))
        for row, key in chosen
    ]
    first = [view for unit, view in neurons if unit is focus][:1]
    rest = [view for _, view in neurons if view not in first]
    return (*first, *found, *rest), _key_of_row(worst) if many else ""


def _row(network: Network, wanted: Wanted, units: NetworkNames, row: int) -> tuple[Example, Teller]:
    of = example(network, row)
    board = Board(wanted.numbers, of.outline, neurons=of.neurons)
    names = Names(network.graph, of.outline, units.of_example(row), language=wanted.language)
    return of, Teller(board, names, language=wanted.language)


def _key_of_row(row: int) -> str:
    return f"row-{row + 1}"


def key_of(row: int, unit: Unit) -> str:
    """The key of the view that a neuron opens."""
    return f"{_key_of_row(row)}-{unit.column + 1}-{unit.place + 1}"


def _opened_neurons(
    rows: list[tuple[Example, Teller]], focus: Unit | None
) -> list[tuple[int, str]]:
    """The neurons that open, row by row: in each row those with the largest gradients."""
    most = max(1, MOST_OPENED // len(rows))
    found = []
    for row, (of, teller) in enumerate(rows):
        keys = [key for key, unit in of.units.items() if len(unit.weights) <= MOST_INPUTS]
        grads = [teller.board.items[key].grad or 0.0 for key in keys]
        chosen = set(strongest(grads, most))
        found += [(row, key) for k, key in enumerate(keys) if k in chosen or of.units[key] is focus]
    return found


def _largest_loss(network: Network, boards: list[Board]) -> int:
    """The row whose own loss is the largest."""
    sizes = [abs(table.end(board, network).value) for board in boards]
    return max(range(len(sizes)), key=lambda row: (sizes[row] == sizes[row], sizes[row]))


def _row_view(
    network: Network, teller: Teller, nudges: Nudges, opens: Mapping[str, str], row: int, *,
    is_first: bool,
) -> View:  # fmt: skip
    board = teller.board
    many = network.examples > 1
    told = teller.tell(steps(board, updates=not many))
    if is_first:
        sentence = f"{told[0].sentence} {teller.say('note.largest_loss')}"
        told = (replace(told[0], sentence=sentence), *told[1:])
    number = str(row + 1)
    title = teller.say("view.network")
    if many:
        title = teller.say("view.row", row=number, count=str(network.examples))
    return View(
        _key_of_row(row) if many else "network",
        teller.say("tab.row", row=number) if many else teller.say("tab.network"),
        title, svg.in_columns(placing.example(teller)),
        with_reasons(
            teller, entries(teller, nudges, opens), spot=spot_of_row(teller, network, row)
        ),
        told,
        hint=teller.say("hint.row", row=number) if many else "",
    )  # fmt: skip


def _neuron_view(  # noqa: PLR0917 - one place calls it
    network: Network, wanted: Wanted, units: NetworkNames, of: tuple[Example, Teller], row: int,
    key: str, nudges: Nudges,
) -> View:  # fmt: skip
    """One neuron of a row, opened."""
    unit_, run = of[0].units[key], of[0].neurons[key]
    outline, users = inside(network, unit_, run)
    board = Board(wanted.numbers, outline, seeded=users)
    names = Names(network.graph, outline, units.of_example(row), language=wanted.language)
    teller = Teller(board, names, language=wanted.language)
    told = teller.tell(steps(board, updates=False))
    diagram = diagram_of(teller, told)
    fills = [(fill.box, fill.line, fill.text) for fill in told[0].fills]
    boxes = at_first(diagram.boxes, fills)
    described = of_diagram(boxes, diagram.arrows, placing.opened_neuron(teller, boxes))
    many = network.examples > 1
    me = units.unit(unit_)
    title = teller.say(f"view.inside{' row' * many}", me=me, row=str(row + 1))
    within = _key_of_row(row) if many else "network"
    view_key = key_of(row, unit_)
    return View(
        view_key, me, title, svg.in_columns(described), tuple(entries(teller, nudges)), told, within
    )


def _table_view(  # noqa: PLR0917 - one place calls it
    network: Network, wanted: Wanted, units: NetworkNames, tellers: list[Teller], tabs: int,
    nudges: Nudges,
) -> View:  # fmt: skip
    """All rows together."""
    it = table.Table(network, [teller.board for teller in tellers], tabs)
    teller = TableTeller(it, tellers[-1].names, units, language=wanted.language)
    left_out = len(it.shares) - len(it.shown)
    hint = ""
    if left_out:
        hint = teller.say("hint.table", shown=f"{len(it.shown):,}", count=f"{left_out:,}")
    return View(
        "all", teller.say("tab.all"), teller.say("view.all", count=f"{network.examples:,}"),
        svg.in_columns(placing.table(teller)), tuple(of_table(teller, nudges, _key_of_row)),
        teller.tell(table.steps(it)), hint=hint,
    )  # fmt: skip


# --- a larger network, layer by layer -------------------------------------------------------------


def by_layers(network: Network, wanted: Wanted, focus: Unit | None) -> tuple[tuple[View, ...], str]:
    """The layers of the first examples, the table of all, and units that open."""
    count = min(network.examples, LAYER_ROWS)
    nudges = Nudges(wanted.numbers)
    width = len(network.columns[0][0].weights)
    pixels = layers.shape_of(width, wanted.image) if layers.is_image(width, wanted.image) else None
    is_classifier = chances_of(network, 0) is not None
    units = NetworkNames(
        network, is_classifier=is_classifier, image=pixels, language=wanted.language
    )
    layered: list[View] = []
    opened_: list[View] = []
    first: list[View] = []
    for row in range(count):
        teller = _layers_teller(network, wanted, units, row)
        many = network.examples > 1
        key = _key_of_row(row) if many else "layers"
        chosen = _opened_units(teller.it, BUDGET // count, focus)
        layered.append(_layers_view(teller, key, chosen, count))
        for unit_ in chosen:
            view = _unit_view(teller, unit_, key, nudges)
            (first if unit_ is focus and not first else opened_).append(view)
    together = _all(network, wanted, units, count, nudges)
    worst = _worst_of(network, count)
    return (*first, *layered, *together, *opened_), worst


def _layers_teller(network: Network, wanted: Wanted, units: NetworkNames, row: int) -> UnitTeller:
    of, plain = _row(network, wanted, units, row)
    del of
    it = layers.Layers(network, plain.board, row, chances_of(network, row), wanted.image)
    return UnitTeller(it, plain.names, units, language=wanted.language)


def _layers_view(teller: UnitTeller, key: str, chosen: list[Unit], rows: int) -> View:
    it = teller.it
    many = it.network.examples > 1
    number = str(it.example + 1)
    told = teller.tell(layers.steps(it))
    by_key = {str(it.output(one)): f"{key}-{one.column + 1}-{one.place + 1}" for one in chosen}
    found = list(of_layers(teller, by_key))
    boxes = [entry.box for entry in found]
    notes = []
    if many:
        notes.append(teller.say("hint.row", row=number))
    if it.network.examples > rows:
        notes.append(teller.say("hint.rows", count=f"{it.network.examples - rows:,}"))
    every = len(it.network.units)
    if len(chosen) < every:
        scope = it.network.columns[0][0].scope.replace("neurons.", "neuron ") or "unit"
        opened_ = f"{len(chosen):,}"
        notes.append(teller.say("hint.units", count=opened_, total=f"{every:,}", scope=scope))
    names = {"row": number, "count": f"{it.network.examples:,}"}
    return View(
        key, teller.say("tab.row", row=number) if many else teller.say("tab.layers"),
        teller.say(f"view.layers{' row' * many}", **names),
        svg.in_columns(placing.layers(teller)),
        with_reasons(
            teller, found, spot=spot_of_network(teller, teller.units, boxes),
            route=_layer_route(it), top=3,
            node_of=lambda box: int(box[1:]) if box[0] == "n" and box[1:].isdigit() else None,
        ),
        told, hint="; ".join(notes),
    )  # fmt: skip


def _layer_route(it: layers.Layers) -> Callable[[Edge], Iterator[tuple[str, float | None]]]:
    """The arrow between two layers, or along the loss, that an edge is drawn as."""
    singles = {item.node for item in it.singles}

    def route(edge: Edge) -> Iterator[tuple[str, float | None]]:
        operand, consumer, _ = edge
        run, user = it.network.run_of.get(operand), it.network.run_of.get(consumer)
        if run is not None and user is not None:
            if run[0].column != user[0].column:
                yield it.arrow_into(it.layers[user[0].column]), None
        elif consumer in singles:
            arrows = it.loss_arrows()
            yield from [(name, None) for name, _, head_ in arrows if head_ == f"n{consumer}"]

    return route


def _opened_units(it: layers.Layers, budget: int, focus: Unit | None) -> list[Unit]:
    """The units that open: those in the picture, as many as fit the budget, and the focus."""
    shown = [one for layer in it.layers for one in layer.shown]
    shown.sort(key=lambda one: -layers.size(it.graph.nodes[it.output(one)].grad))
    chosen = [] if focus is None else [focus]
    room = budget
    for one in shown:
        room -= unit.cost(one)
        if room < 0:
            break
        if one is not focus:
            chosen.append(one)
    places = {id(one): k for k, one in enumerate(it.network.units)}
    return sorted(chosen, key=lambda one: places[id(one)])


def _unit_view(teller: UnitTeller, one: Unit, within: str, nudges: Nudges) -> View:
    it = teller.it
    of = unit.Opened(it, one)
    me = teller.unit(one)
    many = it.network.examples > 1
    title = teller.say(f"view.inside{' row' * many}", me=me, row=str(it.example + 1))
    nodes = {f"p{k}": one.weights[k] for k in of.chosen} | {of.out: of.run.output}
    if one.bias is not None:
        nodes[of.bias] = one.bias
    return View(
        f"{within}-{one.column + 1}-{one.place + 1}", me, title,
        svg.in_columns(placing.unit(teller, of)),
        with_reasons(
            teller, of_unit(teller, of, nudges), node_of=nodes.get, top=3, work=UNIT_WORK,
            spot=spot_of_network(teller, teller.units, [of.out]), route=lambda _: (),
        ),
        teller.tell(unit.steps(of)), within,
    )  # fmt: skip


def _all(
    network: Network, wanted: Wanted, units: NetworkNames, tabs: int, nudges: Nudges
) -> list[View]:
    """The table of all rows, where these are few enough."""
    rows = network.examples
    if not 1 < rows <= MOST_ROWS or rows * len(network.graph) > TABLE_WORK:
        return []
    tellers = [_row(network, wanted, units, row)[1] for row in range(rows)]
    return [_table_view(network, wanted, units, tellers, tabs, nudges)]


def _worst_of(network: Network, count: int) -> str:
    """The key of the row with the largest loss, of those with tabs."""
    ends = [chances_of(network, row) for row in range(count)]
    losses = [network.graph.nodes[one.loss].value for one in ends if one is not None]
    return _key_of_row(losses.index(max(losses))) if len(losses) > 1 else ""
