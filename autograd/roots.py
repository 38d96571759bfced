"""`backward` from one root or several, with what it is given checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .numbers import listed, real
from .sweep import accumulate
from .value import Constant, Value


def backward(roots: Value | Sequence[Value], seeds: float | Sequence[float] | None = None) -> None:
    """Add Σ seed · d(root)/d(leaf) to ``grad`` of every leaf, for one root or several.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> backward([x * x, 2.0 * x], seeds=[1.0, 10.0])
    >>> x.grad
    26.0

    Raises
    ------
    TypeError
        if a root is not a Value, or is a constant (`ConstantError`).
    ValueError
        if the numbers of roots and seeds differ.
    """
    if isinstance(roots, Value):
        roots = [roots]
        seeds = None if seeds is None else [seeds]  # type: ignore[list-item]
    roots = _checked_roots(roots)
    weights = [1.0] * len(roots) if seeds is None else listed(seeds, "seeds")
    if len(weights) != len(roots):
        raise ValueError(
            f"backward got {len(roots)} roots and {len(weights)} seeds; give one seed for each root"
        )
    accumulate(roots, [real(weight, "a seed") for weight in weights])


def _checked_roots(roots: Any) -> list[Value]:
    """``roots`` as a list of Values that a gradient can be asked of."""
    if not isinstance(roots, (list, tuple)):
        raise TypeError(
            f"backward starts from a Value or a list of Values, got a {type(roots).__name__}; "
            "a loss must be one number, so add or average its parts"
        )
    if not roots:
        raise ValueError("backward got an empty list of roots; give at least one Value")
    for root in roots:
        if not isinstance(root, Value):
            raise TypeError(
                f"backward starts from Values, got a {type(root).__name__} among the roots"
            )
        if isinstance(root, Constant):
            root.backward()  # raises
    return list(roots)
