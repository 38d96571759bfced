"""What the drawing tests draw: recorded computations with every kind of leaf and of label."""

from __future__ import annotations

from contextlib import nullcontext

from hypothesis import strategies as st

from autograd import Graph, Value, constant, dot, scope
from autograd import sum as total
from autograd.value import Constant
from nn import Parameter

# Labels that break careless writers of DOT, XML, HTML, Markdown or Mermaid.
HOSTILE = (
    "",
    "w1",
    "{a|b}",
    "<b>bold</b>",
    'say "hi"',
    "back\\slash \\N \\G",
    "two\nlines\tand a tab",
    "</script><script>alert(1)</script>",
    "&lt; &amp; &",
    "重み",
    "x" * 10_000,
    "-- ; # // [x] %% end",
    "\x00\x07\x1b",
    "\u202eright to left",
    "naïve ∂L/∂w",
    "1. one",
    "+ plus",
    "n0 -> n1",
)

NAMES = [f"hostile{number}" for number in range(len(HOSTILE))]  # for test ids

labels = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12))
numbers = st.one_of(
    st.integers(-4, 4).map(float),
    st.floats(-100.0, 100.0),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12),
)


@st.composite
def leaves(draw: st.DrawFn) -> Value:
    """A variable, a constant, a parameter or a frozen one."""
    number, label = draw(numbers), draw(st.sampled_from(["", "a", "b", "c"]))
    kind = draw(st.sampled_from(["variable", "variable", "constant", "parameter", "frozen"]))
    if kind == "variable":
        return Value(number, label=label)
    if kind == "constant":
        return constant(number, label=label)
    leaf = Parameter(number, label=label)
    if kind == "frozen":
        leaf.freeze()
    return leaf


def _run_of_plus(xs: list[Value]) -> Value:
    result = xs[0]
    for x in xs[1:]:
        result = result + x
    return result


def _dot(xs: list[Value]) -> Value:
    half = len(xs) // 2
    bias = xs[-1] if len(xs) % 2 else None
    return dot(xs[:half], xs[half : 2 * half], bias)


OPERATIONS = (
    lambda xs: xs[0] + xs[-1],
    lambda xs: xs[0] - xs[-1],
    lambda xs: xs[0] * xs[-1],
    lambda xs: xs[0] * 0.5 + 1.0,
    lambda xs: xs[0].tanh(),
    lambda xs: xs[0].relu(),
    _run_of_plus,
    total,
    _dot,
)


SCOPES = ("", "", "head", "layers.0", "layers.0/neurons.1", "layers.1/neurons.0", "a/b/c")


@st.composite
def computations(
    draw: st.DrawFn, steps: int = 8, roots: int = 2, scopes: tuple[str, ...] = ("",)
) -> list[Value]:
    """The roots of a random recorded computation; the first is no constant, nor frozen."""
    values = [Value(draw(numbers), label="x")]
    values += draw(st.lists(leaves(), max_size=4))
    for _ in range(draw(st.integers(1, steps))):
        operation = draw(st.sampled_from(OPERATIONS))
        # Late values are likelier, so that computations grow deep as well as wide.
        pick = st.one_of(st.sampled_from(values), st.sampled_from(values[-3:]))
        operands = draw(st.lists(pick, min_size=2, max_size=5))
        where = draw(st.sampled_from(scopes))
        with scope(where) if where else nullcontext():
            result = operation(operands)
        if draw(st.integers(0, 4)) == 0:
            result.label = draw(st.sampled_from(["s", "t"]))
        values.append(result)
    live = [value for value in values if value.kind != "constant" or value.op is not None]
    first = next(value for value in reversed(values) if not isinstance(value, Constant))
    return [first, *draw(st.lists(st.sampled_from(live), max_size=roots - 1))]


graphs = computations().map(Graph)
scoped_graphs = computations(steps=14, scopes=SCOPES).map(Graph)
