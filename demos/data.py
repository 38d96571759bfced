"""scikit-learn's handwritten digits: 1,797 images of 8 × 8 pixels, written by 13 people.

Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
Repository, 1998; the copy that comes with scikit-learn needs no download.
"""

from __future__ import annotations

from dataclasses import dataclass

from .missing import MissingError

FOLDS = 5
LEVELS = 16  # a pixel counts the ink of 4 × 4 finer ones


@dataclass(frozen=True, slots=True)
class Digits:
    """The images, each a list of 64 numbers from 0 to 1, row by row, and what they show."""

    images: list[list[float]]
    targets: list[int]

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, slots=True)
class Split:
    """Which examples are learned from, and which are held out to see whether it was learning."""

    training: list[int]
    held_out: list[int]


def load() -> Digits:
    """All digits, as plain lists of floats.

    >>> digits = load()
    >>> len(digits), len(digits.images[0]), digits.targets[:10]
    (1797, 64, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])

    Raises: MissingError if scikit-learn is missing, saying how to install it.
    """
    try:
        from sklearn.datasets import load_digits  # noqa: PLC0415 - it takes a second
    except ImportError as error:
        raise MissingError("scikit-learn") from error
    pixels, targets = load_digits(return_X_y=True)
    return Digits((pixels / LEVELS).tolist(), targets.tolist())


def splits(digits: Digits, seed: int) -> list[Split]:
    """Five ways to hold out a fifth: every digit once, each kind in its proportion (stratified).

    >>> [len(split.held_out) for split in splits(load(), seed=0)]
    [360, 360, 359, 359, 359]
    """
    try:
        from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415 - as above
    except ImportError as error:
        raise MissingError("scikit-learn") from error
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return [
        Split(training.tolist(), held_out.tolist())
        for training, held_out in folds.split(digits.images, digits.targets)
    ]
