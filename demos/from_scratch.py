"""A neural network from scratch: all of it, in one file, with nothing but Python.

Read it from top to bottom: a number that remembers, the backward pass, a neuron, a layer, a
network, a loss, one step of learning. Then run it: ``python demos/from_scratch.py``.
docs/learn.md explains every word.
"""

import math
import random


class Value:
    """A number that remembers what it was computed from.

    data      the number
    operands  the Values that it was computed from; none for a number that we chose ourselves
    slopes    for each operand: how much faster or slower this number moves than the operand
    grad      how fast the end result moves when this number does; `backward` works it out
    """

    def __init__(self, data, operands=(), slopes=()):
        self.data = float(data)
        self.operands = operands
        self.slopes = slopes
        self.grad = 0.0

    # Each operation computes its result, and notes the slope towards each operand.

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __sub__(self, other):
        other = as_value(other)
        return Value(self.data - other.data, (self, other), (1.0, -1.0))

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __truediv__(self, other):
        other = as_value(other)
        result = self.data / other.data
        return Value(result, (self, other), (1.0 / other.data, -result / other.data))

    def __pow__(self, n):  # n is a plain number
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    def __neg__(self):
        return Value(-self.data, (self,), (-1.0,))

    # Python asks for these when the number on the left is a plain one, as in 2.0 - x.

    def __radd__(self, other):
        return as_value(other) + self

    def __rsub__(self, other):
        return as_value(other) - self

    def __rmul__(self, other):
        return as_value(other) * self

    def __rtruediv__(self, other):
        return as_value(other) / self

    def exp(self):
        result = math.exp(self.data)
        return Value(result, (self,), (result,))

    def log(self):
        return Value(math.log(self.data), (self,), (1.0 / self.data,))

    def tanh(self):
        result = math.tanh(self.data)
        return Value(result, (self,), (1.0 - result * result,))

    def relu(self):
        return Value(max(0.0, self.data), (self,), (1.0 if self.data > 0.0 else 0.0,))

    def backward(self):
        """Work out `grad` of every number that this one was computed from.

        A number's own grad must be complete before it is handed on to the operands. So we list
        all numbers, operands before results, and go through the list from its end.
        """
        order = []
        seen = set()

        def visit(value):
            if value not in seen:
                seen.add(value)
                for operand in value.operands:
                    visit(operand)
                order.append(value)

        visit(self)
        for value in order:
            if value.operands:  # a result starts afresh; of what we chose, grad adds up over calls
                value.grad = 0.0
        self.grad += 1.0  # the end result moves just as fast as itself
        for value in reversed(order):
            for operand, slope in zip(value.operands, value.slopes):
                operand.grad += value.grad * slope  # the chain rule; where paths meet, they add up


def as_value(x):
    """A plain number as a Value; a Value as it is."""
    return x if isinstance(x, Value) else Value(x)


class Neuron:
    """Multiplies each input by a weight, adds the products to a bias, and bends the result."""

    def __init__(self, inputs, activation, rng):
        self.weights = [Value(rng.uniform(-1, 1)) for _ in range(inputs)]
        self.bias = Value(0.0)
        self.activation = activation  # Value.relu, Value.tanh, or None: the sum as it is

    def __call__(self, xs):
        total = self.bias
        for weight, x in zip(self.weights, xs):
            total = total + weight * x
        return self.activation(total) if self.activation else total

    def parameters(self):
        return [*self.weights, self.bias]


class Layer:
    """Neurons next to each other: each sees all inputs, and gives one output."""

    def __init__(self, inputs, outputs, activation, rng):
        self.neurons = [Neuron(inputs, activation, rng) for _ in range(outputs)]

    def __call__(self, xs):
        return [neuron(xs) for neuron in self.neurons]

    def parameters(self):
        return [p for neuron in self.neurons for p in neuron.parameters()]


class MLP:
    """Layers one after the other: MLP(2, [8, 1], Value.relu, rng) has 2 inputs and 1 output.

    The last layer has no activation, so that an output may be any number.
    """

    def __init__(self, inputs, sizes, activation, rng):
        self.layers = []
        for i, size in enumerate(sizes):
            last = i == len(sizes) - 1
            self.layers.append(Layer(inputs, size, None if last else activation, rng))
            inputs = size

    def __call__(self, xs):
        for layer in self.layers:
            xs = layer(xs)
        return xs

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]


def mean_squared_error(outputs, targets):
    """The loss: how wrong the outputs are, as one number. 0 is perfect."""
    total = Value(0.0)
    for output, target in zip(outputs, targets):
        error = output - target
        total = total + error * error
    return total / len(targets)


def learn(model, examples, targets, rate):
    """One step of learning: forward, backward, update. Returns the loss before the update."""
    loss = mean_squared_error([model(xs)[0] for xs in examples], targets)  # forward
    for p in model.parameters():
        p.grad = 0.0  # forget the step before
    loss.backward()
    for p in model.parameters():
        p.data -= rate * p.grad  # against the slope: that is downhill
    return loss.data


# XOR: is just one of the two inputs 1? No single neuron can learn it; two layers can.
EXAMPLES = [(0, 0), (0, 1), (1, 0), (1, 1)]
TARGETS = [0, 1, 1, 0]


def main():
    model = MLP(2, [8, 1], Value.relu, random.Random(0))
    for step in range(201):
        loss = learn(model, EXAMPLES, TARGETS, rate=0.1)
        if step % 40 == 0:
            print(f"step {step:3}   loss {loss:.4f}")
    for xs, target in zip(EXAMPLES, TARGETS):
        print(f"{xs[0]} xor {xs[1]} is {target}; the network says {model(xs)[0].data:.3f}")


if __name__ == "__main__":
    main()
