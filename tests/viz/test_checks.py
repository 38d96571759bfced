import pytest

from viz.checks import at_least, did_you_mean, one_of


def test_a_known_word_passes():
    assert one_of("theme", "dark", ["light", "dark"]) == "dark"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("drak", "theme='drak' is unknown; did you mean 'dark'? It is 'light' or 'dark'"),
        ("DARK", "theme='DARK' is unknown; did you mean 'dark'? It is 'light' or 'dark'"),
        ("blue", "theme='blue' is unknown; it is 'light' or 'dark'"),
        ("", "theme='' is unknown; it is 'light' or 'dark'"),
    ],
)
def test_an_unknown_word_is_answered_with_the_nearest(value, message):
    with pytest.raises(ValueError, match="unknown") as caught:
        one_of("theme", value, ["light", "dark"])

    assert str(caught.value) == message


@pytest.mark.parametrize("value", [None, 3, True, ["dark"], b"dark"])
def test_what_is_no_word_is_refused(value):
    with pytest.raises(TypeError) as caught:
        one_of("theme", value, ["light", "dark"])

    assert str(caught.value) == f"theme is a str, 'light' or 'dark'; got {value!r}"


def test_nothing_near_means_no_guess():
    assert did_you_mean("zzz", ["light", "dark"], "ask") == "; ask"
    assert did_you_mean("x", [], "ask") == "; ask"


@pytest.mark.parametrize("value", [1, 2, 10**6])
def test_a_number_that_is_large_enough_passes(value):
    assert at_least("max_nodes", value, 1) == value


@pytest.mark.parametrize(
    ("value", "error"),
    [(0, ValueError), (-3, ValueError), (1.5, TypeError), (True, TypeError), ("9", TypeError),
     (None, TypeError)],
)  # fmt: skip
def test_any_other_number_is_refused(value, error):
    with pytest.raises(error) as caught:
        at_least("max_nodes", value, 1)

    assert str(caught.value) == f"max_nodes is a whole number of at least 1, got {value!r}"
