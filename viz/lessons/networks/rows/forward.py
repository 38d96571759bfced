"""One example forward: a step for each neuron, and for each operation outside of them."""

from __future__ import annotations

from ....say.equations import number
from ....see.neurons import Unit
from ...story import VALUE, Carried, Fill, Step
from ..singles import computed
from ..weighing import FEW, activated_sum, activation_of, numbers_of, sum_in_numbers
from .row import Part
from .told import Told, value_text

MOST_COLUMNS = 16  # of the names of all weights of a neuron, where its sum is written out


def unit_step(told: Told, part: Part) -> Step:
    """A neuron computes: weighted sum, then activation."""
    assert part.unit is not None
    assert part.run is not None
    it = numbers_of(told.row.network, part.run)
    symbols, numbers, answer = equation(told, part)
    text, sign = sum_in_numbers(it)
    name = part.name
    how = f"{name} weighs its inputs and adds them up"
    if part.run.steps:
        does = f"; {part.unit.activation} of {number(it.total)} is"
        sentence = f"{how}: {text} {sign} {number(it.total)}{does} {number(it.value)}."
        question = f"{how}, then comes {part.unit.activation}. What does {name} give?"
        if it.value == 0.0 and part.unit.activation == "relu":
            sentence += f" {name} is off."
    else:
        sentence = f"{how}: {text} {sign} {number(it.total)}."
        question = f"{how}. What does {name} give?"
    wires = told.into(part)
    ids = [wire.id for wire in wires]
    return Step(
        "forward", f"{name}", symbols, numbers, answer, sentence, question,
        box=part.id,
        sources=tuple(dict.fromkeys(wire.tail for wire in wires)),
        carried=tuple([Carried(name, "") for name in (*ids, *told.weight_arrows(part))]),
        fills=(Fill(part.id, VALUE, value_text(it.value), repr(it.value)),),
    )  # fmt: skip


def equation(told: Told, part: Part) -> tuple[str, str, str]:
    """How a neuron's result is computed: symbols, numbers, result."""
    assert part.unit is not None
    assert part.run is not None
    it = numbers_of(told.row.network, part.run)
    inner = _weighted(told, part.unit)
    if not part.run.steps:
        text, sign = sum_in_numbers(it)
        return f"{part.name} = {inner}", f"= {text} {sign}", number(it.value)
    if len(part.run.steps) > 1:
        return f"{part.name} = {part.unit.activation} of {inner}", "=", number(it.value)
    function, more = activation_of(told.graph, part.run.output)
    text, sign = activated_sum(told.graph, part.run.output, it)
    symbols = f"{part.name} = {function}({inner}{more})"
    return symbols, f"= {function}({text}{more}) {sign}", number(it.value)


def single_step(told: Told, part: Part) -> Step:
    """An operation outside of neurons."""
    node = told.graph.nodes[part.node]
    symbols, numbers, answer, words = computed(told.row, part)
    wires = told.into(part)
    return Step(
        "forward", f"{part.name}", symbols, numbers, answer,
        f"{words} {answer}.", f"{words} …?",
        box=part.id,
        sources=tuple(dict.fromkeys(wire.tail for wire in wires)),
        carried=tuple([Carried(wire.id, "") for wire in wires]),
        fills=(Fill(part.id, VALUE, value_text(node.value), repr(node.value)),),
    )  # fmt: skip


def _weighted(told: Told, unit: Unit) -> str:
    """A neuron's sum in symbols: ``w1·x1 + w2·x2 + b1``, or short."""
    names = told.names.sources(unit)
    weights = [told.names.parameter(index) for index in unit.weights]
    if len(names) > FEW or sum(map(len, weights)) > MOST_COLUMNS:
        first = f"Σ w·({names[0]} … {names[-1]})" if len(names) > 1 else f"w·{names[0]}"
        return f"{first}{' + b' if unit.bias is not None else ''}"
    terms = [f"{weight}·{name}" for weight, name in zip(weights, names, strict=True)]
    bias = [] if unit.bias is None else [told.names.parameter(unit.bias)]
    return " + ".join([*terms, *bias])
