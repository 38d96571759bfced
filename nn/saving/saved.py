"""A model as it is saved: its structure, its numbers, and which of them are frozen."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace

from ..answers import keep, known, note, trained_with
from ..losses import LOSSES
from ..module import Module
from ..names import misfit
from ..parameter import Parameter
from .architecture import Architecture, built, described, difference
from .container import File, FormatError, Tensor, is_count, parsed
from .layout import Places, layout, tensors

VERSION = "1"
MODEL = "glassgrad model"
CHECKPOINT = "glassgrad checkpoint"
OF_MODEL = "model/"  # the prefix of a model's tensors in a checkpoint

# The JSON form of the texts in a header, and what they say about a model.
_FORMS = {
    "architecture": {"title": str, "parts": [dict]},
    "frozen": {str: [is_count]},
    "decision_threshold": lambda x: x is None or (type(x) is float and math.isfinite(x)),
}


@dataclass(frozen=True, slots=True)
class Saved:
    """What a file says about a model."""

    architecture: Architecture
    tensors: dict[str, Tensor]
    frozen: dict[str, list[int]] = field(default_factory=dict)  # tensor: positions in it
    threshold: float | None = None  # the model's decision_threshold
    loss: str | None = None  # the loss that it was trained with

    def texts(self, kind: str) -> dict[str, str]:
        """The header texts for a file of this kind."""
        said = {
            "architecture": asdict(self.architecture),
            "frozen": self.frozen,
            "decision_threshold": self.threshold,
        }
        texts = {name: json.dumps(x, separators=(",", ":")) for name, x in said.items()}
        texts |= {} if self.loss is None else {"trained_with": self.loss}
        return {"format": kind, "version": VERSION, **texts}

    def with_numbers(self, tensors: Mapping[str, Tensor], prefix: str) -> Saved:
        """The model with the numbers from its file, under names with this prefix."""
        return replace(self, tensors={name: tensors[prefix + name] for name in self.tensors})

    def blank(self) -> Module:
        """A new model with this structure, all zeros."""
        return built(self.architecture, sum(math.prod(one.shape) for one in self.tensors.values()))

    def places(self, model: Module) -> Places:
        """Where the numbers go in a model; each has a place.

        Raises
        ------
        FormatError
            if the model has different names or shapes, or if something cannot be frozen.
        """
        places = layout(model)
        target = type(model).__name__
        if complaint := misfit(places, self.tensors):
            raise FormatError(
                f"its {self.architecture.title} does not fit this {target}: it {complaint}"
            )
        for name, place in places.items():
            if (shape := self.tensors[name].shape) != place.shape:
                raise FormatError(
                    f"its {name!r} has the shape {list(shape)}, but in this {target} the shape is "
                    f"{list(place.shape)}"
                )
        for name, positions in self.frozen.items():
            block = places.get(name)
            parameters = [] if block is None else block.parameters
            for i in positions:
                if i >= len(parameters) or not isinstance(parameters[i], Parameter):
                    raise FormatError(
                        f"it freezes number {i} of {name!r:.60}, but this {target} has no "
                        "Parameter there"
                    )
        return places

    def fitting(self, model: Module) -> Places:
        """Like `places`; raises if the structures differ, as far as both are known."""
        places = self.places(model)
        if self.architecture.is_known:
            own = described(model)
            if own.is_known and (found := difference(own, self.architecture)):
                raise FormatError(f"it fits another model: {found}")
        return places

    def fill(self, model: Module, places: Places | None = None) -> None:
        """Put these numbers into a model with the same structure: all of them, or none."""
        places = self.fitting(model) if places is None else places
        if wrong := self.impossible(places):
            name, _, number = wrong
            raise FormatError(f"its {name!r} contains {number!r}, which is impossible there")
        self.put(model, places)

    def impossible(self, places: Places) -> tuple[str, int, float] | None:
        """The first number that is impossible in its place, with its tensor and position."""
        for name, place in places.items():
            for i, number in enumerate(self.tensors[name].numbers):
                if not place.takes(number):
                    return name, i, number
        return None

    def put(self, model: Module, places: Places) -> None:
        """Put these numbers, which have been found to fit, into the places of a model."""
        for name, place in places.items():
            place.fill(self.tensors[name].numbers, self.frozen.get(name, ()))
        keep(model, self.threshold)
        note(model, self.loss)


def on_paper(model: Module, places: Places, structure: Architecture) -> Saved:
    """A model as it is now, with an existing description of its structure."""
    frozen = {name: place.frozen for name, place in places.items() if place.frozen}
    return Saved(structure, tensors(places), frozen, known(model), trained_with(model))


def written(model: Module, structure: Architecture) -> Saved:
    """A model as it is now, if it can be written and read again.

    Raises
    ------
    ValueError
        if a number is nan, or a name cannot be written.
    """
    places = layout(model)
    saved = on_paper(model, places, structure)
    for name in places:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise ValueError(
                f"save writes names as UTF-8, but {name!r} has half a character (a lone surrogate) "
                "in it; give that attribute or key of the model another name. Nothing was written"
            ) from None
    if wrong := saved.impossible(places):
        name, i, number = wrong
        raise ValueError(
            f"save got a model whose {places[name].names[i]!r} is {number!r}; nothing was written. "
            "Training went wrong before this: autograd.check_finite(loss) names where"
        )
    return saved


def snapshot(model: Module) -> Callable[[], None]:
    """For undoing: a function that puts a model's present numbers back."""
    places = layout(model)
    now = on_paper(model, places, Architecture(""))
    return lambda: now.put(model, places)


def saved_in(file: File, *kinds: str) -> Saved:
    """The model in a file of one of these kinds, without its numbers, which are read later."""
    check_kind(file, *kinds)
    prefix = OF_MODEL if file.texts["format"] == CHECKPOINT else ""
    blank = {
        name.removeprefix(prefix): Tensor(shape, [])
        for name, shape in file.shapes.items()
        if name.startswith(prefix)
    }
    texts = {"decision_threshold": "null", **file.texts}
    for name in _FORMS.keys() - texts.keys():
        raise FormatError(f"its header has no {name!r}")
    said = {name: parsed(texts[name], f"its {name!r}", form) for name, form in _FORMS.items()}
    loss = texts.get("trained_with")
    if loss is not None and loss not in LOSSES:
        raise FormatError(f"it was trained with {loss!r:.60}, which this glassgrad does not have")
    architecture = Architecture(**said["architecture"])
    return Saved(architecture, blank, said["frozen"], said["decision_threshold"], loss)


def check_kind(file: File, *kinds: str) -> None:
    """Raise unless a file has one of these kinds, and a version that can be read here."""
    found, version = file.texts.get("format", ""), file.texts.get("version", "")
    if found not in kinds:
        raise FormatError(f"it is a {found:.60}, but this reads only a {' or '.join(kinds)}")
    if version != VERSION:
        raise FormatError(
            f"it has version {version!r:.60} of the format, but this glassgrad reads version "
            f"{VERSION}: install a newer glassgrad"
        )
