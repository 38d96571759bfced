"""microgpt's second version: a transformer with one layer that learns names, letter by letter.

Written from its description, for any Value class: 16-dimensional embeddings, 4 heads, a
feed-forward block of width 64, rmsnorm without gain, no biases; Adam with a falling learning rate.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .worker import busy

LAYERS, WIDTH, HEADS, BLOCK = 1, 16, 4, 16
HEAD = WIDTH // HEADS
STEPS, RATE, BETA1, BETA2, EPSILON = 1000, 0.01, 0.85, 0.99, 1e-8

Vector = list[Any]
Dot = Callable[[Sequence[Any], Sequence[Any]], Any]


def plain_dot(ws: Sequence[Any], xs: Sequence[Any]) -> Any:
    """Σ w·x, as microgpt writes it: two nodes for each term."""
    return sum(w * x for w, x in zip(ws, xs, strict=True))


class Transformer:
    """The model, its data and its optimiser.

    Parameters
    ----------
    value:
        The Value class to compute with.
    names:
        The data, one name each.
    dot:
        How Σ w·x is computed.
    """

    def __init__(self, value: Any, names: Iterable[str], dot: Dot = plain_dot) -> None:
        self.dot = dot
        random.seed(42)  # microgpt's seed: with its data, this gives its losses
        self.docs = list(names)
        random.shuffle(self.docs)
        self.letters = sorted(set("".join(self.docs)))
        self.end = len(self.letters)  # one token for the beginning and the end of a name

        def matrix(rows: int, columns: int) -> list[Vector]:
            return [[value(random.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]

        self.weights: dict[str, list[Vector]] = {
            "wte": matrix(self.end + 1, WIDTH),
            "wpe": matrix(BLOCK, WIDTH),
            "lm_head": matrix(self.end + 1, WIDTH),
        }
        for layer in range(LAYERS):
            for name in ("wq", "wk", "wv", "wo"):
                self.weights[f"{layer}.{name}"] = matrix(WIDTH, WIDTH)
            self.weights[f"{layer}.fc1"] = matrix(4 * WIDTH, WIDTH)
            self.weights[f"{layer}.fc2"] = matrix(WIDTH, 4 * WIDTH)
        self.parameters = [p for rows in self.weights.values() for row in rows for p in row]
        self.first = [0.0] * len(self.parameters)  # Adam's two moments
        self.second = [0.0] * len(self.parameters)

    def linear(self, x: Vector, name: str) -> Vector:
        """A matrix times a vector."""
        return [self.dot(row, x) for row in self.weights[name]]

    def logits(
        self, token: int, position: int, cache: list[tuple[list[Vector], list[Vector]]]
    ) -> Vector:
        """The scores of the next letter; the cache holds the keys and values so far, as nodes."""
        embedded = zip(self.weights["wte"][token], self.weights["wpe"][position], strict=True)
        x = rmsnorm([t + p for t, p in embedded])
        for layer in range(LAYERS):
            keys, values = cache[layer]
            residual, x = x, rmsnorm(x)
            query = self.linear(x, f"{layer}.wq")
            keys.append(self.linear(x, f"{layer}.wk"))
            values.append(self.linear(x, f"{layer}.wv"))
            attended: Vector = []
            for start in range(0, WIDTH, HEAD):
                part = slice(start, start + HEAD)
                weights = softmax([self.dot(query[part], key[part]) / HEAD**0.5 for key in keys])
                columns = zip(*[v[part] for v in values], strict=True)
                attended += [self.dot(weights, column) for column in columns]
            x = [a + r for a, r in zip(self.linear(attended, f"{layer}.wo"), residual, strict=True)]
            residual, x = x, rmsnorm(x)
            hidden = [h.relu() for h in self.linear(x, f"{layer}.fc1")]
            x = [a + r for a, r in zip(self.linear(hidden, f"{layer}.fc2"), residual, strict=True)]
        return self.linear(x, "lm_head")

    def loss(self, step: int) -> Any:
        """The mean of −ln p(next letter) over one name."""
        doc = self.docs[step % len(self.docs)]
        tokens = [self.end, *map(self.letters.index, doc), self.end]
        count = min(BLOCK, len(tokens) - 1)
        cache: list[tuple[list[Vector], list[Vector]]] = [([], []) for _ in range(LAYERS)]
        losses = []
        for position in range(count):
            scores = self.logits(tokens[position], position, cache)
            losses.append(-softmax(scores)[tokens[position + 1]].log())
        return (1 / count) * sum(losses)

    def update(self, step: int) -> None:
        """Adam, and the gradients back to zero."""
        rate = RATE * (1 - step / STEPS)
        for i, p in enumerate(self.parameters):
            self.first[i] = BETA1 * self.first[i] + (1 - BETA1) * p.grad
            self.second[i] = BETA2 * self.second[i] + (1 - BETA2) * p.grad**2
            mean = self.first[i] / (1 - BETA1 ** (step + 1))
            square = self.second[i] / (1 - BETA2 ** (step + 1))
            p.data -= rate * mean / (square**0.5 + EPSILON)
            p.grad = 0

    def step(self, number: int) -> tuple[float, dict[str, float]]:
        """One step of training: the loss, and the seconds of each part."""
        start = busy()
        loss = self.loss(number)
        computed = busy()
        loss.backward()
        differentiated = busy()
        self.update(number)
        updated = busy()
        data = loss.data
        del loss  # frees the graph, unless cycles hold it
        end = busy()
        return data, {
            "forward": computed - start,
            "backward": differentiated - computed,
            "update": updated - differentiated,
            "free": end - updated,
            "seconds": end - start,
        }


def rmsnorm(x: Vector) -> Vector:
    """x over the root of its mean square."""
    mean_square = sum(xi * xi for xi in x) / len(x)
    scale = (mean_square + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def softmax(logits: Vector) -> Vector:
    """e^x over the sum of e^x; the largest is subtracted as a plain number."""
    largest = max(x.data for x in logits)
    exps = [(x - largest).exp() for x in logits]
    total = sum(exps)
    return [e / total for e in exps]
