"""What each box is called in equations and sentences: a name of its own, and a short one.

A label is a name, if no other box has it: of four nodes labelled z the names are z₁ to z₄. What has
no label gets a letter: p for a product, s for a sum, d for a difference, q for a quotient, a for
an activation, u for anything else; L is the result. Such names are said to be given here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from autograd import Graph, Op

from ..see.outline import Item, Outline
from .equations import number
from .labels import shorten

LIMIT = 16  # columns of a name in an equation

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_LETTERS = {
    "mul": "p",
    "prod": "p",
    "add": "s",
    "sum": "s",
    "dot": "s",
    "sub": "d",
    "div": "q",
}
_LEAVES = {"parameter": "w", "frozen": "w", "variable": "x"}


@dataclass(frozen=True, slots=True)
class Names:
    """The name of each box by its key.

    ``given`` are the keys of those named here; ``numbers`` those of constants without a label,
    whose name is their number.
    """

    by_key: dict[str, str]
    given: frozenset[str]
    numbers: frozenset[str]

    def __getitem__(self, key: str) -> str:
        return self.by_key[key]


def names_of(graph: Graph, outline: Outline) -> Names:
    """A name for every item of a picture, no two alike."""
    labels = [shorten(item.label, LIMIT) for item in outline.items]
    found = _told_apart(labels)
    taken = set(found)
    given, numbers = set(), set()
    roots = [root for root, seed in zip(graph.roots, graph.seeds, strict=True) if seed]
    letters: dict[str, Iterator[str]] = {}
    for place, item in enumerate(outline.items):
        if found[place]:
            continue
        if item.kind == "constant" and not item.seeds and not _is_weighed(graph, item):
            numbers.add(item.key)
            found[place] = number(item.value)
            continue
        given.add(item.key)
        if roots == [item.node] and item.key == str(item.node) and "L" not in taken:
            found[place] = "L"
        else:
            letter = _letter(graph, item)
            fresh = letters.setdefault(letter, (f"{letter}{k}" for k in count(1)))
            found[place] = next(name for name in fresh if name not in taken)
        taken.add(found[place])
    keys = [item.key for item in outline.items]
    return Names(dict(zip(keys, found, strict=True)), frozenset(given), frozenset(numbers))


def free(name: str, taken: set[str]) -> str:
    r"""``name``, or with as many primes as it takes to be nobody else's.

    >>> free("S", {"S"}) == "S\u2032"
    True
    """
    while name in taken:
        name += "\u2032"
    return name


def _told_apart(labels: list[str]) -> list[str]:
    """The labels; those that occur more than once with a number below the line.

    >>> _told_apart(["z", "w", "z", ""])
    ['z₁', 'w', 'z₂', '']
    """
    seen = Counter(label for label in labels if label)
    taken = {label for label, times in seen.items() if times == 1}
    numbers: dict[str, Iterator[int]] = {}
    found = []
    for label in labels:
        name = label
        if seen[label] > 1:
            subscripts = numbers.setdefault(label, count(1))
            fresh = (f"{label}{str(k).translate(_SUBSCRIPTS)}" for k in subscripts)
            name = next(name for name in fresh if name not in taken)
            taken.add(name)
        found.append(name)
    return found


def _is_weighed(graph: Graph, item: Item) -> bool:
    """Whether a constant is what weights are multiplied with: an input, which deserves a name."""
    consumers = [graph.nodes[consumer].op for consumer, _ in graph.consumers(item.node)]
    return any(op is not None and op.name == "dot" for op in consumers)


def _letter(graph: Graph, item: Item) -> str:
    if item.kind == "activation":
        return "a"
    if not item.symbol:
        return _LEAVES.get(item.kind, "x")
    if item.symbol == "×":
        return "p"
    if item.symbol.startswith(("Σ", "+")):
        return "s"
    op: Op | None = graph.nodes[item.node].op
    return _LETTERS.get(op.name, "u") if op is not None else "u"
