"""Whatever the text, nothing but a formula is executed, and none is too large."""

import contextlib
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import AutogradError, Value
from autograd.formula import ExpressionError, grammar, parse
from autograd.formula.grammar import MAX_DEPTH
from autograd.formula.tokens import MAX_LENGTH

from ...counting import calls
from .given import GIVEN

SIGNS = ["+", "-", "*", "/", "**", "(", ")", "[", "]", ",", ";", "=", "<", ">=", "\n", " ", "#"]
WORDS = ["x", "y", "w", "2", "1e5", "tanh(", "sum(", "where(", "softmax(", "z", "pi", "²", "−", "."]


@given(st.text() | st.lists(st.sampled_from([*SIGNS, *WORDS])).map("".join))
@example("w[w]")
@example("where(w, 1, 2)")
@example("where(x > w, 1, 2)")
@example("z=[w[0],w];z")
@example("\ud800")
@example("x\x00")
def test_any_text_is_a_formula_or_an_error_of_ours(text):
    with contextlib.suppress(AutogradError):
        assert isinstance(parse(text, GIVEN).value, Value)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "().__class__.__bases__",
        "x.__class__",
        "(lambda: 1)()",
        "[y for y in w]",
        "f'{x}'",
        "exec(x)",
        "open(x)",
        "import os",
        "(z := 3)",
    ],
)
def test_no_python_is_executed(text):
    with pytest.raises(ExpressionError):
        parse(text, GIVEN)


def test_a_long_sum_is_no_deep_one():
    terms = 20_000
    text = " + ".join(["x"] * terms)

    assert parse(text, x=1.0).value.data == terms
    assert parse("-" * 10_001 + "x", x=1.0).value.data == -1.0


def test_a_name_has_a_limit():
    assert parse("x" * 100, {"x" * 100: 2.0}).value.data == 2.0
    with pytest.raises(ExpressionError, match="this name has 90,000 letters; at most 100"):
        parse("x" * 90_000)


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(ExpressionError, match="100,001 characters; at most 100,000"):
        parse("x" * (MAX_LENGTH + 1), x=1.0)


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("(", ")"), ("tanh(", ")"), ("sum([", "])"), ("where(x > 0, x, ", ")"), ("x**", ""),
     ("where(", " > 0, 1, 2)"), ("w[", "]"), ("-(", ")")],
)  # fmt: skip
def test_brackets_have_a_limit(opening, closing):
    for count in (MAX_DEPTH + 1, 10_000):
        text = opening * count + "x" + closing * count
        with pytest.raises(ExpressionError, match=r"brackets are open here|has 1") as caught:
            parse(text[:MAX_LENGTH], GIVEN)

        assert caught.value.position is None or caught.value.position < 2000


def test_the_limit_of_brackets_is_far_from_pythons():
    """Each level takes some frames; all of them fit beside a deep caller."""
    text = "where(x > 0, tanh(" * (MAX_DEPTH // 2) + "x" + "), x)" * (MAX_DEPTH // 2)
    limit = sys.getrecursionlimit()
    deepest = 0

    def depth():
        frame, count = sys._getframe(), 0
        while frame is not None:
            frame, count = frame.f_back, count + 1
        return count

    class Spy(grammar._Reader):
        def name(self, token):
            nonlocal deepest
            deepest = max(deepest, depth())
            super().name(token)

    Spy(text, {"x"}).program()

    assert deepest - depth() < limit // 2


def test_a_hostile_formula_costs_no_more_than_its_length():
    doubling = "a=[x,x];" + "".join(f"a=[a[0],a[1],a[{k % 2}]];" for k in range(5000)) + "sum(a)"
    nested = "a=[x,x];" + "a=[a,a];" * 5000 + "sum(a)"

    assert calls(lambda: parse(doubling, x=1.0)) < 50 * len(doubling)
    for text in (nested, "9" * 90_000, "1_" * 40_000):
        assert calls(lambda text=text: refused(text)) < 50 * len(text)


def refused(text):
    with pytest.raises(ExpressionError):
        parse(text, x=1.0)
