"""Sections of the digits' page: forward, from the pixels to the loss."""

from __future__ import annotations

from collections.abc import Iterable

from viz.equations import number
from viz.numbers import show, sums_to

from . import digits_text, images, page
from .images import bar, signed, signed_bar, with_bar
from .page import equations, escape, figure, paragraph
from .reading import Reading, Unit


def unit(reading: Reading) -> Iterable[str]:
    """One hidden unit: its weights, its strongest inputs, its sum and its activation."""
    chosen = reading.most_moved
    products = chosen.products
    largest_weight = max(map(abs, chosen.weights))
    largest = max(map(abs, products))
    yield paragraph(
        f"Each of the {len(reading.hidden)} hidden units looks at all 64 pixels. This is unit "
        f"{chosen.index}, chosen because the loss asks most of it. Every pixel is multiplied by "
        "its weight; the products and the bias add up to z."
    )
    yield '<div class="pair">'
    yield figure(
        signed(chosen.weights, largest_weight, f"The 64 weights of unit {chosen.index}")
        + images.key(largest_weight),
        "Its weights, each at the place of its pixel: where ink speaks for this unit (+), and "
        "where against it (−, with a bar).",
    )
    yield figure(
        signed(products, largest, f"The 64 products of unit {chosen.index}") + images.key(largest),
        "Weight × pixel: what this digit makes of them. Where there is no ink, there is nothing.",
    )
    yield "</div>\n"
    yield f"<h3>{escape('Its strongest inputs')}</h3>\n"
    yield _terms(chosen)
    yield equations([digits_text.activation_equation(chosen)])


def _terms(unit: Unit) -> str:
    terms = digits_text.terms_of(unit)
    most = max(abs(value) for _, _, value in terms)
    rows = [
        [escape(name), escape(how), with_bar(show(value), signed_bar(value, most))]
        for name, how, value in terms
    ]
    sign = sums_to([value for _, _, value in terms], unit.z)
    rows.append(["z", f"added up {sign}", escape(show(unit.z))])
    head = ("input (row,column)", "weight × pixel", "brings")
    return page.table("what the strongest inputs bring", head, rows)


def scores(reading: Reading) -> Iterable[str]:
    """The ten scores, what softmax makes of them, and the loss."""
    yield paragraph(
        f"Ten scores are weighted sums of the {len(reading.hidden)} hidden units. Softmax makes "
        "them probabilities: e to the score, divided by the sum of all ten. The loss is −ln of "
        "the probability of the right digit: 0 if that is 1, and large if it is small."
    )
    most = max(abs(score.z_slope) for score in reading.scores)
    rows = []
    for k, (score, p) in enumerate(zip(reading.scores, reading.probabilities, strict=True)):
        rows.append(
            [
                f"{k}{' ← target' if k == reading.target else ''}",
                escape(show(score.z)),
                with_bar(number(p), bar(p)),
                with_bar(show(score.z_slope), signed_bar(score.z_slope, most)),
            ]
        )
    head = ("digit", "score", "probability", "gradient of the score")
    yield page.table("scores, probabilities and gradients", head, rows)
    yield equations(digits_text.softmax_equations(reading))
