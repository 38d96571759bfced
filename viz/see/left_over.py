"""What an earlier `backward` left in the leaves of a computation."""

from __future__ import annotations

from autograd import Value
from autograd.tape import read


def left_over(value: Value) -> dict[int, float]:
    """What is in the ``.grad`` of each leaf now, by the leaf's index; it is only read."""
    nodes = read([value])[1]
    leaves = enumerate(nodes)
    return {
        index: leaf.grad
        for index, leaf in leaves
        if isinstance(leaf, Value) and leaf.op is None and leaf.kind != "constant" and leaf.grad
    }
