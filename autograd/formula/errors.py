"""The error of a formula: what is wrong, and an arrow to where."""

from __future__ import annotations

import unicodedata
from typing import Any

from ..errors import AutogradError

WIDTH = 72  # columns of a line that are shown


class ExpressionError(AutogradError, ValueError):
    """A formula cannot be read or computed; ``str(error)`` points at the character.

    >>> from autograd.formula import parse
    >>> parse("tanh(w*x + )", w=0.5, x=2.0)
    Traceback (most recent call last):
    autograd.formula.errors.ExpressionError: a number, a name or ( is missing before ')'
      tanh(w*x + )
                 ^
    """

    def __init__(
        self, message: str, text: str = "", position: int | None = None, stop: int | None = None
    ) -> None:
        self.message = message
        """What is wrong, in one sentence."""
        self.text = text
        """The whole formula."""
        self.position = position
        """The index of the first character it points at; None if it points at none."""
        self.stop = stop
        """The index after the last such character."""
        where = "" if position is None else "\n" + pointed(text, position, stop)
        super().__init__(message + where)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.text, self.position, self.stop)


def pointed(text: str, start: int, stop: int | None = None) -> str:
    r"""The line of ``text`` that contains ``start``, with a mark below each character meant.

    >>> print(pointed("a = 1\nb = a ? 2", 12))
      line 2: b = a ? 2
                    ^
    """
    first = text.rfind("\n", 0, start) + 1
    end = text.find("\n", first)
    line = text[first : end if end >= 0 else len(text)]
    begin = start - first
    length = max(1, min((stop or start + 1) - start, len(line) - begin))
    head = f"  line {text.count(chr(10), 0, first) + 1}: " if "\n" in text.strip() else "  "
    left = max(0, begin - WIDTH // 2)
    if left:
        head += "…"
    shown = line[left : left + WIDTH]
    length = min(length, max(1, len(shown) - (begin - left)))
    more = "…" if left + WIDTH < len(line) else ""
    marked = shown[begin - left : begin - left + length]
    indent = columns(head) + columns(shown[: begin - left])
    return f"{head}{_clean(shown)}{more}\n{' ' * indent}{'^' * max(1, columns(marked))}"


def columns(text: str) -> int:
    """How many terminal columns a text takes; a Chinese character takes two."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _clean(text: str) -> str:
    """``text`` with each control character replaced by a space, so nothing moves the cursor."""
    return "".join([c if c.isprintable() else "\ufffd" if ord(c) > 32 else " " for c in text])
