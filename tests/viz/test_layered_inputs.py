import pytest

from autograd import Value
from viz.see.layered import inputs, objective, outputs_of


@pytest.mark.parametrize("x", [[1, 2.0], (1.0, 2), iter([1.0, 2.0])], ids=["list", "tuple", "iter"])
def test_inputs_are_fresh_labelled_leaves(x):
    leaves = inputs(x, 2, "draw")

    assert [(leaf.data, leaf.label, leaf.kind) for leaf in leaves] == [
        (1.0, "x1", "variable"),
        (2.0, "x2", "variable"),
    ]


def test_an_input_that_was_computed_becomes_a_leaf():
    computed = Value(2.0) * 3.0
    computed.label = "h"
    (leaf,) = inputs([computed], 1, "draw")

    assert (leaf.data, leaf.label, leaf.op) == (6.0, "h", None)


@pytest.mark.parametrize("x", [2.0, Value(2.0)])
def test_a_single_number_is_one_input(x):
    assert [leaf.data for leaf in inputs(x, 1, "draw")] == [2.0]


@pytest.mark.parametrize(
    ("x", "count", "error", "message"),
    [
        ([1.0], 2, ValueError, "draw: the inputs are 2, and x has 1 of them"),
        ([], 2, ValueError, "draw: the inputs are 2, and x has 0 of them"),
        (None, 2, TypeError, "draw takes a list of 2 numbers as x, got None"),
        ("ab", 2, TypeError, "draw: x1 takes a real number, got the str 'a'"),
        ([1.0, None], 2, TypeError, "draw: x2 takes a real number, got None"),
    ],
)
def test_other_inputs_are_refused(x, count, error, message):
    with pytest.raises(error) as caught:
        inputs(x, count, "draw")

    # What comes after the semicolon is autograd's advice on numbers.
    assert str(caught.value).partition(";")[0] == message


def test_outputs_are_a_list():
    a = Value(1.0)

    assert outputs_of(a, "draw") == outputs_of([a], "draw") == outputs_of((a,), "draw") == [a]


def test_outputs_that_are_no_values_are_refused():
    with pytest.raises(TypeError) as caught:
        outputs_of([1.0], "draw")

    assert str(caught.value) == (
        "draw takes models that return Values or lists of them, and this one returned 1.0"
    )


def test_the_objective_is_the_loss_or_the_sum_of_the_outputs():
    a, b = Value(2.0), Value(3.0)

    assert objective(a, None, "draw") is a
    assert objective([a, b], None, "draw").data == 5.0
    assert objective([a, b], lambda out: out[0] * out[1], "draw").data == 6.0


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("mse", ("draw: loss is a function of the model's output, such as lambda out: "
                "(out - 1.0) ** 2, got 'mse'")),
        (lambda out: out.data, "draw: loss must return a Value, and returned 2.0"),
    ],
    ids=["a name", "a number"],
)  # fmt: skip
def test_a_loss_that_is_none_is_refused(loss, message):
    with pytest.raises(TypeError) as caught:
        objective(Value(2.0), loss, "draw")

    assert str(caught.value) == message
