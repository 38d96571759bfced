"""Imports.

What an import adds to the start of Python: the processor's time for whole processes, which take
turns with `python -c pass`; and whether viz has loaded graphviz, which only drawing needs.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from statistics import median
from time import perf_counter

from benchmarks.report import Bar, Row
from benchmarks.runner import ROOT, BenchmarkError, Plan, excess

STATEMENTS = {
    "pass": "pass",
    "autograd": "import autograd",
    "nn": "import nn",
    "viz": "import viz",
}
LOADED = "; import sys; print(int('graphviz' in sys.modules))"
DRAWN = "import autograd, viz; viz.draw(autograd.Value(1.0) * 2.0).svg()"


def measure(plan: Plan) -> Iterator[Row]:
    """Milliseconds above an empty program."""
    seconds: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    by_the_clock: dict[str, list[float]] = {name: [] for name in STATEMENTS}
    for count in range(plan.choose(21, 7) + 1):
        for name, statement in STATEMENTS.items():
            _, busy, clock = python(statement)
            if count:  # the first compiles to __pycache__
                seconds[name].append(busy)
                by_the_clock[name].append(clock)
    for name in list(STATEMENTS)[1:]:
        longer = 1e3 * excess(by_the_clock[name], by_the_clock["pass"])
        yield Row(
            f"`import {name}`",
            1e3 * excess(seconds[name], seconds["pass"]),
            "ms",
            Bar("<", 50.0) if name == "autograd" else None,
            f"{1e3 * median(seconds[name]):.1f} ms, `pass` {1e3 * median(seconds['pass']):.1f} ms; "
            f"by the clock {longer:.1f} ms longer",
        )
    yield Row(
        "graphviz loaded after `import viz` (1 if so)",
        float(python(STATEMENTS["viz"] + LOADED)[0]),
        "",
        Bar("≤", 0.0),
        f"after the first `draw(v).svg()`: {python(DRAWN + LOADED)[0].strip()}",
    )


def python(program: str) -> tuple[str, float, float]:
    """What a program printed, and its process's seconds: on the processor, and by the clock."""
    busy, start = children(), perf_counter()
    process = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    busy, taken = children() - busy, perf_counter() - start
    if process.returncode != 0:
        last = (process.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BenchmarkError(f"{program!r}: {last}")
    return process.stdout, busy or taken, taken


def children() -> float:
    """The processor's seconds for processes that have ended; 0.0 where nobody counts them."""
    if sys.platform == "win32":
        return 0.0
    import resource  # noqa: PLC0415 - Windows has none

    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
