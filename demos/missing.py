"""What the demos need besides glassgrad itself: the packages of its extra ``demos``."""

from __future__ import annotations

from importlib.util import find_spec

from _glassgrad_installation import packages_of

NEEDED_FOR = {
    "hypothesis": "wrong engines are found with",
    "matplotlib": "the plots are drawn by",
    "safetensors": "the trained network is saved with",
    "scikit-learn": "the handwritten digits come with",
}


class MissingError(ImportError):
    """A package is not installed; the message says what it is for and what to run.

    >>> raise MissingError("scikit-learn")
    Traceback (most recent call last):
        ...
    demos.missing.MissingError: the handwritten digits come with scikit-learn, which is not \
installed here; run: pip install "glassgrad[demos]"
    """

    def __init__(self, package: str) -> None:
        super().__init__(
            f"{NEEDED_FOR[package]} {package}, which is not installed here; "
            f"run: {packages_of('demos')}"
        )


def check(*packages: str) -> None:
    """See that packages can be imported, before minutes are spent on what needs them.

    >>> check("scikit-learn", "matplotlib")

    Raises: MissingError for the first that is missing.
    """
    for package in packages:
        if find_spec({"scikit-learn": "sklearn"}.get(package, package)) is None:
            raise MissingError(package)
