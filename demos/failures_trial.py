"""One training of a demonstration of failures: what was set, and what came of it."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nn import MLP, DivergedError, evaluate, fit
from nn.training.state import History
from viz.report import Report, report

from .moons_training import Points


@dataclass(frozen=True, slots=True)
class Network:
    """What a network is made of."""

    sizes: tuple[int, ...]
    activation: str

    @property
    def code(self) -> str:
        """What to write for it.

        >>> print(Network((2, 8, 1), "relu").code)
        model = MLP(2, [8, 1],
                    activation='relu')
        """
        inputs, *others = self.sizes
        return f"model = MLP({inputs}, {others},\n            activation={self.activation!r})"

    def build(self, rng: random.Random) -> MLP:
        """A new one, its weights drawn."""
        return MLP(self.sizes[0], list(self.sizes[1:]), activation=self.activation, rng=rng)


@dataclass(frozen=True)
class Trial:
    """A network that was trained, well or badly.

    ``beginning`` is the network as it was before. ``loss`` and ``accuracy`` are measured on the
    points that it learned from (no accuracy where there are no classes).
    """

    name: str
    network: Network
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
        given = [f"    {name}={_written(value)},\n" for name, value in self.settings.items()]
        return f"{self.network.code}\nfit(\n    model, X, y,\n{''.join(given)})\n"

    @cached_property
    def at_first(self) -> Report:
        """How each layer was before training."""
        return self._report(self.beginning)

    @cached_property
    def report(self) -> Report:
        """How each layer is after it."""
        return self._report(self.model)

    def _report(self, model: MLP) -> Report:
        return report(model, self.points.X, self.points.y, self.settings["loss"])

    @property
    def last_loss(self) -> float:
        """The loss of the last epoch."""
        found: float = self.history["loss"][-1]
        return found

    @property
    def dead(self) -> int:
        """How many units are dead in the end."""
        return sum(len(layer.dead) for layer in self.report.layers)


@dataclass(frozen=True)
class Found:
    """The same training with one setting or another: what was broken, and what fixes it."""

    points: Points
    broken: Trial

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All, the broken one first."""
        return tuple([one for one in vars(self).values() if isinstance(one, Trial)])


def _written(value: Any) -> str:
    return getattr(value, "__name__", None) or repr(value)


def attempt(
    name: str,
    network: Network,
    points: Points,
    seed: int,
    settings: Mapping[str, Any],
    *,
    watching: Sequence[Any] = (),
    validation: Points | None = None,
) -> Trial:
    """Train a network, and see what comes of it.

    Of all trials with the same seed and the same sizes, the weights begin the same.
    """
    rng = random.Random(seed)
    model = network.build(rng)
    loss = settings["loss"]
    metrics = [] if loss == "mse" else ["accuracy"]
    beginning = copy.deepcopy(model)
    error = None
    try:
        history = fit(
            model, points.X, points.y, rng=rng, metrics=metrics, callbacks=watching,
            validation=None if validation is None else (validation.X, validation.y),
            progress=False, **settings,
        )  # fmt: skip
    except DivergedError as found:
        error, history = found, found.history
    measured = evaluate(model, points.X, points.y, loss=loss, metrics=metrics)
    return Trial(
        name, network, points, settings, beginning, model, history, error, measured["loss"],
        measured.get("accuracy", math.nan),
    )  # fmt: skip
