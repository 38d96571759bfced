"""What an optimiser gets: a model, a list of parameters, or groups with their own settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograd import Constant, Value

from ..checks import Check
from ..finding import Parameters
from ..module import Module
from ..names import meant
from ..parameter import FROZEN


@dataclass(frozen=True, slots=True)
class Group:
    """Some parameters, and the settings that differ from the optimiser's."""

    parameters: list[Value]
    owner: Module | None  # the model, if these are all of its parameters: changes are followed
    settings: dict[str, Any]

    def followed(self, optimiser: str) -> Group:
        """The group with the owner's present parameters; itself if they are the same."""
        if self.owner is None:
            return self
        now: list[Any] = self.owner.parameters()
        if not now or now == self.parameters:  # two Values are equal if they are the same object
            return self
        return replace(self, parameters=_checked(now, optimiser))


def groups_of(given: Any, optimiser: str, settings: Mapping[str, Check]) -> list[Group]:
    """The user's groups, checked; a plain list of parameters becomes one group."""
    if not isinstance(given, (Module, list)) and _is_iterable(given):
        given = list(given)  # an iterator can be read only once
    dicts = [isinstance(x, dict) for x in given] if isinstance(given, list) else []
    if not any(dicts):
        return [Group(_checked(given, optimiser), _owner(given), {})]
    if not all(dicts):
        raise TypeError(
            f"{optimiser} takes parameters or groups, but this list has both: no dict at position "
            f"{dicts.index(False)}; write {{'params': [...]}} for the others too"
        )
    found = []
    for i, one in enumerate(given):
        who = f"{optimiser}: group {i}"
        if "params" not in one:
            raise ValueError(f"{who} has no 'params'; write {{'params': model.layers[0], ...}}")
        params = [one["params"]] if isinstance(one["params"], Value) else one["params"]
        own = {name: x for name, x in one.items() if name != "params"}
        own = checked_settings(own, who, settings)
        found.append(Group(_checked(params, who), _owner(params), own))
    check_apart(found, optimiser)
    return found


def checked_settings(
    own: Mapping[str, Any], who: str, settings: Mapping[str, Check]
) -> dict[str, Any]:
    """The settings of a group, each checked."""
    optimiser, _, group = who.partition(": ")
    for name in own:
        if name not in settings:
            there = ("params", *settings)
            raise ValueError(f"{who} has an unknown {name!r:.60}{meant(str(name), there)}")
    return {
        name: settings[name](x, f"{optimiser}: {name}{group and f' of {group}'}")
        for name, x in own.items()
    }


def check_apart(groups: Sequence[Group], optimiser: str) -> None:
    """Raise ValueError if a parameter is in two groups."""
    seen: dict[int, int] = {}
    for i, group in enumerate(groups):
        for parameter in group.parameters:
            if (other := seen.setdefault(id(parameter), i)) != i:
                raise ValueError(
                    f"{optimiser}: the parameter{named(parameter)} is in the groups {other} and "
                    f"{i}; give each to one group"
                )


def named(parameter: Value) -> str:
    """The label and the scope of a parameter, for an error; empty if it has no label.

    >>> named(Value(1.0, label="w"))
    " 'w'"
    """
    name = f" {parameter.label!r}" if parameter.label else ""
    return name + (f" in {parameter.scope}" if parameter.scope else "")


def _owner(parameters: Any) -> Module | None:
    """The model, if these are all of its parameters."""
    if isinstance(parameters, Module):
        return parameters
    if isinstance(parameters, Parameters) and parameters == parameters.owner.parameters():
        owner: Module = parameters.owner
        return owner
    return None


def _is_iterable(x: Any) -> bool:
    return not isinstance(x, (Value, str, dict)) and hasattr(x, "__iter__")


def _checked(given: Any, who: str) -> list[Value]:
    """The parameters, each once; raises if one is not a leaf that can be trained."""
    found = given.parameters() if isinstance(given, Module) else given
    if not _is_iterable(found):
        kind = who.partition(":")[0]
        raise TypeError(
            f"{who} takes a Module or a list of parameters, got a {type(given).__name__}; write "
            f"{kind}(model, ...), {kind}(model.parameters(), ...) or, for groups, "
            f"{kind}([{{'params': model.layers[0]}}, ...], ...)"
        )
    once: list[Any] = list({id(parameter): parameter for parameter in found}.values())
    if not once:
        name = repr(given) if isinstance(given, Module) else "this list"
        raise ValueError(f"{who} got no parameters: {name} has none to train")
    for i, x in enumerate(once):
        if not isinstance(x, Value):
            raise TypeError(f"{who} takes parameters, got a {type(x).__name__} at position {i}")
        if x.op is not None or (isinstance(x, Constant) and type(x) not in FROZEN):
            what = f"the constant {x.data:g}"
            if x.op is not None:
                what = f"the result of {x.op.name}, not the leaves that it was computed from,"
            raise ValueError(f"{who} takes parameters, got {what} at position {i}")
    return once
