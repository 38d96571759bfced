"""Sentences and equations about a recorded pass, composed from its `Graph`.

A reader has a pocket calculator and only the digits on the page. So ``=`` is written only where
the shown numbers give the shown result, rounded at its last shown digit; elsewhere ``≈``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from autograd import Contribution, Graph, Node
from viz.numbers import DIGITS, show, shown

MINUS = "\u2212"
_EXACT = Context(prec=200, rounding=ROUND_HALF_UP)
_RATIONAL = {"add", "sub", "mul", "div", "neg", "sum", "dot"}
_POWERS = {"2": "²", "3": "³"}


@dataclass(frozen=True, slots=True)
class Step:
    """How one gradient came about: in a sentence, and as an equation."""

    name: str
    words: str
    equation: str


# --- numbers --------------------------------------------------------------------------------------


def number(x: float, digits: int = DIGITS) -> str:
    """x as in a text: without a plus.

    >>> number(0.64), number(-0.8), number(0.0)
    ('0.64', '−0.8', '0')
    """
    return show(x, digits).removeprefix("+")


def share(x: float) -> str:
    """A share in hundredths, as exact as it is.

    >>> share(0.995), share(1.0), share(2 / 3)
    ('99.5 %', '100 %', '66.67 %')
    """
    return f"{100.0 * x:.4g} %"


def factor(x: float, digits: int = DIGITS) -> str:
    """x as a later part of a product or a difference: a negative one in brackets.

    >>> factor(0.64), factor(-0.8)
    ('0.64', '(−0.8)')
    """
    text = number(x, digits)
    return f"({text})" if text.startswith(MINUS) else text


def seen(x: float, digits: int = DIGITS) -> Fraction:
    """The number that a reader of x has in front of him.

    >>> seen(0.12345) == Fraction("0.1235")
    True
    """
    return Fraction(shown(x, digits))


def relation(calculated: Fraction | float, result: float) -> str:
    """``=`` if what a calculator gives, rounded as ``result`` is shown, is what is shown.

    >>> relation(seen(0.64) * seen(-0.8), -0.512), relation(0.2162 * 3.771, 0.2162 * 3.7705)
    ('=', '≈')
    """
    exact = Fraction(repr(calculated)) if isinstance(calculated, float) else calculated
    decimal = _EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    wanted = shown(result)
    if not wanted:
        return "≈" if decimal else "="
    return "=" if decimal.quantize(wanted, context=_EXACT) == wanted else "≈"


# --- the forward pass -----------------------------------------------------------------------------


def forward(graph: Graph) -> list[str]:
    """How each operation got its value, from the inputs on: an equation each.

    >>> from autograd import Value
    >>> x = Value(3.0, label="x")
    >>> y = x * 0.5 - 4.0
    >>> y.label = "y"
    >>> forward(Graph(y))
    ['x × 0.5 = 3 × 0.5 = 1.5', 'y = (x × 0.5) − 4 = 1.5 − 4 = −2.5']
    """
    return [_computed(graph, node) for node in graph if node.op is not None]


def _computed(graph: Graph, node: Node) -> str:
    assert node.op is not None
    symbols = _formula(node, [name(graph, i) for i in node.operands])
    numbers = _formula(node, [number(node.inputs[0]), *map(factor, node.inputs[1:])])
    if node.op.name in _RATIONAL:
        calculated: Fraction | float = node.op.forward(*map(seen, node.inputs))
    else:
        calculated = node.op.forward(*[float(seen(x)) for x in node.inputs])
    left = f"{node.label} = " if node.label else ""
    result = f"{relation(calculated, node.value)} {number(node.value)}"
    return f"{left}{symbols} = {numbers} {result}"


def _formula(node: Node, operands: Sequence[str]) -> str:
    """An operation written out, with names or with numbers: ``w1·x1 + w2·x2 + b``."""
    assert node.op is not None
    if node.op.name == "dot":
        n = len(operands) // 2
        pairs = [f"{w} × {x}" for w, x in zip(operands[:n], operands[n : 2 * n], strict=True)]
        return " + ".join([*pairs, *operands[2 * n :]])
    if node.op.name == "sum":
        return " + ".join(operands)
    if len(operands) == 2 and not node.op.symbol.isalpha():
        return f"{operands[0]} {node.op.symbol} {operands[1]}"
    return f"{node.op.symbol}({', '.join(map(_without_brackets, operands))})"


def name(graph: Graph, index: int) -> str:
    """What a node is called: its label, else its number, else how it was computed."""
    node = graph.nodes[index]
    if node.label:
        return node.label
    if node.op is None:
        return number(node.value)
    operands = [name(graph, i) for i in node.operands]
    text = _formula(node, operands)
    stands_alone = text.startswith(f"{node.op.symbol}(") or not graph.consumers(index)
    return text if stands_alone else f"({text})"


def _without_brackets(text: str) -> str:
    """``(a × 3)`` as the only thing between other brackets."""
    return text[1:-1] if re.fullmatch(r"\([^()]*\)", text) else text


# --- the backward pass ----------------------------------------------------------------------------


def backward(graph: Graph) -> list[Step]:
    """How each gradient came about: rates are multiplied, paths are added.

    Operations from the root back, then the leaves in their own order.

    >>> from autograd import Value
    >>> x = Value(3.0, label="x")
    >>> y = x * x
    >>> y.label = "y"
    >>> print(*[step.words for step in backward(Graph(y))])
    x goes into y twice, and moves it at rates 3 and 3; added up, x moves y at 6.
    """
    asked = [n for n in graph if n.grad is not None and n.index not in graph.roots]
    operations = [node for node in reversed(asked) if node.op is not None]
    leaves = [node for node in asked if node.op is None]
    return [_explained(graph, node) for node in operations + leaves]


def _explained(graph: Graph, node: Node) -> Step:
    assert node.grad is not None
    me, root = name(graph, node.index), name(graph, graph.roots[0])
    paths = graph.contributions(node.index)
    terms = [_Term.of(graph, path) for path in paths]
    symbols = " + ".join(term.symbols for term in terms)
    numbers = " + ".join([terms[0].numbers, *[term.later for term in terms[1:]]])
    equation = f"∂{root}/∂{me} = {symbols}"
    if numbers != symbols:
        equation += f" = {numbers}"
    if numbers != number(node.grad):
        calculated = sum((term.calculated for term in terms), Fraction(0))
        equation += f" {relation(calculated, node.grad)} {number(node.grad)}"
    return Step(me, _in_words(graph, me, root, node.grad, paths), equation)


@dataclass(frozen=True, slots=True)
class _Term:
    """One path's share of a gradient: slope × upstream, in symbols and in numbers.

    ``later`` is how the numbers are written behind a plus.
    """

    symbols: str
    numbers: str
    later: str
    calculated: Fraction

    @classmethod
    def of(cls, graph: Graph, path: Contribution) -> _Term:
        slope = slope_formula(graph, path.consumer, path.position) or "slope"
        if path.consumer in graph.roots and path.upstream == 1.0:
            return cls(slope, number(path.slope), factor(path.slope), seen(path.slope))
        upstream = f"∂{name(graph, graph.roots[0])}/∂{name(graph, path.consumer)}"
        numbers = f"{number(path.slope)} × {factor(path.upstream)}"
        calculated = seen(path.slope) * seen(path.upstream)
        return cls(f"{_bracketed(slope)} · {upstream}", numbers, numbers, calculated)


def _in_words(graph: Graph, me: str, root: str, grad: float, paths: Sequence[Contribution]) -> str:
    first = paths[0]
    consumer = name(graph, first.consumer)
    if len(paths) > 1 and all(path.consumer == first.consumer for path in paths):
        times = "twice" if len(paths) == 2 else f"{len(paths)} times"
        rates = _listed([number(path.slope) for path in paths])
        onwards = (
            "" if consumer == root else f"; {consumer} moves {root} at {number(first.upstream)}"
        )
        return (
            f"{me} goes into {consumer} {times}, and moves it at rates {rates}{onwards}; "
            f"added up, {me} moves {root} at {number(grad)}."
        )
    clauses = []
    for path in paths:
        consumer = name(graph, path.consumer)
        rate = f"{me} moves {consumer} at rate {number(path.slope)}"
        if consumer == root:
            clauses.append(rate)
        else:
            clauses.append(f"{rate}; {consumer} moves {root} at {number(path.upstream)}")
    if len(paths) == 1 and consumer == root:
        return f"{clauses[0]}."
    so = "so" if len(paths) == 1 else "added up over these paths,"
    return f"{'; '.join(clauses)}; {so} {me} moves {root} at {number(grad)}."


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def slope_formula(graph: Graph, consumer: int, position: int) -> str:
    """A local derivative in the names of the graph: ``1 − o²``; empty if the table has none.

    >>> from autograd import Value
    >>> o = Value(0.5, label="z").tanh()
    >>> o.label = "o"
    >>> slope_formula(Graph(o), 1, 0)
    '1 − o²'
    """
    node = graph.nodes[consumer]
    assert node.op is not None
    names = [name(graph, i) for i in node.operands]
    if node.op.name == "dot":
        n = len(names) // 2
        return "1" if position >= 2 * n else names[(position + n) % (2 * n)]
    if node.op.name == "sum":
        return "1"
    if position >= len(node.op.formulas):
        return ""
    letters = dict(zip("xyw", names, strict=False)) | {"z": name(graph, consumer)}
    text = re.sub(r"\b[xywz]\b", lambda found: letters[found.group()], node.op.formulas[position])
    text = re.sub(r"\*\*([23])\b", lambda found: _POWERS[found.group(1)], text)
    return text.replace("**", "^").replace("*", " · ").replace("-", MINUS)


def _bracketed(text: str) -> str:
    return f"({text})" if any(sign in text for sign in (" + ", f" {MINUS} ")) else text


# --- checks ---------------------------------------------------------------------------------------


def nudge(what: str, of: str, by: float, slope: float, measured: float) -> str:
    """The gradient held against a measurement.

    >>> nudge("w1", "L", 0.001, -1.024, -0.00102067)
    'Raise w1 by 0.001: the gradient predicts that L changes by −0.001024; measured: −0.001021.'
    """
    assert math.isfinite(measured)
    return (
        f"Raise {what} by {number(by)}: the gradient predicts that {of} changes by "
        f"{number(slope * by)}; measured: {number(measured)}."
    )
