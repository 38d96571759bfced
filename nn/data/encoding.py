"""Encodings for networks: labels as lists of 0 and 1, columns with mean 0 and deviation 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from autograd.numbers import is_number, real

from ..checks import finite, gathered, items, positive, rows, size
from ..module import Module
from ..names import helped

# A deviation this small compared with the numbers is only rounding: such a column is constant.
_ROUNDING = 1e-14


def _count_of(labels: Any = (), *_: Any, **__: Any) -> str:
    """What to write for ``one_hot(y)``: with only part of the data, a guess could be too small."""
    found = [labels] if is_number(labels) else list(items(labels, "labels"))
    if not found or not all(map(is_number, found)):
        return ""
    return (
        f"needs the number of classes; the largest label is {max(found)}: write "
        f"one_hot(labels, {int(max(found)) + 1}), or more if a class is missing here"
    )


@helped(_count_of)
def one_hot(labels: Any, classes: int) -> list[Any]:
    """A list with 1.0 at the label's position and 0.0 elsewhere; for labels, a list of such lists.

    >>> one_hot(2, 4)
    [0.0, 0.0, 1.0, 0.0]
    >>> one_hot([0, 1], 2)
    [[1.0, 0.0], [0.0, 1.0]]

    Raises
    ------
    ValueError
        if a label is not a whole number from 0 to classes − 1.
    """
    count = size(classes, "one_hot: classes")
    if is_number(labels):
        return _row(labels, count, "")
    return [_row(label, count, f" {i}") for i, label in enumerate(items(labels, "labels"))]


class Standardise(Module):
    """(x − mean) / scale for each column, with means and scales measured on the training data.

    Make it the first part of a model: it is then saved with the model, so that inputs are scaled in
    use as they were in training. It has no parameters: training does not change ``means`` and
    ``scales``.

    >>> from nn import Layer, Sequential
    >>> first = Standardise.of([[1.0, 100.0], [3.0, 500.0]])
    >>> first.means, first.scales
    ([2.0, 300.0], [1.0, 200.0])
    >>> first([4.0, 100.0])
    [2.0, -1.0]
    >>> Sequential(first, Layer(2, 1))
    Sequential(Standardise(2), Layer(2 -> 1, relu))

    Parameters
    ----------
    means, scales:
        One number for each column; scales are above 0. `Standardise.of` measures them.
    """

    whole: ClassVar[bool] = True
    measured: ClassVar[tuple[str, ...]] = ("means", "scales")

    means: list[float]
    scales: list[float]

    def __init__(self, means: Sequence[float], scales: Sequence[float]) -> None:
        self.means = [finite(x, f"Standardise: means[{i}]") for i, x in enumerate(means)]
        self.scales = [positive(x, f"Standardise: scales[{i}]") for i, x in enumerate(scales)]
        if not self.means or len(self.means) != len(self.scales):
            raise ValueError(
                f"Standardise got {len(self.means)} means and {len(self.scales)} scales; give one "
                "of each for every column"
            )

    @classmethod
    def of(cls, X: Any) -> Standardise:
        """Measure the mean and deviation of each column, on examples as `examples` takes them.

        The deviation is the root of the mean squared distance from the mean. A constant column gets
        the scale 1.

        >>> Standardise.of([[5.0], [5.0]]).scales
        [1.0]
        """
        table = [row if isinstance(row, list) else [row] for row in rows(X, "X")]
        for i, row in enumerate(table):
            if len(row) != len(table[0]):  # whole numbers, which could have been tokens
                raise ValueError(
                    f"Standardise got a list of {len(row)} as X[{i}] and a list of "
                    f"{len(table[0])} as X[0]; give every row as many numbers"
                )
        columns = [
            _mean_and_scale(column, f"Standardise: column {j} of X")
            for j, column in enumerate(zip(*table, strict=True))
        ]
        return cls([mean for mean, _ in columns], [scale for _, scale in columns])

    def forward(self, x: Any) -> list[Any]:
        """One example, a list of numbers or Values, standardised."""
        numbers = gathered(x, self)
        return [
            (number - mean) / scale
            for number, mean, scale in zip(numbers, self.means, self.scales, strict=True)
        ]

    @property
    def nin(self) -> int:
        """How many columns there are."""
        return len(self.means)

    @property
    def shape(self) -> str:
        """Inputs and outputs, which have the same number: ``"3 -> 3"``."""
        return f"{self.nin} -> {self.nin}"

    @property
    def title(self) -> str:
        """Kind and size, for error messages."""
        return repr(self)

    def rebuilt(self, nin: int) -> str:
        """The line that builds one for ``nin`` columns."""
        return f"{type(self).__name__}.of(X) from rows of {nin}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.nin})"


def _row(label: Any, classes: int, position: str) -> list[float]:
    if not is_number(label):
        raise TypeError(
            f"one_hot takes whole numbers as labels, got {label!r:.60} as label{position}"
        )
    number = real(label, "one_hot")
    if number not in range(classes):
        raise ValueError(
            f"one_hot got {number:g} as label{position}; labels of {classes} classes must be whole "
            f"numbers from 0 to {classes - 1}"
        )
    row = [0.0] * classes
    row[int(number)] = 1.0
    return row


def _mean_and_scale(column: Sequence[Any], what: str) -> tuple[float, float]:
    """The mean and the deviation; a constant column has the scale 1.

    Computed on numbers scaled below 1 by a power of 2, so that no square overflows or vanishes.
    """
    numbers = [real(x, what) for x in column]
    _, exponent = math.frexp(max(map(abs, numbers)))
    small = [math.ldexp(x, -exponent) for x in numbers]
    mean = math.fsum(small) / len(small)
    scale = math.hypot(*[x - mean for x in small]) / math.sqrt(len(small))
    if scale <= _ROUNDING * abs(mean):
        scale = 0.0
    # Or 1.0: for a constant column, or one that varies by less than a double can show.
    return math.ldexp(mean, exponent), math.ldexp(scale, exponent) or 1.0
