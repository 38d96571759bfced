"""A larger network, backward: the scores, then each layer's weights and units."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from ....say.equations import factor, long_total, number, product, relation, seen, strongest
from ....say.numbers import MINUS
from ....say.ranges import share
from ....see.chances import Chances
from ....see.neurons import Unit
from ...story import GRADIENT, Carried, Fill, Step
from ..rows.row import Part
from ..singles import slope_of
from ..weighing import numbers_of
from .layer import Large, Layer, cell, class_of, gradient_text, shown_singles, size_of


def steps(it: Large) -> Iterator[Step]:
    """The loss, the scores, and then each layer: its weights, and what it is fed by."""
    yield _seed(it)
    for part in reversed(shown_singles(it)):
        if part.node != it.graph.roots[0]:
            yield _single_back(it, part)
    yield _scores_back(it)
    for number_ in range(len(it.layers) - 1, -1, -1):
        yield _weights_back(it, it.layers[number_])
        if number_:
            yield _units_back(it, it.layers[number_ - 1], it.layers[number_])


def _seed(it: Large) -> Step:
    goal = it.goal
    grad = it.graph.nodes[it.graph.roots[0]].grad or 0.0
    return Step(
        "backward", "backward begins", f"∂{goal}/∂{goal}", "=", number(grad),
        f"Backward begins at {goal}: it moves itself at rate {number(grad)}.",
        f"Backward begins at {goal}. At which rate does it move itself?", box=it.root_box,
        fills=(Fill(it.root_box, GRADIENT, f"g {number(grad)}", repr(grad)),),
    )  # fmt: skip


def _single_back(it: Large, part: Part) -> Step:
    goal, node = it.goal, it.graph.nodes[part.node]
    grad = node.grad or 0.0
    found = it.graph.contributions(part.node)
    fills = (Fill(part.id, GRADIENT, f"g {number(grad)}", repr(grad)),)
    if len(found) == 1 and found[0].consumer in it.row.part_of:
        one = found[0]
        head = it.row.part_of[one.consumer]
        numbers, answer = product(one.slope, one.upstream, one.product)
        symbols = f"∂{goal}/∂{part.name} = {slope_of(it.row, head, one)} · ∂{goal}/∂{head.name}"
        if head.hidden:
            symbols = f"∂{goal}/∂{part.name} = ∂Σ/∂{part.name} · ∂{goal}/∂Σ"
    else:
        numbers, answer = long_total([one.product for one in found] or [0.0], grad)
        symbols = f"∂{goal}/∂{part.name}"
    sentence = f"{part.name} moves {goal} at {answer}."
    return Step(
        "backward", part.name, symbols, f"= {numbers}", answer, sentence,
        f"At which rate does {part.name} move {goal}?", box=part.id, fills=fills,
    )  # fmt: skip


def _scores_back(it: Large) -> Step:
    layer, goal = it.layers[-1], it.goal
    fills = [
        Fill(it.box(u), GRADIENT, gradient_text(layer, it.grad(u)), repr(it.grad(u)))
        for u in layer.shown
    ]
    ends = it.ends
    if ends is not None:
        upstream = it.graph.nodes[ends.loss].grad or 0.0
        fills.append(Fill(f"n{ends.loss}", GRADIENT, f"g {number(upstream)}", repr(upstream)))
        if ends.loss == it.graph.roots[0]:
            fills.pop()
        return _scores_of_softmax(it, ends, upstream, tuple(fills))
    unit = it.strongest(layer.units)
    name = it.names.unit(unit)
    terms = [one.product for one in it.graph.contributions(unit.runs[it.example].output)]
    grad = it.grad(unit) or 0.0
    numbers, answer = long_total(terms or [grad], grad)
    return Step(
        "backward", "the outputs", f"∂{goal}/∂{name}", f"= {numbers}", answer,
        f"{it.names.spoken(unit)} moves {goal} at {answer}; so much do the outputs matter.",
        f"At which rate does {it.names.spoken(unit)} move {goal}?", box=it.box(unit),
        sources=(it.root_box,), fills=tuple(fills),
    )  # fmt: skip


def _scores_of_softmax(it: Large, ends: Chances, upstream: float, fills: tuple[Fill, ...]) -> Step:
    goal, k = it.goal, ends.target
    grad = it.graph.nodes[ends.scores[k]].grad or 0.0
    p, label = ends.chances[k], class_of(it, ends.target)
    if upstream == 1.0:
        sign = relation(seen(p) - 1, grad)
        symbols, numbers = (
            f"∂{goal}/∂s{k} = p({label}) {MINUS} 1",
            f"= {number(p)} {MINUS} 1 {sign}",
        )
    else:
        sign = relation((seen(p) - 1) * seen(upstream), grad)
        symbols = f"∂{goal}/∂s{k} = (p({label}) {MINUS} 1) · ∂{goal}/∂{it.names.single(ends.loss)}"
        numbers = f"= ({number(p)} {MINUS} 1) × {factor(upstream)} {sign}"
    others = [j for j in strongest(list(ends.chances), 4) if j != k][:2]
    wrong = ", ".join(
        f"{class_of(it, j)}: {number(it.graph.nodes[ends.scores[j]].grad)}" for j in others
    )
    times = "" if upstream == 1.0 else f", times {number(upstream)}"
    sentence = (
        f"The gradient of a score is its probability minus its target, 1 for {label} and 0 for "
        f"the others{times}. The score of {label} should rise: {number(grad)}. All others should "
        f"fall; most of all {wrong}."
    )
    return Step(
        "backward", "the scores: probability − target", symbols, numbers, number(grad), sentence,
        f"The gradient of a score is its probability minus its target. What is that of {label}?",
        box=f"n{ends.scores[k]}", sources=(it.root_box,),
        carried=(Carried(it.arrow_of_loss(), ""),), fills=fills,
    )  # fmt: skip


def _weights_back(it: Large, layer: Layer) -> Step:
    goal = it.goal
    unit, best, slopes = _largest_of(it, layer)
    run = unit.runs[it.example]
    its = numbers_of(it.network, run)
    grad = its.total_grad or 0.0
    name = it.names.unit(unit)
    z = f"z({name})" if run.steps else name
    sources = it.names.sources(unit)
    numbers, answer = product(its.inputs[best], grad, its.inputs[best] * grad)
    zeros = sum(slope == 0.0 for slope in slopes)
    through = ""
    if run.steps:
        slope = math.prod(it.graph.nodes[i].slopes[0] for i in run.steps)
        equation = " ".join(product(slope, its.grad or 0.0, grad))
        through = f"Through {unit.activation}: z({name}) moves {goal} at {equation}. "
    dead = f" {share(zeros, len(slopes))} are exactly 0." if zeros else ""
    count = len(slopes)
    sentence = (
        f"{through}Each of the {count:,} weights gets its input × the gradient of its unit's sum. "
        f"Largest, {sources[best]} → {it.names.spoken(unit)}: {answer}.{dead}"
    )
    fills = (Fill(layer.id, GRADIENT, f"g of weights: up to ±{_largest(slopes)}"),)
    return Step(
        "backward", f"the weights of {'the scores' if layer.is_scores else 'the units'}",
        f"∂{goal}/∂{it.names.parameter(unit.weights[best])} = {sources[best]} · ∂{goal}/∂{z}",
        f"= {numbers}", answer, sentence,
        f"{through}Each weight gets its input × the gradient of its unit's sum. What does that "
        f"from {sources[best]} to {it.names.spoken(unit)} get?",
        box=it.box(unit), sources=it.spot(unit, best), fills=fills,
    )  # fmt: skip


def _largest_of(it: Large, layer: Layer) -> tuple[Unit, int, list[float]]:
    """The weight with the largest gradient: its unit and its place; and all gradients."""
    best, largest, slopes = (layer.shown[0], 0), -1.0, []
    shown = set(layer.shown)
    for unit in layer.units:
        its = numbers_of(it.network, unit.runs[it.example])
        for k, x in enumerate(its.inputs):
            slope = x * (its.total_grad or 0.0)
            slopes.append(slope)
            if size_of(slope) > largest and unit in shown:
                best, largest = (unit, k), size_of(slope)
    return *best, slopes


def _largest(numbers: Sequence[float]) -> str:
    return cell(max((abs(x) for x in numbers if x == x), default=0.0))


def _units_back(it: Large, layer: Layer, after: Layer) -> Step:
    goal = it.goal
    unit = it.strongest(layer.units)
    name, spoken = it.names.unit(unit), it.names.spoken(unit)
    found = it.graph.contributions(unit.runs[it.example].output)
    terms = [one.product for one in found]
    grad = it.grad(unit) or 0.0
    numbers, answer = long_total(terms, grad)
    named = []
    for k in strongest(terms, 1):
        user = it.network.run_of.get(found[k].consumer)
        if user is not None:
            through = it.names.spoken(user[0])
            named.append(f"of which {number(terms[k])} through {through}")
    which = f", {named[0]}" if named else ""
    grads = [it.grad(u) or 0.0 for u in layer.units]
    zeros = sum(g == 0.0 for g in grads)
    none = f" {zeros} of {len(grads)} get no gradient." if zeros else ""
    flat = sum(numbers_of(it.network, u.runs[it.example]).total_grad == 0.0 for u in layer.units)
    off = f" {flat} of {len(grads)} units are off and pass nothing on." if flat > zeros else ""
    most = max(layer.units, key=lambda u: size_of(it.grad(u)))
    if size_of(it.grad(most)) > size_of(grad):
        off = (
            f" {flat} of {len(grads)} units are off and pass nothing on, "
            f"{it.names.spoken(most)} ({number(it.grad(most))}) too."
        )
    most_asked = f"Most is asked of {spoken}"
    if most is not unit:
        most_asked = f"Of those that are on, most is asked of {spoken}"
    sentence = (
        f"Every unit gets back weight × gradient from all {len(after.units)} after it. "
        f"{most_asked}: {answer}{which}.{none}{off}"
    )
    return Step(
        "backward", "the units", f"∂{goal}/∂{name} = Σ w · ∂{goal}/∂z", f"= {numbers}", answer,
        sentence,
        f"Every unit gets back weight × gradient from all {len(after.units)} units after it. What "
        f"does {spoken} get?",
        box=it.box(unit), sources=tuple([it.box(u) for u in after.shown]),
        carried=(Carried(it.arrow_into(after), ""),),
        fills=tuple(
            [
                Fill(it.box(u), GRADIENT, gradient_text(layer, it.grad(u)), repr(it.grad(u)))
                for u in layer.shown
            ]
        ),
    )  # fmt: skip
