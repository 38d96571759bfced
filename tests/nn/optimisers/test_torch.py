"""The optimisers go where PyTorch's go: a hundred steps over a landscape of four parameters.

Its numbers were recorded by ``tests/nn/data/make_torch_optimisers.py``, with gradients of its own.
"""

import json
from pathlib import Path

import pytest

from autograd import sin, tanh
from nn import Parameter, optimisers

FILE = Path(__file__).parent.parent / "data/torch_optimisers.json"
RECORDED = json.loads(FILE.read_text(encoding="utf-8"))


def height(w):
    x, y, z, u = w
    valley = (1.0 - x) ** 2 + 3.0 * (y - x * x) ** 2
    return valley + 0.5 * sin(3.0 * z) * x + 0.1 * z * z + tanh(y * u) + 0.05 * u**4


def named(run):
    return " ".join([run["name"], *[f"{name}={x}" for name, x in run["settings"].items()]])


def ends(run, optimiser, w, fall=1.0):
    """Whether the optimiser is where torch's was after each step that was kept."""
    rate, places = optimiser.lr, []
    for step in range(1, RECORDED["steps"][-1] + 1):
        optimiser.zero_grad()
        height(w).backward()
        optimiser.lr = rate * fall ** (step - 1)
        optimiser.step()
        if step in RECORDED["steps"]:
            places.append([p.data for p in w])

    for place, torchs in zip(places, run["path"], strict=True):
        assert place == pytest.approx(torchs, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("run", RECORDED["optimisers"], ids=named)
def test_the_same_way_as_torch(run):
    w = [Parameter(x) for x in RECORDED["start"]]

    ends(run, getattr(optimisers, run["name"])(w, **run["settings"]), w)


@pytest.mark.parametrize("run", RECORDED["groups"], ids=named)
def test_groups_go_the_same_way_as_torchs(run):
    """Each with settings of its own, under a schedule that multiplies the rates of all."""
    w = [Parameter(x) for x in RECORDED["start"]]
    groups = [{**one, "params": [w[i] for i in one["params"]]} for one in run["groups"]]

    ends(run, getattr(optimisers, run["name"])(groups, **run["settings"]), w, RECORDED["fall"])


def test_the_runs_differ():
    """A setting that did nothing would agree with anything."""
    runs = RECORDED["optimisers"] + RECORDED["groups"]

    assert len({tuple(run["path"][-1]) for run in runs}) == len(runs)
