"""Formulas as text: what they compute, what they record, and that nothing else ever happens."""

import contextlib
import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd import AutogradError, DomainError, Graph, Value, constant, grad, operation, ops
from autograd.formula import ExpressionError, calculate, parse
from autograd.formula.vocabulary import function_names
from autograd.testing import check_gradients

from ..helpers import pickled
from .given import GIVEN

# --- what a formula means -------------------------------------------------------------------------


def texts():
    """Expressions as Python has them, with blanks and brackets anywhere."""
    atoms = st.sampled_from(["x", "y", "2", "0.5", ".25", "3.", "1e1", "1_0", "w[0]", "w[-1]"])

    def grown(inner):
        blank = st.sampled_from(["", " ", "  "])
        return st.one_of(
            st.tuples(inner, blank, st.sampled_from("+-*/"), blank, inner).map("".join),
            st.tuples(inner, st.just("**"), inner).map("".join),
            st.tuples(st.sampled_from(["-", "+", "- "]), inner).map("".join),
            st.tuples(st.just("("), inner, st.just(")")).map("".join),
            st.tuples(st.sampled_from(["abs(", "max(x,", "sum([y,"]), inner).map(
                lambda parts: "".join(parts) + ("])" if "[" in parts[0] else ")")
            ),
        )

    return st.recursive(atoms, grown, max_leaves=12)


def real_abs(x):
    if isinstance(x, complex):
        raise TypeError
    return abs(x)


@given(text=texts())
@example(text="-x**2")
@example(text="2**-x**2")
@example(text="x-y-2")
@example(text="x/y/2*x")
@example(text="2**3**2")
def test_a_formula_means_what_it_means_in_python(text):
    """Python's own ``eval`` is the oracle."""
    functions = {"abs": real_abs, "max": max, "sum": sum}
    try:
        in_doubles = re.sub(
            r"(?<![\w.])(\d[\d_]*)(?![\w.\]])", r"\1.0", text
        )  # 10**10**10 takes ages
        wanted = eval(in_doubles, {"__builtins__": functions}, dict(GIVEN))  # noqa: S307 - ours
    except (ArithmeticError, TypeError):  # complex numbers have no largest
        wanted = None
    if wanted is None or isinstance(wanted, complex):
        with contextlib.suppress(DomainError):  # where Python overflows, ours goes on with inf
            parse(text, GIVEN)
    else:
        assert parse(text, GIVEN).value.data == pytest.approx(wanted, rel=1e-9, abs=1e-300)


def test_values_gradients_and_labels_are_those_of_the_engine():
    formula = parse("z = w*x + b; o = tanh(z); (o - y)**2", w=0.5, x=2.0, b=-0.5, y=1.0)
    formula.value.backward()
    w, x, b, y = Value(0.5), Value(2.0), Value(-0.5), Value(1.0)
    root = ((w * x + b).tanh() - y) ** 2
    root.backward()

    assert formula.value.data == root.data
    assert {name: leaf.grad for name, leaf in formula.inputs.items()} == {
        "w": w.grad, "x": x.grad, "b": b.grad, "y": y.grad,
    }  # fmt: skip
    assert [node.label for node in Graph(formula.value) if node.label] == list("wxbzoy")
    assert formula.names["o"].label == "o"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("sum(1, 2, 3)", 6.0),
        ("sum([1, 2, 3])", 6.0),
        ("mean(w)", 1.75),
        ("prod(w)", 1.5),
        ("dot(w, [1, 2])", 6.5),
        ("dot(w, [1, 2], 10)", 16.5),
        ("logsumexp(0, 0)", math.log(2.0)),
        ("softmax(0, 0)[1]", 0.5),
        ("log_softmax([0, 0])[0]", -math.log(2.0)),
        ("max(1, 3, 2) - min(w)", 2.5),
        ("clip(5, 0, 1)", 1.0),
        ("leaky_relu(-1) + leaky_relu(-1, 0.5)", -0.51),
        ("ln(e) + log10(100) + log2(8)", 6.0),
        ("sin(π/2) + cos(pi)", 0.0),
        ("σ(0)", 0.5),
        ("pow(2, 3) + add(1, 1)", 10.0),
        ("detach(x) * x", 4.0),
        ("where(x > y, 1, 2)", 1.0),
        ("where(x <= 2, 1, 2)", 1.0),
        ("where(0 < x < 1, 1, 2)", 2.0),
        ("where(x == 2, where(x != 2, 1, 2), 3)", 2.0),
        ("where(x - 2, 1, 2)", 2.0),
        ("where(nan <= 1, 1, 2)", 2.0),
        ("where(x ≥ 2, 1, 2)", 1.0),
        ("x² + x⁻¹·2 − 1×1÷2", 4.5),
        ("x·y + y·x", -2.0),  # a dot with which Python lets a name go on
        ("x\u0387y", -1.0),  # the Greek one, which looks the same
        ("（x＋1）", 3.0),  # noqa: RUF001 - as a Chinese keyboard writes it
        ("5 # 6", 5.0),
        ("a = 1\nb = a + (1 +\n 1)\n\na + b\n", 4.0),
        ("; a = 1;; a ;", 1.0),
        ("x = x + 1; x = x * 2; x", 6.0),
        ("sum = x + 1; sum(sum, sum)", 6.0),
        ("e = 3; e", 3.0),
        ("lambda = 3; lambda*x", 6.0),
        ("ŷ_1 = 2; w₁ = ŷ_1; w₁ + ŷ_1", 4.0),
        ("p = [1, x]; p[2 - 1]", 2.0),
        ("+x - -x", 4.0),
        ("1e-1 + 2.5E+1 + 1_0.5_0", 35.6),
    ],
)  # fmt: skip
def test_what_can_be_written(text, number):
    assert parse(text, GIVEN).value.data == pytest.approx(number)


@pytest.mark.parametrize("name", sorted(set(function_names()) - {"where", "copy"}))
def test_every_function_can_be_called(name):
    """With the point of one of the rows' own domain."""
    for count in (1, 2, 3):
        given = {f"x{k}": x for k, x in enumerate((0.5, 0.25, 0.75)[:count])}
        for text in (f"{name}({', '.join(given)})", f"{name}(1 + x0)", f"{name}([x0], [x0])"):
            try:
                found = parse(f"sum({text})" if "softmax" in name else text, given)
            except (ExpressionError, DomainError):
                continue
            assert math.isfinite(found.value.data)
            return
    pytest.fail(f"{name} cannot be called")


def test_only_the_chosen_branch_is_computed():
    formula = parse("where(x > 0, log(x), 2*x)", x=-1.0)
    formula.value.backward()

    assert formula.inputs["x"].grad == 2.0
    assert "log" not in {node.op.name for node in Graph(formula.value) if node.op}


@pytest.mark.parametrize(("sign", "row"), [("<", "less"), (">=", "less"), ("<=", "greater")])
def test_the_condition_is_drawn(sign, row):
    formula = parse(f"where(x {sign} 1, x, -x)", x=2.0)

    assert row in {node.op.name for node in Graph(formula.value) if node.op}


def test_a_gradient_at_the_edge_of_a_choice_is_a_kink():
    formula = parse("where(x >= 0, x*x, -x)", x=0.0)

    assert check_gradients(formula.f, formula.point).outcome == "kink"


def test_operations_of_a_users_own_can_be_called():
    operation("formula_cube", lambda x: x * x * x, lambda z, x: 3.0 * x * x)
    try:
        assert grad(parse("formula_cube(x)", x=2.0).f)(2.0) == 12.0
    finally:
        del ops.ALL["formula_cube"]


# --- what is given --------------------------------------------------------------------------------


def test_a_value_is_used_as_it_is():
    w, y = Value(3.0), constant(1.0)
    formula = parse("(w*x - y)**2", {"w": w, "y": y}, x=2.0)
    formula.value.backward()

    assert formula.inputs["w"] is w
    assert (w.label, w.grad, y.grad) == ("", 20.0, 0.0)
    assert formula.point == (3.0, 2.0)  # a constant is no argument
    assert formula.f(3.0, 2.0) == 25.0


def test_a_name_for_a_leaf_does_not_relabel_it():
    w = Value(3.0)

    assert parse("z = w; z", w=w).value is w
    assert w.label == ""


def test_lists_become_lists_of_labelled_values():
    formula = parse("dot(W[1], x)", {"W": [[1, 2], (3, 4)], "x": [1.0, 10.0]})

    assert formula.value.data == 43.0
    assert formula.inputs["W"][1][0].label == "W[1][0]"
    assert formula.point == ([[1.0, 2.0], [3.0, 4.0]], [1.0, 10.0])
    assert parse("p = softmax(x); p[1]", x=[0.0, 0.0]).names["p"][1].label == "p[1]"


def test_arrays_are_lists():
    numpy = pytest.importorskip("numpy")

    assert parse("dot(w, w)", w=numpy.array([3.0, 4.0])).value.data == 25.0


def test_what_is_given_and_not_used_is_known():
    assert parse("a*b", a=1, b=2, c=3).unused == ("c",)


@pytest.mark.parametrize(
    ("inputs", "error", "text"),
    [
        ({"x": "2"}, TypeError, "write float('2')"),
        ({"x": None}, TypeError, "None"),
        ({"x y": 2}, ExpressionError, "'x y' is not a name"),
        ({"if": 2}, ExpressionError, "'if' is not a name"),
        ({3: 2}, TypeError, "strings"),
        ({"x": [[[[[[[[[[[1]]]]]]]]]]]}, ValueError, "at most 10 deep"),
    ],
    ids=["str", "None", "blank", "keyword", "number", "deep"],
)
def test_what_cannot_be_given(inputs, error, text):
    with pytest.raises(error, match=text.replace("(", r"\(").replace(")", r"\)")):
        parse("1", inputs)


def test_a_number_is_given_once():
    with pytest.raises(TypeError, match="two numbers for 'x'"):
        parse("x", {"x": 1.0}, x=2.0)


def test_a_formula_is_a_str():
    with pytest.raises(TypeError, match="a formula must be a str"):
        parse(3)


# --- the function ---------------------------------------------------------------------------------


def test_f_serves_numbers_values_and_derivatives():
    formula = parse("o = tanh(w*x); o**2", w=0.5, x=2.0)

    assert formula.f(*formula.point) == formula.value.data
    assert isinstance(formula.f(0.5, 2.0), float)
    assert formula.f(Value(0.5), 2.0).data == formula.value.data
    assert check_gradients(formula.f, formula.point, order=2).outcome == "right"
    assert grad(grad(parse("x**3", x=0.0).f))(2.0) == 12.0


def test_f_says_what_it_is():
    f = parse("  w*x  +   b\n", w=1, x=2, b=3).f
    verdict = check_gradients(f, (1.0, 2.0, 3.0))

    assert f.__name__ == "w*x + b"
    assert [entry.name for entry in verdict.entries] == ["w", "x", "b"]
    assert repr(f) == "<function of w, x, b: w*x + b>"
    with pytest.raises(TypeError, match=r"function of 3 numbers \(w, x, b\), got 1"):
        f(1.0)


def test_f_goes_the_other_way_where_the_condition_says_so():
    f = parse("where(x > 0, x**2, -x)", x=1.0).f

    assert (f(3.0), f(-3.0)) == (9.0, 3.0)


def test_a_formula_shows_how_to_make_it_again():
    formula = parse("dot(w, [x, 1])", w=[1, 2], x=0.5)

    assert repr(formula) == "parse('dot(w, [x, 1])', w=[1.0, 2.0], x=0.5)"
    again = eval(repr(formula), {"parse": parse})  # noqa: S307 - what we wrote
    assert again.value.data == formula.value.data


# --- calculate ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "result"),
    [("1/4", 0.25), ("[1, [2, 3]]", [1.0, [2.0, 3.0]]), ("-inf", -math.inf), ("a = 2; a", 2.0)],
)
def test_calculate_gives_plain_numbers(text, result):
    assert calculate(text) == result


# --- errors ---------------------------------------------------------------------------------------

LIST_IN_A_SUM = (
    "+ takes single numbers, but got a list; use its numbers one by one, as in w[0], or write "
    "sum(w) or dot(w, x)"
)
LIST_AS_RESULT = (
    "the result is a list of 2; a formula ends in one number, such as sum([a, b]) or p[0]"
)


@pytest.mark.parametrize(
    ("text", "message", "marked"),
    [
        ("", "there is no formula; write one such as tanh(w*x + b)", None),
        (" ;\n# nothing", "there is no formula; write one such as tanh(w*x + b)", None),
        ("tanh(x*y + )", "a number, a name or ( is missing before ')'", ")"),
        ("x *", "a number, a name or ( is missing before the end", ""),
        ("*x", "a number, a name or ( is missing at the beginning", "*"),
        ("2x", "an operator is missing before 'x'; write 2*x for a product", "x"),
        ("x y", "an operator is missing before 'y'; write x*y for a product", "y"),
        ("2(x + 1)", "an operator is missing before '('; write 2*( for a product", "("),
        ("w[0]x", "an operator is missing before 'x'; write * for a product", "x"),
        ("0x10", "an operator is missing before 'x10'; write * for a product", "x10"),
        ("x(2)", "'x' is a number, not a function; write x*(…) for a product", "x"),
        ("tahn(x)", "there is no function 'tahn'; did you mean 'tanh'?", "tahn"),
        ("q(x)", "there is no function 'q'; write q*(…) for a product", "q"),
        ("tanh + 1", "tanh is a function: write tanh(x)", "tanh"),
        ("tanh(x, y)", "tanh takes 1 number, got 2", "tanh(x, y)"),
        ("clip(x)", "clip takes 3 numbers, got 1", "clip(x)"),
        ("elu()", "elu takes 1 to 2 numbers, got 0", "elu()"),
        ("b + x*q", "'b' has no value; give the numbers: b=… and q=…", "b"),
        ("x*b", "'b' has no value; give it one: b=…", "b"),
        ("lenght*2", "there is no 'lenght'; did you mean 'length'?", "lenght"),
        ("z*2; z = 3", "this is computed but not used: give it a name, as in z = w*x + b", "z*2"),
        ("a = z*2; z = a", "z is used here before it is computed", "z"),
        ("(x", "this '(' is never closed", "("),
        ("(x;y", "this '(' is never closed", "("),
        ("x)", "there is no opening bracket for this ')'", ")"),
        ("(x]", "')' is expected here, to close '('", "]"),
        ("x^2", "'^' has no meaning in a formula; write x**2 for a power", "^"),
        ("x // y", "write / for a quotient, floor(a/b) to round it", "//"),
        ("x % y", "'%' has no meaning in a formula; write remainder(x, y)", "%"),
        ("|x|", ("'|' has no meaning in a formula; write abs(x) for |x|, and a where "
         "inside a where for 'or'"), "|"),
        ("1 + sin x", "sin is a function: write its argument in brackets, as in sin(x)", "sin x"),
        ("log 2*x", "log is a function: write its argument in brackets, as in log(x)", "log 2"),
        ("x * * 2", "a number, a name or ( is missing before '*'", "*"),
        ("x***2", "a number, a name or ( is missing before '*'", "*"),
        ("x > 0", "numbers can be compared only in the condition of where(x > 0, a, b)", ">"),
        ("where(x, 1)", "where takes a condition and two numbers: where(x > 0, a, b)", "where"),
        ("where(x = 1, 2, 3)", "write == to compare numbers", "="),
        ("x if x else y", "to choose between two numbers write where(x > 0, a, b)", "if"),
        ("where(x > 1 and y, 1, 2)", "'and' has no meaning in a formula", "and"),
        ("sum(x=2)", "give arguments in order, without names", "="),
        ("3 = x", "only a name can be left of '=', as in z = w*x + b", "="),
        ("for = 3", "'for' is a Python keyword and has no meaning in a formula", "for"),
        ("1e999", ("this number is too large for a double (up to 1.8e308); write inf if "
         "infinity is meant"), "1e999"),
        ("1_", "'1_' is not a number", "1_"),
        ("x\u200b", "there is an invisible character U+200B here; delete it", "\u200b"),
        ("'x'", "a formula cannot contain text, only numbers and names", "'"),
        ("x⁻", "an exponent needs digits after its sign", "⁻"),
        ("x[0]", "this is one number, and only a list can have [ ]", "x[0]"),
        ("w[2]", "the list has no [2]; it has [0] to [1]", "w[2]"),
        ("w[0.5]", "the index of a list must be a whole number, as in w[0]", "w[0.5]"),
        ("w + 1", LIST_IN_A_SUM, "w + 1"),
        ("[w]", "a list in a formula must contain numbers, but this is a list", "w"),
        ("dot(w, [x])", "dot of 2 weights and 1 inputs; give one input for each weight",
         "dot(w, [x])"),
        ("mean([])", "mean of an empty list is undefined; give at least one number", "mean([])"),
        ("max([])", "max of an empty list is undefined; give at least one number", "max([])"),
        ("softmax(w)", LIST_AS_RESULT, "softmax(w)"),
    ],
)  # fmt: skip
def test_errors_say_what_is_wrong_and_where(text, message, marked):
    with pytest.raises(ExpressionError) as caught:
        parse(text, {**GIVEN, "length": 1.0})
    error = caught.value

    assert error.message == message
    assert error.text == text
    if marked is None:
        assert error.position is None
    else:
        assert text[error.position : error.stop] == marked
    assert isinstance(error, AutogradError)
    assert isinstance(error, ValueError)


def test_an_error_points_at_the_character():
    with pytest.raises(ExpressionError) as caught:
        parse("重み*w + ?", {"重み": 1.0, "w": 2.0})

    assert str(caught.value) == "'?' has no meaning in a formula\n  重み*w + ?\n" + " " * 11 + "^"


def test_an_error_shows_the_line_that_it_is_on():
    with pytest.raises(ExpressionError) as caught:
        parse("a = 1\nb = a + + \na*b", {})

    assert str(caught.value) == (
        "a number, a name or ( is missing before the end of this statement\n"
        "  line 2: b = a + + \n"
        "                    ^"
    )


def test_of_a_long_line_a_part_is_shown():
    with pytest.raises(ExpressionError) as caught:
        parse("x + " * 100 + "? + " + "x + " * 100, x=1.0)
    _, line, mark = str(caught.value).split("\n")

    assert len(line) < 80
    assert line[mark.index("^")] == "?"


def test_an_error_survives_a_pickle():
    with pytest.raises(ExpressionError) as caught:
        parse("x +", x=1.0)
    again = pickled(caught.value)

    assert (str(again), again.position) == (str(caught.value), caught.value.position)


def test_a_number_outside_a_domain_stays_a_domain_error_and_is_pointed_at():
    with pytest.raises(DomainError, match=r"log\(-1.0\)") as caught:
        parse("2 * log(x - 3)", x=2.0)

    assert caught.value.__notes__ == ["  2 * log(x - 3)\n      ^^^^^^^^^^"]
