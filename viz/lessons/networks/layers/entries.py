"""What is known of each box in the picture of a larger network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ....say.equations import long_total, number
from ....see.neurons import Unit
from ...story import Entry
from ..weighing import activated, numbers_of, sum_in_numbers
from .layer import Large, Layer, title_of


def entries(it: Large, opens: Mapping[Unit, str]) -> Iterator[Entry]:
    """The input, the units, the loss."""
    values = [it.graph.nodes[i].value for i in it.inputs]
    rows, columns = it.image
    yield Entry(
        "x", "input", f"{len(values)} numbers, {rows} × {columns}",
        f"{number(min(values))} … {number(max(values))}", "", number(None), "",
    )  # fmt: skip
    for position, name in it.spots.items():
        value = values[position]
        yield Entry(f"px{position}", name, "a number of the input", number(value), repr(value),
                    number(None), "")  # fmt: skip
    for layer in it.layers:
        yield _layer_entry(it, layer)
        for unit in layer.shown:
            yield _unit_entry(it, unit, opens)
    for name in it.loss_boxes():
        node = it.graph.nodes[int(name[1:])]
        yield Entry(
            name, it.names.single(node.index), "part of the loss", number(node.value),
            repr(node.value), number(node.grad), repr(node.grad) if node.grad is not None else "",
        )  # fmt: skip


def _layer_entry(it: Large, layer: Layer) -> Entry:
    values = [it.value(unit) for unit in layer.units]
    weights = sum(len(unit.weights) for unit in layer.units)
    kind = layer.units[0].activation or "linear"
    return Entry(
        layer.id, title_of(it, layer), f"{len(layer.units)} {kind} units, {weights:,} weights",
        f"{number(min(values))} … {number(max(values))}", "", "", "",
    )  # fmt: skip


def _unit_entry(it: Large, unit: Unit, opens: Mapping[Unit, str]) -> Entry:
    its = numbers_of(it.network, unit.runs[it.example])
    text, sign = sum_in_numbers(its)
    name = it.names.unit(unit)
    inner = f"z = {text} {sign} {number(its.total)}"
    if unit.runs[it.example].steps:
        at = activated(it.graph, unit.runs[it.example].output)
        inner += f"; {name} = {unit.activation}({number(its.total)}) {at} {number(its.value)}"
    total = ""
    found = it.graph.contributions(unit.runs[it.example].output)
    if found and its.grad is not None:
        numbers, answer = long_total([one.product for one in found], its.grad)
        total = f"∂{it.goal}/∂{name} = {numbers} {answer}"
    where = f", {unit.scope}" if unit.scope else ""
    return Entry(
        it.box(unit), it.names.spoken(unit), f"{unit.activation or 'linear'} unit{where}",
        number(its.value), repr(its.value), number(its.grad),
        "" if its.grad is None else repr(its.grad), formula=inner, total=total,
        opens=opens.get(unit, ""),
    )  # fmt: skip
