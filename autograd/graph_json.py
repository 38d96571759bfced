"""Graphs as JSON: what was recorded, without what follows from it. Loading executes nothing.

It has columns, as in memory, and writes what repeats only once. ``rows`` says what each node is: a
position in ``operations``, or −1, −2, … for a leaf of the first, second, … of ``kinds``.
``operands`` has a list for each operation; ``places`` are positions in ``about`` (label, scope and
source). JSON has no nan and no infinities: they are written as strings.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .errors import GraphFormatError, OperationError
from .modes import Place
from .primitive import row
from .tape import KINDS, Facts, Tape

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


def _encoded(numbers: Iterable[float]) -> list[float | str]:
    return [x if math.isfinite(x) else repr(x) for x in numbers]


def decode(text: str) -> tuple[Facts, list[int], list[float]]:
    """Facts, roots and seeds from the text that `encode` wrote; everything is checked."""
    document = _document(text)
    field = document.get
    kinds = _list(field("kinds"), "kinds", KINDS[:-1].__contains__, "a kind of leaf")
    leaves = [KINDS.index(name) for name in kinds]
    names = _list(field("operations"), "operations", _is_text, "the name of an operation")
    try:
        rows = [row(name) for name in names]
    except OperationError as error:
        raise GraphFormatError(str(error)) from None
    codes = _positions(field("rows"), "rows", len(rows), start=-len(leaves))
    count = len(codes)
    ops = [rows[i] if i >= 0 else None for i in codes]
    lists = iter(_list(field("operands"), "operands", count=count - ops.count(None)))
    operands: list[int] = []
    starts = [0]
    for i, op in enumerate(ops):
        if op is not None:
            operands += _positions(next(lists), f"operands of node %{i}", i, op.arity)
        starts.append(len(operands))
    values = _numbers(field("values"), "values", count)
    changed = _exceptions(field("changed"), "changed", len(operands))
    now = _exceptions(field("now"), "now", count)
    for i in now:
        if ops[i] is not None:
            raise GraphFormatError(f"node %{i} is an operation, but has a present value")
    texts = _list(field("about"), "about", _is_place, "a label, a scope and a source")
    about = [Place(label=label, scope=scope, source=source) for label, scope, source in texts]
    facts = Facts(
        Tape(ops, operands, starts, values, changed).packed(),
        bytearray([len(KINDS) - 1 if i >= 0 else leaves[-1 - i] for i in codes]),
        [about[i] for i in _positions(field("places"), "places", len(about), count)],
        now,
    )
    roots = _positions(field("roots"), "roots", count)
    if not roots:
        raise GraphFormatError("this graph has no roots")
    return facts, roots, _numbers(field("seeds"), "seeds", len(roots))


def _document(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise GraphFormatError(f"this is not JSON: {error}") from None
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise GraphFormatError(
            f"this JSON is not a graph: its 'format' is not {_FORMAT!r}; "
            "make a graph's JSON with Graph(root).to_json()"
        )
    if document.get("version") != _VERSION:
        raise GraphFormatError(
            f"this graph has version {document.get('version')!r}, but this glassgrad reads "
            f"version {_VERSION}"
        )
    return document


def _list(
    found: Any,
    name: str,
    fits: Callable[[Any], bool] = lambda _: True,
    what: str = "",
    count: int | None = None,
) -> list[Any]:
    """A field that must be a list of ``count`` entries, each of which ``what`` describes."""
    if not isinstance(found, list):
        raise GraphFormatError(f"{name!r} of this graph is {found!r:.60}, not a list")
    if count not in {None, len(found)}:
        raise GraphFormatError(f"{name!r} of this graph has {len(found)} entries, not {count}")
    for i, x in enumerate(found):
        if not fits(x):
            raise GraphFormatError(f"entry {i} of {name!r} is {x!r:.60}, not {what}")
    return found


def _positions(
    found: Any, name: str, end: int, count: int | None = None, start: int = 0
) -> list[int]:
    def fits(x: Any) -> bool:
        return x.__class__ is int and start <= x < end

    return _list(found, name, fits, f"a whole number from {start} to {end - 1}", count)


def _numbers(found: Any, name: str, count: int) -> list[float]:
    return [float(x) for x in _list(found, name, _is_double, "a number that fits a double", count)]


def _exceptions(found: Any, name: str, end: int) -> dict[int, float]:
    """Numbers by position: a list of positions and a list of numbers."""
    positions, numbers = _list(found, name, count=2)
    places = _positions(positions, name, end)
    return dict(zip(places, _numbers(numbers, name, len(places)), strict=True))


def _is_double(x: Any) -> bool:
    if x.__class__ is int:
        return abs(x) <= sys.float_info.max
    return x.__class__ is float or x in ("nan", "inf", "-inf")


def _is_text(x: Any) -> bool:
    return isinstance(x, str)


def _is_place(x: Any) -> bool:
    return isinstance(x, list) and len(x) == 3 and all(map(_is_text, x))
