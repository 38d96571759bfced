"""The commands that show a formula, the group of all, and what ``--help`` says of them."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

import autograd
from autograd import Value
from autograd.formula import Formula, calculate, parse
from autograd.formula.vocabulary import function_names

from ..starting import end_quietly_on_interrupt, raise_on_interrupt
from .reading import (
    UNDECIDED,
    WRONG,
    Closed,
    Failure,
    FormulaCommand,
    assigned,
    in_browser,
    named,
    reads_formula,
    refuse_constants,
    refuse_file,
    stopped,
    temporary,
    told,
    unheard,
)

if TYPE_CHECKING:
    import inspect

    from autograd.testing import Verdict

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


@click.command(cls=FormulaCommand, short_help="The picture of a formula, as text or as a file.")
@reads_formula
@click.option(
    "-o", "--output", metavar="FILE",
    help="Write a file: .svg .png .pdf .dot .mmd .txt ... Without it a tree of text is printed.",
)  # fmt: skip
@click.option(
    "--view", type=click.Choice(["backward", "forward"]),
    help="With gradients and the chain rule on every arrow (the default), or values only.",
)  # fmt: skip
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", help="The colours.")
@click.option(
    "--direction", type=click.Choice(["LR", "TB"]), default="LR",
    help="From left to right, or from top to bottom.",
)  # fmt: skip
@click.option("--expand", is_flag=True, help="Show every sum as its single terms.")
@click.option("--open", "opened", is_flag=True, help="Show the file.")
def draw(
    formula: Formula,
    output: str | None,
    view: str | None,
    theme: str,
    direction: str,
    *,
    expand: bool,
    opened: bool,
) -> None:
    """Draw how a formula is computed, and what its gradients are made of.

    \b
    Examples:
      glassgrad draw "tanh(w*x + b)" w=0.5 x=2 b=-0.5
      glassgrad draw "dot(w, x)" "w=[0.5,-1]" "x=[1,2]" --expand -o sum.png
      glassgrad draw "where(x > 0, x, 0.1*x)" x=-2 --theme dark -o leaky.svg --open
    """  # noqa: D301 - \b is click's sign for lines that stay as they are
    if output is not None:
        refuse_file(output)
    if view == "backward":
        refuse_constants(formula)
    with told():
        from ..draw import draw as drawn  # noqa: PLC0415 - only this command draws

        picture = drawn(formula.value, view=view, theme=theme, direction=direction, expand=expand)
        if output is not None:
            click.echo(picture.save(output))
            if opened:
                in_browser(output)
        elif opened:
            path = picture.save(temporary("picture.svg"))
            click.echo(path)
            in_browser(path)
        else:
            click.echo(picture.text(), nl=False)


@click.command(cls=FormulaCommand, short_help="A page that steps through it.")
@reads_formula
@click.option(
    "-o", "--output", metavar="FILE",
    help="Write the page to this .html file. Without it the page is shown in the browser.",
)  # fmt: skip
@click.option(
    "--lr", type=float, default=0.1, show_default=True,
    help="The learning rate of the update at the end.",
)  # fmt: skip
@click.option(
    "--theme", type=click.Choice(["auto", "light", "dark"]), default="auto",
    help="The colours; auto is as the reader's system is set.",
)  # fmt: skip
@click.option("--open", "opened", is_flag=True, help="Show the file in the browser, too.")
def play(formula: Formula, output: str | None, lr: float, theme: str, *, opened: bool) -> None:
    """Make a page that steps through a formula: every value, then every gradient.

    It is one file, needs no network, and works anywhere.

    \b
    Examples:
      glassgrad play "o = tanh(w*x + b); (o - y)**2" w=0.5 x=2 b=-1 -c y=1
      glassgrad play "(w*x - y)**2" w=0.5 x=2 -c y=3 -o loss.html --open
    """  # noqa: D301 - \b is click's sign for lines that stay as they are
    if output is not None:
        refuse_file(output)
        if not output.lower().endswith((".html", ".htm")):
            raise Failure(f"-o {output}: a page is an .html file; glassgrad draw makes pictures")
    refuse_constants(formula)
    with told():
        from ..player import player  # noqa: PLC0415 - only this command plays

        path = temporary("player.html") if output is None else output
        player(formula.value, lr=lr, theme=theme).save(path)
        click.echo(path)
        if opened or output is None:
            in_browser(path)


@click.command(cls=FormulaCommand, short_help="Why a gradient is what it is.")
@reads_formula
@click.option("--of", required=True, metavar="NAME", help="Whose gradient: w, or w[0] of a list.")
@click.option(
    "--top", type=click.IntRange(min=1), default=5, show_default=True,
    help="How many paths to show at most.",
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="Write a picture of the paths: .svg .png ...")
def explain(formula: Formula, of: str, top: int, output: str | None) -> None:
    """Explain why a gradient is what it is: the strongest paths from NAME to the result.

    \b
    Example:
      glassgrad explain "z = w*x + b; z**2 + w**2" w=0.5 x=2 b=1 --of w
    """  # noqa: D301 - \b is click's sign for lines that stay as they are
    if output is not None:
        refuse_file(output)
    wanted = named(f"--of {of}", of, formula, formula.names)
    refuse_constants(formula)
    if of.partition("[")[0].strip() in formula.unused:
        raise Failure(f"--of {of}: the formula does not use it, so no path leads from there")
    with told():
        from ..explain import explain as explained  # noqa: PLC0415 - only this command explains

        explanation = explained(wanted, formula.value, top=top)
        click.echo(str(explanation).removesuffix("\n"))
        if output is not None:
            click.echo(explanation.picture().save(output))


# --- check ----------------------------------------------------------------------------------------


@click.command(cls=FormulaCommand, short_help="Whether its gradients are right.")
@reads_formula
@click.option(
    "--gradient", "claims", multiple=True, metavar="NAME=EXPR",
    help="What you think the derivative by NAME is; it may use every name of the formula.",
)  # fmt: skip
@click.option(
    "--order", type=click.IntRange(1, 2), default=1, show_default=True,
    help="2 checks the second derivatives, too.",
)  # fmt: skip
def check(formula: Formula, claims: Sequence[str], order: int) -> None:
    """Check gradients against slopes that are measured, and print a table.

    Without --gradient the engine's own gradient is checked, with it yours.

    \b
    Examples:
      glassgrad check "tanh(w*x + b)**2" w=0.5 x=2 b=-0.5 --order 2
      glassgrad check "o = tanh(w*x); (o - 1)**2" w=0.5 x=2 --gradient "w = 2*(o-1)*(1-o**2)*x"
    \b
    Exit codes: 0 right, or at a kink as the conventions say; 1 wrong; 2 the command or the
    formula cannot be read; 3 undecided, or there is no slope to be right about: a jump, or a kink
    where the conventions give another number; 4 something needed is not installed.
    """  # noqa: D301 - \b is click's sign for lines that stay as they are
    if claims and order != 1:
        raise Failure("--gradient claims first derivatives; leave --order out")
    with told():
        from autograd.testing import GradientMismatch, check_gradients  # noqa: PLC0415

        try:
            verdict = (
                _of_claims(formula, claims)
                if claims
                else check_gradients(formula.f, formula.point, order=order)
            )
        except GradientMismatch as error:
            click.echo(str(error.verdict))
            if error.cause:
                click.echo(error.cause)
            sys.exit(WRONG)
    click.echo(str(verdict))
    if not verdict:
        sys.exit(UNDECIDED)


def _of_claims(formula: Formula, claims: Sequence[str]) -> Verdict:
    """The verdict on claimed derivatives: of the formula as a function of those names alone."""
    from autograd.testing import check_gradients  # noqa: PLC0415

    claimed = dict(map(assigned, claims))
    if len(claimed) < len(claims):
        raise Failure("--gradient is given twice for the same name")
    given = formula.inputs
    places = {name: named(f"--gradient {name}", name, formula, given) for name in claimed}
    restricted = _restricted(formula, places)

    def gradient(*numbers: float) -> tuple[float, ...]:
        inner = restricted(numbers)
        return tuple([_number(text, name, inner) for name, text in claimed.items()])

    def f(*numbers: Any) -> Any:
        value = restricted(numbers).value
        return value if any(isinstance(x, Value) for x in numbers) else value.data

    point = tuple([places[name].data for name in claimed])
    f.__name__ = formula.f.__name__
    f.__signature__ = _signature(claimed)  # type: ignore[attr-defined]
    one = len(point) == 1
    return check_gradients(f, point, (lambda *x: gradient(*x)[0]) if one else gradient)


class _Name(str):
    """The name of a number as users write it, ``w[1]``, where Python wants one of its own."""

    __slots__ = ()

    def isidentifier(self) -> bool:
        return True


def _signature(names: Iterable[str]) -> inspect.Signature:
    """By which the numbers are called in the table."""
    import inspect  # noqa: PLC0415 - costs milliseconds, and only checks ask

    kind = inspect.Parameter.POSITIONAL_ONLY
    return inspect.Signature([inspect.Parameter(_Name(name), kind) for name in names])


def _restricted(formula: Formula, places: dict[str, Value]) -> Callable[[Sequence[float]], Formula]:
    """The formula at other numbers for some of its inputs."""

    def at(numbers: Sequence[float]) -> Formula:
        new = dict(zip(map(id, places.values()), numbers, strict=True))

        def moved(tree: Any) -> Any:
            if isinstance(tree, list):
                return [moved(part) for part in tree]
            return new.get(id(tree), tree.data)

        return parse(formula.text, {name: moved(tree) for name, tree in formula.inputs.items()})

    return at


def _number(text: str, name: str, inner: Formula) -> float:
    with told(f"--gradient {name}={text}: "):
        result = calculate(text, inner.names)
    if isinstance(result, list):
        raise Failure(f"--gradient {name}={text}: this is a list; the derivative is one number")
    return float(result)


# --- all of them ----------------------------------------------------------------------------------


for one in (draw, play, check, explain):
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
