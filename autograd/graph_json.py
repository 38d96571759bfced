"""Graphs as JSON: what was recorded, without what follows from it. Loading executes nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .errors import GraphFormatError, OperationError
from .facts import KINDS, Fact
from .primitive import row

if TYPE_CHECKING:
    from .graph import Graph

_FORMAT = "glassgrad graph"
_VERSION = 1


def encode(graph: Graph) -> str:
    """The JSON text of a graph."""
    nodes = []
    for node in graph:
        entry: dict[str, Any] = {"kind": node.kind, "value": _encoded(node.value)}
        if node.op is not None:
            entry["op"] = node.op.name
            entry["operands"] = list(node.operands)
            entry["inputs"] = [_encoded(x) for x in node.inputs]
        elif _encoded(node.now) != _encoded(node.value):
            entry["now"] = _encoded(node.now)
        for name in ("label", "scope", "source"):
            if getattr(node, name):
                entry[name] = getattr(node, name)
        nodes.append(entry)
    return json.dumps(
        {
            "format": _FORMAT,
            "version": _VERSION,
            "roots": list(graph.roots),
            "seeds": [_encoded(seed) for seed in graph.seeds],
            "nodes": nodes,
        },
        ensure_ascii=False,
        allow_nan=False,
    )


def decode(text: str) -> tuple[list[Fact], list[int], list[float]]:
    """Facts, roots and seeds from the text that `encode` wrote; everything is checked."""
    try:
        document = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise GraphFormatError(f"this is not JSON: {error}") from None
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise GraphFormatError(
            f"this JSON is not a graph: its 'format' is not {_FORMAT!r}; "
            "write one with Graph(root).to_json()"
        )
    if document.get("version") != _VERSION:
        raise GraphFormatError(
            f"this graph has version {document.get('version')!r}, and this glassgrad reads "
            f"version {_VERSION}"
        )
    facts: list[Fact] = []
    try:
        for entry in document["nodes"]:
            facts.append(_decoded_fact(entry, len(facts)))
        roots, seeds = _decoded_roots(document, len(facts))
    except (GraphFormatError, OperationError):
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GraphFormatError(f"node %{len(facts)} cannot be read: {error!r}") from None
    return facts, roots, seeds


def _decoded_roots(document: dict[str, Any], count: int) -> tuple[list[int], list[float]]:
    roots: Sequence[Any] = document["roots"]
    seeds = [_decoded(seed) for seed in document["seeds"]]
    if not roots or not all(_is_index(i, count) for i in roots) or len(seeds) != len(roots):
        raise GraphFormatError(
            f"the roots {roots} with the seeds {seeds} are not roots of a graph of {count} nodes"
        )
    return list(roots), seeds


def _is_index(i: Any, end: int) -> bool:
    return isinstance(i, int) and not isinstance(i, bool) and 0 <= i < end


def _encoded(x: float) -> float | str:
    """JSON has no nan and no infinities: they are written as strings."""
    return x if math.isfinite(x) else repr(x)


def _decoded(x: Any) -> float:
    if isinstance(x, str) and x not in {"nan", "inf", "-inf"}:
        raise GraphFormatError(f"{x!r} is not a number")
    if isinstance(x, bool) or not isinstance(x, (int, float, str)):
        raise GraphFormatError(f"{x!r} is not a number")
    return float(x)


def _decoded_fact(entry: dict[str, Any], index: int) -> Fact:
    label, scope, source = [entry.get(name, "") for name in ("label", "scope", "source")]
    if not all(isinstance(text, str) for text in (label, scope, source)):
        raise GraphFormatError(f"node %{index} has a label, scope or source that is no text")
    kind, value = entry["kind"], _decoded(entry["value"])
    if kind not in KINDS or (kind == "operation") != ("op" in entry):
        raise GraphFormatError(f"node %{index} is of an unknown kind, {kind!r}")
    if kind != "operation":
        now = _decoded(entry["now"]) if "now" in entry else value
        return Fact(None, (), (), value, now, label, scope, source, kind)
    op = row(entry["op"])
    operands = tuple(entry["operands"])
    inputs = tuple([_decoded(x) for x in entry["inputs"]])
    if not all(_is_index(i, index) for i in operands):
        raise GraphFormatError(f"node %{index} has operands {operands} that do not come before it")
    if len(inputs) != len(operands) or op.arity not in {None, len(operands)}:
        raise GraphFormatError(f"node %{index}: {op.name} cannot have {len(operands)} operands")
    return Fact(op, operands, inputs, value, value, label, scope, source, kind)
