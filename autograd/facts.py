"""All that was recorded of each node: the step between the engine and a `Graph`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .modes import NOWHERE, Place
from .primitive import Recorder
from .tape import Tape, read
from .value import Value

KINDS = ("variable", "parameter", "frozen", "constant", "operation")
DIFFERENTIABLE = ("variable", "parameter")


@dataclass(slots=True)
class Facts:
    """A tape, and what is said of each of its nodes."""

    tape: Tape
    kinds: bytearray
    """Positions in `KINDS`."""
    about: list[Place]
    """Label, scope and source. Nodes of one place share one object."""
    now: dict[int, float]
    """What a leaf was when this was taken, where that is not its recorded value."""


def facts_of(roots: Sequence[Value], names: Mapping[str, Any]) -> tuple[Facts, list[int]]:
    """The facts of all nodes below ``roots``, and where the roots are among them."""
    labels = names_of(names)
    tape, nodes, places = read(roots)
    tape = tape.packed()
    kinds, about, now = bytearray(), [], {}
    constant, operation = KINDS.index("constant"), KINDS.index("operation")
    for i, node in enumerate(nodes):
        place = NOWHERE
        if node is None:
            kinds.append(constant)
        else:
            place = node._about or NOWHERE
            if labels and not place.label and id(node) in labels:
                place = replace(place, label=labels[id(node)])
            if node._row is not None:
                kinds.append(operation)
            else:
                kinds.append(KINDS.index(node.kind))
                if repr(node._z) != repr(tape.values[i]):  # −0.0 is not 0.0, and nan is nan
                    now[i] = node._z
        about.append(place)
    return Facts(tape, kinds, about, now), [places[id(root)] for root in roots]


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
