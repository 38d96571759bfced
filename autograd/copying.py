"""Copying and pickling graphs of any depth, without recursion.

Within one deepcopy or one pickle every leaf keeps its identity (two losses that share a weight
still share it afterwards); within one root, so does every interior node.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, TypeVar

from .node import Node
from .primitive import Op
from .sweep import topological

N = TypeVar("N", bound=Node)

# A recorded node in flat form: operation, operands (a reference: None for a plain number, ≥ 0 for
# a leaf, < 0 for the node −1 − reference), their values, own value and gradient, and place.
_Row = tuple[Op, Any, Any, Any, float, float, float, Any]


def _leaf(cls: type[Node], data: float, grad: float, about: Any) -> Node:
    """A leaf as it was."""
    leaf = cls.__new__(cls)
    leaf._z = data
    leaf._grad = grad
    leaf._row = leaf._a = leaf._b = None
    leaf._x = leaf._y = 0.0
    leaf._about = about
    return leaf


def _like(node: N, a: Any, b: Any) -> N:
    """A node as ``node``, on operands ``a`` and ``b``."""
    result = node.__class__.__new__(node.__class__)
    result._z = node._z
    result._grad = node._grad
    result._row = node._row
    result._a = a
    result._b = b
    result._x = node._x
    result._y = node._y
    result._about = node._about
    return result


def shallow(node: N) -> N:
    """A new node with the same number, gradient, operation and operands."""
    result = _like(node, node._a, node._b)
    own = getattr(node, "__dict__", None)  # attributes of a user's subclass
    if own:
        result.__dict__.update(own)
    return result


def deep(root: N, memo: dict[int, Any]) -> N:
    """A copy of ``root`` and of all below it that ``memo`` does not hold yet."""

    def copy_of(operand: Any) -> Any:
        if operand is None:
            return None
        known = memo.get(id(operand))
        if known is None:  # a leaf; nodes come in order
            known = memo[id(operand)] = _like(operand, None, None)
            own = getattr(operand, "__dict__", None)
            if own:
                known.__dict__.update(deepcopy(own, memo))
        return known

    for node in topological([root]):
        if id(node) not in memo:
            a = node._a
            operands = tuple(map(copy_of, a)) if a.__class__ is tuple else copy_of(a)
            memo[id(node)] = _like(node, operands, copy_of(node._b))
    result: N = copy_of(root)
    return result


def reduce(root: Node) -> tuple[Any, ...]:
    """How pickle stores ``root``: a leaf by itself, a graph as one flat list of rows."""
    if root._row is None:
        own = getattr(root, "__dict__", None)  # attributes of a user's subclass
        return _leaf, (root.__class__, root._z, root._grad, root._about), own or None
    order = topological([root])
    references = {id(node): -1 - i for i, node in enumerate(order)}
    leaves: list[Node] = []

    def reference(operand: Node | None) -> int | None:
        if operand is None:
            return None
        if id(operand) not in references:
            references[id(operand)] = len(leaves)
            leaves.append(operand)
        return references[id(operand)]

    rows: list[_Row] = []
    for node in order:
        a = node._a
        first = tuple(map(reference, a)) if a.__class__ is tuple else reference(a)
        assert node._row is not None
        recorded = (node._row, first, reference(node._b), node._x, node._y)
        rows.append((*recorded, node._z, node._grad, node._about))
    return _rebuild, (root.__class__, leaves, rows)


def _rebuild(cls: type[Node], leaves: list[Node], rows: list[_Row]) -> Node:
    """The last node of ``rows``, with all that it was computed from."""
    nodes: list[Node] = []

    def operand(reference: int | None) -> Node | None:
        if reference is None:
            return None
        return leaves[reference] if reference >= 0 else nodes[-1 - reference]

    for op, first, second, x, y, data, grad, about in rows:
        node = _leaf(cls, data, grad, about)
        node._row = op
        node._a = tuple(map(operand, first)) if first.__class__ is tuple else operand(first)
        node._b = operand(second)
        node._x = x
        node._y = y
        nodes.append(node)
    return nodes[-1]
