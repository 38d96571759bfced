"""What optimisers share: parameters in groups, settings, a memory, and steps of all or none."""

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

# What reads these properties, looked up once and not for each of thousands.
_data, _grad = vars(Value)["data"].fget, vars(Value)["grad"].fget

Rows = Iterable[tuple[Any, ...]]  # (parameter, gradient, what is remembered of it, …)
Changes = Iterator[tuple[Any, ...]]  # for each (what to take off, what to remember of it, …)
Rule = Callable[..., Changes]


class StepError(NonFiniteError):
    """A step of finite gradients that fits no double; with the parameter, and what to take off."""

    def __init__(self, text: str, parameter: Value, off: float) -> None:
        super().__init__(text)
        self.parameter, self.off = parameter, off

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.parameter, self.off)


# A model, its parameters, or groups of them.
Given = Module | Iterable[Value] | Iterable[Mapping[str, Any]]

# Settings of other optimisers, here and elsewhere: to set one of ours would be without effect.
_ELSEWHERE = frozenset(
    ["alpha", "beta1", "beta2", "betas", "centered", "decay", "eps", "learning_rate", "momentum",
     "nesterov", "rate", "weight_decay"]
)  # fmt: skip


class Optimiser:
    """What optimisers share: a list of parameters, a learning rate, and steps of all or none.

    A subclass writes `change`, or a ``rule`` as ours have, see `updated`. What it names in
    ``memory`` are lists of one float for each parameter, 0.0 at first. What it names in
    ``settings`` are attributes, each with a check (what was given, its name for errors) -> what is
    kept, which is asked whenever it is set. `state_dict` knows both.

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

    **Groups.** A list of dicts may stand in place of parameters, as in PyTorch: each with
    ``params`` and the settings in which these differ. A schedule, and whoever sets ``lr``, scales
    the rates of all groups alike.

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
    never_negative: ClassVar[tuple[str, ...]] = ()  # of the memory: a state that has less is wrong

    parameters: list[Value]
    _groups: list[Group]
    _base_lr: float  # the learning rate for which the rates of groups were given
    lr: float  # the learning rate; a schedule may set it before each step

    rule: ClassVar[Rule | None] = None
    _of_rule: ClassVar[tuple[str, ...]] = ()  # the settings that it takes
    _kept: ClassVar[tuple[str, ...]] = ()  # the memory that it takes

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
        now = [parameter for group in groups for parameter in group.parameters]
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

    # --- steps ------------------------------------------------------------------------------------

    @helped()
    def zero_grad(self) -> None:
        """Set every gradient to 0.0; backward passes add to what is there."""
        self.follow()
        for parameter in self.parameters:
            parameter.grad = 0.0

    def step(self) -> None:
        """Change every parameter that is not frozen, by its gradient.

        Raises
        ------
        autograd.NonFiniteError
            if a gradient is nan or inf, or a step of finite ones; then nothing is changed.
        """
        self.follow()
        gradients = list(map(_grad, self.parameters))
        # One sum instead of a question for each; if it overflowed, no single one is to blame.
        if not math.isfinite(sum(gradients)):
            self._refuse(gradients, gradients)
        # All are known before one is made. What is frozen is computed too, and rests.
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
        """What to take off parameter number ``index``, whose gradient is ``g``."""
        if self.rule is None:
            raise NotImplementedError(
                f"{type(self).__name__} has no change; write 'def change(self, index, g): ...', "
                "which returns what to take off the parameter"
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
        """For each parameter, what to take off and what to remember, as its group has it."""
        if type(self).change is Optimiser.change and self.rule is not None:
            memory = [getattr(self, name) for name in self._kept]
            rows = zip(numbers, gradients, *memory)  # noqa: B905 - as long as each other
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
        """Raise an error about the first gradient, or change, that is not finite."""
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
        vars(self).update(vars(trial))

    def _take(self, state: Any) -> None:
        """Take a state over, piece by piece."""
        _check_like(state, Optimiser.state_dict(self), "the state")
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

    def __repr__(self) -> str:
        groups = f" in {len(self._groups)} groups" if self.is_grouped else ""
        return f"{type(self).__name__}({len(self.parameters)} parameters{groups}, lr={self.lr:g})"


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
