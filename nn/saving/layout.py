"""Which tensors hold a model's numbers, and their names.

The names depend only on the names of the parameters. Numbers at the end of a name are indices:
``encoder.w.0.3`` is row 0, column 3 of ``encoder.w``. Neurons are the rows of a matrix, as in
PyTorch: ``layers.0.neurons.5.w.2`` is row 5, column 2 of ``layers.0.weight``, whose shape is
(nout, nin), and ``layers.0.neurons.5.b`` is entry 5 of ``layers.0.bias``. If the indices have gaps
(rows of unequal length, a weight that belongs to another part first), the tensor is a plain list,
in the order of the parameters.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from autograd import Value

from ..data.encoding import Standardise
from ..layers import Neuron
from ..module import Module
from ..parameter import Parameter
from ..walk import Part, dotted, walk_parts
from .container import Tensor

_INDEX = re.compile(r"0|[1-9][0-9]*", re.ASCII)
_NEURON = re.compile(r"(.*\.)?neurons\.(0|[1-9][0-9]*)\.([wb])", re.ASCII)

Index = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The parameters in one tensor, with their names."""

    shape: tuple[int, ...]
    names: list[str]
    parameters: list[Value]

    @property
    def numbers(self) -> list[float]:
        """What they are now."""
        return [parameter.data for parameter in self.parameters]

    def takes(self, number: float) -> bool:
        """Whether a parameter can have this number."""
        return not math.isnan(number)

    @property
    def frozen(self) -> list[int]:
        """The positions of the frozen parameters."""
        return [i for i, parameter in enumerate(self.parameters) if parameter.kind == "frozen"]

    def fill(self, numbers: Sequence[float], frozen: Collection[int] = ()) -> None:
        """Set each parameter to its number; freeze those at these positions, and no others."""
        before, after = set(self.frozen), set(frozen)
        for parameter, number in zip(self.parameters, numbers, strict=True):
            parameter.data = number
        for i in before ^ after:
            parameter = self.parameters[i]
            if isinstance(parameter, Parameter):
                parameter.freeze() if i in after else parameter.unfreeze()


@dataclass(frozen=True, slots=True)
class Column(Block):
    """Numbers that a part has measured and does not train: a list of floats, not parameters.

    A class names the attributes with such lists in a tuple ``measured``.
    """

    owner: Part
    attribute: str

    @property
    def numbers(self) -> list[float]:
        """What they are now."""
        return list(map(float, getattr(self.owner, self.attribute)))

    def takes(self, number: float) -> bool:
        """Whether this is a possible measurement."""
        is_scale = isinstance(self.owner, Standardise) and self.attribute == "scales"
        return math.isfinite(number) and (number > 0.0 or not is_scale)

    def fill(self, numbers: Sequence[float], _: Collection[int] = ()) -> None:
        """Replace them."""
        setattr(self.owner, self.attribute, list(numbers))


Places = dict[str, Block]


def layout(model: Module) -> Places:
    """The place of each tensor's numbers in a model.

    >>> from nn import MLP
    >>> {name: place.shape for name, place in layout(MLP(2, [3, 1])).items()}
    {'layers.0.weight': (3, 2), 'layers.0.bias': (3,), \
'layers.1.weight': (1, 3), 'layers.1.bias': (1,)}
    """
    found = list(model.named_parameters())
    named: dict[str, Value] = dict(found)
    if len(named) != len(found):
        model.state_dict()  # raises, and says which name occurs twice
    places: Places = {
        tensor: Block(
            _shape([index for index, _ in inside]),
            [name for _, name in inside],
            [named[name] for _, name in inside],
        )
        for tensor, inside in _grouped(named).items()
    }
    return {**places, **columns(model)}


def columns(model: Module) -> dict[str, Column]:
    """The measured numbers in the parts of a model.

    Neurons are not searched: they are most of a model. Trails are used rather than names: in a
    deeply nested model each name is as long as the model is deep.
    """
    found: dict[str, Column] = {}
    for trail, part in walk_parts(model, enter=lambda part: type(part) is not Neuron):
        for attribute in getattr(type(part), "measured", ()):
            name, count = dotted((trail, attribute)), len(getattr(part, attribute))
            names = [f"{name}.{i}" for i in range(count)]
            found[name] = Column((count,), names, [], part, attribute)
    return found


def tensors(places: Places) -> dict[str, Tensor]:
    """The present numbers of a model."""
    return {name: Tensor(place.shape, place.numbers) for name, place in places.items()}


def _grouped(names: Iterable[str]) -> dict[str, list[tuple[Index, str]]]:
    """The index and name of each parameter, by its tensor."""
    split, in_matrix = cache(_split), cache(_in_matrix)  # once for each list of weights
    plain: dict[str, tuple[str, Index]] = {}
    for name in names:
        head, _, last = name.rpartition(".")
        plain[name] = name, ()
        if head and _INDEX.fullmatch(last):
            stem, index = split(head)
            plain[name] = stem, (*index, int(last))
    taken = {stem for stem, _ in plain.values()}
    groups: dict[str, list[tuple[Index, str]]] = {}
    for name, (stem, index) in plain.items():
        tensor, row = in_matrix(stem, len(index))
        # Otherwise it is a part with neurons that also has a weight of its own.
        at = (tensor, (*row, *index)) if tensor not in taken else (stem, index)
        groups.setdefault(at[0], []).append((at[1], name))
    return groups


def _split(name: str) -> tuple[str, Index]:
    """The name of a list and the indices in it: ``("encoder.w", (0, 3))``."""
    parts = name.split(".")
    end = len(parts)
    while end > 1 and _INDEX.fullmatch(parts[end - 1]):
        end -= 1
    return ".".join(parts[:end]), tuple(map(int, parts[end:]))


def _in_matrix(stem: str, depth: int) -> tuple[str, Index]:
    """The tensor with a neuron's weights or bias, and the row."""
    match = _NEURON.fullmatch(stem)
    if match is None or depth != (match[3] == "w"):
        return stem, ()
    return f"{match[1] or ''}{'weight' if depth else 'bias'}", (int(match[2]),)


def _shape(indices: list[Index]) -> tuple[int, ...]:
    """The shape that the indices fill row by row; one long row if there is no such shape."""
    shape = tuple([i + 1 for i in indices[-1]])
    # Compare their number first: an index may be any key of a dict, with a huge gap before it.
    if len(indices) == math.prod(shape) and indices == list(product(*map(range, shape))):
        return shape
    return (len(indices),)
