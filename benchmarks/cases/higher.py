"""Higher derivatives, compared with PyPI's autograd.

HIPS/autograd 1.9.1 has the same import name as ours, so it has its own environment. The same
functions at the same points; the results are the same to 1e-9. For information.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from statistics import median
from typing import Any

from benchmarks.environments import hide_ours, hips
from benchmarks.report import Row
from benchmarks.runner import Job, Plan, Report, agree, alternate, medians, ratio
from benchmarks.worker import serve, stopwatch

TASKS = {
    "grad": "`grad(f)`, f of one number",
    "grad2": "`grad(grad(f))`",
    "grad3": "`grad(grad(grad(f)))`",
    "gradient": "`grad` of Rosenbrock's function of 10 numbers",
    "hessian": "`hessian` of the same",
}
POINT = 0.7
POINTS = [0.1 * i for i in range(1, 11)]


def measure(plan: Plan) -> Iterator[Row]:
    """Milliseconds for each derivative."""
    calls = plan.choose(20, 3)
    for task, what in TASKS.items():
        jobs = {
            "ours": Job(__name__, engine="ours", task=task, calls=calls),
            "hips": Job(__name__, python=hips(), engine="hips", task=task, calls=calls),
        }
        reports = alternate(jobs, plan.choose(3, 1))
        agree({engine: found[0] for engine, found in reports.items()}, "result", 1e-9)
        ours, theirs = medians(reports["ours"]), medians(reports["hips"])
        yield Row(
            what,
            1e3 * median(ours),
            "ms",
            detail=f"PyPI's autograd {1e3 * median(theirs):.3g} ms, {ratio(theirs, ours):.1f}×",
        )


def work(engine: str, task: str, calls: int) -> Report:
    """The seconds of each call, and its result as a flat list."""
    if engine == "hips":
        hide_ours()
        maths, array = import_module("autograd.numpy"), import_module("autograd.numpy").array
    else:
        maths, array = import_module("autograd"), list
    autograd = import_module("autograd")

    def smooth(x: Any) -> Any:
        return maths.tanh(x) * maths.exp(0.5 * x) + x**3 - maths.sin(x) / x

    function: Callable[..., Any] = smooth
    point: Any = POINT
    if task in {"gradient", "hessian"}:
        function, point = rosenbrock, array(POINTS)
    order = {"grad": 1, "grad2": 2, "grad3": 3, "gradient": 1}.get(task, 0)
    for _ in range(order):
        function = autograd.grad(function)
    if task == "hessian":
        function = autograd.hessian(function)
    result = function(point)
    return {"seconds": stopwatch(lambda: function(point), calls), "result": flat(result)}


def rosenbrock(v: Any) -> Any:
    """A curved valley; its Hessian is banded."""
    total = 0.0
    for i in range(len(POINTS) - 1):
        total = total + 100.0 * (v[i + 1] - v[i] ** 2) ** 2 + (1.0 - v[i]) ** 2
    return total


def flat(x: Any) -> list[float]:
    """The numbers in a number, a nested list or an array."""
    if getattr(x, "shape", None) == () or isinstance(x, float):
        return [float(x)]
    return [number for part in x for number in flat(part)]


if __name__ == "__main__":
    serve(work, engine="ours", task="grad", calls=20)
