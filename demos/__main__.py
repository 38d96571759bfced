"""All demos, and a gallery of their pages: ``python -m demos``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from . import cli, digits, failures, gallery, moons, neuron, xor
from .cli import say
from .missing import MissingError


def main(arguments: list[str] | None = None) -> int:
    """Run all and write the gallery; 1 if a package is missing, and then without what needs it."""
    options = cli.parser("demos", "All demos, and a gallery of their pages.").parse_args(arguments)
    for path in (neuron.run(options.out), xor.run(options.out)):
        say(f"\nIts page: {path.resolve()}\n")
    code = 0
    runs: list[Callable[..., Path]] = [moons.run, digits.run, failures.run]
    for run in runs:
        try:
            path = run(options.out, quick=options.quick)
        except MissingError as error:
            sys.stderr.write(f"{error}\n")
            code = 1
        else:
            say(f"\nIts page: {path.resolve()}\n")
    if not code:
        cli.finished(options.out / gallery.INDEX, show=options.open)
    return code


if __name__ == "__main__":
    sys.exit(main())
