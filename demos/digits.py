"""A network learns to read handwritten digits: ``python -m demos.digits``."""

from __future__ import annotations

import csv
import io
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import viz
from nn import cross_entropy
from viz.plots.training import theme_of
from viz.report import text_table
from viz.say.numbers import number

from . import digits_network, gallery, page
from .cli import check, command, headed, lines_of, say, wrapped
from .digits_network import (
    CLASSES,
    FOLDS,
    HIDDEN,
    LEVELS,
    PIXELS,
    QUICK_EPOCHS,
    QUICK_EXAMPLES,
    SIDE,
    Answer,
    Digits,
    Reading,
    Run,
    Split,
    a_digit,
    answers,
    learn,
    load,
    network,
    read,
    splits_of,
    to_show,
)
from .page import Draw, Files, share
from .plots import plot

# A seed whose first split, which is the one shown, comes out near the mean of its five (97.8 %).
SEED = 2
PATHS = 4  # from the loss to a weight
HEAD = ("digit", "score", "probability", "gradient of the score")
QUICK = (
    f"QUICK RUN: only {QUICK_EPOCHS} epochs over {QUICK_EXAMPLES} examples. "
    "It reads worse than after a full run."
)


# --- in a terminal --------------------------------------------------------------------------------


def run(folder: Path, *, seed: int = SEED, splits: int = 1, quick: bool = False) -> Path:
    """Train on the first splits, show a digit of the first, and return the path of its page."""
    check("matplotlib")
    digits = load()
    chosen = splits_of(digits, seed)[:splits]
    say(introduction(digits, chosen[0]))
    if quick:
        say(QUICK)
    runs = []
    for place, split in enumerate(chosen, 1):
        if splits > 1:
            say(f"\nSplit {place} of {FOLDS}")
        found = learn(digits, split, f"{seed}/{place}", quick=quick)
        right = round(found.accuracy * len(found.held_out))
        say(
            f"Held out: {right} of {len(found.held_out)} read rightly, {share(found.accuracy)} "
            f"({found.seconds:.0f} s of training)"
        )
        runs.append(found)
    if splits > 1:
        say(
            f"\nMean held-out accuracy of {splits} of {FOLDS} stratified splits: "
            f"{share(sum(found.accuracy for found in runs) / splits)}"
        )
    given = answers(runs[0])
    reading = read(runs[0].model, to_show(given))
    say(as_text(reading))
    return gallery.add(folder, "digits", files(runs[0], reading, given, quick=quick))


def introduction(digits: Digits, split: Split) -> str:
    """What will happen."""
    parameters = len(network(random.Random(0)).parameters())
    text = (
        f"{len(digits):,} real handwritten digits of 8 × 8 pixels. A network of {PIXELS} inputs, "
        f"{HIDDEN} hidden units (tanh) and {CLASSES} scores, which has {parameters:,} parameters, "
        f"learns from {len(split.training):,} of them. The other {len(split.held_out)} are held "
        "out: it never learns from them, and they show whether it can read."
    )
    columns = (
        "Each epoch is a round over all examples. loss and accuracy are those of the passes that "
        "it learned from, val_loss and val_accuracy those of the held-out digits at its end."
    )
    return f"{wrapped(text)}\n{wrapped(columns)}\n"


def as_text(reading: Reading) -> str:
    """The pass of one digit."""
    whole, inside = reading.player.story.views[0].steps[1:], reading.inside
    return "\n".join(
        [
            headed(
                f"One held-out digit, {a_digit(reading.answer.target)}, forward and backward",
                [in_text(reading.answer.pixels), "", text_table(HEAD, reading.rows()), ""],
            ),
            *lines_of(whole),
            headed(inside.title, lines_of(inside.steps[1:])),
            headed("Is it true? Nudge and measure", nudges(reading)),
        ]
    )


def in_text(pixels: Sequence[float]) -> str:
    """A digit in characters, two for each pixel.

    >>> print(in_text([0.0, 1.0, 0.5] * 21 + [0.0]).splitlines()[0])
      @@==  @@==  @@
    """
    shades = " .:-=+*#%@"
    dark = [2 * shades[round(x * (len(shades) - 1))] for x in pixels]
    return "\n".join("".join(dark[i : i + SIDE]).rstrip() for i in range(0, PIXELS, SIDE))


def nudges(reading: Reading) -> list[str]:
    """What raising a parameter of the unit by a little should do to the loss, and does."""
    return [entry.nudge for entry in reading.inside.entries if entry.nudge]


# --- on a page ------------------------------------------------------------------------------------


def files(run: Run, reading: Reading, given: Sequence[Answer], *, quick: bool = False) -> Files:
    """The page, its pictures and the table of all gradients, by file name."""
    model, answer, history = run.model, reading.answer, run.history
    whole, inside, unit = reading.player.story.views[0], reading.inside, reading.unit
    neurons = model.layers[0].neurons
    strongest = max(range(PIXELS), key=lambda i: abs(reading.gradient(0, unit, f"w.{i}")))
    why = viz.explain(neurons[unit].w[strongest], reading.loss, top=PATHS)
    wrong = [one for one in given if one.answer != one.target]
    slopes = [[reading.gradient(0, i, f"w.{k}") for k in range(PIXELS)] for i in range(HIDDEN)]
    weights = [[weight.data for weight in neuron.w] for neuron in neurons]
    parts = {
        "loss": plot(lambda ax: viz.plot_history(history, ax, log=True)),
        "accuracy": plot(lambda ax: viz.plot_history(history, ax, column="accuracy")),
        "digit": plot(lambda ax: _numbered(ax, answer.pixels), width=4.0, height=4.0),
        "player": reading.player,
        "unit": lambda theme: viz.draw_neuron(
            neurons[unit], reading.inputs, view="forward", theme=theme, legend=False
        ),
        "scores": page.table("scores, probabilities and gradients", HEAD, reading.rows()),
        "why": lambda theme: why.picture(theme=theme, direction="TB"),
        "nudges": page.steps(nudges(reading)),
        "network": lambda theme: viz.draw_network(
            model, answer.pixels, loss=lambda scores: cross_entropy(scores, answer.target),
            theme=theme, legend=False,
        ),
        "weights": _tiles(weights, [f"h{i}" for i in range(1, HIDDEN + 1)]),
        "gradients": _tiles(
            slopes, [f"h{i + 1} {number(reading.gradient(0, i, 'b'), 2)}" for i in range(HIDDEN)]
        ),
        "file": f"<p>{page.link('digits-gradients.csv', 'digits-gradients.csv')}</p>\n",
        "wrong": _mistakes(wrong) if wrong else "",
    }  # fmt: skip
    for name, view in (("whole", whole), ("unit", inside)):
        for phase in ("forward", "backward", "update", "again"):
            chosen = [step for step in view.steps if step.phase == phase]
            parts[f"{name}-{phase}"] = page.steps(chosen)
    every = list(reading.gradients.values())
    values = {
        **vars(digits_network),
        "PATHS": PATHS,
        "quick": QUICK if quick else "",
        "run": run,
        "answer": answer,
        "unit": unit + 1,
        "last": len(inside.steps),
        "wrong": wrong,
        "parameters": every,
        "zeros": every.count(0.0),
        "largest": max(abs(x) for row in weights for x in row),
        "steepest": max(abs(x) for row in slopes for x in row),
    }
    return {**page.page("digits", values, parts), "digits-gradients.csv": as_csv(reading)}


def _numbered(ax: Any, pixels: Sequence[float]) -> None:
    """A digit, with its numbers from 0 to 16."""
    ax.imshow(_rows(pixels), cmap="Greys", vmin=0.0, vmax=1.0)
    ax.set_axis_off()
    for i, x in enumerate(pixels):
        colour = "white" if x > 0.5 else "black"
        ax.text(i % SIDE, i // SIDE, f"{x * LEVELS:g}", ha="center", va="center", color=colour)


def _mistakes(wrong: Sequence[Answer]) -> Draw:
    names = [f"{one.target} as {one.answer} ({number(one.probability, 2)})" for one in wrong]
    return _tiles([one.pixels for one in wrong], names, columns=6, signed=False)


def _tiles(
    tiles: Sequence[Sequence[float]], names: Sequence[str], *, columns: int = 8, signed: bool = True
) -> Draw:
    """Images side by side, each under its name: signed numbers, blue and orange, or ink."""
    rows = -(-len(tiles) // columns)
    largest = max(abs(x) for tile in tiles for x in tile) if signed else 1.0
    wide, high = SIDE + 2, SIDE + 3

    def draw(ax: Any) -> None:
        from matplotlib.colors import LinearSegmentedColormap  # noqa: PLC0415

        theme = theme_of(ax)
        ends = [theme.negative, theme.page, theme.positive if signed else theme.ink]
        colours = LinearSegmentedColormap.from_list("signs", ends)
        for i, (tile, name) in enumerate(zip(tiles, names, strict=True)):
            x, y = wide * (i % columns), high * (i // columns)
            place = (x, x + SIDE, y + SIDE, y)
            ax.imshow(_rows(tile), cmap=colours, vmin=-largest, vmax=largest, extent=place)
            ax.bar(x, SIDE, SIDE, y, align="edge", fill=False, edgecolor=theme.muted)
            ax.text(x + SIDE / 2, y - 0.5, name, ha="center", fontsize=10.0)
        ax.set(xlim=(-0.5, wide * columns - 1.5), ylim=(high * rows - 2.5, -2.0))
        ax.set_axis_off()

    return plot(draw, width=11.0, height=1.4 * rows * 8 / columns)


def _rows(numbers: Sequence[float]) -> list[Sequence[float]]:
    return [numbers[i : i + SIDE] for i in range(0, PIXELS, SIDE)]


def as_csv(reading: Reading) -> str:
    """Every parameter with its value and gradient: name,value,gradient."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["parameter", "value", "gradient"])
    values = reading.model.state_dict()
    out.writerows([name, values[name], slope] for name, slope in reading.gradients.items())
    return text.getvalue()


main = command(
    "demos.digits",
    "A network learns to read handwritten digits.",
    run,
    splits={
        "choices": range(1, FOLDS + 1),
        "default": 1,
        "help": "train on so many of the five splits and report the mean (default: 1)",
    },
    seed={"default": SEED, "help": f"of splits, weights and order (default: {SEED})"},
)

if __name__ == "__main__":
    sys.exit(main())
