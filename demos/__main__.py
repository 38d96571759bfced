"""Both demos, and a gallery of their pages: ``python -m demos``."""

from __future__ import annotations

import sys

from . import cli, data, digits, gallery, neuron
from .cli import say


def main(arguments: list[str] | None = None) -> int:
    """Run both and write the gallery; 1 if scikit-learn is missing, and then without the digits."""
    options = cli.parser("demos", "Both demos, and a gallery of their pages.").parse_args(arguments)
    path = neuron.run(options.out)
    say(f"\nIts page: {path.resolve()}\n")
    try:
        digits.run(options.out, quick=options.quick)
    except data.MissingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    cli.finished(options.out / gallery.INDEX, show=options.open)
    return 0


if __name__ == "__main__":
    sys.exit(main())
