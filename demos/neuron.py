"""One neuron, forward, backward and one step of learning: ``python -m demos.neuron``."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

from . import cli, gallery, neuron_page
from .cli import say
from .lesson import NUDGE, RATE, Lesson, lesson
from .page import write
from .words import nudge, number


def main(arguments: list[str] | None = None) -> int:
    """Print the lesson and write its page."""
    options = cli.parser("demos.neuron", "One neuron in pictures and words.").parse_args(arguments)
    path = run(options.out)
    cli.finished(path, show=options.open)
    return 0


def run(folder: Path) -> Path:
    """Print the lesson, write its page and pictures, and return the path of the page."""
    found = lesson()
    say(as_text(found))
    write(folder, neuron_page.files(found))
    gallery.write_index(folder)
    return folder / "neuron.html"


def as_text(found: Lesson) -> str:
    """The lesson for a terminal."""
    parts = [
        _headed("One neuron, forward", found.forward),
        _headed("Backward: how each number moves the loss L", _backward(found)),
        _headed(f"Is it true? Nudge by {number(NUDGE)} and measure", _checks(found)),
        _headed(f"One step against the gradient, rate {number(RATE)}", _step(found)),
    ]
    return "\n\n".join(parts)


def _headed(title: str, lines: list[str]) -> str:
    return "\n".join([title, "-" * len(title), *lines])


def _backward(found: Lesson) -> list[str]:
    lines = []
    for step in found.backward:
        lines += [textwrap.fill(step.words, 88), f"    {step.equation}"]
    return lines


def _checks(found: Lesson) -> list[str]:
    return [nudge(c.name, "L", c.by, c.slope, c.measured) for c in found.checks]


def _step(found: Lesson) -> list[str]:
    before, after = found.value("L"), found.value("L", second=True)
    return [
        *[update.equation for update in found.updates],
        "and forward again:",
        *found.afterwards,
        f"The loss fell from {number(before)} to {number(after)}.",
    ]


if __name__ == "__main__":
    sys.exit(main())
