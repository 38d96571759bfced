"""What optimisers share: parameters, a learning rate, steps of all or none, and a memory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from operator import is_
from typing import Any, ClassVar

from autograd import NonFiniteError, Value

from ..module import Module, Parameters
from ..names import helped
from ..settings import Check, not_negative
from . import states


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
    """

    settings: ClassVar[Mapping[str, Check]] = {"lr": not_negative}
    memory: ClassVar[tuple[str, ...]] = ()
    never_negative: ClassVar[tuple[str, ...]] = ()  # of the memory: a state that has less is wrong

    parameters: list[Value]
    lr: float  # the learning rate; a schedule may set it before each step

    def __init__(self, parameters: Module | Iterable[Value], lr: float) -> None:
        self.parameters = _checked(parameters, type(self).__name__)
        self._followed = _owner(parameters)
        self.lr = lr
        for name in self.memory:
            setattr(self, name, [0.0] * len(self.parameters))

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__init__" in vars(cls):
            cls.__init__ = helped()(cls.__init__)  # type: ignore[method-assign]

    def __setattr__(self, name: str, x: Any) -> None:
        if name in self.settings:
            x = self.settings[name](x, f"{type(self).__name__}: {name}")
        super().__setattr__(name, x)

    def follow(self) -> None:
        """Take the parameters that the model has now, if it was given others or more since.

        What is remembered of a parameter stays with it; of a new one nothing is known yet. Each
        step does this. An optimiser that was given a list of parameters of one's own keeps to it.
        """
        if self._followed is None:
            return
        now: list[Any] = self._followed.parameters()
        if not now or _same(now, self.parameters):
            return
        now = _checked(now, type(self).__name__)
        before = {id(parameter): i for i, parameter in enumerate(self.parameters)}
        places = [before.get(id(parameter)) for parameter in now]
        for name in self.memory:
            numbers = getattr(self, name)
            setattr(self, name, [0.0 if i is None else numbers[i] for i in places])
        self.parameters = now

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
        if type(self).change is Optimiser.change:
            changes = self.changes(indices, gradients)
        else:
            changes = list(map(self.change, indices, gradients))
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
        self, indices: list[int], gradients: list[float], changes: list[float]
    ) -> None:
        for i, g, off in zip(indices, gradients, changes, strict=True):
            if not math.isfinite(off):
                raise StepError(
                    f"{type(self).__name__}.step: the step of {self._named(i)} would be {-off}, "
                    f"with the gradient {g:g} and lr={self.lr:g}; no parameter was changed. Scale "
                    "the loss down, or make a new optimiser and clip gradients",
                    self.parameters[i],
                    off,
                )

    def _named(self, i: int) -> str:
        parameter = self.parameters[i]
        name = f" {parameter.label!r}" if parameter.label else ""
        return f"parameter {i}{name}" + (f" in {parameter.scope}" if parameter.scope else "")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.parameters)} parameters, lr={self.lr:g})"


def _owner(parameters: Any) -> Module | None:
    """The model whose parameters these are, all of them."""
    if isinstance(parameters, Module):
        return parameters
    if isinstance(parameters, Parameters) and _same(parameters, parameters.owner.parameters()):
        return parameters.owner
    return None


def _same(some: Sequence[Value], others: Sequence[Value]) -> bool:
    return len(some) == len(others) and all(map(is_, some, others))


def _checked(parameters: Any, optimiser: str) -> list[Value]:
    """The parameters, each once, if they are leaves that can be trained."""
    if isinstance(parameters, Module):
        name = repr(parameters)
        found: list[Any] = list(parameters.parameters())
    else:
        name = "this list"
        if isinstance(parameters, (Value, str, dict)) or not hasattr(parameters, "__iter__"):
            raise TypeError(
                f"{optimiser} takes a Module or a list of parameters, got a "
                f"{type(parameters).__name__}; write {optimiser}(model, ...) or "
                f"{optimiser}(model.parameters(), ...)"
            )
        found = list(parameters)
    if not found:
        raise ValueError(f"{optimiser} got no parameters: {name} has none to train")
    for i, parameter in enumerate(found):
        if not isinstance(parameter, Value):
            raise TypeError(
                f"{optimiser} takes parameters, got a {type(parameter).__name__} at position {i}"
            )
        if parameter.op is not None:
            raise ValueError(
                f"{optimiser} takes parameters, got the result of {parameter.op.name} at position "
                f"{i}; give the leaves that it was computed from"
            )
        if parameter.kind == "constant":
            raise ValueError(
                f"{optimiser} takes parameters, got the constant {parameter.data:g} at position {i}"
            )
    return list({id(parameter): parameter for parameter in found}.values())
