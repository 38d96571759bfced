"""What optimisers share: steps of all or none, by a rule that is written once."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, ClassVar

from autograd import NonFiniteError, Value, sqrt
from autograd.numbers import is_number

from ..names import helped
from ..parameter import FROZEN
from .groups import named
from .states import Stateful

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


class Optimiser(Stateful):
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
        numbers, resting = list(map(_data, self.parameters)), _frozen(self.parameters)
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
    ) -> Iterable[tuple[Any, ...]]:
        """For each parameter, what to take off and what to remember, as its group has it."""
        memory = [getattr(self, name) for name in self._kept]
        rows = zip(range(len(numbers)), gradients, strict=True)
        if has_rule := type(self).change is Optimiser.change and self.rule is not None:
            rows = zip(numbers, gradients, *memory)  # noqa: B905 - as long as each other
        own = {name: getattr(self, name) for name in self.settings}
        found: list[Iterable[tuple[Any, ...]]] = []
        for group in self._groups:
            part, settings = islice(rows, len(group.parameters)), self._settings_of(group)
            if has_rule:
                found.append(self._by_rule(part, settings))
                continue
            try:  # a user's method reads the settings as attributes
                vars(self).update(settings)
                found.append([(0.0 if i in resting else self.change(i, g),) for i, g in part])
            finally:
                vars(self).update(own)
        return found[0] if len(found) == 1 else chain.from_iterable(found)

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

    def __repr__(self) -> str:
        groups = f" in {len(self._groups)} groups" if self.is_grouped else ""
        return f"{type(self).__name__}({len(self.parameters)} parameters{groups}, lr={self.lr:g})"


# --- rules ----------------------------------------------------------------------------------------


def updated(rule: Rule, p: Any, g: Any, *memory: Any, **settings: Any) -> tuple[Any, ...]:
    """What a rule makes of one parameter: (new parameter, new memory, ...).

    A rule is written in scalar arithmetic, + − * / and the functions of autograd, and so serves
    whatever numbers it is given: floats at every step; Values, to differentiate an update by its
    learning rate; Fractions; a compiler's symbols. It goes through rows of parameters, because one
    loop takes half the time of many calls, and gives what to take off, because the difference of
    two parameters has lost digits of it.

    >>> from fractions import Fraction
    >>> from nn.optimisers.sgd import sgd
    >>> plain = {"nesterov": False, "weight_decay": 0.0}
    >>> updated(sgd, 1.0, 2.0, 4.0, lr=0.25, momentum=0.5, **plain)
    (0.0, 4.0)
    >>> third = Fraction(1, 3)
    >>> updated(sgd, third, third, third, lr=third, momentum=0, **plain)
    (Fraction(2, 9), Fraction(1, 3))
    >>> lr = Value(0.25)
    >>> updated(sgd, 1.0, 2.0, 0.0, lr=lr, momentum=0.0, **plain)[0].backward(); lr.grad
    -2.0
    """
    ((off, *now),) = rule([(p, g, *memory)], **settings)
    return p - off, *now


def root(x: Any) -> Any:
    """The table's sqrt; of a float without its checks, which take longer than the root."""
    return math.sqrt(x) if x.__class__ is float else sqrt(x)


def is_on(setting: Any) -> bool:
    """Whether a setting is not the number 0; what is off in a rule costs nothing."""
    return not is_number(setting) or setting != 0


def _frozen(parameters: Sequence[Value]) -> list[int]:
    """The places of those that are frozen."""
    if set(map(type, parameters)).isdisjoint(FROZEN):
        return []
    return [i for i, parameter in enumerate(parameters) if type(parameter) in FROZEN]
