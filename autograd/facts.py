"""All that was recorded of each node: the step between the engine and a `Graph`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .modes import NOWHERE, Place
from .tape import Tape, differs, read
from .value import Value

KINDS = ("variable", "parameter", "frozen", "constant", "operation")
DIFFERENTIABLE = ("variable", "parameter")


@dataclass(slots=True)
class Facts:
    """A tape, and what else is known of each of its nodes.

    ``kinds`` are positions in `KINDS`. ``about`` has label, scope and source; nodes of one place
    share one object. ``now`` is what a leaf was when this was taken, where that is not its
    recorded value.
    """

    tape: Tape
    kinds: bytearray
    about: list[Place]
    now: dict[int, float]


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
                if differs(node._z, tape.values[i]):
                    now[i] = node._z
        about.append(place)
    return Facts(tape, kinds, about, now), [places[id(root)] for root in roots]


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
