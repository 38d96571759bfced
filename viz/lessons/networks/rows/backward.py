"""One example backward: along the arrows, through each neuron, and to its weights."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from autograd import Contribution

from ....say.equations import factor, long_total, number, product, strongest, total
from ...story import GRADIENT, Carried, Fill, Step
from ..singles import formula_of_activation
from ..weighing import numbers_of
from .row import Part, Wire
from .told import FAN, INSIDE, NAMED, Told, fsum_in_order, gradient_text


def seed(told: Told) -> Step:
    """The gradient of the goal by itself."""
    part, goal = told.row.root, told.goal
    grad = told.graph.nodes[part.node].grad or 0.0
    sentence = f"Backward begins at {goal}: it moves itself at rate {number(grad)}."
    return Step(
        "backward", "backward begins", f"∂{goal}/∂{goal}", "=", number(grad),
        sentence, f"Backward begins at {goal}. At which rate does it move itself?",
        box=part.id,
        fills=(Fill(part.id, GRADIENT, gradient_text(grad), repr(grad)),),
    )  # fmt: skip


def arriving(told: Told, part: Part) -> Iterator[Step]:
    """What comes back along the arrows out of a box."""
    found = told.contributions(part)
    if not found:
        return
    if len(found) > FAN:
        yield _all_at_once(told, part, found)
        return
    so_far = 0.0
    for number_, (wire, one) in enumerate(found, 1):
        so_far += one.product
        yield _along(
            told, part, wire, one, so_far=so_far, k=number_, every=[c.product for _, c in found]
        )


def _along(
    told: Told, part: Part, wire: Wire, one: Contribution, *, so_far: float, k: int,
    every: Sequence[float],
) -> Step:  # fmt: skip
    goal, name, head = told.goal, part.name, told.row.part_of[one.consumer]
    by = told.moved(head)
    slope, local, upstream = told.slope(wire, one, head)
    numbers, answer = product(local, upstream, one.product)
    of = number(local)
    rate = f"rate {of}" if wire.weight is None else f"rate {slope} = {of}"
    first = f"{name} moves {by} at {rate}"
    second = f"{by} moves {goal} at {number(upstream)}"
    sentence = f"{first}; {second}; so {name} moves {goal} at {answer}."
    if by == goal:
        sentence = f"{name} moves {goal} at {rate}."
    if one.product == 0.0:
        sentence += f" Nothing flows back to {name} here."
    many = len(every) > 1
    is_last = k == len(every)
    note = f"so far {number(so_far)}, {k} of {len(every)}" if many and not is_last else ""
    if many and is_last:
        symbols = f"∂{goal}/∂{name}"
        text, answer_sum = total(every, so_far)
        note = f"{symbols} = {text} {answer_sum}"
    more = " …" if many and not is_last else ""
    carried = Carried(wire.id, f"{numbers} {answer}", told.sign_of(one.product),
                      told.strength(one.product))  # fmt: skip
    question = f"{first}; {second}. At which rate does {name} move {goal}?"
    return Step(
        "backward", f"{head.name} → {name}",
        f"∂{goal}/∂{name}{' along this arrow' if many else ''} = {slope} · ∂{goal}/∂{by}",
        f"= {numbers}", answer, sentence, question, note, part.id, (head.id,), (carried,),
        (Fill(part.id, GRADIENT, gradient_text(so_far, more), repr(so_far)),),
    )  # fmt: skip


def _all_at_once(told: Told, part: Part, found: list[tuple[Wire, Contribution]]) -> Step:
    """A result that many use."""
    goal, name = told.goal, part.name
    terms = [one.product for _, one in found]
    grad = fsum_in_order(terms)
    numbers, answer = long_total(terms, grad)
    order = strongest(terms, NAMED)
    named = ", ".join(
        f"{number(terms[k])} through {told.row.part_of[found[k][1].consumer].name}"
        for k in order[:3]
    )
    sentence = (
        f"{len(found)} neurons use {name}. Each sends back its weight × the gradient of its "
        f"sum; together {answer}: {named}, …"
    )
    carried = tuple(
        [
            Carried(wire.id, number(one.product) if k in order[:3] else "",
                    told.sign_of(one.product), told.strength(one.product))
            for k, (wire, one) in enumerate(found)
        ]
    )  # fmt: skip
    return Step(
        "backward", f"all that use {name}",
        f"∂{goal}/∂{name} = Σ w · ∂{goal}/∂z", f"= {numbers}", answer, sentence,
        f"{len(found)} neurons use {name}. What do they send back together?",
        box=part.id,
        sources=tuple(dict.fromkeys(wire.head for wire, _ in found)),
        carried=carried,
        fills=(Fill(part.id, GRADIENT, gradient_text(grad), repr(grad)),),
    )  # fmt: skip


def inside(told: Told, part: Part) -> Iterator[Step]:
    """What happens to a gradient inside a neuron: through its activation, to its weights."""
    assert part.unit is not None
    assert part.run is not None
    node = told.graph.nodes[part.run.total]
    if node.grad is None:
        return
    if part.run.steps:
        yield _through(told, part)
    asked = [i for i in part.unit.parameters if told.graph.nodes[i].grad is not None]
    if asked:
        yield _to_weights(told, part)


def _through(told: Told, part: Part) -> Step:
    assert part.unit is not None
    assert part.run is not None
    goal, name = told.goal, part.name
    output, total_ = told.graph.nodes[part.run.output], told.graph.nodes[part.run.total]
    slope = math.prod(told.graph.nodes[i].slopes[0] for i in part.run.steps)
    grad, down = output.grad or 0.0, total_.grad or 0.0
    numbers, answer = product(slope, grad, down)
    symbol = formula_of_activation(told.row, part)
    activation = part.unit.activation
    first = f"Inside {name}, the sum z moves {name} at rate {number(slope)}, the slope of "
    sentence = (
        f"{first}{activation} here; {name} moves {goal} at {number(grad)}; "
        f"so z moves {goal} at {answer}."
    )
    if slope == 0.0:
        sentence = (
            f"{activation} is flat here, its slope is 0: {name} is off, and nothing flows "
            "through it to its weights."
        )
    return Step(
        "backward", f"through {activation} of {name}",
        f"∂{goal}/∂z({name}) = {symbol} · ∂{goal}/∂{name}", f"= {numbers}", answer, sentence,
        f"{first}{activation} here; {name} moves {goal} at {number(grad)}. "
        f"At which rate does z move {goal}?",
        box=part.id, sources=(part.id,),
        fills=(Fill(part.id, INSIDE, f"z: g {answer}", repr(down)),),
    )  # fmt: skip


def _to_weights(told: Told, part: Part) -> Step:
    assert part.unit is not None
    assert part.run is not None
    goal, name = told.goal, part.name
    it = numbers_of(told.row.network, part.run)
    grad = it.total_grad or 0.0
    sources = told.names.sources(part.unit)
    products = [x * grad for x in it.inputs]
    z = f"z({name})" if part.run.steps else name
    few = len(products) <= FAN
    order = list(range(len(products)))
    if not few:
        order = strongest(products, 2)
    names = [told.names.parameter(index) for index in part.unit.weights]
    each = [f"{names[k]}: {' '.join(product(it.inputs[k], grad, products[k]))}" for k in order]
    bias = part.unit.bias is not None
    of = "z" if part.run.steps else name
    sentence = (
        f"A weight moves {of} at the rate of its input, so its gradient is its input × "
        f"{factor(grad)}: {'; '.join(each)}{'.' if few else '; …'}"
    )
    if bias:
        sentence += f" The bias moves {of} at rate 1: {number(grad)}."
    fills: list[Fill] = []
    gradients = [*products, *([grad] if bias else [])]
    carried = [
        Carried(arrow, "", told.sign_of(x), told.strength(x))
        for arrow, x in zip(told.weight_arrows(part), gradients, strict=False)
    ]
    if told.weights_shown:
        for index, one in zip(part.unit.parameters, gradients, strict=True):
            asked = told.graph.nodes[index].grad is not None
            whole = told.left.get(index, 0.0) + one
            fills.append(
                Fill(f"n{index}", GRADIENT, gradient_text(whole if asked else None), repr(whole))
            )
    if any(told.left.get(index) for index in part.unit.parameters):
        sentence += " What was left from an earlier backward is added."
    note = ""
    if told.row.network.examples > 1:
        note = "from this row alone; the tab “all” adds up the rows"
    best = strongest(products, 1)[0]
    weight = told.names.parameter(part.unit.weights[best])
    numbers, answer = product(it.inputs[best], grad, products[best])
    return Step(
        "backward", f"the weights of {name}",
        f"∂{goal}/∂{weight} = {sources[best]} · ∂{goal}/∂{z}", f"= {numbers}", answer, sentence,
        f"A weight moves {of} at the rate of its input; {of} moves {goal} at {number(grad)}. "
        f"What is the gradient of {weight}?",
        note, part.id, (part.id,), tuple(carried), tuple(fills),
    )  # fmt: skip
