"""All that is known of each box: a row of the page's table, and what a click on the box shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from autograd import Graph

from ..labels import TOOLTIP_LIMIT, shorten
from ..lessons.board import box_of
from ..lessons.lesson import Pass, grad, measured, nudge, predicted, used, value
from ..lessons.table import Share
from ..lessons.unit import Opened
from ..see.examples import OTHERS
from ..see.outline import Item
from .numbers import number
from .speech import product, total
from .story import Entry
from .table_teller import TableTeller
from .teller import Teller
from .text import Condition, Shown, Text, Whether, joined
from .unit_teller import UnitTeller

MOST_WORK = 2_000_000  # operations computed for all nudges of a page


class Nudges:
    """What raising a leaf a little does, predicted and measured, while there is time."""

    def __init__(self, numbers: Pass) -> None:
        self.graph: Graph = numbers.graph
        self._known: set[int] = set()

    def told(self, teller: Teller, index: int) -> Text:
        """``Raise w1 by 0.001: predicted −0.001024, measured −0.001021``; empty without time."""
        node = self.graph.nodes[index]
        if node.grad is None or node.op is not None:
            return ""
        if index not in self._known:
            if len(self._known) * len(self.graph) > MOST_WORK:
                return ""
            self._known.add(index)
        pair = predicted(index), measured(index)
        when: dict[str, Whether] = {
            "infinite": Condition("none", (Condition("finite", pair[:1]),)),
            "nan": Condition("none", (Condition("finite", pair[1:]),)),
            "lost": Condition("lost", pair),
            "far": Condition("far", pair),
        }
        return teller.said(
            "nudge", when, me=teller.names.node(index), by=Shown(nudge(index)),
            predicted=Shown(pair[0]), measured=Shown(pair[1]),
        )  # fmt: skip


# --- one picture ----------------------------------------------------------------------------------


def entries(
    teller: Teller, nudges: Nudges, opens: Mapping[str, str] | None = None
) -> Iterator[Entry]:
    """One entry for each box of a board, in topological order; ``opens`` are views by key."""
    for item in teller.board.outline.items:
        found = of_item(teller, item)
        is_leaf = item.key.isdigit() and not item.symbol
        told = teller.write(nudges.told(teller, item.node)) if is_leaf else ""
        yield replace(found, nudge=told, opens=(opens or {}).get(item.key, ""))


def of_item(teller: Teller, item: Item) -> Entry:
    """The entry of one box."""
    board = teller.board
    x, gradient = teller.n(board.value(item.key)), teller.numbers.known(board.gradient(item.key))
    if item.grad is None:
        gradient = None
    return Entry(
        box=box_of(item.key),
        name=teller.names[item.key],
        what=_what(teller, item),
        value=number(x),
        exact_value=repr(x),
        grad=number(gradient),
        exact_grad="" if gradient is None else repr(gradient),
        formula=teller.write(_formula(teller, item)),
        total="" if gradient is None else teller.write(_total(teller, item)),
        source=shorten(item.source, TOOLTIP_LIMIT),
    )


def _what(teller: Teller, item: Item) -> str:
    """What a box is, in words, and where it belongs."""
    board = teller.board
    if item.key.endswith(OTHERS):
        return teller.say("what.others" if board.neurons else "what.group")
    if item.key in board.neurons:
        op = teller.activations(board.neurons[item.key].steps)
        what = teller.say("what.neuron", () if op else ("linear",), op=op)
    elif board.is_given(item):
        what = teller.say("what.outside" if item.symbol else f"what.{item.kind}")
    else:
        what = teller.sentence_of(item).removesuffix(".")
    if item.key in teller.names.given:
        what = f"{what} ({teller.say('what.given')})"
    if item.scope:
        what = f"{what}, {teller.say('what.in', scope=shorten(item.scope))}"
    return what


def _formula(teller: Teller, item: Item) -> Text:
    me, shown = teller.names[item.key], Shown(teller.board.value(item.key))
    if item.key in teller.names.numbers:
        return teller.say("formula.number")
    if item.key.endswith(OTHERS):
        return ""
    if not item.symbol:
        return teller.said("formula.given", me=me, number=shown)
    if teller.board.is_given(item):
        return teller.said("formula.outside", me=me, number=shown)
    return teller.whole(teller.equation(item))


def _total(teller: Teller, item: Item) -> Text:
    """All that a gradient is made of: ``∂L/∂w1 = x1 · ∂L/∂p1 + … = −0.1 + (−1.63) = −1.73``."""
    board = teller.board
    moves = list(board.arriving(item.key))
    start = board.starts(item.key)
    terms = [*start, *[move.product for move in moves]]
    partial, gradient = teller.partial(item.key), board.gradient(item.key)
    if not terms:
        return teller.say("total.nothing", partial=partial)
    if not moves and len(start) == 1:
        return joined(f"{partial} = ", Shown(gradient))
    equation = total(terms, gradient)
    if len(moves) == 1 and not start:
        equation = product(moves[0].slope, moves[0].upstream, gradient)
    return joined(partial, teller.summands(item.key, moves), equation, between=" = ")


# --- layers and units -----------------------------------------------------------------------------


def of_layers(teller: UnitTeller, opens: Mapping[str, str]) -> Iterator[Entry]:
    """The input, the units, the loss."""
    it = teller.it
    values = [teller.n(value(index)) for index in it.inputs]
    rows, columns = it.shape
    yield _plain(
        "x", teller.say("name.input"),
        teller.say("what.inputs", count=f"{len(values):,}", rows=str(rows), columns=str(columns)),
        f"{number(min(values))} … {number(max(values))}",
    )  # fmt: skip
    if it.board.has_gradients:
        name = teller.units.sources(it.network.columns[0][0], it.example)[it.spot]
        yield _measured(f"px{it.spot}", name, teller.say("what.pixel"), values[it.spot], None)
    for layer in it.layers:
        count, weights = len(layer.units), sum(len(unit.weights) for unit in layer.units)
        outputs = [teller.n(value(it.output(unit))) for unit in layer.units]
        yield _plain(
            layer.id, teller.layer_name(layer),
            teller.say("what.layer", count=f"{count:,}", weights=f"{weights:,}"),
            f"{number(min(outputs))} … {number(max(outputs))}",
        )  # fmt: skip
        for unit in layer.shown:
            key = str(it.output(unit))
            yield replace(of_item(teller, it.board.items[key]), opens=opens.get(key, ""))
    for item in it.singles:
        yield of_item(teller, item)


def _plain(box: str, name: str, what: str, shown: str = "") -> Entry:
    return Entry(box, name, what, shown, "", "", "")


def _measured(
    box: str, name: str, what: str, x: float | None, g: float | None, **more: Any
) -> Entry:
    """An entry of a value and a gradient, each if there is one."""
    return Entry(
        box, name, what, "" if x is None else number(x), "" if x is None else repr(x),
        "" if g is None else number(g), "" if g is None else repr(g), **more,
    )  # fmt: skip


def of_unit(teller: UnitTeller, of: Opened, nudges: Nudges) -> Iterator[Entry]:
    """The images, the strongest products, the bias, the sum, the result, and its users."""
    n = teller.n
    sum_ = of.run.total
    asked = of.node.grad is not None
    sources = teller.units.sources(of.unit, teller.it.example)
    count = f"{of.half:,}"
    for box, name in (("x", "inputs"), ("w", "weights"), ("g", "gradients")):
        yield _plain(box, teller.say(f"name.{name}"), teller.say("what.images", count=count))
    for k in of.spots:
        x = n(used(sum_, k + of.half))
        yield _measured(f"px{k}", sources[k], teller.say("what.pixel"), x, None)
    if of.spots and asked:
        name = teller.say("name.gradient at", me=sources[of.best])
        yield _measured("pg", name, teller.say("what.pixel"), None, n(of.share(of.best)))
    for k in of.chosen:
        weight = number(n(used(sum_, k)))
        what = teller.say("what.product", weight=weight)
        share = n(of.share(k)) if asked else None
        yield _measured(
            f"p{k}", sources[k], what, n(of.product(k)), share,
            formula=teller.write(product(*teller.factors(of, k))),
            nudge=teller.write(nudges.told(teller, of.unit.weights[k])),
        )  # fmt: skip
    if of.others:
        name = teller.say("name.rest", count=f"{len(of.others):,}")
        yield _measured("others", name, teller.say("what.rest"), n(of.rest), None)
    down = n(grad(sum_)) if asked else None
    if of.unit.bias is not None:
        what = teller.say("what.bias", me=teller.unit(of.unit))
        name = teller.units.parameters[of.unit.bias]
        told = teller.write(nudges.told(teller, of.unit.bias))
        yield _measured(of.bias, name, what, n(value(of.unit.bias)), down, nudge=told)
    if of.run.steps:
        equation = teller.write(total(teller.parts(of), value(sum_)))
        yield _measured(
            of.total, "z", teller.say("what.sum"), n(value(sum_)), down, formula=f"z = {equation}"
        )
    yield of_item(teller, teller.board.items[of.out[1:]])
    me = teller.unit(of.unit)
    for k, one in enumerate(of.users):
        what = teller.say("what.user", me=me)
        yield _measured(f"u{k}", teller.user(one.consumer), what, None, one.product)
    if of.more_users:
        name = teller.say("name.rest", count=f"{len(of.more_users):,}")
        rest = sum(one.product for one in of.more_users)
        yield _measured("us", name, teller.say("what.user", me=me), None, rest)


# --- all rows -------------------------------------------------------------------------------------


def of_table(teller: TableTeller, nudges: Nudges, key_of: Callable[[int], str]) -> Iterator[Entry]:
    """Rows, the loss, parameters, and what each row contributes to each."""
    it = teller.it
    for row, item in enumerate(it.ends):
        made = ", ".join(
            f"{name} = {number(teller.n(value(i)))}" for name, i in teller.outputs(row)
        )
        what = shorten(made, TOOLTIP_LIMIT)
        opens = key_of(row) if row < it.tabs else ""
        x, g = teller.n(value(item.node)), teller.numbers.known(grad(item.node))
        yield _measured(f"r{row}", teller.row_name(row), what, x, g, opens=opens)
    root = it.graph.roots[0]
    x, g = teller.n(value(root)), teller.numbers.known(grad(root))
    yield _measured(it.root, teller.names.goal, teller.say("what.root"), x, g)
    for index in it.shown:
        share = it.shares[index]
        yield of_parameter(teller, share, nudges)
        me = teller.units.parameters[index]
        for row, part in enumerate(share.rows):
            name = teller.say("name.share", row=teller.row_name(row), me=me)
            opens = key_of(row) if row < it.tabs else ""
            what = teller.say("what.share")
            yield _measured(f"c{index}_{row}", name, what, None, teller.n(part), opens=opens)
        if it.has_more:
            name = teller.say("name.more", me=me)
            yield _measured(
                f"c{index}_more", name, teller.say("what.more"), None, teller.n(share.more)
            )


def of_parameter(teller: TableTeller, share: Share, nudges: Nudges) -> Entry:
    """A weight or a bias: its gradient is that of the whole batch."""
    index = share.index
    me = teller.units.parameters[index]
    node = teller.graph.nodes[index]
    equation = teller.write(joined(teller.worked_share(share), Shown(grad(index)), between=" "))
    return _measured(
        box_of(str(index)), me, teller.say(f"what.{node.kind}"), node.value,
        teller.n(grad(index)), total=f"{teller.partial_of(index)} = {equation}",
        nudge=teller.write(nudges.told(teller, index)),
    )  # fmt: skip
