"""A program that shows a mismatch again: paste it and run it, without hypothesis.

It is run before it is offered. What cannot be written down (a closure over a file, a model) is
written out as it was recorded, if it is a function of Values; and where the program by itself
shows nothing, its first line says so.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from ..graph import Graph
from ..ops import ALL
from .definitions import Definitions
from .outcome import GradientMismatch

HEAD = "from autograd.testing import check_gradients"
MOST_NODES = 2000  # of a recording that is written out

_is_off: ContextVar[bool] = ContextVar("is_off", default=False)


@contextlib.contextmanager
def unwritten() -> Iterator[None]:
    """Nothing is written in this block: nobody would read it."""
    before = _is_off.get()
    try:
        _is_off.set(True)
        yield
    finally:
        _is_off.set(before)


def reproduction(
    f: Callable[..., Any],
    arguments: tuple[Any, ...],
    gradient: Callable[..., Any] | None,
    order: int,
    graph: Graph | None,
) -> str:
    """The program's text; empty where it is `unwritten`."""
    if _is_off.get():
        return ""
    said = ""
    written, is_whole = _written(f, arguments, gradient, order)
    if written and is_whole:
        said = _tried(*written)
        if not said:
            return written[0]
    if graph is not None and order == 1 and len(graph) <= MOST_NODES:
        recorded = _recorded(graph)
        if not _tried(*recorded):
            return recorded[0]
    if written:
        return f"{_WARNING.format(said=said)}\n{written[0]}" if is_whole else written[0]
    return _unwritten(f, arguments, gradient, order)


_WARNING = """\
# This was tried by itself, and does not show the mismatch: {said}.
# The function depends on something that is not written down here."""


def _written(
    f: Callable[..., Any], arguments: tuple[Any, ...], gradient: Any, order: int
) -> tuple[tuple[str, list[str]] | None, bool]:
    """The program from the sources of the functions, with the operations it makes; is it whole."""
    made = Definitions()
    name = made.function(f, "f")
    if name is None:
        return None, False
    options = _claimed(made, arguments, gradient) if gradient is not None else ""
    text = _assembled(made, name, _point(made, arguments), options, order)
    return (text, made.made), made.is_whole


def _claimed(made: Definitions, arguments: tuple[Any, ...], gradient: Any) -> str:
    """The gradient as an argument of the check; if it has no source, what it claimed is written."""
    kept = [*made.imports], [*made.lines], dict(made.names), made.is_whole
    name = made.function(gradient, "gradient")
    if name is None:
        made.imports, made.lines, made.names, made.is_whole = kept
        name = "gradient"
        made.lines += ["", "# The source of the gradient could not be found; there it claimed:"]
        claim = None
        with contextlib.suppress(Exception):
            claim = made.value(gradient(*arguments))
        if claim is None:
            made.lines[-1] = "# The source of the gradient could not be found: define it here."
            made.is_whole = False
        else:
            made.lines += ["def gradient(*point):", f"    return {claim}"]
    return f", {name}"


def _unwritten(f: Callable[..., Any], arguments: tuple[Any, ...], gradient: Any, order: int) -> str:
    """The program without the function, which is left to the reader."""
    made = Definitions()
    name = str(getattr(f, "__name__", "f"))
    name = name if name.isidentifier() else "f"
    made.lines += ["", f"# The source of {name} could not be found: define it here."]
    options = _claimed(made, arguments, gradient) if gradient is not None else ""
    return _assembled(made, name, _point(made, arguments), options, order)


def _point(made: Definitions, arguments: tuple[Any, ...]) -> str:
    parts = [made.number(x) if hasattr(x, "backward") else made.literal(x) for x in arguments]
    return f"({', '.join(parts)}{',' * (len(parts) == 1)})"


def _assembled(made: Definitions, name: str, point: str, options: str, order: int) -> str:
    options += f", order={order}" if order != 1 else ""
    call = f"check_gradients({name}, {point}{options})"
    lines = [HEAD, *made.imports, "", *made.lines, "", call]
    pairs = zip(lines, [*lines[1:], call], strict=True)
    return "\n".join([line for line, following in pairs if line or following])


# --- recordings -----------------------------------------------------------------------------------


def _recorded(graph: Graph) -> tuple[str, list[str]]:
    """A program of what was recorded, one operation a line; and which operations it makes."""
    made = Definitions()
    made.require("from autograd.ops import ALL")
    for op in {node.op.name: node.op for node in graph.nodes if node.op is not None}.values():
        made.operation(op)
    inputs = [node for node in graph.nodes if node.op is None and node.kind == "variable"]
    names = {node.index: f"x{node.index}" for node in inputs}
    made.lines += [
        "",
        "# The source of the function could not be found; this is what it recorded:",
        f"def recorded({', '.join(names.values())}):",
    ]
    for node in graph.nodes:
        if node.op is None:
            names.setdefault(node.index, made.literal(node.value))
        else:
            operands = ", ".join([names[i] for i in node.operands])
            names[node.index] = f"v{node.index}"
            made.lines.append(f"    v{node.index} = ALL[{node.op.name!r}]({operands})")
    roots = [names[root] for root in graph.roots]
    made.lines.append(f"    return {roots[0] if len(roots) == 1 else '[' + ', '.join(roots) + ']'}")
    point = _point(made, tuple([node.value for node in inputs]))
    return _assembled(made, "recorded", point, "", 1), made.made


# --- trying ---------------------------------------------------------------------------------------


def _tried(program: str, made: list[str]) -> str:
    """Run a program as if it had been pasted: empty if it shows a mismatch, else what it did."""
    try:
        with unwritten(), _without(made):
            code = compile(program, "<reproduction>", "exec")
            exec(code, {"__name__": "reproduction"})  # noqa: S102 - the user's own, copied
    except GradientMismatch:
        return ""
    except Exception as error:  # noqa: BLE001 - whatever it is, it is to be said
        return f"{type(error).__name__}: {error}".partition("\n")[0]
    return "there the gradient passes"


@contextlib.contextmanager
def _without(operations: list[str]) -> Iterator[None]:
    """Operations out of the table for a while: the program makes them, as a new session would."""
    kept = {name: ALL.pop(name) for name in operations if name in ALL}
    try:
        yield
    finally:
        for name in operations:
            ALL.pop(name, None)
        ALL.update(kept)
