"""Is it well? Dead units, saturated ones, gradients that vanish or explode, and where nan begins.

All thresholds and all words for them are here; pictures, reports and plots only ask.

Glossary: the *slope* of an activation is its local derivative; a unit is *off* when that is
exactly 0, and *dead* when it is 0 for every example given (no gradient gets through to its
weights, so it cannot learn its way back); it is *saturated* when the slope is almost 0.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograd import Graph, Node

from ..see.outline import PARAMETERS, is_unit
from .numbers import show
from .ranges import percent

SATURATED = 1e-3
"""|slope| below this is saturated: tanh beyond ±4.1, sigmoid beyond ±6.9. A tenth of a percent of
the gradient is left, so a thousand steps do the work of one."""

NODE_VANISHES = 1e-6
"""|g| below this share of the picture's largest, and of the root's, is named. Single numbers
differ by thousands in healthy networks; by a million they are lost in the rounding of a plot and
of most steps."""

NODE_EXPLODES = 1e6
"""|g| beyond this many times the root's own gradient is named."""

LAYER_VANISHES = 1e-3
"""A layer whose mean |g| is below this share of that of the last layer vanishes: no one
learning rate serves both. Compare Glorot & Bengio 2010, figure 7, where a factor of 10 to 100
between the first and the last layer already slows training."""

LAYER_EXPLODES = 1e3
"""The same, the other way round."""

STEADY = 1.5
"""From layer to layer, mean |g| may differ by this factor without being said to grow or shrink."""

# Flat at their lowest point too, where nothing saturates.
_DIPPING = frozenset({"gelu", "silu"})


# --- one node -------------------------------------------------------------------------------------


def marks(
    value: float,
    *,
    slope: float | None = None,
    symbol: str = "",
    inputs: tuple[float, ...] | None = (),
    grad: float | None = None,
    upstreams: tuple[float, ...] | None = None,
    largest: float = 0.0,
    seed: float = 0.0,
) -> tuple[str, ...]:
    """What is wrong with one node, in words, the most serious first; empty if nothing is.

    >>> marks(0.0, slope=0.0, symbol="relu")
    ('off: slope 0',)
    >>> marks(0.9999, slope=0.0002, symbol="tanh")
    ('saturated: slope 0.0002',)
    >>> marks(math.inf, inputs=(800.0,))
    ('+inf! from here',)
    >>> marks(1.0, grad=2e-9, upstreams=(1.0,), largest=2.0)
    ('g vanishes: 1e−9 of the largest',)

    ``slope`` is that of an activation, else None. ``inputs`` are the operands' values; None if
    some of them are not known. ``upstreams`` are the gradients of the nodes that use it; None where
    gradients are not looked at. ``largest`` is the largest |g| of the picture and ``seed`` that of
    its roots; 0.0 if they are not known.
    """
    found = [_begins(value, inputs, grad, upstreams), _slope(value, slope, symbol)]
    if upstreams is not None:
        found.append(_gradient(grad, largest, seed))
    return tuple([mark for mark in found if mark])


def _begins(
    value: float,
    inputs: tuple[float, ...] | None,
    grad: float | None,
    upstreams: tuple[float, ...] | None,
) -> str:
    """Whether nan or inf arises here, as `autograd.check_finite` looks for it."""
    if not math.isfinite(value):
        known = inputs is not None and all(map(math.isfinite, inputs))
        return f"{show(value)} from here" if known else ""
    if grad is None or math.isfinite(grad) or upstreams is None:
        return ""
    return f"g {show(grad)} from here" if all(map(math.isfinite, upstreams)) else ""


def _slope(value: float, slope: float | None, symbol: str) -> str:
    if slope is None or not abs(slope) < SATURATED:  # nan is no slope that is small
        return ""
    if slope == 0.0 and value == 0.0:
        return "off: slope 0"
    return f"{'flat' if symbol in _DIPPING else 'saturated'}: slope {plain(slope)}"


def _gradient(grad: float | None, largest: float, seed: float) -> str:
    """A gradient of 0 needs no mark: the box says it."""
    if grad is None or not math.isfinite(grad):
        return ""
    size = abs(grad)
    # Beside gradients that explode, what is as large as the root's own has not vanished.
    if 0.0 < size < NODE_VANISHES * (min(largest, seed) if seed else largest):
        return f"g vanishes: {plain(size / largest)} of the largest"
    if seed and size > NODE_EXPLODES * seed:
        return f"g explodes: {plain(size / seed)} × the result’s"
    return ""


# --- many nodes -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unit:
    """One activation of a model: its slope for each example."""

    name: str
    slopes: tuple[float, ...]

    @property
    def is_dead(self) -> bool:
        """Whether its slope is exactly 0 for every example."""
        return all(slope == 0.0 for slope in self.slopes)

    @property
    def is_saturated(self) -> bool:
        """Whether its slope is almost 0, and not always 0, for every example."""
        return not self.is_dead and all(abs(slope) < SATURATED for slope in self.slopes)


def of_group(graph: Graph, nodes: Iterable[int], *, last: float | None = None) -> tuple[str, ...]:
    """`group_marks` of some nodes of a graph, by index: a layer, a folded box, a whole model.

    Activations with the same weights are one unit that saw several examples. ``last`` is the mean
    |g| (`mean_size`) of the parameters of the layer nearest to the loss.

    >>> import random
    >>> from nn import Layer
    >>> layer = Layer(1, 3, rng=random.Random(0))  # its weights: one +, two −
    >>> batch = [y for x in (1.0, 2.0) for y in layer([x])]
    >>> graph = Graph(batch)
    >>> of_group(graph, range(len(graph)))
    ('2 of 3 dead (slope 0 for all 2 examples)',)
    """
    members = [graph.nodes[index] for index in nodes]
    return group_marks(
        slopes=[unit.slopes for unit in units(graph, members)],
        gradients=[node.grad for node in _trained(members) if node.grad is not None],
        values=[node.value for node in members],
        last=last,
    )


def group_marks(
    *,
    slopes: Sequence[Sequence[float]] = (),
    gradients: Sequence[float] = (),
    values: Sequence[float] = (),
    last: float | None = None,
) -> tuple[str, ...]:
    """What is wrong with a group, in words, the most serious first; empty if nothing is.

    >>> group_marks(slopes=[[0.0, 0.0], [1.0, 0.0], [1e-4, 1.0]])
    ('1 of 3 dead (slope 0 for all 2 examples)', 'saturated 17 %')
    >>> group_marks(slopes=[[0.0], [1.0], [1.0]])
    ('1 of 3 off (slope 0)',)
    >>> group_marks(gradients=[1e-6, -3e-6], last=0.5)
    ('g vanishes: 4e−6 of the last layer’s',)
    >>> group_marks(gradients=[0.0, 0.0], values=[1.0, math.nan])
    ('not finite: 1 of 2 values', 'all 2 gradients are 0')

    Parameters
    ----------
    slopes:
        Of each unit's activation, one for each example.
    gradients:
        Of the group's parameters, or of whatever it holds.
    values:
        All that may be nan or inf.
    last:
        The mean |g| of the layer nearest to the loss, with which this one's is compared.
    """
    found = [
        _not_finite(values, "values"),
        _not_finite(gradients, "gradients"),
        _dead(slopes),
        _saturated(slopes),
        _compared(gradients, last),
    ]
    return tuple([mark for mark in found if mark])


def _not_finite(numbers: Sequence[float], what: str) -> str:
    bad = sum(not math.isfinite(number) for number in numbers)
    return f"not finite: {bad:,} of {len(numbers):,} {what}" if bad else ""


def _dead(slopes: Sequence[Sequence[float]]) -> str:
    dead = sum(all(slope == 0.0 for slope in of_unit) for of_unit in slopes)
    if not dead:
        return ""
    examples = max(map(len, slopes))
    if examples == 1:
        return f"{dead:,} of {len(slopes):,} off (slope 0)"
    return f"{dead:,} of {len(slopes):,} dead (slope 0 for all {examples:,} examples)"


def _saturated(slopes: Sequence[Sequence[float]]) -> str:
    share = saturated_share(slopes)
    if not share:
        return ""
    return f"saturated {percent(share)}"


def saturated_share(slopes: Sequence[Sequence[float]]) -> float:
    """How much of all units and examples is saturated, from 0 to 1; off is not saturated.

    >>> saturated_share([[1e-4, 1.0], [0.0, 1.0]])
    0.25
    """
    every = [slope for of_unit in slopes for slope in of_unit]
    return sum(0.0 < abs(slope) < SATURATED for slope in every) / len(every) if every else 0.0


def _compared(gradients: Sequence[float], last: float | None) -> str:
    if len(gradients) > 1 and not any(gradients):
        return f"all {len(gradients):,} gradients are 0"
    size = mean_size(gradients)
    if not size or not last:
        return ""
    ratio = size / last
    if ratio < LAYER_VANISHES:
        return f"g vanishes: {plain(ratio)} of the last layer’s"
    if ratio > LAYER_EXPLODES:
        return f"g explodes: {plain(ratio)} × the last layer’s"
    return ""


def mean_size(numbers: Iterable[float | None]) -> float:
    """The mean of |x| over the finite numbers; 0.0 if there is none.

    >>> mean_size([1.0, -3.0, None, math.nan])
    2.0
    """
    sizes = [abs(x) for x in numbers if x is not None and math.isfinite(x)]
    try:
        return math.fsum(sizes) / max(1, len(sizes))
    except OverflowError:  # some are almost infinite; to divide first would lose tiny ones
        return math.fsum([size / len(sizes) for size in sizes])


def change(size: float, nearer: float) -> str:
    """How mean |g| changes on its way back from the layer nearer to the loss, in words.

    >>> change(0.5, 6.0), change(6.0, 2.0), change(1.0, 1.2), change(0.0, 1.0)
    ('shrinks 12×', 'grows 3×', 'steady', 'stops')
    """
    if not nearer:
        return "" if not size else "begins"
    if not size:
        return "stops"
    ratio = size / nearer
    if ratio * STEADY < 1.0:
        return f"shrinks {plain(nearer / size)}×"
    return f"grows {plain(ratio)}×" if ratio > STEADY else "steady"


def plain(x: float) -> str:
    """A number of two digits without a plus: ``0.0002``, ``1e−9``, ``12``.

    >>> plain(0.00021987), plain(1e-9), plain(-3.0)
    ('0.00022', '1e−9', '−3')
    """
    return show(x, 2)


# --- which activations are one unit ---------------------------------------------------------------


def units(
    graph: Graph, nodes: Iterable[Node], example_of: Mapping[int, int] | None = None
) -> list[Unit]:
    """The units whose activations are among ``nodes``, in the order of the graph.

    A unit that saw several examples has one activation for each; they share their scope and the
    parameters from which their input is computed. Without parameters it is their place among
    those of their example, if ``example_of`` knows that by index; else each is its own unit.
    """
    found: dict[tuple[object, ...], list[Node]] = {}
    places: Counter[tuple[object, ...]] = Counter()
    for node in nodes:
        if node.op is None or not is_unit(node.op, node.scope):
            continue
        kind = (node.scope, node.op.name)
        which: tuple[object, ...] = ("parameter", _first_parameter(graph, node))
        if which[1] is None:
            example = (example_of or {}).get(node.index)
            which = ("node", node.index) if example is None else ("place", places[*kind, example])
            places[*kind, example] += 1
        found.setdefault((*kind, *which), []).append(node)
    return [_unit(graph, of_unit) for of_unit in found.values()]


def _unit(graph: Graph, activations: Sequence[Node]) -> Unit:
    first = activations[0]
    before = graph.nodes[first.operands[0]].scope
    # Of a Neuron both are the same; of an activation of its own, the neuron before it tells more.
    name = first.label or (first.scope if "neuron" in first.scope else before or first.scope)
    return Unit(name, tuple([node.slopes[0] for node in activations]))


_FAR = 64  # nodes: a weighted sum made of single + and × has its bias nearby


def _first_parameter(graph: Graph, node: Node) -> int | None:
    """The parameter nearest below a node, by index; None if there is none near.

    What another part of the model or another activation computed has parameters of its own.
    """
    near = deque([node.operands[0]])
    scope = graph.nodes[near[0]].scope
    for _ in range(_FAR):
        if not near:
            break
        operand = graph.nodes[near.popleft()]
        if operand.kind in PARAMETERS:
            return operand.index
        if operand.scope == scope and not (operand.op is None or operand.op.is_activation):
            near.extend(operand.operands)
    return None


def _trained(nodes: Sequence[Node]) -> Sequence[Node]:
    """The parameters among some nodes; all of them if there are none."""
    return [node for node in nodes if node.kind == "parameter"] or nodes
