"""Time for each node, as graphs grow.

Nanoseconds to build a graph and differentiate it, divided by its nodes, the collector off. A
*chain* is y·w + b, over and over; a *net* has layers of 16 neurons, written with plain `+` and `*`.
A large graph is slower because it does not fit the processor's caches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from statistics import median
from typing import Any

from benchmarks.report import Bar, Row
from benchmarks.runner import Job, Plan, Report, alternate, medians, ratio
from benchmarks.worker import busy, serve

from .memory import chain

WIDTH = 16


def measure(plan: Plan) -> Iterator[Row]:
    """How much slower a node is in a large graph than in a small one."""
    sizes = [1_000, 10_000, 100_000] + ([] if plan.quick else [1_000_000])
    for shape in ("net", "chain"):
        jobs = {
            f"{size:,}": Job(__name__, shape=shape, nodes=size, collector="off") for size in sizes
        }
        reports = alternate(jobs, plan.choose(3, 2))
        seconds = {size: medians(found) for size, found in reports.items()}
        times = ", ".join(f"{1e9 * median(times):.0f} at {size}" for size, times in seconds.items())
        freeing = 1e9 * median(medians(reports[f"{sizes[-1]:,}"], "free"))
        smallest, *_, largest = seconds.values()
        yield Row(
            f"{shape}: from 1,000 to {sizes[-1]:,} nodes",
            ratio(largest, smallest),
            "×",
            Bar("<", 2.0),
            f"ns a node: {times}; and {freeing:.0f} to free it",
        )


def work(shape: str, nodes: int) -> Report:
    """Seconds for each node to build and differentiate, and to free, of several runs."""
    value = import_module("autograd").Value
    build: Callable[[Any, int], Any] = {"chain": chain, "net": net}[shape]
    seconds, free = [], []
    for count in range(max(3, 300_000 // nodes)):
        start = busy()
        root = build(value, nodes)
        root.backward()
        built = busy()
        del root
        end = busy()
        if count:  # the first warms up
            seconds.append((built - start) / nodes)
            free.append((end - built) / nodes)
    return {"seconds": seconds, "free": free}


def net(value: Any, count: int) -> Any:
    """The root of ``count`` nodes: layers of 16 neurons, the last one cut short; then its sum."""
    weights = [[value(((i * j) % 7 - 3) / 16) for i in range(WIDTH)] for j in range(WIDTH)]
    bias = value(0.1)
    x = [value(1.0) for _ in range(WIDTH)]
    neurons, rest = divmod(count - (WIDTH - 1), 2 * WIDTH + 1)
    for start in range(0, neurons, WIDTH):
        outputs = [neuron(row, x, bias) for row in weights[: neurons - start]]
        x = outputs + x[len(outputs) :]
    root = x[0]
    for xi in x[1:]:
        root = root + xi
    for _ in range(rest):
        root = root + bias
    return root


def neuron(weights: list[Any], inputs: list[Any], bias: Any) -> Any:
    """Two nodes for each input, and one for relu."""
    total = bias
    for w, x in zip(weights, inputs, strict=True):
        total = total + w * x
    return total.relu()


if __name__ == "__main__":
    serve(work, shape="net", nodes=1_000)
