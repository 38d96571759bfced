"""All that is known of each box of a row: the table, and what a click shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ....say.equations import long_total, number, product
from ....say.labels import clean
from ...story import Entry
from ..singles import computed
from ..weighing import fsum
from .forward import equation
from .row import OTHERS, SINGLE, UNIT, Part
from .tally import Share, in_words
from .told import Told

Opens = Callable[[Part], str]


def entries(
    steps: Told, tally: Mapping[int, Share], opens: Opens, nudges: Callable[[int], str]
) -> Iterator[Entry]:
    """One entry for each box, neurons first after the inputs, in the order of the picture."""
    for part in steps.row.parts:
        yield _others(steps, part) if part.role == OTHERS else _part(steps, part, opens)
    if steps.weights_shown:
        for part, index, wire in steps.row.parameters():
            what = "weight" if wire is not None else "bias"
            yield parameter(steps, part, index, what, share=tally.get(index), nudges=nudges)


def _part(steps: Told, part: Part, opens: Opens) -> Entry:
    node = steps.graph.nodes[part.node]
    formula = ""
    if part.role == UNIT:
        symbols, numbers, answer = equation(steps, part)
        formula = f"{symbols} {numbers} {answer}"
    elif part.role == SINGLE:
        symbols, numbers, answer, _ = computed(steps.row, part)
        formula = f"{symbols} {numbers} {answer}"
    return Entry(
        part.id, part.name, _what(part, clean(node.scope)), number(node.value), repr(node.value),
        number(node.grad), "" if node.grad is None else repr(node.grad),
        formula=formula, total=_total(steps, part), source=node.source,
        opens=opens(part) if part.role == UNIT else "",
    )  # fmt: skip


def _what(part: Part, scope: str) -> str:
    where = f", {scope}" if scope else ""
    if part.unit is not None:
        return f"neuron ({part.unit.activation or 'linear'}){where}"
    return {"input": "input", "target": "target"}.get(part.role, f"operation{where}")


def _total(steps: Told, part: Part) -> str:
    """The full sum of a gradient over all that use it."""
    found = steps.contributions(part)
    node = steps.graph.nodes[part.node]
    if not found or node.grad is None:
        return ""
    terms = [one.product for _, one in found]
    left = f"∂{steps.goal}/∂{part.name}"
    if len(terms) == 1:
        wire, one = found[0]
        head = steps.row.part_of[one.consumer]
        symbol, local, upstream = steps.slope(wire, one, head)
        numbers, answer = product(local, upstream, one.product)
        return f"{left} = {symbol} · ∂{steps.goal}/∂{steps.moved(head)} = {numbers} {answer}"
    numbers, answer = long_total(terms, node.grad)
    return f"{left} = {numbers} {answer}"


def _others(steps: Told, part: Part) -> Entry:
    value = fsum(steps.graph.nodes[i].value for i in part.nodes)
    return Entry(
        part.id, part.name, "the other rows of the batch, added up; each has its own tab",
        number(value), repr(value), "", "",
    )  # fmt: skip


def parameter(
    steps: Told, part: Part, index: int, what: str, *, share: Share | None,
    nudges: Callable[[int], str],
) -> Entry:  # fmt: skip
    """A weight or a bias: its gradient is that of the whole batch."""
    node = steps.graph.nodes[index]
    name = steps.names.parameter(index)
    text = ""
    if share is not None:
        numbers, answer = share.equation()
        text = f"∂{steps.goal}/∂{name} = {numbers} {answer}"
        if len(share.terms) == 1 and part.run is not None:
            text = _alone(steps, part, index, name, share)
        elif said := in_words(share, steps.row.network):
            text += f" ({said})"
    grad = share.grad if share is not None else node.grad
    way = f"weight {steps.names.way(index)}" if what == "weight" else steps.names.way(index)
    where = f", {clean(node.scope)}" if node.scope else ""
    return Entry(
        f"n{index}", name, f"{way}{where}" + (", frozen" if node.kind == "frozen" else ""),
        number(node.value), repr(node.value), number(grad), "" if grad is None else repr(grad),
        total=text, nudge=nudges(index),
    )  # fmt: skip


def _alone(steps: Told, part: Part, index: int, name: str, share: Share) -> str:
    """The gradient of a parameter that one row uses: input × gradient of the sum."""
    assert part.run is not None
    assert part.unit is not None
    for one in steps.graph.contributions(index):
        if one.consumer == part.run.total:
            z = f"z({part.name})" if part.run.steps else part.name
            equation = " ".join(product(one.slope, one.upstream, share.grad))
            sources = [*steps.names.sources(part.unit), "1"]
            by = sources[part.unit.parameters.index(index)]
            return f"∂{steps.goal}/∂{name} = {by} · ∂{steps.goal}/∂{z} = {equation}"
    return f"∂{steps.goal}/∂{name} = {number(share.grad)}"
