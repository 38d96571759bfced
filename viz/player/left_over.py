"""What an earlier `backward` left in the leaves of a computation."""

from __future__ import annotations

from autograd import Value
from autograd.facts import read


def left_over(value: Value) -> dict[int, float]:
    """What is in the ``.grad`` of each leaf now, by the leaf's index; it is only read."""
    facts, _, values = read([value], {})
    return {
        index: one.grad
        for index, one in values.items()
        if facts[index].op is None and facts[index].kind != "constant" and one.grad
    }
