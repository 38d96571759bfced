"""The numbers that training changes.

A `Parameter` is a Value, so everything that autograd does with Values it does with parameters.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

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

    # No room for attributes, so that a plain Value can become one in place: see adoption.py.
    __slots__ = ()
    kind: ClassVar[str] = "parameter"

    def __new__(cls, *_: Any, **__: Any) -> Self:  # noqa: D102 - as Value's
        made: Any = RoomyParameter if cls is Parameter else cls
        new: Self = super().__new__(made)
        return new

    @property
    def frozen(self) -> bool:
        """Whether it gets no gradient and keeps its number in training."""
        return False

    def freeze(self) -> None:
        """From now on no backward pass gives this a gradient; ``grad`` is 0.0."""
        self.grad = 0.0
        self.__class__ = FROZEN[isinstance(self, RoomyParameter)]

    def unfreeze(self) -> None:
        """From now on backward passes give this a gradient again."""
        if self.frozen:
            self.__class__ = FREE[isinstance(self, RoomyParameter)]
            self.grad = 0.0  # if it was copied while frozen, this was never set


class RoomyParameter(Parameter):
    """What ``Parameter(...)`` makes: one with room for attributes of your own."""

    __slots__ = ("__dict__",)


class FrozenParameter:
    """What a `Parameter` is while it is frozen: `Constant` knows how to take no gradient.

    The class says it, rather than a flag, so that no backward pass has to ask.
    """

    __slots__ = ()
    kind: ClassVar[str] = "frozen"

    @property
    def frozen(self) -> bool:
        """Always True."""
        return True

    def __repr__(self: Any) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Parameter(data={self.data!r}, frozen{label})"


class FrozenPlainParameter(FrozenParameter, Parameter, Constant):
    """One that was a plain Value."""

    __slots__ = ()


class FrozenRoomyParameter(FrozenParameter, RoomyParameter, Constant):
    """One that was made as a Parameter."""

    __slots__ = ()


FREE = (Parameter, RoomyParameter)
FROZEN = (FrozenPlainParameter, FrozenRoomyParameter)
# What errors and repr say; pickle goes by __qualname__.
RoomyParameter.__name__ = "Parameter"
for _cls in FROZEN:
    _cls.__name__ = "FrozenParameter"
