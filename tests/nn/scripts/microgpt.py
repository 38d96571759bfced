"""A GPT of scalars, written anew from the specification of microgpt v2 (Karpathy, 2026).

    python microgpt.py names.txt 13

trains on a file with a name per line and prints the loss of each step. The specification fixes
every number: the seed, the order in which weights are drawn and the order of every sum.
"""

import random
import sys
from pathlib import Path

from autograd import Value

EMBEDDING, HEADS, LAYERS, BLOCK = 16, 4, 1, 16
HEAD = EMBEDDING // HEADS
STEPS = 1000  # of the whole run: the learning rate falls to 0 over these
RATE, BETA1, BETA2, EPS = 0.01, 0.85, 0.99, 1e-8


def matrix(rows, columns):
    """Weights from the normal distribution, row by row."""
    return [[Value(random.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]


def parameters(vocabulary):
    """All weights, in the order that fixes the stream of random numbers."""
    weights = {
        "wte": matrix(vocabulary, EMBEDDING),
        "wpe": matrix(BLOCK, EMBEDDING),
        "lm_head": matrix(vocabulary, EMBEDDING),
    }
    for i in range(LAYERS):
        for name in ("wq", "wk", "wv", "wo"):
            weights[f"{name}{i}"] = matrix(EMBEDDING, EMBEDDING)
        weights[f"fc1{i}"] = matrix(4 * EMBEDDING, EMBEDDING)
        weights[f"fc2{i}"] = matrix(EMBEDDING, 4 * EMBEDDING)
    return weights


def linear(x, rows):
    """Each row's weighted sum of x."""
    return [sum(w * xi for w, xi in zip(row, x, strict=True)) for row in rows]


def softmax(logits):
    """Probabilities; the largest logit is subtracted as a plain number."""
    largest = max(logit.data for logit in logits)
    powers = [(logit - largest).exp() for logit in logits]
    total = sum(powers)
    return [power / total for power in powers]


def rmsnorm(x):
    """x, scaled to a mean square of 1."""
    mean_square = sum(xi * xi for xi in x) / len(x)
    scale = (mean_square + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def plus(x, y):
    """The sum of two vectors."""
    return [xi + yi for xi, yi in zip(x, y, strict=True)]


def attend(query, keys, values):
    """One head: the mean of the values, weighted by how well their keys fit the query."""
    fits = [sum(q * k for q, k in zip(query, key, strict=True)) / HEAD**0.5 for key in keys]
    weights = softmax(fits)
    return [
        sum(weight * value[j] for weight, value in zip(weights, values, strict=True))
        for j in range(HEAD)
    ]


def gpt(weights, token, position, cache):
    """The logits of the next token; keys and values of this one join the cache."""
    x = rmsnorm(plus(weights["wte"][token], weights["wpe"][position]))
    for i in range(LAYERS):
        keys, values = cache[i]
        residual, x = x, rmsnorm(x)
        query = linear(x, weights[f"wq{i}"])
        keys.append(linear(x, weights[f"wk{i}"]))
        values.append(linear(x, weights[f"wv{i}"]))
        heads = []
        for start in range(0, EMBEDDING, HEAD):
            part = slice(start, start + HEAD)
            heads += attend(query[part], [key[part] for key in keys], [v[part] for v in values])
        x = plus(linear(heads, weights[f"wo{i}"]), residual)
        residual, x = x, rmsnorm(x)
        hidden = [h.relu() for h in linear(x, weights[f"fc1{i}"])]
        x = plus(linear(hidden, weights[f"fc2{i}"]), residual)
    return linear(x, weights["lm_head"])


def main(path, steps):
    """Train for some steps, one name each."""
    random.seed(42)
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    names = [line.strip() for line in lines if line.strip()]
    random.shuffle(names)
    letters = sorted(set("".join(names)))
    boundary = len(letters)  # the token before and after a name

    weights = parameters(boundary + 1)
    flat = [p for rows in weights.values() for row in rows for p in row]
    m, v = [0.0] * len(flat), [0.0] * len(flat)

    for step in range(steps):
        name = names[step % len(names)]
        tokens = [boundary, *[letters.index(letter) for letter in name], boundary]
        n = min(BLOCK, len(tokens) - 1)
        cache = [([], []) for _ in range(LAYERS)]
        losses = []
        for position in range(n):
            logits = gpt(weights, tokens[position], position, cache)
            losses.append(-softmax(logits)[tokens[position + 1]].log())
        loss = (1 / n) * sum(losses)
        loss.backward()

        rate = RATE * (1 - step / STEPS)
        for i, p in enumerate(flat):
            m[i] = BETA1 * m[i] + (1 - BETA1) * p.grad
            v[i] = BETA2 * v[i] + (1 - BETA2) * p.grad**2
            m_hat = m[i] / (1 - BETA1 ** (step + 1))
            v_hat = v[i] / (1 - BETA2 ** (step + 1))
            p.data -= rate * m_hat / (v_hat**0.5 + EPS)
            p.grad = 0

        print(f"{loss.data:.4f}", flush=True)  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
