"""The two sweeps in any arithmetic: for derivatives of functions, and for higher derivatives.

`pull` goes from results to operands, `push` from operands to results: over a tape, in floats, in
Fractions, or in Values when the answer is to be differentiated again. Neither reads or writes
``.grad``. For the plain backward pass that fills ``.grad``, see `sweep.py`.

A sweep skips what nobody asked for: an input with the plain tangent 0 does not move, and an output
with the plain cotangent 0 is ignored. So no 0 is multiplied by a slope that is infinite or nan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .errors import StaleValueError
from .modes import recording
from .primitive import unchecked
from .tape import Tape, differs, read
from .value import Constant, Value

Slopes = Callable[[int], Sequence[Any]]  # the local derivatives of a node, one for each operand


def pull(tape: Tape, sums: list[Any], asked: Sequence[int], slopes: Slopes) -> None:
    """The reverse sweep: add to ``sums`` what each result passes to its operands.

    At first ``sums`` has the seeds, and None where nothing has arrived yet. Nodes that are not
    marked in ``asked`` are skipped.
    """
    starts, operands = tape.starts, tape.operands
    for i in range(len(tape) - 1, -1, -1):
        upstream = sums[i]
        start, end = starts[i], starts[i + 1]
        if start == end or upstream is None or not asked[i]:
            continue
        for j, slope in zip(operands[start:end], slopes(i), strict=True):
            if asked[j]:
                plain = slope.__class__ is float
                share = upstream * slope if plain else _times(upstream, slope)
                sums[j] = share if sums[j] is None else sums[j] + share


def push(tape: Tape, rates: list[Any], slopes: Slopes) -> None:
    """The forward sweep: put into ``rates`` how fast each result moves with its operands.

    At first ``rates`` has the rates of the inputs, and None for what does not move.
    """
    for i, rate in enumerate(rates):
        places = tape.places(i)
        if rate is not None or all(rates[j] is None for j in places):
            continue
        for j, slope in zip(places, slopes(i), strict=True):
            if rates[j] is not None:
                share = _times(rates[j], slope)
                rates[i] = share if rates[i] is None else rates[i] + share


def _times(x: Any, slope: Any) -> Any:
    """x · slope, without a node for a product with the literal 1."""
    if slope.__class__ is int and slope == 1:
        return x
    if x.__class__ is float and x == 1.0 and isinstance(slope, Value):
        return slope
    return x * slope


class Paths:
    """The recorded computation between the inputs and the outputs of a function.

    >>> x, y = Value(2.0), Value(3.0)
    >>> paths = Paths([x], [x * y + y])
    >>> paths.pull([1.0], live=False), paths.push([1.0], live=False)
    ([3.0], [3.0])
    >>> paths.others == [y]
    True
    """

    def __init__(self, inputs: Sequence[Value], outputs: Sequence[Value]) -> None:
        self.tape, nodes, places = read(outputs, leaves=inputs)
        self.nodes: list[Any] = nodes
        self.inputs = [places.get(id(x)) for x in inputs]
        self.outputs = [places[id(x)] for x in outputs]
        marks = bytearray(len(nodes))
        for place in self.inputs:
            if place is not None:
                marks[place] = 1
        # For each node, 1 if an input leads to it.
        self.reached = self.tape.above(marks)
        # The other leaves that need a gradient, such as parameters in a function's closure.
        self.others: list[Value] = [
            node
            for node, op, reached in zip(nodes, self.tape.ops, self.reached, strict=True)
            if op is None and not (reached or node is None or isinstance(node, Constant))
        ]

    @unchecked()
    @recording()
    def pull(self, cotangents: Sequence[Any], *, live: bool) -> list[Any]:
        """Σ cotangent · d(output)/d(input) for each input.

        If ``live``, the answer is made of Values, to be differentiated again; else of floats.
        """
        sums: list[Any] = [None] * len(self.nodes)
        for place, cotangent in zip(self.outputs, cotangents, strict=True):
            if not _is_zero(cotangent):
                sums[place] = cotangent if sums[place] is None else sums[place] + cotangent
        pull(self.tape, sums, self.reached, self._live if live else self._plain)
        return [_result(None if place is None else sums[place], live=live) for place in self.inputs]

    @unchecked()
    @recording()
    def push(self, tangents: Sequence[Any], *, live: bool) -> list[Any]:
        """Σ d(output)/d(input) · tangent for each output."""
        rates: list[Any] = [None] * len(self.nodes)
        for place, rate in zip(self.inputs, tangents, strict=True):
            if place is not None and not _is_zero(rate):
                rates[place] = rate
        push(self.tape, rates, self._live if live else self._plain)
        return [_result(rates[place], live=live) for place in self.outputs]

    def _plain(self, index: int) -> tuple[Any, ...]:
        """The slopes of a node, in floats."""
        node = self.nodes[index]
        slopes: tuple[Any, ...] = node._row.slopes(node._z, node._edges()[1])
        return slopes

    def _live(self, index: int) -> tuple[Any, ...]:
        """The slopes of a node, in Values."""
        node = self.nodes[index]
        operands, numbers = node._edges()
        for operand, number in zip(operands, numbers, strict=True):
            if operand is not None and differs(operand._z, number):
                name = f" {operand.label!r}" if operand.label else ""
                raise StaleValueError(
                    f"cannot differentiate again through the leaf{name}: {node.op.name} recorded "
                    f"it as {number!r}, but it has been changed to {operand.data!r}; compute the "
                    "function again after changing its inputs"
                )
        mixed = [x if v is None else v for v, x in zip(operands, numbers, strict=True)]
        slopes: tuple[Any, ...] = node._row.slopes(node, tuple(mixed))
        return slopes


def _is_zero(x: Any) -> bool:
    """Whether x is a plain 0; a variable that happens to be 0 may change."""
    number = x._z if isinstance(x, Constant) else x
    return number.__class__ is float and number == 0.0


def _result(x: Any, *, live: bool) -> Any:
    x = 0.0 if x is None else x
    if live:
        return x if isinstance(x, Value) else Constant(x)
    return float(x)
