"""Computations of many sizes and shapes, which no reader chose for being easy to draw."""

from __future__ import annotations

import itertools
import random

from autograd import Value, dot
from autograd import sum as added
from nn import MLP, mse

FAMILIES = ("dag", "recurrence", "sum", "layers")
COUNT = 200
SMALLEST, LARGEST = 50, 2_000


def recurrence(steps, shared, rng=None):
    """A chain of so many steps that uses so many shared inputs again and again."""
    rng = rng or random.Random(0)
    inputs = [Value(rng.uniform(-0.9, 0.9), label=f"s{k}") for k in range(shared)]
    state = Value(0.3, label="h")
    for k in range(steps):
        state = (state * inputs[k % shared] + inputs[(7 * k + 3) % shared]).tanh()
    return state


def dag(nodes, rng):
    """Operations on whatever was computed before, near or far; all that is left is added up."""
    found = [Value(rng.uniform(0.2, 0.9), label=f"x{k}") for k in range(5)]
    used: set[int] = set()
    while len(found) < nodes:
        near = rng.random() < 0.7
        places = range(max(0, len(found) - 12), len(found)) if near else range(len(found))
        one, other = rng.choice(places), rng.choice(places)
        used |= {one, other}
        a, b = found[one], found[other]
        found.append((a * b, a.tanh(), (a + b).tanh())[rng.randrange(3)])
    return added([value for place, value in enumerate(found) if place not in used])


def wide(nodes, rng):
    """A sum of products."""
    count = max(2, nodes // 3)
    weights = [Value(rng.uniform(-1, 1), label=f"w{k}") for k in range(count)]
    inputs = [Value(rng.uniform(-1, 1), label=f"x{k}") for k in range(count)]
    if rng.random() < 0.5:
        return dot(weights, inputs).tanh()
    return added([w * x for w, x in zip(weights, inputs, strict=True)])


def layers(nodes, rng):
    """The loss of a network of about so many nodes on some examples."""
    widths = [rng.choice([2, 3, 5, 8]) for _ in range(rng.choice([1, 2, 3, 5]))]
    sizes = [3, *widths, 1]
    model = MLP(3, [*widths, 1], activation="tanh", rng=rng)
    once = sum(2 * b for b in sizes[1:]) + 3
    weights = sum((a + 1) * b for a, b in itertools.pairwise(sizes))
    rows = max(1, min(40, (nodes - weights) // once))
    xs = [[rng.uniform(-1, 1) for _ in range(3)] for _ in range(rows)]
    return mse([model(x) for x in xs], [rng.choice([0, 1]) for _ in range(rows)])


def graph_of(number):
    """The computation of that number, of `COUNT`: families take turns, sizes grow."""
    rng = random.Random(number)
    family = FAMILIES[number % len(FAMILIES)]
    nodes = round(SMALLEST * (LARGEST / SMALLEST) ** (number / (COUNT - 1)))
    if family == "recurrence":
        shared = rng.choice([2, 5, 20, 40])
        return recurrence(max(10, (nodes - shared) // 3), shared, rng)
    return {"dag": dag, "sum": wide, "layers": layers}[family](nodes, rng)
