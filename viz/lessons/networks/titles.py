"""What the units and layers of a large network are called: unit 13, score 3, layer 1."""

from __future__ import annotations

from ...say.labels import shorten
from ...see.neurons import Network, Unit
from .naming import LIMIT, Names


class LargeNames(Names):
    """Names that count from 0, as a model does: unit 13 is ``neurons.13`` of its layer."""

    def __init__(
        self, network: Network, *, is_classifier: bool = False, image: tuple[int, int] | None = None
    ) -> None:
        self.is_classifier, self.image = is_classifier, image
        super().__init__(network)

    @property
    def is_short(self) -> bool:
        """Never: a number would not tell where one of so many weights leads."""
        return False

    def unit(self, unit: Unit) -> str:
        """A unit: h13 of the first layer; of a classifier's last s3, the score of a class."""
        columns = self.network.columns
        if unit.column == len(columns) - 1:
            return f"s{unit.place}" if self.is_classifier else super().unit(unit)
        letters = "hkmnpqrs"
        return f"{letters[unit.column % len(letters)]}{unit.place}"

    def spoken(self, unit: Unit) -> str:
        """A unit in a sentence."""
        columns = self.network.columns
        if unit.column == len(columns) - 1:
            label = shorten(self.graph.nodes[unit.runs[0].output].label, LIMIT)
            return label or (f"score {unit.place}" if self.is_classifier else self.unit(unit))
        many = f" of layer {unit.column + 1}" if len(columns) > 2 else ""
        return f"unit {unit.place}{many}"

    def input(self, index: int, position: int, count: int) -> str:
        """An input: its label, ``pixel 3,5``, or x0, x1 ..."""
        label = shorten(self.graph.nodes[index].label, LIMIT)
        if self.image is not None and label in {"", f"x{position + 1}"}:  # nn's name, or none
            return "pixel {},{}".format(*divmod(position, self.image[1]))
        return label or (f"x{position}" if count > 1 else "x")
