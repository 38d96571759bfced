"""The legend: one sample of each kind of box, and of each kind of arrow, that a picture holds."""

from __future__ import annotations

from collections.abc import Iterable

from ..scene.diagram import Arrow, Box, Sample

KINDS = {
    "parameter": "parameter",
    "frozen": "frozen parameter",
    "variable": "variable",
    "constant": "constant",
    "operation": "operation",
    "activation": "activation",
    "group": "group of nodes",
    "layer": "layer or neuron",
}

_SIGNS = {
    "positive": "solid: +",
    "negative": "dashed: −",
    "zero": "dotted: 0 or ≈0",
    "alarm": "thickest: nan! or inf!",
    "wrong": "double: wrong",
}


_UNITS = {"input": ("input",), "unit": ("hidden", "unit"), "output": ("output",)}


def legend(
    boxes: Iterable[Box], arrows: Iterable[Arrow], width: str = "size"
) -> tuple[Sample, ...]:
    """Samples of what occurs, in an order that does not depend on the picture.

    A result is drawn as the kind that it is, with a thick border. ``width`` is what the thickness
    of arrows tells.
    """
    boxes = list(boxes)
    kinds = {box.kind for box in boxes}
    samples = [Sample(kind, (word,)) for kind, word in KINDS.items() if kind in kinds]
    roots = [box.kind for box in boxes if box.is_root]
    if roots:
        samples.append(Sample(roots[0], ("result",), is_root=True))
    return (*samples, *_marks(boxes, arrows, width))


def network_legend(boxes: Iterable[Box], arrows: Iterable[Arrow], edges: str) -> tuple[Sample, ...]:
    """The legend of a network, whose lines are weights or gradients."""
    boxes = list(boxes)
    kinds = {box.kind for box in boxes}
    samples = [Sample(kind, words) for kind, words in _UNITS.items() if kind in kinds]
    return (*samples, *_marks(boxes, arrows, f"|{edges}|"))


def _marks(boxes: Iterable[Box], arrows: Iterable[Arrow], width: str) -> tuple[Sample, ...]:
    """Samples of the stop sign around numbers that are none, and of line styles in words."""
    samples = []
    if any(box.is_alarming for box in boxes):
        samples.append(Sample("operation", ("nan! or inf!",), is_alarming=True))
    signs = {arrow.sign for arrow in arrows}
    words = [word for sign, word in _SIGNS.items() if sign in signs]
    if signs & {"positive", "negative"}:
        words.append(f"width: {width}")
    if words:
        samples.append(Sample("note", tuple(words)))
    return tuple(samples)
