"""Which views a computation gets, and those of a network told: row by row, or layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from . import placing
from .labels import shorten
from .lessons import layers, table, unit
from .lessons.board import Board
from .lessons.steps import steps
from .node_views import Wanted, focused, single_view
from .reasons import with_reasons
from .render import svg
from .say.entries import Nudges, entries, of_layers, of_table, of_unit
from .say.names import Names, NetworkNames
from .say.sentences import say, sentences
from .say.story import Story, View
from .say.table_teller import TableTeller
from .say.teller import Teller
from .say.unit_teller import UnitTeller
from .see.examples import MOST_INPUTS, Example, example, inside
from .see.neurons import Network, Unit, chances_of, network_of
from .see.paths import Edge, strongest

MOST_UNITS, MOST_ROWS, MOST_WEIGHED, MOST_SINGLES = 40, 16, 40, 60  # of a network drawn by units
MOST_OPENED = 40  # neurons that open, over all rows
LAYER_ROWS = 3  # examples of a larger network that get a tab
BUDGET = 2_500_000  # characters for units that open
UNIT_WORK = 80_000  # nodes looked at for the paths of one unit
TABLE_WORK = 200_000  # nodes × rows looked at for the table of all rows
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
        found, first = _views_of(network, wanted).views(opens)
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


def _views_of(network: Network, wanted: Wanted) -> _Rows | _Layers:
    if is_small(network):
        return _Rows(network, wanted, NetworkNames(network, language=wanted.language))
    width = len(network.columns[0][0].weights)
    units = NetworkNames(
        network,
        is_classifier=chances_of(network, 0) is not None,
        image=layers.shape_of(width, wanted.image)
        if layers.is_image(width, wanted.image)
        else None,
        language=wanted.language,
    )
    return _Layers(network, wanted, units)


class _Network:
    """What all views of a network have in common; ``name`` is the key of the only row's view."""

    name = single = ""
    inputs = True

    def __init__(self, network: Network, wanted: Wanted, units: NetworkNames) -> None:
        self.network, self.wanted, self.units = network, wanted, units
        self.nudges = Nudges(wanted.numbers)
        self.many = network.examples > 1

    def key(self, row: int, opened: Unit | None = None) -> str:
        """The key of a row's view, or of that which a neuron opens."""
        key = f"row-{row + 1}" if self.many else self.name
        return key if opened is None else f"{key}-{opened.column + 1}-{opened.place + 1}"

    def tab(self, teller: Teller, row: int) -> str:
        """What stands on the tab of a row."""
        return teller.say("tab.row", row=str(row + 1)) if self.many else teller.say(self.single)

    def row(self, row: int) -> tuple[Example, Teller]:
        """The picture of a row, and what tells it."""
        of = example(self.network, row, inputs=self.inputs)
        return of, self.teller(Board(self.wanted.numbers, of.outline, neurons=of.neurons), row)

    def teller(self, board: Board, row: int) -> Teller:
        """What tells of a board in the names of its row."""
        language = self.wanted.language
        known = self.units.of_example(row)
        names = Names(self.network.graph, board.outline, known, language=language)
        return Teller(board, names, language=language)

    def inside(self, teller: Teller, opened: Unit, row: int) -> tuple[str, str, str]:
        """The key, the tab and the title of a neuron's view."""
        me = self.units.unit(opened)
        title = teller.say(f"view.inside{' row' * self.many}", me=me, row=str(row + 1))
        return self.key(row, opened), me, title

    def worst(self, boards: list[Board]) -> int:
        """The row whose own loss is the largest."""
        sizes = [abs(table.end(board, self.network).value) for board in boards]
        return max(range(len(sizes)), key=lambda row: (sizes[row] == sizes[row], sizes[row]))

    def all(self, tellers: list[Teller], tabs: int) -> View:
        """All rows together."""
        it = table.Table(self.network, [teller.board for teller in tellers], tabs)
        teller = TableTeller(it, tellers[-1].names, self.units, language=self.wanted.language)
        left_out = len(it.shares) - len(it.shown)
        hint = ""
        if left_out:
            hint = teller.say("hint.table", shown=f"{len(it.shown):,}", count=f"{left_out:,}")
        return View(
            "all", teller.say("tab.all"), teller.say("view.all", count=f"{len(tellers):,}"),
            svg.in_columns(placing.table(teller)), tuple(of_table(teller, self.nudges, self.key)),
            teller.tell(table.steps(it)), hint=hint,
        )  # fmt: skip


# --- a small network, row by row ------------------------------------------------------------------


class _Rows(_Network):
    """A tab for each row of the batch, one for all of them, and neurons that open."""

    name, single = "network", "tab.network"

    def views(self, focus: Unit | None) -> tuple[tuple[View, ...], str]:
        """All views, that of the focus first, and the key of the row with the largest loss."""
        rows = [self.row(row) for row in range(self.network.examples)]
        tellers = [teller for _, teller in rows]
        worst = self.worst([teller.board for teller in tellers])
        found: list[View] = []
        first: list[View] = []
        rest: list[View] = []
        for row, (of, teller) in enumerate(rows):
            chosen = self._opened(of, teller, focus)
            opens = {key: self.key(row, of.units[key]) for key in chosen}
            found.append(self._row_view(teller, opens, row, is_first=self.many and row == worst))
            for key in chosen:
                is_first = of.units[key] is focus and not first
                (first if is_first else rest).append(self._neuron_view(of, row, key))
        if self.many:
            found.append(self.all(tellers, len(tellers)))
        return (*first, *found, *rest), self.key(worst) if self.many else ""

    def _opened(self, of: Example, teller: Teller, focus: Unit | None) -> list[str]:
        """The neurons of a row that open: those with the largest gradients."""
        keys = [key for key, unit in of.units.items() if len(unit.weights) <= MOST_INPUTS]
        grads = [teller.board.items[key].grad or 0.0 for key in keys]
        chosen = set(strongest(grads, max(1, MOST_OPENED // self.network.examples)))
        return [key for k, key in enumerate(keys) if k in chosen or of.units[key] is focus]

    def _row_view(
        self, teller: Teller, opens: Mapping[str, str], row: int, *, is_first: bool
    ) -> View:
        told = teller.tell(steps(teller.board, updates=not self.many))
        if is_first:
            sentence = f"{told[0].sentence} {teller.say('note.largest_loss')}"
            told = (replace(told[0], sentence=sentence), *told[1:])
        number, count = str(row + 1), str(self.network.examples)
        title, hint = teller.say("view.network"), ""
        if self.many:
            title = teller.say("view.row", row=number, count=count)
            hint = teller.say("hint.row", row=number)
        found = entries(teller, self.nudges, opens)
        return View(
            self.key(row), self.tab(teller, row), title, svg.in_columns(placing.example(teller)),
            with_reasons(teller, found, network=self.network, row=row),
            told, hint=hint,
        )  # fmt: skip

    def _neuron_view(self, of: Example, row: int, key: str) -> View:
        """One neuron of a row, opened."""
        unit_ = of.units[key]
        outline, users = inside(self.network, unit_, of.neurons[key])
        teller = self.teller(Board(self.wanted.numbers, outline, seeded=users), row)
        return View(
            *self.inside(teller, unit_, row), svg.in_columns(placing.example(teller)),
            tuple(entries(teller, self.nudges)),
            teller.tell(steps(teller.board, updates=False)), self.key(row),
        )  # fmt: skip


# --- a larger network, layer by layer -------------------------------------------------------------


class _Layers(_Network):
    """The layers of the first examples, the table of all, and units that open."""

    name, single, inputs = "layers", "tab.layers", False

    def views(self, focus: Unit | None) -> tuple[tuple[View, ...], str]:
        """All views, that of the focus first, and the key of the row with the largest loss."""
        network = self.network
        count = min(network.examples, LAYER_ROWS)
        found: list[View] = []
        first: list[View] = []
        rest: list[View] = []
        boards = []
        for row in range(count):
            plain = self.row(row)[1]
            ends = chances_of(network, row)
            it = layers.Layers(network, plain.board, row, ends, self.wanted.image)
            boards.append(plain.board)
            teller = UnitTeller(it, plain.names, self.units, language=self.wanted.language)
            chosen = _opened_units(it, BUDGET // count, focus)
            found.append(self._layers_view(teller, chosen, count))
            for unit_ in chosen:
                is_first = unit_ is focus and not first
                (first if is_first else rest).append(self._unit_view(teller, unit_))
        rows = network.examples
        if self.many and rows <= MOST_ROWS and rows * len(network.graph) <= TABLE_WORK:
            found.append(self.all([self.row(row)[1] for row in range(rows)], count))
        return (*first, *found, *rest), self.key(self.worst(boards)) if self.many else ""

    def _layers_view(self, teller: UnitTeller, chosen: list[Unit], rows: int) -> View:
        it = teller.it
        number, count = str(it.example + 1), self.network.examples
        found = list(
            of_layers(teller, {str(it.output(u)): self.key(it.example, u) for u in chosen})
        )
        notes = []
        if self.many:
            notes.append(teller.say("hint.row", row=number))
        if count > rows:
            notes.append(teller.say("hint.rows", count=f"{count - rows:,}"))
        every = len(self.network.units)
        if len(chosen) < every:
            scope = self.network.columns[0][0].scope.replace("neurons.", "neuron ") or "unit"
            shown = f"{len(chosen):,}"
            notes.append(teller.say("hint.units", count=shown, total=f"{every:,}", scope=scope))
        title = teller.say(f"view.layers{' row' * self.many}", row=number, count=f"{count:,}")
        return View(
            self.key(it.example), self.tab(teller, it.example), title,
            svg.in_columns(placing.layers(teller)),
            with_reasons(
                teller, found, network=self.network, row=it.example, route=_layer_route(it), top=3
            ),
            teller.tell(layers.steps(it)), hint="; ".join(notes),
        )  # fmt: skip

    def _unit_view(self, teller: UnitTeller, one: Unit) -> View:
        row = teller.it.example
        of = unit.Opened(teller.it, one)
        nodes = {f"p{k}": one.weights[k] for k in of.chosen} | {of.out: of.run.output}
        if one.bias is not None:
            nodes[of.bias] = one.bias
        return View(
            *self.inside(teller, one, row), svg.in_columns(placing.unit(teller, of)),
            with_reasons(
                teller, of_unit(teller, of, self.nudges), network=self.network, row=row,
                route=lambda _: (), node_of=nodes.get, top=3, work=UNIT_WORK,
            ),
            teller.tell(unit.steps(of)), self.key(row),
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
    chosen = {id(focus)}
    room = budget
    for one in shown:
        room -= unit.cost(one)
        if room < 0:
            break
        chosen.add(id(one))
    return [one for one in it.network.units if id(one) in chosen]
