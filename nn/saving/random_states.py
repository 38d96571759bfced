"""The states of random generators, so that training continues with the same draws."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from ..module import Module
from ..randomness import is_numpys
from ..walk import attributes
from .container import fits


def random_states(model: Module, rng: Any = None) -> list[dict[str, Any]]:
    """The state of each generator that training draws from, for JSON and `set_random_states`.

    These are ``rng``, for the training itself (None is Python's global ``random``), and every
    ``random.Random``, or the module ``random``, that a part of the model has as an attribute; a
    shared one once. A NumPy generator in the model raises an error.

    >>> from nn import MLP
    >>> model, rng = MLP(2, [1]), random.Random(0)
    >>> states = random_states(model, rng)
    >>> draws = [rng.random(), rng.random()]
    >>> set_random_states(model, rng, states)
    >>> [rng.random(), rng.random()] == draws
    True
    """
    return [
        {"of": name, "state": _state(generator, name)}
        for name, generator in generators(model, rng).items()
    ]


def set_random_states(model: Module, rng: Any, states: Sequence[Any]) -> None:
    """Put each generator back into the state that `random_states` found: all of them, or none.

    Raises
    ------
    ValueError
        if the model's generators differ, or a state is malformed.
    """
    drawn = generators(model, rng)
    is_right = fits(states, [{"of": str, "state": object}])
    given = [state["of"] for state in states] if is_right else []
    if given != list(drawn):
        raise ValueError(
            f"these are the random states of {', '.join(given) or 'nothing'}, but the generators "
            f"here are {', '.join(drawn)}; build the model as it was, each rng where it was"
        )
    found = [_checked(state["state"], state["of"]) for state in states]
    for generator, state in zip(drawn.values(), found, strict=True):
        generator.setstate(state)


def generators(model: Module, rng: Any) -> dict[str, Any]:
    """Every generator that training draws from, under the name of its first place."""
    found: dict[int, tuple[str, Any]] = {}
    own = random if rng is None else rng
    places = [("rng", own)]
    for way, module in model.named_modules():
        stem = f"model.{way}" if way else "model"
        places += [(f"{stem}.{name}", x) for name, x in attributes(module)]
        places.append((f"{stem}.rng", getattr(module, "rng", None)))  # perhaps from its class
    for name, x in places:
        if isinstance(x, random.Random) or x is random or x is own or is_numpys(x):
            found.setdefault(id(x), (name, x))
    return dict(found.values())


def _state(generator: Any, name: str) -> list[Any]:
    """A state of ``random.Random``: a version, whole numbers, and a saved draw."""
    try:
        version, numbers, kept = generator.getstate()
        return [version, list(numbers), kept]
    except (NotImplementedError, AttributeError, TypeError, ValueError):
        raise TypeError(
            f"the generator {name} is a {type(generator).__name__}, whose draws cannot be "
            "repeated; use random.Random(seed)"
        ) from None


def _checked(state: Any, name: str) -> tuple[Any, ...]:
    """The state, tested on a spare generator."""
    try:
        version, numbers, kept = state
        whole = (version, tuple(numbers), kept)
        random.Random().setstate(whole)
        is_right = isinstance(kept, float | None)
    except (TypeError, ValueError, OverflowError):
        is_right = False
    if not is_right:
        raise ValueError(f"the random state of {name} is malformed: {state!r:.60}")
    return whole
