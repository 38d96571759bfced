"""micrograd's own Value, for scripts and lectures that use its internals.

For new code use the engine's Value (`from autograd import Value`): it is fast, keeps what was
recorded, and can be drawn, copied and differentiated again. But it has no ``_backward``. Code that
sets one, builds ``Value(data, (a, b), "*")`` itself, or changes the data of results runs here:

>>> import math
>>> from autograd.micrograd import Value
>>> def tanh(self):
...     t = math.tanh(self.data)
...     out = Value(t, (self,), "tanh")
...     def _backward():
...         self.grad += (1 - t**2) * out.grad
...     out._backward = _backward
...     return out
>>> Value.tanh = tanh
>>> x = Value(0.5, label="x")
>>> y = (x * 2).tanh()
>>> y.backward()
>>> y._op, y._prev == {x}, round(x.grad, 4)
('tanh', False, 0.8399)
>>> del Value.tanh  # the built-in one does the same

Every operation of the table works here, too (``v.log()``, ``autograd.softmax([v, w])``).
As in micrograd, the slopes of +, *, **, exp and relu use the ``data`` at the time ``_backward``
runs, which a script may have changed; all others have the slopes of the forward pass.
docs/from-micrograd.md says which of the two classes to use.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

from . import ops
from .arithmetic import Arithmetic
from .numbers import is_number, real
from .primitive import Op, unchecked

__all__ = ["MLP", "Layer", "Module", "Neuron", "Value"]

_SPELLED = {"add": "+", "mul": "*", "relu": "ReLU"}


def _hands_nothing_on() -> None:
    """The ``_backward`` of a leaf."""


class Value(Arithmetic):
    """A number with a gradient, and a ``_backward`` that passes the gradient on to ``_prev``.

    All attributes are ordinary: they can be read and set, and others may be added.

    >>> a, b = Value(2.0), Value(-3.0)
    >>> c = a * b + a**2
    >>> c.backward()
    >>> a, b, c._op
    (Value(data=2.0, grad=1.0), Value(data=-3.0, grad=2.0), '+')
    """

    def __init__(
        self, data: Any, _children: Iterable[Value] = (), _op: str = "", label: str = ""
    ) -> None:
        real(data)  # raises if it is not a number
        self.data = data
        self.grad: Any = 0
        self._backward: Callable[[], None] = _hands_nothing_on
        self._prev = set(_children)
        self._op = _op
        self.label = label

    def record(self, op: Op, operands: tuple[Any, ...]) -> Value:
        """The result of ``op``, as a node that knows how to pass its gradient on."""
        op.refuse_misuse(operands, Value)
        nodes = [x if isinstance(x, Value) else Value(x) for x in operands]
        numbers = tuple([x.data for x in nodes])
        data = op.forward(*numbers)
        if data - data != 0:
            op.check(numbers)
        symbol, operands_there = _SPELLED.get(op.name, op.name), nodes
        if op is ops.pow_:
            symbol = f"**{operands[1]}"
            if nodes[1] is not operands[1]:  # in micrograd a plain exponent is not an operand
                operands_there = nodes[:1]
        out = Value(data, operands_there, symbol)

        def _backward() -> None:
            if op is ops.add or op is ops.mul:  # the table's slopes, written out for speed
                a, b = nodes
                a.grad += out.grad if op is ops.add else b.data * out.grad
                b.grad += out.grad if op is ops.add else a.data * out.grad
                return
            recorded = data, numbers
            if op is ops.pow_ or op is ops.exp:
                recorded = out.data, tuple([x.data for x in nodes])
            with unchecked():
                slopes = (out.data > 0,) if op is ops.relu else op.slopes(*recorded)
            for x, slope in zip(nodes, slopes, strict=True):
                x.grad += slope * out.grad

        out._backward = _backward
        return out

    # micrograd makes differences and quotients of + * **, and drawings show it.

    def __neg__(self) -> Any:
        return self * -1

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return other + (-self)

    def __truediv__(self, other: Any) -> Any:
        if is_number(other) and other == 0:
            other = Value(other)  # then ** raises the right error
        return self * other**-1

    def __rtruediv__(self, other: Any) -> Any:
        return other * self**-1

    def backward(self) -> None:
        """Set ``grad`` to 1 and run every ``_backward`` below, results before operands."""
        order: list[Value] = []
        seen = {self}
        stack: list[tuple[Value, Iterator[Value]]] = [(self, iter(self._prev))]
        while stack:
            node, waiting = stack[-1]
            operand = next((x for x in waiting if x not in seen), None)
            if operand is None:
                order.append(node)
                stack.pop()
            else:
                seen.add(operand)
                stack.append((operand, iter(operand._prev)))
        self.grad = 1
        for node in reversed(order):
            node._backward()

    def __bool__(self) -> bool:  # type: ignore[override]  # as for any object
        return True

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"


# --- its networks ---------------------------------------------------------------------------------


class Module:
    """Anything with parameters. `nn.Module` finds them itself; here each class lists its own."""

    def zero_grad(self) -> None:
        """Set every gradient to 0."""
        for p in self.parameters():
            p.grad = 0

    def parameters(self) -> list[Value]:
        """The numbers to train."""
        return []


class Neuron(Module):
    """relu(w·x + b), or w·x + b with ``nonlin=False``; w is uniform in (−1, 1), from `random`.

    ``activation`` names another method of Value, such as the lecture's "tanh" or one of your own.
    """

    def __init__(self, nin: int, nonlin: bool = True, *, activation: str = "relu") -> None:  # noqa: FBT001, FBT002 - its signature
        if not hasattr(Value, activation):
            raise ValueError(f"activation names a Value method, as 'tanh', got {activation!r:.60}")
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin, self.activation = nonlin, activation

    def __call__(self, x: Any) -> Any:
        """The output for a list of inputs."""
        inputs = list(x)
        if len(inputs) != len(self.w):
            raise ValueError(f"{self} got {len(inputs)} inputs; give one for each of its weights")
        total: Any = sum((w * y for w, y in zip(self.w, inputs, strict=True)), self.b)
        return getattr(total, self.activation)() if self.nonlin else total

    def parameters(self) -> list[Value]:
        """The weights, then the bias."""
        return [*self.w, self.b]

    def __repr__(self) -> str:
        kind = _SPELLED.get(self.activation, self.activation.title()) if self.nonlin else "Linear"
        return f"{kind}Neuron({len(self.w)})"


class Layer(Module):
    """Several neurons with the same inputs. The output is a list, or one Value for one neuron."""

    def __init__(self, nin: int, nout: int, **options: Any) -> None:
        self.neurons = [Neuron(nin, **options) for _ in range(nout)]

    def __call__(self, x: Any) -> Any:
        """The outputs for a list of inputs."""
        outputs = [neuron(x) for neuron in self.neurons]
        return outputs if len(outputs) > 1 else outputs[0]

    def parameters(self) -> list[Value]:
        """Those of the neurons, in order."""
        return [p for neuron in self.neurons for p in neuron.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(str, self.neurons))}]"


class MLP(Module):
    """Layers in sequence, with relu (or another ``activation``) in all but the last.

    >>> random.seed(1337)
    >>> model = MLP(2, [2, 1])
    >>> len(model.parameters()), model
    (9, MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]])
    """

    def __init__(self, nin: int, nouts: list[int], **options: Any) -> None:
        last = len(nouts) - 1
        sizes = enumerate(pairwise([nin, *nouts]))
        self.layers = [Layer(*size, nonlin=i != last, **options) for i, size in sizes]

    def __call__(self, x: Any) -> Any:
        """The outputs of the last layer for a list of inputs."""
        for layer in self.layers:
            x = layer([x] if isinstance(x, Value) else x)
        return x

    def parameters(self) -> list[Value]:
        """Those of the layers, in order."""
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"


# For error messages, because other classes have the same names. Pickle reads __qualname__.
for _class in (Value, Module, Neuron, Layer, MLP):
    _class.__name__ += " of autograd.micrograd"


def __dir__() -> list[str]:
    return [name for name in globals() if name in __all__ or name.startswith("__")]
