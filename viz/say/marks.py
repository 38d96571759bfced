"""What is not well with a box of a picture, in the words of `health`."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..see.outline import Item, Link, Outline
from . import health


def marks_of(outline: Outline, *, backward: bool) -> dict[str, str]:
    """The worst that is to be said of each item, by key; nothing of those that are well."""
    into, out_of = defaultdict(list), defaultdict(list)
    for link in outline.links:
        into[link.consumer].append(link)
        out_of[link.operand].append(link)
    values = {item.key: item.value for item in outline.items}
    seeds = [abs(seed) for item in outline.items for seed in item.seeds]
    # Where a value is not finite, no gradient below it says more.
    backward = backward and all(map(math.isfinite, values.values()))
    scale = _Scale(largest(item.grad for item in outline.items), max(seeds, default=0.0), backward)
    found = {}
    for item in outline.items:
        inputs = _inputs(item, into[item.key], values)
        found_ = health.marks(_facts(item, inputs, into[item.key], out_of[item.key], scale))
        if found_:
            found[item.key] = found_[0]
    return found


@dataclass(frozen=True, slots=True)
class _Scale:
    """What gradients are large or small beside, and whether they are looked at."""

    largest: float
    seed: float
    backward: bool


def _facts(
    item: Item,
    inputs: tuple[float, ...] | None,
    into: Sequence[Link],
    out_of: Sequence[Link],
    scale: _Scale,
) -> health.NodeFacts:
    slopes = [link.slope for link in into if link.position == 0]
    upstreams = tuple([link.upstream for link in out_of if link.upstream is not None])
    return health.NodeFacts(
        value=item.value,
        slope=slopes[0] if item.is_unit and slopes else None,
        symbol=item.symbol,
        inputs=inputs,
        grad=item.grad,
        upstreams=upstreams if scale.backward else None,
        largest=scale.largest,
        seed=scale.seed,
    )


def _inputs(
    item: Item, into: Sequence[Link], values: Mapping[str, float]
) -> tuple[float, ...] | None:
    """The values that go into an item; None if some are not in the picture."""
    if item.left_out:
        return None
    within = [constant.value for constant in item.constants]
    within += [inner.value for inner in item.inside]
    return (*[values[link.operand] for link in into], *within)


def largest(numbers: Iterable[float | None]) -> float:
    """The largest size of finite numbers; 0.0 if there are none."""
    sizes = [abs(number) for number in numbers if number is not None]
    return max(filter(math.isfinite, sizes), default=0.0)
