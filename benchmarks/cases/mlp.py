"""A network's step, compared with micrograd 0.1.0.

An MLP 2-16-16-1 on 100 points of two moons, hinge loss, as in micrograd's demo. The time includes
zeroing gradients, forward, backward, and freeing the graph. *Built with `nn`* is how a user of
glassgrad writes it; *plain `+` and `*`* is micrograd's own network with our Value: 65,000 nodes.
Losses and gradients of all three are compared first, and are the same to 1e-12.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from importlib import import_module
from statistics import median
from typing import Any

from benchmarks.data import moons
from benchmarks.environments import micrograd
from benchmarks.report import Bar, Row
from benchmarks.runner import Job, Plan, Report, agree, alternate, medians, ratio, run
from benchmarks.worker import serve, stopwatch

SIZES = (16, 16, 1)
BARS = {
    ("nn", "on"): Bar("≥", 40.0),
    ("nn", "off"): Bar("≥", 6.0),
    ("plain", "on"): Bar("≥", 12.0),
}
NAMES = {"nn": "built with `nn`", "plain": "plain `+` and `*`"}

# What runs a step: it returns the loss, and leaves the gradients in the parameters.
Step = Callable[[], Any]


def measure(plan: Plan) -> Iterator[Row]:
    """Ratios to micrograd with the collector on and off."""
    peer = {"nn": {}, "plain": {}, "micrograd": {"python": micrograd()}}
    checks = {e: run(Job(__name__, engine=e, steps=0, **more)) for e, more in peer.items()}
    agree(checks, "loss", 1e-12)
    agree(checks, "gradients", 1e-12)
    for collector in ("on", "off"):
        jobs = {
            engine: Job(
                __name__,
                engine=engine,
                collector=collector,
                steps=plan.choose(3, 1) if engine == "micrograd" else plan.choose(15, 5),
                **more,
            )
            for engine, more in peer.items()
        }
        seconds = {e: medians(reports) for e, reports in alternate(jobs, plan.rounds).items()}
        theirs = 1e3 * median(seconds["micrograd"])
        for engine, what in NAMES.items():
            ours = 1e3 * median(seconds[engine])
            yield Row(
                f"{what}, collector {collector}",
                ratio(seconds["micrograd"], seconds[engine]),
                "×",
                BARS.get((engine, collector)),
                f"{ours:.1f} ms, micrograd {theirs:.0f} ms",
            )


def work(engine: str, steps: int) -> Report:
    """One engine's loss and gradients, and the seconds of each step."""
    points, labels = moons(100)
    builders = {"nn": built_with_nn, "plain": built_plainly, "micrograd": built_with_micrograd}
    step, parameters = builders[engine](points, labels)
    weights = random.Random(1337)
    for parameter in parameters:
        parameter.data = weights.uniform(-1.0, 1.0)

    def whole_step() -> Any:
        for parameter in parameters:
            parameter.grad = 0.0
        loss = step()
        loss.backward()
        return loss

    loss = whole_step().data
    gradients = [parameter.grad for parameter in parameters]
    seconds = stopwatch(whole_step, steps) if steps else []
    return {"loss": [loss], "gradients": gradients, "seconds": seconds}


def built_with_nn(points: list[list[float]], labels: list[float]) -> tuple[Step, list[Any]]:
    """The step as a user of glassgrad writes it."""
    nn = import_module("nn")
    model = nn.MLP(2, list(SIZES))

    def step() -> Any:
        return nn.hinge([model(point) for point in points], labels)

    return step, list(model.parameters())


def built_with_micrograd(points: list[list[float]], labels: list[float]) -> tuple[Step, list[Any]]:
    """The step of micrograd's demo."""
    value = import_module("micrograd.engine").Value
    model = import_module("micrograd.nn").MLP(2, list(SIZES))
    return demo_step(value, model, points, labels), model.parameters()


def built_plainly(points: list[list[float]], labels: list[float]) -> tuple[Step, list[Any]]:
    """The step of micrograd's demo on our Value."""
    value = import_module("autograd").Value
    widths = (2, *SIZES)
    layers = [
        [PlainNeuron(value, widths[i], nonlin=i < len(SIZES) - 1) for _ in range(widths[i + 1])]
        for i in range(len(SIZES))
    ]

    def model(x: list[Any]) -> Any:
        for layer in layers:
            x = [neuron(x) for neuron in layer]
        return x[0]

    parameters = [p for layer in layers for neuron in layer for p in (*neuron.w, neuron.b)]
    return demo_step(value, model, points, labels), parameters


class PlainNeuron:
    """micrograd's neuron: two nodes for each input."""

    def __init__(self, value: Any, inputs: int, *, nonlin: bool) -> None:
        self.w = [value(0.0) for _ in range(inputs)]
        self.b = value(0.0)
        self.nonlin = nonlin

    def __call__(self, x: list[Any]) -> Any:
        """The weighted sum, rectified."""
        act = sum((wi * xi for wi, xi in zip(self.w, x, strict=False)), self.b)
        return act.relu() if self.nonlin else act


def demo_step(value: Any, model: Any, points: list[list[float]], labels: list[float]) -> Step:
    """Inputs to Values, scores, hinge losses and their mean, as micrograd's demo.ipynb has them."""

    def step() -> Any:
        inputs = [list(map(value, point)) for point in points]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * score).relu() for yi, score in zip(labels, scores, strict=True)]
        return sum(losses) * (1.0 / len(losses))

    return step


if __name__ == "__main__":
    serve(work, engine="nn", steps=15)
