"""Tables and pictures of one digit's pass: of a hidden unit, of the scores, of all gradients."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from viz.say.numbers import number, relation, seen, show, sums_to

from . import digits_text, page
from .images import SIDE, bar, key, signed, signed_bar, with_bar
from .page import equation, escape, figure
from .reading import Reading, Unit


def parts(reading: Reading) -> page.Parts:
    """All of them, by their names in the text."""
    unit, hidden, scores = reading.most_moved, reading.hidden, reading.scores
    weights = max(abs(w) for one in hidden for w in one.weights)
    slopes = max(abs(s) for one in hidden for s in one.weight_slopes)
    cards = [_card(one, weights, slopes, chosen=one is unit) for one in hidden]
    return {
        "unit-weights": _square(unit.weights, f"The 64 weights of unit {unit.index}"),
        "unit-products": _square(unit.products, f"The 64 products of unit {unit.index}"),
        "unit-terms": _terms(unit),
        "unit-activation": page.equations([digits_text.activation_equation(unit)]),
        "scores": _scores(reading),
        "softmax": page.equations(digits_text.softmax_equations(reading)),
        "paths": _paths(reading),
        "unit-slope": page.equations([digits_text.slope_equation(unit)]),
        "unit-gradients": _square(
            unit.weight_slopes, f"The gradients of the 64 weights of unit {unit.index}"
        ),
        "unit-products-back": _strongest(unit),
        "key-weights": key(weights),
        "key-gradients": key(slopes),
        "units": f'<div class="cards">{"".join(cards)}</div>\n',
        "score-weights": _second_layer(
            [score.weights for score in scores],
            "The weights. Each row is a score, 0 to 9; each column is a hidden unit, 0 to 31 "
            "from left to right.",
        ),
        "score-gradients": _second_layer(
            [score.weight_slopes for score in scores],
            "Their gradients: the score's gradient × the unit's h. The row of the target and the "
            "rows of its rivals stand out.",
        ),
    }


def _square(values: Sequence[float], words: str) -> str:
    """Signed numbers at the places of their pixels, and what their colours mean."""
    largest = max(map(abs, values))
    return signed(values, largest, words) + key(largest)


def _terms(unit: Unit) -> str:
    head = ("input (row,column)", "weight × pixel", "brings")
    terms = digits_text.terms_of(unit)
    return _added_up("what the strongest inputs bring", head, terms, "z", unit.z)


def _paths(reading: Reading) -> str:
    """What each score brings to a hidden unit's gradient."""
    unit = reading.most_moved
    terms = []
    for score, product in zip(reading.scores, reading.paths(unit), strict=True):
        w, slope = score.weights[unit.index], score.z_slope
        how = f"{show(w)} × {show(slope)} {relation(seen(w) * seen(slope), product)}"
        terms.append((f"score {_of(reading, score)}", how, product))
    head = ("through", "weight × gradient", "brings")
    return _added_up("what the ten scores bring", head, terms, "∂loss/∂h", unit.value_slope)


def _of(reading: Reading, score: Unit) -> str:
    return f"{score.index}{' ← target' if score.index == reading.target else ''}"


def _added_up(
    words: str,
    head: Sequence[str],
    terms: Sequence[tuple[str, str, float]],
    name: str,
    total: float,
) -> str:
    """A table of terms with bars, and of their sum."""
    values = [value for _, _, value in terms]
    most = max(map(abs, values))
    rows = [
        [escape(of), escape(how), with_bar(show(value), signed_bar(value, most))]
        for of, how, value in terms
    ]
    rows.append([name, f"added up {sums_to(values, total)}", escape(show(total))])
    return page.table(words, head, rows)


def _scores(reading: Reading) -> str:
    """The ten scores, what softmax makes of them, and their gradients."""
    most = max(abs(score.z_slope) for score in reading.scores)
    rows = [
        [
            _of(reading, score),
            escape(show(score.z)),
            with_bar(number(p), bar(p)),
            with_bar(show(score.z_slope), signed_bar(score.z_slope, most)),
        ]
        for score, p in zip(reading.scores, reading.probabilities, strict=True)
    ]
    head = ("digit", "score", "probability", "gradient of the score")
    return page.table("scores, probabilities and gradients", head, rows)


def _strongest(unit: Unit) -> str:
    """The gradients of the weights of the strongest inputs."""
    lines = []
    for i in unit.strongest(digits_text.STRONGEST):
        row, column = divmod(i, SIDE)
        slope, x = unit.weight_slopes[i], unit.inputs[i]
        sign = relation(seen(unit.z_slope) * seen(x), slope)
        how = f"{show(unit.z_slope)} × {number(x)} {sign} {show(slope)}"
        lines.append(equation(f"pixel {row},{column}: {how}"))
    return "".join(lines)


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
    return figure(picture + key(largest), caption, "matrix")


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
