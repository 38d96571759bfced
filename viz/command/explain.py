"""``glassgrad explain``: why a gradient is what it is."""

from __future__ import annotations

import click

from autograd.formula import Formula

from .failures import Failure, refuse_file, told
from .reading import FormulaCommand, named, reads_formula, refuse_constants


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
