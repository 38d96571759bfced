"""A network learns to read handwritten digits: ``python -m demos.digits``."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from time import perf_counter

from . import cli, data, digits_page, digits_text, gallery, reading, training
from .cli import say
from .data import Digits, Split
from .page import write
from .progress import Progress
from .training import Run

# A seed whose first split, which is the one shown, comes out near the mean of its five (97.8 %).
SEED = 2
QUICK_EPOCHS = 4
QUICK_EXAMPLES = 320


def main(arguments: list[str] | None = None) -> int:
    """Train, report, and write the page of one digit; 1 if scikit-learn is missing."""
    parser = cli.parser("demos.digits", "A network learns to read handwritten digits.")
    parser.add_argument(
        "--splits",
        type=int,
        choices=range(1, data.FOLDS + 1),
        default=1,
        help="train on so many of the five splits and report the mean (default: 1)",
    )
    parser.add_argument(
        "--seed", type=int, default=SEED, help=f"of splits, weights and order (default: {SEED})"
    )
    options = parser.parse_args(arguments)
    return cli.made(
        lambda: run(
            options.out, seed=options.seed, number_of_splits=options.splits, quick=options.quick
        ),
        show=options.open,
    )


def run(folder: Path, *, seed: int = SEED, number_of_splits: int = 1, quick: bool = False) -> Path:
    """Train on the first splits, show a digit of the first, and return the path of its page."""
    digits = data.load()
    chosen = data.splits(digits, seed)[:number_of_splits]
    say(digits_text.introduction(digits, chosen[0]))
    if quick:
        say(digits_text.quick(QUICK_EPOCHS, QUICK_EXAMPLES))
    runs = [
        train(digits, split, seed=seed, number=number, quick=quick, of=number_of_splits)
        for number, split in enumerate(chosen, 1)
    ]
    if len(runs) > 1:
        say(digits_text.mean([found.accuracy for found in runs]))
    path = show(runs[0], folder)
    gallery.write_index(folder)
    return path


def train(
    digits: Digits, split: Split, *, seed: int, number: int = 1, of: int = 1, quick: bool = False
) -> Run:
    """Train a network on one split in front of the user."""
    rng = random.Random(f"{seed}/{number}")
    if quick:
        split = Split(rng.sample(split.training, QUICK_EXAMPLES), split.held_out)
    epochs = QUICK_EPOCHS if quick else training.EPOCHS
    model = training.network(rng)
    if of > 1:
        say(f"\nSplit {number} of {data.FOLDS}")
    progress = Progress(sys.stdout, epochs)
    start = perf_counter()
    history = training.learn(
        model, digits, split, rng, epochs=epochs, watch=progress.watch, finished=progress.finished
    )
    found = Run(model, digits, split, history, perf_counter() - start, quick)
    say(digits_text.result(found))
    return found


def show(found: Run, folder: Path) -> Path:
    """Print one held-out digit's pass, write its page, and return the path of it."""
    given = reading.answers(found.model, found.digits, found.split.held_out)
    chosen = reading.to_show(given)
    one = reading.read(found.model, found.digits.images[chosen.index], chosen.target)
    experiment = reading.experiment(found.model, one)
    say(digits_text.digit(one, experiment))
    wrong = [answer for answer in given if not answer.is_right]
    write(folder, digits_page.files(found, one, experiment, wrong))
    return folder / "digits.html"


if __name__ == "__main__":
    sys.exit(main())
