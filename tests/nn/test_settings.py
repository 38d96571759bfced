"""What settings may be; the texts of the errors are held where each setting is."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.checks import above_zero, finite, fraction, not_negative, positive, two_fractions, yes_or_no

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize(
    ("check", "holds"),
    [
        (finite, lambda x: abs(x) < float("inf")),
        (not_negative, lambda x: 0.0 <= x < float("inf")),
        (positive, lambda x: 0.0 < x < float("inf")),
        (above_zero, lambda x: x > 0.0),
        (fraction, lambda x: 0.0 <= x < 1.0),
    ],
    ids=["finite", "not negative", "positive", "above zero", "fraction"],
)
@given(x=NUMBERS)
def test_what_passes_is_what_the_name_says(check, holds, x):
    if holds(x):
        assert check(x, "it") == x
    else:
        with pytest.raises(ValueError, match=r"^it must be "):
            check(x, "it")


@pytest.mark.parametrize("check", [finite, not_negative, positive, fraction])
def test_any_real_number_becomes_a_float(check):
    assert type(check(Fraction(1, 2), "it")) is float


def test_two_fractions_are_a_tuple():
    assert two_fractions([0, Fraction(1, 2)], "it") == (0.0, 0.5)


@pytest.mark.parametrize("bad", [0, 1, None, "yes"])
def test_only_true_and_false_are_yes_or_no(bad):
    assert yes_or_no(True, "it") is True  # noqa: FBT003 - what is asked
    with pytest.raises(TypeError, match=r"^it must be True or False, got "):
        yes_or_no(bad, "it")
