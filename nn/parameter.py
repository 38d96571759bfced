"""The numbers that training changes.

A `Parameter` is a Value, so everything that autograd does with Values it does with parameters.
"""

from __future__ import annotations

from typing import ClassVar

from autograd import Constant, Value


class Parameter(Value):
    """A Value that belongs to a model: optimisers change it, drawings show it as a parameter.

    Its name is its ``label``. A frozen parameter takes part in every computation, but gets no
    gradient, and optimisers leave it alone. Attributes of your own, such as the ``p.m = 0.0`` of an
    optimiser by hand, stay with it when it is frozen, copied or pickled.

    >>> w, b = Parameter(3.0, label="w"), Parameter(1.0, label="b")
    >>> b.freeze()
    >>> (w * w + b).backward()
    >>> w.grad, b.grad, b.frozen
    (6.0, 0.0, True)
    """

    __slots__ = ("__dict__",)
    kind: ClassVar[str] = "parameter"

    @property
    def frozen(self) -> bool:
        """Whether it gets no gradient and keeps its number in training."""
        return False

    def freeze(self) -> None:
        """From now on no backward pass gives this a gradient; ``grad`` is 0.0."""
        self.grad = 0.0
        self.__class__ = FrozenParameter

    def unfreeze(self) -> None:
        """From now on backward passes give this a gradient again."""
        if self.frozen:
            self.__class__ = Parameter
            self.grad = 0.0  # if it was copied while frozen, this was never set


class FrozenParameter(Parameter, Constant):
    """What a `Parameter` is while it is frozen: `Constant` knows how to take no gradient.

    The class says it, rather than a flag, so that no backward pass has to ask.
    """

    __slots__ = ()
    kind: ClassVar[str] = "frozen"

    @property
    def frozen(self) -> bool:
        """Always True."""
        return True

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Parameter(data={self.data!r}, frozen{label})"
