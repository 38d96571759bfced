"""The page of XOR: what four rows bring to one weight; its words are in ``texts/xor.md``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import viz
from nn import MLP
from viz.say.numbers import factor, number, relation, seen, show

from . import images, page, xor_network
from .page import Files, as_line
from .xor_network import ROWS, TARGETS, WEIGHT, Learned, inputs, mean_squared_error

if TYPE_CHECKING:
    from viz import Picture

SHARED = (
    f"Every row uses the weight {WEIGHT}, so its gradient is the sum of what the four rows bring. "
    "Where x1 is 0, the weight moves nothing, and its row brings 0:"
)
SHOWN = 6  # epochs in the table
LIVING = 4  # paths that are no product with 0: two for each of rows 3 and 4


def files(found: Learned) -> Files:
    """The page, its players and its pictures, by file name."""
    made: Files = {}
    before, after = found.outputs
    number_of_step, added = found.added()
    parts = {
        "player": page.offered(
            made, "xor-player.html", found.player.html,
            "Step through it, row 4 first: a tab for each row, and one where all four are added up",
            "#row-4.s1",
        ),
        "added": page.offered(
            made, "xor-player.html", found.player.html,
            "See the four shares arrive", f"#all.s{number_of_step}",
        ),
        "trained-player": page.offered(
            made, "xor-trained-player.html", found.trained_player.html,
            "Step through the trained network",
        ),
        "network": _network(
            made, found.start, "xor-network", "The network before it learned, with its gradients."
        ),
        "trained": _network(
            made, found.trained, "xor-trained", "The network after training, with its gradients."
        ),
        "why": page.drawn(
            made,
            lambda theme: viz.explain(WEIGHT, found.before, top=LIVING).picture(theme=theme),
            "xor-why",
            f"The paths from {WEIGHT} to the loss.",
        ),
        "paths": page.code(str(found.why)),
        "rows-before": _table(before, "the four rows before training"),
        "rows-after": _table(after, "the four rows after training"),
        "losses": _losses(found),
    }  # fmt: skip
    values = {
        **vars(xor_network),
        "SHARED": SHARED,
        "mean_before": mean(found.before.data),
        "mean_after": mean(found.after.data),
        "added": as_line(added),
    }
    made["xor.html"] = page.whole("xor", values, parts)
    return made


def _network(made: Files, model: MLP, name: str, words: str) -> str:
    def draw(theme: str) -> Picture:
        return viz.draw_network(
            model, inputs(), edges="gradient", loss=mean_squared_error, theme=theme, legend=False
        )

    return page.drawn(made, draw, name, words)


def _losses(found: Learned) -> str:
    losses = [(row["epoch"], row["loss"]) for row in found.history.rows()]
    few = losses[:: len(losses) // SHOWN]
    most = max(loss for _, loss in few)
    rows = [
        [str(epoch), images.with_bar(number(loss), images.bar(loss, most))] for epoch, loss in few
    ]
    return page.table("the loss while learning", ("epoch", "loss before its step"), rows)


def mean(loss: float) -> str:
    """``L = mean of error² = 0.399``."""
    return f"L = mean of the four error² = {number(loss)}"


def _cells(outputs: Sequence[float]) -> Iterable[tuple[str, ...]]:
    """Each row: its number, x1, x2, y, o, o − y, and the square of that as an equation."""
    rows = zip(ROWS, TARGETS, outputs, strict=True)
    for n, ((x1, x2), y, o) in enumerate(rows, 1):
        error = o - y
        square = f"{factor(error)}² {relation(seen(error) ** 2, error * error)}"
        yield (str(n), *map(number, (x1, x2, y, o)), show(error), f"{square} {number(error**2)}")


HEAD = ("row", "x1", "x2", "y", "o", "error o − y", "error²")


def _table(outputs: Sequence[float], words: str) -> str:
    return page.table(words, HEAD, _cells(outputs))


def table_in_text(outputs: Sequence[float]) -> list[str]:
    """The rows for a terminal, in columns."""
    lines = [HEAD, *_cells(outputs)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(map(str.rjust, line, widths)) for line in lines]
