import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz.say.ranges import alarming, ends, mean, percent, sizes, spread

from .reading import numbers_in

finite = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8)


@given(finite)
def test_the_mean_lies_between_the_ends(numbers):
    assert min(numbers) <= mean(numbers) <= max(numbers) or mean(numbers) == pytest.approx(
        numbers[0]
    )


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=8))
def test_a_range_is_from_the_least_to_the_greatest(numbers):
    texts = ends(numbers)

    assert len(texts) == (3 if min(numbers) != max(numbers) else 1)
    for number, text in ((min(numbers), texts[0]), (max(numbers), texts[-1])):
        (shown,) = numbers_in(text)
        assert float(shown) == pytest.approx(number, rel=5.1e-3)


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([1.0, 2.0, 3.0], "1 … 2 … 3"),
        ([0.5, 0.5], "0.5 each"),
        ([0.0, -0.0], "0 each"),
        ([0.5], "0.5"),
        ([None, None], "—"),
        ([None, 2.0], "2"),
        ([1.0, math.nan], "nan! in 1 of 2"),
        ([math.nan], "nan!"),
        ([1.0, math.inf], "1 … +inf! … +inf!"),
        ([0.1, 0.2, -0.3], "−0.3 … ≈0 … 0.2"),
    ],
    ids=str,
)
def test_ranges_in_words(numbers, text):
    assert spread(numbers) == text


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([1.0, -2.0], "mean 1.5, max 2"),
        ([0.0, 0.0], "all 0"),
        ([0.0, 1.0, 1.0], "mean 0.667, max 1, 33 % are 0"),
        ([math.nan, 1.0], "nan! in 1 of 2"),
    ],
    ids=str,
)
def test_sizes_in_words(numbers, text):
    assert sizes(numbers) == text


def test_a_share_is_never_rounded_to_none_or_all():
    assert [percent(n / 1000) for n in (0, 1, 10, 500, 999, 1000)] == [
        "0 %", "<1 %", "1 %", "50 %", ">99 %", "100 %",
    ]  # fmt: skip


def test_numbers_that_are_none_are_alarming():
    assert not alarming([1.0, None])
    assert alarming([1.0, -math.inf])


def test_huge_numbers_have_a_mean():
    assert mean([1e308, 1e308]) == 1e308
    assert mean([math.inf, 1.0]) == math.inf
    assert ends([1.0, math.nan]) == ("nan!",)
