"""A network learns to tell two moons apart: ``python -m demos.moons``."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import nn

from . import cli, gallery, missing, moons_page
from .cli import say
from .moons_page import NETWORK
from .moons_training import EPOCHS, NEW, POINTS, SIZES, Run, learn
from .page import share, write

SEED = 0
QUICK_EPOCHS = 15
WIDTH = 88


def run(folder: Path, *, seed: int = SEED, quick: bool = False) -> Path:
    """Train in front of the user, write the page, save the network, return the page's path."""
    missing.check("matplotlib", "safetensors")
    epochs = QUICK_EPOCHS if quick else EPOCHS
    say(introduction(quick=quick))
    found = learn(seed, epochs=epochs, quick=quick)
    say(result(found))
    write(folder, moons_page.files(found))
    nn.save(found.model, folder / NETWORK, notes="demos.moons")
    say(saved(folder))
    gallery.write_index(folder)
    return folder / "moons.html"


def introduction(*, quick: bool = False) -> str:
    """What will happen."""
    text = (
        f"{POINTS} points in the shape of two moons. A network of 2 inputs, {SIZES[0]} and "
        f"{SIZES[1]} hidden units (relu) and one output learns to say which moon a point belongs "
        f"to. An epoch is a round over all points; accuracy is the share that is right."
    )
    lines = [textwrap.fill(text, WIDTH)]
    if quick:
        lines.append(moons_page.quick(QUICK_EPOCHS))
    return "\n".join(lines)


def result(found: Run) -> str:
    """How well it knows them in the end."""
    right = round(found.last.accuracy * len(found.points))
    new = round(found.new_accuracy * NEW)
    return (
        f"Right in the end: {right} of the {len(found.points)} moons it learned from, "
        f"{share(found.last.accuracy)} ({found.seconds:.0f} s of training);\n"
        f"of {NEW:,} new points {new}, {share(found.new_accuracy)}."
    )


def saved(folder: Path) -> str:
    """Where the network is, and how to get it back."""
    path = (folder / NETWORK).resolve()
    return f"The network is saved; to have it back: nn.load({str(path)!r})"


main = cli.command(
    "demos.moons",
    "A network learns to tell two moons apart.",
    run,
    cli.seed(SEED, "of points, weights and order"),
)

if __name__ == "__main__":
    sys.exit(main())
