"""Reading recorded Values into plain facts: the step between the engine and a `Graph`.

A `Fact` is what was recorded of one node, before anything is computed from it. Numbering is
topological: operands before results, leaves just before the first node that uses them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .primitive import Op, Recorder
from .sweep import topological
from .value import Value

KINDS = ("variable", "parameter", "frozen", "constant", "operation")


@dataclass(frozen=True, slots=True)
class Fact:
    """What was recorded of a node."""

    op: Op | None
    operands: tuple[int, ...]
    inputs: tuple[float, ...]
    value: float
    now: float
    label: str
    scope: str
    source: str
    kind: str


def checked_roots(roots: Any) -> list[Value]:
    """``roots`` as a list, if they are Values."""
    if isinstance(roots, Recorder):
        raise TypeError(
            f"a Graph is taken of a Value of autograd, got a {type(roots).__qualname__} of "
            f"{type(roots).__module__}, which remembers no rows of the table; draw it with code "
            "that reads _prev and _op, or take Value from autograd"
        )
    if not isinstance(roots, (list, tuple)) or not roots:
        raise TypeError(f"a Graph is taken of a Value or a list of Values, got {roots!r:.60}")
    for root in roots:
        if not isinstance(root, Value):
            raise TypeError(f"a Graph is taken of Values, got a {type(root).__name__} among them")
    return list(roots)


def read(
    roots: Sequence[Value], names: dict[int, str]
) -> tuple[list[Fact], dict[int, int], dict[int, Value]]:
    """The facts of all nodes below ``roots``; the place of each Value, by its id; and the Values.

    By ids, because a subclass of Value may have an ``__eq__`` of its own.
    """
    facts: list[Fact] = []
    indices: dict[int, int] = {}
    values: dict[int, Value] = {}

    def leaf(value: Value, recorded: float) -> int:
        if id(value) not in indices:
            indices[id(value)] = len(facts)
            values[len(facts)] = value
            label = value.label or names.get(id(value), "")
            facts.append(
                Fact(None, (), (), recorded, value.data, label, value.scope, "", value.kind)
            )
        return indices[id(value)]

    def plain(number: float) -> int:
        facts.append(Fact(None, (), (), number, number, "", "", "", "constant"))
        return len(facts) - 1

    for node in topological(roots):
        op = node._row
        assert op is not None
        if node._a.__class__ is tuple:
            operands, inputs = node._a, node._x
        elif op.arity == 1:
            operands, inputs = (node._a,), (node._x,)
        else:
            operands, inputs = (node._a, node._b), (node._x, node._y)
        places = tuple(
            [
                plain(x) if v is None else indices[id(v)] if v._row is not None else leaf(v, x)
                for v, x in zip(operands, inputs, strict=True)
            ]
        )
        indices[id(node)] = len(facts)
        values[len(facts)] = node
        label = node.label or names.get(id(node), "")
        data, scope, source = node._z, node.scope, node.source
        facts.append(Fact(op, places, inputs, data, data, label, scope, source, "operation"))
    for root in roots:
        if root._row is None:
            leaf(root, root.data)
    return facts, indices, values


def names_of(names: Mapping[str, Any]) -> dict[int, str]:
    """The name of each Value in a namespace, by its id, containers included; the plainest wins."""
    if not isinstance(names, Mapping):
        raise TypeError(
            f"names is a dict from names to Values, got a {type(names).__name__}; "
            "write names=locals()"
        )
    found: dict[int, str] = {}
    level: list[tuple[str, Any]] = [
        (str(name), x) for name, x in names.items() if not str(name).startswith("_")
    ]
    for _ in range(4):  # lists of lists of lists: deeper nesting is not what a picture shows
        deeper: list[tuple[str, Any]] = []
        for name, x in level:
            if isinstance(x, Value):
                found.setdefault(id(x), name)
            elif isinstance(x, (list, tuple)):
                deeper += [(f"{name}[{i}]", item) for i, item in enumerate(x)]
            elif isinstance(x, dict):
                deeper += [(f"{name}[{key!r}]", item) for key, item in x.items()]
        level = deeper
    return found
