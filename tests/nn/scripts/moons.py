"""Two moons, the way micrograd's demo does it: hinge loss, L2, SGD with a falling rate.

Written against micrograd's API. test_micrograd.py runs it under micrograd too, and changes nothing
but the import lines.
"""

import math
import random

from autograd import Value
from nn import MLP


def moons(n, noise):
    """n points on two interleaved half circles, and their labels -1 and 1."""
    points, labels = [], []
    for i in range(n):
        label = 1 if i % 2 else -1
        angle = random.uniform(0, math.pi)
        x, y = math.cos(angle), math.sin(angle)
        if label == 1:
            x, y = 1.0 - x, 0.5 - y
        points.append([x + random.gauss(0, noise), y + random.gauss(0, noise)])
        labels.append(label)
    return points, labels


def main():
    """Train, and print the loss before each step."""
    random.seed(1337)
    points, labels = moons(20, 0.1)
    model = MLP(2, [16, 16, 1])

    for step in range(8):
        inputs = [list(map(Value, point)) for point in points]
        scores = list(map(model, inputs))
        losses = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        penalty = 1e-4 * sum(p * p for p in model.parameters())
        loss = data_loss + penalty
        pairs = zip(labels, scores, strict=True)
        accuracy = [(label > 0) == (score.data > 0) for label, score in pairs]

        model.zero_grad()
        loss.backward()
        rate = 1.0 - 0.9 * step / 100
        for p in model.parameters():
            p.data -= rate * p.grad

        print(step, loss.data, sum(accuracy) / len(accuracy))  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main()
