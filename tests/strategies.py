"""What the property tests draw: points inside a row's domain, and random computations.

A `Program` is a computation as data, so that one draw can be run on Values, on floats, on Fractions
and on the naive dual numbers of `Dual`, and the answers compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from hypothesis import strategies as st

from autograd import ops
from autograd.testing import strategies as testing


def points(op):
    """Operands for one row: inside its domain, away from its kinks, of ordinary size."""
    return testing.points(op, reach=4.0)


@dataclass(frozen=True)
class Program:
    """Leaves and instructions; an instruction names a row and the earlier numbers it is applied to.

    >>> Program((2.0, 3.0), (("mul", (0, 0)), ("add", (2, 1)))).run((2.0, 3.0))
    7.0
    """

    inputs: tuple[float, ...]
    instructions: tuple[tuple[str, tuple[int, ...]], ...]

    def run(self, inputs, apply=lambda op, xs: op(*xs)):
        """The last number, computed on ``inputs`` in whatever arithmetic they are."""
        numbers = list(inputs)
        for name, operands in self.instructions:
            numbers.append(apply(ops.ALL[name], [numbers[i] for i in operands]))
        return numbers[-1]


SMOOTH = ("add", "sub", "mul", "tanh", "sin", "sigmoid", "softplus", "neg", "sum", "dot",
          "logsumexp", "erf", "atan", "asinh", "cos", "gelu")  # fmt: skip
RATIONAL = ("add", "sub", "mul", "neg", "sum", "dot", "prod", "relu", "abs", "maximum", "minimum",
            "step", "sign", "clip", "copy", "leaky_relu", "greater", "div")  # fmt: skip


@st.composite
def programs(draw: st.DrawFn, names: tuple[str, ...], numbers: st.SearchStrategy) -> Program:
    """Random DAGs with sharing: every instruction may use any earlier number, more than once."""
    inputs = tuple(draw(st.lists(numbers, min_size=1, max_size=4)))
    instructions = []
    for _ in range(draw(st.integers(1, 10))):
        count = len(inputs) + len(instructions)
        # Late numbers are likelier, so that programs grow deep as well as wide.
        index = st.one_of(st.integers(0, count - 1), st.integers(max(0, count - 3), count - 1))
        name = draw(st.sampled_from(names))
        op = ops.ALL[name]
        arity = draw(st.integers(1, 5)) if op.arity is None else op.arity
        instructions.append((name, tuple(draw(index) for _ in range(arity))))
    return Program(inputs, tuple(instructions))


smooth_programs = programs(SMOOTH, st.floats(-2.0, 2.0, allow_subnormal=False))
rational_programs = programs(RATIONAL, st.integers(-3, 3).map(float))


@dataclass
class Dual:
    """A naive number with a tangent: forward mode in twenty lines, as an oracle.

    It knows the derivatives of + − × ÷ and of choosing, each written here and nowhere shared with
    the table.
    """

    x: object
    dx: object = field(default=0)

    def apply(self, name, xs):
        """The row ``name``, spelled out for rational operations."""
        zero = Fraction(0)
        match name, xs:
            case "add", [a, b]:
                return Dual(a.x + b.x, a.dx + b.dx)
            case "sub", [a, b]:
                return Dual(a.x - b.x, a.dx - b.dx)
            case "mul", [a, b]:
                return Dual(a.x * b.x, a.dx * b.x + a.x * b.dx)
            case "div", [a, b]:
                return Dual(a.x / b.x, (a.dx * b.x - a.x * b.dx) / (b.x * b.x))
            case "neg", [a]:
                return Dual(-a.x, -a.dx)
            case "copy", [a]:
                return a
            case "sum", _:
                return Dual(sum(a.x for a in xs), sum(a.dx for a in xs))
            case "prod", _:
                total = Dual(Fraction(1), zero)
                for a in xs:
                    total = self.apply("mul", [total, a])
                return total
            case "dot", _:
                half = len(xs) // 2
                total = xs[-1] if len(xs) % 2 else Dual(zero, zero)
                for w, x in zip(xs[:half], xs[half : 2 * half], strict=True):
                    total = self.apply("add", [total, self.apply("mul", [w, x])])
                return total
            case (("step" | "sign" | "greater"), _):
                return Dual(Fraction(ops.ALL[name].forward(*[a.x for a in xs])), zero)
            case "relu", [a]:
                return a if a.x > 0 else Dual(zero, zero)
            case "leaky_relu", [a, slope]:
                return a if a.x > 0 else self.apply("mul", [slope, a])
            case "abs", [a]:
                return Dual(abs(a.x), a.dx if a.x > 0 else -a.dx if a.x < 0 else zero)
            case (("maximum" | "minimum"), [a, b]):
                if a.x == b.x:
                    return Dual(a.x, (a.dx + b.dx) / 2)
                return a if (a.x > b.x) == (name == "maximum") else b
            case "clip", [a, low, high]:
                return low if a.x < low.x else high if a.x > high.x else a
        raise AssertionError(name)
