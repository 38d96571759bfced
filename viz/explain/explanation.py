"""`explain`, and the `Explanation` that it returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from autograd import Graph, Value

from ..checks import at_least, one_of
from ..render.palette import THEMES
from ..see.paths import Paths
from ..showing import waiting
from . import wording
from .drawing import diagram
from .explained import Explained
from .finding import asked, unconnected

if TYPE_CHECKING:
    from ..render.picture import Picture

DIRECTIONS = ("LR", "TB")


class Explanation(Explained):
    """The strongest paths from a node to the loss, and what they are of its gradient.

    ``print`` it, or take its `picture`; in a notebook it shows both.
    """

    def __repr__(self) -> str:
        return f"<Explanation, {wording.headline(self)}: print it, or .picture()>"

    def __str__(self) -> str:
        return wording.text(self)

    def picture(self, *, direction: str | None = None, theme: str = "light") -> Picture:
        """The paths as a picture: the strongest is the thickest, other consumers are counted.

        Every arrow shows local derivative × upstream gradient = contribution, as in `viz.draw`.
        Without a ``direction``, ``"LR"`` or ``"TB"``, long paths go from top to bottom.
        """
        if direction is not None:
            one_of("direction", direction, DIRECTIONS)
        one_of("theme", theme, THEMES)
        from ..render.picture import Picture  # noqa: PLC0415 - graphviz is imported on the first drawing

        return Picture.of(diagram(self, direction), theme)

    def _repr_mimebundle_(
        self,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
        **_: object,
    ) -> dict[str, Any]:
        """For Jupyter: the picture and, for where none can be shown, the text."""
        bundle = self.picture()._repr_mimebundle_(include, exclude)
        if "text/plain" in bundle:
            bundle["text/plain"] = str(self)
        return bundle


def explain(
    parameter: Value | str | int,
    loss: Value | Graph,
    *,
    top: int = 5,
    names: Mapping[str, Any] | None = None,
) -> Explanation:
    """Why a gradient is what it is: the strongest paths from a parameter to the loss.

    A gradient is the sum, over all paths, of the products of the local derivatives along them. The
    paths with the largest products are found exactly, among however many. It describes the
    recorded pass; no ``.grad`` is read or written, and `backward` need not have been called.

    >>> w, x, b = Value(0.5, label="w"), Value(2.0, label="x"), Value(-1.0, label="b")
    >>> z = w * x + b
    >>> loss = (z - 3.0) ** 2 + 0.5 * w ** 2
    >>> print(explain(w, loss, names={"z": z, "loss": loss}))
    why ∂loss/∂w = −11.5
    1. w → × [n2] → z → − → ^ [n8] → loss
       2 × 1 × 1 × −6 × 1 = −12
    2. w → ^ [n10] → × [n12] → loss
       1 × 0.5 × 1 = 0.5
    These are both paths. They add up to the gradient: −12 + 0.5 = −11.5.

    Parameters
    ----------
    parameter:
        A Value, a label (``"w1"``, or ``"layers.0/neurons.2/w1"`` where several have it), or the
        index of a node. Any node of which a gradient is asked will do.
    loss:
        A Value, or a `Graph` of one root.
    top:
        How many paths to show at most.
    names:
        Usually ``locals()``: Values without a label get the names of their variables.

    Raises
    ------
    ValueError
        if no path leads from the parameter to the loss, or a label is nobody's or several nodes'.
    autograd.ConstantError
        if the parameter or the loss is a constant.
    """
    at_least("top", top, 1)
    question = asked(parameter, loss, names)
    with waiting("looking for the strongest paths"):
        paths = Paths(question.graph, question.node, question.root, question.seed)
        if not paths.census.count:
            raise unconnected(question)
        strongest = paths.strongest(top)
    return Explanation(
        question.graph, question.node, question.root, question.seed, strongest, paths.census
    )
