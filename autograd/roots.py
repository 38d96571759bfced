"""Where gradients start: one root or several, each with its seed. `backward` takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .numbers import is_number, real
from .primitive import Recorder
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
    if isinstance(roots, (list, tuple)) and not roots:
        raise ValueError("backward got an empty list of roots; give at least one Value")
    advice = "; a loss must be one number, so add or average its parts"
    values = checked_roots(roots, "backward starts from", advice)
    for root in values:
        if isinstance(root, Constant):
            root.backward()  # raises
    accumulate(values, checked_seeds(seeds, len(values), "backward"))


def checked_roots(roots: Any, what: str, advice: str = "") -> list[Value]:
    """``roots`` as a list of Values; ``what`` begins an error message, ``advice`` may end it."""
    if isinstance(roots, Recorder):
        raise TypeError(
            f"{what} a Value of autograd, got a {type(roots).__qualname__} of "
            f"{type(roots).__module__}, which does not remember rows of the table; draw it with "
            "code that reads _prev and _op, or take Value from autograd"
        )
    if not isinstance(roots, (list, tuple)) or not roots:
        raise TypeError(f"{what} a Value or a list of Values, got {roots!r:.60}{advice}")
    for root in roots:
        if not isinstance(root, Value):
            raise TypeError(f"{what} Values, got a {type(root).__name__} among them")
    return list(roots)


def checked_seeds(seeds: Any, count: int, who: str) -> list[float]:
    """The seed of each of ``count`` roots; 1.0 each if ``seeds`` is None."""
    if seeds is None:
        return [1.0] * count
    if is_number(seeds) or isinstance(seeds, str) or not hasattr(seeds, "__len__"):
        raise TypeError(f"seeds must be a list with one number for each root, got {seeds!r}")
    if len(seeds) != count:
        raise ValueError(
            f"{who} got {count} roots and {len(seeds)} seeds; give one seed for each root"
        )
    return [real(seed, "a seed") for seed in seeds]
