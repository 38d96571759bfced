"""A model layer by layer, for tables, plots and statistics; and as lines of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.numbers import is_number

from .parameter import Parameter
from .walk import Part, dotted, keys, walk

ITSELF = "(itself)"
HEADER = ("part", "kind", "shape", "activation", "parameters", "frozen", "shared")
NUMBERS = {"parameters", "frozen", "shared"}
MOST = 100  # the most lines of a text that shows the parts
WIDEST = 200  # the most characters of one part in it

# --- layers ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LayerOf:
    """One layer: its name in the model, its Module, and the parameters first found in it."""

    name: str
    module: Any
    parameters: tuple[Parameter, ...]


def layerwise(model: Any) -> list[LayerOf]:
    """The layers of a model, in the order of definition; every parameter is in exactly one.

    A layer is a Module that a summary shows whole (a Layer, an Activation), one with ``neurons``,
    as in micrograd, or one with parameters of its own. A parameter that several layers share
    belongs to the first.

    >>> from nn import MLP
    >>> [(layer.name, len(layer.parameters)) for layer in layerwise(MLP(2, [16, 1]))]
    [('layers.0', 48), ('layers.1', 17)]
    """
    modules = dict(model.named_modules())  # each before the Modules in it
    layer_of: dict[str, str] = {}
    for name in modules:
        owner = layer_of[_around(name, modules)] if name else ""
        layer_of[name] = owner if _is_layer(modules[owner]) else name
    found: dict[str, list[Parameter]] = {layer: [] for layer in layer_of.values()}
    for name, parameter in model.named_parameters():
        found[layer_of[_around(name, modules)]].append(parameter)
    return [
        LayerOf(name or ITSELF, modules[name], tuple(parameters))
        for name, parameters in found.items()
        if _is_layer(modules[name]) or parameters
    ]


def _is_layer(module: Any) -> bool:
    return module.whole or bool(getattr(module, "neurons", None))


def _around(name: str, modules: Mapping[str, Any]) -> str:
    """The name of the Module that contains the part with this name."""
    while name := name.rpartition(".")[0]:
        if name in modules:
            return name
    return ""


# --- as a table -----------------------------------------------------------------------------------


def table(model: Any) -> str:
    """The text of `Module.summary`, with a row for each layer.

    A parameter that several layers share is counted in the first. For the others it appears in a
    column ``shared``, which is shown only if needed.
    """
    of_model = set(map(id, model.parameters()))
    rows: list[tuple[Any, ...]] = []
    for layer in layerwise(model):
        module, new = layer.module, layer.parameters
        mine = [parameter for parameter in _own(module) if id(parameter) in of_model]
        words = [getattr(module, name, "") for name in ("shape", "activation")]
        words = [text if isinstance(text, str) else "" for text in words]
        frozen, shared = sum(p.kind == "frozen" for p in new), len(mine) - len(new)
        rows.append((layer.name, type(module).__name__, *words, len(new), frozen, shared))
    sums = [sum(row[column] for row in rows) for column in (4, 5, 6)]
    text = _aligned(HEADER, [*rows, ("total", "", "", "", *sums)])
    at = model.decision_threshold
    return f"{text}\nAn output above {at:g} means class 1." if is_number(at) else text


def _own(module: Any) -> list[Any]:
    """The parameters of a layer; for other Modules, without those of their parts."""
    parameters: list[Any] = module.parameters()
    if _is_layer(module):
        return parameters
    of_parts = {id(p) for part in module.modules() if part is not module for p in part.parameters()}
    return [parameter for parameter in parameters if id(parameter) not in of_parts]


def _aligned(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns as wide as their widest text, numbers on the right; no empty ``shared`` column."""
    used = [i for i, title in enumerate(header) if title != "shared" or rows[-1][i]]
    lines = [list(header), *[list(map(str, row)) for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "  ".join(
            line[i].rjust(widths[i]) if header[i] in NUMBERS else line[i].ljust(widths[i])
            for i in used
        ).rstrip()
        for line in lines
    )


# --- as lines -------------------------------------------------------------------------------------


def tree(model: Part, opens: Callable[[Part], bool]) -> str:
    """The text of ``str(model)``: its parts, and the parts of those that it ``opens``.

    A part that appears again is not opened again, so cycles end; the text ends after `MOST` lines.
    """
    if not opens(model):
        return repr(model)
    lines: list[str] = []
    opened: set[int] = set()
    stack: list[tuple[str, Any]] = [("", model)]  # the text before a part, and the part
    while stack and len(lines) < MOST:
        before, part = stack.pop()
        if not isinstance(part, Part) or not opens(part):
            lines.append(before + (part if isinstance(part, str) else _one_line(part)))
            continue
        inside = [] if id(part) in opened else list(_inside(part).items())
        shown = f"{type(part).__name__}({'...' if id(part) in opened else ''}"
        opened.add(id(part))
        lines.append(f"{before}{shown}{'' if inside else ')'}")
        if inside:
            margin = " " * (len(before) - len(before.lstrip()))
            stack.append((margin, ")"))
            stack += [(f"{margin}  ({name}): ", x) for name, x in reversed(inside)]
    return "\n".join([*lines, "..."] if stack else lines)


def _inside(module: Part) -> dict[str, Any]:
    """The direct contents of a Module: Modules by name, and the number of its own parameters."""
    found: dict[str, Any] = {}
    counts: dict[str, int] = {}
    for trail, part in walk(module, enter=lambda one: one is module):
        if isinstance(part, Parameter):
            name = str(keys(trail)[0])
            counts[name] = counts.get(name, 0) + 1
            found[name] = f"{counts[name]:,} parameter{'s'[: counts[name] != 1]}"
        elif part is not module and isinstance(part, Part):
            found[dotted(trail)] = part
    return found


def _one_line(part: Part) -> str:
    try:
        text = " ".join(repr(part).split())
    except RecursionError:  # nested deeply, or in a cycle
        return f"{type(part).__name__}(...)"
    return text if len(text) <= WIDEST else f"{text[:WIDEST]}..."
