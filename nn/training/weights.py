"""The numbers of all parameters in training: taken, given back, and never left half changed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograd import Value

from ..module import Module
from ..optimisers import Optimiser
from ..optimisers.groups import named
from ..optimisers.optimiser import StepError
from .divergence import AFTER, DivergedError


class Weights:
    """Those of a model and its optimiser, which may have been given more, or less.

    ``good`` are the last with which a loss and all gradients were finite; ``before`` are those of
    before the last step.
    """

    def __init__(self, model: Module, optimizer: Optimiser) -> None:
        own = model.parameters()
        if not {id(p) for p in own} & {id(p) for p in optimizer.parameters}:
            raise ValueError(
                f"fit: this {type(optimizer).__name__} has parameters of another model, so "
                f"nothing of {model!r} would be trained; make it anew: "
                f"{type(optimizer).__name__}(model, ...)"
            )
        if all(p.kind == "frozen" for p in optimizer.parameters):
            raise ValueError(
                "fit: all parameters are frozen, so nothing would be trained; write "
                "model.unfreeze(), or unfreeze() a part of it"
            )
        self.model, self.optimizer = model, optimizer
        # It only grows, so that what was kept fits: parameters that come later stand at the end.
        self._all: dict[int, Value] = {id(p): p for p in [*own, *optimizer.parameters]}
        self.good = self.before = self.now()

    @property
    def all(self) -> list[Value]:
        """Every parameter of the model and of the optimiser, each once."""
        return list(self._all.values())

    def now(self) -> list[float]:
        """The numbers, for `give`."""
        return [parameter.data for parameter in self._all.values()]

    def give(self, numbers: Sequence[float]) -> None:
        """Set the parameters to these numbers; what came since they were taken stays."""
        for parameter, number in zip(self._all.values(), numbers, strict=False):
            parameter.data = number

    def back(self) -> None:
        """Go back to the last good ones."""
        self.give(self.good)

    def zero_grad(self) -> None:
        """Set all gradients to 0.0, those of others too: a pass adds to what is there."""
        before = self.optimizer.parameters
        self.optimizer.follow()
        if self.optimizer.parameters is not before:
            for parameter in [*self.model.parameters(), *self.optimizer.parameters]:
                self._all.setdefault(id(parameter), parameter)
        for parameter in self._all.values():
            parameter.grad = 0.0

    def step(self) -> None:
        """Make a step: the whole of it, to finite numbers, or none."""
        before = self.now()
        try:
            self.optimizer.step()
            self._check_finite(before)
        except BaseException as error:
            self.give(before)
            if isinstance(error, StepError):
                was = error.parameter.data
                raise _refusal(error.parameter, was, was - error.off) from None
            raise
        self.good = self.before = before

    def _check_finite(self, before: Sequence[float]) -> None:
        after = self.now()
        if math.isfinite(sum(after)) or all(map(math.isfinite, after)):
            return
        i = next(i for i, number in enumerate(after) if not math.isfinite(number))
        raise _refusal(self.all[i], before[i], after[i])


def _refusal(parameter: Value, before: float, after: float) -> DivergedError:
    error = DivergedError(
        f"fit stopped: the step would have made the parameter{named(parameter)} {after!r}, from "
        f"{before!r} with the gradient {parameter.grad!r}{AFTER}"
    )
    error.label, error.scope = parameter.label, parameter.scope
    return error
