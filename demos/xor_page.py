"""The page of XOR: what four rows bring to one weight, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import viz
from nn import MLP
from viz.equations import factor, number, relation, seen
from viz.numbers import show

from . import images, page
from .page import drawn, figure, paragraph, section
from .words import as_line
from .xor_network import EPOCHS, RATE, ROWS, TARGETS, WEIGHT, Learned, inputs, mean_squared_error

if TYPE_CHECKING:
    from viz import Picture

TITLE = "XOR: four rows, one loss"
LEAD = (
    "Either x1 or x2, but not both: no straight line tells these rows apart, but three hidden "
    "units can. All four rows use the same 13 parameters. Here is what each row brings to their "
    "gradients, how they add up, and how the network learns."
)
SHARED = (
    f"Every row uses the weight {WEIGHT}, so its gradient is the sum of what the four rows bring. "
    "Where x1 is 0, the weight moves nothing, and its row brings 0:"
)
SHOWN = 6  # epochs in the table
LIVING = 4  # paths that are no product with 0: two for each of rows 3 and 4


def files(found: Learned) -> dict[str, str]:
    """The page, its players and its pictures, by file name."""
    network, pictures = _network(
        found.start, "xor-network", "The network before it learned, with its gradients."
    )
    why, more = drawn(
        lambda theme: viz.explain(WEIGHT, found.before, top=LIVING).picture(theme=theme),
        "xor-why",
        f"The paths from {WEIGHT} to the loss.",
    )
    trained, still_more = _network(
        found.trained, "xor-trained", "The network after training, with its gradients."
    )
    first, played = page.offered(
        "xor-player.html", found.player.html,
        "Step through it, row 4 first: a tab for each row, and one where all four are added up",
        "#row-4.s1",
    )  # fmt: skip
    number_of_step, _ = found.added()
    added, _ = page.offered(
        "xor-player.html", found.player.html,
        "See the four shares arrive", f"#all.s{number_of_step}",
    )  # fmt: skip
    last, played_again = page.offered(
        "xor-trained-player.html", found.trained_player.html,
        "Step through the trained network",
    )  # fmt: skip
    body = [
        first,
        section("Forward: four rows", *_forward(found, network)),
        section("Backward: four rows, one weight", *_backward(found, added, why)),
        section("It learns", *_training(found, trained), last),
        section("Before you look", *_questions()),
    ]
    return {
        "xor.html": page.document(TITLE, LEAD, body),
        **pictures, **more, **still_more, **played, **played_again,
    }  # fmt: skip


def _network(model: MLP, name: str, words: str) -> tuple[str, dict[str, str]]:
    def draw(theme: str) -> Picture:
        return viz.draw_network(
            model, inputs(), edges="gradient", loss=mean_squared_error, theme=theme, legend=False
        )

    return drawn(draw, name, words)


def _forward(found: Learned, picture: str) -> Iterable[str]:
    before, _ = found.outputs
    yield paragraph(
        "The network was given small round weights, and knows nothing yet. Its output o is how "
        "sure it is that a row is 1; the error is o − y, and the loss L is the mean of the four "
        "squared errors."
    )
    yield _table(before, "the four rows before training")
    yield page.equation(mean(found.before.data))
    yield figure(
        picture,
        "v is a unit's value, its least, mean and greatest over the rows; g its gradient, ∂b "
        "that of its bias. A line is as thick as the gradient of its weight is large, dashed if "
        "it is negative, dotted if it is nearly 0.",
    )


def _backward(found: Learned, link: str, picture: str) -> Iterable[str]:
    yield paragraph(SHARED)
    yield page.equation(as_line(found.added()[1]))
    yield link
    yield paragraph(
        "Rows disagree: row 3 would have the weight smaller, row 4 larger, and the sum is what "
        "both can agree on. Every row has two paths, since its error is squared, and the error "
        "goes into the square twice; viz.explain finds them all:"
    )
    yield page.code(str(found.why))
    yield figure(
        picture,
        f"The same as a picture, without the paths that bring 0: from {WEIGHT} to the loss; the "
        "stronger a path, the thicker its arrows.",
    )


def _training(found: Learned, picture: str) -> Iterable[str]:
    _, after = found.outputs
    yield paragraph(
        f"nn.fit repeats this {EPOCHS} times: all four rows forward, backward, and a step of Adam "
        f"at rate {number(RATE)}."
    )
    losses = [(row["epoch"], row["loss"]) for row in found.history.rows()]
    few = losses[:: len(losses) // SHOWN]
    most = max(loss for _, loss in few)
    rows = [
        [str(epoch), images.with_bar(number(loss), images.bar(loss, most))] for epoch, loss in few
    ]
    yield page.table("the loss while learning", ("epoch", "loss before its step"), rows)
    yield paragraph("And then:")
    yield _table(after, "the four rows after training")
    yield page.equation(mean(found.after.data))
    yield figure(
        picture,
        "The trained network. Its errors are nearly 0, so every gradient is, too: there is hardly "
        "anything left to learn.",
    )


def _questions() -> Iterable[str]:
    yield page.question(
        "Two of the four rows can never change w(x1→h2). Which?",
        paragraph("Those with x1 = 0, rows 1 and 2: a weight learns only from inputs that are not "
                  "zero."),
    )  # fmt: skip
    yield page.question(
        "b(h2) got something from every row. Why?",
        paragraph(
            "A bias moves its unit at rate 1, whatever the inputs are. Only an error of 0 or a "
            "flat tanh would stop what a row brings."
        ),
    )


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
