"""All steps of a larger network: forward, backward, the update, and forward again."""

from __future__ import annotations

from collections.abc import Iterator

from ...equations import number
from ...numbers import MINUS
from ..story import VALUE, Fill, Step
from . import layer_backward, layer_forward
from .chances import chances
from .layers import (
    CHANCE,
    Large,
    bar,
    class_of,
    shown_singles,
    size_of,
    value_text,
)
from .updating import Update


def steps(it: Large, update: Update) -> Iterator[Step]:
    """One step for each layer, forward and backward; the update; and once more."""
    yield _start(it)
    yield from layer_forward.steps(it)
    if it.graph.nodes[it.graph.roots[0]].grad is None:
        return
    yield from layer_backward.steps(it)
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
        f"{what}. The network has {_layers(it)}, and {count:,} weights and biases. Every unit "
        "opens: click it to see inside."
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
    )  # fmt: skip


def _again(it: Large, update: Update) -> Step:
    values = [float(value) for value in update.values]
    fills = []
    for layer in it.layers:
        for unit in layer.shown:
            x = values[unit.runs[it.example].output]
            fills.append(Fill(it.box(unit), VALUE, value_text(layer, x), repr(x)))
    said = ""
    if it.ends is not None:
        ends, k = it.ends, it.ends.target
        after = chances(tuple([values[i] for i in ends.scores]), values[ends.total])
        fills += [
            Fill(f"n{i}", CHANCE, bar(p), repr(p)) for i, p in zip(ends.scores, after, strict=True)
        ]
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
