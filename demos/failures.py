"""Four trainings that fail, each shown, explained and fixed: ``python -m demos.failures``."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from . import (
    cli,
    failures_overfitting,
    failures_page,
    failures_rate,
    failures_relus,
    failures_sigmoids,
    gallery,
    missing,
)
from .cli import say
from .page import write

FAILURES: tuple[Any, ...] = (
    failures_rate,
    failures_relus,
    failures_sigmoids,
    failures_overfitting,
)


def main(arguments: list[str] | None = None) -> int:
    """Let all four happen, and write their page; 1 if a package is missing."""
    parser = cli.parser("demos.failures", "Four trainings that fail, and what fixes them.")
    parser.add_argument(
        "--seed", type=int, help="of data, weights and order (default: one for each)"
    )
    options = parser.parse_args(arguments)
    return cli.made(
        lambda: run(options.out, seed=options.seed, quick=options.quick), show=options.open
    )


def run(folder: Path, *, seed: int | None = None, quick: bool = False) -> Path:
    """Let all four happen, print and write what came of them; return the page's path."""
    missing.check("matplotlib")
    say("Four trainings that fail, each fixed, with the same seed.")
    start = perf_counter()
    made: failures_page.Files = {}
    given = {} if seed is None else {"seed": seed}
    sections = []
    for failure in FAILURES:
        found = failure.make(**given, quick=quick)
        say("\n".join(["", failure.TITLE, "-" * len(failure.TITLE), *failure.text(found)]))
        sections.append((failure.TITLE, list(failure.section(found, made))))
    write(folder, {"failures.html": failures_page.document(sections, quick=quick), **made})
    say(f"\nThat took {perf_counter() - start:.0f} s, with the plots.")
    gallery.write_index(folder)
    return folder / "failures.html"


if __name__ == "__main__":
    sys.exit(main())
