"""An operation as a true equation, ``o = tanh(z) = tanh(0.6931) = 0.6``, and its slopes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from autograd import Op
from autograd.primitive import nothing

from ..lessons.lesson import Quantity, times
from .formula import (
    LETTERS,
    PRODUCT,
    STRONGEST,
    SUM,
    TERMS,
    Piece,
    Tree,
    named,
    numbered,
    parsed,
    simplified,
    typeset,
)
from .text import Condition, Derived, Largest, Shown, Text, Whether, Worked, either, joined

LONG_DOT = 4  # products; in an activation, only the result of a longer weighted sum is shown

_FORMULAS = {
    "add": "x + y",
    "sub": "x - y",
    "mul": "x*y",
    "div": "x/y",
    "neg": "-x",
    "pow": "x**y",
    "square": "x**2",
    "exp_product": "exp(x*y)",
    "greater": "1 if x > y else 0",
    "less": "1 if x < y else 0",
    "equal": "1 if x == y else 0",
    "where": "y",
    "copy": "x",
    "direction": "x/sqrt(x*x + y*y)",
    "asin_slope": "1/sqrt(1 - x*x)",
}
_VARIADIC = "sum", "dot", "prod", "logsumexp", "surprise"


class Term(NamedTuple):
    """One operand in an equation; ``is_number``: its name is its number."""

    name: str
    what: Quantity
    position: int
    is_number: bool = False
    value: float = 0.0

    @property
    def piece(self) -> Piece:
        """The name as a piece of a formula."""
        return numbered(self.name) if self.is_number else named(self.name)


class Equation(NamedTuple):
    """``o = tanh(z)``, ``= tanh(0.6931) =`` and ``0.6``."""

    symbols: Text
    numbers: Text
    answer: Text


def formula_of(op: Op, count: int) -> Tree | None:  # noqa: PLR0911 - a case each
    """The value of an operation of so many operands; None where it cannot be written.

    >>> from autograd import ops
    >>> formula_of(ops.ALL["pow"], 2), formula_of(ops.ALL["dot"], 5)
    (('**', 0, 1), ('+', ('*', 0, 2), ('*', 1, 3), 4))
    """
    if op.name in _FORMULAS:
        return parsed(_FORMULAS[op.name], count)
    if op.name == "sum":
        return ("+", *range(count))
    if op.name == "dot":
        return ("+", *_products(count))
    if count > TERMS:
        return None
    if op.name == "prod":
        return ("*", *range(count))
    if op.name == "logsumexp":
        return ("call", "log", ("+", *[("call", "exp", k) for k in range(count)]))
    if op.name == "surprise":
        powers = [("call", "exp", ("-", k, 0)) for k in range(1, count)]
        return ("call", "log", ("+", ("number", 1), *powers))
    return ("call", op.name, *range(count))


def slope_formula(op: Op, position: int, count: int) -> Tree | None:  # noqa: PLR0911 - a case each
    """A local derivative, of the operands and, behind them, the result; None without a formula.

    >>> from autograd import ops
    >>> slope_formula(ops.ALL["tanh"], 0, 1), slope_formula(ops.ALL["logsumexp"], 1, 2)
    (('-', ('number', 1), ('**', 1, ('number', 2))), ('call', 'exp', ('-', 1, 2)))
    """
    half = count // 2
    if op.name == "sum" or (op.name == "dot" and position >= 2 * half):
        return ("number", 1)
    if op.name == "dot":
        return (position + half) % (2 * half)
    if count > len(LETTERS):
        return None
    if op.name == "prod":
        others = [k for k in range(count) if k != position]
        return ("*", *others) if others else ("number", 1)
    if op.name == "logsumexp":
        return ("call", "exp", ("-", position, count))
    if op.name == "surprise":
        text = f"exp({LETTERS[position]} - x - z)" if position else "exp(-z) - 1"
        return parsed(text, count)
    return parsed(op.formulas[position], count) if len(op.formulas) == count else None


# --- values ---------------------------------------------------------------------------------------


def written(symbols: Text, tree: Tree, terms: Sequence[Quantity], result: Quantity) -> Equation:
    """An equation whose right side is a formula in numbers."""
    return Equation(symbols, joined("= ", Worked(tree, tuple(terms), result)), Shown(result))


def equation_of(op: Op, terms: Sequence[Term], result: Quantity) -> Equation:
    """How the result of an operation follows from its operands; ``symbols`` without a left side."""
    tree = formula_of(op, len(terms))
    if tree is None:
        shown = terms if len(terms) <= TERMS else (terms[0], terms[-1])
        names = (", " if len(terms) <= TERMS else ", …, ").join([term.name for term in shown])
        return Equation(f"{op.symbol}({names})", "=", Shown(result))
    pieces = [term.piece for term in terms]
    if isinstance(tree, int):  # a copy, or what was chosen
        return Equation(pieces[tree].text, "=", Shown(result))
    symbols: Text = several(terms, tree[1:]) if tree[0] == "+" else typeset(tree, pieces).text
    return written(symbols, tree, [term.what for term in terms], result)


def several(terms: Sequence[Term], parts: Sequence[Tree], most: int = TERMS) -> Text:
    """``b + p1 + w · x``; of many parts the largest, and how many there are besides."""
    pieces = [term.piece for term in terms]
    if len(parts) <= most:
        return typeset(("+", *parts), pieces).text
    names = [typeset(part, pieces, leads=False).within(SUM) for part in parts]
    sizes = [
        terms[part].what if isinstance(part, int) else times(*[terms[k].what for k in part[1:]])
        for part in parts
    ]
    largest = Largest(tuple(sizes), tuple(names), STRONGEST, " + ")
    return joined(largest, f" + … ({len(names) - STRONGEST:,})")


def mean_of(terms: Sequence[Term], count: Quantity, result: Quantity) -> Equation:
    """A sum that is divided: ``(0.1 + 0.3) / 2``."""
    tree = ("+", *range(len(terms)))
    symbols = joined("(", several(terms, range(len(terms)), 4), ") / ", Shown(count))
    return written(symbols, ("/", tree, len(terms)), [*[t.what for t in terms], count], result)


def neuron_of(
    steps: Sequence[tuple[Op, Sequence[Quantity]]],
    terms: Sequence[Term],
    total: Quantity,
    result: Quantity,
) -> Equation:
    """A weighted sum and the activations that follow it, each with its own further operands."""
    parts = _products(len(terms))
    tree: Tree = ("+", *parts)
    inner = several(terms, parts)
    whats = [term.what for term in terms]
    if not steps:
        return written(inner, tree, whats, total)
    op, extra = steps[0]
    more = [part for x in extra for part in (", ", Shown(x))]
    names = "(".join(op.name for op, _ in reversed(steps))
    symbols = joined(f"{names}(", inner, *more, ")" * len(steps))
    if len(steps) > 1:
        return Equation(symbols, "=", Shown(result))
    if len(terms) // 2 > LONG_DOT:
        tree, whats = 0, [total]
    behind = range(len(whats), len(whats) + len(extra))
    return written(symbols, ("call", op.name, tree, *behind), [*whats, *extra], result)


def _products(count: int) -> list[Tree]:
    half = count // 2
    return [*[("*", k, k + half) for k in range(half)], *range(2 * half, count)]


# --- slopes ---------------------------------------------------------------------------------------


class Slope(NamedTuple):
    """A local derivative in symbols, and how its number follows: ``1 − o² = 1 − 0.6² = 0.64``.

    Where the formula does not hold, as at a kink, it is ``other``.
    """

    piece: Piece
    holds: Whether = True
    other: Piece = Piece("")
    rule: Text = ""
    kink: Whether = False

    def factor(self, *, leads: bool) -> Text:
        """The slope as a factor in front of others; what ``leads`` may be negative."""
        return either(
            self.holds, _factor(self.piece, leads=leads), _factor(self.other, leads=leads)
        )


def _factor(piece: Piece, *, leads: bool) -> str:
    text = piece.within(PRODUCT, leads=leads)
    is_quotient = piece.holds == PRODUCT and " / " in text and text[0] != "("
    return f"({text})" if is_quotient else text


def slope_of(op: Op, terms: Sequence[Term], position: int, result: Term, slope: Quantity) -> Slope:
    """The local derivative of an operation towards one of its operands, as the table writes it."""
    receiver = next(term for term in terms if term.position == position)
    other = Piece(f"∂{result.piece.text}/∂{receiver.piece.text}")
    whats = tuple([term.what for term in terms])
    smooth = op.kinks is nothing or op.name == "pow"  # smooth at 0, or infinitely steep
    kink: Whether = False if smooth else Condition("kink", (op.name, whats))
    tree = slope_formula(op, position, len(terms))
    if tree is None:
        return Slope(other, kink=kink)
    tree = simplified(tree, {k: term.value for k, term in enumerate(terms) if term.is_number})
    piece = typeset(tree, [*[term.piece for term in terms], result.piece])
    if op.name in ("sum", "dot", "prod", "mul", "add"):
        return Slope(piece)
    every = (*whats, result.what)
    holds = Condition("agrees", (tree, every, slope))
    if isinstance(tree, int) or tree[0] in ("number", "constant", "if"):
        return Slope(piece, holds, other, kink=kink)
    rule = either(holds, Derived(tree, piece.text, every, slope))
    return Slope(piece, holds, other, rule, kink)
