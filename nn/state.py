"""The numbers of a model by name: what `Module.state_dict` gives, and `load_state_dict` takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autograd.numbers import is_number, real

from .names import nearest
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
    missing = [name for name in named if name not in state]
    unknown = [name for name in state if name not in named]
    complaints = [f"lacks {_listed(missing, unknown)}"] * bool(missing)
    complaints += [f"has unknown {_listed(unknown, missing or list(named))}"] * bool(unknown)
    if complaints:
        raise ValueError(
            f"this state does not fit {model}: it {' and '.join(complaints)}; nothing was loaded"
        )
    numbers = [_weight(name, state[name]) for name in named]
    for parameter, number in zip(named.values(), numbers, strict=True):
        parameter.data = number


def _listed(names: list[str], others: list[str]) -> str:
    """Up to three names in quotes; with the other side's nearest, if it is but one."""
    quoted = ", ".join(map(repr, names[:3]))
    if len(names) > 3:
        return f"{quoted} and {len(names) - 3} more"
    match = nearest(names[0], others) if len(names) == 1 else ""
    return f"{quoted} (nearest: {match!r})" if match else quoted


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
