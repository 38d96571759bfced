"""All demos, and a gallery of their pages: ``python -m demos``."""

from __future__ import annotations

import sys
from pathlib import Path

from . import digits, failures, gallery, moons, neuron, wrong_engines, xor
from .cli import MissingError, command, say

DEMOS = (neuron, xor, wrong_engines, moons, digits, failures)


def run(folder: Path, *, quick: bool = False) -> Path:
    """Run all that can be run, and return the gallery's path.

    Raises: MissingError at the end, if a package is missing; each is named once.
    """
    missing: list[MissingError] = []
    for demo in DEMOS:
        try:
            say(f"\nIts page: {demo.run(folder, quick=quick).resolve()}\n")
        except MissingError as error:
            missing.append(error)
    if missing:
        for one in missing[:-1]:
            sys.stderr.write(f"{one}\n")
        raise missing[-1]
    return folder / gallery.INDEX


main = command("demos", "All demos, and a gallery of their pages.", run)

if __name__ == "__main__":
    sys.exit(main())
