"""What an optimiser has: parameters in groups, settings, and a memory; saved, and back again."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import chain
from types import MappingProxyType
from typing import Any, ClassVar

from autograd import Value
from autograd.numbers import is_number, real

from ..checks import Check, not_negative
from ..module import Module
from ..names import meant
from .groups import Group, check_apart, checked_settings, groups_of

# A model, its parameters, or groups of them.
Given = Module | Iterable[Value] | Iterable[Mapping[str, Any]]

# Settings of other optimisers, here and elsewhere: to set one of ours would be without effect.
_ELSEWHERE = frozenset(
    ["alpha", "beta1", "beta2", "betas", "centered", "decay", "eps", "learning_rate", "momentum",
     "nesterov", "rate", "weight_decay"]
)  # fmt: skip


class Stateful:
    """The part of an `Optimiser` that lasts from step to step.

    ``settings`` are attributes, each with a check (what was given, its name for errors) -> what is
    kept, which is asked whenever it is set. ``memory`` names lists of one float for each parameter.
    """

    settings: ClassVar[Mapping[str, Check]] = {"lr": not_negative}
    memory: ClassVar[tuple[str, ...]] = ()
    never_negative: ClassVar[tuple[str, ...]] = ()  # of the memory: a state that has less is wrong

    parameters: list[Value]
    _groups: list[Group]
    _base_lr: float  # the learning rate for which the rates of groups were given
    lr: float  # the learning rate; a schedule may set it before each step

    def __init__(self, parameters: Given, lr: float, **settings: Any) -> None:
        self.lr = lr
        self._regroup(groups_of(parameters, type(self).__name__, self.settings), self.lr)
        self.parameters = _in_order(self._groups)
        for name in self.memory:
            setattr(self, name, [0.0] * len(self.parameters))
        for name, x in settings.items():
            if name not in self.settings:
                raise TypeError(
                    f"{type(self).__name__} has no {name!r}{meant(name, self.settings)}"
                )
            setattr(self, name, x)

    def __setattr__(self, name: str, x: Any) -> None:
        if name in self.settings:
            x = self.settings[name](x, f"{type(self).__name__}: {name}")
        elif name in _ELSEWHERE and type(self).__module__.startswith(f"{__package__}."):
            raise AttributeError(
                f"{type(self).__name__} has no {name}; its settings are {', '.join(self.settings)}"
            )
        super().__setattr__(name, x)

    def __getattr__(self, name: str) -> Any:
        if name in {"param_groups", "add_param_group"}:
            raise AttributeError(
                f"{type(self).__name__} has no {name!r}: groups are given when it is made, .groups "
                "shows them, and setting .lr scales the lr of all of them"
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    # --- groups -----------------------------------------------------------------------------------

    @property
    def is_grouped(self) -> bool:
        """Whether there are groups with settings of their own."""
        return len(self._groups) > 1 or bool(self._groups[0].settings)

    @property
    def groups(self) -> list[Mapping[str, Any]]:
        """Each group with its ``params`` and settings as they are now; to read. Without, it is one.

        >>> from nn import SGD
        >>> SGD([{"params": [Value(1.0)], "momentum": 0.9}], lr=0.1).groups[0]["momentum"]
        0.9
        """
        return [
            MappingProxyType({"params": list(group.parameters), **self._settings_of(group)})
            for group in self._groups
        ]

    def follow(self) -> None:
        """Take the parameters that the model has now, if it was given others or more since.

        What is remembered of a parameter stays with it; of a new one nothing is known yet. Each
        step does this. An optimiser that was given a list of parameters of one's own keeps to it.
        """
        groups = [group.followed(type(self).__name__) for group in self._groups]
        if all(now is group for now, group in zip(groups, self._groups, strict=True)):
            return
        check_apart(groups, type(self).__name__)
        before = {id(parameter): i for i, parameter in enumerate(self.parameters)}
        now = _in_order(groups)
        places = [before.get(id(parameter)) for parameter in now]
        for name in self.memory:
            numbers = getattr(self, name)
            setattr(self, name, [0.0 if i is None else numbers[i] for i in places])
        self._groups, self.parameters = groups, now

    def _regroup(self, groups: list[Group], base_lr: float) -> None:
        """Take these groups, whose own rates go with this learning rate of the optimiser's."""
        for i, group in enumerate(groups):
            if base_lr == 0.0 and "lr" in group.settings:
                raise ValueError(
                    f"{type(self).__name__}: group {i} has lr={group.settings['lr']:g}, which goes "
                    "up and down with the optimiser's lr, and that is 0; give the optimiser one "
                    "above 0, and freeze() what shall not be trained"
                )
        self._groups, self._base_lr = groups, base_lr

    def _settings_of(self, group: Group) -> dict[str, Any]:
        found = {name: getattr(self, name) for name in self.settings} | group.settings
        if "lr" in group.settings:
            found["lr"] *= self.lr / self._base_lr
        return found

    # --- saving -----------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on, besides the parameters; `load_state_dict` takes it.

        Numbers, strings and lists of floats by name, as JSON has them: the class, how many
        parameters there are, the settings, and the memory; with groups, their sizes and settings,
        and the learning rate that their own rates were given for.

        >>> from nn import SGD
        >>> SGD([Value(1.0)], lr=0.1).state_dict()["settings"]["lr"]
        0.1
        """
        self.follow()
        state = {
            "class": type(self).__name__,
            "parameters": len(self.parameters),
            "settings": _plain({name: getattr(self, name) for name in self.settings}),
            "memory": {name: list(getattr(self, name)) for name in self.memory},
        }
        if self.is_grouped:
            state["base_lr"] = self._base_lr
            state["groups"] = [
                {"parameters": len(group.parameters), "settings": _plain(group.settings)}
                for group in self._groups
            ]
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where the optimiser was that gave this state: all of it, or nothing.

        >>> from nn import Adam
        >>> w = Value(1.0)
        >>> before, after = Adam([w], lr=0.1), Adam([w])
        >>> (w * w).backward(); before.step()
        >>> after.load_state_dict(before.state_dict())
        >>> after.lr, after.t
        (0.1, [1.0])

        Raises
        ------
        ValueError
            if the state is of another class or of another number of parameters, if something is
            missing or unknown, or if a number will not do.
        TypeError
            if something in it is not what it should be.
        """
        self.follow()
        trial = copy.copy(self)  # on which all is tried first
        try:
            trial._take(state)  # noqa: SLF001 - it is one of these
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            cure = "build the optimiser as the one that was saved; nothing was loaded"
            raise kind(f"{type(self).__name__}.load_state_dict: {error}; {cure}") from None
        for name in (*self.settings, *self.memory, "_groups", "_base_lr"):
            setattr(self, name, getattr(trial, name))

    def _take(self, state: Any) -> None:
        """Take a state over, piece by piece."""
        _check_like(state, Stateful.state_dict(self), "the state")
        for name, x in state["settings"].items():
            setattr(self, name, x)
        for name, numbers in state["memory"].items():
            floats = [real(x, name) for x in numbers]
            if name in self.never_negative and min(floats) < 0.0:
                raise ValueError(f"{name!r} has {min(floats):g}, and is never negative")
            setattr(self, name, floats)
        if self.is_grouped:
            groups = []
            for i, (group, one) in enumerate(zip(self._groups, state["groups"], strict=True)):
                who = f"{type(self).__name__}: group {i}"
                own = checked_settings(one["settings"], who, self.settings)
                groups.append(replace(group, settings=own))
            self._regroup(groups, not_negative(state["base_lr"], "base_lr"))


def _in_order(groups: Iterable[Group]) -> list[Value]:
    return list(chain.from_iterable(group.parameters for group in groups))


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON has them."""
    return {name: list(x) if isinstance(x, tuple) else x for name, x in settings.items()}


def _check_like(given: Any, own: Any, what: str) -> None:
    """Whether a state is built as our own is: the same names, as many numbers, none of them nan."""
    parts: Iterable[Any] = ()
    if isinstance(own, dict):
        if not isinstance(given, Mapping):
            raise TypeError(f"{what} is a dict, as state_dict() gives it, got {given!r:.60}")
        if lacking := [name for name in own if name not in given]:
            raise ValueError(f"{what} has no {lacking[0]!r}")
        if unknown := [name for name in given if name not in own]:
            raise ValueError(f"{what} has an unknown {unknown[0]!r:.60}{meant(unknown[0], own)}")
        parts = own
    elif isinstance(own, list):
        if not isinstance(given, (list, tuple)) or len(given) != len(own):
            raise ValueError(f"{what} is a list of {len(own)}, got {given!r:.60}")
        parts = range(len(own))
    elif isinstance(own, float) and not is_number(given):
        raise TypeError(f"{what} is a number, got {given!r:.60}")
    elif given != given or (type(own) in {str, int} and given != own):
        raise ValueError(f"{what} is {given!r:.60}, where this optimiser has {own!r}")
    for part in parts:
        _check_like(given[part], own[part], f"{part!r} of {what}")
