"""One neuron, forward, backward and one step of learning: ``python -m demos.neuron``."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path

from viz.say.numbers import number
from viz.say.story import Step

from . import cli, gallery, neuron_page
from .cli import say
from .lesson import RATE, Lesson, lesson
from .page import as_line, write


def run(folder: Path, *, quick: bool = False) -> Path:  # noqa: ARG001 - it is quick
    """Print the lesson, write its pages and pictures, and return the path of the first."""
    found = lesson()
    say(as_text(found))
    write(folder, neuron_page.files(found))
    gallery.write_index(folder)
    return folder / "neuron.html"


def as_text(found: Lesson) -> str:
    """The lesson for a terminal."""
    parts = [
        _headed("One neuron, forward", _told(found.steps("forward"))),
        _headed("Backward: how each number moves the loss L", _told(found.steps("backward"))),
        _headed("Is it true? Nudge and measure", found.nudges),
        _headed(
            f"One step against the gradient, rate {number(RATE)}",
            _told([*found.steps("update"), *found.steps("again")]),
        ),
    ]
    return "\n\n".join(parts)


def _headed(title: str, lines: Iterable[str]) -> str:
    return "\n".join([title, "-" * len(title), *lines])


def _told(steps: Iterable[Step]) -> Iterable[str]:
    for step in steps:
        yield textwrap.fill(step.sentence, 88)
        yield from (f"    {line}" for line in (as_line(step), step.note) if line)


main = cli.command("demos.neuron", "One neuron in pictures and words.", run)

if __name__ == "__main__":
    sys.exit(main())
