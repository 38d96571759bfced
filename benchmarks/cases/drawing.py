"""Drawing.

`viz.draw(v).svg()` for the pass of a network 2-11-11-1 written with plain `+` and `*`: with every
product and sum drawn (`expand=True`), and with the sums folded, which is the default. The time is
from the Value to the text of the SVG; most of it is another program that lays out the boxes.

*Folded to layers*: the loss of one example of a network 784-128-10 built with `nn`, which has
101,770 parameters, drawn as boxes with heatmaps of weights and gradients; `Graph` alone takes part
of that time. `draw_network` draws the same network.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from importlib import import_module
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.report import Bar, Row
from benchmarks.runner import Job, Plan, Report, alternate, medians
from benchmarks.worker import serve, stopwatch

from .mlp import PlainNeuron

PICTURES = {
    "forward": "forward, every node",
    "backward": "backward, every node",
    "folded": "backward, sums folded",
}
LARGE = {
    "layers": "`draw`, folded to layers",
    "graph": "of which `Graph`",
    "network": "`draw_network`",
}


def measure(plan: Plan) -> Iterator[Row]:
    """Seconds from a Value to SVG."""
    jobs = {name: Job(__name__, picture=name, times=plan.choose(3, 1)) for name in PICTURES}
    reports = alternate(jobs, plan.choose(3, 1))
    for name, what in PICTURES.items():
        found = reports[name][0]
        first = median(report["first"] for report in reports[name])
        yield Row(
            f"{what}, {found['boxes']} boxes",
            median(medians(reports[name])),
            "s",
            Bar("<", 1.0),
            f"{found['nodes']} nodes; the first in a process {first:.2f} s, "
            f"{found['characters'] / 1e3:,.0f} kB of SVG",
        )
    jobs = {name: Job(__name__, picture=name, times=plan.choose(3, 1)) for name in LARGE}
    reports = alternate(jobs, plan.choose(3, 1))
    for name, what in LARGE.items():
        found = reports[name][0]
        yield Row(
            f"101,770 parameters: {what}",
            median(medians(reports[name])),
            "s",
            None if name == "graph" else Bar("<", 3.0),
            f"{found['boxes']} boxes, {found['characters'] / 1e3:,.0f} kB of SVG"
            if name != "graph"
            else f"{found['nodes']:,} nodes",
        )


def work(picture: str, times: int) -> Report:
    """The seconds of drawings, and what was in them."""
    viz, graph = import_module("viz"), import_module("autograd").Graph
    if picture in LARGE:
        return large(picture, times, viz, graph)
    root = network()
    options: dict[str, Any] = {"max_nodes": 2_000, "expand": picture != "folded", "fold": False}
    if picture == "forward":
        options["view"] = "forward"
    texts: list[str] = []

    def draw() -> None:
        texts.append(viz.draw(root, **options).svg())

    start = perf_counter()
    draw()
    first = perf_counter() - start
    return {
        "first": first,
        "seconds": stopwatch(draw, times, clock=perf_counter),
        "nodes": len(graph(root)),
        "boxes": len(re.findall(r'class="node (?!legend)', texts[0])),
        "characters": len(texts[0]),
    }


def large(picture: str, times: int, viz: Any, graph: Any) -> Report:
    """The seconds of drawing a network of 101,770 parameters."""
    nn = import_module("nn")
    rng = random.Random(0)
    model = nn.MLP(784, [128, 10], rng=rng)
    x = [rng.random() for _ in range(784)]
    loss = nn.cross_entropy(model(x), 3)
    texts: list[str] = []
    draw = {
        "layers": lambda: texts.append(viz.draw(loss).svg()),
        "graph": lambda: texts.append(str(len(graph(loss)))),
        "network": lambda: texts.append(viz.draw_network(model, x).svg()),
    }[picture]
    seconds = stopwatch(draw, times, clock=perf_counter)
    return {
        "seconds": seconds,
        "nodes": int(texts[0]) if picture == "graph" else 0,
        "boxes": len(re.findall(r'class="node (?!legend)', texts[0])),
        "characters": len(texts[0]),
    }


def network() -> Any:
    """The output of a network 2-11-11-1 for one point: 509 nodes."""
    value = import_module("autograd").Value
    rng = random.Random(7)
    x = [value(0.5), value(-1.5)]
    for width in (11, 11, 1):
        layer = [PlainNeuron(value, len(x), nonlin=width > 1) for _ in range(width)]
        for neuron in layer:
            for weight in (*neuron.w, neuron.b):
                weight.data = rng.uniform(-1.0, 1.0)
        x = [neuron(x) for neuron in layer]
    return x[0]


if __name__ == "__main__":
    serve(work, picture="backward", times=3)
