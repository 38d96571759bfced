"""What the command lines of the demos share."""

from __future__ import annotations

import argparse
import io
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .missing import MissingError

GALLERY = Path("gallery")


def command(
    name: str, description: str, run: Callable[..., Path], *more: tuple[str, dict[str, Any]]
) -> Callable[..., int]:
    """The command line of a demo: ``run`` gets a folder, ``quick``, and ``more`` options by name.

    It returns 1, and says what to install, if a package is missing.
    """

    def main(arguments: list[str] | None = None) -> int:
        made = argparse.ArgumentParser(prog=f"python -m {name}", description=description)
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
        for option, settings in more:
            made.add_argument(option, **settings)
        options = vars(made.parse_args(arguments))
        folder, show = options.pop("out"), options.pop("open")
        try:
            path = run(folder, **options)
        except MissingError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        finished(path, show=show)
        return 0

    return main


def seed(default: int, words: str) -> tuple[str, dict[str, Any]]:
    """The option that says where random numbers begin."""
    return "--seed", {"type": int, "default": default, "help": f"{words} (default: {default})"}


def say(*words: object, end: str = "\n") -> None:
    """Print at once; a terminal without ∂ shows a question mark instead of an error."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="replace")
    print(*words, end=end, flush=True)


def finished(path: Path, *, show: bool) -> None:
    """Say where a page is and, if asked to, open it."""
    say(f"\nOpen this page in a browser: {path.resolve()}")
    if show:
        webbrowser.open(path.resolve().as_uri())
