"""A model of the engine that cannot be wrong: numbers in fractions."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from autograd import Value


@dataclass(eq=False)
class Number:
    """What must be true of one Value; ``value`` is None once the test has let go of it."""

    kind: str  # of a leaf, as Value.kind; "result" for what was recorded
    data: Fraction
    value: Value | None = None
    name: str = ""  # of the operation
    operands: tuple[Number | Fraction, ...] = ()
    inputs: tuple[Fraction, ...] = ()
    grad: Fraction = Fraction(0)
    partials: dict[Number, Fraction] = field(default_factory=dict)

    def __post_init__(self):
        if self.kind != "constant":
            self.partials[self] = Fraction(1)

    @property
    def is_leaf(self):
        return self.kind != "result"

    @property
    def takes_gradients(self):
        return self.kind not in {"constant", "frozen"}

    def below(self):
        """This and all that it was computed from."""
        found, stack = {}, [self]
        while stack:
            number = stack.pop()
            if number not in found:
                found[number] = None
                stack += [x for x in number.operands if isinstance(x, Number)]
        return list(found)

    def __repr__(self):
        return f"<{self.name or self.kind} {self.data}>"


HALF = Fraction(1, 2)
MEANING = {  # operation: (value, slopes), on paper
    "add": (lambda x, y: x + y, lambda x, y: (1, 1)),
    "sub": (lambda x, y: x - y, lambda x, y: (1, -1)),
    "mul": (lambda x, y: x * y, lambda x, y: (y, x)),
    "div": (lambda x, y: x / y, lambda x, y: (1 / y, -x / y**2)),
    "maximum": (max, lambda x, y: (HALF, HALF) if x == y else (int(x > y), int(y > x))),
    "leaky_relu": (lambda x, y: x if x > 0 else x * y,
                   lambda x, y: (1, 0) if x > 0 else (y, x)),
    "neg": (lambda x: -x, lambda x: (-1,)),
    "relu": (lambda x: max(x, 0), lambda x: (int(x > 0),)),
    "abs": (abs, lambda x: ((x > 0) - (x < 0),)),
    "sum": (lambda *xs: sum(xs), lambda *xs: (1,) * len(xs)),
    "prod": (lambda x, y, z: x * y * z, lambda x, y, z: (y * z, x * z, x * y)),
    "dot": (lambda v, w, x, y, b: v * x + w * y + b, lambda v, w, x, y, b: (x, y, v, w, 1)),
    "clip": (lambda x, low, high: min(max(x, low), high),
             lambda x, low, high: (int(low <= x <= high), int(x < low), int(x > high))),
}  # fmt: skip
ARITY = {"neg": 1, "relu": 1, "abs": 1, "sum": 3, "prod": 3, "dot": 5, "clip": 3}


def is_exact(number, size, digits):
    return abs(number) <= 2**size and number.denominator <= 2**digits


def computed(name, operands, *, recording=True):
    """The Number that an operation must give; None where a double might round it."""
    function, slopes_of = MEANING[name]
    xs = tuple(x.data if isinstance(x, Number) else x for x in operands)
    if (name == "div" and abs(xs[1]) not in {HALF, 1, 2, 4}) or (name == "clip" and xs[1] > xs[2]):
        return None
    data = Fraction(function(*xs))
    nodes = [x for x in operands if isinstance(x, Number) and x.kind != "constant"]
    if not recording or not nodes:
        return Number("constant", data) if is_exact(data, 10, 6) else None
    result = Number("result", data, name=name, operands=tuple(operands), inputs=xs)
    for operand, slope in zip(operands, slopes_of(*xs), strict=True):
        if isinstance(operand, Number):
            for source, partial in operand.partials.items():
                result.partials[source] = result.partials.get(source, Fraction(0)) + slope * partial
    parts = result.partials.values()
    if not is_exact(data, 10, 6) or not all(is_exact(p, 16, 10) for p in parts):
        return None
    return result
