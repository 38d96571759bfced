"""A model read as columns of units, by running it on its examples: what `draw_network` draws."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from autograd import Value
from autograd.numbers import is_number
from nn.calling import evaluating
from nn.module import Module

from ..say.labels import shorten
from .units import inputs, outputs_of

NAME = 12  # columns: a circle as wide as a longer name would be huge


@dataclass(frozen=True, slots=True)
class Unit:
    """One circle: what it computed for each example, and with which weights and bias.

    ``place`` is the layer it is in, as the model names it.
    """

    name: str
    outputs: tuple[Value, ...]
    weights: tuple[Value, ...] = ()
    bias: Value | None = None
    place: str = ""


def examples(x: Any) -> tuple[list[Any], bool]:
    """The examples in ``x``, which is one or a list of them, and whether it is a list."""
    if hasattr(x, "to_numpy"):  # a DataFrame, whose iterator gives the names of its columns
        x = x.to_numpy()
    if isinstance(x, (str, bytes, Value)) or is_number(x) or not hasattr(x, "__len__"):
        return [x], False
    rows = list(x)
    first = rows[0] if rows else None
    many = hasattr(first, "__len__") and not isinstance(first, (str, bytes, Value))
    return (rows, True) if many and not is_number(first) else ([x], False)


def columns_of(
    model: Any, x: Sequence[float | Value] | Sequence[Sequence[float | Value]], who: str
) -> tuple[list[list[Unit]], list[Any]]:
    """The units of the inputs and of each layer, and what the model returned for each example.

    The model is in use, not in training: nothing is dropped.
    """
    rows, _ = examples(x)
    with _in_use(model):
        runs = [_columns_of(model, row, who) for row in rows]
    columns = [
        [replace(same[0], outputs=tuple([unit.outputs[0] for unit in same])) for same in together]
        for together in [
            list(zip(*column, strict=True))
            for column in zip(*[columns for columns, _ in runs], strict=True)
        ]
    ]
    return columns, [result for _, result in runs]


def _in_use(model: Any) -> AbstractContextManager[None]:
    return evaluating(model) if isinstance(model, Module) else nullcontext()


def _columns_of(model: Any, x: Any, who: str) -> tuple[list[list[Unit]], Any]:
    """The units of the inputs and of each layer on one example, and what the model returned."""
    parts = _parts(model, who)
    xs = inputs(x, len(parts[0].neurons[0].w), who)
    columns = [[Unit(shorten(leaf.label, NAME), (leaf,)) for leaf in xs]]
    result: Any = xs
    for number, part in enumerate(parts):
        result = part([unit.outputs[0] for unit in columns[-1]])
        outputs = outputs_of(result, who)
        if hasattr(part, "neurons"):
            place = f"layers.{number}" if hasattr(model, "layers") else "layer"
            columns.append(
                [_unit(*pair, place) for pair in zip(part.neurons, outputs, strict=True)]
            )
        elif len(outputs) == len(columns[-1]):
            columns[-1] = [
                _changed(unit, part, output)
                for unit, output in zip(columns[-1], outputs, strict=True)
            ]
        else:
            raise ValueError(
                f"{who}: layer {number}, {_name(part)}, makes {len(outputs)} numbers of "
                f"{len(columns[-1])} and has no neurons to draw; write draw(model(x))"
            )
    _check_same(result, model(xs), model, who)
    return columns, result


def _parts(model: Any, who: str) -> list[Any]:
    parts = list(getattr(model, "layers", [model]))
    if not parts or not getattr(parts[0], "neurons", None):
        raise TypeError(
            f"{who} draws models made of layers of neurons, such as nn.MLP, got a "
            f"{type(model).__name__}; write draw(model(x)) for any other"
        )
    return parts


def _unit(neuron: Any, output: Value, place: str) -> Unit:
    name = shorten(str(getattr(neuron, "activation", "")), NAME)
    return Unit(name, (output,), tuple(neuron.w), getattr(neuron, "b", None), place)


def _changed(unit: Unit, part: Any, output: Value) -> Unit:
    """A unit after a function that follows its layer; one that does nothing now is not named."""
    if output is unit.outputs[0]:
        return unit
    return replace(unit, name=_joined(unit.name, part), outputs=(output,))


def _joined(name: str, part: Any) -> str:
    """The name of an activation that follows a layer: it replaces ``linear``."""
    return _name(part) if name in {"", "linear"} else f"{name} {_name(part)}"


def _name(part: Any) -> str:
    name = getattr(part, "activation", getattr(part, "__name__", type(part).__name__))
    return shorten(str(name), NAME)


def _check_same(result: Any, expected: Any, model: Any, who: str) -> None:
    """A model may do more than run its layers: then this picture of it would be false."""
    ours = [output.data for output in outputs_of(result, who)]
    theirs = [output.data for output in outputs_of(expected, who)]
    if repr(ours) != repr(theirs):
        raise ValueError(
            f"{who}: {type(model).__name__} does not only run its layers one after the other, "
            "so they cannot be drawn as a chain; write draw(model(x))"
        )
