"""Arguments that several faces take alike: refused with what to write instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd import ConstantError, Graph, Value
from autograd.primitive import Recorder
from autograd.tape import read

from .labels import shorten

_ONE = "a Value, usually a loss, or a Graph of one"


def one_of(name: str, value: object, options: Iterable[str]) -> str:
    """``value`` if it is among ``options``, else an error that names the nearest.

    >>> one_of("theme", "drak", ["light", "dark"])
    Traceback (most recent call last):
    ValueError: theme='drak' is unknown; did you mean 'dark'? It is 'light' or 'dark'
    """
    known = list(options)
    if not isinstance(value, str):
        raise TypeError(f"{name} is a str, {_alternatives(known)}; got {value!r}")
    if value not in known:
        rest = did_you_mean(value, known, f"it is {_alternatives(known)}")
        raise ValueError(f"{name}={value!r} is unknown{rest}")
    return value


def did_you_mean(value: str, known: Iterable[str], otherwise: str) -> str:
    """How an error goes on: with the nearest of the known words, if one is near.

    >>> did_you_mean("drak", ["light", "dark"], "it is a theme")
    "; did you mean 'dark'? It is a theme"
    >>> did_you_mean("x", ["light", "dark"], "it is a theme")
    '; it is a theme'
    """
    by_lower_case = {word.lower(): word for word in known}
    near = difflib.get_close_matches(value.lower(), by_lower_case, n=1)
    if not near:
        return f"; {otherwise}"
    return f"; did you mean {by_lower_case[near[0]]!r}? {otherwise[0].upper()}{otherwise[1:]}"


def at_least(name: str, value: object, least: int) -> int:
    """``value`` if it is a whole number of at least ``least``.

    >>> at_least("max_nodes", 0, 1)
    Traceback (most recent call last):
    ValueError: max_nodes is a whole number of at least 1, got 0
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} is a whole number of at least {least}, got {value!r}")
    if value < least:
        raise ValueError(f"{name} is a whole number of at least {least}, got {value}")
    return value


def graph_of(
    who: str, value: object, names: Mapping[str, Any] | None = None, *, many: bool = False
) -> Graph:
    """The graph of a Value, of a list of Values if ``many``, or the Graph itself.

    >>> graph_of("explain", 1.0)
    Traceback (most recent call last):
    TypeError: explain takes a Value, usually a loss, or a Graph of one, got the float 1.0
    """
    if isinstance(value, Graph):
        if names is not None:
            raise TypeError(f"{who}: a Graph has its labels; write {who}(Graph(value, names=...))")
        return value
    if not (names is None or isinstance(names, Mapping)):
        raise TypeError(f"{who}: names is a dict of variables such as locals(), got {names!r:.60}")
    if isinstance(value, Recorder):
        return Graph(value, names)  # type: ignore[arg-type]  # which refuses what is no Value
    if isinstance(value, (list, tuple)) and many:
        return Graph(_values(who, value), names)
    raise TypeError(f"{who} takes {_refused(who, value, many=many)}")


def _values(who: str, several: Sequence[object]) -> list[Value]:
    if not several:
        raise ValueError(f"{who} needs at least one Value, got an empty list")
    found = [root for root in several if isinstance(root, Value)]
    for number, root in enumerate(several):
        if not isinstance(root, Value):
            raise TypeError(
                f"{who} takes a Value or a list of Values; number {number} of the list is "
                f"{described(root)}"
            )
    return found


def _refused(who: str, value: object, *, many: bool) -> str:
    """What a face takes, what it got, and what to write instead."""
    if hasattr(value, "parameters"):
        return (
            f"a Value, got a {type(value).__name__}; write draw_network(model, x), or "
            f"{who}(model(x))"
        )
    if isinstance(value, (list, tuple)):
        kind = type(value).__name__
        return f"{_ONE}, got {len(value)} in a {kind}; take one of them, or their sum"
    takes = "a Value, a list of Values or a Graph" if many else _ONE
    return f"{takes}, got {described(value)}"


def one_result(who: str, graph: Graph) -> Graph:
    """The graph, if it has one root, and that has a gradient."""
    if len(graph.roots) != 1:
        raise ValueError(
            f"{who} tells how one result came about, and this Graph has {len(graph.roots)} "
            "roots; write Graph(loss) with one of them, or with their sum"
        )
    if graph.nodes[graph.roots[0]].grad is None:
        raise ConstantError(
            f"{who}: the root is a constant, so there are no gradients to show; compute it "
            "from Values or parameters"
        )
    return graph


def left_of(who: str, value: object) -> dict[int, float]:
    """What earlier passes left in ``.grad``, by node, which only a Value can tell."""
    if not isinstance(value, Value):
        raise TypeError(
            f"{who}: accumulate=True reads the .grad of Values, which a Graph does not have; "
            f"write {who}(loss, accumulate=True)"
        )
    return {
        index: leaf.grad
        for index, leaf in enumerate(read([value])[1])
        if isinstance(leaf, Value) and leaf.op is None and leaf.kind != "constant" and leaf.grad
    }


def text(caller: str, name: str, words: object) -> None:
    """Refuse what is no text."""
    if words is not None and not isinstance(words, str):
        raise TypeError(f"{caller}: {name} is text, got {words!r:.60}")


def image_of(caller: str, image: object) -> tuple[int, int] | None:
    """The rows and columns of an input."""
    if image is None:
        return None
    sides = tuple(image) if isinstance(image, (tuple, list)) else ()
    if len(sides) != 2 or not all(type(side) is int and side > 0 for side in sides):
        raise TypeError(
            f"{caller}: image is the rows and columns of an input, as (8, 8); got {image!r:.60}"
        )
    return sides[0], sides[1]


def described(thing: object) -> str:
    """A thing in an error: ``the str 'x'``.

    >>> described("x")
    "the str 'x'"
    """
    return f"the {type(thing).__name__} {shorten(repr(thing), 60)}"


def _alternatives(known: list[str]) -> str:
    quoted = [repr(word) for word in known]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]


# --- one node -------------------------------------------------------------------------------------


def node_of(graph: Graph, focus: str | int | Value, value: object) -> int:
    """The index of what is asked for: a node's number, a Value, a label, or the last of a scope.

    Raises
    ------
    ValueError
        if the graph has no such node, naming the nearest.
    """
    if isinstance(focus, Value):
        return _of_value(focus, value)
    if isinstance(focus, bool) or not isinstance(focus, (int, str)):
        raise TypeError(
            "focus is a Value, a label, the scope of a unit such as 'layers.0/neuron 13', or the "
            f"number of a node; got {focus!r:.60}"
        )
    if isinstance(focus, int):
        if not 0 <= focus < len(graph):
            raise ValueError(f"focus={focus}: the nodes of this graph are 0 to {len(graph) - 1:,}")
        return focus
    wanted = canonical(focus)
    named = [(canonical(n.scope), n) for n in graph if n.scope and n.op is not None]
    for found in (
        [n for n in graph if n.label == focus],
        [n for scope, n in named if wanted in {scope, canonical(f"{n.scope}/{n.label}")}],
        [n for scope, n in named if scope.startswith(f"{wanted}/")],
    ):
        if found:
            return found[-1].index
    labels = {node.label for node in graph if node.label}
    known = [*labels, *{node.scope for node in graph if node.scope}]
    rest = did_you_mean(focus, known, "labels and scopes are in str(Graph(value))")
    raise ValueError(f"focus={focus!r:.60}: no node of this graph has that label or scope{rest}")


def canonical(scope: str) -> str:
    """A scope, however its numbers are written.

    >>> canonical("layers.0/neuron 13"), canonical("layers.0/neurons.13")
    ('layer.0/neuron.13', 'layer.0/neuron.13')
    """
    return re.sub(r"s?[ .](\d+)", r".\1", scope)


def _of_value(focus: Value, value: object) -> int:
    if not isinstance(value, Value):
        raise TypeError(
            "focus as a Value needs the Value that is played, and this is a Graph; give the "
            "number of the node, or its label"
        )
    places = read([value])[2]
    if id(focus) not in places:
        raise ValueError(
            f"focus: {focus!r:.80} is not in this computation; was it detached or copied?"
        )
    return places[id(focus)]
