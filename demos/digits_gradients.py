"""Section of the digits' page: all gradients at once, as pictures and as a table in a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from viz.numbers import show

from . import images, page
from .images import signed
from .page import escape, figure, paragraph
from .reading import Reading, Unit

CSV = "digits-gradients.csv"


def everything(reading: Reading) -> Iterable[str]:
    """The gradient of every parameter."""
    hidden, scores = reading.hidden, reading.scores
    slopes = [s for unit in (*hidden, *scores) for s in (*unit.weight_slopes, unit.bias_slope)]
    zeros = sum(slope == 0.0 for slope in slopes)
    blank = sum(pixel == 0.0 for pixel in reading.pixels) * len(hidden)
    why = ", since their pixel has no ink" if zeros == blank else ""
    yield paragraph(
        f"All {len(slopes):,} parameters have a gradient now; {zeros:,} of them are exactly "
        f"0{why}. Each as a number:"
    )
    yield f"<p>{page.link(CSV, CSV)}</p>\n"
    yield f"<h3>{escape('The first layer: 32 units, 64 weights each')}</h3>\n"
    most_weight = max(abs(w) for unit in hidden for w in unit.weights)
    most_slope = max(abs(s) for unit in hidden for s in unit.weight_slopes)
    chosen = reading.most_moved.index
    cards = [_card(unit, most_weight, most_slope, chosen=unit.index == chosen) for unit in hidden]
    yield paragraph("At the left of each unit stand its weights, from the first row of pixels on:")
    yield images.key(most_weight)
    yield paragraph(
        "At the right, their gradients: all have the shape of the digit, in the strength "
        "and with the sign of ∂loss/∂z."
    )
    yield images.key(most_slope)
    yield f'<div class="cards">{"".join(cards)}</div>\n'
    yield f"<h3>{escape('The second layer: 10 scores, 32 weights each')}</h3>\n"
    yield _second_layer(
        [score.weights for score in scores],
        "The weights. Each row is a score, 0 to 9; each column is a hidden unit, 0 to 31 "
        "from left to right.",
    )
    yield _second_layer(
        [score.weight_slopes for score in scores],
        "Their gradients: the score's gradient × the unit's h. The row of the target and the rows "
        "of its rivals stand out.",
    )
    yield f"<h3>{escape('The biases')}</h3>\n"
    yield paragraph(
        "A bias moves its sum at rate 1, so its gradient is that of the sum: for a score its "
        "probability − target, as above; for a hidden unit the ∂loss/∂z under its picture."
    )


def _card(unit: Unit, most_weight: float, most_slope: float, *, chosen: bool) -> str:
    pictures = (
        signed(unit.weights, most_weight, f"Weights of unit {unit.index}"),
        signed(unit.weight_slopes, most_slope, f"Gradients of the weights of unit {unit.index}"),
    )
    return (
        f'<figure class="{"chosen" if chosen else "unit"}">'
        f'<div class="two">{"".join(pictures)}</div>'
        f"<figcaption>unit {unit.index}<br>h {escape(show(unit.value))}<br>"
        f"∂loss/∂h {escape(show(unit.value_slope))}<br>"
        f"∂loss/∂z {escape(show(unit.z_slope))}</figcaption></figure>\n"
    )


def _second_layer(rows: Sequence[Sequence[float]], caption: str) -> str:
    values = [value for row in rows for value in row]
    largest = max(map(abs, values))
    names = [str(row) for row in range(len(rows))]
    picture = signed(values, largest, caption, columns=len(rows[0]), names=names)
    return figure(picture + images.key(largest), caption, "matrix")


def as_csv(reading: Reading) -> str:
    """Every parameter with its value and gradient: name,value,gradient."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["parameter", "value", "gradient"])
    for number_of_layer, units in enumerate((reading.hidden, reading.scores)):
        for unit in units:
            place = f"layers.{number_of_layer}.neurons.{unit.index}"
            for i, (w, slope) in enumerate(zip(unit.weights, unit.weight_slopes, strict=True)):
                out.writerow([f"{place}.w.{i}", repr(w), repr(slope)])
            out.writerow([f"{place}.b", repr(unit.bias), repr(unit.bias_slope)])
    return text.getvalue()
