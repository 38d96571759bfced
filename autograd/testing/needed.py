"""Packages that only checks need, imported on first use."""

from __future__ import annotations

import importlib
from typing import Any

from _glassgrad_installation import packages_of


def needed(package: str, who: str, module: str = "autograd.testing") -> Any:
    """The package, imported; if it is not installed, an error that says what to type.

    >>> needed("math", "gcd").gcd(4, 6)
    2
    >>> needed("sleepmath", "points")
    Traceback (most recent call last):
    ImportError: autograd.testing.points needs the package sleepmath: pip install "glassgrad[check]"
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        root = package.partition(".")[0]
        if error.name not in {package, root}:
            raise
        raise ImportError(
            f"{module}.{who} needs the package {root}: {packages_of('check')}"
        ) from None
