"""What `nn.fit` does with plain Values: it trains those of the model, and refuses others."""

import pytest

import nn
from autograd import Value, constant
from nn import SGD, Module, Parameter, fit, mse

X, Y = [[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0]


def test_fit_trains_them_and_saves_them():
    class Line(Module):
        def __init__(self):
            self.slope, self.shift = Value(0.0), Value(0.0)

        def forward(self, x):
            return self.slope * x[0] + self.shift

    line = Line()
    fit(line, X, Y, loss="mse", optimizer="sgd", lr=0.1, epochs=200, progress=False)

    assert line.state_dict() == pytest.approx({"slope": 2.0, "shift": 1.0}, abs=1e-3)


class Helper:
    """Not a Module: what it holds is not found."""

    def __init__(self):
        self.w = Value(1.0, label="hidden")


class Hiding(Module):
    def __init__(self):
        self.helper, self.line = Helper(), nn.Neuron(1, nonlin=False)

    def forward(self, x):
        return self.line(x) * self.helper.w


TEXT = "which needs a gradient but would not be trained: neither the model nor the optimiser has it"


@pytest.mark.parametrize("batch_size", [1, 2, None])
def test_fit_refuses_a_weight_that_it_would_not_train(batch_size):
    model = Hiding()
    before = model.state_dict()
    with pytest.raises(ValueError, match=f"label='hidden'.*{TEXT}"):
        fit(model, X, Y, loss="mse", batch_size=batch_size, epochs=1, progress=False)

    assert model.state_dict() == before


def test_fit_refuses_a_weight_of_the_loss():
    scale = Value(2.0, label="scale")
    with pytest.raises(ValueError, match=f"label='scale'.*{TEXT}"):
        fit(nn.Neuron(1), X, Y, loss=lambda o, t: mse(o, t) * scale, progress=False)


def test_weights_outside_the_model_are_refused_however_few_examples_use_each():
    table = {i: [Value(0.1 * i), Value(0.2)] for i in range(4)}

    class Looking(Module):
        def __init__(self):
            self.out = nn.Neuron(2, nonlin=False)

        def forward(self, x):
            return self.out(table[x[0]])

    for batch_size, epochs in ((2, 5), (None, 1), (1, 1)):
        with pytest.raises(ValueError, match=TEXT):
            fit(Looking(), [[0], [1], [2], [3]], Y, loss="mse", batch_size=batch_size,
                epochs=epochs, progress=False)  # fmt: skip


def test_a_weight_given_to_the_optimiser_or_a_constant_is_fine():
    scale = Value(2.0)
    model = nn.Neuron(1)
    optimiser = SGD([*model.parameters(), scale], lr=0.01)
    fit(model, X, Y, loss=lambda o, t: mse(o, t) * scale, optimizer=optimiser, progress=False)
    assert scale.data != 2.0
    fit(model, X, Y, loss=lambda o, t: mse(o, t) * constant(2.0), progress=False)


def test_values_made_in_a_forward_pass_are_fine():
    class Summing(Module):
        def __init__(self):
            self.line = nn.Neuron(1)

        def forward(self, x):
            total = Value(0.0)
            for y in map(Value, x):
                total = total + self.line([y])
            return total

    fit(Summing(), X, Y, loss=lambda o, t: mse(o, t) + Value(0.0), batch_size=2, progress=False)


def test_parameters_that_come_while_fit_runs_are_trained():
    model = nn.Neuron(1, nonlin=False)
    late = Value(5.0)

    def replace(training):
        if training.epoch == 1:
            model.b = late

    fit(model, X, Y, loss="mse", optimizer="sgd", lr=0.05, epochs=20, callbacks=replace,
        early_stopping=20, progress=False)  # fmt: skip

    assert model.b is late
    assert late.data != 5.0
    assert isinstance(late, Parameter)
