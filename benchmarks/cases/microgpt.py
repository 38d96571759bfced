"""microgpt's step, with our Value in place of its own.

Forward, backward, Adam and freeing the graph, on one name after the other. *Its own Value* is a
class in the style of microgpt's (`reference.py`); then ours replaces it, in the same code; then
ours with `dot` for every Σ w·x. The losses of all three are the same to 1e-9.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from statistics import fmean, median
from typing import Any

from benchmarks import data
from benchmarks.report import Row
from benchmarks.runner import Job, Plan, Report, agree, alternate, ratio, run
from benchmarks.transformer import Transformer, plain_dot
from benchmarks.worker import serve

ENGINES = {"reference": "its own Value", "plain": "our Value", "dot": "our Value and `dot`"}
PARTS = ("forward", "backward", "update", "free")


def measure(plan: Plan) -> Iterator[Row]:
    """Milliseconds for each step, and ratios to microgpt's own class."""
    steps = plan.choose(8, 3)

    def jobs(collector: str = "on", count: int = 0) -> dict[str, Job]:
        return {
            engine: Job(
                __name__,
                engine=engine,
                collector=collector,
                steps=steps,
                names=plan.names,
                count=count,
            )
            for engine in ENGINES
        }

    checks = {engine: run(job) for engine, job in jobs(count=1).items()}
    agree(checks, "losses", 1e-9)
    for collector in ("on", "off"):
        reports = alternate(jobs(collector=collector), plan.rounds)
        theirs = [report["seconds"] for report in reports["reference"]]
        for engine, found in reports.items():
            seconds = [report["seconds"] for report in found]
            parts = [f"{part} {1e3 * median(r[part] for r in found):.1f}" for part in PARTS]
            faster = f"; {ratio(theirs, seconds):.1f}× faster" if engine != "reference" else ""
            yield Row(
                f"{ENGINES[engine]}, collector {collector}",
                1e3 * median(seconds),
                "ms a step",
                detail=f"{', '.join(parts)}; {checks[engine]['nodes']:,.0f} nodes{faster}",
            )


def work(engine: str, steps: int, names: str, count: int) -> Report:
    """The losses, and means over the steps: seconds, and if ``count`` is 1, nodes."""
    value, dot, nodes_below = engine_parts(engine)
    model = Transformer(value, read(names), dot)
    losses, times = [], []
    for number in range(steps + 1):  # the first warms up
        if not gc.isenabled():
            gc.collect()
        loss, seconds = model.step(number)
        losses.append(loss)
        times.append(seconds)
    report = {part: fmean([time[part] for time in times[1:]]) for part in times[0]}
    nodes = [nodes_below(model.loss(number)) for number in range(1, steps + 1) if count]
    return {"losses": losses, "nodes": fmean(nodes or [0]), **report}


def engine_parts(engine: str) -> tuple[Any, Callable[..., Any], Callable[[Any], int]]:
    """The Value class, how it takes a dot product, and how its nodes are counted."""
    if engine == "reference":
        value = import_module("benchmarks.reference").Value
        return value, plain_dot, lambda root: len(root.topological())
    autograd = import_module("autograd")
    dot = autograd.dot if engine == "dot" else plain_dot
    return autograd.Value, dot, lambda root: len(autograd.Graph(root))


def read(names: str) -> list[str]:
    """The names in a file, or the invented ones."""
    if not names:
        return data.names()
    lines = Path(names).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip()]


if __name__ == "__main__":
    serve(work, engine="plain", steps=8, names="", count=0)
