"""Watching the layers of a model while it is trained: how far its weights move, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..overview import LayerOf, layerwise
from .history import GRADIENT_NORM, UPDATE_RATIO
from .state import Callback, Training


class LayerStatistics(Callback):
    """Adds two columns for each layer to the history, means over the steps of each epoch.

    ``layers.0/update_ratio`` is ‖Δw‖ ∕ ‖w‖, how far a step moves the layer's parameters beside
    how large they are: about 0.001 in a training that goes well; far less, and the layer stands
    still; far more, and it forgets. A step from ‖w‖ = 0 has none; if all do, it is nan.
    ``layers.0/gradient_norm`` is ‖g‖, the length of the gradient that a step used.
    `viz.plot_update_ratio` draws them.

    >>> import random
    >>> from nn import MLP
    >>> from nn.training.fit import fit
    >>> history = fit(MLP(1, [2, 1], rng=random.Random(0)), [[0.0], [1.0]], [0.0, 1.0], loss="mse",
    ...               epochs=3, callbacks=[LayerStatistics()], progress=False)
    >>> [name for name in history if "/" in name and name.startswith("layers.1")]
    ['layers.1/update_ratio', 'layers.1/gradient_norm']
    >>> len(history["layers.0/update_ratio"])
    3
    """

    def on_epoch_begin(self, training: Training) -> None:
        """Note where every layer stands."""
        self._layers = [_Watched(layer) for layer in layerwise(training.model) if layer.parameters]

    def on_batch_end(self, training: Training) -> None:  # noqa: ARG002 - a callback's signature
        """Measure one step."""
        for layer in self._layers:
            layer.step()

    def on_epoch_end(self, training: Training) -> None:
        """Write the means into the logs."""
        for layer in self._layers:
            training.logs[f"{layer.name}/{UPDATE_RATIO}"] = _mean(layer.ratios)
            training.logs[f"{layer.name}/{GRADIENT_NORM}"] = _mean(layer.norms)


class _Watched:
    """One layer: where its parameters stood before the coming step, and the steps so far."""

    def __init__(self, layer: LayerOf) -> None:
        self.name, self.parameters = layer.name, layer.parameters
        self.before = [parameter.data for parameter in self.parameters]
        self.ratios: list[float] = []
        self.norms: list[float] = []

    def step(self) -> None:
        now = [parameter.data for parameter in self.parameters]
        # hypot and dist do not overflow on the way, and run at the speed of C.
        length = math.hypot(*self.before)
        if length:
            self.ratios.append(math.dist(now, self.before) / length)
        self.norms.append(math.hypot(*[parameter.grad for parameter in self.parameters]))
        self.before = now


def _mean(numbers: Sequence[float]) -> float:
    return math.fsum(numbers) / len(numbers) if numbers else math.nan
