"""A model read as columns of units, by running it on its examples: what `draw_network` draws.

What `draw_neuron` needs too is below: inputs as leaves, outputs as lists, a loss.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from autograd import Graph, Node, Value
from autograd import sum as total
from autograd.numbers import is_number, real
from nn import Embedding
from nn.calling import evaluating
from nn.examples import items
from nn.module import Module

from ..labels import shorten
from .outline import is_op

NAME = 12  # columns: a circle as wide as a longer name would be huge
BLOCK = 24  # columns of the name of a block, which is a box
SHARED = ("softmax", "log_softmax")  # functions of a whole layer that are known by their names


@dataclass(frozen=True, slots=True)
class Unit:
    """One circle: what it computed for each example, and with which weights and bias."""

    name: str
    outputs: tuple[Value, ...]
    weights: tuple[Value, ...] = ()
    bias: Value | None = None


@dataclass(frozen=True)
class Column:
    """Units that stand below each other; ``place`` is their layer, as the model names it.

    Units without weights may come out of a ``block``: a part of the model that is not a layer of
    neurons, such as a residual block, by its name and with its parameters.
    """

    units: tuple[Unit, ...]
    place: str = ""
    block: str = ""
    parameters: tuple[Value, ...] = ()

    @cached_property
    def rows(self) -> list[list[Value]]:
        """What the units computed, example by example."""
        return list(map(list, zip(*[unit.outputs for unit in self.units], strict=True)))


def examples(x: Any) -> tuple[list[Any], bool]:
    """The examples in ``x``, which is one or a list of them, and whether it is a list."""
    rows = items(x)
    return (rows, True) if rows and items(rows[0]) is not None else ([x], False)


def columns_of(
    model: Any, x: Sequence[float | Value] | Sequence[Sequence[float | Value]], who: str
) -> tuple[list[Column], list[Any]]:
    """The inputs and each layer as columns, and what the model returned for each example.

    The model is in use, not in training: nothing is dropped.
    """
    rows, _ = examples(x)
    count = _width(model, who)
    with evaluating(model) if isinstance(model, Module) else nullcontext():
        leaves = [inputs(row, count or len(items(row) or [row]), who) for row in rows]
        units = [Unit(shorten(of[0].label, NAME), of) for of in zip(*leaves, strict=True)]
        way = _Way([Column(tuple(units))], who)
        if not hasattr(model, "layers"):
            return way.columns, way.through(model, "layer")
        results = way.through_all(model, "")
        # A model may do more than run its layers: then this picture of it would be false.
        if not way.same(results, [model(xs) for xs in leaves]):
            raise ValueError(
                f"{who}: {type(model).__name__} does not only run its layers one after the other, "
                "so they cannot be drawn as a chain; write draw(model(x))"
            )
        return way.columns, results


def _width(model: Any, who: str) -> int:
    """How many inputs a model takes; 0 if its first part is not a layer of neurons."""
    parts = list(getattr(model, "layers", [model]))
    if not any(_has_neurons(part) for part in parts):
        raise TypeError(
            f"{who} draws models made of layers of neurons, such as nn.MLP, got a "
            f"{type(model).__name__}; write draw(model(x)) for any other"
        )
    if isinstance(parts[0], Embedding):
        raise TypeError(
            f"{who} draws numbers, and this model begins with an Embedding, which takes indices; "
            "write draw(model(x))"
        )
    first = getattr(parts[0], "neurons", None)
    return len(first[0].w) if first else 0


def _has_neurons(part: Any) -> bool:
    inner = getattr(part, "layers", None) or ()
    return bool(getattr(part, "neurons", None)) or any(map(_has_neurons, inner))


class _Way:
    """The examples on their way through a model: the columns that they have come through."""

    def __init__(self, columns: list[Column], who: str) -> None:
        self.columns = columns
        self.who = who

    def through_all(self, model: Any, place: str) -> list[Any]:
        """Run the layers of a model one after the other; what the last of them returned."""
        for number, part in enumerate(model.layers):
            results = self.through(part, f"{place}layers.{number}")
        return results

    def through(self, part: Any, place: str) -> list[Any]:
        """Run one part, and add what it is drawn as; what it returned for each example."""
        before = self.columns[-1]
        results = [part(row) for row in before.rows]
        rows = [outputs_of(result, self.who) for result in results]
        outputs = list(zip(*rows, strict=True))
        neurons = list(getattr(part, "neurons", []))
        ran = [_Ran(*pair) for pair in zip(before.rows, rows, strict=True)]
        if neurons and all(one.is_layer(neurons) for one in ran):
            units = [_unit(*pair) for pair in zip(neurons, outputs, strict=True)]
            self.columns.append(Column(tuple(units), place))
            return results
        if not neurons and getattr(part, "layers", None):
            inner = _Way(list(self.columns), self.who)
            of_inner = inner.through_all(part, f"{place}.")
            if self.same(results, of_inner):
                self.columns[:] = inner.columns
                return of_inner
        name = shorten(_called(part), NAME)
        is_by_unit = all(one.is_by_unit(shared=name in SHARED) for one in ran)
        # Inputs stay as they are: what is done to them first is a block, as `Standardise`.
        if len(self.columns) > 1 and not neurons and is_by_unit:
            pairs = zip(before.units, outputs, strict=True)
            units = [_changed(unit, name, output) for unit, output in pairs]
            self.columns[-1] = replace(before, units=tuple(units))
        else:
            units = [Unit("", output) for output in outputs]
            block = shorten(type(part).__name__ if neurons else _called(part), BLOCK)
            self.columns.append(Column(tuple(units), place, block, ran[0].parameters))
        return results

    def same(self, ours: list[Any], theirs: list[Any]) -> bool:
        """Whether two ways gave the same numbers, which may be nan."""
        both = [[y.data for one in of for y in outputs_of(one, self.who)] for of in (ours, theirs)]
        return repr(both[0]) == repr(both[1])


class _Ran:
    """What one part of a model recorded, between its inputs and its outputs."""

    def __init__(self, before: list[Value], outputs: list[Value]) -> None:
        self.before = before
        self.cones = [_cone(output, set(before)) for output in outputs]

    @property
    def parameters(self) -> tuple[Value, ...]:
        """The numbers that are not the inputs and have gradients, or had them before a freeze."""
        inputs_ = set(self.before)
        every = [value for cone in self.cones for value in cone if value not in inputs_]
        return tuple(dict.fromkeys([v for v in every if v.op is None and v.kind != "constant"]))

    def is_layer(self, neurons: list[Any]) -> bool:
        """Whether each output is a neuron's, and inputs enter it through its own weights alone."""
        ends = set(self.before)
        if len(neurons) != len(self.cones):
            return False
        for neuron, cone in zip(neurons, self.cones, strict=True):
            own = {*neuron.w, *[b for b in [getattr(neuron, "b", None)] if b is not None]}
            for value in cone - ends - own:
                if value.op is None and value.kind != "constant":
                    return False
                if not ends.isdisjoint(value.operands) and own.isdisjoint(value.operands):
                    return False
        return True

    def is_by_unit(self, *, shared: bool) -> bool:
        """Whether each output is a function of one input; if ``shared``, of all of them."""
        if len(self.before) != len(self.cones) or self.parameters:
            return False
        ends = set(self.before)
        pairs = zip(self.cones, self.before, strict=True)
        return shared or all(cone & ends <= {mine} for cone, mine in pairs)


def _cone(top: Value, ends: set[Value]) -> set[Value]:
    """The Values that one was computed from, back to the ends and other leaves; itself too."""
    found, stack = {top}, [top]
    while stack:
        value = stack.pop()
        if value not in ends:
            new = set(value.operands) - found
            found |= new
            stack += [one for one in new if one.op is not None]
    return found


def _unit(neuron: Any, outputs: tuple[Value, ...]) -> Unit:
    name = shorten(str(getattr(neuron, "activation", "")), NAME)
    return Unit(name, outputs, tuple(neuron.w), getattr(neuron, "b", None))


def _changed(unit: Unit, name: str, outputs: tuple[Value, ...]) -> Unit:
    """A unit after a function that follows its layer; one that does nothing now is not named."""
    if all(map(operator.is_, outputs, unit.outputs)):
        return unit
    # The name of an activation of its own replaces ``linear``.
    joined = name if unit.name in {"", "linear"} else f"{unit.name} {name}"
    return replace(unit, name=joined, outputs=outputs)


def _called(part: Any) -> str:
    return str(getattr(part, "activation", getattr(part, "__name__", type(part).__name__)))


class Known:
    """What a graph of the goal knows of some Values: their nodes, with gradients."""

    def __init__(self, goal: Value, values: Sequence[Value]) -> None:
        found = list(dict.fromkeys(values))
        # Roots of seed 0 tell where they are among the nodes, and change no gradient.
        self.graph = Graph([goal, *found], seeds=[1.0] + [0.0] * len(found))
        self.places = dict(zip(found, self.graph.roots[1:], strict=True))

    def __getitem__(self, value: Value) -> Node:
        return self.graph.nodes[self.places[value]]

    def target(self, output: Value) -> int | None:
        """The class 0 or 1 that `nn.binary_cross_entropy` wants of a logit; None without it.

        Its loss is softplus(logit) for class 0, and softplus(−logit) for class 1.
        """
        index = self.places[output]
        users = [consumer for consumer, _ in self.graph.consumers(index)]
        for wanted, names in enumerate((["softplus"], ["neg", "softplus"])):
            ends = users
            for name in names[:-1]:
                ends = [c for i in ends if self._is(i, name) for c, _ in self.graph.consumers(i)]
            if ends and all(self._is(i, names[-1]) for i in ends):
                return wanted
        return None

    def _is(self, index: int, name: str) -> bool:
        node = self.graph.nodes[index]
        return is_op(node, name) and not node.scope


# --- inputs, outputs and a loss -------------------------------------------------------------------


def inputs(x: Any, count: int, who: str) -> list[Value]:
    """One example as fresh leaves, labelled x1, x2, … unless they have labels of their own.

    A picture of a network ends at its inputs, whatever they were computed from.
    """
    try:
        numbers = [x] if isinstance(x, Value) or is_number(x) else list(x)
    except TypeError:
        raise TypeError(f"{who} takes a list of {count} numbers as x, got {x!r:.60}") from None
    if len(numbers) != count:
        raise ValueError(f"{who}: the inputs are {count}, and x has {len(numbers)} of them")
    return [_leaf(number, f"x{i}", who) for i, number in enumerate(numbers, start=1)]


def _leaf(number: Any, name: str, who: str) -> Value:
    if isinstance(number, Value):
        return Value(number.data, label=number.label or name)
    return Value(real(number, f"{who}: {name}"), label=name)


def outputs_of(result: Any, who: str) -> list[Value]:
    """What a layer, a neuron or a model returned, as a list."""
    outputs = list(result) if isinstance(result, (list, tuple)) else [result]
    for output in outputs:
        if not isinstance(output, Value):
            raise TypeError(
                f"{who} takes models that return Values or lists of them, and this one returned "
                f"{output!r:.60}"
            )
    return outputs


def objective(
    result: Any, loss: Callable[[Any], Any] | None, who: str, *, many: bool = False
) -> Value:
    """What gradients are taken of: ``loss(result)``, or the sum of the outputs.

    With ``many``, the result is a list of what a model made of each example.
    """
    if loss is None:
        outputs = [y for one in (result if many else [result]) for y in outputs_of(one, who)]
        return outputs[0] if len(outputs) == 1 else total(outputs)
    if not callable(loss):
        raise TypeError(
            f"{who}: loss is a function of the model's output, such as "
            f"lambda out: (out - 1.0) ** 2, got {loss!r:.60}"
        )
    value = loss(result)
    if not isinstance(value, Value):
        raise TypeError(f"{who}: loss must return a Value, and returned {value!r:.60}")
    return value
