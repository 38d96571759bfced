"""Which Modules are being called, in this thread or task, and with which numbers."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from operator import is_
from typing import Any

from autograd import Value
from autograd.functions import Gathered, constants
from autograd.modes import here

# The innermost first: (Module, the others, what `as_nodes` made in the outermost call).
calling: ContextVar[tuple[Any, Any, dict[int, Any]] | None] = ContextVar("calling", default=None)


def running() -> list[Any]:
    """The Modules that are being called, the innermost first."""
    found, chain = [], calling.get()
    while chain is not None:
        part, chain, _ = chain
        found.append(part)
    return found


def as_nodes(xs: list[Any], weights: Sequence[Any]) -> Gathered:
    """One example for the neurons that see it: where things are recorded, each number is one node.

    They are constants x1, x2, …; until the outermost call returns, the same list gives the same
    ones. Where the weights are plain numbers, the inputs stay plain too, and so does the result.
    """
    shared = Gathered(xs)
    if shared.nodes is xs or not xs or not isinstance(weights[0], Value):
        return shared
    place = here()
    if place is not None and not place.recording:
        return shared
    chain = calling.get()
    made = chain[2] if chain is not None else {}
    _, before, nodes = made.get(id(xs), (xs, (), ()))
    if len(before) != len(xs) or not all(map(is_, before, xs)):  # a list may have been changed
        nodes = constants(xs, "x")
        made[id(xs)] = (xs, tuple(xs), nodes)
    shared.nodes = nodes
    return shared
