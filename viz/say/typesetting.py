"""Formulas of the operation table, as they stand on paper: ``1 - z**2`` becomes ``1 − o²``.

A formula is Python text; it is parsed, never run. Letters are replaced by names or by numbers,
which get brackets wherever they would otherwise be misread: ``(−0.4)²``, ``0.64 × (−0.8)``.
"""

from __future__ import annotations

import ast
import functools
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from autograd import ops
from autograd.primitive import unchecked

from .numbers import MINUS

LONGEST = 80  # characters of a formula that is worth reading

# How tightly a text holds together; the looser needs brackets within the tighter.
CHOICE, COMPARED, SUM, PRODUCT, POWER, ATOM = range(6)

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIGNS = {ast.Lt: "<", ast.Gt: ">", ast.LtE: "≤", ast.GtE: "≥", ast.Eq: "=", ast.NotEq: "≠"}
_NAMES = {"log": "ln", "minimum": "min", "maximum": "max", "sigmoid": "σ"}
_CONSTANTS = {"pi": math.pi, "e": math.e}
_SIMPLE = re.compile(r"(?:[\w→.\[\]\u2032'()]|pixel \d+,\d+)+")


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of a formula, and how tightly it holds together."""

    text: str
    holds: int = ATOM

    def within(self, least: int, *, leads: bool = False) -> str:
        """The text, in brackets if it would be misread; what ``leads`` may begin with a minus."""
        negative = self.text.startswith(MINUS) and not leads
        return f"({self.text})" if self.holds < least or negative else self.text


def named(name: str) -> Text:
    """A name as a piece of a formula; one that looks like a calculation gets brackets.

    >>> named("w1").text, named("a + b").text
    ('w1', '(a + b)')
    """
    return Text(name if _SIMPLE.fullmatch(name) else f"({name})")


def numbered(number: str) -> Text:
    """A shown number as a piece of a formula.

    >>> [numbered(number).within(ATOM) for number in ("0.6", "−0.4", "1e−7")]
    ['0.6', '(−0.4)', '(1e−7)']
    """
    return Text(number, PRODUCT if "e" in number or number.startswith(MINUS) else ATOM)


@functools.lru_cache(maxsize=1024)
def parsed(formula: str) -> ast.expr | None:
    """A formula as a tree; None if it is none, or too long to be read.

    >>> parsed("1 - z**2") is None, parsed("what is this?") is None
    (False, True)
    """
    if len(formula) > LONGEST:
        return None
    try:
        tree = ast.parse(formula.strip(), mode="eval").body
        typeset(tree, {})
    except (SyntaxError, ValueError, _UnknownError, RecursionError, MemoryError):
        return None
    return tree


def letters(tree: ast.expr) -> set[str]:
    """The letters that stand for operands and the result."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called]
    return {name.id for name in names} - set(_CONSTANTS)


# --- on paper -------------------------------------------------------------------------------------


class _UnknownError(Exception):
    """Something that formulas do not have."""


def typeset(  # noqa: PLR0911 - a case for each kind of node, here and below
    tree: ast.expr, words: Mapping[str, Text], times: str = "·"
) -> Text:
    """A formula on paper, its letters replaced by words.

    >>> tree = parsed("1 - z**2")
    >>> typeset(tree, {"z": named("o")}).text, typeset(tree, {"z": numbered("−0.4")}).text
    ('1 − o²', '1 − (−0.4)²')
    """
    match tree:
        case ast.Name(name):
            return words.get(name, Text("π" if name == "pi" else name))
        case ast.Constant(int() | float() as number) if not isinstance(number, bool):
            return numbered(f"{number:g}".replace("-", MINUS))
        case ast.UnaryOp(ast.USub(), operand):
            return Text(MINUS + typeset(operand, words, times).within(PRODUCT), PRODUCT)
        case ast.BinOp(left, op, right):
            a, b = typeset(left, words, times), typeset(right, words, times)
            return _infix(a, op, b, times)
        case ast.Call(ast.Name(name), arguments, []):
            return _call(name, [typeset(argument, words, times) for argument in arguments])
        case ast.IfExp(condition, yes, no):
            parts = [typeset(part, words, times).text for part in (yes, condition, no)]
            return Text(f"{parts[0]} if {parts[1]}, else {parts[2]}", CHOICE)
        case ast.Compare(left, [sign], [right]) if type(sign) in _SIGNS:
            ends = [typeset(side, words, times).within(SUM, leads=True) for side in (left, right)]
            return Text(f"{ends[0]} {_SIGNS[type(sign)]} {ends[1]}", COMPARED)
        case ast.BoolOp(op, sides):
            word = " or " if isinstance(op, ast.Or) else " and "
            return Text(word.join(typeset(side, words, times).text for side in sides), CHOICE)
    raise _UnknownError


def _infix(a: Text, op: ast.operator, b: Text, times: str) -> Text:
    match op:
        case ast.Add():
            return Text(f"{a.within(SUM, leads=True)} + {b.within(SUM)}", SUM)
        case ast.Sub():
            return Text(f"{a.within(SUM, leads=True)} {MINUS} {b.within(PRODUCT)}", SUM)
        case ast.Mult():
            return Text(f"{a.within(PRODUCT, leads=True)} {times} {b.within(PRODUCT)}", PRODUCT)
        case ast.Div():
            return Text(f"{a.within(PRODUCT, leads=True)} / {b.within(POWER)}", PRODUCT)
        case ast.Pow():
            base = a.within(ATOM)
            power = b.text.replace(MINUS, "-")
            if re.fullmatch(r"-?\d{1,3}", power):
                return Text(base + power.translate(_SUPERSCRIPTS), POWER)
            return Text(f"{base}^{b.within(ATOM)}", POWER)
    raise _UnknownError


def _call(name: str, arguments: list[Text]) -> Text:
    if name == "abs" and len(arguments) == 1:
        return Text(f"|{arguments[0].text}|")
    if name == "sqrt" and len(arguments) == 1:
        inner = arguments[0].within(ATOM)
        return Text(f"√{inner}", POWER)
    return Text(f"{_NAMES.get(name, name)}({', '.join(argument.text for argument in arguments)})")


# --- its number -----------------------------------------------------------------------------------


def calculated(tree: ast.expr, numbers: Mapping[str, float]) -> float:
    """What a pocket calculator gives for a formula; nan where it has no number.

    >>> round(calculated(parsed("1 - z**2"), {"z": 0.6}), 12)
    0.64
    """
    try:
        with unchecked():
            return float(_calculated(tree, numbers))
    except (_UnknownError, ArithmeticError, KeyError, TypeError, ValueError):
        return math.nan


def _calculated(tree: ast.expr, numbers: Mapping[str, float]) -> float:  # noqa: PLR0911
    match tree:
        case ast.Name(name):
            return numbers[name] if name in numbers else _CONSTANTS[name]
        case ast.Constant(int() | float() as number):
            return float(number)
        case ast.UnaryOp(ast.USub(), operand):
            return -_calculated(operand, numbers)
        case ast.BinOp(left, op, right) if type(op) in _ROWS:
            return _ROWS[type(op)](_calculated(left, numbers), _calculated(right, numbers))
        case ast.Call(ast.Name(name), arguments):
            row = ops.ALL[{"min": "minimum", "max": "maximum"}.get(name, name)]
            return float(row.forward(*[_calculated(argument, numbers) for argument in arguments]))
        case ast.IfExp(condition, yes, no):
            return _calculated(yes if _calculated(condition, numbers) else no, numbers)
        case ast.Compare(left, [sign], [right]) if type(sign) in _TESTS:
            ends = _calculated(left, numbers), _calculated(right, numbers)
            return float(_TESTS[type(sign)](*ends))
        case ast.BoolOp(op, sides):
            found = [_calculated(side, numbers) != 0 for side in sides]
            return float(any(found) if isinstance(op, ast.Or) else all(found))
    raise _UnknownError


_ROWS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: ops.add.forward,
    ast.Sub: ops.sub.forward,
    ast.Mult: ops.mul.forward,
    ast.Div: ops.div.forward,
    ast.Pow: ops.pow_.forward,
}
_TESTS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: lambda x, y: x < y,
    ast.Gt: lambda x, y: x > y,
    ast.LtE: lambda x, y: x <= y,
    ast.GtE: lambda x, y: x >= y,
    ast.Eq: lambda x, y: x == y,
    ast.NotEq: lambda x, y: x != y,
}


# --- simpler --------------------------------------------------------------------------------------


def simplified(tree: ast.expr, numbers: Mapping[str, float]) -> ast.expr:  # noqa: PLR0911
    """A formula with numbers put in for some letters, and whole numbers calculated.

    >>> typeset(simplified(parsed("y*x**(y - 1)"), {"y": 2.0}), {"x": named("e")}).text
    '2 · e'
    >>> typeset(simplified(parsed("y*x**(y - 1)"), {"y": 0.5}), {"x": named("e")}).text
    '0.5 · e^(−0.5)'
    """
    match tree:
        case ast.Name(name) if name in numbers and _is_short(numbers[name]):
            return ast.Constant(numbers[name])
        case ast.UnaryOp(op, operand):
            return ast.UnaryOp(op, simplified(operand, numbers))
        case ast.BinOp(left, op, right):
            return _joined(simplified(left, numbers), op, simplified(right, numbers))
        case ast.Call(function, arguments):
            return ast.Call(function, [simplified(one, numbers) for one in arguments], [])
        case ast.IfExp(condition, yes, no):
            parts = [simplified(part, numbers) for part in (condition, yes, no)]
            return ast.IfExp(*parts)
        case ast.Compare(left, signs, rights):
            ends = [simplified(right, numbers) for right in rights]
            return ast.Compare(simplified(left, numbers), signs, ends)
        case ast.BoolOp(op, sides):
            return ast.BoolOp(op, [simplified(side, numbers) for side in sides])
    return tree


def _joined(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.expr:
    a, b = _number(left), _number(right)
    if a is not None and b is not None and isinstance(op, ast.Add | ast.Sub | ast.Mult):
        found = _ROWS[type(op)](a, b)
        if _is_short(found):
            return ast.Constant(found)
    if isinstance(op, ast.Pow) and b == 1:
        return left
    if isinstance(op, ast.Mult) and a == 1:
        return right
    if isinstance(op, ast.Mult) and b == 1:
        return left
    if isinstance(op, ast.Mult) and a == -1:
        return ast.UnaryOp(ast.USub(), right)
    return ast.BinOp(left, op, right)


def _number(tree: ast.expr) -> float | None:
    if isinstance(tree, ast.Constant) and isinstance(tree.value, (int, float)):
        return float(tree.value)
    return None


def _is_short(x: float) -> bool:
    """Whether all of x is shown: else a formula with it would not be the rule."""
    return math.isfinite(x) and float(f"{x:.4g}") == x and len(f"{x:g}") <= 6
