"""``glassgrad draw``: the picture of a formula, in the terminal or as a file."""

from __future__ import annotations

import click

from autograd.formula import Formula

from .failures import refuse_file, told
from .opening import in_browser, temporary
from .reading import FormulaCommand, reads_formula, refuse_constants


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
