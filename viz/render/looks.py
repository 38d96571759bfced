"""How each kind of box looks, said once: for Graphviz, SVG, stylesheets, Mermaid and legends.

Every kind has a shape or a border of its own, so that colour never carries meaning alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..scene.diagram import Arrow, Box, Sample
from .palette import Theme


@dataclass(frozen=True, slots=True)
class Look:
    """How one kind of box is drawn.

    ``fill`` is the kind whose colour it has. ``corner`` is how round it is, in heights of text.
    ``mark`` is ``fold`` (a corner turned down), ``cuts`` (across the corners), ``pile`` (another
    box behind it) or ``plain`` (no border). ``brackets`` are those of Mermaid.
    """

    fill: str
    corner: float = 0.0
    is_double: bool = False
    is_dashed: bool = False
    is_round: bool = False
    mark: str = ""
    brackets: tuple[str, str] = ("[", "]")

    @property
    def shape(self) -> str:
        """Graphviz' name for it."""
        if self.is_round:
            return "doublecircle" if self.is_double else "circle"
        return {"fold": "note", "pile": "box3d", "plain": "plain"}.get(self.mark, "box")

    @property
    def style(self) -> str:
        """Graphviz' style."""
        styles = ["filled"] * (self.mark != "plain") + ["rounded"] * (self.corner > 0.5)
        return ",".join([*styles, *["diagonals"] * (self.mark == "cuts"),
                         *["dashed"] * self.is_dashed])  # fmt: skip

    @property
    def borders(self) -> int:
        """How many lines Graphviz draws around it; a double circle has its second by name."""
        return 2 if self.is_double and not self.is_round else 1


_CIRCLE = ("((", "))")

LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        "parameter": Look("parameter"),
        "frozen": Look("parameter", mark="cuts", brackets=("[[", "]]")),
        "variable": Look("variable", mark="fold", brackets=("[/", "/]")),
        "constant": Look("constant", is_dashed=True),
        "operation": Look("operation", corner=0.6, brackets=("(", ")")),
        "activation": Look("activation", corner=0.6, is_double=True, brackets=("([", "])")),
        "input": Look("variable", is_round=True, brackets=_CIRCLE),
        "unit": Look("activation", is_round=True, brackets=_CIRCLE),
        "output": Look("root", is_round=True, is_double=True, brackets=_CIRCLE),
        "group": Look("group", corner=0.2, mark="pile", brackets=("{{", "}}")),
        "layer": Look("group", corner=0.2, is_double=True, brackets=("[[", "]]")),
        "note": Look("operation", mark="plain", brackets=_CIRCLE),
    }
)


def fill_of(kind: str, theme: Theme, *, is_root: bool = False) -> str:
    """The colour of a box in a theme."""
    return theme.fills["root" if is_root else LOOKS[kind].fill]


def stylesheet(box: str, kinds: Iterable[str] = LOOKS) -> str:
    """The fills of boxes in SVG; ``box`` is what a stylesheet calls one."""
    rules = [f"{box} .inner,{box} .rule{{fill:none}}"]
    for kind in [kind for kind in kinds if kind in LOOKS]:
        dashes = ";stroke-dasharray:6 4" if LOOKS[kind].is_dashed else ""
        rules.append(f"{box}.{kind} .shape{{fill:var(--{LOOKS[kind].fill}-fill){dashes}}}")
    rules.append(f"{box}.root .shape{{fill:var(--root-fill)}}")
    return "\n".join(rules) + "\n"


# --- the legend -----------------------------------------------------------------------------------

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
