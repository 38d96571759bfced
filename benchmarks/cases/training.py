"""An epoch of training on handwritten digits, compared with loops written by hand.

A network of 64, 32 and 10 units (relu, cross-entropy, SGD with momentum, batches of 16) learns from
320 of scikit-learn's digits. *`nn.fit`* is one call; *by hand* is the loop that it replaces, with
the same model; *micrograd-style* is a network of plain `+` and `*` with a Value in the style of
microgpt's (`reference.py`); *torch* is a loop over matrices of doubles. The losses of all are
compared first, and are the same to 1e-9. *With callbacks* adds a callback with all hooks, early
stopping and progress lines; the checkpoint is written before and after the epoch, complete and
synced to the disk. Both are compared with epochs without them, which take turns in the same
process, because they add less than the difference between two processes.
"""

from __future__ import annotations

import io
import itertools
import json
import random
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.data import digits_file
from benchmarks.environments import torch
from benchmarks.report import Bar, Row
from benchmarks.runner import (
    Job,
    Plan,
    Report,
    agree,
    alternate,
    excess,
    medians,
    ratio,
    run,
)  # fmt: skip
from benchmarks.worker import serve, stopwatch

SIZES = (64, 32, 10)
BATCH = 16
RATE, MOMENTUM = 0.05, 0.9
ADDED = ("callbacks", "checkpoint")  # what is measured against epochs without it

# What trains for one epoch, and returns the mean loss of the batches.
Epoch = Callable[[], float]
Data = tuple[list[list[float]], list[int]]


def measure(plan: Plan) -> Iterator[Row]:
    """Ratios of epochs, and what callbacks add."""
    file = digits_file(320)
    engines: dict[str, dict[str, Any]] = {
        "fit": {},
        "callbacks": {},
        "checkpoint": {},
        "hand": {},
        "style": {},
        "torch": {"python": torch()},
    }
    agree({e: run(Job(__name__, engine=e, data=file, epochs=0, **more))
           for e, more in engines.items()}, "loss", 1e-9)  # fmt: skip
    jobs = {
        engine: Job(
            __name__,
            engine=engine,
            data=file,
            epochs=1 if engine == "style" else plan.choose(7, 3),
            **more,
        )
        for engine, more in engines.items()
    }
    reports = alternate(jobs, plan.rounds)
    seconds = {engine: medians(found) for engine, found in reports.items()}
    without = {engine: medians(reports[engine], "without") for engine in ADDED}
    ms = {engine: 1e3 * median(found) for engine, found in seconds.items()}
    yield Row("`nn.fit`, an epoch", ms["fit"], "ms")
    yield Row("against the micrograd-style loop", ratio(seconds["style"], seconds["fit"]), "×",
              None, f"{ms['style']:,.0f} ms")  # fmt: skip
    yield Row("against the same loop by hand", ratio(seconds["hand"], seconds["fit"]), "×",
              None, f"{ms['hand']:.1f} ms")  # fmt: skip
    yield Row("against torch's matrices", ratio(seconds["torch"], seconds["fit"]), "×",
              None, f"{ms['torch']:.1f} ms")  # fmt: skip
    added = 100.0 * (ratio(seconds["callbacks"], without["callbacks"]) - 1.0)
    yield Row("what callbacks add", added, "%", Bar("<", 3.0), f"{ms['callbacks']:.1f} ms")
    added = 1e3 * excess(seconds["checkpoint"], without["checkpoint"])
    yield Row("what a checkpoint of 2,410 parameters adds", added, "ms")


def work(engine: str, data: str, epochs: int) -> Report:
    """One engine's loss in its first epoch, and the seconds of others."""
    X, y = json.loads(Path(data).read_text(encoding="utf-8"))
    makers: dict[str, Callable[[Data, list[float]], Epoch]] = {
        "hand": by_hand,
        "style": micrograd_style,
        "torch": with_torch,
    }
    if engine in makers:
        epoch = makers[engine]((X, y), weights())
    else:
        epoch = with_fit((X, y), weights(), engine)
    report: Report = {"loss": [epoch()], "seconds": [], "without": []}
    if engine in ADDED:
        turns = itertools.cycle([with_fit((X, y), weights(), "fit"), epoch])
        one = lambda: next(turns)()  # noqa: E731, PLW0108 - asked anew each time
        seconds = stopwatch(one, 2 * epochs + 1) if epochs else []
        return {**report, "seconds": seconds[::2], "without": seconds[1::2]}
    return {**report, "seconds": stopwatch(epoch, epochs) if epochs else []}


def weights() -> list[float]:
    """The same start for all: each neuron's weights, then its bias."""
    rng = random.Random(1337)
    return [
        rng.gauss(0.0, (2.0 / nin) ** 0.5) if i < nin else 0.0
        for nin, nout in itertools.pairwise(SIZES)
        for _ in range(nout)
        for i in range(nin + 1)
    ]


def with_fit(data: Data, start: list[float], engine: str) -> Epoch:
    """One call an epoch; the optimiser keeps its velocities in between."""
    nn = import_module("nn")
    model = built(start)
    optimiser = nn.SGD(model, lr=RATE, momentum=MOMENTUM)
    options: dict[str, Any] = {}
    if engine == "callbacks":
        progress = import_module("nn.training.callbacks").Progress(io.StringIO())
        options["callbacks"] = [watching(nn.Callback), nn.EarlyStopping(), progress]
    elif engine == "checkpoint":
        options["checkpoint"] = Path(__file__).parents[2] / ".bench" / "checkpoint"

    def epoch() -> float:
        history = nn.fit(
            model, *data, loss="cross_entropy", optimizer=optimiser, epochs=1, batch_size=BATCH,
            shuffle=False, progress=False, **options,
        )  # fmt: skip
        return float(history["loss"][0])

    return epoch


def watching(callback: Any) -> Any:
    """A callback with every hook."""
    hooks = ("on_fit_begin", "on_epoch_begin", "on_batch_end", "on_epoch_end", "on_fit_end")

    def note(self: Any, training: Any) -> None:
        self.seen = training.epoch

    return type("Watching", (callback,), dict.fromkeys(hooks, note))()


def by_hand(data: Data, start: list[float]) -> Epoch:
    """The loop that `nn.fit` replaces."""
    nn = import_module("nn")
    model = built(start)
    optimiser = nn.SGD(model, lr=RATE, momentum=MOMENTUM)

    def epoch() -> float:
        total = 0.0
        for xs, ys in batches(data):
            loss = nn.cross_entropy([model(x) for x in xs], ys)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.data * len(ys)
        return total / len(data[1])

    return epoch


def built(start: list[float]) -> Any:
    """Our network with these weights."""
    model = import_module("nn").MLP(SIZES[0], SIZES[1:])
    for parameter, number in zip(model.parameters(), start, strict=True):
        parameter.data = number
    return model


def micrograd_style(data: Data, start: list[float]) -> Epoch:
    """Every product and every sum a Value of its own; the step is written out."""
    value = import_module("benchmarks.reference").Value
    numbers = iter(start)
    layers = [
        [[value(next(numbers)) for _ in range(nin + 1)] for _ in range(nout)]
        for nin, nout in itertools.pairwise(SIZES)
    ]
    parameters = [p for layer in layers for neuron in layer for p in neuron]
    velocities = [0.0] * len(parameters)

    def model(x: list[Any]) -> list[Any]:
        for number, layer in enumerate(layers):
            sums = [
                sum((w * xi for w, xi in zip(neuron, x, strict=False)), neuron[-1])
                for neuron in layer
            ]
            x = [z.relu() for z in sums] if number + 1 < len(layers) else sums
        return x

    def cross_entropy(logits: list[Any], target: int) -> Any:
        most = max(logit.data for logit in logits)
        shifted = [logit - most for logit in logits]
        return sum((z.exp() for z in shifted), value(0.0)).log() - shifted[target]

    def epoch() -> float:
        total = 0.0
        for xs, ys in batches(data):
            losses = [cross_entropy(model(x), y) for x, y in zip(xs, ys, strict=True)]
            loss = sum(losses, value(0.0)) * (1.0 / len(losses))
            for parameter in parameters:
                parameter.grad = 0.0
            loss.backward()
            for i, parameter in enumerate(parameters):
                velocities[i] = MOMENTUM * velocities[i] + parameter.grad
                parameter.data -= RATE * velocities[i]
            total += loss.data * len(ys)
        return float(total / len(data[1]))

    return epoch


def with_torch(data: Data, start: list[float]) -> Epoch:
    """The loop of PyTorch's own tutorials, in doubles."""
    engine = import_module("torch")
    engine.set_num_threads(1)
    engine.set_default_dtype(engine.float64)
    layers = [engine.nn.Linear(nin, nout) for nin, nout in itertools.pairwise(SIZES)]
    numbers = iter(start)
    with engine.no_grad():
        for layer in layers:
            for row in range(layer.out_features):
                for column in range(layer.in_features):
                    layer.weight[row, column] = next(numbers)
                layer.bias[row] = next(numbers)
    model = engine.nn.Sequential(layers[0], engine.nn.ReLU(), layers[1])
    optimiser = engine.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    loss_of = engine.nn.CrossEntropyLoss()
    ready = [(engine.tensor(xs), engine.tensor(ys)) for xs, ys in batches(data)]

    def epoch() -> float:
        total = 0.0
        for xs, ys in ready:
            loss = loss_of(model(xs), ys)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(ys)
        return total / len(data[1])

    return epoch


def batches(data: Data) -> Iterator[Data]:
    """The examples in order, in batches."""
    rows, targets = data
    for first in range(0, len(rows), BATCH):
        yield rows[first : first + BATCH], targets[first : first + BATCH]


if __name__ == "__main__":
    serve(work, engine="fit", data="", epochs=3)
