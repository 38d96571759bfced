"""One unit of a larger network, step by step: its products, its sum, and the way back."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ....say.equations import factor, long_total, number, product
from ...story import GRADIENT, VALUE, Carried, Fill, Step
from ..singles import formula_of_activation
from ..weighing import activated, fsum, sum_in_numbers
from .inside import Inside


def steps(inside: Inside) -> Iterator[Step]:
    """Products, sum, activation; then back."""
    yield _start(inside)
    yield _products(inside)
    yield _sum(inside)
    if inside.run.steps:
        yield _activation(inside)
    if inside.its.grad is None:
        return
    if inside.users:
        yield _arriving(inside)
    if inside.run.steps:
        yield _through(inside)
    yield _to_weights(inside)


def _start(inside: Inside) -> Step:
    fills = [
        Fill("w", VALUE, f"up to ±{number(inside.most(inside.its.weights))}"),
        *[Fill(f"p{k}", 0, inside.sources[k]) for k in inside.chosen],
    ]
    if inside.unit.bias is not None:
        value = inside.its.bias or 0.0
        fills.append(Fill(f"n{inside.unit.bias}", VALUE, number(value), repr(value)))
    count = len(inside.products)
    bias = " and a bias" if inside.unit.bias is not None else ""
    sentence = (
        f"{_first(inside.spoken)} has {count} weights, one for each number before it{bias}. The "
        "first image shows them; a bar marks the negative ones."
    )
    return Step("start", "what is given", "", "", "", sentence, sentence, fills=tuple(fills))


def _products(inside: Inside) -> Step:
    k = inside.chosen[0]
    numbers, answer = product(inside.its.weights[k], inside.its.inputs[k], inside.products[k])
    fills = [
        Fill(f"p{j}", VALUE, inside.product_text(j), repr(inside.products[j]))
        for j in inside.chosen
    ]
    others = ""
    if inside.others:
        fills.append(Fill("others", VALUE, number(inside.rest), repr(inside.rest)))
        others = f" The {len(inside.others)} others add up to {number(inside.rest)}."
    name = inside.sources[k]
    sentence = (
        f"Each input is multiplied by its weight. The strongest product is that of {name}: "
        f"{numbers} {answer}.{others}"
    )
    return Step(
        "forward", "the products", f"w · {name}", f"= {numbers}", answer, sentence,
        f"Each input is multiplied by its weight. What is the product of {name}?",
        box=f"p{k}", sources=("w", "x", *inside.marks(inside.chosen)), fills=tuple(fills),
    )  # fmt: skip


def _sum(inside: Inside) -> Step:
    text, sign = sum_in_numbers(inside.its)
    answer = number(inside.its.total)
    bias = " and the bias" if inside.unit.bias is not None else ""
    return Step(
        "forward", "the sum", f"{inside.z} = Σ w·x{' + b' if bias else ''}", f"= {text} {sign}",
        answer, f"All products{bias} add up to {answer}.",
        f"What do all products{bias} add up to?", box=inside.total, sources=inside.terms(),
        carried=tuple(Carried(f"e{name}", "") for name in inside.terms()),
        fills=(Fill(inside.total, VALUE, f"v {answer}", repr(inside.its.total)),),
    )  # fmt: skip


def _activation(inside: Inside) -> Step:
    sign = activated(inside.graph, inside.run.output) if len(inside.run.steps) == 1 else "≈"
    kind, answer = inside.unit.activation, number(inside.its.value)
    off = f" {_first(inside.spoken)} is off." if inside.its.value == 0.0 else ""
    return Step(
        "forward", kind, f"{inside.name} = {kind}(z)",
        f"= {kind}({number(inside.its.total)}) {sign}", answer,
        f"{inside.name} is the {kind} of z: {answer}.{off}", f"What is the {kind} of z?",
        box=inside.out, sources=(inside.total,), carried=(Carried("ez", ""),),
        fills=(Fill(inside.out, VALUE, f"v {answer}", repr(inside.its.value)),),
    )  # fmt: skip


def _arriving(inside: Inside) -> Step:
    grad = inside.its.grad or 0.0
    terms = [one.product for one in inside.users]
    numbers, answer = long_total(terms, grad)
    fills = [Fill(inside.out, GRADIENT, f"g {answer}", repr(grad))]
    carried = []
    for k, one in enumerate(inside.top_users):
        fills.append(Fill(f"u{k}", VALUE, number(one.product), repr(one.product)))
        carried.append(Carried(f"eu{k}", number(one.product), _sign(one.product)))
    if inside.more_users:
        rest = fsum(one.product for one in inside.more_users)
        fills.append(Fill("us", VALUE, number(rest), repr(rest)))
    first = inside.top_users[0]
    which = ""
    if len(inside.users) > 1:
        through = inside.user_name(first.consumer)
        which = f", of which {number(first.product)} through {through}"
    count = f"{len(inside.users)} units use" if len(inside.users) > 1 else "One operation uses"
    sentence = (
        f"{count} {inside.name}, and each sends back its weight × the gradient of its sum: "
        f"{inside.name} moves {inside.goal} at {answer}{which}."
    )
    if len(inside.users) == 1 or inside.unit.column == len(inside.it.layers) - 1:
        sentence = f"{inside.name} moves {inside.goal} at {answer}{which}."
    return Step(
        "backward", "what uses it", f"∂{inside.goal}/∂{inside.name} = Σ w · ∂{inside.goal}/∂z",
        f"= {numbers}", answer, sentence,
        f"{count} {inside.name}. At which rate does it move {inside.goal}?", box=inside.out,
        sources=tuple(f"u{k}" for k in range(len(inside.top_users))), carried=tuple(carried),
        fills=tuple(fills),
    )  # fmt: skip


def _through(inside: Inside) -> Step:
    slope = math.prod(inside.graph.nodes[i].slopes[0] for i in inside.run.steps)
    grad, down = inside.its.grad or 0.0, inside.its.total_grad or 0.0
    numbers, answer = product(slope, grad, down)
    part = inside.it.row.part_of[inside.run.output]
    symbol = formula_of_activation(inside.it.row, part)
    kind, goal = inside.unit.activation, inside.goal
    first = f"z moves {inside.name} at rate {number(slope)}, the slope of {kind} here"
    sentence = (
        f"{first}; {inside.name} moves {goal} at {number(grad)}; so z moves {goal} at {answer}."
    )
    if slope == 0.0:
        sentence = f"{kind} is flat here: {inside.spoken} is off, and nothing flows through it."
    return Step(
        "backward", f"through {kind}", f"∂{goal}/∂z = {symbol} · ∂{goal}/∂{inside.name}",
        f"= {numbers}", answer, sentence,
        f"{first}; {inside.name} moves {goal} at {number(grad)}. At which rate does z?",
        box=inside.total, sources=(inside.out,),
        carried=(Carried("ez", f"{numbers} {answer}", _sign(down)),),
        fills=(Fill(inside.total, GRADIENT, f"g {answer}", repr(down)),),
    )  # fmt: skip


def _to_weights(inside: Inside) -> Step:
    down, goal = inside.its.total_grad or 0.0, inside.goal
    slopes = [x * down for x in inside.its.inputs]
    k = inside.best
    numbers, answer = product(inside.its.inputs[k], down, slopes[k])
    fills = [Fill("g", VALUE, f"up to ±{number(inside.most(slopes))}")]
    fills += [
        Fill(f"p{j}", GRADIENT, f"g {number(slopes[j])}", repr(slopes[j])) for j in inside.chosen
    ]
    bias = ""
    if not inside.run.steps:
        fills.append(Fill(inside.total, GRADIENT, f"g {number(down)}", repr(down)))
    if inside.unit.bias is not None:
        fills.append(Fill(f"n{inside.unit.bias}", GRADIENT, f"g {number(down)}", repr(down)))
        bias = f" The bias gets {number(down)} itself."
    zeros = sum(slope == 0.0 for slope in slopes)
    none = f" {zeros} of {len(slopes)} weights get 0: their input is 0." if zeros and down else ""
    looks = ", so the gradient looks like the input" if down else ""
    name = inside.sources[k]
    sentence = (
        f"Each weight gets its input × {factor(down)}{looks}. "
        f"That of {name}: {numbers} {answer}.{none}{bias}"
    )
    return Step(
        "backward", "to the weights",
        f"∂{goal}/∂{inside.it.names.parameter(inside.unit.weights[k])} = "
        f"{name} · ∂{goal}/∂{inside.z}",
        f"= {numbers}", answer, sentence,
        f"Each weight gets its input × {factor(down)}. What does that of {name} get?",
        box="g", sources=(inside.total, *inside.marks([k]), *["pg"] * bool(inside.spots)),
        fills=tuple(fills),
    )  # fmt: skip


def _sign(x: float) -> str:
    return "positive" if x > 0 else "negative" if x < 0 else "zero"


def _first(words: str) -> str:
    return words[:1].upper() + words[1:]
