"""The two sweeps in any arithmetic: for derivatives of functions, and of derivatives.

`pullback` goes from results to inputs, `pushforward` from inputs to results; each in floats, or in
Values (``live``) when the answer is to be differentiated again. Neither reads or writes ``.grad``.
For the plain backward pass that fills ``.grad``, see `sweep.py`.

What is not asked takes no part: an input with the plain tangent 0 does not move, an output with
the plain cotangent 0 is not looked at. So no 0 is multiplied by a slope that is infinite or nan.

Nodes are told apart by their ids: a subclass of Value may have an ``__eq__`` of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .errors import StaleValueError
from .modes import recording
from .primitive import unchecked
from .sweep import topological
from .value import Constant, Value


@unchecked()
@recording()
def pullback(
    outputs: Sequence[Value],
    inputs: Sequence[Value],
    cotangents: Sequence[Any],
    *,
    live: bool,
    order: Sequence[Value] | None = None,
) -> list[Any]:
    """Σ cotangent · d(output)/d(input) for each input: the reverse sweep.

    ``live`` says whether the answer is made of Values, to be differentiated again, or of floats.
    ``order`` is `between` for these inputs and for these outputs and more, where that is known.
    """
    if order is None:
        order, _ = between(inputs, outputs)
    sums: dict[int, Any] = {}
    for output, cotangent in zip(outputs, cotangents, strict=True):
        if not _is_zero(cotangent):
            _add(sums, output, cotangent)
    wanted = {*map(id, order), *map(id, inputs)}
    for node in reversed(order):
        if id(node) not in sums:  # it leads to another output
            continue
        upstream = sums[id(node)]
        operands, slopes = _slopes(node, live=live)
        for operand, slope in zip(operands, slopes, strict=True):
            if operand is not None and id(operand) in wanted:
                _add(sums, operand, _times(upstream, slope))
    return [_result(sums.get(id(x), 0.0), live=live) for x in inputs]


@unchecked()
@recording()
def pushforward(
    outputs: Sequence[Value],
    inputs: Sequence[Value],
    tangents: Sequence[Any],
    *,
    live: bool,
    order: Sequence[Value] | None = None,
) -> list[Any]:
    """Σ d(output)/d(input) · tangent for each output: the forward sweep."""
    if order is None:
        order, _ = between(inputs, outputs)
    pairs = zip(inputs, tangents, strict=True)
    rates: dict[int, Any] = {id(x): rate for x, rate in pairs if not _is_zero(rate)}
    for node in order:
        if rates.keys().isdisjoint(map(id, _operands(node))):  # only other inputs move it
            continue
        operands, slopes = _slopes(node, live=live)
        for operand, slope in zip(operands, slopes, strict=True):
            if operand is not None and id(operand) in rates:
                _add(rates, node, _times(rates[id(operand)], slope))
    return [_result(rates.get(id(output), 0.0), live=live) for output in outputs]


def _is_zero(x: Any) -> bool:
    """Whether x is a plain 0; a variable that happens to be 0 may change."""
    number = x._z if isinstance(x, Constant) else x
    return number.__class__ is float and number == 0.0


def _add(sums: dict[int, Any], node: Value, share: Any) -> None:
    key = id(node)
    sums[key] = sums[key] + share if key in sums else share


def between(inputs: Sequence[Value], outputs: Sequence[Value]) -> tuple[list[Value], list[Value]]:
    """The recorded nodes on paths from ``inputs`` to ``outputs``, operands before results.

    And the other leaves that ``outputs`` depend on and that need a gradient, such as parameters
    that a function found in its closure.
    """
    own = set(map(id, inputs))
    reached = set(own)
    order = []
    leaves = {id(x): x for x in outputs if x._row is None}
    for node in topological(outputs, without=inputs):
        operands = _operands(node)
        if not reached.isdisjoint(map(id, operands)):
            reached.add(id(node))
            order.append(node)
        leaves.update([(id(x), x) for x in operands if x is not None and x._row is None])
    return order, [x for x in leaves.values() if id(x) not in own and not isinstance(x, Constant)]


def _operands(node: Value) -> tuple[Value | None, ...]:
    if node._a.__class__ is tuple:
        operands: tuple[Value | None, ...] = node._a
        return operands
    return (node._a,) if node._row.arity == 1 else (node._a, node._b)  # type: ignore[union-attr]


def _slopes(node: Value, *, live: bool) -> tuple[tuple[Value | None, ...], tuple[Any, ...]]:
    """The operands of ``node`` and its local derivative towards each."""
    operands = _operands(node)
    numbers = node._x if node._a.__class__ is tuple else (node._x, node._y)[: len(operands)]
    op = node._row
    assert op is not None
    if not live:
        return operands, op.slopes(node._z, numbers)
    for operand, number in zip(operands, numbers, strict=True):
        if operand is not None and not _same(operand._z, number):
            name = f" {operand.label!r}" if operand.label else ""
            raise StaleValueError(
                f"cannot differentiate again through the leaf{name}: {op.name} recorded it as "
                f"{number!r} and it was changed to {operand._z!r} since; compute the function "
                "again after changing its inputs"
            )
    return operands, op.slopes(
        node, tuple([x if v is None else v for v, x in zip(operands, numbers, strict=True)])
    )


def _same(x: float, y: float) -> bool:
    """Whether two doubles are the same number; nan is nan."""
    return x == y or (x != x and y != y)


def _times(x: Any, slope: Any) -> Any:
    """x · slope, without a node for a product with the literal 1."""
    if slope.__class__ is int and slope == 1:
        return x
    if x.__class__ is float and x == 1.0 and isinstance(slope, Value):
        return slope
    return x * slope


def _result(x: Any, *, live: bool) -> Any:
    if live:
        return x if isinstance(x, Value) else Constant(x)
    return float(x)
