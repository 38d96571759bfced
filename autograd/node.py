"""What is recorded: numbers, operations and operands, and their order. Read this first.

A node is z = f(x, y): ``_z`` is the number, ``_row`` the operation f (a row of the table in
`ops.py`), ``_a`` and ``_b`` are the nodes that x and y came from, ``_x`` and ``_y`` their numbers
*as recorded*. So a pass describes what was computed, even if a leaf has changed since then.

An operand that was a plain number is None: it needs no gradient, and costs nothing. A leaf has no
operation. A variadic row, such as a sum, has a tuple in ``_a`` and one in ``_x``; ``_y`` of a dot
is 1.0 if none of its inputs needs a gradient, so that a sweep can skip them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from .modes import NOWHERE, Place, here
from .primitive import Op

N = TypeVar("N", bound="Node")


class Node:
    """A number and how it was made. `value.Value` adds everything that users see."""

    # Eight slots make 120 bytes, the float included. The number is not called "_data", which
    # NumPy's masked arrays would read instead of recording.
    __slots__ = ("_a", "_about", "_b", "_grad", "_row", "_x", "_y", "_z")

    _z: float
    _grad: float
    _row: Op | None
    _a: Any
    _b: Any
    _x: Any
    _y: float
    _about: Place | None  # where it was recorded: its scope and label, if it has any

    kind: ClassVar[str] = "variable"  # what drawings call a leaf of this class

    def _edges(self) -> tuple[tuple[Any, ...], tuple[float, ...]]:
        """The operands (None for a plain number) and their numbers as recorded."""
        if self._row is None:
            return (), ()
        if self._a.__class__ is tuple:
            return self._a, self._x
        if self._row.arity == 1:
            return (self._a,), (self._x,)
        return (self._a, self._b), (self._x, self._y)

    def _connect(self, op: Op, operands: Sequence[Any], numbers: Sequence[float]) -> None:
        """Make this the result of ``op``; `_edges` returns what is stored here."""
        self._row = op
        if op.arity == 1:
            self._a, self._x = operands[0], numbers[0]
        elif op.arity == 2:
            self._a, self._b = operands
            self._x, self._y = numbers
        else:
            self._a, self._x = tuple(operands), tuple(numbers)

    @property
    def op(self) -> Op | None:
        """The row of the operation table that made this Value; None for a leaf."""
        return self._row

    @property
    def label(self) -> str:
        """The name shown in drawings and errors; empty when it has none."""
        return self._about.label if self._about is not None else ""

    @label.setter
    def label(self, label: str) -> None:
        if not isinstance(label, str):
            raise TypeError(
                "Value takes a number and a label; Value(data, (a, b), '*') is for the Value of "
                "autograd.micrograd"
                if isinstance(label, (tuple, set, list))
                else f"a label must be a str, got {label!r}; write str({label!r})"
            )
        self._about = replace(self._about or NOWHERE, label=label)

    @property
    def scope(self) -> str:
        """The part of the computation this was recorded in, as ``"layers.0/neurons.3"``."""
        return self._about.scope if self._about is not None else ""

    @property
    def source(self) -> str:
        """The line that recorded this, as ``"train.py:12"``, if `autograd.sources` was on."""
        return self._about.source if self._about is not None else ""

    @property
    def _op(self) -> str:
        return self._row.symbol if self._row is not None else ""


def named(nodes: Sequence[Node | None]) -> str:
    """The scope of an operation and the labels of its operands, for an error message."""
    scope = (here() or NOWHERE).scope
    return (f" in scope {scope!r}" if scope else "") + labelled(nodes)


def labelled(nodes: Iterable[Any]) -> str:
    """The labels of operands, Values or nodes of a Graph, for an error message."""
    labels = [
        f"operand {i + 1} is {node.label!r}"
        + (f" = {node.op.name}(...)" if node.op is not None else "")
        for i, node in enumerate(nodes)
        if node is not None and node.label
    ]
    return f" ({', '.join(labels)})" if labels else ""


def leaf(cls: type[N], number: float, grad: float, about: Place | None) -> N:
    """A leaf of this class; unlike ``cls(number)`` it checks nothing."""
    node = cls.__new__(cls)
    node._z = number
    node._grad = grad
    node._row = node._a = node._b = None
    node._x = node._y = 0.0
    node._about = about
    return node


_FINISHED = object()


def topological(roots: Sequence[Node], without: Iterable[Node] = ()) -> list[Node]:
    """The recorded nodes below ``roots``, operands before results; not ``without`` or below them.

    Leaves are left out: they pass nothing on. The stack is explicit because graphs are deeper than
    Python's recursion limit. `_FINISHED` on it means: everything below the next node is done.
    """
    order: list[Node] = []
    # Only results, which are plain Values: a leaf's class may compare numbers in its __eq__.
    seen: set[Node] = {node for node in without if node._row is not None}
    stack: list[Any] = [root for root in reversed(roots) if root._row is not None]
    push, pop, see, finish = stack.append, stack.pop, seen.add, order.append
    while stack:
        node = pop()
        if node is _FINISHED:
            finish(pop())
            continue
        if node in seen:
            continue
        see(node)
        push(node)
        push(_FINISHED)
        a = node._a
        if a.__class__ is tuple:
            if node._y != 0.0 and len(a) > 64:  # nothing lies below its inputs
                half = len(a) // 2
                a = a[:half] + a[2 * half :]
            stack += [x for x in a[::-1] if x is not None and x._row is not None and x not in seen]
        else:
            b = node._b
            if b is not None and b._row is not None and b not in seen:
                push(b)
            if a is not None and a._row is not None and a not in seen:
                push(a)
    return order
