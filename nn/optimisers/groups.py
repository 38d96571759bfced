"""What an optimiser is given: a model, a list of parameters, or groups with their own settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import is_
from typing import Any

from autograd import Value

from ..finding import Parameters
from ..module import Module
from ..names import nearest
from ..settings import Check


@dataclass(frozen=True, slots=True)
class Group:
    """Some parameters, and the settings in which they differ from the optimiser's."""

    parameters: list[Value]
    owner: Module | None  # whose they are, all of them: it is followed
    settings: dict[str, Any]

    def followed(self, optimiser: str) -> Group:
        """With the parameters that the owner has now; itself if they are the same."""
        if self.owner is None:
            return self
        now: list[Any] = self.owner.parameters()
        if not now or _same(now, self.parameters):
            return self
        return replace(self, parameters=_checked(now, optimiser))


def groups_of(given: Any, optimiser: str, settings: Mapping[str, Check]) -> list[Group]:
    """What users hand over, checked; parameters without a group of their own make one."""
    if not isinstance(given, (Module, list, tuple, dict, Value, str)) and _is_iterable(given):
        given = list(given)  # an iterator is read once
    dicts = [isinstance(x, dict) for x in given] if isinstance(given, (list, tuple)) else []
    if not any(dicts):
        return [Group(_checked(given, optimiser), _owner(given), {})]
    if not all(dicts):
        raise TypeError(
            f"{optimiser} takes parameters or groups, and this list has both: no dict at position "
            f"{dicts.index(False)}; write {{'params': [...]}} for the others too"
        )
    found = []
    for i, one in enumerate(given):
        who = f"{optimiser}: group {i}"
        if "params" not in one:
            raise ValueError(f"{who} has no 'params'; write {{'params': model.layers[0], ...}}")
        params = [one["params"]] if isinstance(one["params"], Value) else one["params"]
        own = {name: x for name, x in one.items() if name != "params"}
        if not isinstance(params, Module) and _is_iterable(params):
            params = params if isinstance(params, (list, tuple)) else list(params)
        parameters = _checked(params, who)
        found.append(Group(parameters, _owner(params), checked_settings(own, who, settings)))
    check_apart(found, optimiser)
    return found


def checked_settings(
    own: Mapping[str, Any], who: str, settings: Mapping[str, Check]
) -> dict[str, Any]:
    """The settings of a group, each by its check."""
    optimiser, _, group = who.partition(": ")
    for name in own:
        if name not in settings:
            match = nearest(str(name), settings)
            hint = f"; did you mean {match!r}?" if match else "."
            raise ValueError(
                f"{who} has an unknown {name!r:.60}{hint} There are: params, {', '.join(settings)}"
            )
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
                name = f" {parameter.label!r}" if parameter.label else ""
                scope = f" in {parameter.scope}" if parameter.scope else ""
                raise ValueError(
                    f"{optimiser}: the parameter{name}{scope} is in the groups {other} and {i}; "
                    "give each to one group"
                )


def _owner(parameters: Any) -> Module | None:
    """The model whose parameters these are, all of them."""
    if isinstance(parameters, Module):
        return parameters
    if isinstance(parameters, Parameters) and _same(parameters, parameters.owner.parameters()):
        owner: Module = parameters.owner
        return owner
    return None


def _same(some: Sequence[Value], others: Sequence[Value]) -> bool:
    return len(some) == len(others) and all(map(is_, some, others))


def _is_iterable(x: Any) -> bool:
    return not isinstance(x, (Value, str, dict)) and hasattr(x, "__iter__")


def _checked(parameters: Any, who: str) -> list[Value]:
    """The parameters, each once, if they are leaves that can be trained."""
    if isinstance(parameters, Module):
        name = repr(parameters)
        found: Iterable[Any] = parameters.parameters()
    else:
        name = "this list"
        if not _is_iterable(parameters):
            is_group = ": group" in who
            write = "model.layers[0] or its .parameters()" if is_group else (
                f"{who}(model, ...), {who}(model.parameters(), ...) or, for groups, "
                f"{who}([{{'params': ...}}, ...], ...)"
            )  # fmt: skip
            raise TypeError(
                f"{who} takes a Module or a list of parameters, got a "
                f"{type(parameters).__name__}; write {write}"
            )
        found = parameters
    once = list({id(parameter): parameter for parameter in found}.values())
    if not once:
        raise ValueError(f"{who} got no parameters: {name} has none to train")
    for i, parameter in enumerate(once):
        if not isinstance(parameter, Value):
            raise TypeError(
                f"{who} takes parameters, got a {type(parameter).__name__} at position {i}"
            )
        if parameter.op is not None:
            raise ValueError(
                f"{who} takes parameters, got the result of {parameter.op.name} at position "
                f"{i}; give the leaves that it was computed from"
            )
        if parameter.kind == "constant":
            raise ValueError(
                f"{who} takes parameters, got the constant {parameter.data:g} at position {i}"
            )
    return once
