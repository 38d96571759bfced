"""Worker processes that take turns, and statistics of their numbers.

A worker is ``python -m benchmarks.cases.NAME --option ...``; it prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 600.0  # seconds; the slowest worker takes a tenth of this

Report = dict[str, Any]


class BenchmarkError(Exception):
    """Something could not be measured."""


@dataclass(frozen=True)
class Job:
    """One engine's part of a measurement: a process to start.

    >>> Job("benchmarks.cases.mlp", engine="nn", steps=3).command()[1:]
    ['-m', 'benchmarks.cases.mlp', '--engine', 'nn', '--steps', '3']
    """

    module: str
    options: tuple[tuple[str, object], ...]
    python: str

    def __init__(self, module: str, python: Path | str = sys.executable, **options: object) -> None:
        object.__setattr__(self, "module", module)
        object.__setattr__(self, "options", tuple(options.items()))
        object.__setattr__(self, "python", str(python))

    def command(self) -> list[str]:
        """The command to start."""
        flags = [text for name, value in self.options for text in (f"--{name}", str(value))]
        return [self.python, "-m", self.module, *flags]


@dataclass(frozen=True)
class Plan:
    """How much to measure.

    >>> Plan(quick=True).rounds
    2
    """

    quick: bool = False
    names: str = ""  # a file of names for microgpt

    @property
    def rounds(self) -> int:
        """How many turns each engine gets."""
        return 2 if self.quick else 5

    def choose(self, full: int, quick: int) -> int:
        """One size or count for a whole run, a smaller one for a quick run."""
        return quick if self.quick else full


def run(job: Job) -> Report:
    """Start a worker, wait for it, and read its report."""
    surroundings = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    try:
        worker = subprocess.run(
            job.command(),
            cwd=ROOT,
            env={**surroundings, "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BenchmarkError(f"no answer in {TIMEOUT:.0f} s: {' '.join(job.command())}") from None
    if worker.returncode != 0:
        last = (worker.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise BenchmarkError(f"exit {worker.returncode}: {' '.join(job.command())}: {last}")
    report: Report = json.loads(worker.stdout.splitlines()[-1])
    return report


def alternate(
    jobs: Mapping[str, Job], rounds: int, run: Callable[[Job], Report] = run
) -> dict[str, list[Report]]:
    """Let the jobs take turns, ``rounds`` times; the reports of each, one per round.

    >>> turns = []
    >>> jobs = {"a": Job("a"), "b": Job("b")}
    >>> reports = alternate(jobs, 2, run=lambda job: turns.append(job.module) or {})
    >>> turns, len(reports["a"])
    (['a', 'b', 'a', 'b'], 2)
    """
    reports: dict[str, list[Report]] = {name: [] for name in jobs}
    for number in range(rounds):
        for name, job in jobs.items():
            say(f"  round {number + 1} of {rounds}: {name}")
            reports[name].append(run(job))
    return reports


def say(text: str) -> None:
    """Print progress on stderr: stdout is for the tables."""
    print(text, file=sys.stderr, flush=True)


def medians(reports: Iterable[Report], key: str = "seconds") -> list[float]:
    """The median of each report's numbers: one for each round.

    >>> medians([{"seconds": [3.0, 1.0, 2.0]}, {"seconds": [5.0]}])
    [2.0, 5.0]
    """
    return [statistics.median(report[key]) for report in reports]


def ratio(slow: Sequence[float], fast: Sequence[float]) -> float:
    """How many times longer ``slow`` took: the median over rounds of the ratio in each round.

    Ratios are taken within a round, because the machine may be slower in the next.

    >>> ratio([10.0, 40.0, 11.0], [1.0, 4.0, 1.0])
    10.0
    """
    return statistics.median([s / f for s, f in zip(slow, fast, strict=True)])


def excess(longer: Sequence[float], base: Sequence[float]) -> float:
    """How much more ``longer`` is: the median over rounds of the difference in each round.

    >>> excess([3.0, 13.0, 4.0], [1.0, 10.0, 2.0])
    2.0
    """
    return statistics.median([x - y for x, y in zip(longer, base, strict=True)])


def agree(reports: Mapping[str, Report], key: str, tolerance: float) -> None:
    """Raise if engines compute different things, and so cannot be compared.

    >>> agree({"a": {"loss": [1.0]}, "b": {"loss": [1.1]}}, "loss", tolerance=1e-12)
    Traceback (most recent call last):
    benchmarks.runner.BenchmarkError: loss of a and b differ: 1.0 and 1.1
    """
    (first, expected), *others = [(name, report[key]) for name, report in reports.items()]
    for name, found in others:
        if len(found) != len(expected):
            raise BenchmarkError(
                f"{key} of {first} and {name}: {len(expected)} and {len(found)} numbers"
            )
        for x, y in zip(expected, found, strict=True):
            if not abs(x - y) <= tolerance * max(1.0, abs(x)):
                raise BenchmarkError(f"{key} of {first} and {name} differ: {x!r} and {y!r}")
