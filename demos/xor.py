"""A small network and the four rows of XOR: ``python -m demos.xor``."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

from . import cli, gallery, xor_page
from .cli import say
from .page import write
from .words import as_line
from .xor_network import EPOCHS, Learned, learned

WIDTH = 88


def main(arguments: list[str] | None = None) -> int:
    """Print what the rows bring, train, and write the pages."""
    parser = cli.parser("demos.xor", "A small network and the four rows of XOR.")
    options = parser.parse_args(arguments)
    path = run(options.out)
    cli.finished(path, show=options.open)
    return 0


def run(folder: Path) -> Path:
    """Print it, write the pages and pictures, and return the path of the first."""
    found = learned()
    say(as_text(found))
    write(folder, xor_page.files(found))
    gallery.write_index(folder)
    return folder / "xor.html"


def as_text(found: Learned) -> str:
    """For a terminal."""
    before, after = found.outputs
    return "\n".join(
        [
            "XOR: four rows, one loss",
            *xor_page.table_in_text(before),
            xor_page.mean(found.before.data),
            "",
            textwrap.fill(xor_page.SHARED, WIDTH),
            f"    {as_line(found.added()[1])}",
            "",
            str(found.why),
            "",
            f"After {EPOCHS} epochs of training:",
            *xor_page.table_in_text(after),
            xor_page.mean(found.after.data),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
