"""Graphs as JSON: what was recorded, without what follows from it. Loading executes nothing."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from .errors import GraphFormatError, OperationError
from .facts import KINDS, Fact
from .primitive import Op, row

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
        elif repr(node.now) != repr(node.value):  # −0.0 is not 0.0, and nan is nan
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
    entries, roots, seeds = [
        _list(document, name, "this graph") for name in ("nodes", "roots", "seeds")
    ]
    facts = [_decoded_fact(entry, f"node %{i}", i) for i, entry in enumerate(entries)]
    if not roots or not all(_is_index(i, len(facts)) for i in roots):
        raise GraphFormatError(f"the roots {roots} are not roots of a graph of {len(facts)} nodes")
    if len(seeds) != len(roots):
        raise GraphFormatError(f"this graph has {len(roots)} roots and {len(seeds)} seeds")
    return facts, roots, [_decoded(seed, "a seed of this graph") for seed in seeds]


def _list(entry: dict[str, Any], name: str, where: str) -> list[Any]:
    xs = _get(entry, name, where)
    if not isinstance(xs, list):
        raise GraphFormatError(f"the {name!r} of {where} are {xs!r:.60}, which is not a list")
    return xs


def _get(entry: dict[str, Any], name: str, where: str) -> Any:
    if name not in entry:
        raise GraphFormatError(f"{where} has no {name!r}")
    return entry[name]


def _is_index(i: Any, end: int) -> bool:
    return isinstance(i, int) and not isinstance(i, bool) and 0 <= i < end


def _encoded(x: float) -> float | str:
    """JSON has no nan and no infinities: they are written as strings."""
    return x if math.isfinite(x) else repr(x)


def _decoded(x: Any, what: str) -> float:
    is_word = isinstance(x, str) and x in {"nan", "inf", "-inf"}
    if not is_word and (isinstance(x, bool) or not isinstance(x, (int, float))):
        raise GraphFormatError(f"{what} is {x!r:.60}, which is not a number")
    try:
        return float(x)
    except OverflowError:
        raise GraphFormatError(f"{what} is a number that does not fit a double") from None


def _decoded_fact(entry: Any, where: str, index: int) -> Fact:
    if not isinstance(entry, dict):
        raise GraphFormatError(f"{where} is {entry!r:.60}, which is not an object")
    label, scope, source = [_text(entry, name, where) for name in ("label", "scope", "source")]
    kind = _get(entry, "kind", where)
    value = _decoded(_get(entry, "value", where), f"the value of {where}")
    if kind not in KINDS:
        raise GraphFormatError(f"{where} is of an unknown kind, {kind!r:.60}")
    if kind != "operation":
        if "op" in entry:
            raise GraphFormatError(f"{where} is a {kind}, and has an operation")
        now = _decoded(entry.get("now", entry["value"]), f"the present value of {where}")
        return Fact(None, (), (), value, now, label, scope, source, kind)
    op = _row(_get(entry, "op", where), where)
    operands = _list(entry, "operands", where)
    inputs = [_decoded(x, f"an input of {where}") for x in _list(entry, "inputs", where)]
    if not all(_is_index(i, index) for i in operands):
        raise GraphFormatError(f"{where} has operands {operands} that do not all come before it")
    if op.arity not in {None, len(operands)}:
        raise GraphFormatError(f"{where}: {op.name} cannot have {len(operands)} operands")
    if len(inputs) != len(operands):
        raise GraphFormatError(f"{where} has {len(operands)} operands and {len(inputs)} inputs")
    return Fact(op, tuple(operands), tuple(inputs), value, value, label, scope, source, kind)


def _text(entry: dict[str, Any], name: str, where: str) -> str:
    text = entry.get(name, "")
    if not isinstance(text, str):
        raise GraphFormatError(f"the {name} of {where} is {text!r:.60}, which is not text")
    return text


def _row(name: Any, where: str) -> Op:
    if not isinstance(name, str):
        raise GraphFormatError(f"the operation of {where} is {name!r:.60}, which is not a name")
    try:
        return row(name)
    except OperationError as error:
        raise GraphFormatError(f"{where}: {error}") from None
