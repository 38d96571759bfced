"""A model as a table: one row for each part that has parameters, and for each layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograd.numbers import is_number

if TYPE_CHECKING:
    from .module import Module

HEADER = ("part", "kind", "shape", "activation", "parameters", "frozen", "shared")
NUMBERS = {"parameters", "frozen", "shared"}


def table(model: Module) -> str:
    """The text of `Module.summary`.

    A parameter that several parts share is counted in the first; the others have it in a column
    ``shared``, which is there when it is needed.
    """
    of_model = {id(parameter) for parameter in model.parameters()}
    left = set(of_model)
    rows: list[tuple[Any, ...]] = []
    shown_whole: set[int] = set()
    for name, module in model.named_modules():
        if id(module) in shown_whole:
            continue
        parameters = [parameter for parameter in _own(module) if id(parameter) in of_model]
        if module.whole:
            shown_whole |= {id(part) for part in module.modules()}
        elif not parameters:
            continue
        new = [parameter for parameter in parameters if id(parameter) in left]
        left -= {id(parameter) for parameter in new}
        rows.append(
            (
                name or "(itself)",
                type(module).__name__,
                _words(module, "shape"),
                _words(module, "activation"),
                len(new),
                sum(parameter.kind == "frozen" for parameter in new),
                len(parameters) - len(new),
            )
        )
    sums = [sum(row[column] for row in rows) for column in (4, 5, 6)]
    text = _aligned(HEADER, [*rows, ("total", "", "", "", *sums)])
    at = model.decision_threshold
    return f"{text}\nAn output above {at:g} says class 1." if is_number(at) else text


def _own(module: Module) -> list[Any]:
    """The parameters of this Module; without those of its parts, if they get rows of their own."""
    parameters: list[Any] = module.parameters()
    if module.whole:
        return parameters
    of_parts = {id(p) for part in module.modules() if part is not module for p in part.parameters()}
    return [parameter for parameter in parameters if id(parameter) not in of_parts]


def _words(module: Module, attribute: str) -> str:
    text = getattr(module, attribute, "")
    return text if isinstance(text, str) else ""


def _aligned(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns as wide as their widest text, numbers to the right; no column of nothing shared."""
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
