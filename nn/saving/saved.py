"""A model on paper: structure, numbers, and which of them are frozen."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from autograd import Value

from ..answers import keep, known, note, trained_with
from ..losses import LOSSES
from ..module import Module
from ..names import nearest
from ..parameter import Parameter
from .architecture import Architecture, built, described
from .container import Header, Tensor, parsed
from .errors import FormatError
from .layout import Block, Column, Places, layout, tensors

VERSION = "1"
MODEL = "glassgrad model"
CHECKPOINT = "glassgrad checkpoint"
THRESHOLD = "decision_threshold"
TRAINED_WITH = "trained_with"
OF_MODEL = "model/"  # begins the names of a model's tensors in a checkpoint


@dataclass(frozen=True, slots=True)
class Saved:
    """What a file says of a model."""

    architecture: Architecture
    tensors: dict[str, Tensor]
    frozen: dict[str, list[int]] = field(default_factory=dict)  # tensor: positions in it
    threshold: float | None = None  # the model's decision_threshold
    loss: str | None = None  # what it was trained with

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return sum([math.prod(tensor.shape) for tensor in self.tensors.values()])

    def model(self) -> Module:
        """A new model: this structure, these numbers."""
        model = built(self.architecture, self.count)
        self.put(self._places(model), model)
        return model

    def check(self, model: Module) -> None:
        """Whether a model is of the same structure, as far as both are known."""
        self._fitting(model)

    def fill(self, model: Module) -> None:
        """Give a model of the same structure these numbers: all of them, or none."""
        self.put(self._fitting(model), model)

    def _fitting(self, model: Module) -> Places:
        places = self._places(model)
        if not self.architecture.is_known:
            return places
        try:
            own = described(model)
        except ValueError:  # functions without a name: nobody can compare them
            return places
        if own.is_known and (difference := _difference(own, self.architecture)):
            raise FormatError(f"it fits another model: {difference}")
        return places

    def _places(self, model: Module) -> Places:
        """Where the numbers go; there is a place for each, and each may go there."""
        places = layout(model)
        check_names(self.tensors, places, self.architecture.title, type(model).__name__)
        for name, positions in self.frozen.items():
            _check_frozen(name, positions, places)
        for name, place in places.items():
            if isinstance(place, Column) and not place.takes(self.tensors[name].numbers):
                raise FormatError(
                    f"its {name!r} has impossible values (not finite, or a scale of 0 or less)"
                )
        return places

    def put(self, places: Places, model: Module) -> None:
        """Give the places in a model these numbers, which were found to fit."""
        for name, place in places.items():
            place.fill(self.tensors[name].numbers)
            if isinstance(place, Block):
                _freeze(place.parameters, set(self.frozen.get(name, ())))
        keep(model, self.threshold)
        note(model, self.loss)


def written(model: Module, structure: Architecture) -> Saved:
    """A model as it is now, whose structure is described already.

    Raises
    ------
    ValueError
        if a number is nan, or a name cannot be written down.
    """
    places = layout(model)
    numbers = tensors(places)
    for name in numbers:
        _check_name(name)
    for name, tensor in numbers.items():
        if math.isnan(sum(tensor.numbers)):  # one look at each tensor; inf − inf is looked up
            _check_nan(name, tensor.numbers, places[name])
    return Saved(structure, numbers, _frozen(places), known(model), trained_with(model))


def snapshot(model: Module) -> Callable[[], None]:
    """The way back: a function that gives a model the numbers that it has now."""
    places = layout(model)
    now = Saved(
        Architecture(""), tensors(places), _frozen(places), known(model), trained_with(model)
    )
    return lambda: now.put(places, model)


def texts_of(saved: Saved) -> dict[str, str]:
    """The texts for the header of a file."""
    texts = {
        "architecture": json.dumps(asdict(saved.architecture), separators=(",", ":")),
        "frozen": json.dumps(saved.frozen, separators=(",", ":")),
    }
    if saved.threshold is not None:
        texts[THRESHOLD] = repr(saved.threshold)
    return texts if saved.loss is None else {**texts, TRAINED_WITH: saved.loss}


def saved_in(header: Header) -> Saved:
    """The model in a file whose numbers were not read yet; each of its texts is sound by itself."""
    start = len(OF_MODEL) if header.texts["format"] == CHECKPOINT else 0
    shapes = {
        name[start:]: Tensor(shape, [])
        for name, shape in header.shapes.items()
        if not start or name.startswith(OF_MODEL)
    }
    fields = parsed(_text(header, "architecture"), "its architecture")
    frozen = parsed(_text(header, "frozen"), "its list of frozen parameters")
    if not isinstance(fields, dict) or fields.keys() != {"title", "parts", "shared"}:
        raise FormatError("its architecture is malformed")
    title, parts, pairs = fields["title"], fields["parts"], fields["shared"]
    if not isinstance(title, str) or not isinstance(parts, list) or not _are_pairs(pairs):
        raise FormatError("its architecture is malformed")
    if not isinstance(frozen, dict) or not all(map(_are_positions, frozen.values())):
        raise FormatError("its list of frozen parameters is malformed")
    at = parsed(header.texts.get(THRESHOLD, "null"), "its decision threshold")
    if at is not None and not (isinstance(at, float) and math.isfinite(at)):
        raise FormatError(f"its decision threshold is {at!r:.60}, not a finite float")
    loss = header.texts.get(TRAINED_WITH)
    if loss is not None and loss not in LOSSES:
        raise FormatError(f"it was trained with {loss!r:.60}, which is no loss of this glassgrad")
    return Saved(Architecture(title, parts, pairs), shapes, frozen, at, loss)


def with_numbers(saved: Saved, tensors: Mapping[str, Tensor], prefix: str = "") -> Saved:
    """The model with the numbers that stand in its file under these names."""
    given = {name: tensors[prefix + name] for name in saved.tensors}
    for name, tensor in given.items():
        if any(map(math.isnan, tensor.numbers)):
            raise FormatError(f"a number in {name!r} is nan")
    return replace(saved, tensors=given)


def check_kind(header: Header, *kinds: str) -> None:
    """Whether a file is of one of these kinds, and of a version that is read here."""
    found = header.texts.get("format", "")
    if found not in kinds:
        raise FormatError(f"it is a {found:.60}, and what is read here is a {' or '.join(kinds)}")
    version = header.texts.get("version", "")
    if version != VERSION:
        raise FormatError(
            f"it has version {version!r:.60} of the format, and this glassgrad reads version "
            f"{VERSION}: install a newer glassgrad"
        )


@contextmanager
def about(what: str, path: Any) -> Iterator[None]:
    """Errors in here say which file they are about."""
    try:
        yield
    except FormatError as error:
        raise FormatError(f"cannot {what} {str(path)!r}: {error}") from None


def check_names(
    given: Mapping[str, Tensor], places: Places, source: str = "model", target: str = "model"
) -> None:
    """Whether each place has a tensor of its shape, and each tensor a place."""
    missing = [name for name in places if name not in given]
    unknown = [name for name in given if name not in places]
    if missing:
        raise FormatError(f"its {source} has no {_listed(missing, unknown)}, and this {target} has")
    if unknown:
        raise FormatError(f"its {source} has {_listed(unknown, places)}, and this {target} has not")
    for name, place in places.items():
        if given[name].shape != place.shape:
            raise FormatError(
                f"its {name!r} has the shape {list(given[name].shape)}, and in this {target} "
                f"the shape is {list(place.shape)}"
            )


def _text(header: Header, name: str) -> str:
    if name not in header.texts:
        raise FormatError(f"its header has no {name!r}")
    return header.texts[name]


def _check_name(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise ValueError(
            f"save writes names as UTF-8, and {name!r} has half a character (a lone surrogate) in "
            "it; give that attribute or key of the model another name. Nothing was written"
        ) from None


def _are_pairs(x: Any) -> bool:
    return isinstance(x, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(name, str) for name in pair)
        for pair in x
    )


def _are_positions(x: Any) -> bool:
    return isinstance(x, list) and all(type(i) is int and i >= 0 for i in x)


def _listed(names: list[str], others: Iterable[str]) -> str:
    if len(names) > 1:
        return f"{names[0]!r} and {len(names) - 1} more"
    match = nearest(names[0], others)
    return f"{names[0]!r} (nearest: {match!r})" if match else repr(names[0])


def _difference(own: Architecture, other: Architecture) -> str:
    """Where two structures with the same tensors part; the modes of training may."""
    ours, theirs = [[_compared(part) for part in each.parts] for each in (own, other)]
    if len(ours) != len(theirs):
        return f"one of {len(theirs)} parts, and this {own.title} has {len(ours)}"
    for mine, its in zip(ours, theirs, strict=True):
        for key in {**mine, **its}:
            if mine.get(key) != its.get(key):
                if key == "kind":
                    return f"{its.get(key)} there is {mine.get(key)} here"
                kind = its.get("kind")
                return f"the {key} of {kind} is {its.get(key)} there, and {mine.get(key)} here"
    return ""


def _compared(part: Any) -> dict[str, Any]:
    facts = part if isinstance(part, dict) else {"kind": part}
    return {key: fact for key, fact in facts.items() if key not in {"scope", "training"}}


def _check_nan(name: str, numbers: list[float], place: Block | Column) -> None:
    for i, number in enumerate(numbers):
        if math.isnan(number):
            exact = place.names[i] if isinstance(place, Block) else f"{name}.{i}"
            raise ValueError(
                f"save got a model whose {exact!r} is nan; nothing was written. Training went "
                "wrong before: autograd.check_finite(loss) names where"
            )


def _frozen(places: Places) -> dict[str, list[int]]:
    found = {
        name: [i for i, parameter in enumerate(place.parameters) if parameter.kind == "frozen"]
        for name, place in places.items()
        if isinstance(place, Block)
    }
    return {name: positions for name, positions in found.items() if positions}


def _check_frozen(name: str, positions: list[int], places: Places) -> None:
    place = places.get(name)
    if not isinstance(place, Block) or (positions and max(positions) >= len(place.parameters)):
        raise FormatError(f"it freezes what it does not have, in {name!r:.60}")
    for i in positions:
        if not isinstance(place.parameters[i], Parameter):
            raise FormatError(
                f"it freezes {place.names[i]!r}, which is not a Parameter in this model"
            )


def _freeze(parameters: list[Value], positions: set[int]) -> None:
    for i, parameter in enumerate(parameters):
        if isinstance(parameter, Parameter) and parameter.frozen != (i in positions):
            parameter.freeze() if i in positions else parameter.unfreeze()
