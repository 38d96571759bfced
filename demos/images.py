"""Small pictures as SVG and HTML, built by hand: pixels, weights, bars.

A sign is never told by colour alone: cells and bars of negative numbers are barred or hatched,
and numbers are printed with their sign.
"""

from __future__ import annotations

from collections.abc import Sequence

from viz.say.numbers import MINUS, show

from .page import escape

SIDE = 8  # the digits have 8 rows of 8 pixels
INKED = 0.55  # above this share of full ink, text on it is in the colour of the page
FAINT = 0.02  # below this share of the largest, a cell is left empty

_SHADES = " .:-=+*#%@"


def pixels(values: Sequence[float], words: str, *, levels: int = 16) -> str:
    """A digit: one square a pixel, with its number from 0 to ``levels`` in it."""
    cells = []
    for i, value in enumerate(values):
        row, column = divmod(i, SIDE)
        tone = "page" if value > INKED else "ink"
        cells.append(
            f'<rect class="ink" x="{column}" y="{row}" width="1" height="1" '
            f'fill-opacity="{value:.4g}"/>'
            f'<text class="{tone}" x="{column + 0.5}" y="{row + 0.64}">'
            f"{round(value * levels)}</text>"
        )
    return _square("".join(cells), words, "pixels numbered")


def thumbnail(values: Sequence[float], words: str) -> str:
    """A digit, small and without numbers."""
    cells = [
        f'<rect class="ink" x="{i % SIDE}" y="{i // SIDE}" width="1.02" height="1.02" '
        f'fill-opacity="{value:.4g}"/>'
        for i, value in enumerate(values)
        if value
    ]
    return _square("".join(cells), words, "pixels")


def as_file(values: Sequence[float], words: str, ink: str) -> str:
    """A digit as an SVG file of its own, in the colour ``ink``."""
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" width="240" height="240" fill="{ink}" '
    return thumbnail(values, words).replace("<svg ", opening, 1)


def signed(
    values: Sequence[float],
    largest: float,
    words: str,
    *,
    columns: int = SIDE,
    names: Sequence[str] = (),
) -> str:
    """Signed numbers as cells: the fuller the colour, the nearer to ±``largest``; negative barred.

    ``names`` are those of the rows, written at the left.
    """
    rows = -(-len(values) // columns)
    cells = []
    bars: dict[float, list[str]] = {}
    for i, value in enumerate(values):
        share = min(abs(value) / largest, 1.0) if largest else 0.0
        if share < FAINT:
            continue
        row, column = divmod(i, columns)
        kind = "positive" if value > 0 else "negative"
        cells.append(
            f'<rect class="{kind}" x="{column}" y="{row}" width="1" height="1" '
            f'fill-opacity="{share:.2f}"/>'
        )
        if value < 0:
            # A bar is as strong as its cell, in five steps; but never too faint to be seen.
            strength = 0.2 + 0.2 * round(4.0 * share)
            bars.setdefault(strength, []).append(f"M{column + 0.25} {row + 0.5}h.5")
    marks = [
        f'<path class="bar" stroke-opacity="{min(strength, 1.0):.1f}" d="{"".join(where)}"/>'
        for strength, where in sorted(bars.items())
    ]
    left = [
        f'<text class="ink" x="-0.4" y="{row + 0.75}">{escape(name)}</text>'
        for row, name in enumerate(names)
    ]
    inside = "".join([*cells, *marks, *left])
    return _grid(inside, columns, rows, words, "signed", named=bool(names))


def key(largest: float) -> str:
    """What the colours of `signed` mean, as a line of words and samples."""
    plus = signed([largest], largest, "a full cell without a bar", columns=1)
    minus = signed([-largest], largest, "a full cell with a bar", columns=1)
    return (
        f'<p class="key"><span>{plus} {show(largest)}</span> <span>{minus} {show(-largest)}</span> '
        "<span>paler: nearer to 0; empty: 0, or less than 2 % of that</span></p>\n"
    )


def with_bar(text: str, picture: str) -> str:
    """A number and its bar, side by side, or one above the other where it is narrow."""
    return f'<span class="bar-cell"><span>{escape(text)}</span>{picture}</span>'


def bar(value: float, largest: float = 1.0) -> str:
    """A bar from the left, as wide as its share of ``largest``."""
    return f'<span class="bar-plain" style="width:{_percent(value, largest)}%"></span>'


def signed_bar(value: float, largest: float) -> str:
    """A bar from the middle, to the right if positive, hatched and to the left if negative."""
    kind = "negative" if value < 0 else "positive"
    width = _percent(value, largest) / 2
    return (
        f'<span class="bar-signed"><span class="{kind}" style="width:{width:.4g}%"></span></span>'
    )


def _percent(value: float, largest: float) -> float:
    return round(min(abs(value) / largest, 1.0) * 100, 2) if largest else 0.0


def _square(cells: str, words: str, kind: str) -> str:
    return _grid(cells, SIDE, SIDE, words, kind)


def _grid(
    cells: str, columns: int, rows: int, words: str, kind: str, *, named: bool = False
) -> str:
    gutter = 1.2 if named else 0
    return (
        f'<svg class="{kind}" role="img" aria-label="{escape(words)}" '
        f'viewBox="{-gutter} 0 {columns + gutter} {rows}">{cells}'
        f'<rect class="frame" width="{columns}" height="{rows}"/></svg>'
    )


# --- in a terminal --------------------------------------------------------------------------------


def in_text(values: Sequence[float]) -> str:
    """A digit in characters, two for each pixel.

    >>> print(in_text([0.0, 1.0, 0.5] * 21 + [0.0]).splitlines()[0])
      @@==  @@==  @@
    """
    shades = [_SHADES[round(value * (len(_SHADES) - 1))] * 2 for value in values]
    rows = ["".join(shades[i : i + SIDE]) for i in range(0, len(shades), SIDE)]
    return "\n".join(row.rstrip() for row in rows)


def bar_in_text(share: float, width: int = 30) -> str:
    """A bar in characters.

    >>> bar_in_text(0.5, 4)
    '##'
    """
    return "#" * round(min(share, 1.0) * width)


def signs_in_text(values: Sequence[float], largest: float) -> str:
    """Signed numbers in characters: + and − where above half of the largest, else . or blank.

    >>> signs_in_text([1.0, -0.9, 0.2, 0.0], 1.0)
    '+ − .'
    """
    marks = []
    for value in values:
        share = abs(value) / largest if largest else 0.0
        strong = "+" if value > 0 else MINUS
        marks.append(strong if share >= 0.5 else "." if share >= FAINT else " ")
    rows = [" ".join(marks[i : i + SIDE]) for i in range(0, len(marks), SIDE)]
    return "\n".join(row.rstrip() for row in rows)
