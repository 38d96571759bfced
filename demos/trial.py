"""One training of the demonstration of failures: what was set, what came of it, how it is shown."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import viz
from autograd import scope
from nn import MLP, DivergedError, evaluate, fit
from nn.losses import loss as loss_named
from nn.training.state import History
from viz import Picture, Report
from viz.report import text_table

from . import page
from .cli import headed
from .moons import Points
from .page import Files

BATCH = 20  # examples that are drawn


@dataclass(frozen=True)
class Trial:
    """A network that was trained, well or badly.

    ``beginning`` is the network as it was before. ``loss`` and ``accuracy`` are measured on the
    points that it learned from (no accuracy where there are no classes).
    """

    name: str
    sizes: Sequence[int]
    points: Points
    settings: Mapping[str, Any]
    beginning: MLP
    model: MLP
    history: History
    error: DivergedError | None
    loss: float
    accuracy: float

    @property
    def code(self) -> str:
        """What was written for it, but for metrics and callbacks, which only watch."""
        inputs, *others = self.sizes
        made, *given = [f"{name}={_written(value)}" for name, value in self.settings.items()]
        lines = "".join([f"    {setting},\n" for setting in given])
        network = f"model = MLP({inputs}, {others},\n            {made})"
        return f"{network}\nfit(\n    model, X, y,\n{lines})\n"

    @cached_property
    def at_first(self) -> Report:
        """How each layer was before training."""
        return self._report(self.beginning)

    @cached_property
    def report(self) -> Report:
        """How each layer is after it."""
        return self._report(self.model)

    def _report(self, model: MLP) -> Report:
        return viz.report(model, self.points.X, self.points.y, self.settings["loss"])

    @property
    def last_loss(self) -> float:
        """The loss of the last epoch."""
        found: float = self.history["loss"][-1]
        return found

    @property
    def dead(self) -> int:
        """How many units are dead in the end."""
        return sum(len(layer.dead) for layer in self.report.layers)


def _written(value: Any) -> str:
    return getattr(value, "__name__", None) or repr(value)


def attempt(
    name: str,
    sizes: Sequence[int],
    points: Points,
    seed: int,
    *,
    watching: Sequence[Any] = (),
    validation: Points | None = None,
    **settings: Any,
) -> Trial:
    """Train a network, and see what comes of it; of the settings the first is its activation.

    Of all trials with the same seed and the same sizes, the weights begin the same.
    """
    rng = random.Random(seed)
    inputs, *others = sizes
    given = dict(settings)
    model = MLP(inputs, others, activation=given.pop("activation"), rng=rng)
    metrics = [] if given["loss"] == "mse" else ["accuracy"]
    beginning = copy.deepcopy(model)
    error = None
    try:
        history = fit(
            model, points.X, points.y, rng=rng, metrics=metrics, callbacks=watching,
            validation=None if validation is None else (validation.X, validation.y),
            progress=False, **given,
        )  # fmt: skip
    except DivergedError as found:
        error, history = found, found.history
    measured = evaluate(model, points.X, points.y, loss=given["loss"], metrics=metrics)
    return Trial(
        name, sizes, points, settings, beginning, model, history, error, measured["loss"],
        measured.get("accuracy", math.nan),
    )  # fmt: skip


@dataclass(frozen=True)
class Failure:
    """The same training with one setting or another: the first is broken, others fix it.

    ``rows`` tell what came of each, under ``head``. ``fixed`` is the program that is shown, and
    ``first`` stands at the head of both. ``values`` and ``parts`` are those of its text.
    The report is of the broken network, or of it as it was before, ``is_untrained``.
    """

    name: str
    title: str
    trials: Sequence[Trial]
    fixed: Trial
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    values: Mapping[str, Any]
    parts: Mapping[str, Any]
    first: str = ""
    is_untrained: bool = False

    def text(self) -> str:
        """What came of it, for a terminal."""
        return headed(self.title, [text_table(self.head, self.rows)])

    def section(self, files: Files) -> str:
        """What happened, why, and what helps."""
        broken = self.trials[0]
        parts = {
            "report": broken.at_first if self.is_untrained else broken.report,
            "network": self.network,
            "programs": page.programs(
                Before=self.first + broken.code, After=self.first + self.fixed.code
            ),
            "table": page.table(self.title, self.head, self.rows),
            **self.parts,
        }
        return page.told(f"failures-{self.name}", self.values, parts, files)

    def network(self, theme: str) -> Picture:
        """The loss of some examples, folded to a box for each layer."""
        broken = self.trials[0]
        outputs = [broken.model(x) for x in broken.points.X[:BATCH]]
        with scope("loss"):
            loss = loss_named(broken.settings["loss"])(outputs, broken.points.y[:BATCH])
        return viz.draw(loss, fold=1, theme=theme, legend=False)
