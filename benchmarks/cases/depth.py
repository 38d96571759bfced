"""Depth.

One chain of operations, y·w + b over and over. Nothing recurses, so it can do everything that a
small graph can. Seconds of single runs, the collector on; the memory is the process's peak so far,
of which an empty Python takes 10 to 16 MB. For information.
"""

from __future__ import annotations

import copy
import pickle
import sys
from collections.abc import Iterator
from importlib import import_module

from benchmarks.report import Row
from benchmarks.runner import Job, Plan, Report, run
from benchmarks.worker import busy, serve

from .memory import chain


def measure(plan: Plan) -> Iterator[Row]:
    """Seconds and peak memory of each thing done with the chain."""
    nodes = plan.choose(1_000_000, 100_000)
    parts = run(Job(__name__, nodes=nodes))["parts"]
    for what, seconds, megabytes in parts:
        peak = f"peak {megabytes:,.0f} MB" if megabytes else ""
        yield Row(f"{what}, {nodes:,} operations", seconds, "s", detail=peak)


def work(nodes: int) -> Report:
    """What was done, how long it took, and the highest memory up to then."""
    value = import_module("autograd").Value
    parts: list[tuple[str, float, float]] = []
    start = busy()

    def done(what: str) -> None:
        nonlocal start
        parts.append((what, busy() - start, peak_megabytes()))
        start = busy()

    y = chain(value, nodes)
    done("build")
    y.backward()
    done("backward")
    twin = copy.deepcopy(y)
    done("deepcopy")
    del twin
    done("free the copy")
    text = pickle.dumps(y, protocol=pickle.HIGHEST_PROTOCOL)
    done("pickle")
    twin = pickle.loads(text)  # noqa: S301 - it was written three lines above
    done("unpickle")
    del twin, text
    start = busy()
    del y
    done("free")
    return {"parts": parts}


def peak_megabytes() -> float:
    """The most memory that this process has held; 0.0 where the system does not say."""
    if sys.platform == "win32":
        return 0.0
    import resource  # noqa: PLC0415 - Windows has none

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    serve(work, nodes=1_000_000)
