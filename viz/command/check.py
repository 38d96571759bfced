"""``glassgrad check``: whether gradients are right, the engine's or those that are claimed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from autograd import Value
from autograd.formula import Formula, calculate, parse

from .ending import UNDECIDED, WRONG, Failure, told
from .reading import FormulaCommand, assigned, named, reads_formula

if TYPE_CHECKING:
    import inspect

    from autograd.testing import Verdict


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
