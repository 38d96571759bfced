"""The page of the digits: how the network learned, and one digit's pass with every gradient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import viz
from viz.equations import number
from viz.palette import DARK, LIGHT

from . import digits_backward, digits_forward, digits_gradients, digits_text, images, page, training
from .digits_text import a_digit, percent
from .page import figure, paragraph, section
from .reading import Answer, Experiment, Reading
from .training import Run

INKS = (LIGHT.ink, DARK.ink)
TITLE = "A network reads handwritten digits, and shows every gradient"


def files(
    run: Run, reading: Reading, experiment: Experiment, wrong: Sequence[Answer]
) -> dict[str, str]:
    """The page, its pictures and the table of all gradients, by file name."""
    loss, pictures = digits_backward.loss_picture(reading)
    layer, more = digits_backward.layer_picture(run.model, reading)
    what = a_digit(reading.target)
    link, played = page.offered(
        "digits-player.html",
        viz.player(
            reading.graph,
            image=(images.SIDE, images.SIDE),
            title=f"Reading {what}, forward and backward",
        ).html,
        f"Step through it: {what} goes forward and backward, layer by layer; every unit opens",
    )
    body = [
        section("It learned from examples", *_learning(run)),
        section("One digit that it had never seen", *_digit(reading), link),
        section("Forward: one hidden unit", *digits_forward.unit(reading)),
        section("Forward: scores, probabilities, loss", *digits_forward.scores(reading)),
        section("Backward: from the loss to the scores", *digits_backward.loss(loss)),
        section("Backward: from the scores to the hidden units", *digits_backward.layer(layer)),
        section("Backward: through one hidden unit", *digits_backward.unit(reading)),
        section("Every gradient of the network", *digits_gradients.everything(reading)),
        section("Is it true, and what is it for?", *_experiment(reading, experiment)),
        section("What it still reads wrongly", *_wrong(run, wrong)),
    ]
    return {
        "digits.html": page.document(TITLE, _lead(run), body),
        digits_gradients.CSV: digits_gradients.as_csv(reading),
        **{
            f"digits-digit-{theme}.svg": images.as_file(reading.pixels, what, ink)
            for theme, ink in zip(page.THEMES, INKS, strict=True)
        },
        **pictures,
        **more,
        **played,
    }


def _lead(run: Run) -> str:
    return (
        f"{len(run.digits):,} digits, written by hand by 13 people. A network of "
        f"{training.PIXELS} inputs, {training.HIDDEN} hidden units and {training.CLASSES} scores "
        f"learned from {len(run.split.training):,} of them to read the others: of "
        f"{len(run.split.held_out)} that were held out it reads {percent(run.accuracy)} rightly. "
        "Here is how it reads one of them, and what it could learn from it."
    )


def _learning(run: Run) -> Iterable[str]:
    if run.quick:
        text = digits_text.quick(len(run.history), len(run.split.training))
        yield paragraph(text, "note")
    yield paragraph(
        f"It began with random weights. {training.BATCH} digits at a time went forward, the loss "
        "went backward, and every parameter took a small step against its gradient. One epoch is "
        f"one round over all {len(run.split.training):,} examples; the whole training took "
        f"{run.seconds:.0f} seconds in plain Python."
    )
    most = max(epoch.loss for epoch in run.history)
    count = len(run.split.held_out)
    errors = [count - round(epoch.held_out * count) for epoch in run.history]
    rows = [
        [
            str(epoch.number),
            images.with_bar(f"{epoch.loss:.4f}", images.bar(epoch.loss, most)),
            percent(epoch.training),
            percent(epoch.held_out),
            images.with_bar(str(wrong), images.bar(wrong, max(errors))),
        ]
        for epoch, wrong in zip(run.history, errors, strict=True)
    ]
    head = ("epoch", "loss", "right while learning", "right, held out", f"wrong, of {count}")
    yield page.table("how it learned, epoch by epoch", head, rows)
    yield paragraph(
        "The loss falls, and more and more digits are read rightly: those that it learns from, "
        "nearly all in the end, and also those that it never learns from. Only these count: "
        "learning by heart would not help there.",
        "small",
    )


def _digit(reading: Reading) -> Iterable[str]:
    k, p = reading.target, reading.probabilities[reading.target]
    yield '<div class="pair">'
    yield figure(
        images.pixels(reading.pixels, f"The image of a handwritten {k}, 8 by 8 pixels"),
        f"A handwritten {k}: 8 × 8 pixels, each from 0 (paper) to 16 (ink). Divided by 16 they are "
        "the 64 inputs of the network.",
    )
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
    beside = f"{paragraph(text, 'lead')}{paragraph(doubt)}{paragraph(_size(reading))}"
    yield f"<div>{beside}</div></div>\n"


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


def _experiment(reading: Reading, experiment: Experiment) -> Iterable[str]:
    yield paragraph(digits_text.check_words(experiment))
    yield paragraph(digits_text.step_words(reading, experiment))
    yield paragraph(
        "That is all that learning is: such steps, for one batch of digits after the other. "
        "(From this digit nothing was really learned: it is held out, and the step was undone.)"
    )


def _wrong(run: Run, wrong: Sequence[Answer]) -> Iterable[str]:
    if not wrong:
        yield paragraph("Nothing: every held-out digit is read rightly.")
        return
    yield paragraph(
        f"{len(wrong)} of {len(run.split.held_out)} held-out digits, with what it takes them for "
        "and how sure it is. Some of them make people think twice, too."
    )
    cards = [_mistake(run, answer) for answer in wrong]
    yield f'<div class="cards">{"".join(cards)}</div>\n'


def _mistake(run: Run, answer: Answer) -> str:
    what, said = a_digit(answer.target), a_digit(answer.answer)
    picture = images.thumbnail(run.digits.images[answer.index], f"Handwritten: {what}")
    return figure(picture, f"{what}, read as {said} ({number(answer.probability)})")
