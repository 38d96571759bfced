"""A larger network, forward: a step for each layer, then softmax and loss."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from autograd import logsumexp

from ....say.equations import factor, number, relation, seen, strongest
from ....say.numbers import MINUS
from ....see.chances import Chances
from ...story import VALUE, Carried, Fill, Step
from ..rows.row import Part
from ..singles import computed
from ..weighing import activated, numbers_of, sum_in_numbers
from .layer import (
    MOST_SINGLES,
    Large,
    Layer,
    chance_fill,
    class_of,
    shown_singles,
    size_of,
    title_of,
)


def steps(it: Large) -> Iterator[Step]:
    """A step for each layer; then what becomes of the scores, up to the loss."""
    for layer in it.layers:
        yield _forward(it, layer)
    if it.ends is not None:
        yield _softmax(it, it.ends)
        yield _cross_entropy(it, it.ends)
    for part in shown_singles(it):
        yield _single(it, part)


def _forward(it: Large, layer: Layer) -> Step:
    units = layer.units
    values = [it.value(unit) for unit in units]
    best = max(layer.shown, key=lambda unit: size_of(it.value(unit)))
    if layer.is_scores:
        best = max(layer.shown, key=it.value)
    run = best.runs[it.example]
    its = numbers_of(it.network, run)
    name = it.names.unit(best)
    before = len(units[0].weights)
    if run.steps:
        functions = "(".join(reversed(best.activation.split()))
        symbols = f"{name} = {functions}(Σ w·x + b)" + ")" * functions.count("(")
        shown = f"= {best.activation}({number(its.total)})"
        numbers = f"{shown} {activated(it.graph, run.output)}" if len(run.steps) == 1 else "="
    else:
        text, sign = sum_in_numbers(its)
        symbols, numbers = f"{name} = Σ w·h + b", f"= {text} {sign}"
    spoken = it.names.spoken(best)
    each = (
        f"Each of the {len(units)} units"
        if not layer.is_scores
        else f"Each of the {len(units)} scores"
    )
    what = f"{each} weighs all {before} numbers before it, and adds its bias"
    does = f"; then comes {best.activation}" if run.steps else ""
    ends = "highest" if layer.is_scores else "strongest"
    sentence = f"{what}{does}. The {ends} is {spoken}: {number(it.value(best))}.{_off(values)}"
    return Step(
        "forward", title_of(it, layer), symbols, numbers, number(it.value(best)), sentence,
        f"{what}{does}. What comes out of {spoken}?", box=it.box(best),
        carried=(Carried(it.arrow_into(layer), ""),),
        fills=it.values(layer),
    )  # fmt: skip


def _off(values: Sequence[float]) -> str:
    """How many units are off."""
    zeros = sum(value == 0.0 for value in values)
    return f" {zeros} of {len(values)} units are off." if zeros else ""


def _softmax(it: Large, ends: Chances) -> Step:
    k = ends.target
    score = it.graph.nodes[ends.scores[k]].value
    total = logsumexp([it.graph.nodes[i].value for i in ends.scores])
    p = ends.chances[k]
    gap = seen(score, 6) - seen(total, 6)
    sign = relation(math.exp(float(gap)), p) if math.isfinite(score - total) else "="
    best = max(range(len(ends.chances)), key=lambda j: ends.chances[j])
    sentence = (
        f"Softmax makes probabilities of the scores: e to the score, as a part of the sum of all. "
        f"{class_of(it, k)} is right, and gets {number(p)}."
    )
    if best != k:
        sentence += f" The network would say {class_of(it, best)}: {number(ends.chances[best])}."
    order = strongest(list(ends.chances), 3)
    note = ", ".join(f"p({class_of(it, j)}) = {number(ends.chances[j])}" for j in order)
    return Step(
        "forward", "softmax", f"p({class_of(it, k)}) = e^(s{k} {MINUS} ln Σ eˢ)",
        f"= e^({number(score, 6)} {MINUS} {factor(total, 6)}) {sign}", number(p), sentence,
        f"Softmax makes probabilities of the scores. Which one does {class_of(it, k)} get?",
        note, f"n{ends.scores[k]}",
        fills=tuple(
            [chance_fill(i, p) for i, p in zip(ends.scores, ends.chances, strict=True)]
        ),
    )  # fmt: skip


def _cross_entropy(it: Large, ends: Chances) -> Step:
    node = it.graph.nodes[ends.loss]
    p = ends.chances[ends.target]
    k = class_of(it, ends.target)
    name = it.names.single(ends.loss)
    sign = (
        relation(-math.log(float(seen(p))), node.value)
        if p > 0.0 and math.isfinite(p) and seen(p)
        else "≈"
    )
    sentence = (
        f"{name} is {MINUS}ln of the probability of the right answer: 0 if that is 1, and the "
        f"larger the smaller it is. Here {number(node.value)}."
    )
    box = f"n{ends.loss}"
    return Step(
        "forward", name, f"{name} = {MINUS}ln p({k})", f"= {MINUS}ln({number(p)}) {sign}",
        number(node.value), sentence,
        f"{name} is {MINUS}ln of the probability of the right answer. What is it?", box=box,
        fills=(Fill(box, VALUE, f"v {number(node.value)}", repr(node.value)),),
    )  # fmt: skip


def _single(it: Large, part: Part) -> Step:
    node = it.graph.nodes[part.node]
    if it.row.root is part and len(it.singles) > MOST_SINGLES:
        count = len(it.singles)
        sentence = (
            f"{part.name} follows from the outputs by {count} operations: {number(node.value)}."
        )
        return Step(
            "forward", part.name, part.name, "=", number(node.value), sentence,
            f"{part.name} follows from the outputs by {count} operations. What is it?",
            box=part.id,
            fills=(Fill(part.id, VALUE, f"v {number(node.value)}", repr(node.value)),),
        )  # fmt: skip
    symbols, numbers, answer, words = computed(it.row, part)
    return Step(
        "forward", part.name, symbols, numbers, answer, f"{words} {answer}.", f"{words} …?",
        box=part.id, fills=(Fill(part.id, VALUE, f"v {number(node.value)}", repr(node.value)),),
    )  # fmt: skip
