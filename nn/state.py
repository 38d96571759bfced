"""The numbers of a model by name: what `Module.state_dict` gives, and `load_state_dict` takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autograd.numbers import is_number, real

from .names import misfit
from .walk import Part


def state_of(named: Iterable[tuple[str, Any]]) -> dict[str, float]:
    """The number of each parameter, by name."""
    state: dict[str, float] = {}
    for name, parameter in named:
        if name in state:
            raise ValueError(
                f"two parameters are both named {name!r}: a dict in this model has a key with "
                "a dot in it; choose keys without"
            )
        state[name] = parameter.data
    return state


def fill(named: Mapping[str, Any], state: Any, model: str) -> None:
    """Give each parameter its number: all of them, or none; ``model`` is what errors call it."""
    if not isinstance(state, Mapping):
        instead = "; nn.load(path, model) fills a model from a file" * isinstance(state, Part)
        raise TypeError(
            "load_state_dict takes a dict of numbers by name, as state_dict() gives it, got "
            f"a {type(state).__name__}{instead}"
        )
    if complaint := misfit(named, state):
        raise ValueError(f"this state does not fit {model}: it {complaint}; nothing was loaded")
    numbers = [_weight(name, state[name]) for name in named]
    for parameter, number in zip(named.values(), numbers, strict=True):
        parameter.data = number


def _weight(name: str, x: Any) -> float:
    """A number from a state, checked."""
    if not is_number(x):
        raise TypeError(
            f"load_state_dict takes real numbers, got {x!r:.60} for {name!r}; nothing was loaded"
        )
    number = real(x, "load_state_dict")
    if number != number:
        raise ValueError(f"load_state_dict got nan for {name!r}; nothing was loaded")
    return number
