"""What `draw` must show so that a class can read it: from two numbers to a block of attention."""

from __future__ import annotations

import random
from collections.abc import Callable

from autograd import Value, constant, dot, scope
from autograd import sum as total
from nn import MLP, Parameter, mse

_XOR = [((0.0, 0.0), 0.0), ((0.0, 1.0), 1.0), ((1.0, 0.0), 1.0), ((1.0, 1.0), 0.0)]


def product_and_sum() -> Value:
    """The first example of the README."""
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    return (a * b + 10.0).tanh()


def micrograd() -> Value:
    """The expression of micrograd's README, some twenty operations."""
    a, b = Value(-4.0, label="a"), Value(2.0, label="b")
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.label = "g"
    return g


def xor(examples: int) -> Value:
    """The mean squared error of a network 2-3-1 for some examples of XOR."""
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    rows = _XOR[2 - examples // 2 :][:examples] if examples < 4 else _XOR
    loss = mse([model(list(x)) for x, _ in rows], [y for _, y in rows])
    loss.label = "L"
    return loss


def xor_by_hand() -> Value:
    """The same for one example, with labelled inputs and a square written as a product."""
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    x1, x2 = constant(1.0, label="x1"), constant(0.0, label="x2")
    error = model([x1, x2]) - 1.0
    error.label = "d1"
    loss = total([error * error]) / 1.0
    loss.label = "L"
    return loss


def chain(length: int) -> Value:
    """Activations and products in turn, one after the other."""
    value = Value(0.5, label="x")
    for number in range(length // 2):
        value = (value * (1.5 + 0.01 * number)).tanh()
    return value


def recurrence(steps: int) -> Value:
    """One unit that reads its own last state."""
    w, u, b = Parameter(0.9, label="w"), Parameter(0.3, label="u"), Parameter(0.1, label="b")
    state: Value = constant(0.0, label="h0")
    for step in range(steps):
        state = (w * state + u * constant(0.1 * step, label=f"x{step + 1}") + b).tanh()
        state.label = f"h{step + 1}"
    return state


def sum_of(count: int) -> Value:
    """One sum of many squares."""
    return total([Value(0.01 * k, label=f"x{k + 1}") for k in range(count)])


def attention(*, named: bool) -> Value:
    """One head of attention over three words of two numbers, written from scratch."""
    rng = random.Random(1)

    def matrix(name: str) -> list[list[Value]]:
        return [
            [Parameter(rng.uniform(-1, 1), label=f"{name}{i}{j}") for j in range(2)]
            for i in range(2)
        ]

    def times(name: str, weights: list[list[Value]], x: list[Value]) -> list[Value]:
        with scope(name) if named else scope("head"):
            return [dot(row, x) for row in weights]

    words = [[constant(rng.uniform(-1, 1), label=f"x{i}{j}") for j in range(2)] for i in range(3)]
    wq, wk, wv = matrix("q"), matrix("k"), matrix("v")
    query = times("q", wq, words[-1])
    keys = [times("k", wk, x) for x in words]
    values = [times("v", wv, x) for x in words]
    with scope("scores") if named else scope("head"):
        scores = [dot(query, key) / 2.0**0.5 for key in keys]
    with scope("softmax") if named else scope("head"):
        powers = [score.exp() for score in scores]
        whole = total(powers)
        shares = [power / whole for power in powers]
    with scope("sum") if named else scope("head"):
        output = [dot(shares, [v[j] for v in values]) for j in range(2)]
    loss = (output[0] - 1.0) ** 2 + (output[1] - 0.5) ** 2
    loss.label = "L"
    return loss


def deep(width: int = 8, layers: int = 4) -> Value:
    """A deeper network for two examples."""
    model = MLP(2, [width] * layers + [1], activation="relu", rng=random.Random(0))
    return mse([model([0.5, -1.0]), model([1.0, 2.0])], [1.0, 0.0])


CORPUS: dict[str, Callable[[], Value]] = {
    "product and sum": product_and_sum,
    "micrograd": micrograd,
    "xor, one example": lambda: xor(1),
    "xor by hand": xor_by_hand,
    "xor, four examples": lambda: xor(4),
    "chain of 40": lambda: chain(40),
    "chain of 200": lambda: chain(200),
    "recurrence of 5": lambda: recurrence(5),
    "recurrence of 30": lambda: recurrence(30),
    "sum of 8": lambda: sum_of(8),
    "sum of 200": lambda: sum_of(200),
    "attention": lambda: attention(named=False),
    "attention with scopes": lambda: attention(named=True),
    "deep network": deep,
}
