"""A loss or gradient that is nan or inf: training stops, and says where it began."""

import math

import pytest

from autograd import DomainError, exp, log, sqrt
from nn import SGD, DivergedError, Module, Parameter
from nn.training.fit import fit

from .helpers import line, small, trained, weights


class Exponential(Module):
    """exp(w · x): too large for x = 1000."""

    def __init__(self):
        self.w = Parameter(1.0, label="w")

    def forward(self, x):
        z = self.w * x[0]
        z.label = "z"
        return exp(z)


def diverging(model, X, y, **options):
    with pytest.raises(DivergedError) as caught:
        trained(model, X, y, shuffle=False, **options)
    return caught.value


@pytest.mark.filterwarnings("ignore:fit. column")
def test_the_operation_the_label_and_the_example_are_named():
    error = diverging(Exponential(), [[0.1], [0.2], [1000.0], [0.3]], [1.0] * 4, batch_size=4)

    assert (error.operation, error.examples, error.epoch, error.batch) == ("exp", (2,), 1, 1)
    assert "fit stopped in epoch 1, batch 1: exp(1000.0) is inf" in str(error)
    assert "operand 1 is 'z'" in str(error)
    assert "It belongs to example 2." in str(error)


def test_the_example_is_counted_as_in_the_users_data():
    """Shuffled, split and partly without weight: its place is still that in X."""
    X = [[0.1 * i] for i in range(12)]
    X[7] = [1000.0]
    with pytest.raises(DivergedError) as caught, pytest.warns(match="column 0 of X has numbers of"):
        fit(Exponential(), X, [1.0] * 12, loss="mse", lr=1e-6, validation=([[0.0]], [1.0]),
            sample_weight=[0, 0, *[1] * 10], batch_size=3, progress=False)  # fmt: skip

    assert caught.value.examples == (7,)


@pytest.mark.filterwarnings("ignore:fit. column")
def test_the_scope_is_named():
    class Deep(Module):
        def __init__(self):
            self.inner = Exponential()

        def forward(self, x):
            return self.inner(x) * 2.0

    error = diverging(Deep(), [[1000.0]], [1.0])

    assert error.scope == "inner"
    assert "of scope 'inner'" in str(error)


def test_a_gradient_that_is_not_finite():
    class Root(Module):
        def __init__(self):
            self.w = Parameter(1.0, label="w")

        def forward(self, x):
            return sqrt(self.w * x[0])

    model = Root()
    error = diverging(model, [[1.0], [0.0]], [1.0, 1.0], batch_size=2)

    assert (error.operation, error.examples) == ("sqrt", (1,))
    assert model.w.data == 1.0


def test_the_model_keeps_the_last_weights_with_which_all_was_finite():
    """A learning rate that is too large: the weights are those before the step that broke it."""
    model = Exponential()
    good = []

    class Noting(SGD):
        def step(self):
            good.append(self.parameters[0].data)
            super().step()

    error = diverging(model, [[3.0]], [1000.0], optimizer=Noting(model, lr=0.5), epochs=50)

    assert math.isfinite(model.w.data)
    assert model.w.data == good[-1]
    assert error.history["epoch"] == list(range(1, error.epoch))


def test_a_sum_over_the_batch_that_overflows_belongs_to_all():
    class Large(Module):
        def __init__(self):
            self.w = Parameter(1e154, label="w")

        def forward(self, x):
            return self.w * x[0]

    error = diverging(Large(), [[1.0]] * 20, [0.0] * 20, batch_size=20)

    assert error.examples == tuple(range(20))
    assert "belongs to 20 examples of the batch: 0, 1, 2, 3, 4, …" in str(error)


def test_validation_examples_are_named_too():
    model = Exponential()
    with pytest.raises(DivergedError) as caught:
        trained(model, [[0.1]], [1.0], validation=([[0.2], [1000.0]], [1.0, 1.0]))

    assert caught.value.examples == (1,)
    assert "exp(" in str(caught.value)


def test_an_operation_outside_its_domain_stays_its_own_error():
    class Logarithm(Module):
        def __init__(self):
            self.w = Parameter(0.5, label="w")

        def forward(self, x):
            return log(self.w * x[0])

    model = Logarithm()
    with pytest.raises(DomainError, match=r"log\(-0\.\d") as caught:
        trained(model, [[1.0], [-1.0]], [0.0, 0.0], batch_size=1, shuffle=False,
                optimizer="sgd", lr=0.01)  # fmt: skip

    assert "fit stopped in epoch 1, batch 2" in caught.value.__notes__[0]
    assert model.w.data == 0.5  # before the one step that was made


def test_finite_trainings_raise_nothing():
    X, y = line()
    model = small(nin=1)
    trained(model, X, y, epochs=5)

    assert all(map(math.isfinite, weights(model)))


def test_a_step_to_infinity_is_not_made():
    model = Exponential()
    error = diverging(model, [[1.0]], [0.0], optimizer="sgd", lr=1e308, l2=1e10)

    assert model.w.data == 1.0
    assert error.label == "w"
    assert "the step would have made the parameter 'w' -inf, from 1.0" in str(error)


def test_finite_weights_may_add_up_to_infinity():
    model = small(nin=1)
    for parameter in model.layers[0].parameters()[:3]:
        parameter.data = 1.5e308
    model.layers[0].freeze()
    trained(model, *line(4), epochs=1)

    assert sum(weights(model)) == math.inf


def test_an_optimiser_of_ones_own_that_makes_nan():
    class Broken(SGD):
        def change(self, index, g):  # noqa: ARG002 - what an optimiser overrides
            return math.nan

    model = small(nin=1)
    before = weights(model)
    diverging(model, *line(), optimizer=Broken(model, lr=0.1))

    assert weights(model) == before


def test_the_validation_is_named_where_it_was_the_validation():
    with pytest.raises(DivergedError, match="stopped in the validation after epoch 1: exp"):
        trained(Exponential(), [[0.1]], [1.0], validation=([[1000.0]], [1.0]))
