"""Why a gradient is what it is, in words: its strongest paths, and what they are of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from textwrap import wrap

from autograd import Graph

from ..labels import LINE_LIMIT, columns, shorten
from ..see.outline import Item, Link, Outline
from ..see.paths import Census, Path, fsum
from ..see.visible_nodes import outline_of
from .numbers import multiply_to, show, total
from .sentences import say, sentences

MOST_STEPS = 16  # a longer path is shown by its ends
HEAD, TAIL = 7, 6  # how many nodes of a long path are named at either end
WIDTH = 88  # columns of a line
_MOST_TERMS = 6  # a longer sum is not written out
_PLAIN = 10**15  # greater counts are given as powers of ten
_SMALL = 0.05  # of all that flows: what pulls the other way by less is not worth a sentence

Say = Callable[..., str]


def _in_english(key: str, holds: Collection[str] = (), **symbols: str) -> str:
    return say(sentences(), key, holds, **symbols)


@dataclass(frozen=True)
class Explained:
    """The strongest paths from a node to the loss, and what they are of its gradient."""

    graph: Graph
    node: int
    """The index of the node that was asked about."""
    root: int
    """The index of the loss."""
    seed: float
    """The gradient of the loss itself: 1.0, unless a Graph has another seed."""
    paths: tuple[Path, ...]
    """The strongest first: by the size of their products."""
    census: Census
    """What is known of all paths, shown or not."""

    @property
    def gradient(self) -> float:
        """The node's gradient, as the backward pass computes it."""
        grad = self.graph.nodes[self.node].grad
        assert grad is not None
        return grad

    @property
    def count(self) -> int:
        """How many paths there are; an exact number, however large."""
        return self.census.count

    @property
    def dead(self) -> int:
        """How many of them have a slope of 0."""
        return self.census.dead

    @property
    def covered(self) -> float:
        """The sum of the shown products, with their signs."""
        return fsum(path.product for path in self.paths)

    @property
    def absolute(self) -> float:
        """Σ |product| of the shown paths as a share of that of all: 0 to 1, nan if not finite.

        Signed sums mislead: where paths cancel, a few of them may be more than the gradient.
        """
        everything = self.census.size
        if not everything or (len(self.paths) == self.count and math.isfinite(everything)):
            return 1.0
        share = sum(abs(path.product) for path in self.paths) / everything
        return share if math.isnan(share) else min(share, 1.0)

    # --- as it is shown ---------------------------------------------------------------------------

    @cached_property
    def items(self) -> dict[str, Item]:
        """The boxes of the nodes on the paths; a run of ``+`` is one Σ."""
        shown = {str(self.node), *[link.consumer for steps in self.steps for link in steps]}
        return {item.key: item for item in self._outline.items if item.key in shown}

    @cached_property
    def steps(self) -> tuple[tuple[Link, ...], ...]:
        """The links along each path; inside a Σ there are none."""
        by_edge = {link.edge: link for link in self._outline.links}
        return tuple(
            tuple(by_edge[at] for e in path.edges if (at := (e.consumer, e.position)) in by_edge)
            for path in self.paths
        )

    @cached_property
    def uses(self) -> Counter[tuple[str, str]]:
        """How often each box goes into each other: ``a * a`` has two links."""
        return Counter((link.operand, link.consumer) for link in self._outline.links)

    @cached_property
    def _outline(self) -> Outline:
        nodes = {index for path in self.paths for index in path.nodes}
        apart = (self.node, *self.graph.roots)
        return outline_of(self.graph, sorted(nodes), apart=apart, constants=False)

    @cached_property
    def twins(self) -> Container[str]:
        """The keys of boxes that are called as others are: these show their numbers."""
        uses = Counter((item.scope, _name(item)) for item in self.items.values())
        return {key for key, it in self.items.items() if uses[it.scope, _name(it)] > 1}

    def name(self, key: str) -> str:
        """``w1``, ``tanh o``, ``×``, or ``× [n4]`` if there is another one."""
        return _name(self.items[key]) + f" [n{key}]" * (key in self.twins)


def _name(item: Item) -> str:
    label, sign = shorten(item.label), shorten(item.symbol, LINE_LIMIT // 2)
    if not (label and sign):
        return label or sign or item.kind
    return f"{sign} {label}" if sign[:1].isascii() and sign[:1].isalpha() else label


def ends(steps: Sequence[Link]) -> tuple[Sequence[Link], Sequence[Link], Sequence[Link]]:
    """The steps of a path as its beginning, what is left out in the middle, and its end."""
    if len(steps) <= MOST_STEPS:
        return steps, (), ()
    return steps[: HEAD - 1], steps[HEAD - 1 : 1 - TAIL], steps[1 - TAIL :]


# --- sentences ------------------------------------------------------------------------------------


def text(explained: Explained, objective: str) -> str:
    """All of it, for a terminal."""
    lines = [headline(explained, objective)]
    alike: dict[object, list[int]] = {}  # the two paths of ``a`` in ``a * a`` say the same
    for number, path in enumerate(explained.paths):
        alike.setdefault((path.nodes, repr(path.slopes)), []).append(number)
    for numbers in alike.values():
        start = f"{', '.join(str(number + 1) for number in numbers)}. "
        margin = " " * len(start)
        path, steps = explained.paths[numbers[0]], explained.steps[numbers[0]]
        way = list(_way(explained, steps, says_operand=len(numbers) == 1))
        lines += _filled(way, " → ", start, margin)
        product = _product(steps, path) + " each" * (len(numbers) > 1)
        lines += _filled(product.split(" × "), " × ", margin, f"{margin}  ")
    for sentence in summary(explained):
        lines += wrap(sentence, WIDTH)
    return "\n".join(lines)


def headline(explained: Explained, objective: str) -> str:
    """``why ∂L/∂w1 = −1.73``, and where a w1 is that has a place in a network."""
    node = explained.graph.nodes[explained.node]
    name = shorten(node.label) or f"n{node.index}"
    what = f"∂{objective}/∂{name}"
    if explained.seed != 1.0:
        what = f"{show(explained.seed)} × {what}"
    return _in_english(
        "why", ("named",) if node.scope else (),
        what=what, gradient=show(explained.gradient), name=name, scope=shorten(node.scope),
    )  # fmt: skip


def _way(explained: Explained, steps: Sequence[Link], *, says_operand: bool) -> Iterator[str]:
    """The names along a path, each with its scope where the path enters it."""
    scope = ""
    first, middle, last = ends(steps)
    for link in (None, *first, *middle[-1:], *last):
        if middle and link is middle[-1]:
            yield _in_english("path.more", count=f"{len(middle) - 1:,}")
        key = link.consumer if link else str(explained.node)
        name, item = explained.name(key), explained.items[key]
        if says_operand and link and explained.uses[link.operand, link.consumer] > 1:
            name += f" (operand {link.position + 1})"
        yield f"{shorten(item.scope)}: {name}" if item.scope not in {"", scope} else name
        scope = item.scope


def _product(steps: Sequence[Link], path: Path) -> str:
    """``2 × 0.64 = 1.28``."""
    first, middle, last = ends(steps)
    seeds = [path.seed] if path.seed != 1.0 or not steps else []
    texts = [show(link.slope) for link in first]
    if middle:
        texts.append(_in_english("path.more", count=f"{len(middle):,}"))
    texts += [show(link.slope) for link in last] + [f"{show(x)} (seed)" for x in seeds]
    sign = "≈" if middle else multiply_to([*[k.slope for k in steps], *seeds], path.product)
    return " × ".join(texts) + f" {sign} {show(path.product)}" * (len(texts) > 1)


def summary(explained: Explained, said: Say = _in_english) -> list[str]:
    """What the paths are of the gradient, in sentences; ``said`` writes them in its language."""
    gradient, count, shown = explained.gradient, explained.count, len(explained.paths)
    size, bad = explained.census.size, explained.census.not_finite
    products = [path.product for path in explained.paths]
    parts = [said("why.all", _many(shown), count=f"{shown:,}")]
    if shown < count:
        parts = [said("why.some", count=_count(count), shown=f"{shown:,}")]
    is_written_out = shown == count <= _MOST_TERMS
    if not math.isfinite(gradient):
        holds = _many(bad) if bad else ("infinite",)
        parts.append(said("why.not finite", holds, count=_count(bad)))
    elif count == 1:
        parts = [said("why.only")]
    elif is_written_out:
        parts.append(said("why.sum", sum=_sum(products, gradient)))
    elif shown == count:
        parts.append(said("why.long sum", gradient=show(gradient)))
    elif size and math.isfinite(size):
        parts.append(said(
            "why.share", _many(shown), covered=show(explained.covered),
            gradient=show(gradient), share=_percent(explained.absolute),
        ))  # fmt: skip
    up, down = (size + gradient) / 2, (size - gradient) / 2
    found = [" ".join(parts)] if math.isfinite(gradient) else parts
    if math.isfinite(size) and min(up, down) > _SMALL * size and not is_written_out:
        found.append(said("why.cancel", sum=_sum([up, -down], gradient)))
    if explained.dead:
        holds = ("zero", *_many(count)) if explained.dead == count else _many(explained.dead)
        found.append(said("why.dead", holds, count=_count(explained.dead)))
    return found


def _many(count: int) -> tuple[str, ...]:
    return {1: ("alone",), 2: ("two", "many")}.get(count, ("many",))


def _sum(terms: Sequence[float], result: float) -> str:
    texts, answer = total(terms, result)
    return " ".join([*texts, answer])


def _count(count: int) -> str:
    """``12,345``, or the power of ten where nobody reads the digits."""
    return f"{count:,}" if count < _PLAIN else f"≈ 10^{math.log10(count):,.0f}"


def _percent(share: float) -> str:
    if share < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < share < 1.0 else f"{100.0 * share:.0f} %"


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
