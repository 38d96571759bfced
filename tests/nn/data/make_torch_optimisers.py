"""Records where PyTorch's optimisers go, and its schedules, into torch_optimisers.json beside this.

The tests compare ours with it, so that they need no PyTorch. To record anew::

    python -m venv torch && torch/bin/pip install torch
    torch/bin/python tests/nn/data/make_torch_optimisers.py
"""

import json
import warnings
from pathlib import Path

import torch

STEPS = 100
KEPT = [*range(1, 11), *range(20, STEPS + 1, 10)]
START = [-0.8, 1.2, 0.4, -1.5]

RUNS = [
    ("SGD", {"lr": 0.01}),
    ("SGD", {"lr": 0.01, "momentum": 0.9}),
    ("SGD", {"lr": 0.01, "momentum": 0.8, "nesterov": True}),
    ("SGD", {"lr": 0.01, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.01, "momentum": 0.9, "nesterov": True, "weight_decay": 0.05}),
    ("Adam", {}),
    ("Adam", {"lr": 0.05}),
    ("Adam", {"lr": 0.05, "betas": [0.8, 0.95], "eps": 1e-4}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.05, "betas": [0.8, 0.95], "weight_decay": 0.2}),
    ("RMSprop", {}),
    ("RMSprop", {"lr": 0.005, "alpha": 0.9, "eps": 1e-3}),
    ("RMSprop", {"lr": 0.005, "momentum": 0.7}),
    ("RMSprop", {"lr": 0.005, "alpha": 0.9, "eps": 1e-2, "momentum": 0.5, "centered": True}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.3}),
    ("RMSprop", {"lr": 0.005, "weight_decay": 0.2}),
    ("RMSprop", {"lr": 0.005, "momentum": 0.5, "centered": True, "weight_decay": 0.2}),
]

# Groups: which parameters, and their own settings. A schedule multiplies the rates of all.
FALL = 0.97
GROUPED = [
    (
        "SGD",
        {"lr": 0.01, "momentum": 0.5},
        [
            {"params": [0, 1], "lr": 0.002},
            {"params": [2], "momentum": 0.9, "nesterov": True},
            {"params": [3], "weight_decay": 0.2},
        ],
    ),
    (
        "Adam",
        {"lr": 0.03, "weight_decay": 0.1},
        [
            {"params": [3, 1], "lr": 0.07, "betas": [0.8, 0.95]},
            {"params": [0, 2], "weight_decay": 0.0},
        ],
    ),
    ("AdamW", {}, [{"params": [0], "lr": 0.04}, {"params": [1, 2, 3], "weight_decay": 0.5}]),
    (
        "RMSprop",
        {"lr": 0.005},
        [
            {"params": [0, 3], "alpha": 0.9, "centered": True},
            {"params": [1, 2], "momentum": 0.5},
        ],
    ),
]

END = 12
SCHEDULES = [
    ("StepLR", {"step_size": 3, "gamma": 0.1}, "StepDecay(3)"),
    ("StepLR", {"step_size": 4, "gamma": 0.5}, "StepDecay(4, factor=0.5)"),
    ("CosineAnnealingLR", {"T_max": END}, "CosineDecay()"),
    ("CosineAnnealingLR", {"T_max": END, "eta_min": 0.25}, "CosineDecay(final=0.25)"),
    (
        "LinearLR",
        {"start_factor": 1.0, "end_factor": 0.0, "total_iters": END},
        "LinearDecay()",
    ),
    (
        "LinearLR",
        {"start_factor": 1.0, "end_factor": 0.3, "total_iters": END},
        "LinearDecay(final=0.3)",
    ),
    (
        "LinearLR",
        {"start_factor": 0.2, "end_factor": 1.0, "total_iters": 5},
        "WarmUp(5, start=0.2)",
    ),
]


def height(w):
    """A landscape with a bent valley, waves and a saddle; the test has the same in Values."""
    x, y, z, u = w
    valley = (1.0 - x) ** 2 + 3.0 * (y - x * x) ** 2
    return valley + 0.5 * (3.0 * z).sin() * x + 0.1 * z * z + (y * u).tanh() + 0.05 * u**4


def path(name, settings, groups=None):
    """Where the optimiser is after the steps that are kept; with groups, the rates fall."""
    w = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
    given = {k: tuple(x) if isinstance(x, list) else x for k, x in settings.items()}
    theirs = [{**group, "params": [w[i] for i in group["params"]]} for group in groups or []]
    optimiser = getattr(torch.optim, name)(theirs or w, **given)
    fall = FALL if groups else 1.0
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: fall**step)
    places = []
    for step in range(1, STEPS + 1):
        optimiser.zero_grad()
        height(w).backward()
        optimiser.step()
        schedule.step()
        if step in KEPT:
            places.append([x.item() for x in w])
    return places


def factors(name, settings):
    """The learning rate at the times 0, 1, …, END, where it was 1."""
    optimiser = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    schedule = getattr(torch.optim.lr_scheduler, name)(optimiser, **settings)
    found = []
    for _ in range(END + 1):
        found.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return found


def main():
    """Write the file beside this one."""
    warnings.simplefilter("error")
    recorded = {
        "torch": torch.__version__.split("+")[0],
        "start": START,
        "steps": KEPT,
        "optimisers": [
            {"name": name, "settings": settings, "path": path(name, settings)}
            for name, settings in RUNS
        ],
        "fall": FALL,
        "groups": [
            {
                "name": name,
                "settings": settings,
                "groups": groups,
                "path": path(name, settings, groups),
            }
            for name, settings, groups in GROUPED
        ],
        "end": END,
        "schedules": [
            {
                "torch": name,
                "settings": settings,
                "ours": ours,
                "factors": factors(name, settings),
            }
            for name, settings, ours in SCHEDULES
        ],
    }
    file = Path(__file__).with_name("torch_optimisers.json")
    lines = json.dumps(recorded, indent=1)
    file.write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
