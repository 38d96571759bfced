"""What is known of each box in the picture of one unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ....say.equations import long_total, number
from ...story import Entry
from ..weighing import fsum, sum_in_numbers
from .inside import Inside


def entries(inside: Inside, nudged: Callable[[int], str]) -> Iterator[Entry]:
    """The images, the strongest products, the bias, the sum, the result, and its users."""
    its = inside.its
    down = its.total_grad
    yield Entry("x", "inputs", f"what {inside.spoken} weighs", "", "", "", "")
    yield Entry("w", "weights", f"all {len(its.weights)} of them", "", "", "", "")
    yield Entry("g", "gradients", "of all weights", "", "", "", "")
    for k in inside.spots:
        value = inside.its.inputs[k]
        yield Entry(f"px{k}", f"{inside.sources[k]} in the images", "an input", number(value),
                    repr(value), number(None), "")  # fmt: skip
    if inside.spots and down is not None:
        slope = its.inputs[inside.best] * down
        yield Entry("pg", f"gradient at {inside.sources[inside.best]}", "of that weight", "", "",
                    number(slope), repr(slope))  # fmt: skip
    for k in inside.chosen:
        grad = None if down is None else its.inputs[k] * down
        index = inside.unit.weights[k]
        yield Entry(
            f"p{k}", inside.sources[k], f"weight {number(its.weights[k])} × input",
            number(inside.products[k]), repr(inside.products[k]), number(grad),
            "" if grad is None else repr(grad), formula=inside.product_text(k),
            nudge=nudged(index),
        )  # fmt: skip
    if inside.others:
        yield Entry(
            "others", f"{len(inside.others)} others", "their products, added up",
            number(inside.rest), repr(inside.rest), "", "",
        )  # fmt: skip
    if inside.unit.bias is not None:
        node = inside.graph.nodes[inside.unit.bias]
        yield Entry(
            f"n{inside.unit.bias}", "bias", f"of {inside.spoken}", number(node.value),
            repr(node.value), number(down), "" if down is None else repr(down),
            nudge=nudged(inside.unit.bias),
        )  # fmt: skip
    text, sign = sum_in_numbers(its)
    if inside.run.steps:
        yield Entry(
            inside.total, "z", "the sum", number(its.total), repr(its.total), number(down),
            "" if down is None else repr(down),
            formula=f"z = {text} {sign} {number(its.total)}",
        )  # fmt: skip
    grad = its.grad
    total = ""
    if inside.users and grad is not None:
        numbers, answer = long_total([one.product for one in inside.users], grad)
        total = f"∂{inside.goal}/∂{inside.name} = {numbers} {answer}"
    yield Entry(
        inside.out, inside.name, inside.unit.activation or "the sum", number(its.value),
        repr(its.value), number(grad), "" if grad is None else repr(grad), total=total,
    )  # fmt: skip
    for k, one in enumerate(inside.top_users):
        yield Entry(
            f"u{k}", inside.user_name(one.consumer), f"uses {inside.name}", "", "",
            number(one.product), repr(one.product),
        )  # fmt: skip
    if inside.more_users:
        rest = fsum(one.product for one in inside.more_users)
        yield Entry(
            "us", f"{len(inside.more_users)} others", f"use {inside.name}", "", "", number(rest),
            repr(rest),
        )  # fmt: skip
