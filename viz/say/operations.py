"""An operation as a true equation, ``o = tanh(z) = tanh(0.6931) = 0.6``, and its slopes.

In formulas x, y, w, a, b and c are the operands, as in the operation table; z is the result.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from autograd import Op
from autograd.primitive import unchecked

from ..see.sizes import fsum
from . import equations
from .equations import TERMS, Calculated, digits_for, factor, number, strongest
from .typesetting import (
    PRODUCT,
    SUM,
    Text,
    calculated,
    named,
    numbered,
    parsed,
    simplified,
    typeset,
)

LETTERS = "xywabc"
LONG_DOT = 4  # products; a longer weighted sum has only its strongest written out

_FORMULAS = {
    "add": "x + y",
    "sub": "x - y",
    "mul": "x*y",
    "div": "x/y",
    "neg": "-x",
    "pow": "x**y",
    "exp_product": "exp(x*y)",
    "abs": "abs(x)",
    "greater": "1 if x > y else 0",
    "less": "1 if x < y else 0",
    "equal": "1 if x == y else 0",
    "where": "y",
    "copy": "x",
    "clip": "clip(x, y, w)",
    "leaky_relu": "leaky_relu(x, y)",
    "direction": "x/sqrt(x*x + y*y)",
    "asin_slope": "1/sqrt(1 - x*x)",
}


@dataclass(frozen=True, slots=True)
class Term:
    """One operand in an equation; ``is_number``: its name is its number."""

    name: str
    value: float
    position: int
    is_number: bool = False

    @property
    def text(self) -> Text:
        """The name as a piece of a formula."""
        return numbered(self.name) if self.is_number else named(self.name)


@dataclass(frozen=True, slots=True)
class Equation:
    """``o = tanh(z)``, ``= tanh(0.6931) =`` and ``0.6``."""

    symbols: str
    numbers: str
    answer: str

    @property
    def whole(self) -> str:
        """All of it in one line."""
        return " ".join(part for part in (self.symbols, self.numbers, self.answer) if part)


def formula(op: Op, count: int) -> str:
    """The value of an operation of so many operands as a formula; empty if there is none.

    >>> from autograd import ops
    >>> formula(ops.ALL["pow"], 2), formula(ops.ALL["logsumexp"], 2), formula(ops.ALL["sum"], 2)
    ('x**y', 'log(exp(x) + exp(y))', '')
    """
    if op.name in _FORMULAS:
        return _FORMULAS[op.name]
    if op.name == "logsumexp" and count <= len(LETTERS):
        return f"log({' + '.join(f'exp({letter})' for letter in LETTERS[:count])})"
    if op.name == "surprise" and count <= len(LETTERS):
        return f"log({' + '.join(['1', *[f'exp({y} - x)' for y in LETTERS[1:count]]])})"
    if op.arity is None or op.arity > len(LETTERS):
        return ""
    name = op.symbol if op.symbol.isidentifier() else op.name
    return f"{name}({', '.join(LETTERS[: op.arity])})"


def slope_formula(op: Op, position: int, count: int) -> str:
    """A local derivative as a formula of operands and the result z; empty if there is none.

    >>> from autograd import ops
    >>> slope_formula(ops.ALL["tanh"], 0, 1), slope_formula(ops.ALL["logsumexp"], 1, 2)
    ('1 - z**2', 'exp(y - z)')
    """
    if count > len(LETTERS):
        return ""
    if op.name == "logsumexp":
        return f"exp({LETTERS[position]} - z)"
    if op.name == "surprise":
        return f"exp({LETTERS[position]} - x - z)" if position else "exp(-z) - 1"
    return op.formulas[position] if len(op.formulas) == count else ""


# --- values ---------------------------------------------------------------------------------------


def equation_of(op: Op, terms: Sequence[Term], result: float) -> Equation:
    """How the result of an operation follows from its operands; ``symbols`` without a left side."""
    if op.name == "sum":
        return _sum(terms, result)
    if op.name == "dot":
        return _dot(terms, result)
    if op.name == "prod" and len(terms) <= TERMS:
        return _prod(op, terms, result)
    return _plain(op, terms, result)


def _plain(op: Op, terms: Sequence[Term], result: float) -> Equation:
    if len(terms) > TERMS:
        return Equation(f"{op.symbol}({terms[0].name}, …, {terms[-1].name})", "=", number(result))
    digits, sign = digits_for(_calculator(op), [term.value for term in terms], result)
    shown = [numbered(number(term.value, digits)) for term in terms]
    tree = parsed(formula(op, len(terms)))
    if tree is None:
        symbols = f"{op.symbol}({', '.join(term.text.text for term in terms)})"
        numbers = f"{op.symbol}({', '.join(text.text for text in shown)})"
    else:
        words = dict(zip(LETTERS, [term.text for term in terms], strict=False))
        symbols = typeset(tree, words).text
        numbers = typeset(tree, dict(zip(LETTERS, shown, strict=False)), "×").text
    if isinstance(tree, ast.Name):  # a copy, or what was chosen
        return Equation(symbols, "=", number(result))
    return Equation(symbols, f"= {numbers} {sign}", number(result))


def _calculator(op: Op) -> Any:
    """An operation as a calculator that gets the shown digits: exact where the row is rational."""

    def calculate(*inputs: Fraction) -> Calculated:
        exact = op.rational and not (op.name == "pow" and abs(inputs[1]) > 9)
        with unchecked():
            found: Calculated = op.forward(*(inputs if exact else map(float, inputs)))
        return found

    return calculate


def _sum(terms: Sequence[Term], result: float) -> Equation:
    values = [term.value for term in terms]
    numbers, answer = equations.long_total(values, result)
    names = _several([term.text.within(SUM) for term in terms], values)
    return Equation(names, f"= {numbers}", answer)


def _several(names: Sequence[str], values: Sequence[float], most: int = TERMS) -> str:
    """``b + p1 + p2``; of many the strongest, and how many there are besides."""
    if len(names) <= most:
        return " + ".join(names)
    chosen = strongest(values)
    return " + ".join([*[names[k] for k in chosen], f"… ({len(names) - len(chosen):,})"])


def _dot(terms: Sequence[Term], result: float) -> Equation:
    half = len(terms) // 2
    pairs = list(zip(terms[:half], terms[half : 2 * half], strict=True))
    bias = list(terms[2 * half :])
    values = [w.value * x.value for w, x in pairs] + [b.value for b in bias]
    names = [f"{w.text.within(PRODUCT)} · {x.text.within(PRODUCT)}" for w, x in pairs]
    symbols = _several(names + [b.text.text for b in bias], values)
    if len(values) > TERMS:
        numbers, answer = equations.long_total(values, result)
        return Equation(symbols, f"= {numbers}", answer)
    digits, sign = digits_for(_inner, [term.value for term in terms], result)
    return Equation(symbols, f"= {_written(pairs, bias, digits)} {sign}", number(result))


def _written(pairs: Sequence[tuple[Term, Term]], bias: Sequence[Term], digits: int) -> str:
    lead = [number, *[factor] * (len(pairs) + len(bias))]  # what leads needs no brackets
    texts = [
        f"{write(w.value, digits)} × {factor(x.value, digits)}"
        for write, (w, x) in zip(lead, pairs, strict=False)
    ]
    texts += [lead[len(texts)](b.value, digits) for b in bias]
    return " + ".join(texts)


def _inner(*inputs: Fraction) -> Fraction:
    half = len(inputs) // 2
    products = [w * x for w, x in zip(inputs[:half], inputs[half : 2 * half], strict=True)]
    return sum(products, Fraction(0)) + sum(inputs[2 * half :], Fraction(0))


def _prod(op: Op, terms: Sequence[Term], result: float) -> Equation:
    digits, sign = digits_for(_calculator(op), [term.value for term in terms], result)
    first, *rest = [term.value for term in terms]
    shown = " × ".join([number(first, digits), *[factor(x, digits) for x in rest]])
    symbols = " · ".join(term.text.within(PRODUCT) for term in terms)
    return Equation(symbols, f"= {shown} {sign}", number(result))


def mean_of(terms: Sequence[Term], count: float, result: float) -> Equation:
    """A sum that is divided: ``(0.1 + 0.3) / 2``."""
    values = [term.value for term in terms]
    shown = equations.long_total(values, sum(values))[0].rpartition(" ")[0]
    if len(values) > TERMS:  # the strongest are shown, and what the others add up to
        chosen = strongest(values)
        others = fsum(x for k, x in enumerate(values) if k not in set(chosen))
        values = [*[values[k] for k in chosen], others]

    def calculate(*numbers: Fraction) -> Fraction:
        *parts, divisor = numbers
        return sum(parts, Fraction(0)) / divisor

    _, sign = digits_for(calculate, [*values, count], result)
    names = _several([term.text.within(SUM) for term in terms], [t.value for t in terms], 4)
    symbols = f"({names}) / {number(count)}"
    return Equation(symbols, f"= ({shown}) / {factor(count)} {sign}", number(result))


def neuron_of(
    steps: Sequence[tuple[Op, Sequence[float]]], terms: Sequence[Term], total: float, result: float
) -> Equation:
    """A weighted sum and the activations that follow it, each with its own further operands."""
    inner = _dot(terms, total)
    half = len(terms) // 2
    is_short = half <= LONG_DOT
    if not steps:
        return inner
    names, more = _nested(steps)
    symbols = f"{names}({inner.symbols}{more})" + ")" * names.count("(")
    if len(steps) > 1:
        return Equation(symbols, "=", number(result))
    op, extra = steps[0]
    text, seen = number(total), equations.as_seen(total)
    if is_short:
        pairs = list(zip(terms[:half], terms[half : 2 * half], strict=True))
        values = [term.value for term in terms]
        digits, _ = digits_for(_inner, values, total)
        text = _written(pairs, terms[2 * half :], digits)
        seen = equations.calculated_of(_inner, values, digits)
    sign = applied(op, [seen, *extra], result)
    return Equation(symbols, f"= {op.name}({text}{more}) {sign}", number(result))


def _nested(steps: Sequence[tuple[Op, Sequence[float]]]) -> tuple[str, str]:
    """``tanh`` and the numbers behind its operand, ``, 0.01``; of several ``relu(tanh``."""
    more = "".join(f", {number(x)}" for x in steps[0][1])
    return "(".join(op.name for op, _ in reversed(steps)), more


def applied(op: Op, inputs: Sequence[float], result: float) -> str:
    """The sign between an operation of the numbers that a calculator has and its shown result."""
    if not all(map(math.isfinite, (*inputs, result))):
        return "="
    try:
        with unchecked():
            found = float(op.forward(*inputs))
    except (ArithmeticError, ValueError):
        return "≈"
    return equations.relation(found, result) if math.isfinite(found) else "≈"


# --- slopes ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slope:
    """A local derivative in symbols, and how its number follows: ``1 − o² = 1 − 0.6² = 0.64``.

    ``rule`` is empty where there is nothing to calculate, or no calculator comes near.
    """

    symbols: Text
    rule: str = ""
    is_kink: bool = False


def slope_of(op: Op, terms: Sequence[Term], position: int, result: Term, slope: float) -> Slope:
    """The local derivative of an operation towards one of its operands, as the table writes it."""
    found = _simple(op, terms, position)
    if found is None:
        tree = parsed(slope_formula(op, position, len(terms)))
        found = None if tree is None else _by_formula(terms, tree, result, slope)
    if found is None:
        receiver = next(term for term in terms if term.position == position)
        found = Slope(Text(f"∂{result.text.text}/∂{receiver.text.text}"))
    if op.name != "pow" and _is_kink(op, terms):  # a power is smooth at 0, or infinitely steep
        return Slope(found.symbols, is_kink=True)
    return found


def _simple(op: Op, terms: Sequence[Term], position: int) -> Slope | None:
    if op.name in ("sum", "add"):
        return Slope(Text("1"))
    if op.name == "mul":
        return Slope(terms[1 - position].text)
    if op.name == "dot":
        half = len(terms) // 2
        paired = (position + half) % (2 * half)
        return Slope(Text("1") if position >= 2 * half else terms[paired].text)
    if op.name == "prod" and len(terms) <= TERMS:
        others = [term.text.within(PRODUCT) for term in terms if term.position != position]
        return Slope(Text(" · ".join(others), PRODUCT) if others else Text("1"))
    return None


def _is_kink(op: Op, terms: Sequence[Term]) -> bool:
    with unchecked():
        return any(distance == 0 for distance in op.kinks(*[term.value for term in terms]))


def _by_formula(terms: Sequence[Term], tree: ast.expr, result: Term, slope: float) -> Slope | None:
    """The formula with names and numbers; None where it does not hold, as at a kink."""
    lettered = list(zip(LETTERS, terms, strict=False))
    inputs = {letter: term.value for letter, term in lettered} | {"z": result.value}
    if not _agrees(calculated(tree, inputs), slope):
        return None
    known = {letter: term.value for letter, term in lettered if term.is_number}
    tree = simplified(tree, known)
    symbols = typeset(tree, {letter: term.text for letter, term in [*lettered, ("z", result)]})
    if isinstance(tree, (ast.Name, ast.Constant, ast.IfExp)):
        return Slope(symbols)
    return Slope(symbols, _rule(tree, symbols, inputs, slope))


def _rule(tree: ast.expr, symbols: Text, inputs: dict[str, float], value: float) -> str:
    names = list(inputs)

    def calculate(*numbers: Fraction) -> float:
        return calculated(tree, dict(zip(names, map(float, numbers), strict=True)))

    given = [inputs[name] for name in names]
    if not equations.is_fair(calculate, given, value) or symbols.text == number(value):
        return ""
    digits, sign = digits_for(calculate, given, value)
    shown = {name: numbered(number(inputs[name], digits)) for name in names}
    numbers = typeset(tree, shown, "×").text
    middle = f" = {numbers}" if numbers not in (symbols.text, number(value)) else ""
    return f"{symbols.text}{middle} {sign} {number(value)}"


def _agrees(found: float, value: float) -> bool:
    if found != found or value != value:
        return found != found and value != value
    return found == value or abs(found - value) <= 1e-6 * max(abs(found), abs(value))
