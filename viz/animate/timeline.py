"""When each thing of an animation shows: spans of time, in shares of one round.

A step takes an equal time. In its first part numbers travel along the arrows, and with its
*reveal* the answer and what it writes into the boxes appear. After the last step comes a pause
that shows everything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..lessons.lesson import GRADIENT, VALUE
from ..say.story import Step, View
from ..scene.diagram import Arrow, Box

PHASES = ("start", "forward", "backward")
REVEAL = 0.45  # of a step
Line = tuple[str, int]  # the id of a box and the line of it


@dataclass(frozen=True, slots=True)
class Manner:
    """How an animation is made: seconds for a step and for the pause, colours, direction."""

    seconds: float = 2.0
    pause: float = 4.0
    theme: str = "auto"
    direction: str = "auto"


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment to another, in steps."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Shown:
    """A text in a line of a box, and when it shows; without a span always."""

    text: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """Numbers travel along an arrow; ``sign`` and ``strength`` are those of an `Arrow`."""

    span: Span
    is_backward: bool
    sign: str
    strength: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that happens in ``steps``, in one round of ``length`` steps, the pause included."""

    steps: tuple[Step, ...]
    length: float
    lines: Mapping[Line, tuple[Shown, ...]]
    receives: Mapping[str, tuple[Span, ...]]
    flows: Mapping[str, tuple[Flow, ...]]

    @property
    def turn(self) -> float:
        """When the backward pass begins."""
        backward = [n for n, step in enumerate(self.steps) if step.phase == "backward"]
        return float(backward[0] if backward else len(self.steps))


def timeline(view: View, arrows: Sequence[Arrow], boxes: Sequence[Box], pause: float) -> Timeline:
    """The timeline of a view; ``pause`` is measured in steps."""
    steps = tuple([step for step in view.steps if step.phase in PHASES])
    length = len(steps) + pause
    receives: dict[str, list[Span]] = defaultdict(list)
    flows: dict[str, list[Flow]] = defaultdict(list)
    for number, step in enumerate(steps):
        lit = {fill.box for fill in step.fills} if step.phase != "start" else set()
        for box in sorted(lit):
            receives[box].append(Span(number, number + 1))
        for arrow, flow in _flows(step, number, arrows):
            flows[arrow].append(flow)
    return Timeline(
        steps, length, _lines(boxes, steps, length),
        {box: tuple(spans) for box, spans in receives.items()},
        {arrow: tuple(its) for arrow, its in flows.items()},
    )  # fmt: skip


def _flows(step: Step, number: int, arrows: Iterable[Arrow]) -> Iterable[tuple[str, Flow]]:
    span = Span(number, number + 1)
    is_backward = step.phase == "backward"
    for carried in step.carried:
        yield carried.arrow, Flow(span, is_backward, carried.sign, carried.strength)
    if not step.carried and not is_backward:
        for arrow in arrows:
            if arrow.head == step.box and arrow.tail in step.sources:
                yield arrow.id, Flow(span, is_backward, "plain", 0.0)


def _lines(
    boxes: Iterable[Box], steps: Sequence[Step], length: float
) -> dict[Line, tuple[Shown, ...]]:
    """What stands in each line of each box, in the order of time."""
    written: dict[Line, list[tuple[float, str]]] = defaultdict(list)
    for number, step in enumerate(steps):
        moment = 0.0 if step.phase == "start" else number + REVEAL
        for fill in step.fills:
            written[fill.box, fill.line].append((moment, fill.text))
    return {
        (box.id, line): _shown(line, written[box.id, line], length)
        for box in boxes
        for line in (VALUE, GRADIENT)
        if written[box.id, line]
    }


def _shown(line: int, written: list[tuple[float, str]], length: float) -> tuple[Shown, ...]:
    """Texts one after the other; before the first, that it is not known yet."""
    if written[0][0] > 0.0:
        written = [(0.0, "v ·" if line == VALUE else "g ·"), *written]
    ends = [start for start, _ in written[1:]] + [length]
    if len(written) == 1:
        return (Shown(written[0][1]),)
    return tuple(
        Shown(text, Span(start, end)) for (start, text), end in zip(written, ends, strict=True)
    )
