"""Weighted sums and activations written out, in numbers that a calculator can follow."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from autograd import Graph, Op
from autograd.primitive import unchecked

from ...say.equations import digits_for, factor, number, relation, seen, strongest
from ...see.neurons import Network, Run

FEW = 4  # inputs of a neuron whose weighted sum is written out in full


@dataclass(frozen=True, slots=True)
class Weighted:
    """The numbers of one run: its weights, its inputs, its bias, their sum, and the result."""

    weights: tuple[float, ...]
    inputs: tuple[float, ...]
    bias: float | None
    total: float
    value: float
    total_grad: float | None
    grad: float | None

    @property
    def products(self) -> list[float]:
        """Weight × input, for each input."""
        return [w * x for w, x in zip(self.weights, self.inputs, strict=True)]


def numbers_of(network: Network, run: Run) -> Weighted:
    """The numbers of one run."""
    graph = network.graph
    total, output = graph.nodes[run.total], graph.nodes[run.output]
    half = len(total.operands) // 2
    return Weighted(
        weights=total.inputs[:half],
        inputs=total.inputs[half : 2 * half],
        bias=total.inputs[2 * half] if len(total.inputs) % 2 else None,
        total=total.value,
        value=output.value,
        total_grad=total.grad,
        grad=output.grad,
    )


def sum_in_numbers(it: Weighted) -> tuple[str, str]:
    """``−0.8 × 1 + 0.4 × 1 + 0.2`` and the sign before the sum; the strongest of many products.

    >>> sum_in_numbers(Weighted((0.5, -0.8), (2.0, -1.0), 0.1, 1.9, 1.9, None, None))
    ('0.5 × 2 + (−0.8) × (−1) + 0.1', '=')
    """
    bias = [] if it.bias is None else [it.bias]
    if len(it.weights) <= FEW:
        return _in_full(it, bias)
    products = it.products
    chosen = strongest(products)
    named = [products[k] for k in chosen]
    others = fsum(x for k, x in enumerate(products) if k not in set(chosen))
    digits, sign = digits_for(_plus, [*named, others, *bias], it.total)
    first, *rest = named
    left = len(products) - len(named)
    parts = [number(first, digits), *[factor(x, digits) for x in rest]]
    parts.append(f"{factor(others, digits)} ({left:,} other{'s' * (left > 1)})")
    parts += [factor(b, digits) for b in bias]
    return " + ".join(parts), sign


def _in_full(it: Weighted, bias: Sequence[float]) -> tuple[str, str]:
    numbers = [*it.weights, *it.inputs, *bias]
    digits, sign = digits_for(_dot(len(it.weights)), numbers, it.total)
    parts: list[str] = []
    for w, x in zip(it.weights, it.inputs, strict=True):
        left = factor(w, digits) if parts else number(w, digits)
        parts.append(f"{left} × {factor(x, digits)}")
    return " + ".join([*parts, *[factor(b, digits) for b in bias]]), sign


def _dot(count: int) -> Callable[..., Fraction]:
    """The weighted sum of so many weights, their inputs, and a bias."""

    def calculate(*numbers: Fraction) -> Fraction:
        pairs = zip(numbers[:count], numbers[count : 2 * count], strict=True)
        return _plus(*[w * x for w, x in pairs], *numbers[2 * count :])

    return calculate


def activation_of(graph: Graph, index: int) -> tuple[str, str]:
    """An activation by name, and its numbers besides its operand: ``leaky_relu`` and ``, 0.01``."""
    node = graph.nodes[index]
    assert node.op is not None
    return node.op.name, "".join(f", {number(x)}" for x in node.inputs[1:])


def activated(graph: Graph, index: int) -> str:
    """The sign between an activation of a shown number and its shown result."""
    node = graph.nodes[index]
    assert node.op is not None
    x, *rest = node.inputs
    return _sign(node.op, [float(seen(x)) if math.isfinite(x) else x, *rest], node.value)


def activated_sum(graph: Graph, index: int, it: Weighted) -> tuple[str, str]:
    """A neuron's sum as it stands within its activation, and the sign before the result."""
    node = graph.nodes[index]
    assert node.op is not None
    if len(it.weights) > FEW:
        return number(it.total), activated(graph, index)
    bias = [] if it.bias is None else [it.bias]
    text, _ = _in_full(it, bias)
    numbers = [*it.weights, *it.inputs, *bias]
    if not all(map(math.isfinite, numbers)):
        return text, "="
    digits, _ = digits_for(_dot(len(it.weights)), numbers, it.total)
    total = _dot(len(it.weights))(*[seen(x, digits) for x in numbers])
    return text, _sign(node.op, [float(total), *node.inputs[1:]], node.value)


def _sign(op: Op, operands: Sequence[float], result: float) -> str:
    if not (all(map(math.isfinite, operands)) and math.isfinite(result)):
        return "="
    try:
        with unchecked():
            found = float(op.forward(*operands))
    except (ArithmeticError, ValueError):
        return "≈"
    return relation(found, result) if math.isfinite(found) else "≈"


def fsum(terms: Iterable[float]) -> float:
    """The sum, rounded once; inf and nan go by IEEE."""
    each = list(terms)
    try:
        return math.fsum(each)
    except (OverflowError, ValueError):
        return float(sum(each))


def _plus(*terms: Fraction) -> Fraction:
    return sum(terms, Fraction(0))
