"""The functions that users import: ``dot(ws, xs)``, ``softmax(xs)``, ``where(c, a, b)``.

A function with a fixed number of operands *is* its row of the table. This file has those that take
a sequence, have a default, or combine several rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from . import ops
from .modes import Place, here
from .node import leaf
from .numbers import is_number, real
from .primitive import Op, Recorder
from .value import Constant, Value, apply, constant, made

# fmt: off
__all__ = [
    "array", "clip", "detach", "dot", "elu", "exp2", "is_constant", "leaky_relu", "log_softmax",
    "logaddexp", "logsumexp", "mean", "prod", "softmax", "sum", "where",
]
# fmt: on

if TYPE_CHECKING:
    from .arrays import Array

_FLOAT = {float}
_VALUE = {Value}
_UNASKED = {Constant, type(None)}
_new = Value.__new__


def _gather(xs: Iterable[Any], name: str) -> tuple[Sequence[Value | None], Sequence[float]]:
    """The Values among ``xs`` (None for plain numbers), and the numbers of all of them.

    Fast if all are Values or all are floats: every input of every neuron comes through here.
    """
    if xs.__class__ is not list and xs.__class__ is not tuple:
        xs = _listed(xs, name)
    items: Sequence[Any] = xs
    if items and isinstance(items[0], Value):
        try:
            return items, [x._value_number for x in items]
        except AttributeError:  # there is a plain number among them
            pass
    elif set(map(type, items)) == _FLOAT:
        return (None,) * len(items), items
    nodes = [x if isinstance(x, Value) else None for x in items]
    return nodes, [x._z if isinstance(x, Value) else real(x, name) for x in items]


class Gathered:
    """Numbers for several `dot`s: gathered and checked once, for all the neurons of a layer.

    >>> xs = Gathered([Value(2.0), 3.0])
    >>> dot([1.0, 1.0], xs).data, dot([1.0, 10.0], xs).data
    (5.0, 32.0)
    """

    __slots__ = ("nodes", "numbers", "unasked")

    nodes: Sequence[Value | None]
    numbers: Sequence[float]
    unasked: float  # 1.0 if none of them needs a gradient, else 0.0; see sweep.py

    def __init__(self, xs: Iterable[Any]) -> None:
        # Usually all are Values. Separate code, because Python reads an attribute faster where all
        # objects have one class, and weights are Parameters.
        if xs.__class__ is list and set(map(type, xs)) == _VALUE:
            self.nodes, self.numbers = xs, [x._z for x in xs]
            self.unasked = 0.0
        else:
            self.nodes, self.numbers = _gather(xs, "dot")
            self.unasked = float(_UNASKED.issuperset(map(type, self.nodes)))


def constants(xs: Sequence[Any], name: str) -> list[Any]:
    """``xs`` with a constant in place of each float, labelled by position: x1, x2, … for ``x``.

    So each is one node, however many results use it. They are in no scope: they come from outside.

    >>> constants([0.5, Value(3.0), -1.0], "x")
    [Constant(data=0.5, label='x1'), Value(data=3.0, grad=0.0), Constant(data=-1.0, label='x3')]
    """
    places = _numbered(name, len(xs))
    return [
        leaf(Constant, x, 0.0, place) if x.__class__ is float else x
        for x, place in zip(xs, places, strict=True)
    ]


def labelled(number: float, name: str, indices: tuple[int, ...]) -> Constant:
    """A constant for one number of many, labelled by its position, counted from 1.

    >>> labelled(2.0, "y", (0,)).label, labelled(2.0, "y", (0, 2)).label
    ('y1', 'y1.3')
    """
    return leaf(Constant, number, 0.0, _placed(name, indices))


@lru_cache(maxsize=256)
def _numbered(name: str, count: int) -> tuple[Place, ...]:
    return tuple([_placed(name, (i,)) for i in range(count)])


@lru_cache(maxsize=4096)
def _placed(name: str, indices: tuple[int, ...]) -> Place:
    return Place(label=name + ".".join([str(i + 1) for i in indices]))


def _listed(xs: Any, name: str) -> list[Any]:
    """``xs`` as a list; raises if it is not several numbers."""
    if isinstance(xs, (Value, str, bytes)) or is_number(xs):
        raise TypeError(f"{name} takes a list of numbers, got {xs!r}; write {name}([...])")
    try:
        return list(xs)
    except TypeError:
        raise TypeError(f"{name} takes a list of numbers, got a {type(xs).__name__}") from None


def _of_several(op: Op, items: list[Any], name: str) -> Any:
    """A variadic row, applied to ``items`` for the function ``name``."""
    for x in items:
        if isinstance(x, Recorder) and not isinstance(x, Value):
            return x.record(op, tuple(items))
    nodes, numbers = _gather(items, name)
    if any(node is not None for node in nodes):
        return apply(op, nodes, numbers)
    return float(op(*numbers))


def sum(values: Iterable[Any]) -> Any:
    """x₁ + x₂ + … as one node, added left to right from 0.0; 0.0 for an empty list.

    >>> sum([Value(1.0), 2.0, Value(4.0)]).data
    7.0
    """
    return _of_several(ops.sum_, _listed(values, "sum"), "sum")


def prod(values: Iterable[Any]) -> Any:
    """x₁ · x₂ · … as one node; its gradient is right even if some factors are zero.

    >>> a, b = Value(0.0), Value(5.0)
    >>> prod([a, b]).backward()
    >>> a.grad, b.grad
    (5.0, 0.0)
    """
    return _of_several(ops.prod, _listed(values, "prod"), "prod")


def mean(values: Iterable[Any]) -> Any:
    """The arithmetic mean: `sum` divided by the number of values.

    >>> mean([Value(1.0), Value(4.0)]).data
    2.5
    """
    items = _listed(values, "mean")
    if not items:
        raise ValueError("mean of an empty list is undefined; give at least one number")
    return _of_several(ops.sum_, items, "mean") / float(len(items))


def dot(weights: Iterable[Any], inputs: Iterable[Any] | Gathered, bias: Any = None) -> Any:
    """bias + w₁x₁ + w₂x₂ + … as one node, added left to right from the bias (or 0.0).

    One node instead of 2n: a neuron is this and its activation. Drawings can expand it into
    products and sums, with the same numbers.

    >>> dot([Value(2.0), Value(3.0)], [10.0, 100.0], bias=1.0).data
    321.0

    Raises
    ------
    ValueError
        if the numbers of inputs and weights differ.
    """
    w_nodes, ws = _gather(weights, "dot")
    shared = inputs if isinstance(inputs, Gathered) else Gathered(inputs)
    x_nodes, xs = shared.nodes, shared.numbers
    if len(ws) != len(xs):
        raise ValueError(
            f"dot of {len(ws)} weights and {len(xs)} inputs; give one input for each weight"
        )
    if bias is None:
        start, nodes, numbers = 0.0, (*w_nodes, *x_nodes), (*ws, *xs)
    else:
        bias, start = (bias, bias._z) if isinstance(bias, Value) else (None, real(bias, "dot"))
        nodes, numbers = (*w_nodes, *x_nodes, bias), (*ws, *xs, start)
    data = start
    for w, x in zip(ws, xs):  # noqa: B905 - checked above; the hot row's forward, written out
        data += w * x
    place = here()
    for node in nodes:
        if node is None:
            continue
        if node.__class__ is Constant or (place is not None and not place.plain):
            return made(ops.dot, nodes, numbers, data)
        result = _new(Value)  # a hot copy of `made`
        result._z = data
        result._grad = 0.0
        result._row = ops.dot
        result._a = nodes
        result._b = None
        result._x = numbers
        result._y = shared.unasked
        result._about = place
        return result
    return data


def logsumexp(values: Iterable[Any]) -> Any:
    """ln(e^x₁ + e^x₂ + …) as one node, without overflow; −inf for an empty list.

    >>> logsumexp([Value(1000.0), Value(1000.0)]).data
    1000.6931471805599
    """
    return _of_several(ops.logsumexp, _listed(values, "logsumexp"), "logsumexp")


def logaddexp(x: Any, y: Any) -> Any:
    """ln(eˣ + eʸ), without overflow: `logsumexp` of two numbers.

    >>> logaddexp(Value(1000.0), 1000.0).data
    1000.6931471805599
    """
    return _of_several(ops.logsumexp, [x, y], "logaddexp")


def exp2(x: Any) -> Any:
    """2ˣ.

    >>> exp2(Value(10.0)).data
    1024.0
    """
    return ops.pow_(2.0, x if isinstance(x, Recorder) else real(x, "exp2"))


def softmax(values: Iterable[Any]) -> list[Any]:
    """e^xᵢ / (e^x₁ + e^x₂ + …) for each i, computed as e^(log_softmax(x)ᵢ).

    >>> [round(p.data, 4) for p in softmax([Value(1000.0), Value(1001.0)])]
    [0.2689, 0.7311]
    """
    return [ops.exp(x) for x in _log_softmax(values, "softmax")]


def log_softmax(values: Iterable[Any]) -> list[Any]:
    """ln softmax(x)ᵢ = (xᵢ − m) − ln Σ e^(xⱼ − m) for each i, where m is the largest x.

    It uses only differences, so large operands lose no digits.

    >>> [round(p.data, 4) for p in log_softmax([Value(1e16), Value(1e16)])]
    [-0.6931, -0.6931]
    """
    return _log_softmax(values, "log_softmax")


def _log_softmax(values: Iterable[Any], name: str) -> list[Any]:
    items = _listed(values, name)
    if not items:
        raise ValueError(f"{name} of an empty list is undefined; give at least one number")
    xs: list[Any] = [x if isinstance(x, Recorder) else real(x, name) for x in items]
    top = ops.largest(xs)
    total = _of_several(ops.surprise, [xs[top], *xs[:top], *xs[top + 1 :]], name)
    return [-total if i == top else x - xs[top] - total for i, x in enumerate(xs)]


def surprise(values: Iterable[Any], k: int) -> Any:
    """−ln softmax(x)ₖ = ln Σ e^(xⱼ − xₖ) as one node: the cross-entropy of the k-th class.

    It keeps its digits near 0, and so do its slopes: softmax(x), minus 1 for xₖ.

    >>> surprise([Value(40.0), Value(0.0)], 0).data
    4.248354255291589e-18
    """
    items = _listed(values, "surprise")
    return _of_several(ops.surprise, [items[k], *items[:k], *items[k + 1 :]], "surprise")


def clip(x: Any, low: Any, high: Any) -> Any:
    """x, moved to the nearest end of [low, high]; needs low <= high.

    >>> clip(Value(7.0), 0.0, 1.0).data
    1.0
    """
    numbers = [y if isinstance(y, Recorder) else real(y, "clip") for y in (x, low, high)]
    return ops.clip(*numbers)


def leaky_relu(x: Any, slope: Any = 0.01) -> Any:
    """x where x > 0, else slope · x; a gradient flows to the slope too, if it is a Value.

    >>> leaky_relu(Value(-2.0)).data
    -0.02
    """
    return ops.leaky_relu(x, slope)


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """x where x > 0, else alpha · (eˣ − 1).

    >>> elu(Value(3.0)).data
    3.0
    """
    return ops.elu(x, alpha)


def where(condition: Any, if_true: Any, if_false: Any) -> Any:
    """``if_true`` or ``if_false``; pass functions without arguments to compute only the chosen one.

    Only the chosen one gets an edge in the graph, so the other can never spoil a gradient:

    >>> x = Value(0.0)
    >>> y = where(x > 0.0, lambda: x.log(), lambda: x * 2.0)
    >>> y.backward()
    >>> x.grad
    2.0

    ``condition`` is a bool, or a Value such as ``autograd.greater(x, 0)`` (1 or 0, slope 0).
    """
    if isinstance(condition, Recorder):
        holds = condition.data != 0.0  # type: ignore[attr-defined]
    elif isinstance(condition, bool) or type(condition).__name__ in {"bool", "bool_"}:
        holds = bool(condition)
    else:
        raise TypeError(
            f"the condition of where must be a bool or a Value, got {condition!r}; "
            "write where(x > 0, a, b)"
        )
    branch = if_true if holds else if_false
    if callable(branch):
        branch = branch()
    if isinstance(condition, Recorder) or isinstance(branch, Recorder):
        return ops.chosen(condition if isinstance(condition, Recorder) else float(holds), branch)
    return real(branch, "where")


def is_constant(x: Any) -> bool:
    """Whether no gradient can flow to x: a plain number, a constant, or computed only from those.

    >>> is_constant(2.0), is_constant(Value(2.0))
    (True, False)
    """
    return isinstance(x, Constant) or not isinstance(x, Recorder)


def detach(x: Any) -> Constant:
    """A constant with the number of x: no gradient flows through it. The same as ``x.detach()``.

    >>> x = Value(3.0)
    >>> (x * detach(x)).backward()
    >>> x.grad
    3.0
    """
    return constant(x, label=x.label if isinstance(x, Value) else "")


def array(values: Any) -> Array:
    """An array of Values: every NumPy function either works on it or says what to write instead.

    ``values`` is a list, a list of lists or an array. The Values in it stay the same nodes, plain
    numbers become constants.

    >>> import numpy as np
    >>> x = array([Value(0.0), Value(2.0)])
    >>> np.sum(np.maximum(x, 0.0)).backward()
    >>> [v.grad for v in x]
    [0.5, 1.0]

    ``np.array`` makes an array of Values, too. There ``+ − * / ** @``, sums and functions such as
    ``np.exp`` are right, but NumPy itself chooses at a tie in ``np.maximum``, ``np.clip`` or
    ``np.max``: the whole gradient would go to one operand, where here each gets half of it.

    Raises
    ------
    TypeError
        if an element is neither a Value nor a real number, or if lists differ in length.
    """
    from .arrays import Array  # noqa: PLC0415 - only NumPy's users need it

    return Array.of(values)
