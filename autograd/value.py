"""The eager scalar: a float that remembers how it was made. Read `node.py` first.

`apply` and `made` record, `sweep.accumulate` differentiates; the rest is what users see.

Each operation makes one object, without reference cycles: a graph is freed as soon as its last
reference is gone, and the garbage collector, whose work grows with the number of objects, stays
idle.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from sys import modules
from typing import Any, ClassVar, NoReturn

from . import copying, modes, ops
from .arithmetic import Arithmetic
from .elsewhere import IN_VALUES
from .errors import ConstantError
from .modes import here
from .node import Node, named
from .numbers import comparable, is_number, real
from .picking import refuse_picking
from .primitive import Op
from .public import Refused
from .sweep import accumulate


def apply(op: Op, nodes: Sequence[Value | None], numbers: Sequence[float]) -> Value:
    """z = op(x, y, …), recorded. ``nodes`` is where the ``numbers`` came from; None if plain."""
    z = op.forward(*numbers)
    if z.__class__ is not float:  # a row may return the literal 0 or 1
        z = float(z)
    if z - z != 0.0:  # inf or nan: the only results that a number outside the domain can have
        op.check(tuple(numbers), named(nodes))
    return made(op, nodes, numbers, z)


def made(op: Op, nodes: Sequence[Value | None], numbers: Sequence[float], z: float) -> Value:
    """A node for a known result z. All nodes are made here, or in the hot copies of this below.

    ``place`` is None in the ordinary case; else no_grad, a scope or sources is on: see modes.py.
    """
    place = here()
    if place is not None and not place.plain:
        place = modes.settled() or modes.NOWHERE
        if not place.recording:
            return Constant(z)
        if place.sources:
            place = replace(place, source=modes.caller())
    for operand in nodes:
        if operand is not None and operand.__class__ is not Constant:
            break  # its gradient may be needed
    else:
        return Constant(z)
    node = _new(Value)
    node._z = z
    node._grad = 0.0
    node._b, node._y = None, 0.0
    node._about = place
    node._connect(op, nodes, numbers)
    return node


def _comparison(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """``<``, ``<=``, ``>`` or ``>=`` of the data, exact as in Python."""
    may_pick = compare in {operator.ge, operator.le}  # NumPy's maximum and minimum call these

    def compared(x: Value, other: Any) -> bool:
        if may_pick and "numpy" in modules:
            refuse_picking()
        if isinstance(other, Value):
            return compare(x._z, other._z)
        return compare(x._z, comparable(other)) if is_number(other) else NotImplemented

    return compared


class Value(Node, Arithmetic):
    """A float that remembers the operation it came from.

    ``root.backward()`` adds d(root)/d(leaf) to every leaf's ``grad``, in units of root per unit
    of leaf. Leaves accumulate gradients over calls, as in PyTorch and micrograd: reset them with
    ``leaf.grad = 0.0``. Interior nodes hold the gradients of the latest pass.

    >>> x, y = Value(2.0, label="x"), Value(3.0)
    >>> (x * y + x).backward()
    >>> x.grad, y.grad
    (4.0, 2.0)
    >>> x
    Value(data=2.0, grad=4.0, label='x')

    Parameters
    ----------
    data:
        A real number: int, float, Fraction, Decimal or NumPy scalar; kept as a double.
    label:
        A name for drawings and error messages.

    Raises
    ------
    TypeError
        if ``data`` is anything else.
    DomainError
        from an operation that leaves the real numbers, such as ``Value(-1.0).log()``.

    Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., chapter 3.
    """

    __slots__ = ()

    _value_number: ClassVar[Any]

    def __init__(self, data: Any, label: str = "", _op: str = "") -> None:
        self._z = data if data.__class__ is float else real(data)
        self._grad = 0.0
        self._row = self._a = self._b = None
        self._x = self._y = 0.0
        self._about = here()
        if label or _op:  # _op is micrograd's: the error says what to write
            self.label = (label, _op) if _op else label  # type: ignore[assignment]

    # --- what was recorded ------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number. It can be changed on a leaf, but not on the result of an operation."""
        return self._z

    @data.setter
    def data(self, data: Any) -> None:
        if self._row is not None:
            raise AttributeError(
                f"this Value is the result of {self._row.name}, so its data cannot be changed; "
                "change the leaves that it was computed from and compute it again"
            )
        self._z = data if data.__class__ is float else real(data, "data")

    @property
    def grad(self) -> float:
        """d(root)/d(this): leaves add up passes until they are reset, results keep the last."""
        return self._grad

    @grad.setter
    def grad(self, grad: Any) -> None:
        self._grad = grad if grad.__class__ is float else real(grad, "grad")

    @property
    def operands(self) -> tuple[Value, ...]:
        """What the operation was applied to, in order; plain numbers as constants.

        The constants are made when first read and then kept, so each is always the same object.
        """
        if self._row is not None:
            nodes, numbers = self._edges()
            self._connect(self._row, [*map(_kept, nodes, numbers)], numbers)
        return self._edges()[0]

    @property
    def _prev(self) -> tuple[Value, ...]:  # micrograd's drawing code reads this, and _op
        return self.operands

    # --- recording --------------------------------------------------------------------------------

    def record(self, op: Op, operands: tuple[Any, ...]) -> Value:
        """Apply ``op`` to ``operands`` (Values and real numbers), and remember it."""
        if op.arity == 1 and len(operands) == 1 and operands[0] is self:
            result: Value = self._unary(op)
            return result
        op.refuse_misuse(operands, Value)
        nodes = [x if isinstance(x, Value) else None for x in operands]
        return apply(op, nodes, [x._z if isinstance(x, Value) else real(x) for x in operands])

    # --- differentiating --------------------------------------------------------------------------

    def backward(self, seed: float = 1.0) -> None:
        """Add seed · d(self)/d(leaf) to ``grad`` of every leaf that this was computed from.

        >>> x = Value(3.0)
        >>> y = x**3
        >>> y.backward(); y.backward()
        >>> x.grad  # twice 27: gradients accumulate until they are reset
        54.0
        """
        accumulate([self], [real(seed, "a seed")])

    def detach(self) -> Constant:
        """A constant with the same number: no gradient flows through it."""
        return constant(self._z, label=self.label)

    def item(self) -> float:
        """The plain number, the same as ``data``."""
        return self._z

    # --- Python's protocols -----------------------------------------------------------------------

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Value):
            return self is other  # the same node, whatever its number
        if is_number(other):
            raise TypeError(
                "== compares Values as nodes, not as numbers: write v.data == "
                f"{other!r} to compare the number"
            )
        return NotImplemented

    __lt__, __gt__ = _comparison(operator.lt), _comparison(operator.gt)
    __le__, __ge__ = _comparison(operator.le), _comparison(operator.ge)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"{type(self).__name__}(data={self._z!r}, grad={self._grad!r}{label})"

    def __format__(self, spec: str) -> str:
        return format(self._z, spec) if spec else repr(self)

    def __iter__(self) -> Iterator[NoReturn]:
        raise TypeError("a Value is one number, not a list of numbers; write [v] for a list of one")

    def __dir__(self) -> Iterable[str]:
        """The usable names, without those that only say what to write instead."""
        return [name for name in super().__dir__() if name not in IN_VALUES or hasattr(self, name)]

    def __copy__(self) -> Value:
        return copying.shallow(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        return copying.deep(self, memo)

    def __reduce__(self) -> tuple[Any, ...]:
        return copying.reduce(self)

    # --- hot copies -------------------------------------------------------------------------------

    # What `apply` and `made` do, written out for the hottest operations: 2.7 times as fast. Tests
    # check that they equal the table.

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Value):
            b: Value | None = other
            y = other._z
        elif other.__class__ is float:
            b, y = None, other
        elif other.__class__ is int:
            b, y = None, real(other, "add")
        else:
            return self._binary(ops.add, self, other, other)
        place = here()
        if place is not None and not place.plain:
            return self.record(ops.add, (self, other))
        node = _new(Value)
        node._z = self._z + y
        node._grad = 0.0
        node._row = _ADD
        node._a = self
        node._b = b
        node._x = self._z
        node._y = y
        node._about = place
        return node

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Value):
            b: Value | None = other
            y = other._z
        elif other.__class__ is float:
            b, y = None, other
        elif other.__class__ is int:
            b, y = None, real(other, "mul")
        else:
            return self._binary(ops.mul, self, other, other)
        place = here()
        if place is not None and not place.plain:
            return self.record(ops.mul, (self, other))
        node = _new(Value)
        node._z = self._z * y
        node._grad = 0.0
        node._row = _MUL
        node._a = self
        node._b = b
        node._x = self._z
        node._y = y
        node._about = place
        return node

    def _unary(self, op: Op) -> Any:
        x = self._z
        data = op.forward(x)
        if data.__class__ is not float:  # a row may return the literal 0 or 1
            data = float(data)
        if data - data != 0.0:
            op.check((x,), named((self,)))
        place = here()
        if self.__class__ is Constant or (place is not None and not place.plain):
            return made(op, (self,), (x,), data)
        node = _new(Value)
        node._z = data
        node._grad = 0.0
        node._row = op
        node._a = self
        node._b = None
        node._x = x
        node._y = 0.0
        node._about = place
        return node

    def _binary(self, op: Op, x: Any, y: Any, other: Any) -> Any:
        if isinstance(other, Value):
            return apply(op, (x, y), (x._z, y._z))
        if other.__class__ is int:
            other = real(other, op.name)
        if other.__class__ is float:
            if x is self:
                return apply(op, (self, None), (self._z, other))
            return apply(op, (None, self), (other, self._z))
        return super()._binary(op, x, y, other)


# The same slot, under a name that nothing else has. functions.py reads it to recognise Values:
# objects of other classes, such as points in space, may also have a _z.
Value._value_number = Value._z  # type: ignore[misc]
for _name, _cure in IN_VALUES.items():
    setattr(Value, _name, Refused(Value, _name, _cure))
_new = Value.__new__
_ADD, _MUL = ops.add, ops.mul


class Constant(Value):
    """A Value without a gradient: made by `constant`, by ``detach()`` or under ``no_grad``.

    Operations on constants alone are computed, not recorded; drawings show only the result.
    """

    __slots__ = ()
    kind: ClassVar[str] = "constant"

    # Hides the slot, so the backward pass need not check what each operand is: whatever it adds is
    # dropped. nn's frozen parameters inherit this.
    _grad = property(lambda _: 0.0, lambda _, __: None)

    def __add__(self, other: Any) -> Any:
        return self._binary(ops.add, self, other, other)

    def __mul__(self, other: Any) -> Any:
        return self._binary(ops.mul, self, other, other)

    def backward(self, seed: float = 1.0) -> NoReturn:  # noqa: ARG002 - the same as for a Value
        """Raise ConstantError: nothing was recorded that leads back to a variable."""
        if self.kind == "frozen":
            raise ConstantError(f"backward on the frozen {self!r}; write .unfreeze() first")
        raise ConstantError(
            f"backward on the constant {self!r}: it was made from plain numbers, detached "
            "or computed under no_grad, so nothing leads back to a variable"
        )

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Constant(data={self._z!r}{label})"


def constant(x: Any, label: str = "") -> Constant:
    """A number that appears in a computation and in drawings, but never gets a gradient.

    >>> x, rate = Value(2.0), constant(0.1, label="rate")
    >>> (x * rate).backward()
    >>> x.grad, rate.grad
    (0.1, 0.0)
    """
    return Constant(x.data if isinstance(x, Value) else x, label)


def _kept(operand: Value | None, number: float) -> Value:
    """The operand; for a plain number (None) a constant, without a place: it was not recorded."""
    if operand is None:
        operand = Constant(number)
        operand._about = None
    return operand
