"""What the command lines of the demos share; and what they need besides glassgrad itself."""

from __future__ import annotations

import argparse
import io
import sys
import textwrap
import webbrowser
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _glassgrad_installation import packages_of

from .page import as_line

if TYPE_CHECKING:
    from viz.say.story import Step

GALLERY = Path("gallery")
WIDTH = 88
NEEDED_FOR = {  # the packages of the extra ``demos``
    "hypothesis": "wrong engines are found with",
    "matplotlib": "the plots are drawn by",
    "safetensors": "the trained network is saved with",
    "scikit-learn": "the handwritten digits come with",
}


class MissingError(ImportError):
    """A package is not installed; the message says what it is for and what to run.

    >>> raise MissingError("scikit-learn")
    Traceback (most recent call last):
        ...
    demos.cli.MissingError: the handwritten digits come with scikit-learn, which is not \
installed here; run: pip install "glassgrad[demos]"
    """

    def __init__(self, package: str) -> None:
        super().__init__(
            f"{NEEDED_FOR[package]} {package}, which is not installed here; "
            f"run: {packages_of('demos')}"
        )


def check(*packages: str) -> None:
    """See that packages can be imported, before minutes are spent on what needs them.

    >>> check("scikit-learn", "matplotlib")

    Raises: MissingError for the first that is missing.
    """
    for package in packages:
        if find_spec({"scikit-learn": "sklearn"}.get(package, package)) is None:
            raise MissingError(package)


def command(
    name: str, description: str, run: Callable[..., Path], **more: dict[str, Any]
) -> Callable[..., int]:
    """The command line of a demo: ``run`` gets a folder, ``quick``, and ``more`` options by name.

    It returns 1, and says what to install, if a package is missing.
    """

    def main(arguments: list[str] | None = None) -> int:
        made = argparse.ArgumentParser(prog=f"python -m {name}", description=description)
        where = f"where the pages go (default: {GALLERY}, in the current folder)"
        made.add_argument("--out", type=Path, default=GALLERY, metavar="DIR", help=where)
        made.add_argument("--open", action="store_true", help="show the pages in the browser")
        briefly = "learn for a moment only, from few examples"
        made.add_argument("--quick", action="store_true", help=briefly)
        for option, settings in more.items():
            made.add_argument(f"--{option}", type=int, **settings)
        options = vars(made.parse_args(arguments))
        folder, is_shown = options.pop("out"), options.pop("open")
        try:
            path = run(folder, **options).resolve()
        except MissingError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        say(f"\nOpen this page in a browser: {path}")
        if is_shown:
            webbrowser.open(path.as_uri())
        return 0

    return main


def say(*lines: str) -> None:
    """Print at once; a terminal without ∂ shows a question mark instead of an error."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="replace")
    print(*lines, sep="\n", flush=True)


def wrapped(text: str) -> str:
    """A paragraph for a terminal."""
    return textwrap.fill(text, WIDTH)


def headed(title: str, lines: Iterable[str]) -> str:
    """Lines under a heading, for a terminal.

    >>> print(headed("Forward", ["z = 1"]))
    <BLANKLINE>
    Forward
    -------
    z = 1
    """
    return "\n".join(["", title, "-" * len(title), *lines])


def lines_of(steps: Iterable[Step]) -> Iterable[str]:
    """Steps of `viz.player` for a terminal."""
    for step in steps:
        yield wrapped(step.sentence)
        yield from (f"    {line}" for line in (as_line(step), step.note) if line)
