"""Sections of the digits' page: backward, from the loss to the weights of a hidden unit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import viz
from autograd import Value
from nn import MLP, Layer, cross_entropy
from nn.activations import Activate
from viz.equations import number, relation, seen
from viz.numbers import show, sums_to

from . import digits_text, images, page
from .images import SIDE, signed, signed_bar, with_bar
from .page import drawn, equation, equations, escape, figure, paragraph
from .reading import Reading, Unit

if TYPE_CHECKING:
    from viz import Picture

SHOWN_UNITS = 10


def loss_picture(reading: Reading) -> tuple[str, dict[str, str]]:
    """The end of the recorded graph, as markup and as files."""
    return drawn(
        lambda theme: viz.draw(
            reading.graph, theme=theme, max_nodes=len(reading.scores) + 2, fold=False
        ),
        "digits-loss",
        "The end of the recorded graph: ten scores, their ln Σ exp, and the loss.",
    )


def layer_picture(model: MLP, reading: Reading) -> tuple[str, dict[str, str]]:
    """The last layer with its gradients, as markup and as files."""
    return drawn(
        lambda theme: _last_layer(model, reading, theme),
        "digits-network",
        "Hidden units and scores, joined by the gradients of the weights between them.",
    )


def loss(picture: str) -> Iterable[str]:
    """Probability minus target."""
    yield paragraph(
        "The gradient of each score is simply its probability minus its target: 1 for the digit "
        "that it is, 0 for the nine others. The right score should rise, all others should fall, "
        "each as much as it is too high."
    )
    yield figure(
        picture,
        "The end of the recorded graph, as viz.draw shows it. The loss is ln Σ exp of all scores, "
        "less the right score: so the right score has two arrows, which bring its probability and "
        "−1. Each box of a score goes on to 32 weights, 32 hidden units and a bias, left out here.",
    )


def layer(picture: str) -> Iterable[str]:
    """All scores, all hidden units, and the weights between them."""
    yield paragraph(
        "Every score sends its gradient on to all hidden units, and to the weights on the way: the "
        "gradient of a weight is the score's gradient × the unit's value."
    )
    yield figure(
        picture,
        f"The last layer, as viz.draw_network shows it: the {SHOWN_UNITS} hidden units with the "
        "largest gradients, and the ten scores. v is a unit's value, g its gradient, ∂b that of "
        "its bias; a line is as thick as the gradient of its weight is large, dashed if it is "
        "negative, dotted if it is nearly 0.",
    )


def _last_layer(model: MLP, reading: Reading, theme: str) -> Picture:
    """The scores and the hidden units that the loss asks most of, joined by weights' gradients."""
    units = sorted(reading.hidden, key=lambda unit: -abs(unit.value_slope))
    last = Layer(len(units), len(reading.scores), nonlin=False)
    for k, (neuron, trained) in enumerate(zip(last.neurons, model.layers[-1].neurons, strict=True)):
        neuron.w = [trained.w[unit.index] for unit in units]
        neuron.b = trained.b
        neuron.activate = _named(f"score {k}")
    return viz.draw_network(
        last,
        [Value(unit.value, label=f"unit {unit.index}") for unit in units],
        edges="gradient",
        loss=lambda scores: cross_entropy(scores, reading.target),
        theme=theme,
        legend=False,
        max_units=SHOWN_UNITS,
        fold=False,
    )


def _named(name: str) -> Activate:
    """No activation, under a name of its own for the picture."""

    def same(z: Value) -> Value:
        return z

    same.__name__ = name
    return same


def unit(reading: Reading) -> Iterable[str]:
    """One hidden unit: ten paths into its gradient, tanh, and its 64 weights."""
    chosen, k = reading.most_moved, reading.target
    paths = reading.paths(chosen)
    most = max(map(abs, paths))
    yield paragraph(
        f"Hidden unit {chosen.index} goes into all ten scores, so its gradient has ten paths: each "
        "brings the weight to the score × the gradient of the score. They are added up."
    )
    rows = []
    for score, product in zip(reading.scores, paths, strict=True):
        w, slope = score.weights[chosen.index], score.z_slope
        sign = relation(seen(w) * seen(slope), product)
        name = f"score {score.index}{' ← target' if score.index == k else ''}"
        how = f"{show(w)} × {show(slope)} {sign}"
        rows.append([name, escape(how), with_bar(show(product), signed_bar(product, most))])
    sign = sums_to(paths, chosen.value_slope)
    rows.append(["∂loss/∂h", f"added up {sign}", escape(show(chosen.value_slope))])
    head = ("through", "weight × gradient", "brings")
    yield page.table("what the ten scores bring", head, rows)
    yield paragraph("Then it goes through tanh, whose local derivative is 1 − h²:")
    yield equations([digits_text.slope_equation(chosen)])
    largest = max(map(abs, chosen.weight_slopes))
    yield '<div class="pair">'
    yield figure(
        signed(
            chosen.weight_slopes, largest, f"The gradients of the 64 weights of unit {chosen.index}"
        )
        + images.key(largest),
        "The gradients of its 64 weights: ∂loss/∂z × pixel. It is the digit itself, in the colour "
        "of the gradient; a weight learns only where there is ink.",
    )
    yield f"<div>{''.join(_weight_slopes(chosen))}</div></div>\n"


def _weight_slopes(unit: Unit) -> Iterable[str]:
    yield paragraph("The strongest inputs of this unit, and the gradients of their weights:")
    for i in unit.strongest(digits_text.STRONGEST):
        row, column = divmod(i, SIDE)
        slope, x = unit.weight_slopes[i], unit.inputs[i]
        sign = relation(seen(unit.z_slope) * seen(x), slope)
        yield equation(
            f"pixel {row},{column}: {show(unit.z_slope)} × {number(x)} {sign} {show(slope)}"
        )
