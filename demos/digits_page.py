"""The page of the digits: how the network learned, and one digit's pass with every gradient.

Its words are in ``texts/digits.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

import viz
from autograd import Value
from nn import MLP, Layer, cross_entropy
from nn.activations import Activate
from viz import Picture
from viz.render.palette import DARK, LIGHT
from viz.say.numbers import number

from . import digits_text, digits_unit, images, page, training
from .digits_text import a_digit, percent
from .page import Files, figure, paragraph
from .reading import Answer, Experiment, Reading
from .training import Run

CSV = "digits-gradients.csv"
INKS = (LIGHT.ink, DARK.ink)
SHOWN_UNITS = 10


def files(run: Run, reading: Reading, experiment: Experiment, wrong: Sequence[Answer]) -> Files:
    """The page, its pictures and the table of all gradients, by file name."""
    what = a_digit(reading.target)
    made: Files = {CSV: digits_unit.as_csv(reading)}
    for theme, ink in zip(page.THEMES, INKS, strict=True):
        made[f"digits-digit-{theme}.svg"] = images.as_file(reading.pixels, what, ink)
    player = viz.player(
        reading.graph,
        image=(images.SIDE, images.SIDE),
        title=f"Reading {what}, forward and backward",
    )
    quick = digits_text.quick(run.history.epochs, len(run.split.training))
    parts: dict[str, str | page.Described] = {
        **digits_unit.parts(reading),
        "quick": paragraph(quick, "note") if run.quick else "",
        "learning": _learning(run),
        "digit": images.pixels(
            reading.pixels, f"The image of a handwritten {reading.target}, 8 by 8 pixels"
        ),
        "answer": _answer(reading),
        "player": page.offered(
            made, "digits-player.html", player.html,
            f"Step through it: {what} goes forward and backward, layer by layer; every unit opens",
        ),
        "loss": page.drawn(
            made,
            lambda theme: viz.draw(
                reading.graph, theme=theme, max_nodes=len(reading.scores) + 2, fold=False
            ),
            "digits-loss",
            "The end of the recorded graph: ten scores, their ln Σ exp, and the loss.",
        ),
        "layer": page.drawn(
            made,
            lambda theme: _last_layer(run.model, reading, theme),
            "digits-network",
            "Hidden units and scores, joined by the gradients of the weights between them.",
        ),
        "file": f"<p>{page.link(CSV, CSV)}</p>\n",
        "wrong": _wrong(run, wrong),
    }  # fmt: skip
    units = (*reading.hidden, *reading.scores)
    slopes = [slope for unit in units for slope in (*unit.weight_slopes, unit.bias_slope)]
    zeros = sum(slope == 0.0 for slope in slopes)
    blank = sum(pixel == 0.0 for pixel in reading.pixels) * len(reading.hidden)
    values = {
        **vars(training),
        "SHOWN_UNITS": SHOWN_UNITS,
        "run": run,
        "reading": reading,
        "all": len(run.digits),
        "learned": len(run.split.training),
        "held_out": len(run.split.held_out),
        "count": len(slopes),
        "zeros": zeros,
        "why": ", since their pixel has no ink" if zeros == blank else "",
        "check": digits_text.check_words(experiment),
        "step": digits_text.step_words(reading, experiment),
    }
    made["digits.html"] = page.whole("digits", values, parts)
    return made


def _learning(run: Run) -> str:
    """How it learned, epoch by epoch."""
    count = len(run.split.held_out)
    history = run.history
    errors = [count - round(right * count) for right in history["val_accuracy"]]
    columns = (history["epoch"], history["loss"], history["accuracy"], history["val_accuracy"])
    rows = [
        [
            str(epoch),
            images.with_bar(f"{loss:.4f}", images.bar(loss, max(history["loss"]))),
            percent(right),
            percent(held_out),
            images.with_bar(str(wrong), images.bar(wrong, max(errors))),
        ]
        for epoch, loss, right, held_out, wrong in zip(*columns, errors, strict=True)
    ]
    head = ("epoch", "loss", "right while learning", "right, held out", f"wrong, of {count}")
    return page.table("how it learned, epoch by epoch", head, rows)


def _answer(reading: Reading) -> str:
    k, p = reading.target, reading.probabilities[reading.target]
    text = (
        f"The network says: {reading.answer}, with probability "
        f"{number(reading.probabilities[reading.answer])}."
    )
    doubt = (
        "A digit was chosen that it reads rightly, but not without doubt: where it is certain, "
        "the loss and all gradients are nearly 0, and there is nothing to see."
        if reading.answer == k
        else f"It is wrong: this is {a_digit(k)}, to which it gave {number(p)}."
    )
    return f"<div>{paragraph(text, 'lead')}{paragraph(doubt)}{paragraph(_size(reading))}</div>"


def _size(reading: Reading) -> str:
    graph = reading.graph
    parameters = sum(node.kind == "parameter" for node in graph)
    operations = sum(node.op is not None for node in graph)
    # n products and n additions (with the bias) stand in each of the weighted sums.
    single = sum(len(unit.weights) * 2 - 1 for unit in (*reading.hidden, *reading.scores))
    return (
        f"Its pass has {len(graph):,} recorded nodes: {parameters:,} parameters, "
        f"{len(reading.pixels)} pixels and {operations} operations. Written with single × and + "
        f"it would be {len(graph) + single:,}. That is too much for one picture; what follows is "
        "chosen from it; further down all of its gradients are shown."
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


def _wrong(run: Run, wrong: Sequence[Answer]) -> str:
    if not wrong:
        return paragraph("Nothing: every held-out digit is read rightly.")
    words = (
        f"{len(wrong)} of {len(run.split.held_out)} held-out digits, with what it takes them for "
        "and how sure it is. Some of them make people think twice, too."
    )
    cards = [_mistake(run, answer) for answer in wrong]
    return f'{paragraph(words)}<div class="cards">{"".join(cards)}</div>\n'


def _mistake(run: Run, answer: Answer) -> str:
    what, said = a_digit(answer.target), a_digit(answer.answer)
    picture = images.thumbnail(run.digits.images[answer.index], f"Handwritten: {what}")
    return figure(picture, f"{what}, read as {said} ({number(answer.probability)})")
