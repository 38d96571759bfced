"""A 2-3-1 network on the four rows of XOR: its numbers before and after it learned.

Notation: x1 and x2 the inputs, h1, h2 and h3 the hidden units (tanh), o the output, y what it
should be, L the mean of (o − y)² over the rows.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import viz
from autograd import Value, constant
from nn import MLP, History, fit, mse

if TYPE_CHECKING:
    from viz import Explanation
    from viz.page.player import Player
    from viz.say.story import Step

ROWS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
TARGETS = (0.0, 1.0, 1.0, 0.0)
# Each unit's weights and bias. They are small and round, and every row has an error.
START = (
    *(0.5, -1.0, 0.1),
    *(-0.8, 0.4, 0.2),
    *(0.3, 0.9, -0.1),
    *(0.6, -0.5, 0.7, 0.1),
)
NAMES = (
    *("w(x1→h1)", "w(x2→h1)", "b(h1)"),
    *("w(x1→h2)", "w(x2→h2)", "b(h2)"),
    *("w(x1→h3)", "w(x2→h3)", "b(h3)"),
    *("w(h1→o)", "w(h2→o)", "w(h3→o)", "b(o)"),
)
WEIGHT = "w(x1→h2)"  # the one that is followed along all of its paths
EPOCHS = 100
RATE = 0.05


@dataclass(frozen=True, slots=True)
class Learned:
    """The loss before and after training, each with its player, and why `WEIGHT` moved."""

    before: Value
    after: Value
    start: MLP
    trained: MLP
    outputs: tuple[tuple[float, ...], tuple[float, ...]]
    why: Explanation
    player: Player
    trained_player: Player
    history: History

    def added(self) -> tuple[int, Step]:
        """The step of the tab "all" where what the rows bring is added up, and its number."""
        whole = next(view for view in self.player.story.views if view.key == "all")
        return next(
            (n, step) for n, step in enumerate(whole.steps, 1) if step.box and WEIGHT in step.title
        )


def learned() -> Learned:
    """Compute everything.

    >>> found = learned()
    >>> round(found.before.data, 4), found.after.data < 0.001
    (0.399, True)
    """
    start, trained = network(), network()
    before, first = loss(start)
    history = fit(
        trained, ROWS, TARGETS, loss="mse", optimizer="adam", lr=RATE, epochs=EPOCHS,
        batch_size=None, rng=random.Random(0), progress=False,
    )  # fmt: skip
    after, last = loss(trained)
    return Learned(
        before,
        after,
        start,
        trained,
        (first, last),
        viz.explain(WEIGHT, before, top=8),
        viz.player(before, title="XOR: four rows, one loss"),
        viz.player(after, title="XOR, after training"),
        history,
    )


def network() -> MLP:
    """The network before it learned."""
    model = MLP(2, [3, 1], activation="tanh")
    for parameter, name, number in zip(model.parameters(), NAMES, START, strict=True):
        parameter.label, parameter.data = name, number
    return model


def loss(model: MLP) -> tuple[Value, tuple[float, ...]]:
    """The mean squared error over the four rows, and the four outputs."""
    outputs = [model(row) for row in inputs()]
    for output in outputs:
        output.label = "o"
    return mean_squared_error(outputs), tuple([output.data for output in outputs])


def inputs() -> list[list[Value]]:
    """The four rows, each x1 and x2 by its name."""
    return [[constant(x, f"x{i}") for i, x in enumerate(row, 1)] for row in ROWS]


def mean_squared_error(outputs: Sequence[Value]) -> Value:
    """L, by its name."""
    result: Value = mse(outputs, TARGETS)
    result.label = "L"
    return result
