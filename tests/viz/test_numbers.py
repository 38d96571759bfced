import math
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.say.numbers import applied, is_alarming, multiply_to, product, show, shown, sums_to, total

from .reading import is_shown_as, numbers_in

finite = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-10.0, 10.0),
    st.integers(-10_000, 10_000).map(lambda n: n / 1000),
)
ordinary = st.floats(-1000.0, 1000.0).filter(lambda x: x == 0 or abs(x) > 1e-6)


def calculator():
    """Arithmetic without rounding, whatever the exponents."""
    return localcontext(Context(prec=1400, Emax=10**6, Emin=-(10**6), rounding=ROUND_HALF_UP))


def rounded(x: Decimal, digits: int = 4) -> Decimal:
    """x with four significant digits; whole numbers whole."""
    if not x:
        return x
    last = x.adjusted() - digits + 1
    if -4 <= x.adjusted() <= 5:
        last = min(last, 0)
    return x.quantize(Decimal((0, (1,), last)))


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (2.0, "2"),
        (-1.0, "−1"),
        (0.1 + 0.2, "0.3"),
        (math.log(2), "0.6931"),
        (0.12345, "0.1235"),
        (-0.12345, "−0.1235"),
        (9.99996, "10"),
        (1234.5, "1235"),
        (123456.7, "123457"),
        (999999.7, "1e6"),
        (1e6, "1e6"),
        (12345678.9, "1.235e7"),
        (0.0001, "0.0001"),
        (0.00009999, "9.999e−5"),
        (0.000099999, "0.0001"),
        (-1.5e-7, "−1.5e−7"),
        (5e-324, "5e−324"),
        (1.7976931348623157e308, "1.798e308"),
        (math.nan, "nan!"),
        (math.inf, "+inf!"),
        (-math.inf, "−inf!"),
        (None, "—"),
    ],
)
def test_a_number_has_four_digits_and_a_minus_if_it_is_negative(x, text):
    assert show(x) == text


@given(st.floats())
def test_what_is_shown_is_the_number(x):
    assert is_shown_as(x, show(x))


@given(finite)
def test_minus_the_number_is_shown_with_the_other_sign(x):
    size = show(abs(x))

    assert show(x) == (size if x >= 0 or size == "0" else f"−{size}")
    assert show(-x) == (size if x <= 0 or size == "0" else f"−{size}")


@given(finite, finite)
def test_larger_numbers_are_not_shown_as_smaller_ones(x, y):
    low, high = sorted([x, y])

    assert shown(low) <= shown(high)


@given(finite, st.integers(4, 17))
def test_more_digits_come_nearer(x, digits):
    error = abs(shown(x, digits) - Decimal(repr(x)))

    assert error <= abs(Decimal(repr(x))) * Decimal(10) ** (1 - digits) / 2


@given(finite, finite)
def test_an_equals_sign_in_a_product_is_true_on_a_calculator(a, b):
    factors, result = product(a, b, a * b)
    sign, value = result.split(" ")

    left, right = factors.split(" × ")
    assert (left, right, value) == (show(a), show(b), show(a * b))
    if math.isfinite(a * b):
        (x,), (y,), (z,) = numbers_in(left), numbers_in(right), numbers_in(value)
        with calculator():
            agrees = rounded(x * y) == z
        assert sign == ("=" if agrees else "≈")


def test_an_answer_that_only_rounds_to_a_power_of_ten_is_not_called_equal():
    assert product(1 / 3, 3.0, 1.0) == ("0.3333 × 3", "≈ 1")
    assert product(0.5, 2.0, 1.0) == ("0.5 × 2", "= 1")


def test_what_is_nothing_beside_its_kind_is_almost_zero():
    assert show(2e-10, scale=1.0) == show(-2e-10, scale=1.0) == "≈0"
    assert show(2e-9, scale=1.0) == "2e−9"
    assert show(0.0, scale=1.0) == "0"
    assert show(2e-10, scale=math.inf) == "2e−10"


def test_many_factors_are_held_to_the_calculator_too():
    assert multiply_to([2.0, 0.42, 0.5], 0.42) == "="
    assert multiply_to([2.0, 0.42, 0.5], 0.4201) == "≈"
    assert multiply_to([], 1.0) == "="
    assert multiply_to([1e308] * 9, 5e-324) == "≈"  # further apart than digits are kept
    assert multiply_to([1e-308] * 9, 1e308) == "≈"


@given(ordinary, ordinary)
def test_an_approximate_product_is_near(a, b):
    factors, result = product(a, b, a * b)
    (x, y), (z,) = numbers_in(factors), numbers_in(result)

    assert abs(x * y - z) <= abs(z) * Decimal("0.002")


@given(st.lists(finite, min_size=1, max_size=6))
def test_an_equals_sign_in_a_sum_is_true_on_a_calculator(terms):
    result = 0.0
    for term in terms:
        result += term
    texts, ending = total(terms, result)
    sign, value = ending.split(" ")

    assert value == show(result)
    assert len(texts) == len(terms)
    if math.isfinite(result):
        with calculator():
            calculated = sum(numbers_in(" ".join(texts)))
            (z,) = numbers_in(value)
            agrees = rounded(calculated) == z
        assert sign == ("=" if agrees else "≈")


@given(st.lists(ordinary, min_size=2, max_size=6))
def test_an_approximate_sum_is_within_one_percent_or_rounding_noise(terms):
    result = 0.0
    for term in terms:
        result += term
    texts, ending = total(terms, result)
    calculated, (z,) = sum(numbers_in(" ".join(texts))), numbers_in(ending)

    noise = max(map(abs, terms)) * 1e-8
    assert abs(calculated - z) <= abs(z) * Decimal("0.01") or abs(result) < noise


def test_terms_that_nearly_cancel_get_the_digits_it_takes():
    assert total([1.00001, -1.0], 1.00001 - 1.0) == (["1.00001", "− 1"], "= 1e−5")


def test_a_sum_that_is_rounding_noise_keeps_four_digits():
    assert total([0.1 + 0.2, -0.3], 0.1 + 0.2 - 0.3) == (["0.3", "− 0.3"], "≈ 5.551e−17")


def test_the_worked_numbers_of_a_neuron():
    assert product(0.64, -0.8, 0.64 * -0.8) == ("0.64 × −0.8", "= −0.512")
    assert total([-0.1, -1.63], -1.73) == (["−0.1", "− 1.63"], "= −1.73")


@pytest.mark.parametrize("weird", [math.nan, math.inf, -math.inf])
def test_equations_of_numbers_that_are_none_are_shown_as_they_are(weird):
    assert product(weird, 0.0, math.nan) == (f"{show(weird)} × 0", "= nan!")
    assert total([0.0, weird, 1.0], weird) == (
        ["0", {"nan!": "+ nan!"}.get(show(weird), f"{show(weird)[0]} {show(weird)[1:]}"), "+ 1"],
        f"= {show(weird)}",
    )
    assert sums_to([weird], weird) == "="
    assert applied(math.fabs, weird, weird) == "="
    assert is_alarming(weird)


def test_underflow_is_not_called_equal():
    assert product(1e-200, 1e-200, 0.0) == ("1e−200 × 1e−200", "≈ 0")


@given(st.floats(-5.0, 5.0))
def test_an_equals_sign_after_a_function_is_true_on_a_calculator(x):
    sign = applied(math.tanh, x, math.tanh(x))
    (shown_x,) = numbers_in(show(x))

    assert (sign == "=") == (show(math.tanh(float(shown_x))) == show(math.tanh(x)))


def test_a_function_that_overflows_on_the_shown_number_is_not_called_equal():
    assert applied(lambda x: math.inf if x >= 709.8 else x, 709.78, 1.7e308) == "≈"


@given(finite)
def test_ordinary_numbers_do_not_alarm(x):
    assert not is_alarming(x)
    assert not is_alarming(None)
