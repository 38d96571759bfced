"""The gradient of one example, compared with a backward pass written by hand.

The loss of an MLP 2-16-16-1 (relu, squared error) on one example, and its 337 slopes. *By hand* is
with Python's own floats in the same order of additions: the function alone, and the function with
its backward pass. What an engine costs beyond that is the price of recording. The losses and slopes
of all are compared first, and are the same to 1e-12.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import pairwise
from statistics import median
from typing import Any

from benchmarks.report import Row
from benchmarks.runner import Job, Plan, Report, agree, alternate, medians, ratio, run
from benchmarks.worker import serve, stopwatch

SIZES = (2, 16, 16, 1)
X, Y = [0.5, -1.0], 1.0
CALLS = 200  # timed together: one takes too little for a clock

# A neuron's weights, its bias last.
Network = list[list[list[float]]]


def measure(plan: Plan) -> Iterator[Row]:
    """How many times the time of plain floats."""
    engines = ("nn", "gradient", "function")
    checks = {e: run(Job(__name__, engine=e, rounds=0)) for e in engines}
    agree(checks, "loss", 1e-12)
    agree({e: checks[e] for e in ("nn", "gradient")}, "slopes", 1e-12)
    jobs = {e: Job(__name__, engine=e, collector="off", rounds=plan.choose(25, 5)) for e in engines}
    seconds = {e: medians(reports) for e, reports in alternate(jobs, plan.rounds).items()}
    us = {e: 1e6 / CALLS * median(found) for e, found in seconds.items()}
    for engine, what in (("gradient", "the backward pass by hand"), ("function", "the function")):
        yield Row(f"nn's gradient ÷ {what}", ratio(seconds["nn"], seconds[engine]), "×", None,
                  f"{us['nn']:.0f} µs, {us[engine]:.0f} µs")  # fmt: skip


def work(engine: str, rounds: int) -> Report:
    """One engine's loss and slopes, and the seconds of many calls."""
    rng = random.Random(1337)
    network = [
        [[rng.uniform(-1.0, 1.0) for _ in range(nin + 1)] for _ in range(nout)]
        for nin, nout in pairwise(SIZES)
    ]
    makers: dict[str, Callable[[Network], Callable[[], tuple[float, Any]]]] = {
        "nn": with_nn,
        "gradient": lambda network: lambda: gradient_by_hand(network),
        "function": lambda network: lambda: (function_by_hand(network), None),
    }
    call = makers[engine](network)

    def many() -> None:
        for _ in range(CALLS):
            call()

    loss, slopes = call()
    flat = [slope for layer in slopes or () for neuron in layer for slope in neuron]
    return {
        "loss": [loss],
        "slopes": flat,
        "seconds": stopwatch(many, rounds) if rounds else [],
    }


def with_nn(network: Network) -> Callable[[], tuple[float, Any]]:
    """Gradients to zero, forward, backward."""
    nn = import_module("nn")
    model = nn.MLP(SIZES[0], SIZES[1:])
    flat = [number for layer in network for neuron in layer for number in neuron]
    for parameter, number in zip(model.parameters(), flat, strict=True):
        parameter.data = number
    called = False

    def call() -> tuple[float, Any]:
        nonlocal called
        model.zero_grad()
        loss = nn.mse(model(X), Y)
        loss.backward()
        if called:  # only the first result is looked at
            return loss.data, None
        called = True
        return loss.data, [[[p.grad for p in model.parameters()]]]

    return call


def function_by_hand(network: Network) -> float:
    """The loss."""
    xs = X
    last = len(network) - 1
    for number, layer in enumerate(network):
        outputs = []
        for neuron in layer:
            z = neuron[-1]
            for w, x in zip(neuron, xs):  # noqa: B905 - the bias is last
                z += w * x
            outputs.append(z if number == last or z > 0.0 else 0.0)
        xs = outputs
    return (xs[0] - Y) ** 2


def gradient_by_hand(network: Network) -> tuple[float, Network]:
    """The loss, and its slope with respect to every weight."""
    inputs = [X]
    last = len(network) - 1
    for number, layer in enumerate(network):
        outputs = []
        for neuron in layer:
            z = neuron[-1]
            for w, x in zip(neuron, inputs[-1]):  # noqa: B905 - the bias is last
                z += w * x
            outputs.append(z if number == last or z > 0.0 else 0.0)
        inputs.append(outputs)
    error = inputs[-1][0] - Y
    slopes: Network = []
    upstream = [2.0 * error]
    for layer, xs, outputs in zip(network[::-1], inputs[-2::-1], inputs[:0:-1], strict=True):
        below = [0.0] * len(xs)
        slopes_here = []
        for neuron, output, g in zip(layer, outputs, upstream, strict=True):
            if layer is not network[-1] and output <= 0.0:
                g = 0.0  # noqa: PLW2901 - behind a relu that is off
            slopes_here.append([*[g * x for x in xs], g])
            for i, w in enumerate(neuron[:-1]):
                below[i] += g * w
        slopes.append(slopes_here)
        upstream = below
    return error**2, slopes[::-1]


if __name__ == "__main__":
    serve(work, engine="nn", rounds=25)
