"""An explanation in words: its paths, each as a product, and what they are of the gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import wrap

from autograd import Graph

from ..labels import columns, shorten
from ..say.numbers import multiply_to, show, total
from .explained import Explained, Step

MOST_STEPS = 16  # a longer path is shown by its ends
WIDTH = 88  # columns of a line
_HEAD, _TAIL = 7, 6  # how many nodes of a long path are named at either end
_MOST_TERMS = 6  # a longer sum is not written out
_PLAIN = 10**15  # greater counts are given as powers of ten
_SMALL = 0.05  # of all that flows: what pulls the other way by less is not worth a sentence


def text(explanation: Explained) -> str:
    """All of it, for a terminal."""
    lines = [headline(explanation)]
    groups = alike(explanation)
    starts = [f"{', '.join([str(number + 1) for number in group])}. " for group in groups]
    margin = " " * max(map(len, starts))
    for start, group in zip(starts, groups, strict=True):
        way, product = path(explanation, group)
        lines += _filled(way, " → ", start.ljust(len(margin)), margin)
        lines += _filled(product, " ", margin, f"{margin}  ")
    for sentence in summary(explanation):
        lines += wrap(sentence, WIDTH)
    return "\n".join(lines)


def alike(explanation: Explained) -> list[list[int]]:
    """The paths by number, together those that say the same: the two of ``a`` in ``a * a``."""
    groups: dict[object, list[int]] = {}
    for number, one in enumerate(explanation.paths):
        groups.setdefault((one.nodes, repr(one.slopes)), []).append(number)
    return list(groups.values())


def headline(explanation: Explained) -> str:
    """``why ∂L/∂w1 = −1.73``, and where a w1 is that has a place in a network."""
    node = explanation.graph.nodes[explanation.node]
    root = explanation.graph.nodes[explanation.root]
    name = shorten(node.label) or f"n{node.index}"
    what = f"∂{shorten(root.label) or 'root'}/∂{name}"
    if explanation.seed != 1.0:
        what = f"{show(explanation.seed)} × {what}"
    where = f" ({name} in {shorten(node.scope)})" if node.scope else ""
    return f"why {what} = {show(explanation.gradient)}{where}"


# --- one path -------------------------------------------------------------------------------------


def path(explanation: Explained, group: Sequence[int]) -> tuple[list[str], list[str]]:
    """The names along a path, and its product as texts: ``2 ×``, ``0.64``, ``= 1.28``.

    A group of several paths goes along the same nodes, in by different operands.
    """
    shown_path = explanation.paths[group[0]]
    walks = [explanation.steps[number] for number in group]
    way = explanation.names.way([shown_path.nodes[0], *[step.consumer for step in walks[0]]])
    for place, same in enumerate(zip(*walks, strict=True), start=1):
        way[place] += _operand(explanation.graph, same)
    hidden = 0
    if len(walks[0]) > MOST_STEPS:
        hidden = len(way) - _HEAD - _TAIL
        way = [*way[:_HEAD], f"… {hidden:,} more …", *way[-_TAIL:]]
    product = _product(
        [step.slope for step in walks[0]], shown_path.seed, shown_path.product, hidden
    )
    if len(group) > 1:
        product[-1] += " each"
    return way, product


def _operand(graph: Graph, same: Sequence[Step]) -> str:
    """As which operand a path goes in, where there are several ways."""
    first = same[0]
    uses = graph.nodes[first.adder].operands.count(first.operand)
    positions = sorted({step.position for step in same})
    if uses == 1 or first.adder != first.consumer:
        return ""
    if len(positions) == uses:
        return " (as either operand)" if uses == 2 else f" (as each of {uses} operands)"
    return f" (as operand {' or '.join([str(position + 1) for position in positions])})"


def _product(slopes: Sequence[float], seed: float, result: float, hidden: int) -> list[str]:
    seeds = [seed] if seed != 1.0 or not slopes else []
    if hidden:
        head, tail = slopes[: _HEAD - 1], slopes[1 - _TAIL :]
        texts = [*map(show, head), f"… {hidden + 1:,} more …", *map(show, tail)]
    else:
        texts = [show(slope) for slope in slopes]
    texts += [f"{show(x)} (seed)" for x in seeds]
    *first, last = texts
    factors = [*[f"{factor} ×" for factor in first], last]
    if len(texts) == 1:
        return factors
    sign = "≈" if hidden else multiply_to([*slopes, *seeds], result)
    return [*factors, f"{sign} {show(result)}"]


# --- all of them ----------------------------------------------------------------------------------


def summary(explanation: Explained) -> list[str]:
    """What the paths are of the gradient, in sentences."""
    said = [_share(explanation), _cancelling(explanation), _dead(explanation)]
    if not math.isfinite(explanation.gradient):
        said = [_counted(explanation), _not_finite(explanation), _dead(explanation)]
    return [sentence for sentence in said if sentence]


def _share(explanation: Explained) -> str:
    gradient, products = explanation.gradient, [path.product for path in explanation.paths]
    if explanation.count == 1:
        return "It is the only path: its product is the gradient."
    if len(products) == explanation.count:
        if len(products) > _MOST_TERMS:
            return f"{_counted(explanation)} They add up to the gradient {show(gradient)}."
        terms, result = total(products, gradient)
        return f"{_counted(explanation)} They add up to the gradient: {' '.join(terms)} {result}."
    if not explanation.census.size or not math.isfinite(explanation.census.size):
        return _counted(explanation)
    share = _percent(explanation.absolute)
    one = len(products) == 1
    return (
        f"{_counted(explanation)} {'It is' if one else 'They add up to'} "
        f"{show(explanation.covered)} of the gradient {show(gradient)}; signs aside, "
        f"{'it is' if one else 'they are'} {share} of all contributions."
    )


def _counted(explanation: Explained) -> str:
    shown_ones = len(explanation.paths)
    if shown_ones == explanation.count:
        every = {1: "It is the only path.", 2: "These are both paths."}
        return every.get(shown_ones, f"These are all {shown_ones:,} paths.")
    return f"{shown_ones:,} of {_count(explanation.count)} paths."


def _cancelling(explanation: Explained) -> str:
    """How much pulls which way, where paths cancel."""
    size, gradient = explanation.census.size, explanation.gradient
    up, down = (size + gradient) / 2, (size - gradient) / 2
    written_out = len(explanation.paths) == explanation.count <= _MOST_TERMS
    if written_out or not math.isfinite(size) or min(up, down) <= _SMALL * size:
        return ""
    terms, result = total([up, -down], gradient)
    return f"Paths cancel: positive and negative ones, {' '.join(terms)} {result}."


def _dead(explanation: Explained) -> str:
    dead, count = explanation.dead, explanation.count
    if not dead:
        return ""
    if dead == count:
        who = "The path is" if count == 1 else f"All {_count(count)} paths are"
        return f"{who} dead: a slope of 0 lets nothing through."
    who = "1 path is" if dead == 1 else f"{_count(dead)} paths are"
    return f"{who} dead: a slope of 0 lets nothing through."


def _not_finite(explanation: Explained) -> str:
    bad = explanation.census.not_finite
    if not bad:
        return "The gradient is not finite: products or their sum are too large for a number."
    where = "1 path has" if bad == 1 else f"{_count(bad)} paths have"
    return f"The gradient is not finite: {where} a slope of nan! or inf!."


def _count(count: int) -> str:
    """``12,345``, or the power of ten where nobody reads the digits."""
    return f"{count:,}" if count < _PLAIN else f"about 10^{math.log10(count):,.0f}"


def _percent(share: float) -> str:
    if share < 0.01:
        return "less than 1 %"
    return "over 99 %" if 0.99 < share < 1.0 else f"{100.0 * share:.0f} %"


def _filled(parts: Sequence[str], between: str, start: str, later: str) -> list[str]:
    """Parts in lines of a readable width, broken only between them."""
    lines = [start + parts[0]]
    for part in parts[1:]:
        if columns(lines[-1] + between + part) > WIDTH:
            lines[-1] += between.rstrip()
            lines.append(later + part)
        else:
            lines[-1] += between + part
    return lines
