"""`draw_network`: the classic picture, columns of units, with the numbers of one pass."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from autograd import Value
from nn.names import helped

from . import network_layers, network_units
from .checks import at_least, one_of
from .draw import DIRECTIONS
from .render.palette import THEMES
from .see.layered import columns_of, examples
from .see.units import objective

if TYPE_CHECKING:
    from .render.picture import Picture

WHO = "draw_network"
EDGES = ("weight", "gradient")
MOST_LINES = 600  # more connections than this cannot be told apart


def _without_x(*given: Any, **named: Any) -> str:
    return (
        "" if len(given) > 1 or "x" in named else "needs an example; write draw_network(model, x)"
    )


@helped(_without_x)
def draw_network(
    model: Any,
    x: Sequence[float | Value] | Sequence[Sequence[float | Value]],
    *,
    edges: str = "weight",
    loss: Callable[[Any], Value] | None = None,
    direction: str = "LR",
    theme: str = "light",
    legend: bool = True,
    max_units: int = 10,
    fold: bool | None = None,
) -> Picture:
    """Draw a network as columns of units, with what it makes of one example or of several.

    Each unit shows its activation, its value v and its bias b. A connection is as wide as its
    weight is large, and dashed if it is negative. With ``edges="gradient"`` it is ∂loss/∂weight
    that is drawn so, and units show their gradients, too. Of several examples, values are ranges:
    the least … the mean … the greatest. Nobody's ``.grad`` is touched.

    In a large network every layer is one box, with its weights and their gradients as heatmaps.

    >>> import random
    >>> from nn import MLP
    >>> model = MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    >>> draw_network(model, [1.0, 0.0]).diagram.size
    '6 nodes and 9 edges'

    Parameters
    ----------
    model:
        An `nn.MLP`, or anything whose ``layers`` have ``neurons`` with weights ``w`` and a bias
        ``b``; an `nn.Sequential` may have activations and functions between its layers.
    x:
        One example, a list of numbers or Values; or a list of examples.
    edges:
        ``"weight"`` or ``"gradient"``.
    loss:
        A function of the output, or of the list of all examples' outputs, whose gradients are
        drawn; left out, it is the sum of the outputs.
    max_units:
        Layers of more units than this are boxes, and so is every layer of their network.
    fold:
        True draws layers as boxes whatever their size; False draws units, ``max_units`` of each
        layer, and a note says how many more there are.
    direction, theme, legend:
        As for `draw`.
    """
    one_of("edges", edges, EDGES)
    one_of("direction", direction, DIRECTIONS)
    one_of("theme", theme, THEMES)
    at_least("max_units", max_units, 1)
    if fold not in {None, True, False}:
        raise TypeError(f"fold is True, False or None, got {fold!r:.60}")
    columns, results = columns_of(model, x, WHO)
    many = examples(x)[1]
    goal = objective(results if many else results[0], loss, WHO, many=many)
    single = len(columns[-1]) == len(results) == 1
    name = "loss" if loss is not None else "output" if single else "Σ outputs"
    if fold or (fold is None and _is_large([len(column) for column in columns], max_units)):
        diagram = network_layers.diagram(columns, goal, name, direction=direction, legend=legend)
    else:
        diagram = network_units.diagram(
            columns, goal, name,
            edges=edges, max_units=max_units, direction=direction, legend=legend,
        )  # fmt: skip
    from .render.picture import Picture  # noqa: PLC0415 - graphviz is imported on the first drawing

    return Picture.of(diagram, theme)


def _is_large(sizes: list[int], max_units: int) -> bool:
    lines = sum(before * after for before, after in itertools.pairwise(sizes))
    return max(sizes) > max_units or lines > MOST_LINES
