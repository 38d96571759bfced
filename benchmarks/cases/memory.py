"""Memory of a node.

Bytes, as `tracemalloc` counts them, and objects that the garbage collector tracks: what each
further node adds to a chain y·w + b, y·w + b, … of binary nodes, and to a chain of neurons.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from benchmarks.environments import micrograd
from benchmarks.report import Bar, Row
from benchmarks.runner import Job, Plan, Report, run
from benchmarks.worker import serve

NODES = 10_000

Builder = Callable[[Any, int], Any]


def measure(plan: Plan) -> Iterator[Row]:  # noqa: ARG001 - bytes are the same in every round
    """Bytes and objects of one node, ours and micrograd's."""
    ours = run(Job(__name__, engine="chain"))
    theirs = run(Job(__name__, engine="micrograd", python=micrograd()))
    neuron = run(Job(__name__, engine="dot"))
    for key, what, unit, bar in (
        ("forward", "a binary node, after forward", "bytes", Bar("≤", 120.0)),
        ("backward", "a binary node, after backward", "bytes", Bar("≤", 144.0)),
        ("objects", "objects tracked by the collector, a binary node", "", Bar("≤", 1.0)),
    ):
        yield Row(what, round(ours[key], 1), unit, bar, f"micrograd {theirs[key]:.1f}")
    yield Row(
        "a `dot` of 16 weights, 16 inputs and a bias, after backward",
        neuron["backward"],
        "bytes",
        detail=f"{neuron['objects']:.1f} objects, in place of 32 binary nodes",
    )


def work(engine: str) -> Report:
    """Bytes of a node after forward and after backward, and objects of a node."""
    value = import_module("micrograd.engine" if engine == "micrograd" else "autograd").Value
    build = neurons if engine == "dot" else chain
    sys.setrecursionlimit(10 * NODES)  # micrograd's backward is recursive
    gc.disable()
    tracemalloc.start()
    build(value, 100).backward()  # what is made once, on first use, does not count for a node
    small, large = cost(build, value, NODES), cost(build, value, 2 * NODES)
    return {key: (large[key] - small[key]) / NODES for key in small}


def cost(build: Builder, value: Any, count: int) -> dict[str, int]:
    """Bytes and objects of a graph of ``count`` nodes, its leaves included."""
    gc.collect()
    objects = len(gc.get_objects())
    before = tracemalloc.get_traced_memory()[0]
    root = build(value, count)
    forward = tracemalloc.get_traced_memory()[0] - before
    tracked = len(gc.get_objects()) - objects
    root.backward()
    backward = tracemalloc.get_traced_memory()[0] - before
    return {"forward": forward, "backward": backward, "objects": tracked}


def chain(value: Any, count: int) -> Any:
    """The last of ``count`` binary nodes, each made from the previous one."""
    y, w, b = value(1.0), value(0.999), value(0.001)
    for _ in range(count // 2):
        y = y * w + b
    return y


def neurons(value: Any, count: int) -> Any:
    """The last of ``count`` neurons with 16 inputs, one of which is the previous neuron."""
    dot: Callable[..., Any] = import_module("autograd").dot
    weights, inputs, bias = [value(0.05) for _ in range(16)], [value(1.0)] * 15, value(0.5)
    y = value(1.0)
    for _ in range(count):
        y = dot(weights, [y, *inputs], bias)
    return y


if __name__ == "__main__":
    serve(work, engine="chain")
