"""Graphs as JSON: what was recorded, without what follows from it. Loading executes nothing.

Columns, as in memory, and what repeats is written once. ``rows`` says what each node is: a
position in ``operations``, or −1, −2, … for a leaf of the first, second, … of ``kinds``.
``operands`` has a list for each operation; ``places`` are positions in ``about`` (label, scope and
source). JSON has no nan and no infinities: they are written as strings.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from .errors import GraphFormatError, OperationError
from .facts import KINDS, Facts
from .modes import Place
from .primitive import Op, row
from .tape import Tape

_FORMAT = "glassgrad graph"
_VERSION = 2


def encode(facts: Facts, roots: Sequence[int], seeds: Sequence[float]) -> str:
    """The JSON text of a graph."""
    tape = facts.tape
    operations: dict[str, int] = {}
    about: dict[tuple[str, str, str], int] = {}
    rows = [
        -1 - kind if op is None else operations.setdefault(op.name, len(operations))
        for op, kind in zip(tape.ops, facts.kinds, strict=True)
    ]
    places = [
        about.setdefault((place.label, place.scope, place.source), len(about))
        for place in facts.about
    ]
    document = {
        "format": _FORMAT,
        "version": _VERSION,
        "roots": list(roots),
        "seeds": _encoded(seeds),
        "kinds": KINDS[:-1],
        "operations": list(operations),
        "rows": rows,
        "operands": [tape.places(i) for i, op in enumerate(tape.ops) if op is not None],
        "values": _encoded(tape.values),
        "changed": [list(tape.changed), _encoded(tape.changed.values())],
        "now": [list(facts.now), _encoded(facts.now.values())],
        "about": list(about),
        "places": places,
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False)


def decode(text: str) -> tuple[Facts, list[int], list[float]]:
    """Facts, roots and seeds from the text that `encode` wrote; everything is checked."""
    document = _document(text)
    leaves = [_kind(name) for name in _list(document, "kinds")]
    rows = [_row(name) for name in _list(document, "operations")]
    codes = _indices(document, "rows", len(rows), start=-len(leaves))
    count = len(codes)
    ops = [rows[i] if i >= 0 else None for i in codes]
    values = _numbers(_list(document, "values", count), "values")
    lists = iter(_list(document, "operands", count - ops.count(None)))
    operands: list[int] = []
    starts = [0]
    for i, op in enumerate(ops):
        if op is not None:
            operands += _operands(next(lists), op, i)
        starts.append(len(operands))
    about = [_place(entry) for entry in _list(document, "about")]
    facts = Facts(
        Tape(
            ops, operands, starts, values, _exceptions(document, "changed", len(operands))
        ).packed(),
        bytearray([len(KINDS) - 1 if i >= 0 else leaves[-1 - i] for i in codes]),
        [about[i] for i in _indices(document, "places", len(about), count)],
        _exceptions(document, "now", count),
    )
    roots = _indices(document, "roots", count)
    if not roots:
        raise GraphFormatError("this graph has no roots")
    for i in facts.now:
        if ops[i] is not None:
            raise GraphFormatError(f"node %{i} is an operation, and has a present value")
    return facts, roots, _numbers(_list(document, "seeds", len(roots)), "seeds")


def _document(text: str) -> dict[str, Any]:
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
    return document


def _list(document: dict[str, Any], name: str, count: int | None = None) -> list[Any]:
    """A field that is a list, of ``count`` entries where that is known."""
    found = document.get(name)
    if not isinstance(found, list):
        raise GraphFormatError(f"{name!r} of this graph is {found!r:.60}, not a list")
    if count not in {None, len(found)}:
        raise GraphFormatError(f"{name!r} of this graph has {len(found)} entries, not {count}")
    return found


def _indices(
    document: dict[str, Any], name: str, end: int, count: int | None = None, start: int = 0
) -> list[int]:
    found = _list(document, name, count)
    for i, index in enumerate(found):
        if index.__class__ is not int or not start <= index < end:
            raise GraphFormatError(
                f"entry {i} of {name!r} is {index!r:.60}, not a whole number from {start} to "
                f"{end - 1}"
            )
    return found


def _numbers(found: list[Any], name: str) -> list[float]:
    numbers = []
    for i, x in enumerate(found):
        if x.__class__ not in {int, float} and x not in ("nan", "inf", "-inf"):
            raise GraphFormatError(f"entry {i} of {name!r} is {x!r:.60}, not a number")
        try:
            numbers.append(float(x))
        except OverflowError:
            raise GraphFormatError(f"entry {i} of {name!r} does not fit a double") from None
    return numbers


def _encoded(numbers: Any) -> list[float | str]:
    return [x if math.isfinite(x) else repr(x) for x in numbers]


def _exceptions(document: dict[str, Any], name: str, end: int) -> dict[int, float]:
    """Numbers by position: a list of positions and a list of numbers."""
    pair = _list(document, name, 2)
    positions = _indices({name: pair[0]}, name, end)
    numbers = _numbers(_list({name: pair[1]}, name, len(positions)), name)
    return dict(zip(positions, numbers, strict=True))


def _kind(name: Any) -> int:
    if name not in KINDS[:-1]:
        raise GraphFormatError(f"{name!r:.60} is not a kind of leaf")
    return KINDS.index(name)


def _row(name: Any) -> Op:
    if not isinstance(name, str):
        raise GraphFormatError(f"{name!r:.60} is not the name of an operation")
    try:
        return row(name)
    except OperationError as error:
        raise GraphFormatError(str(error)) from None


def _operands(found: Any, op: Op, index: int) -> list[int]:
    where = f"the operands of node %{index} are {found!r:.60}"
    if not isinstance(found, list) or not all(i.__class__ is int and 0 <= i < index for i in found):
        raise GraphFormatError(f"{where}, not a list of nodes before it")
    if op.arity not in {None, len(found)}:
        raise GraphFormatError(f"{where}, but {op.name} takes {op.arity}")
    return found


def _place(entry: Any) -> Place:
    if not isinstance(entry, list) or [x.__class__ for x in entry] != [str, str, str]:
        raise GraphFormatError(f"{entry!r:.60} is not a label, a scope and a source")
    label, scope, source = entry
    return Place(label=label, scope=scope, source=source)
