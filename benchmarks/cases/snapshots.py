"""Snapshots: a `Graph` of a long and of a wide computation.

400,000 times y·0.999 + 0.001 (1,600,001 nodes), and one pass of an untrained 784-128-10 network.
Seconds of single runs, the collector on. A node's bytes, as `tracemalloc` counts them, are those
that stay after slopes and gradients have been read.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from importlib import import_module
from random import Random
from typing import Any

from benchmarks.report import Bar, Row
from benchmarks.runner import Job, Plan, Report, run
from benchmarks.worker import busy, serve


def measure(plan: Plan) -> Iterator[Row]:
    """Seconds, ratios to the backward pass of the same recording, and bytes of a node."""
    steps = plan.choose(400_000, 20_000)
    long, wide = run(Job(__name__, what="long", steps=steps)), run(Job(__name__, what="wide"))
    whole = steps == 400_000  # bars are those of the whole run
    for what, seconds in long["seconds"].items():
        bar = Bar("≤", 3.0) if whole and what != "backward" else None
        times = f"{seconds / long['seconds']['backward']:.1f} times its backward pass"
        yield Row(f"{what}, {long['nodes']:,} nodes", seconds, "s", bar, times)
    yield Row("memory", long["bytes"], "bytes a node", Bar("≤", 80.0))
    yield Row(f"`Graph`, 784-128-10, {wide['nodes']:,} nodes", wide["seconds"]["`Graph`"], "s",
              Bar("≤", 0.4))  # fmt: skip


def work(what: str, steps: int = 0) -> Report:
    """How long each thing took, how many nodes there were, and the bytes of one."""
    autograd = import_module("autograd")
    root = chain(autograd.Value, steps) if what == "long" else network(784)
    seconds: dict[str, float] = {}

    def timed(name: str, action: Any) -> Any:
        start = busy()
        result = action()
        seconds[name] = busy() - start
        return result

    timed("backward", root.backward)
    graph = timed("`Graph`", lambda: autograd.Graph(root))
    timed("`check_finite`", lambda: autograd.check_finite(root))
    nodes = len(graph)
    del graph
    tracemalloc.start()
    graph = autograd.Graph(root)
    assert graph.nodes[0].grad is not None or graph.nodes[0].kind != "variable"
    held = tracemalloc.get_traced_memory()[0]
    return {"seconds": seconds, "nodes": nodes, "bytes": held / nodes}


def chain(value: Any, steps: int) -> Any:
    """y·0.999 + 0.001, over and over."""
    y = value(1.0)
    for _ in range(steps):
        y = y * 0.999 + 0.001
    return y


def network(inputs: int) -> Any:
    """The sum of the outputs of an untrained network."""
    rng = Random(0)
    model = import_module("nn").MLP(inputs, [128, 10], rng=rng)
    outputs = model([rng.random() for _ in range(inputs)])
    return import_module("autograd").sum(outputs)


if __name__ == "__main__":
    serve(work, what="long", steps=400_000)
