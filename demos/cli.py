"""What the command lines of the demos share."""

from __future__ import annotations

import argparse
import io
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

from .missing import MissingError

GALLERY = Path("gallery")


def parser(prog: str, description: str) -> argparse.ArgumentParser:
    """The options that every demo has."""
    made = argparse.ArgumentParser(prog=f"python -m {prog}", description=description)
    made.add_argument(
        "--out",
        type=Path,
        default=GALLERY,
        metavar="DIR",
        help=f"where the pages go (default: {GALLERY}, in the current folder)",
    )
    made.add_argument("--open", action="store_true", help="show the pages in the browser")
    made.add_argument(
        "--quick", action="store_true", help="learn for a moment only, from few examples"
    )
    return made


def say(*words: object, end: str = "\n") -> None:
    """Print at once; a terminal without ∂ shows a question mark instead of an error."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="replace")
    print(*words, end=end, flush=True)


def made(page: Callable[[], Path], *, show: bool) -> int:
    """Make a page and say where it is; 1, with what to install, if a package is missing."""
    try:
        path = page()
    except MissingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finished(path, show=show)
    return 0


def finished(path: Path, *, show: bool) -> None:
    """Say where a page is and, if asked to, open it."""
    say(f"\nOpen this page in a browser: {path.resolve()}")
    if show:
        webbrowser.open(path.resolve().as_uri())
