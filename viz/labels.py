"""Text from users, made safe to draw: shown as it is, whatever it contains.

A label may hold braces, quotes, markup, control characters or a novel. Each writer (DOT,
Mermaid) quotes for its own format here, so that no other file knows how.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

ELLIPSIS = "…"
LINE_LIMIT = 32  # columns of a label in a box
TOOLTIP_LIMIT = 600

_REPLACEMENT = "\ufffd"


def clean(text: str) -> str:
    r"""One line without what cannot be drawn: controls, lone surrogates, marks that reorder text.

    >>> clean("two\nlines\x00")
    'two lines�'
    """
    spaced = " ".join(text.split())
    if spaced.isascii() and spaced.isprintable():
        return spaced
    return "".join(_REPLACEMENT if _is_unprintable(char) else char for char in spaced)


def shorten(text: str, limit: int = LINE_LIMIT) -> str:
    """``text`` cleaned, and cut to ``limit`` columns with an ellipsis if it is wider.

    >>> shorten("a" * 10_000, 5), shorten("short")
    ('aaaa…', 'short')
    """
    is_huge = len(text) > 20 * limit  # then only its beginning is read
    whole = clean(text[: 20 * limit])
    if columns(whole) <= limit and not is_huge:
        return whole
    kept: list[str] = []
    room = limit - 1
    for char in whole:
        room -= columns(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept).rstrip() + ELLIPSIS


def columns(text: str) -> int:
    r"""The width of ``text`` in a monospaced font, where a Chinese character takes two columns.

    >>> columns("abc"), columns("重み"), columns("e\u0301")
    (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def dot_quote(text: str) -> str:
    r"""``text`` as a quoted DOT string that is drawn literally.

    Backslashes would start an escape such as ``\N`` and ampersands an entity such as ``&lt;``.
    Because the result is always quoted, ``<`` never starts an HTML-like label.

    >>> print(dot_quote(r'say "a\b" & go'))
    "say \"a\\b\" &amp; go"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return f'"{escaped}"'


def dot_lines(lines: Sequence[str], ends: str) -> str:
    r"""Lines as one quoted DOT label; ``ends`` has ``n`` or ``l`` per line: centred or left.

    >>> print(dot_lines(("tanh", "v 0.6"), "nl"))
    "tanh\nv 0.6\l"
    """
    parts = [f"{dot_quote(line)[1:-1]}\\{end}" for line, end in zip(lines, ends, strict=True)]
    return f'"{"".join(parts)}"'


def dot_hint(text: str) -> str:
    r"""Text that may have several lines as one quoted DOT tooltip.

    >>> print(dot_hint("a\nb"))
    "a\nb"
    """
    return dot_quote(text).replace("\n", "\\n")


def mermaid_quote(text: str) -> str:
    """``text`` as a quoted Mermaid string: all punctuation as ``#code;``, so nothing is markup.

    A line that begins with ``+ `` or ``1. `` would otherwise be read as a Markdown list.

    >>> mermaid_quote('a "b" <c>')
    '"a #34;b#34; #60;c#62;"'
    """
    # Mermaid makes a line break of a backslash and an n, even when both are written as codes: an
    # invisible joiner keeps them apart.
    joined = text.replace("\\n", "\\\u2060n")
    return f'"{"".join(map(_mermaid_char, joined))}"'


def _mermaid_char(char: str) -> str:
    literal = char in " ,_" or char.isalnum() or not char.isascii()
    return char if literal else f"#{ord(char)};"


def _is_unprintable(char: str) -> bool:
    category = unicodedata.category(char)
    # Cc controls, Cs surrogates, Cn unassigned (XML forbids U+FFFE and U+FFFF); of the format
    # characters only the joiners that scripts and emoji need are kept: the rest can reorder text.
    return category in ("Cc", "Cs", "Cn") or (category == "Cf" and char not in "\u200c\u200d")


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
