"""The group of commands, and what ``--help`` says of them."""

from __future__ import annotations

import sys
import textwrap
from typing import Any

import click

import autograd
from autograd.formula.vocabulary import function_names

from ..starting import end_quietly_on_interrupt, raise_on_interrupt
from . import check, draw, explain, play
from .failures import Closed, stopped, unheard

_FUNCTIONS = textwrap.fill(
    " ".join(function_names()), 88, initial_indent="  ", subsequent_indent="  "
)
_EPILOG = f"""\b
A formula is written as in Python, and never executed as Python:
  w*x + b                  + - * / ** and brackets; 2·x², −x and a ≤ b are read, too
  tanh(z)  sum(a, b)       functions of numbers and of lists; all are below
  z = w*x + b; tanh(z)     parts with names, which become labels; ';' or lines divide
  dot(w, x)  w[0]          lists, given as w=[0.5,-1]
  where(x > 0, a, b)       a choice; only the chosen one is computed
  pi  e  inf  nan          constants

\b
Functions:
{_FUNCTIONS}

\b
NAME=VALUE gives a variable its number; VALUE may be a formula itself: x=pi/2.
-c NAME=VALUE gives a constant, which gets no gradient.
EXPR may be - : then it is read from standard input.
After two dashes nothing is an option, as in: glassgrad draw x=3 -- -x

\b
Exit codes:
  0  done; check: the gradient is right, or follows a convention at a kink
  1  check: the gradient is wrong
  2  the command or the formula cannot be read, or not be computed at these numbers
  3  check: undecided
  4  a file or the output cannot be written, or something needed is not installed
  130, 141  interrupted by Ctrl-C; nobody reads the output any more
"""


class _Commands(click.Group):
    """Commands that can be stopped without being taken for wrong ones."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        """As click does; it prints the help."""
        with stopped():
            return super().make_context(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does; it runs the command."""
        with stopped():
            return super().invoke(ctx)


@click.group(
    cls=_Commands,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(autograd.__version__, prog_name="glassgrad", message="%(prog)s %(version)s")
def commands() -> None:
    """Formulas and their gradients: drawn, played step by step, checked, explained.

    \b
    Examples:
      glassgrad draw "tanh(w*x + b)" w=0.5 x=2 b=-0.5
      glassgrad draw "o = tanh(w*x + b); (o - y)**2" w=0.5 x=2 b=-1 -c y=1 -o loss.svg
      glassgrad play "(w*x - y)**2" w=0.5 x=2 y=3 -o loss.html
      glassgrad check "x**3" x=2 --gradient "x = 3*x**2"
      glassgrad explain "z = w*x + b; z**2 + w**2" w=0.5 x=2 b=1 --of w
    """  # noqa: D301 - \b is click's sign for lines that stay as they are


for one in (draw.draw, play.play, check.check, explain.explain):
    commands.add_command(one)


def main(*args: Any, **options: Any) -> Any:
    """Run the command line; exits with the code that its help describes."""
    in_its_own_process = raise_on_interrupt()
    if sys.stdout is None:
        sys.stdout = Closed()
    for stream in (sys.stdout, sys.stderr):
        # A pipe of another encoding gets question marks rather than a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        with unheard():
            return commands(*args, **options)
    finally:
        if in_its_own_process:
            end_quietly_on_interrupt()
