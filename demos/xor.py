"""A small network and the four rows of XOR: ``python -m demos.xor``.

A 2-3-1 network before and after it learned. Notation: x1 and x2 the inputs, h1, h2 and h3 the
hidden units (tanh), o the output, y what it should be, L the mean of (o − y)² over the rows.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import viz
from autograd import Value, constant
from nn import MLP, History, fit, mse
from viz.report import text_table
from viz.say.numbers import factor, number, relation, seen

from . import gallery, page
from .cli import command, headed, say, wrapped
from .page import Draw, Files, as_line

if TYPE_CHECKING:
    from viz import Explanation, Player
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
SHOWN = 16  # epochs from one row of the table to the next
LIVING = 4  # paths that are no product with 0: two for each of rows 3 and 4
SHARED = (
    f"Every row uses the weight {WEIGHT}, so its gradient is the sum of what the four rows bring. "
    "Where x1 is 0, the weight moves nothing, and its row brings 0:"
)
HEAD = ("row", "x1", "x2", "y", "o", "error o − y", "error²")


@dataclass(frozen=True, slots=True)
class Pass:
    """The four rows through a network: their loss, its player, and the four outputs."""

    model: MLP
    loss: Value
    player: Player
    outputs: tuple[float, ...]

    @classmethod
    def of(cls, model: MLP, title: str) -> Pass:
        """The pass of a network."""
        outputs = [model(row) for row in inputs()]
        for output in outputs:
            output.label = "o"
        loss = mean_squared_error(outputs)
        player = viz.player(loss, title=title)
        return cls(model, loss, player, tuple([output.data for output in outputs]))

    @property
    def mean(self) -> str:
        """``L = mean of the four error² = 0.399``."""
        return f"L = mean of the four error² = {number(self.loss.data)}"

    def rows(self) -> list[list[str]]:
        """Each row: its number, x1, x2, y, o, o − y, and the square of that as an equation."""
        found = []
        for n, ((x1, x2), y, o) in enumerate(zip(ROWS, TARGETS, self.outputs, strict=True), 1):
            error = o - y
            square = f"{factor(error)}² {relation(seen(error) ** 2, error * error)}"
            numbers = [number(x) for x in (x1, x2, y, o, error)]
            found.append([str(n), *numbers, f"{square} {number(error**2)}"])
        return found

    def network(self) -> Draw:
        """The network with the gradients of its weights."""
        return lambda theme: viz.draw_network(
            self.model, inputs(), edges="gradient", loss=mean_squared_error, theme=theme,
            legend=False,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Learned:
    """The pass before and after training, and why `WEIGHT` moved."""

    before: Pass
    after: Pass
    why: Explanation
    history: History

    def added(self) -> tuple[int, Step]:
        """The step of the tab "all" where what the rows bring is added up, and its number."""
        whole = next(view for view in self.before.player.story.views if view.key == "all")
        return next(
            (n, step) for n, step in enumerate(whole.steps, 1) if step.box and WEIGHT in step.title
        )


def learned() -> Learned:
    """Compute everything.

    >>> found = learned()
    >>> round(found.before.loss.data, 4), found.after.loss.data < 0.001
    (0.399, True)
    """
    before, trained = Pass.of(network(), "XOR: four rows, one loss"), network()
    history = fit(
        trained, ROWS, TARGETS, loss="mse", optimizer="adam", lr=RATE, epochs=EPOCHS,
        batch_size=None, rng=random.Random(0), progress=False,
    )  # fmt: skip
    after = Pass.of(trained, "XOR, after training")
    return Learned(before, after, viz.explain(WEIGHT, before.loss, top=8), history)


def network() -> MLP:
    """The network before it learned."""
    model = MLP(2, [3, 1], activation="tanh")
    for parameter, name, value in zip(model.parameters(), NAMES, START, strict=True):
        parameter.label, parameter.data = name, value
    return model


def inputs() -> list[list[Value]]:
    """The four rows, each x1 and x2 by its name."""
    return [[constant(x, f"x{i}") for i, x in enumerate(row, 1)] for row in ROWS]


def mean_squared_error(outputs: Sequence[Value]) -> Value:
    """L, by its name."""
    result: Value = mse(outputs, TARGETS)
    result.label = "L"
    return result


# --- what is shown --------------------------------------------------------------------------------


def run(folder: Path, *, quick: bool = False) -> Path:  # noqa: ARG001 - it is quick
    """Print it, write the pages and pictures, and return the path of the first."""
    found = learned()
    say(as_text(found))
    return gallery.add(folder, "xor", files(found))


def as_text(found: Learned) -> str:
    """For a terminal."""
    before, after = found.before, found.after
    parts = [
        headed("XOR: four rows, one loss", [text_table(HEAD, before.rows()), before.mean, ""]),
        wrapped(SHARED),
        f"    {as_line(found.added()[1])}\n",
        str(found.why),
        headed(f"After {EPOCHS} epochs of training", [text_table(HEAD, after.rows()), after.mean]),
    ]
    return "\n".join(parts)


def files(found: Learned) -> Files:
    """The page, its players and its pictures, by file name."""
    number_of_step, added = found.added()
    losses = [(str(row["epoch"]), number(row["loss"])) for row in found.history.rows()]
    living = viz.explain(WEIGHT, found.before.loss, top=LIVING)
    parts = {
        "player": found.before.player,
        "trained-player": found.after.player,
        "network": found.before.network(),
        "trained": found.after.network(),
        "why": lambda theme: living.picture(theme=theme),
        "paths": page.code(str(found.why)),
        "rows-before": page.table("the four rows before training", HEAD, found.before.rows()),
        "rows-after": page.table("the four rows after training", HEAD, found.after.rows()),
        "losses": page.table("the loss while learning", ("epoch", "loss"), losses[::SHOWN]),
    }
    values = {**globals(), "found": found, "step": number_of_step, "added": as_line(added)}
    return page.page("xor", values, parts)


main = command("demos.xor", "A small network and the four rows of XOR.", run)

if __name__ == "__main__":
    sys.exit(main())
