"""All steps of one example: what is given, forward, backward; the update where it is alone."""

from __future__ import annotations

from collections.abc import Iterator

from ....say.equations import number
from ...story import GRADIENT, VALUE, Fill, Step
from ..updating import Update
from . import backward, forward
from .row import OTHERS, SINGLE, UNIT, Part
from .told import Told, gradient_text, value_text


def steps(told: Told) -> Iterator[Step]:
    """Start, forward, and backward."""
    yield _start(told)
    for part in told.row.parts:
        if part.role == UNIT:
            yield forward.unit_step(told, part)
        elif part.role == SINGLE:
            yield forward.single_step(told, part)
    if told.graph.nodes[told.row.root.node].grad is None:
        return
    yield backward.seed(told)
    if told.row.root.role == UNIT:
        yield from backward.inside(told, told.row.root)
    for part in reversed(_receivers(told)):
        yield from backward.arriving(told, part)
        if part.role == UNIT:
            yield from backward.inside(told, part)


def _receivers(told: Told) -> list[Part]:
    """Boxes that get a gradient by arrows, as they were computed."""
    found = [p for p in told.row.parts if p.role != OTHERS and p is not told.row.root]
    return sorted(found, key=lambda part: part.node)


def _start(told: Told) -> Step:
    """What is given."""
    fills = []
    given = []
    for part in told.row.parts:
        node = told.graph.nodes[part.node]
        if node.op is None:
            fills.append(Fill(part.id, VALUE, value_text(node.value), repr(node.value)))
            given.append(f"{part.name} = {number(node.value)}")
    if told.weights_shown:
        for _, index, _ in told.row.parameters():
            node = told.graph.nodes[index]
            fills.append(Fill(f"n{index}", VALUE, number(node.value), repr(node.value)))
            if left := told.left.get(index):
                fills.append(Fill(f"n{index}", GRADIENT, gradient_text(left, " left"), repr(left)))
    for part in told.row.parts:
        node = told.graph.nodes[part.node]
        if node.op is None and node.grad is None:
            fills.append(Fill(part.id, GRADIENT, gradient_text(None)))
    shown = given if len(given) <= 6 else [*given[:5], "…"]
    values = f"{', '.join(shown)}, and " if shown else ""
    neuron = next((p for p in told.row.parts if p.run is not None and p.run.steps), None)
    sentence = f"Given are {values}all weights and biases. v is a value, g its gradient"
    if neuron is not None:
        sentence += f"; z: g in {neuron.name} is the gradient of its weighted sum z"
    sentence += "."
    return Step(
        "start", "what is given", "", "", "", sentence, sentence, _note(told),
        fills=tuple(fills),
    )  # fmt: skip


def after(told: Told, update: Update) -> Iterator[Step]:
    """The update, and the same row again: where there is only one."""
    if not update.gradients:
        return
    moved = update.moved
    index = max(update.gradients, key=lambda i: abs(update.gradients[i]))
    name = told.names.parameter(index)
    numbers, answer = update.equation(index)
    fills = []
    if told.weights_shown:
        fills = [
            Fill(f"n{i}", VALUE, number(moved[i]), repr(moved[i]))
            for _, i, _ in told.row.parameters()
            if i in moved
        ]
    sentence = (
        f"Every parameter goes a step against its gradient, at rate {number(update.rate)}. "
        f"{name}, whose gradient is the largest, goes from "
        f"{number(told.graph.nodes[index].value)} to {answer}."
    )
    yield Step(
        "update", "all parameters", f"{name} ← {name} − rate · ∂{told.goal}/∂{name}",
        f"= {numbers}", answer, sentence,
        f"Every parameter goes a step against its gradient. Where does {name} go?",
        fills=tuple(fills),
    )  # fmt: skip
    values = update.values
    fills = [
        Fill(part.id, VALUE, value_text(values[part.node]), repr(values[part.node]))
        for part in told.row.parts
        if told.graph.nodes[part.node].op is not None and part.role != OTHERS
    ]
    yield Step(
        "again", "forward again", f"{told.goal} after the update", "=", number(update.root),
        f"Forward again, with the new parameters: {told.goal} {update.outcome}.",
        f"Forward again, with the new parameters. What becomes of {told.goal}?",
        box=told.row.root.id, fills=tuple(fills),
    )  # fmt: skip


def _note(told: Told) -> str:
    """What has to be known before."""
    notes = []
    if told.left:
        notes.append("gradients were left from an earlier backward")
    return "; ".join(notes)
