"""The backward pass: the sweep that fills ``.grad``.

This is the centre of the project. `node.py` explains what it reads from each node. The same sweep
in any arithmetic, for higher derivatives, is `pullback.pull`; it writes no ``.grad``.

For speed, four hot rows (×, +, Σw·x, relu) are written out; a property test checks that they equal
the table, bit for bit. All other rows are asked for their slopes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import ops
from .node import Node, topological
from .primitive import unchecked


@unchecked()  # slopes follow IEEE 754: domain errors are for what users write
def accumulate(  # noqa: C901, PLR0912 - one loop, with its hot rows written out
    roots: Sequence[Node], seeds: Sequence[float]
) -> None:
    """Add d(Σ seed · root)/d(leaf) to each leaf's ``grad``; interior nodes get this pass's only."""
    order = topological(roots)
    for node in order:
        node._grad = 0.0
    for root, seed in zip(roots, seeds, strict=True):
        root._grad += seed
    mul, add, dot, relu = ops.mul, ops.add, ops.dot, ops.relu
    for node in reversed(order):
        row: Any = node._row
        upstream = node._grad
        a = node._a
        if row is mul:
            b = node._b
            if a is not None:
                a._grad += upstream * node._y
            if b is not None:
                b._grad += upstream * node._x
        elif row is add:
            b = node._b
            if a is not None:
                a._grad += upstream
            if b is not None:
                b._grad += upstream
        elif row is dot:
            if upstream == 0.0 and node._z - node._z == 0.0:
                continue  # the result is finite, so all operands are, and 0 times each is 0
            values = node._x
            half = len(a) // 2
            for w, x in zip(a, values[half : 2 * half]):  # noqa: B905 - a bias may follow
                if w is not None:
                    w._grad += upstream * x
            if node._y == 0.0:
                for p, w in zip(a[half : 2 * half], values):  # noqa: B905
                    if p is not None:
                        p._grad += upstream * w
            if len(a) % 2 and a[-1] is not None:
                a[-1]._grad += upstream
        elif row is relu:
            a._grad += upstream * (0.0 if node._x <= 0.0 else 1.0)
        elif a.__class__ is tuple:
            slopes = row.slopes(node._z, node._x)
            for operand, slope in zip(a, slopes, strict=True):
                if operand is not None:
                    operand._grad += upstream * slope
        elif row.arity == 1:
            a._grad += upstream * row.partials[0](node._z, node._x)
        else:
            b = node._b
            if a is not None:
                a._grad += upstream * row.partials[0](node._z, node._x, node._y)
            if b is not None:
                b._grad += upstream * row.partials[1](node._z, node._x, node._y)
