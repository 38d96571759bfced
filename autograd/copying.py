"""Copying and pickling graphs of any depth, without recursion.

Within one deepcopy or one pickle every leaf keeps its identity (two losses that share a weight
still share it afterwards); within one root, so does every interior node.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, TypeVar

from .node import Node, leaf, topological
from .tape import Tape, read

N = TypeVar("N", bound=Node)


def _like(node: N, a: Any, b: Any) -> N:
    """A node like ``node``, with operands ``a`` and ``b``."""
    result = leaf(node.__class__, node._z, node._grad, node._about)
    result._row = node._row
    result._a, result._x = a, node._x
    result._b, result._y = b, node._y
    return result


def shallow(node: N) -> N:
    """A new node with the same number, gradient, operation and operands."""
    result = _like(node, node._a, node._b)
    if hasattr(node, "__dict__"):  # attributes of a user's subclass
        result.__dict__.update(node.__dict__)
    return result


def deep(root: N, memo: dict[int, Any]) -> N:
    """A copy of ``root`` and of everything below it that is not in ``memo`` yet."""

    def copy_of(operand: Any) -> Any:
        if operand is None:
            return None
        known = memo.get(id(operand))
        if known is None:  # a leaf; nodes come in order
            known = memo[id(operand)] = _like(operand, None, None)
            if hasattr(operand, "__dict__"):
                known.__dict__.update(deepcopy(operand.__dict__, memo))
        return known

    for node in topological([root]):
        if id(node) not in memo:
            a = node._a
            operands = tuple(map(copy_of, a)) if a.__class__ is tuple else copy_of(a)
            memo[id(node)] = _like(node, operands, copy_of(node._b))
    result: N = copy_of(root)
    return result


def reduce(root: Node) -> tuple[Any, ...]:
    """How pickle stores ``root``: a leaf by itself, a graph as its tape and its leaves."""
    if root._row is None:
        own = getattr(root, "__dict__", None)  # attributes of a user's subclass
        return leaf, (root.__class__, root._z, root._grad, root._about), own or None
    tape, nodes, _ = read([root])
    columns = (tape.ops, tape.operands, tape.starts, tape.values, tape.changed)
    told = [x if x is None or x._row is None else (x._grad, x._about) for x in nodes]
    return _rebuild, (root.__class__, columns, told)


def _rebuild(cls: type[Node], columns: Any, told: list[Any]) -> Node:
    """The last node of a tape; ``told`` has the leaves themselves, None for plain numbers."""
    tape, nodes = Tape(*columns), list(told)
    for i, op in enumerate(tape.ops):
        if op is not None:
            nodes[i] = leaf(cls, tape.values[i], *told[i])
            nodes[i]._connect(op, [nodes[j] for j in tape.places(i)], tape.inputs(i))
    root: Node = nodes[-1]
    return root
