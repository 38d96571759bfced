"""From characters to tokens: numbers, names, signs.

In addition to Python's signs it reads those of mathematics (``−  ×  ·  ÷  ≤  ≥  ≠`` and exponents
as in ``x²``), and the wide ones of a Chinese or Japanese keyboard.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Literal

from .errors import ExpressionError

MAX_LENGTH = 100_000
MAX_NAME = 100

SIGNS = ("**", "<=", ">=", "==", "!=", *"+-*/()[],;=<>")
_SAME = {
    "−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "∙": "*", "∗": "*", "÷": "/", "∕": "/",
    "≤": "<=", "≥": ">=", "≠": "!=", "\u0387": "*",
}  # fmt: skip
_DOTS = frozenset("\u00b7\u0387")  # they look the same, and Python allows both inside names
_EXPONENTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
_SUBSCRIPTS = frozenset("₀₁₂₃₄₅₆₇₈₉")
_DIGITS = frozenset("0123456789")
_INSTEAD = {
    "^": "write x**2 for a power",
    "%": "write remainder(x, y)",
    "√": "write sqrt(x)",
    "!": "there are no factorials here",
    ".": "there are no methods here: write tanh(x) for x.tanh()",
    ":": "there are no slices and no lambdas here",
    "&": "there is no 'and' here: write 0 < x < 1, or a where inside a where",
    "|": "write abs(x) for |x|, and a where inside a where for 'or'",
    "@": "write dot([w1, w2], [x1, x2])",
    "{": "write ( and )",
    "}": "write ( and )",
    "∞": "write inf",
}  # fmt: skip

Kind = Literal["number", "name", "sign", "end"]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: its kind, its characters and its position."""

    kind: Kind
    text: str
    start: int
    stop: int
    number: float = 0.0

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else repr(self.text)


def tokens(text: str) -> list[Token]:
    """All tokens of a text, and one for its end. A new line ends a statement unless in brackets.

    >>> [token.text for token in tokens("2*x² # a comment")]
    ['2', '*', 'x', '**', '2', '']
    """
    if not isinstance(text, str):
        raise TypeError(f"a formula must be a str such as 'tanh(w*x + b)', got {text!r:.60}")
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"the formula has {len(text):,} characters; at most {MAX_LENGTH:,} are allowed. Write "
            "it as a Python function of Values"
        )
    found: list[Token] = []
    depth = 0
    for token in _scanned(text):
        depth += (token.text in {"(", "["}) - (token.text in {")", "]"})
        if token.text != "\n":
            found.append(token)
        elif depth <= 0:
            found.append(Token("sign", ";", token.start, token.stop))
    return [*found, Token("end", "", len(text), len(text))]


def _scanned(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        char = text[at]
        if char == "#":
            at = text.find("\n", at) % (len(text) + 1)  # −1 (not found) becomes the end
        elif char == "\n":
            yield Token("sign", "\n", at, at + 1)
            at += 1
        elif char.isspace():
            at += 1
        elif char in _DIGITS or (char == "." and text[at + 1 : at + 2] in _DIGITS):
            at = yield from _number(text, at)
        elif char in _EXPONENTS or char == "⁻":
            at = yield from _exponent(text, at)
        elif _begins_name(char):
            stop = at + 1
            while stop < len(text) and _goes_on(text[stop]):
                stop += 1
            if stop - at > MAX_NAME:
                raise ExpressionError(
                    f"this name has {stop - at:,} letters; at most {MAX_NAME} are allowed",
                    text,
                    at,
                    stop,
                )
            yield Token("name", unicodedata.normalize("NFC", text[at:stop]), at, stop)
            at = stop
        else:
            at = yield from _sign(text, at)


def _number(text: str, at: int) -> Generator[Token, None, int]:
    """Digits with a point and a power of ten, as Python writes them."""
    stop = _digits(text, at)
    if text[stop : stop + 1] == ".":
        stop = _digits(text, stop + 1)
    if text[stop : stop + 1] in {"e", "E"}:
        power = stop + 1 + (text[stop + 1 : stop + 2] in {"+", "-"})
        if text[power : power + 1] in _DIGITS:
            stop = _digits(text, power)
    written = text[at:stop]
    try:
        number = float(written)
    except ValueError:
        raise ExpressionError(f"{written[:40]!r} is not a number", text, at, stop) from None
    if math.isinf(number):
        raise ExpressionError(
            "this number is too large for a double (up to 1.8e308); write inf if infinity is meant",
            text, at, stop,
        )  # fmt: skip
    yield Token("number", written, at, stop, number)
    return stop


def _digits(text: str, at: int) -> int:
    """Where the run of digits that begins here ends; _ is allowed between digits."""
    while at < len(text) and (text[at] in _DIGITS or text[at] == "_"):
        at += 1
    return at


def _exponent(text: str, at: int) -> Generator[Token, None, int]:
    """``²`` as the tokens ``**`` and ``2``."""
    stop = at + (text[at] == "⁻")
    first = stop
    while stop < len(text) and text[stop] in _EXPONENTS:
        stop += 1
    if stop == first:
        raise ExpressionError("an exponent needs digits after its sign", text, at, at + 1)
    digits = "".join([_EXPONENTS[char] for char in text[first:stop]])
    yield Token("sign", "**", at, stop)
    if text[at] == "⁻":
        yield Token("sign", "-", at, first)
    yield Token("number", digits, first, stop, float(digits))
    return stop


def _sign(text: str, at: int) -> Generator[Token, None, int]:
    char = text[at]
    pair = text[at : at + 2]
    if pair == "//":
        raise ExpressionError("write / for a quotient, floor(a/b) to round it", text, at, at + 2)
    sign = pair if pair in SIGNS else _SAME.get(char) or unicodedata.normalize("NFKC", char)
    if sign not in SIGNS:
        raise ExpressionError(_unknown(char), text, at, at + 1)
    stop = at + (2 if sign == pair else 1)
    yield Token("sign", sign, at, stop)
    return stop


def _unknown(char: str) -> str:
    if char in _INSTEAD:
        return f"{char!r} has no meaning in a formula; {_INSTEAD[char]}"
    if char in "'\"`":
        return "a formula cannot contain text, only numbers and names"
    if char.isprintable():
        return f"{char!r} has no meaning in a formula"
    return f"there is an invisible character U+{ord(char):04X} here; delete it"


def _begins_name(char: str) -> bool:
    return char.isidentifier()


def _goes_on(char: str) -> bool:
    return char in _SUBSCRIPTS or (char not in _DOTS and ("x" + char).isidentifier())
