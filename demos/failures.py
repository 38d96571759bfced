"""Four trainings that fail, each shown, explained and fixed: ``python -m demos.failures``."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from . import (
    cli,
    failures_overfitting,
    failures_rate,
    failures_relus,
    failures_sigmoids,
    gallery,
    missing,
    page,
)
from .cli import say

FAILURES: tuple[Any, ...] = (
    failures_rate,
    failures_relus,
    failures_sigmoids,
    failures_overfitting,
)


def run(folder: Path, *, seed: int | None = None, quick: bool = False) -> Path:
    """Let all four happen, print and write what came of them; return the page's path."""
    missing.check("matplotlib")
    say("Four trainings that fail, each fixed, with the same seed.")
    start = perf_counter()
    made: page.Files = {}
    given = {} if seed is None else {"seed": seed}
    sections = []
    for failure in FAILURES:
        found = failure.make(**given, quick=quick)
        say("\n".join(["", failure.TITLE, "-" * len(failure.TITLE), *failure.text(found)]))
        sections.append(page.section(failure.TITLE, failure.section(found, made)))
    note = "QUICK RUN: fewer epochs than in a full run; the numbers are not as far apart."
    parts = {"quick": page.paragraph(note, "note") if quick else "", "sections": "".join(sections)}
    made["failures.html"] = page.whole("failures", {}, parts)
    page.write(folder, made)
    say(f"\nThat took {perf_counter() - start:.0f} s, with the plots.")
    gallery.write_index(folder)
    return folder / "failures.html"


main = cli.command(
    "demos.failures",
    "Four trainings that fail, and what fixes them.",
    run,
    ("--seed", {"type": int, "help": "of data, weights and order (default: one for each)"}),
)

if __name__ == "__main__":
    sys.exit(main())
