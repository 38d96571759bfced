"""`handout`: a sheet of paper on which learners compute a pass by hand."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from typing import Any

from autograd import Graph, Value
from nn.names import helped

from .. import showing
from ..animate.told import told
from ..say.numbers import show
from ..say.story import View
from .blanks import Blanks, left_out

MAX_NODES = 60


@helped()
def handout(
    value: Value | Graph,
    blanks: Blanks = "gradients",
    *,
    names: Mapping[str, Any] | None = None,
    lr: float = 0.1,
    title: str | None = None,
    accumulate: bool = False,
    expand: bool = True,
    max_nodes: int = MAX_NODES,
) -> Handout:
    """A sheet to fill in by hand: the graph and its tables with numbered blanks, then the solution.

    It is an HTML page in black and white that prints on A4: the exercise first, the worked
    solution from a new page on. It describes the recorded pass and makes a backward pass of its
    own: no ``.grad`` is written.

    >>> from autograd import Value
    >>> w, x = Value(0.5, label="w"), Value(2.0, label="x")
    >>> handout((w * x).tanh(), blanks=["w.grad", "x.grad"])
    <Handout with 2 blanks: .show(), .save('handout.html')>

    Parameters
    ----------
    value:
        A Value, usually a loss, or a `Graph` of one.
    blanks:
        What is left out: ``"gradients"``, ``"values"`` (all that are computed), ``"all"``,
        ``"none"`` (a worked example, without a second page), or a list of names: ``"z"`` for all
        that is computed of z, ``"z.data"`` for its value, ``"z.grad"`` for its gradient.
    names:
        Usually ``locals()``: Values without a label get the names of their variables.
    lr:
        The learning rate of the update that ends the sheet.
    title:
        What stands above it; left out, the name of the result.
    accumulate:
        True begins with what is in ``.grad`` now, left from an earlier `backward`: it is one more
        summand of each gradient.
    expand:
        False leaves sums and dot products as one Σ.
    max_nodes:
        How many boxes the graph has at most, those nearest to the result.

    Raises
    ------
    ConstantError:
        if there is no gradient to compute.
    ValueError:
        if ``blanks`` names what is not there, or what is given and not computed.
    """
    view = told(
        "handout", value,
        names=names, lr=lr, title=title, accumulate=accumulate,
        expand=expand, max_nodes=max_nodes,
    )  # fmt: skip
    return Handout(view, blanks, lr=lr)


class Handout:
    """What `handout` returns: a page for the printer, which shows itself in a notebook."""

    def __init__(self, view: View, blanks: Blanks = "gradients", *, lr: float = 0.1) -> None:
        from .rows import tables  # noqa: PLC0415 - on first use: most who import viz only draw

        self.view = view
        self.tables = tables(view, left_out(view, blanks))
        self.lr = lr

    def __repr__(self) -> str:
        count = len(self.tables.marks)
        return f"<Handout with {count} blank{'s'[: count != 1]}: .show(), .save('handout.html')>"

    def html(self) -> str:
        """The page as HTML text; print it from a browser, or save it as PDF there."""
        from .page import page  # noqa: PLC0415

        return page(self.view, self.tables, show(self.lr).removeprefix("+"))

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write the page to a file that ends in ``.html``, whole or not at all; return its path."""
        name = os.fspath(path)
        if not name.lower().endswith((".html", ".htm")):
            raise ValueError(
                f"save({name!r}): a handout is an HTML page; write save('handout.html') and print "
                "it from the browser, which makes a PDF, too"
            )
        showing.write(name, self.html().encode())
        return name

    def show(self) -> None:
        """Show the page: inline in a notebook, else in the browser, and print its path."""
        showing.show(self, self.save, "handout.html")

    def _repr_html_(self) -> str:
        """For Jupyter: the page in a frame of its own, whose style touches nothing else."""
        return (
            f'<iframe sandbox srcdoc="{html.escape(self.html())}" title="Handout" '
            'style="border:1px solid #888;height:60em;width:100%"></iframe>'
        )
