"""What a reader steps through: pictures, what is written into them step by step, and the words.

All texts are final: the page that shows them computes nothing. A `Story` has one or more `View`s,
each with a picture and steps of its own. A page, a handout and an animation are made of it.

Contract with the picture of a view: every box is an SVG group with the id of its `Entry`, whose
``<text>`` elements are its lines: 0 the name, 1 the value, 2 the gradient. Every arrow is a group
``e<operand>_<consumer>_<position>``. What is drawn in a box and would give one of its lines away,
an image or a bar, has ``data-line`` with the line's number, and is seen when that line is written;
with ``data-full``, the width of a full bar, it is as wide as the `Fill` says, else as strong.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..scene.diagram import Diagram

PHASES = ("start", "forward", "backward", "update", "again")


@dataclass(frozen=True, slots=True)
class Fill:
    """One line of one box that a step writes: ``g −0.1 so far``; ``exact`` is for hovering.

    ``share`` is how full the bar of this line, or how strong its shade, is now: −1 to 1.
    """

    box: str
    line: int
    text: str
    exact: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """What flows along an arrow in a step: ``0.64 × (−0.8) = −0.512``, and its ``sign``.

    ``sign`` and ``strength`` are those of `viz.scene.diagram.Arrow`.
    """

    arrow: str
    text: str
    sign: str = "plain"
    strength: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what happens, in symbols, in numbers and in a sentence.

    ``symbols`` and ``numbers`` are the two lines of the equation band, ``answer`` the result that
    follows ``numbers`` and that prediction hides: ``∂L/∂z = (1 − o²) · ∂L/∂o``,
    ``= 0.64 × (−0.8) =``, ``−0.512``. ``question`` is the sentence without the answer. ``note``
    says where a rate comes from and how far a sum has come: ``1 − o² = 1 − 0.6² = 0.64; so far
    −0.1, 1 of 2``; it, too, is hidden from those who predict.
    """

    phase: str
    title: str
    symbols: str
    numbers: str
    answer: str
    sentence: str
    question: str
    note: str = ""
    box: str = ""
    sources: tuple[str, ...] = ()
    carried: tuple[Carried, ...] = ()
    fills: tuple[Fill, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """One way from a number to the root, for "why is this gradient what it is"."""

    text: str
    boxes: tuple[str, ...]
    arrows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is known of one box: a row of the table, and what a click on the box shows.

    ``formula`` is how its value came about, ``total`` how its gradient did, over all that use it;
    ``nudge`` what raising a parameter does; ``paths`` why its gradient is what it is, closed by
    ``covered``; ``opens`` is the key of the view that shows its inside.
    """

    box: str
    name: str
    what: str
    value: str
    exact_value: str
    grad: str
    exact_grad: str
    formula: str = ""
    total: str = ""
    source: str = ""
    nudge: str = ""
    paths: tuple[Path, ...] = ()
    covered: str = ""
    opens: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """One picture with its steps; ``tab`` is its name among the tabs.

    A view ``within`` another (its key) is opened from it and stands in no tab. ``picture`` is a
    diagram to be laid out, or finished SVG text. ``hint`` tells what is not shown, and how to see
    it.
    """

    key: str
    tab: str
    title: str
    picture: Diagram | str
    entries: tuple[Entry, ...]
    steps: tuple[Step, ...]
    within: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """All views of one computation; ``first`` is the key of the one shown first.

    Without it that is the first of the views. ``language`` is that of the page's own words.
    """

    title: str
    views: tuple[View, ...]
    first: str = ""
    language: str = "english"
