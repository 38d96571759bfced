"""The steps forward: how each number comes about, ``o = tanh(z) = tanh(0.6931) = 0.6``."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from autograd import Op
from autograd.primitive import unchecked

from ...say import equations
from ...say.equations import TERMS, Calculated, digits_for, factor, number, strongest
from ...say.numbers import DIGITS
from ...say.phrases import LETTERS, formula, listed, phrase, slope_formula
from ...say.typesetting import (
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
from ...see.outline import Item
from ..story import VALUE, Carried, Fill, Step
from .stepping import Operand, Scene, box_of

PENDING = "·"


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


def is_given(item: Item) -> bool:
    """Whether a number stands in the picture from the beginning.

    It does if it is a leaf, or computed from what the picture has no room for.
    """
    return not item.symbol or item.left_out > 0


def steps(scene: Scene) -> list[Step]:
    """One step for each operation, operands first."""
    return [_step(scene, item) for item in scene.outline.items if not is_given(item)]


def value_fill(item: Item, value: float) -> Fill:
    """The second line of a box: ``v 0.6``."""
    return Fill(box_of(item.key), VALUE, f"v {number(value)}", repr(value))


def _step(scene: Scene, item: Item) -> Step:
    operands = scene.operands(item)
    equation = value_equation(scene, item, operands, item.value)
    name, what = scene.names[item.key], in_words(scene, item, operands)
    if item.key in scene.names.given:
        what = f"{what}, call it {name}"
        what = f"The {what[4:]}" if what.startswith("the ") else what
    else:
        what = f"{name} is {what}"
    calculation = equation.numbers.removeprefix("= ").removesuffix(" =").removesuffix(" ≈")
    is_trivial = equation.numbers == "="
    numbers = f"{equation.numbers.removeprefix('= ')} {equation.answer}"
    drawn = {operand.key for operand in operands if operand.key}
    return Step(
        phase="forward",
        title=f"Forward: {equation.symbols}",
        symbols=equation.symbols,
        numbers=equation.numbers,
        answer=equation.answer,
        sentence=f"{what}: {equation.answer if is_trivial else numbers}.",
        question=f"{what}: what is {'it' if is_trivial else calculation}?",
        box=box_of(item.key),
        sources=tuple([box_of(key) for key in scene.items if key in drawn]),
        carried=tuple([Carried(o.arrow, number(o.value)) for o in operands if o.arrow]),
        fills=(value_fill(item, item.value),),
    )


def in_words(scene: Scene, item: Item, operands: Sequence[Operand]) -> str:
    """An item in words: "the tanh of z"."""
    row = scene.row(item)
    assert row is not None
    names = [operand.name for operand in operands]
    if row.name == "dot":
        half = len(operands) // 2
        if half > TERMS:
            return f"the sum of {half:,} products" + f" and {names[-1]}" * (len(names) % 2)
        pairs = [f"{w} × {x}" for w, x in zip(names[:half], names[half : 2 * half], strict=True)]
        return f"the sum of {listed(pairs + names[2 * half :])}"
    if row.variadic and len(names) > TERMS:
        names = [f"{len(names):,} numbers"]
    exponent = operands[1].value if row.name == "pow" and operands[1].is_number else None
    return phrase(row, names, exponent)


# --- equations ------------------------------------------------------------------------------------


def value_equation(
    scene: Scene, item: Item, operands: Sequence[Operand], result: float
) -> Equation:
    """How an item's value follows from those of its operands."""
    row = scene.row(item)
    assert row is not None
    left = f"{named(scene.names[item.key]).text} = "
    equation = equation_of(row, operands, result)
    return Equation(left + equation.symbols, equation.numbers, equation.answer)


def equation_of(row: Op, operands: Sequence[Operand], result: float) -> Equation:
    """How the result of an operation follows from its operands; ``symbols`` without a left side."""
    if row.name == "sum":
        return _sum(operands, result)
    if row.name == "dot":
        return _dot(operands, result)
    if row.name == "prod" and len(operands) <= TERMS:
        return _prod(row, operands, result)
    return _plain(row, operands, result)


def word(operand: Operand) -> Text:
    """An operand's name as a piece of a formula."""
    return numbered(operand.name) if operand.is_number else named(operand.name)


def _plain(row: Op, operands: Sequence[Operand], result: float) -> Equation:
    if len(operands) > TERMS:
        return Equation(f"{row.symbol} of {len(operands):,} numbers", "=", number(result))
    inputs = [operand.value for operand in operands]
    digits, sign = digits_for(_calculator(row), inputs, result)
    shown = [numbered(number(x, digits)) for x in inputs]
    tree = parsed(formula(row, len(operands)))
    if tree is None:
        symbols = f"{row.symbol}({', '.join(word(operand).text for operand in operands)})"
        numbers = f"{row.symbol}({', '.join(text.text for text in shown)})"
    else:
        symbols = typeset(tree, dict(zip(LETTERS, map(word, operands), strict=False))).text
        numbers = typeset(tree, dict(zip(LETTERS, shown, strict=False)), "×").text
    if isinstance(tree, ast.Name):  # a copy, or what was chosen
        return Equation(symbols, "=", number(result))
    return Equation(symbols, f"= {numbers} {sign}", number(result))


def _calculator(row: Op) -> Any:
    """A row as a calculator that gets the shown digits: exact where the row is rational."""

    def calculate(*inputs: Fraction) -> Calculated:
        exact = row.rational and not (row.name == "pow" and abs(inputs[1]) > 9)
        with unchecked():
            found: Calculated = row.forward(*(inputs if exact else map(float, inputs)))
        return found

    return calculate


def _sum(operands: Sequence[Operand], result: float) -> Equation:
    terms = [operand.value for operand in operands]
    numbers, answer = equations.long_total(terms, result)
    return Equation(_terms([word(o).within(SUM) for o in operands], terms), f"= {numbers}", answer)


def _terms(names: Sequence[str], values: Sequence[float]) -> str:
    """``b + p1 + p2``; of many the strongest, and how many others."""
    if len(names) <= TERMS:
        return " + ".join(names)
    chosen = strongest(values)
    others = f"{len(names) - len(chosen):,} others"
    return " + ".join([*[names[k] for k in chosen], others])


def _dot(operands: Sequence[Operand], result: float) -> Equation:
    half = len(operands) // 2
    pairs = list(zip(operands[:half], operands[half : 2 * half], strict=True))
    bias = list(operands[2 * half :])
    values = [w.value * x.value for w, x in pairs] + [b.value for b in bias]
    names = [f"{word(w).within(PRODUCT)} · {word(x).within(PRODUCT)}" for w, x in pairs]
    symbols = _terms(names + [word(b).text for b in bias], values)
    if len(values) > TERMS:
        numbers, answer = equations.long_total(values, result)
        return Equation(symbols, f"= {numbers}", answer)
    inputs = [operand.value for operand in operands]
    digits, sign = digits_for(_inner, inputs, result)
    lead = [number, *[factor] * len(values)]  # what leads needs no brackets
    texts = [
        f"{write(w.value, digits)} × {factor(x.value, digits)}"
        for write, (w, x) in zip(lead, pairs, strict=False)
    ]
    texts += [lead[len(texts)](b.value, digits) for b in bias]
    shown = " + ".join(texts)
    return Equation(symbols, f"= {shown} {sign}", number(result))


def _inner(*inputs: Fraction) -> Fraction:
    half = len(inputs) // 2
    products = [w * x for w, x in zip(inputs[:half], inputs[half : 2 * half], strict=True)]
    return sum(products, Fraction(0)) + sum(inputs[2 * half :], Fraction(0))


def _prod(row: Op, operands: Sequence[Operand], result: float) -> Equation:
    inputs = [operand.value for operand in operands]
    digits, sign = digits_for(_calculator(row), inputs, result)
    first, *rest = inputs
    shown = " × ".join([number(first, digits), *[factor(x, digits) for x in rest]])
    symbols = " · ".join(word(operand).within(PRODUCT) for operand in operands)
    return Equation(symbols, f"= {shown} {sign}", number(result))


# --- slopes ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Slope:
    """A local derivative in symbols, and how its number follows: ``1 − o² = 1 − 0.6² = 0.64``.

    ``rule`` is empty where there is nothing to calculate, or no calculator comes near.
    """

    symbols: Text
    rule: str = ""


def slope(scene: Scene, item: Item, position: int, value: float) -> Slope:
    """The local derivative of an item towards one of its operands, as the table writes it."""
    row = scene.row(item)
    assert row is not None
    operands = scene.operands(item)
    if row.name in ("sum", "add"):
        return Slope(Text("1"))
    if row.name == "mul":
        return Slope(word(operands[1 - position]))
    if row.name == "dot":
        half = len(operands) // 2
        paired = (position + half) % (2 * half)
        return Slope(Text("1") if position >= 2 * half else word(operands[paired]))
    if row.name == "prod" and len(operands) <= TERMS:
        others = [word(o).within(PRODUCT) for o in operands if o.position != position]
        return Slope(Text(" · ".join(others), PRODUCT) if others else Text("1"))
    tree = parsed(slope_formula(row, position, len(operands)))
    found = None if tree is None else _by_formula(scene, item, operands, tree, value)
    if found is None:
        receiver = next(o for o in operands if o.position == position)
        names = named(scene.names[item.key]), word(receiver)
        found = Slope(Text(f"∂{names[0].text}/∂{names[1].text}"))
    if _is_kink(row, operands):
        rule = f"{row.symbol} has a kink here: its slope of {number(value)} is a convention"
        return Slope(found.symbols, rule)
    return found


def _is_kink(row: Op, operands: Sequence[Operand]) -> bool:
    """Whether a slope is a convention. A power is smooth at 0 or infinitely steep there."""
    if row.name == "pow":
        return False
    with unchecked():
        return any(distance == 0 for distance in row.kinks(*[o.value for o in operands]))


def _by_formula(
    scene: Scene, item: Item, operands: Sequence[Operand], tree: ast.expr, value: float
) -> Slope | None:
    """The formula with names and numbers; None where it does not hold, as at a kink."""
    letters = LETTERS[: len(operands)]
    inputs = {letter: o.value for letter, o in zip(letters, operands, strict=True)}
    inputs["z"] = item.value
    if not _agrees(calculated(tree, inputs), value):
        return None
    known = {letter: o.value for letter, o in zip(letters, operands, strict=True) if o.is_number}
    tree = simplified(tree, known)
    words = {letter: word(o) for letter, o in zip(letters, operands, strict=True)}
    words["z"] = named(scene.names[item.key])
    symbols = typeset(tree, words)
    if isinstance(tree, (ast.Name, ast.Constant, ast.IfExp)):
        return Slope(symbols)
    return Slope(symbols, _rule(tree, symbols, inputs, value))


def _rule(tree: ast.expr, symbols: Text, inputs: dict[str, float], value: float) -> str:
    names = list(inputs)

    def calculate(*numbers: Fraction) -> float:
        return calculated(tree, dict(zip(names, map(float, numbers), strict=True)))

    given = [inputs[name] for name in names]
    if not equations.is_fair(calculate, given, value):
        return ""
    digits, sign = digits_for(calculate, given, value)
    shown = {name: numbered(number(inputs[name], digits)) for name in names}
    numbers = typeset(tree, shown, "×").text
    if symbols.text == number(value):
        return ""
    middle = f" = {numbers}" if numbers not in (symbols.text, number(value)) else ""
    return f"{symbols.text}{middle} {sign} {number(value)}"


def _agrees(found: float, value: float) -> bool:
    if found != found or value != value:
        return found != found and value != value
    return found == value or abs(found - value) <= 1e-6 * max(abs(found), abs(value))


__all__ = [
    "DIGITS", "Equation", "Slope", "in_words", "is_given", "slope", "steps", "value_equation",
    "value_fill", "word",
]  # fmt: skip
