"""The numbers that training changes.

A `Parameter` is a Value, so autograd treats it like any other Value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

from autograd import Constant, Value
from autograd.modes import here
from autograd.numbers import is_number, real

from .names import misfit
from .walk import Part, running


class Parameter(Value):
    """A Value that belongs to a model: optimisers change it, drawings show it as a parameter.

    Its name is its ``label``. A frozen parameter takes part in every computation, but gets no
    gradient, and optimisers leave it alone. Your own attributes, such as ``p.m = 0.0`` for a
    hand-written optimiser, stay with it when it is frozen, copied or pickled.

    >>> w, b = Parameter(3.0, label="w"), Parameter(1.0, label="b")
    >>> b.freeze()
    >>> (w * w + b).backward()
    >>> w.grad, b.grad, b.frozen
    (6.0, 0.0, True)
    """

    # No room for attributes, so that a plain Value can become one in place: see finding.py.
    __slots__ = ()
    kind: ClassVar[str] = "parameter"

    def __new__(cls, *_: Any, **__: Any) -> Self:  # noqa: D102 - as for Value
        made: Any = RoomyParameter if cls is Parameter else cls
        new: Self = super().__new__(made)
        return new

    @property
    def frozen(self) -> bool:
        """Whether it gets no gradient and is not changed in training."""
        return False

    def freeze(self) -> None:
        """Stop training it: no backward pass gives it a gradient, and ``grad`` is 0.0."""
        self.check_freezable()
        self.grad = 0.0
        self.__class__ = FROZEN[isinstance(self, RoomyParameter)]

    def check_freezable(self) -> None:
        """Raise TypeError if this belongs to a subclass, which has no frozen counterpart."""
        if type(self) not in (*FREE, *FROZEN):
            raise TypeError(
                f"a {type(self).__name__}, which is a subclass of Parameter, cannot be frozen: "
                "use autograd.constant(...) instead, or nn.Parameter(...), which can have "
                "attributes of your own"
            )

    def unfreeze(self) -> None:
        """Train it again: backward passes give it a gradient."""
        if self.frozen:
            self.__class__ = FREE[isinstance(self, RoomyParameter)]
            self.grad = 0.0  # if it was copied while frozen, this was never set


def _in_place(sign: str) -> Any:
    """``p -= lr * p.grad`` under no_grad, PyTorch's update by hand, would leave p as it is."""

    def refused(_: Parameter, other: Any) -> Any:
        place = here()
        if place is None or place.recording or not is_number(other) or running():
            return NotImplemented  # Python then tries + and so on
        raise TypeError(
            f"p {sign} {other!r:.40} under no_grad would leave the parameter as it is; write "
            f"p.data {sign} {other!r:.40}"
        )

    return refused


for _name, _sign in {"iadd": "+=", "isub": "-=", "imul": "*=", "itruediv": "/="}.items():
    setattr(Parameter, f"__{_name}__", _in_place(_sign))


class RoomyParameter(Parameter):
    """What ``Parameter(...)`` makes: a Parameter that can have attributes of your own."""

    __slots__ = ("__dict__",)
    # Properties, so that a user's attributes cannot replace them.
    kind: ClassVar[Any] = property(lambda _: "parameter")


class Frozen:
    """What a `Parameter` is while it is frozen: a `Constant` ignores gradients.

    This is a class rather than a flag, so that the backward pass need not check.
    """

    __slots__ = ()
    kind: ClassVar[Any] = property(lambda _: "frozen")

    @property
    def frozen(self) -> bool:
        """Always True."""
        return True

    def __repr__(self: Any) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Parameter(data={self.data!r}, frozen{label})"


class FrozenParameter(Frozen, Parameter, Constant):
    """A frozen parameter that was a plain Value."""

    __slots__ = ()


class FrozenRoomyParameter(Frozen, RoomyParameter, Constant):
    """A frozen parameter that was made as a Parameter."""

    __slots__ = ()


FREE = (Parameter, RoomyParameter)
FROZEN = (FrozenParameter, FrozenRoomyParameter)
# For errors and repr; pickle uses __qualname__.
RoomyParameter.__name__ = "Parameter"
FrozenRoomyParameter.__name__ = "FrozenParameter"


def freezable(named: Iterable[tuple[str, Any]], what: str) -> list[Parameter]:
    """The parameters, if all can be frozen."""
    found = list(named)
    for name, parameter in found:
        if not isinstance(parameter, Parameter):
            raise TypeError(
                f"{what} works on Parameters, but {name!r} is a {type(parameter).__name__}; "
                "make it a Parameter"
            )
        parameter.check_freezable()
    return [parameter for _, parameter in found]


# --- by name --------------------------------------------------------------------------------------


def state_of(named: Iterable[tuple[str, Any]]) -> dict[str, float]:
    """The number of each parameter, by name."""
    state: dict[str, float] = {}
    for name, parameter in named:
        if name in state:
            raise ValueError(
                f"two parameters are both named {name!r}: a dict in this model has a key with "
                "a dot in it; choose keys without dots"
            )
        state[name] = parameter.data
    return state


def fill(named: Mapping[str, Any], state: Any, model: str) -> None:
    """Set each parameter to its number: all of them, or none; ``model`` is its name in errors."""
    if not isinstance(state, Mapping):
        instead = "; nn.load(path, model) fills a model from a file" * isinstance(state, Part)
        raise TypeError(
            "load_state_dict takes a dict of numbers by name, as from state_dict(), got "
            f"a {type(state).__name__}{instead}"
        )
    if complaint := misfit(named, state):
        raise ValueError(f"this state does not fit {model}: it {complaint}; nothing was loaded")
    numbers = [_weight(name, state[name]) for name in named]
    for parameter, number in zip(named.values(), numbers, strict=True):
        parameter.data = number


def _weight(name: str, x: Any) -> float:
    """A number from a state, checked."""
    if not is_number(x):
        raise TypeError(
            f"load_state_dict takes real numbers, got {x!r:.60} for {name!r}; nothing was loaded"
        )
    number = real(x, "load_state_dict")
    if number != number:
        raise ValueError(f"load_state_dict got nan for {name!r}; nothing was loaded")
    return number
