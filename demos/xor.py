"""A small network and the four rows of XOR: ``python -m demos.xor``."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

from . import cli, gallery, xor_page
from .cli import say
from .page import as_line, write
from .xor_network import EPOCHS, Learned, learned

WIDTH = 88


def run(folder: Path, *, quick: bool = False) -> Path:  # noqa: ARG001 - it is quick
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


main = cli.command("demos.xor", "A small network and the four rows of XOR.", run)

if __name__ == "__main__":
    sys.exit(main())
