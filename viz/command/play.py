"""``glassgrad play``: a page that steps through a formula, forward and backward."""

from __future__ import annotations

import click

from autograd.formula import Formula

from .failures import Failure, refuse_file, told
from .opening import in_browser, temporary
from .reading import FormulaCommand, reads_formula, refuse_constants


def _renamed(rate: str | None) -> None:
    if rate is not None:
        raise click.UsageError(f"the learning rate is --lr: write --lr {rate}")


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
    "--rate", hidden=True, expose_value=False,
    callback=lambda _, __, x: _renamed(x),
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
