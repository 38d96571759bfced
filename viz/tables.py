"""Tables as text and as HTML: columns as wide as their widest text, numbers to the right."""

from __future__ import annotations

import html
from collections.abc import Sequence

from .say.labels import columns

Rows = Sequence[Sequence[str]]


def text_table(header: Sequence[str], rows: Rows, *, left: int = 1) -> str:
    """A table in plain text; all columns but the first ``left`` are set to the right.

    >>> print(text_table(["layer", "units"], [["layers.0", "16"], ["layers.1", "1"]]))
    layer     units
    --------  -----
    layers.0     16
    layers.1      1
    """
    widths = [max(map(columns, column)) for column in zip(header, *rows, strict=True)]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(
            _padded(text, width, to_the_left=i < left)
            for i, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def html_table(header: Sequence[str], rows: Rows, *, left: int = 1) -> str:
    """The same for a notebook, in the notebook's own colours.

    >>> html_table(["a"], [["<b>"]])
    '<table><thead><tr><th style="text-align:left">a</th></tr></thead>\
<tbody><tr><td style="text-align:left">&lt;b&gt;</td></tr></tbody></table>'
    """
    head = _cells("th", header, left)
    body = "".join(f"<tr>{_cells('td', row, left)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(tag: str, texts: Sequence[str], left: int) -> str:
    sides = ["left" if i < left else "right" for i in range(len(texts))]
    return "".join(
        f'<{tag} style="text-align:{side}">{html.escape(text)}</{tag}>'
        for text, side in zip(texts, sides, strict=True)
    )


def _padded(text: str, width: int, *, to_the_left: bool) -> str:
    room = " " * (width - columns(text))
    return text + room if to_the_left else room + text
