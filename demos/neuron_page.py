"""The lesson of one neuron as a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import viz
from nn import Neuron
from viz.equations import number

from . import page
from .lesson import PROGRAM, RATE, TITLE, Lesson, inputs, squared_error
from .page import drawn, figure, paragraph, section, steps

if TYPE_CHECKING:
    from viz import Picture

LEAD = (
    "A neuron gets two numbers, answers, and is told how wrong it was. Follow its numbers forward "
    "to the loss, backward to the gradients, and see one step of learning make the loss smaller."
)
ROUNDED = (
    "Numbers are shown with four significant digits. Where the digits shown give the digits shown, "
    "it says =; where rounding comes between, it says ≈."
)


def files(lesson: Lesson) -> dict[str, str]:
    """The page and its pictures, by file name."""
    first, pictures = _picture(
        lesson.before, "neuron-forward", "forward",
        "The neuron's forward pass: inputs times weights, their sum with the bias, tanh, the loss.",
    )  # fmt: skip
    second, more = _picture(
        lesson.before, "neuron-backward", "backward",
        "The same neuron with its gradients, and the chain rule on every arrow.",
    )  # fmt: skip
    third, still_more = _picture(
        lesson.after, "neuron-after", "forward", "The forward pass after one step.",
    )  # fmt: skip
    fourth, last = drawn(
        lambda theme: viz.draw(lesson.loss, theme=theme),
        "neuron-draw",
        "The graph of the neuron as draw shows it: the weighted sum is one box.",
    )
    player, played = page.offered(
        "neuron-player.html", lesson.player.html,
        "Step through it: press →, watch a number arrive, or predict it before it is shown",
    )  # fmt: skip
    handout, printed = page.offered(
        "neuron-handout.html", lesson.handout.html,
        "Compute it by hand: two sheets to print, the second with the solution",
    )  # fmt: skip
    body = [
        player,
        handout,
        section("Forward: from the inputs to the loss", *_forward(lesson, first)),
        section("Backward: from the loss to every number", *_backward(lesson, second)),
        section("Is it true? Nudge and measure", *_checks(lesson)),
        section("One step of learning", *_step(lesson, third)),
        section("Before you look", *_questions(lesson)),
        section("Draw it yourself", *_program(fourth)),
    ]
    html = page.document(TITLE, LEAD, body)
    return {"neuron.html": html, **pictures, **more, **still_more, **last, **played, **printed}


def _picture(neuron: Neuron, name: str, view: str, words: str) -> tuple[str, dict[str, str]]:
    def draw(theme: str) -> Picture:
        return viz.draw_neuron(
            neuron, inputs(), loss=squared_error, view=view, theme=theme, direction="TB",
            legend=False,
        )  # fmt: skip

    return drawn(draw, name, words)


def _forward(lesson: Lesson, picture: str) -> Iterable[str]:
    yield paragraph(
        "Each input is multiplied by its weight; the products and the bias add up to z; tanh "
        "squeezes z into the output o. The error e is how far o is from the target y, and the "
        "loss L is its square."
    )
    yield figure(
        picture,
        "Read it from top to bottom. v is the value of each box, computed from the boxes above it. "
        "Square boxes are parameters, which learning changes; a folded corner is an input; a "
        "dashed border is a constant; round corners are operations, with a double border if they "
        f"are an activation. At the bottom stands the loss, {number(lesson.loss.data)}.",
    )
    yield steps(lesson.steps("forward"))
    yield paragraph(ROUNDED, "small")


def _backward(lesson: Lesson, picture: str) -> Iterable[str]:
    yield paragraph(
        "How would L change if one of these numbers were a little larger? That rate is the "
        "number's gradient. Backward, rates along a path are multiplied, and where paths meet "
        "they are added."
    )
    yield figure(
        picture,
        "The same boxes, with g, the gradient of the loss, in each. Read it from the bottom up: on "
        "every arrow stands the local derivative × the gradient of the box it comes from = what it "
        "brings. Negative ones are dashed; the thicker the arrow, the larger its number. Two "
        "arrows go back from L to e, since L = e × e: what they bring is added.",
    )
    yield steps(lesson.steps("backward"))


def _checks(lesson: Lesson) -> Iterable[str]:
    yield paragraph(
        "A gradient is a promise about small changes, and this is how to hold it to its word: "
        "raise one number by a little, compute the loss again, compare."
    )
    yield page.equations(lesson.nudges)
    yield paragraph(
        "They differ a little, because L is a curve and its gradient the straight line that "
        "touches it: the smaller the nudge, the closer the two.",
        "small",
    )


def _step(lesson: Lesson, picture: str) -> Iterable[str]:
    yield paragraph(
        f"The gradients are negative: larger parameters mean a smaller loss. So each is moved "
        f"against its gradient, by {number(RATE)} times its size (the learning rate):"
    )
    yield steps(lesson.steps("update"))
    yield paragraph("Then the same inputs go forward again:")
    again = lesson.steps("again")
    yield steps(again)
    yield figure(picture, f"After one step: {again[-1].sentence}")


def _questions(lesson: Lesson) -> Iterable[str]:
    yield page.question(
        "What is w1.grad if L.backward() is called a second time, without zeroing?",
        paragraph(
            f"{number(lesson.repeated)}: twice {number(lesson.repeated / 2.0)}. Gradients of "
            "leaves add up over calls, so training sets them to zero before each pass "
            "(optimiser.zero_grad())."
        ),
    )
    yield page.question(
        "The input x2 were 0. Which gradient would certainly be 0?",
        paragraph(
            "That of w2: it moves z at rate x2, and a rate of 0 carries nothing back. A weight "
            "learns only from inputs that are not zero."
        ),
    )
    yield page.question(
        "z were 5 instead. Would the neuron learn faster or more slowly?",
        paragraph(
            "More slowly: tanh is nearly flat there. Its local derivative 1 − o² is almost 0, and "
            "everything behind it is multiplied by that."
        ),
    )


def _program(picture: str) -> Iterable[str]:
    yield paragraph("The same numbers, with nothing but the engine and a call to draw:")
    yield page.code(PROGRAM)
    yield figure(
        picture,
        "What draw shows of a neuron that was built with nn: the weighted sum is one box, Σ. Of a "
        "constant no gradient is asked, so its g is —.",
    )
