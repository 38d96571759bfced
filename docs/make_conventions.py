"""Write docs/conventions.md from the operation table: ``python docs/make_conventions.py``.

A test checks that the page equals this script's output, so it says only what the table says.
"""

from __future__ import annotations

import math
from pathlib import Path

from autograd.ops import ALL
from autograd.primitive import Op

PAGE = Path(__file__).with_name("conventions.md")

HEAD = """# Operations, domains and conventions

Made from the operation table (`autograd/ops.py`) by `python docs/make_conventions.py`; a test
checks that it is up to date, and evaluates every row of it.

Notation: z = f(x, y, w). Numbers are IEEE doubles. *Domain errors* are for what you write: an
operation on finite operands outside its domain raises `DomainError`. *Slopes* never raise: backward
passes, at every order, follow IEEE arithmetic, so an infinite slope is `inf`. Overflow gives `inf`;
operands that are already `inf` or `nan` follow IEEE. Where mathematics leaves a choice, the engine
does the same as PyTorch (2.13, each row compared), unless the row says why not.

**Only what is needed is computed.** An operand, input or output is skipped if nobody asks for its
derivative: in forward mode, an input with the plain tangent 0, and in `vjp`, an output with the
plain cotangent 0. So an infinite or nan slope spoils only what depends on it. (PyTorch and JAX
multiply by these zeros: 0·∞ is nan. Within a sweep, 0·∞ is nan here too.)

**Higher derivatives** differentiate the slopes below, in every order of forward and reverse mode
alike. At the end of a domain that gives the limit from inside: asin″(1) is ∞, sqrt″(0) is −∞. At
a kink it gives the slope of the convention, *not* the second derivative of the whole expression:
the Hessian of `abs(x)**2` at 0 is 0, and so is that of `hypot(x, y)**2` at (0, 0), because slope 0
was chosen there, whatever the expression around it. Write `x**2` and `x**2 + y**2`, whose Hessians
are 2.

## At kinks and edges

| operation | at | value | slopes | why |
|---|---|---|---|---|
"""

TABLE = """
## All operations

| name | symbol | slopes | needs |
|---|---|---|---|
"""


def number(x: float) -> str:
    """A double in the usual notation."""
    if math.isnan(x):
        return "nan"
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    return f"{x:g}".replace("-", "−")


def conventions(op: Op) -> list[str]:
    """The rows of the first table for one operation."""
    rows = []
    for row in op.conventions:
        at = ", ".join(map(number, row.at))
        value = number(float(op.forward(*row.at)))
        slopes = ", ".join(map(number, row.partials))
        rows.append(f"| `{op.name}` | {at} | {value} | {slopes} | {row.why} |")
    return rows


def facts(op: Op) -> str:
    """The row of the second table for one operation."""
    slopes = ", ".join(f"`{formula}`" for formula in op.formulas)
    if op.variadic:
        slopes = VARIADIC.get(op.name, "any number of operands")
    symbol = op.symbol.replace("|", "\\|")
    return f"| `{op.name}` | {symbol} | {slopes} | {op.requirement()} |"


VARIADIC = {
    "sum": "1 each",
    "dot": "x towards w, w towards x, 1 towards the bias",
    "prod": "the product of the other factors",
    "logsumexp": "exp(xᵢ − z), which is softmax",
    "surprise": "softmax of all operands, minus 1 for the first",
}


def page() -> str:
    """The whole page."""
    first = [row for op in ALL.values() for row in conventions(op)]
    second = [facts(op) for op in ALL.values()]
    return HEAD + "\n".join(first) + "\n" + TABLE + "\n".join(second) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
