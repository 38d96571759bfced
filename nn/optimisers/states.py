"""What an optimiser remembers, as plain numbers to save, and back again: all of it or nothing."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from autograd.numbers import is_number, real

from ..names import nearest
from ..settings import not_negative
from .groups import Group, checked_settings

if TYPE_CHECKING:
    from .optimiser import Optimiser

_KEYS = ("class", "parameters", "settings", "memory")
_OF_GROUPS = ("base_lr", "groups")


def of(optimiser: Optimiser) -> dict[str, Any]:
    """The class, the number of parameters, the settings and the memory of an optimiser.

    And its groups, with the learning rate beside which their own rates were given.
    """
    settings = {name: getattr(optimiser, name) for name in optimiser.settings}
    state = {
        "class": type(optimiser).__name__,
        "parameters": len(optimiser.parameters),
        "settings": _plain(settings),
        "memory": {name: list(getattr(optimiser, name)) for name in optimiser.memory},
    }
    if optimiser.is_grouped:
        state["base_lr"] = optimiser._base_lr  # noqa: SLF001 - its state
        state["groups"] = [
            {"parameters": len(group.parameters), "settings": _plain(group.settings)}
            for group in optimiser._groups  # noqa: SLF001 - its state
        ]
    return state


def load(optimiser: Optimiser, state: Any) -> None:
    """Give an optimiser the settings and the memory of a state that fits it."""
    me = type(optimiser).__name__
    _check_grouped(optimiser, _mapping(state, f"{me}.load_state_dict takes"))
    _check_keys(f"this state of {me}", state, _KEYS + _OF_GROUPS * optimiser.is_grouped)
    _check_fit(optimiser, state)
    # All is tried on a copy first, so that a state with one bad number changes nothing.
    trial = copy.copy(optimiser)
    settings = _mapping(state["settings"], "'settings' is")
    _check_keys(f"'settings' of this state of {me}", settings, optimiser.settings)
    for name, x in settings.items():
        if is_number(x) and x != x:
            raise ValueError(f"{me}: {name} is nan in this state; nothing was loaded")
        setattr(trial, name, x)
    if optimiser.is_grouped:
        base_lr = not_negative(state["base_lr"], f"{me}: base_lr of this state")
        trial._regroup(_groups(optimiser, state["groups"]), base_lr)  # noqa: SLF001 - its state
    memory = _mapping(state["memory"], "'memory' is")
    _check_keys(f"'memory' of this state of {me}", memory, optimiser.memory)
    for name, numbers in memory.items():
        floats = _floats(numbers, f"{me}: {name}", len(optimiser.parameters))
        if name in optimiser.never_negative and min(floats) < 0.0:
            raise ValueError(
                f"{me}: {name} is never negative, and in this state {min(floats):g} is among it; "
                "nothing was loaded"
            )
        setattr(trial, name, floats)
    for name in (*settings, *memory, "_groups", "_base_lr"):
        setattr(optimiser, name, getattr(trial, name))


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON has them."""
    return {name: list(x) if isinstance(x, tuple) else x for name, x in settings.items()}


def _check_grouped(optimiser: Optimiser, state: Mapping[str, Any]) -> None:
    if ("groups" in state) != optimiser.is_grouped:
        was, is_ = ("with", "without") if "groups" in state else ("without", "with")
        raise ValueError(
            f"this state is of an optimiser {was} groups, and this {type(optimiser).__name__} is "
            f"one {is_}; build it as the one that was saved. Nothing was loaded"
        )


def _groups(optimiser: Optimiser, given: Any) -> list[Group]:
    """The groups of an optimiser with the settings of a state, checked."""
    me, own = type(optimiser).__name__, optimiser._groups  # noqa: SLF001 - its state
    if not isinstance(given, list) or len(given) != len(own):
        raise ValueError(
            f"'groups' of this state of {me} is no list of {len(own)}, got {given!r:.60}; nothing "
            "was loaded"
        )
    found = []
    for i, (group, one) in enumerate(zip(own, given, strict=True)):
        what = f"group {i} of this state of {me}"
        _check_keys(what, _mapping(one, f"{what} is"), ("parameters", "settings"))
        if one["parameters"] != len(group.parameters):
            raise ValueError(
                f"{what} has {one['parameters']!r:.60} parameters, and this optimiser's has "
                f"{len(group.parameters)}; nothing was loaded"
            )
        settings = _mapping(one["settings"], f"'settings' of {what} is")
        checked = checked_settings(settings, f"{me}: group {i}", optimiser.settings)
        found.append(replace(group, settings=checked))
    return found


def _check_fit(optimiser: Optimiser, state: Mapping[str, Any]) -> None:
    me, saved = type(optimiser).__name__, state["class"]
    if saved != me:
        raise ValueError(
            f"this state is of {saved!r:.60}, and this optimiser is {me!r}; build the one that "
            "was saved. Nothing was loaded"
        )
    count = len(optimiser.parameters)
    if state["parameters"] != count:
        raise ValueError(
            f"this state and {me} differ in how many parameters they are for: "
            f"{state['parameters']!r:.60} and {count}; build it for the model that was saved. "
            "Nothing was loaded"
        )


def _mapping(x: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(x, Mapping):
        raise TypeError(
            f"{what} a dict, as state_dict() gives it, got {x!r:.60}; nothing was loaded"
        )
    return x


def _check_keys(what: str, given: Mapping[str, Any], wanted: Iterable[str]) -> None:
    names = tuple(wanted)
    for name in names:
        if name not in given:
            raise ValueError(f"{what} lacks {name!r}; nothing was loaded")
    for name in given:
        if name not in names:
            match = nearest(str(name), names)
            hint = f"; did you mean {match!r}?" if match else "."
            raise ValueError(f"{what} has an unknown {name!r:.60}{hint} Nothing was loaded")


def _floats(numbers: Any, what: str, count: int) -> list[float]:
    """A list of one float for each parameter, checked."""
    if isinstance(numbers, (str, bytes, dict)) or not hasattr(numbers, "__len__"):
        raise TypeError(f"{what} is a list of numbers, got {numbers!r:.60}; nothing was loaded")
    if len(numbers) != count:
        raise ValueError(
            f"{what} has one number for each parameter, {count}, and in this state "
            f"{len(numbers)}; nothing was loaded"
        )
    floats = []
    for i, x in enumerate(numbers):
        if not is_number(x):
            raise TypeError(f"{what}[{i}] is a number, got {x!r:.60}; nothing was loaded")
        floats.append(real(x, f"{what}[{i}]"))
        if x != x:
            raise ValueError(f"{what}[{i}] is nan in this state; nothing was loaded")
    return floats
