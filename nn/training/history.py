"""What a training leaves behind: a column of numbers for everything that was measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

# The columns of `LayerStatistics`, two for each layer: "layers.0/update_ratio".
UPDATE_RATIO, GRADIENT_NORM = "update_ratio", "gradient_norm"
_OF_LAYERS = (f"/{UPDATE_RATIO}", f"/{GRADIENT_NORM}")


class History(dict[str, list[Any]]):
    """A dict with one list for each thing measured, one number in it for each epoch.

    ``pandas.DataFrame(history)`` and ``json.dumps(history)`` take it as it is; `rows` is the same
    by epochs. Columns are ``epoch``, ``loss``, the metrics, the same of the validation examples
    as ``val_loss`` and so on, ``lr`` (at the epoch's end), ``seconds``, and whatever callbacks
    add. Where something was not measured stands nan.

    >>> history = History()
    >>> history.add({"epoch": 1, "loss": 0.5}); history.add({"epoch": 2, "loss": 0.25})
    >>> history["loss"], history.rows()[1]
    ([0.5, 0.25], {'epoch': 2, 'loss': 0.25})
    """

    stopped: str = ""
    """Why the training ended: ``"all 50 epochs done"``, ``"interrupted in epoch 7 …"``."""
    interrupted: bool = False
    """Whether Ctrl-C was pressed, be it in the last batch."""
    best_epoch: int | None = None
    """The epoch with the best number of those that early stopping watches; counts from 1."""

    @property
    def epochs(self) -> int:
        """How many epochs were finished."""
        return max(map(len, self.values()), default=0)

    def add(self, numbers: Mapping[str, Any]) -> None:
        """Append one epoch."""
        before = self.epochs
        for name in numbers:
            self.setdefault(name, [math.nan] * before)
        for name, column in self.items():
            column.append(numbers.get(name, math.nan))

    def rows(self) -> list[dict[str, Any]]:
        """One dict for each epoch."""
        return [{name: column[i] for name, column in self.items()} for i in range(self.epochs)]

    def last(self, name: str = "loss") -> Any:
        """The number of the last epoch.

        >>> History({"loss": [0.5, 0.25]}).last()
        0.25
        """
        if name not in self:
            raise KeyError(f"{name!r} was not measured; there are: {', '.join(self)}")
        if not self[name]:
            raise KeyError(f"{name!r} has no number yet: no epoch was finished")
        return self[name][-1]

    def __repr__(self) -> str:
        last = {name: column[-1] for name, column in self.items() if column and name != "lr"}
        ended = f"; {self.stopped}" if self.stopped else ""
        return f"<History of {self.epochs} epochs: {words(last, '=')}{ended}>"


def words(numbers: Mapping[str, Any], between: str = " ") -> str:
    """The numbers of an epoch in a line, without those of layers.

    >>> words({"epoch": 3, "loss": 0.123456, "val_loss": 0.5, "seconds": 1.0})
    'loss 0.1235, val_loss 0.5'
    """
    return ", ".join(
        f"{name}{between}{number:.4g}"
        for name, number in numbers.items()
        if name not in {"epoch", "seconds"}
        and not name.endswith(_OF_LAYERS)
        and isinstance(number, (int, float))
    )
