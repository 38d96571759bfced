"""All steps of a larger network: forward, backward, the update, and forward again."""

from __future__ import annotations

from collections.abc import Iterator

from autograd import softmax

from ....say.equations import number
from ....say.numbers import MINUS
from ...story import VALUE, Fill, Step
from ..updating import Update
from . import backward, forward
from .layer import Large, chance_fill, class_of, shown_singles, size_of


def steps(it: Large, update: Update) -> Iterator[Step]:
    """One step for each layer, forward and backward; the update; and once more."""
    yield _start(it)
    yield from forward.steps(it)
    if it.graph.nodes[it.graph.roots[0]].grad is None:
        return
    yield from backward.steps(it)
    if update.gradients:
        yield _update(it, update)
        yield _again(it, update)


def _start(it: Large) -> Step:
    values = [it.graph.nodes[i].value for i in it.inputs]
    count = sum(len(unit.parameters) for unit in it.network.units)
    rows, columns = it.image
    what = (
        f"An image of {rows} × {columns} pixels goes in"
        if it.is_image else f"{len(values)} numbers go in"
    )  # fmt: skip
    sentence = (
        f"{what}. The network has {_layers(it)}, and {count:,} weights and biases. In each box v "
        "is a value, g the gradient of it."
    )
    return Step("start", "what is given", "", "", "", sentence, sentence)


def _layers(it: Large) -> str:
    parts = [
        f"{len(layer.units)} {layer.units[0].activation or ('scores' if it.ends else 'outputs')}"
        + (" units" if layer.units[0].activation else "")
        for layer in it.layers
    ]
    return ", then ".join(parts)


def _update(it: Large, update: Update) -> Step:
    index = max(update.gradients, key=lambda i: size_of(update.gradients[i]))
    name = it.names.parameter(index)
    numbers, answer = update.equation(index)
    count = len(update.gradients)
    sentence = (
        f"All {count:,} weights and biases go a step against their gradients, at rate "
        f"{number(update.rate)}; the largest step is that of {name}, to {answer}."
    )
    return Step(
        "update", "all weights and biases", f"{name} ← {name} {MINUS} rate · ∂{it.goal}/∂{name}",
        f"= {numbers}", answer, sentence,
        f"All {count:,} weights and biases go a step against their gradients. Where does {name} "
        "go?",
        sources=_places(it, index),
    )  # fmt: skip


def _places(it: Large, index: int) -> tuple[str, ...]:
    """The unit that has a parameter, and the place in the input that it weighs."""
    for layer in it.layers:
        for unit in layer.shown:
            if index in unit.weights:
                return (it.box(unit), *it.spot(unit, unit.weights.index(index)))
            if index == unit.bias:
                return (it.box(unit),)
    return ()


def _again(it: Large, update: Update) -> Step:
    values = [float(value) for value in update.values]
    fills: list[Fill] = []
    for layer in it.layers:
        fills += it.values(layer, values)
    said = ""
    if it.ends is not None:
        ends, k = it.ends, it.ends.target
        after = softmax([values[i] for i in ends.scores])
        fills += [chance_fill(i, p) for i, p in zip(ends.scores, after, strict=True)]
        fills.append(Fill(f"n{ends.loss}", VALUE, f"v {number(values[ends.loss])}"))
        was, now = number(ends.chances[k]), number(after[k])
        said = f" The probability of {class_of(it, k)} goes from {was} to {now}."
    for part in shown_singles(it):
        fills.append(
            Fill(part.id, VALUE, f"v {number(values[part.node])}", repr(values[part.node]))
        )
    return Step(
        "again", "forward again", f"{it.goal} after the update", "=", number(update.root),
        f"Forward again, with the new weights: {it.goal} {update.outcome}.{said}",
        f"Forward again, with the new weights. What becomes of {it.goal}?", box=it.root_box,
        fills=tuple(fills),
    )  # fmt: skip
