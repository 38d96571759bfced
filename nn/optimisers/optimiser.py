"""What optimisers share: groups of parameters, settings, a memory, and all-or-nothing steps."""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import Any, ClassVar

from autograd import NonFiniteError, Value
from autograd.numbers import is_number, real

from ..checks import Check, not_negative
from ..module import Module
from ..names import helped, meant
from ..parameter import FROZEN
from .groups import Group, check_apart, checked_settings, groups_of, named

# The getters of these properties, looked up once rather than for each of thousands.
_data, _grad = vars(Value)["data"].fget, vars(Value)["grad"].fget

Rows = Iterable[tuple[Any, ...]]  # (parameter, gradient, its memory, …)
Changes = Iterator[tuple[Any, ...]]  # for each (what to subtract, its new memory, …)
Rule = Callable[..., Changes]


class StepError(NonFiniteError):
    """Finite gradients gave a step too large for a double; has the parameter and the step."""

    def __init__(self, text: str, parameter: Value, off: float) -> None:
        super().__init__(text)
        self.parameter, self.off = parameter, off

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.parameter, self.off)


# A model, its parameters, or groups of them.
Given = Module | Iterable[Value] | Iterable[Mapping[str, Any]]

# Settings of other optimisers, here and elsewhere: setting one that ours lacks has no effect.
_ELSEWHERE = frozenset(
    ["alpha", "beta1", "beta2", "betas", "centered", "decay", "eps", "learning_rate", "momentum",
     "nesterov", "rate", "weight_decay"]
)  # fmt: skip


class Optimiser:
    """What optimisers share: a list of parameters, a learning rate, and all-or-nothing steps.

    A subclass writes `change`, or a ``rule`` like ours, see `updated`. Names in ``memory`` become
    lists with one float for each parameter, 0.0 at first. Names in ``settings`` become attributes.
    Each has a check, a function (given value, its name for errors) -> value to keep, which is
    called whenever the attribute is set. `state_dict` contains both.

    >>> class Rolling(Optimiser):
    ...     '''The mean of this gradient and the one before.'''
    ...
    ...     memory = ("before",)
    ...
    ...     def change(self, index, g):
    ...         before, self.before[index] = self.before[index], g
    ...         return self.lr * (before + g) / 2.0
    >>> w = Value(1.0)
    >>> optimiser = Rolling([w], lr=0.5)
    >>> (w * w).backward(); optimiser.step()
    >>> w.data, optimiser.before
    (0.5, [2.0])

    **Groups.** Instead of parameters there may be a list of dicts, as in PyTorch, each with
    ``params`` and the settings that differ. A schedule, or setting ``lr``, scales the learning
    rates of all groups by the same factor.

    >>> from nn import MLP, SGD
    >>> model = MLP(2, [3, 1])
    >>> first = {"params": model.layers[0], "lr": 0.01}
    >>> optimiser = SGD([first, {"params": model.layers[1]}], lr=0.1)
    >>> [group["lr"] for group in optimiser.groups]
    [0.01, 0.1]
    >>> optimiser.lr = 0.2
    >>> [group["lr"] for group in optimiser.groups]
    [0.02, 0.2]
    """

    settings: ClassVar[Mapping[str, Check]] = {"lr": not_negative}
    memory: ClassVar[tuple[str, ...]] = ()
    never_negative: ClassVar[tuple[str, ...]] = ()  # memory of which no number may be below 0

    parameters: list[Value]
    _groups: list[Group]
    _base_lr: float  # the learning rate that the groups' own rates were given for
    lr: float  # the learning rate; a schedule may set it before each step

    rule: ClassVar[Rule | None] = None
    _of_rule: ClassVar[tuple[str, ...]] = ()  # the settings that the rule takes
    _kept: ClassVar[tuple[str, ...]] = ()  # the memory that the rule takes

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__init__" in vars(cls):
            cls.__init__ = helped()(cls.__init__)  # type: ignore[method-assign]
        if "rule" in vars(cls) and cls.rule is not None:
            cls._of_rule = tuple(inspect.signature(cls.rule).parameters)[1:]
            cls._kept = cls.memory

    def __init__(self, parameters: Given, lr: float, **settings: Any) -> None:
        self.lr = lr
        self._regroup(groups_of(parameters, type(self).__name__, self.settings), self.lr)
        self.parameters = [parameter for group in self._groups for parameter in group.parameters]
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
                "shows them, and setting .lr scales the learning rates of all groups"
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    # --- groups -----------------------------------------------------------------------------------

    @property
    def is_grouped(self) -> bool:
        """Whether there are groups with settings of their own."""
        return len(self._groups) > 1 or bool(self._groups[0].settings)

    @property
    def groups(self) -> list[Mapping[str, Any]]:
        """Each group with its present ``params`` and settings, read-only; one if none were given.

        >>> from nn import SGD
        >>> SGD([{"params": [Value(1.0)], "momentum": 0.9}], lr=0.1).groups[0]["momentum"]
        0.9
        """
        return [
            MappingProxyType({"params": list(group.parameters), **self._settings_of(group)})
            for group in self._groups
        ]

    def follow(self) -> None:
        """Take the model's present parameters, if they have been replaced or new ones added.

        The memory of a parameter stays with it; a new one starts without. Each step does this. An
        optimiser that was given your own list of parameters keeps that list.
        """
        groups = [group.followed(type(self).__name__) for group in self._groups]
        if all(now is group for now, group in zip(groups, self._groups, strict=True)):
            return
        check_apart(groups, type(self).__name__)
        before = {id(parameter): i for i, parameter in enumerate(self.parameters)}
        now = [parameter for group in groups for parameter in group.parameters]
        places = [before.get(id(parameter)) for parameter in now]
        for name in self.memory:
            numbers = getattr(self, name)
            setattr(self, name, [0.0 if i is None else numbers[i] for i in places])
        self._groups, self.parameters = groups, now

    def _regroup(self, groups: list[Group], base_lr: float) -> None:
        """Take these groups, whose own rates were given for this learning rate ``base_lr``."""
        for i, group in enumerate(groups):
            if base_lr == 0.0 and "lr" in group.settings:
                raise ValueError(
                    f"{type(self).__name__}: group {i} has lr={group.settings['lr']:g}, which "
                    "scales with the optimiser's lr, but that is 0; give the optimiser an lr above "
                    "0, and freeze() what should not be trained"
                )
        self._groups, self._base_lr = groups, base_lr

    def _settings_of(self, group: Group) -> dict[str, Any]:
        found = {name: getattr(self, name) for name in self.settings} | group.settings
        if "lr" in group.settings:
            found["lr"] *= self.lr / self._base_lr
        return found

    # --- steps ------------------------------------------------------------------------------------

    @helped()
    def zero_grad(self) -> None:
        """Set every gradient to 0.0; backward passes add to the gradients."""
        self.follow()
        for parameter in self.parameters:
            parameter.grad = 0.0

    def step(self) -> None:
        """Change every parameter that is not frozen, using its gradient.

        Raises
        ------
        autograd.NonFiniteError
            if a gradient is nan or inf, or if a step is; then nothing is changed.
        """
        self.follow()
        gradients = list(map(_grad, self.parameters))
        # One sum instead of a test for each; if the sum itself overflowed, all may be finite.
        if not math.isfinite(sum(gradients)):
            self._refuse(gradients, gradients)
        # All changes are known before the first is made. Frozen parameters are computed but kept.
        numbers = list(map(_data, self.parameters))
        resting = [i for i, kind in enumerate(map(type, self.parameters)) if kind in FROZEN]
        columns = zip(*self._updates(numbers, gradients, resting), strict=True)
        changes, *memory = map(list, columns)
        for i in resting:
            changes[i] = 0.0
        if not math.isfinite(sum(changes)):
            self._refuse(gradients, changes)
        for name, column in zip(self._kept, memory, strict=False):
            before = getattr(self, name)
            for i in resting:
                column[i] = before[i]
            before[:] = column
        for parameter, number, off in zip(self.parameters, numbers, changes, strict=True):
            parameter.data = number - off

    def change(self, index: int, g: float) -> float:
        """What to subtract from parameter number ``index``, whose gradient is ``g``."""
        if self.rule is None:
            raise NotImplementedError(
                f"{type(self).__name__} has no change; write 'def change(self, index, g): ...', "
                "which returns what to subtract from the parameter"
            )
        memory = [getattr(self, name) for name in self._kept]
        row = (self.parameters[index].data, g, *[numbers[index] for numbers in memory])
        ((off, *now),) = self._by_rule([row], vars(self))
        for numbers, number in zip(memory, now, strict=True):
            numbers[index] = number
        return float(off)

    def _by_rule(self, rows: Rows, settings: Mapping[str, Any]) -> Changes:
        assert self.rule is not None
        return self.rule(rows, **{name: settings[name] for name in self._of_rule})

    def _updates(
        self, numbers: Sequence[float], gradients: Sequence[float], resting: Sequence[int]
    ) -> Changes:
        """For each parameter, what to subtract and its new memory, with its group's settings."""
        if type(self).change is Optimiser.change and self.rule is not None:
            memory = [getattr(self, name) for name in self._kept]
            rows = zip(numbers, gradients, *memory)  # noqa: B905 - they have equal lengths
            for group in self._groups:
                part = islice(rows, len(group.parameters))
                yield from self._by_rule(part, self._settings_of(group))
            return
        own = {name: getattr(self, name) for name in self.settings}
        places = iter(enumerate(gradients))
        for group in self._groups:
            try:  # a user's method reads the settings as attributes
                vars(self).update(self._settings_of(group))
                for i, g in islice(places, len(group.parameters)):
                    yield (0.0 if i in resting else self.change(i, g),)
            finally:
                vars(self).update(own)

    def _refuse(self, gradients: Sequence[float], changes: Sequence[float]) -> None:
        """Raise an error about the first gradient or change that is not finite."""
        rates = [self._settings_of(group)["lr"] for group in self._groups for _ in group.parameters]
        pairs = zip(self.parameters, gradients, changes, rates, strict=True)
        for i, (parameter, g, off, lr) in enumerate(pairs):
            me, whose = f"{type(self).__name__}.step", f"parameter {i}{named(parameter)}"
            if not math.isfinite(g):
                raise NonFiniteError(
                    f"{me}: the gradient of {whose} is {g}; nothing was changed. "
                    "autograd.check_finite(loss) names where that began"
                )
            if not math.isfinite(off):
                raise StepError(
                    f"{me}: the step of {whose} would be {-off}, with the gradient {g:g} and "
                    f"lr={lr:g}; nothing was changed. Scale the loss down, clip gradients, or "
                    "lower lr",
                    parameter,
                    off,
                )

    # --- saving -----------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on besides the parameters; `load_state_dict` takes it.

        Numbers, strings and lists of floats by name, ready for JSON: the class, the number of
        parameters, the settings, and the memory; with groups, also their sizes and settings, and
        the learning rate that their own rates were given for.

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
        """Continue from a state that `state_dict` returned: all of it, or nothing.

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
            if the class or the number of parameters differs, if something is missing or unknown,
            or if a number is not valid.
        TypeError
            if something in the state has the wrong type.
        """
        self.follow()
        trial = copy.copy(self)  # everything is tried on this first
        try:
            trial._take(state)  # noqa: SLF001 - it is one of these
        except (TypeError, ValueError) as error:
            kind = TypeError if isinstance(error, TypeError) else ValueError
            cure = "build the optimiser like the one that was saved; nothing was loaded"
            raise kind(f"{type(self).__name__}.load_state_dict: {error}; {cure}") from None
        vars(self).update(vars(trial))

    def _take(self, state: Any) -> None:
        """Take a state over, piece by piece."""
        _check_like(state, Optimiser.state_dict(self), "the state")
        for name, x in state["settings"].items():
            setattr(self, name, x)
        for name, numbers in state["memory"].items():
            floats = [real(x, name) for x in numbers]
            if name in self.never_negative and min(floats) < 0.0:
                raise ValueError(f"{name!r} contains {min(floats):g}, but is never negative")
            setattr(self, name, floats)
        if self.is_grouped:
            groups = []
            for i, (group, one) in enumerate(zip(self._groups, state["groups"], strict=True)):
                who = f"{type(self).__name__}: group {i}"
                own = checked_settings(one["settings"], who, self.settings)
                groups.append(replace(group, settings=own))
            self._regroup(groups, not_negative(state["base_lr"], "base_lr"))

    def __repr__(self) -> str:
        groups = f" in {len(self._groups)} groups" if self.is_grouped else ""
        return f"{type(self).__name__}({len(self.parameters)} parameters{groups}, lr={self.lr:g})"


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings ready for JSON."""
    return {name: list(x) if isinstance(x, tuple) else x for name, x in settings.items()}


def _check_like(given: Any, own: Any, what: str) -> None:
    """Raise unless a state is built like our own: same names, as many numbers, none of them nan."""
    parts: Iterable[Any] = ()
    if isinstance(own, dict):
        if not isinstance(given, Mapping):
            raise TypeError(f"{what} must be a dict, as from state_dict(), got {given!r:.60}")
        if lacking := [name for name in own if name not in given]:
            raise ValueError(f"{what} has no {lacking[0]!r}")
        if unknown := [name for name in given if name not in own]:
            raise ValueError(f"{what} has an unknown {unknown[0]!r:.60}{meant(unknown[0], own)}")
        parts = own
    elif isinstance(own, list):
        if not isinstance(given, (list, tuple)) or len(given) != len(own):
            raise ValueError(f"{what} must be a list of {len(own)}, got {given!r:.60}")
        parts = range(len(own))
    elif isinstance(own, float) and not is_number(given):
        raise TypeError(f"{what} must be a number, got {given!r:.60}")
    elif given != given or (type(own) in {str, int} and given != own):
        raise ValueError(f"{what} is {given!r:.60}, but this optimiser has {own!r}")
    for part in parts:
        _check_like(given[part], own[part], f"{part!r} of {what}")
