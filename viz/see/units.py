"""What `draw_network` and `draw_neuron` share: inputs as leaves, outputs as lists, a loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd import Value
from autograd import sum as total
from autograd.numbers import is_number, real


def inputs(x: Any, count: int, who: str) -> list[Value]:
    """One example as fresh leaves, labelled x0, x1, ... unless they have labels of their own.

    A picture of a network ends at its inputs, whatever they were computed from.
    """
    if isinstance(x, (str, bytes)) or not hasattr(x, "__len__"):
        x = [x] if isinstance(x, Value) or is_number(x) else x
    try:
        numbers = list(x)
    except TypeError:
        raise TypeError(f"{who} takes a list of {count} numbers as x, got {x!r:.60}") from None
    if len(numbers) != count:
        raise ValueError(f"{who}: the inputs are {count}, and x has {len(numbers)} of them")
    return [_leaf(number, f"x{i}", who) for i, number in enumerate(numbers)]


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
                f"{who} draws models that return Values or lists of them, and this one returned "
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
