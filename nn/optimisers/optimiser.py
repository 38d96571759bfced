"""What optimisers share: steps of all or none, by a rule that is written once."""

from __future__ import annotations

import inspect
import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, islice
from typing import Any, ClassVar, TypeVar

from autograd import NonFiniteError, Value, sqrt
from autograd.numbers import is_number

from ..names import helped
from ..parameter import FROZEN
from .groups import named
from .states import Stateful

T = TypeVar("T")

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
        indices = _trained(self.parameters)
        trained = _picked(self.parameters, indices)
        gradients = list(map(_grad, trained))
        # One sum instead of a question for each; if it overflowed, no single one is to blame.
        if not math.isfinite(sum(gradients)):
            self._refuse(indices, gradients, gradients)
        # All are known before one is made.
        numbers = list(map(_data, trained))
        changes, *memory = self._updates(indices, self._rows(indices, numbers, gradients))
        if not math.isfinite(sum(changes)):
            self._refuse(indices, gradients, changes)
        for name, column in zip(self._kept, memory, strict=False):
            _put(getattr(self, name), indices, column)
        for parameter, number, off in zip(trained, numbers, changes, strict=True):
            parameter.data = number - off

    def change(self, index: int, g: float) -> float:
        """What to take off parameter number ``index``, whose gradient is ``g``."""
        if self.rule is None:
            raise NotImplementedError(
                f"{type(self).__name__} has no change; write 'def change(self, index, g): ...', "
                "which returns what to take off the parameter"
            )
        rows = self._rows([index], [self.parameters[index].data], [g])
        ((off, *memory),) = self._by_rule(rows, vars(self))
        for name, number in zip(self._kept, memory, strict=True):
            getattr(self, name)[index] = number
        return float(off)

    def _rows(self, indices: Sequence[int], numbers: list[float], gradients: list[float]) -> Rows:
        memory = [_picked(getattr(self, name), indices) for name in self._kept]
        return zip(numbers, gradients, *memory)  # noqa: B905 - as long as each other

    def _by_rule(self, rows: Rows, settings: Mapping[str, Any]) -> Changes:
        assert self.rule is not None
        return self.rule(rows, **{name: settings[name] for name in self._of_rule})

    def _updates(self, indices: Sequence[int], rows: Rows) -> list[Sequence[float]]:
        """What to take off each parameter; after that, what to remember, a column for each name."""
        own = {name: getattr(self, name) for name in self.settings}
        found: list[Iterable[tuple[Any, ...]]] = []
        start = 0
        for group, end in zip(self._groups, self._ends, strict=True):
            stop, settings = bisect_left(indices, end), self._settings_of(group)
            part = rows if group is self._groups[-1] else islice(rows, stop - start)
            if type(self).change is Optimiser.change and self.rule is not None:
                found.append(self._by_rule(part, settings))
            else:  # a user's method reads the settings as attributes
                try:
                    vars(self).update(settings)
                    asked = zip(indices[start:stop], part, strict=True)
                    found.append([(self.change(i, g),) for i, (_, g, *_) in asked])
                finally:
                    vars(self).update(own)
            start = stop
        every = found[0] if len(found) == 1 else chain.from_iterable(found)
        return list(zip(*every, strict=True)) or [()]

    @property
    def _ends(self) -> list[int]:
        """The index behind the last of each group."""
        return list(accumulate([len(group.parameters) for group in self._groups]))

    def _refuse(
        self, indices: Sequence[int], gradients: Sequence[float], changes: Sequence[float]
    ) -> None:
        """Raise an error about the first gradient, or change, that is not finite."""
        me = f"{type(self).__name__}.step"
        for i, g, off in zip(indices, gradients, changes, strict=True):
            whose = f"parameter {i}{named(self.parameters[i])}"
            if not math.isfinite(g):
                raise NonFiniteError(
                    f"{me}: the gradient of {whose} is {g}; nothing was changed. "
                    "autograd.check_finite(loss) names where that began"
                )
            if not math.isfinite(off):
                lr = self._settings_of(self._groups[bisect_right(self._ends, i)])["lr"]
                raise StepError(
                    f"{me}: the step of {whose} would be {-off}, with the gradient {g:g} and "
                    f"lr={lr:g}; nothing was changed. Scale the loss down, clip gradients, or "
                    "lower lr",
                    self.parameters[i],
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


# --- some of all parameters -----------------------------------------------------------------------


def _trained(parameters: Sequence[Value]) -> Sequence[int]:
    """The places of those that are not frozen."""
    if set(map(type, parameters)).isdisjoint(FROZEN):
        return range(len(parameters))
    return [i for i, parameter in enumerate(parameters) if type(parameter) not in FROZEN]


def _picked(column: list[T], indices: Sequence[int]) -> list[T]:
    return column if len(indices) == len(column) else [column[i] for i in indices]


def _put(column: list[float], indices: Sequence[int], numbers: Sequence[float]) -> None:
    if len(indices) == len(column):
        column[:] = numbers
    else:
        for i, number in zip(indices, numbers, strict=True):
            column[i] = number
