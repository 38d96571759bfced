"""What optimisers share: parameters, a learning rate, steps of all or none, and a memory."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import Any, ClassVar

from autograd import NonFiniteError, Value

from ..module import Module
from ..names import helped
from ..settings import Check, not_negative
from . import states
from .groups import Group, check_apart, groups_of

# A model, its parameters, or groups of them.
Given = Module | Iterable[Value] | Iterable[Mapping[str, Any]]


# Settings of other optimisers, here and elsewhere: to set one of ours would be without effect.
_ELSEWHERE = frozenset(
    ["alpha", "beta1", "beta2", "betas", "centered", "decay", "eps", "learning_rate", "momentum",
     "nesterov", "rate", "weight_decay"]
)  # fmt: skip


class StepError(NonFiniteError):
    """A step of finite gradients that fits no double; with the parameter, and what to take off."""

    def __init__(self, text: str, parameter: Value, off: float) -> None:
        super().__init__(text)
        self.parameter, self.off = parameter, off

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.parameter, self.off)


class Optimiser:
    """What optimisers share: a list of parameters, a learning rate, and steps of all or none.

    A subclass writes `change`. What it names in ``memory`` are lists of one float for each
    parameter, 0.0 at first. What it names in ``settings`` are attributes, each with a check
    (what was given, its name for errors) -> what is kept, which is asked whenever it is set.
    `state_dict` knows both.

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

    **Groups.** In place of parameters stands a list of dicts, as in PyTorch: each with ``params``
    and the settings in which these differ. A schedule, and whoever sets ``lr``, scales the rates of
    all groups alike.

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
    _base_lr: float  # beside which the rates of groups were given
    lr: float  # the learning rate; a schedule may set it before each step

    def __init__(self, parameters: Given, lr: float) -> None:
        self.lr = lr
        self._regroup(groups_of(parameters, type(self).__name__, self.settings), self.lr)
        self.parameters = [p for group in self._groups for p in group.parameters]
        for name in self.memory:
            setattr(self, name, [0.0] * len(self.parameters))

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__init__" in vars(cls):
            cls.__init__ = helped()(cls.__init__)  # type: ignore[method-assign]

    def __setattr__(self, name: str, x: Any) -> None:
        if name in self.settings:
            x = self.settings[name](x, f"{type(self).__name__}: {name}")
        elif name in _ELSEWHERE and type(self).__module__.startswith(f"{__package__}."):
            raise AttributeError(
                f"{type(self).__name__} has no {name}; its settings are {', '.join(self.settings)}"
            )
        super().__setattr__(name, x)

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
            if a gradient is nan or inf, or a step of finite ones; then no parameter is changed.
        """
        self.follow()
        indices = [i for i, p in enumerate(self.parameters) if p.kind != "frozen"]
        trained = [self.parameters[i] for i in indices]
        gradients = [parameter.grad for parameter in trained]
        # One sum instead of a question for each; if it overflowed, no single one is to blame.
        if not math.isfinite(sum(gradients)):
            self._refuse_what_is_not_finite(indices)
        # All are known before one is made.
        ask = self._changes_by_group if self.is_grouped else self._changes
        changes = ask(indices, gradients)
        if not math.isfinite(sum(changes)):
            self._refuse_a_step_that_is_not_finite(indices, gradients, changes)
        for parameter, off in zip(trained, changes, strict=True):
            parameter.data -= off

    def change(self, index: int, g: float) -> float:
        """What to take off parameter number ``index``, whose gradient is ``g``."""
        return self.changes([index], [g])[0]

    def changes(self, indices: Sequence[int], gradients: Sequence[float]) -> list[float]:
        """`change` of several at once, each index once; where nobody wrote that, this is asked.

        Our own optimisers write it in its place: one loop takes half the time of many calls.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no change; write 'def change(self, index, g): ...', which "
            "returns what to take off the parameter"
        )

    def _changes(self, indices: Sequence[int], gradients: Sequence[float]) -> Sequence[float]:
        if type(self).change is Optimiser.change:
            return self.changes(indices, gradients)
        return list(map(self.change, indices, gradients))

    def _decayed(
        self, decay: float, indices: Sequence[int], gradients: Sequence[float]
    ) -> Sequence[float]:
        """The gradients plus decay · p, the slope of ½ decay · p²: PyTorch's ``weight_decay``."""
        if not decay:
            return gradients
        parameters = self.parameters
        return [g + decay * parameters[i].data for i, g in zip(indices, gradients, strict=True)]

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

    def _regroup(self, groups: list[Group], base_lr: float) -> None:
        """Take these, whose own rates are those beside a learning rate of the optimiser's."""
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

    def _changes_by_group(
        self, indices: Sequence[int], gradients: Sequence[float]
    ) -> Sequence[float]:
        """The changes of each group, while the optimiser has the settings of that group."""
        own = {name: getattr(self, name) for name in self.settings}
        theirs = [self._settings_of(group) for group in self._groups]
        found: list[float] = []
        start = 0
        try:
            for settings, end in zip(theirs, self._ends, strict=True):
                vars(self).update(settings)
                stop = bisect_left(indices, end)
                found += self._changes(indices[start:stop], gradients[start:stop])
                start = stop
        finally:
            vars(self).update(own)
        return found

    @property
    def _ends(self) -> list[int]:
        """The index behind the last of each group."""
        return list(accumulate([len(group.parameters) for group in self._groups]))

    def __getattr__(self, name: str) -> Any:
        if name in {"param_groups", "add_param_group"}:
            raise AttributeError(
                f"{type(self).__name__} has no {name!r}: groups are given when it is made, "
                ".groups shows them, and who sets .lr scales the lr of all of them"
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    # --- saving -----------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """All that the next step depends on, beside the parameters; `load_state_dict` takes it.

        Numbers, strings and lists of floats by name, as JSON has them: the class, how many
        parameters there are, the settings, and the memory.

        >>> from nn import SGD
        >>> SGD([Value(1.0)], lr=0.1).state_dict()["settings"]["lr"]
        0.1
        """
        self.follow()
        return states.of(self)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where the optimiser was that gave this state: all of it, or nothing.

        >>> from nn import Adam
        >>> w = Value(1.0)
        >>> before, after = Adam([w], lr=0.1), Adam([w])
        >>> (w * w).backward(); before.step()
        >>> after.load_state_dict(before.state_dict())
        >>> after.lr, after.m == before.m
        (0.1, True)

        Raises
        ------
        ValueError
            if the state is of another class or of another number of parameters, if something is
            missing or unknown, or if a number will not do.
        TypeError
            if something in it is not what it should be.
        """
        self.follow()
        states.load(self, state)

    def _refuse_what_is_not_finite(self, indices: list[int]) -> None:
        for i in indices:
            grad = self.parameters[i].grad
            if not math.isfinite(grad):
                raise NonFiniteError(
                    f"{type(self).__name__}.step: the gradient of {self._named(i)} is {grad}; no "
                    "parameter was changed. autograd.check_finite(loss) names where that began"
                )

    def _refuse_a_step_that_is_not_finite(
        self, indices: list[int], gradients: list[float], changes: Sequence[float]
    ) -> None:
        for i, g, off in zip(indices, gradients, changes, strict=True):
            if not math.isfinite(off):
                lr = self._settings_of(self._groups[bisect_right(self._ends, i)])["lr"]
                raise StepError(
                    f"{type(self).__name__}.step: the step of {self._named(i)} would be {-off}, "
                    f"with the gradient {g:g} and lr={lr:g}; no parameter was changed. Scale "
                    "the loss down, or make a new optimiser and clip gradients",
                    self.parameters[i],
                    off,
                )

    def _named(self, i: int) -> str:
        parameter = self.parameters[i]
        name = f" {parameter.label!r}" if parameter.label else ""
        return f"parameter {i}{name}" + (f" in {parameter.scope}" if parameter.scope else "")

    def __repr__(self) -> str:
        groups = f" in {len(self._groups)} groups" if self.is_grouped else ""
        return f"{type(self).__name__}({len(self.parameters)} parameters{groups}, lr={self.lr:g})"
