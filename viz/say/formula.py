"""Formulas: on paper with names or numbers in them, ``1 − o²``, and what they come to.

A formula is a tree of tuples, which a page can carry as it is: a whole number is a place among
the terms, ``("+", 0, ("*", 1, 2))`` is the first term plus the product of the next two. Formulas of
the operation table are Python text, which is parsed and never run. Terms get brackets wherever they
would otherwise be misread: ``(−0.4)²``, ``0.64 × (−0.8)``.
"""

from __future__ import annotations

import ast
import functools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from autograd import Op, ops
from autograd.primitive import unchecked

from ..see.paths import fsum, strongest
from .numbers import DIGITS, MINUS, digits_for, is_fair, number

LETTERS = "xywabc"  # of operands, as in the operation table; z is the result
LONGEST = 80  # characters of a formula that is worth reading
TERMS = 6  # a sum of more is not written out
STRONGEST = 5  # of a longer one these are

# How tightly a text holds together; the looser needs brackets within the tighter.
CHOICE, COMPARED, SUM, PRODUCT, POWER, ATOM = range(6)

Tree = int | tuple[Any, ...]
Calculated = Fraction | float
Rows = Mapping[str, Op]

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_CONSTANTS = {"pi": math.pi, "e": math.e}
_SIMPLE = re.compile(r"(?:[\w→.\[\]\u2032'()]|pixel \d+,\d+)+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a formula, and how tightly it holds together."""

    text: str
    holds: int = ATOM

    def within(self, least: int, *, leads: bool = False) -> str:
        """The text, in brackets if it would be misread; what ``leads`` may begin with a minus."""
        negative = self.text.startswith(MINUS) and not leads
        return f"({self.text})" if self.holds < least or negative else self.text


def named(name: str) -> Piece:
    """A name as a piece of a formula; one that looks like a calculation gets brackets.

    >>> named("w1").text, named("a + b").text
    ('w1', '(a + b)')
    """
    return Piece(name if _SIMPLE.fullmatch(name) else f"({name})")


def numbered(shown: str) -> Piece:
    """A shown number as a piece of a formula.

    >>> [numbered(shown).within(ATOM) for shown in ("0.6", "−0.4", "1e−7")]
    ['0.6', '(−0.4)', '(1e−7)']
    """
    return Piece(shown, PRODUCT if "e" in shown or shown.startswith(MINUS) else ATOM)


# --- parsed ---------------------------------------------------------------------------------------

_SIGNS = {ast.Lt: "<", ast.Gt: ">", ast.LtE: "≤", ast.GtE: "≥", ast.Eq: "=", ast.NotEq: "≠"}
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_ALIASES = {"min": "minimum", "max": "maximum"}


class _UnknownError(Exception):
    """Something that formulas do not have."""


@functools.lru_cache(maxsize=1024)
def parsed(formula: str, count: int = 0) -> Tree | None:
    """A formula of the operation table as a tree; None if it is too long to be read, or none.

    Its result z is the term behind its ``count`` operands.

    >>> parsed("1 - z**2", 1)
    ('-', ('number', 1), ('**', 1, ('number', 2)))
    >>> parsed("what is this?")
    """
    if len(formula) > LONGEST:
        return None
    try:
        return _tree(ast.parse(formula.strip(), mode="eval").body, f"{LETTERS[:count]}z")
    except (SyntaxError, ValueError, _UnknownError, RecursionError, MemoryError):
        return None


def _tree(part: ast.expr, letters: str) -> Tree:  # noqa: C901, PLR0911 - a case for each kind
    def inner(*parts: ast.expr) -> list[Tree]:
        return [_tree(one, letters) for one in parts]

    match part:
        case ast.Name(name) if name in _CONSTANTS:
            return ("constant", name)
        case ast.Name(name) if name in letters:
            return letters.index(name)
        case ast.Constant(int() | float() as x) if not isinstance(x, bool):
            return ("number", x)
        case ast.UnaryOp(ast.USub(), operand):
            return ("neg", *inner(operand))
        case ast.BinOp(left, op, right) if type(op) in _OPERATORS:
            return (_OPERATORS[type(op)], *inner(left, right))
        case ast.Call(ast.Name(name), arguments, []):
            return ("call", _ALIASES.get(name, name), *inner(*arguments))
        case ast.IfExp(condition, yes, no):
            return ("if", *inner(condition, yes, no))
        case ast.Compare(left, [sign], [right]) if type(sign) in _SIGNS:
            return (_SIGNS[type(sign)], *inner(left, right))
        case ast.BoolOp(op, sides):
            return ("or" if isinstance(op, ast.Or) else "and", *inner(*sides))
    raise _UnknownError


def simplified(tree: Tree, known: Mapping[int, float]) -> Tree:
    """A formula with numbers put in for some terms, and whole numbers calculated.

    >>> typeset(simplified(parsed("y*x**(y - 1)", 2), {1: 2.0}), [named("e")]).text
    '2 · e'
    >>> typeset(simplified(parsed("y*x**(y - 1)", 2), {1: 0.5}), [named("e")]).text
    '0.5 · e^(−0.5)'
    """
    if isinstance(tree, int):
        is_put_in = tree in known and _is_short(known[tree])
        return ("number", known[tree]) if is_put_in else tree
    found = rebuilt(tree, lambda part: simplified(part, known))
    match found:
        case ("+" | "-" | "*" as sign, ("number", a), ("number", b)):
            x = a + b if sign == "+" else a - b if sign == "-" else a * b
            return ("number", x) if _is_short(x) else found
        case ("**", base, ("number", power)) if power == 1:
            return base  # type: ignore[no-any-return]
        case ("*", ("number", one), other) | ("*", other, ("number", one)) if one == 1:
            return other  # type: ignore[no-any-return]
        case ("*", ("number", one), other) if one == -1:
            return ("neg", other)
    return found


def rebuilt(tree: tuple[Any, ...], change: Callable[[Tree], Tree]) -> tuple[Any, ...]:
    """A formula with each of its parts changed."""
    kind, *parts = tree
    if kind in ("number", "constant"):
        return tree
    if kind == "call":
        return (kind, parts[0], *map(change, parts[1:]))
    return (kind, *map(change, parts))


def _is_short(x: float) -> bool:
    """Whether all of x is shown: else a formula with it would not be the rule."""
    return math.isfinite(x) and float(f"{x:.4g}") == x and len(f"{x:g}") <= 6


# --- on paper -------------------------------------------------------------------------------------


def typeset(  # noqa: C901, PLR0911, PLR0912 - a case for each kind of formula
    tree: Tree,
    words: Sequence[Piece],
    times: str = "·",
    *,
    leads: bool = True,
    rest: Callable[[int], str] = str,
) -> Piece:
    """A formula on paper, its terms replaced by words; what ``leads`` may begin with a minus.

    ``rest`` says how many terms a sum leaves out.

    >>> tree = parsed("1 - z**2", 1)
    >>> words = [named("x"), named("o")], [numbered("0.5"), numbered("−0.4")]
    >>> typeset(tree, words[0]).text, typeset(tree, words[1]).text
    ('1 − o²', '1 − (−0.4)²')
    """

    def part(tree: Tree, least: int = CHOICE, *, leads: bool = True) -> str:
        found = typeset(tree, words, times, leads=leads, rest=rest)
        if found.holds < least and not leads:  # a minus may lead within brackets
            found = typeset(tree, words, times, rest=rest)
        return found.within(least, leads=leads)

    def joined(sign: str, parts: Sequence[Tree], least: int) -> Piece:
        texts = [part(one, least, leads=leads and not k) for k, one in enumerate(parts)]
        return Piece(f" {sign} ".join(texts), least)

    if isinstance(tree, int):
        return words[tree]
    match tree:
        case ("number", x):
            return numbered(number(float(x), 6))
        case ("constant", name):
            return Piece("π" if name == "pi" else name)
        case ("neg", a):
            return Piece(MINUS + part(a, PRODUCT, leads=False), PRODUCT)
        case ("+", *parts):
            return joined("+", parts, SUM)
        case ("others", place, count):
            return Piece(f"{part(place, SUM, leads=leads)} ({rest(count)})", SUM)
        case ("-", a, b):
            text = f"{part(a, SUM, leads=leads)} {MINUS} {part(b, PRODUCT, leads=False)}"
            return Piece(text, SUM)
        case ("*", *parts):
            return joined(times, parts, PRODUCT)
        case ("/", a, b):
            text = f"{part(a, PRODUCT, leads=leads)} / {part(b, POWER, leads=False)}"
            return Piece(text, PRODUCT)
        case ("**", a, b):
            return _power(part(a, ATOM, leads=False), typeset(b, words, times, rest=rest))
        case ("call", name, *arguments):
            return _call(name, [typeset(one, words, times, rest=rest) for one in arguments])
        case ("if", condition, yes, no):
            return Piece(f"{part(yes)} if {part(condition)}, else {part(no)}", CHOICE)
        case ("or" | "and" as word, *parts):
            return Piece(f" {word} ".join(map(part, parts)), CHOICE)
    sign, a, b = tree
    return Piece(f"{part(a, SUM)} {sign} {part(b, SUM)}", COMPARED)


def _power(base: str, power: Piece) -> Piece:
    written = power.text.replace(MINUS, "-")
    if re.fullmatch(r"-?\d{1,3}", written):
        return Piece(base + written.translate(_SUPERSCRIPTS), POWER)
    return Piece(f"{base}^{power.within(ATOM)}", POWER)


def _call(name: str, arguments: Sequence[Piece]) -> Piece:
    if name == "abs" and len(arguments) == 1:
        return Piece(f"|{arguments[0].text}|")
    if name == "sqrt" and len(arguments) == 1:
        return Piece(f"√{arguments[0].within(ATOM)}", POWER)
    row = ops.ALL.get(name)
    shown = row.symbol if row is not None and row.symbol.isidentifier() else name
    return Piece(f"{shown}({', '.join(argument.text for argument in arguments)})")


# --- its number -----------------------------------------------------------------------------------


def worth(  # noqa: C901, PLR0911 - a case for each kind of formula
    tree: Tree, values: Sequence[Calculated], rows: Rows = ops.ALL
) -> Calculated:
    """What a formula comes to, exactly as long as it only adds and multiplies Fractions.

    ``rows`` are the operations that a call may name.

    Raises
    ------
    ArithmeticError, ValueError:
        where it has no number.

    >>> worth(parsed("1 - z**2", 1), [Fraction(0), Fraction(3, 5)])
    Fraction(16, 25)
    """

    def of(part: Tree) -> Calculated:
        return worth(part, values, rows)

    if isinstance(tree, int):
        return values[tree]
    match tree:
        case ("number", x):
            return Fraction(repr(x))
        case ("constant", name):
            return _CONSTANTS[name]
        case ("neg", a):
            return -of(a)
        case ("+", *parts):
            return functools.reduce(lambda x, y: x + y, map(of, parts))
        case ("*", *parts):
            return functools.reduce(lambda x, y: x * y, map(of, parts))
        case ("others", place, _):
            return values[place]
        case ("if", condition, yes, no):
            return of(yes if of(condition) else no)
        case ("or", *sides):
            return float(any(map(of, sides)))
        case ("and", *sides):
            return float(all(map(of, sides)))
        case ("call", name, *arguments):
            return _applied(rows[name], [of(argument) for argument in arguments])
    sign, a, b = tree[0], of(tree[1]), of(tree[2])
    if sign in _ROWS:
        return _applied(_ROWS[sign], [a, b])
    return float(_TESTS[sign](a, b))


def _applied(row: Op, values: Sequence[Calculated]) -> Calculated:
    exact = row.rational and all(isinstance(x, Fraction) for x in values)
    if exact and row.name == "pow":  # an integer one, of which a reader has an idea
        exact = float(values[1]).is_integer() and abs(float(values[1])) <= 9
    with unchecked():
        found: Calculated = row.forward(*(values if exact else map(float, values)))
    return found


_ROWS = {"-": ops.sub, "/": ops.div, "**": ops.pow_}
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda x, y: x < y,
    ">": lambda x, y: x > y,
    "≤": lambda x, y: x <= y,
    "≥": lambda x, y: x >= y,
    "=": lambda x, y: x == y,
    "≠": lambda x, y: x != y,
}


def agrees(tree: Tree, values: Sequence[float], result: float, rows: Rows = ops.ALL) -> bool:
    """Whether a formula comes to a result: it may not, as at a kink."""
    try:
        found = float(worth(tree, values, rows))
    except (ArithmeticError, KeyError, TypeError, ValueError):
        found = math.nan
    if found != found or result != result:
        return found != found and result != result
    return found == result or abs(found - result) <= 1e-6 * max(abs(found), abs(result))


# --- in numbers -----------------------------------------------------------------------------------


def worked(
    tree: Tree,
    values: Sequence[float],
    result: float,
    *,
    rows: Rows = ops.ALL,
    rest: Callable[[int], str] = str,
    most: int = TERMS,
    least: int = DIGITS,
) -> tuple[str, str]:
    """A formula in numbers, and ``=`` if a pocket calculator gives the shown result, else ``≈``.

    Of sums of more than ``most`` terms the strongest are written, and what the others add up to.
    Numbers have ``least`` digits, or as many as it takes.

    >>> worked(("+", 0, ("*", 1, 2)), [-0.1, 2.0, -0.815], -1.73)
    ('−0.1 + 2 × (−0.815)', '=')
    >>> rest = "{:,} others".format
    >>> worked(("+", *range(9)), [3.0] + [0.25] * 8, 5.0, rest=rest)
    ('3 + 0.25 + 0.25 + 0.25 + 0.25 + 1 (4 others)', '=')
    """
    used: list[float] = []
    short = _abbreviated(tree, values, most, used, rows)
    digits, sign = digits_for(lambda *seen: worth(short, seen, rows), used, result, least)
    words = [numbered(number(x, digits)) for x in used]
    return typeset(short, words, "×", rest=rest).text, sign


def _abbreviated(
    tree: Tree, values: Sequence[float], most: int, used: list[float], rows: Rows
) -> Tree:
    """The formula with its terms counted anew: their values are ``used``."""

    def new(x: float) -> int:
        used.append(x)
        return len(used) - 1

    if isinstance(tree, int):
        return new(values[tree])
    kind, *parts = tree
    if kind == "+" and len(parts) > most:
        sizes = [float(worth(part, values, rows)) for part in parts]
        chosen = strongest(sizes, STRONGEST)
        others = fsum(x for k, x in enumerate(sizes) if k not in set(chosen))
        left_out = ("others", new(others), len(parts) - len(chosen))
        return ("+", *[new(sizes[k]) for k in chosen], left_out)
    return rebuilt(tree, lambda part: _abbreviated(part, values, most, used, rows))


def derivation(
    tree: Tree, symbols: str, values: Sequence[float], result: float, rows: Rows = ops.ALL
) -> str:
    """``1 − o² = 1 − 0.6² = 0.64``; empty if there is nothing to calculate, or it does not hold."""

    def calculate(*seen: Fraction) -> float:
        return float(worth(tree, list(map(float, seen)), rows))

    answer = number(result)
    if symbols == answer or not is_fair(calculate, values, result):
        return ""
    digits, sign = digits_for(calculate, values, result)
    numbers = typeset(tree, [numbered(number(x, digits)) for x in values], "×").text
    middle = f" = {numbers}" if numbers not in (symbols, answer) else ""
    return f"{symbols}{middle} {sign} {answer}"
