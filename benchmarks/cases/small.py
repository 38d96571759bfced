"""Small things that a loop by hand does often.

`zero_grad()` of the MLP 2-16-16-1 with 337 parameters also checks whether the model has changed. A
plain int next to a Value should cost as much as a float; ratios are taken within a round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from statistics import median
from typing import Any

from benchmarks.report import Bar, Row
from benchmarks.runner import Job, Plan, Report, alternate, medians, ratio
from benchmarks.worker import serve, stopwatch

CALLS = 1_000  # timed together: one takes too little for a clock
PAIRS = {"x + 1": "x + 1.0", "x * 2": "x * 2.0", "x - 1": "x - 1.0", "x**2": "x**2.0"}


def measure(plan: Plan) -> Iterator[Row]:
    """The time of `zero_grad`, and ratios of ints to floats."""
    rounds = plan.choose(25, 5)
    whats = ["zero_grad", *PAIRS, *PAIRS.values()]
    jobs = {what: Job(__name__, what=what, collector="off", rounds=rounds) for what in whats}
    seconds = {what: medians(reports) for what, reports in alternate(jobs, plan.rounds).items()}
    ns = {what: 1e9 / CALLS * median(found) for what, found in seconds.items()}
    yield Row("`zero_grad()` of 337 parameters", ns["zero_grad"] / 1e3, "µs", Bar("≤", 60.0))
    for whole, number in PAIRS.items():
        yield Row(f"`{whole}` ÷ `{number}`", ratio(seconds[whole], seconds[number]), "×", None,
                  f"{ns[whole]:.0f} ns, {ns[number]:.0f} ns")  # fmt: skip


def work(what: str, rounds: int) -> Report:
    """The seconds of many calls."""
    call: Callable[[], Any]
    if what == "zero_grad":
        call = import_module("nn").MLP(2, [16, 16, 1]).zero_grad
    else:
        call = eval(f"lambda x: lambda: {what}")(import_module("autograd").Value(2.0))  # noqa: S307

    def many() -> None:
        for _ in range(CALLS):
            call()

    return {"seconds": stopwatch(many, rounds)}


if __name__ == "__main__":
    serve(work, what="zero_grad", rounds=25)
