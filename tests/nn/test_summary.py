"""A model as a table."""

from nn import MLP, Activation, Layer, Module, Neuron, Parameter, Sequential


def test_an_mlp():
    model = MLP(2, [16, 16, 1])
    model.layers[0].freeze()

    assert (
        model.summary()
        == """\
part      kind   shape     activation  parameters  frozen
--------  -----  --------  ----------  ----------  ------
layers.0  Layer  2 -> 16   relu                48      48
layers.1  Layer  16 -> 16  relu               272       0
layers.2  Layer  16 -> 1   linear              17       0
total                                         337      48"""
    )


def test_parts_of_every_kind():
    class Scale(Module):
        def __init__(self):
            self.by = Parameter(2.0)
            self.inner = [Layer(1, 1)]
            self.shape = (1, 1)  # not what the table means by a shape

    assert (
        Sequential(Scale(), "tanh", Neuron(3, activation=None)).summary()
        == """\
part              kind        shape   activation  parameters  frozen
----------------  ----------  ------  ----------  ----------  ------
layers.0          Scale                                    1       0
layers.0.inner.0  Layer       1 -> 1  relu                 2       0
layers.1          Activation          tanh                 0       0
layers.2          Neuron      3 -> 1  linear               4       0
total                                                      7       0"""
    )


def test_what_is_shared_is_counted_once_and_said():
    first, second = Layer(1, 2), Layer(1, 2)
    second.neurons[0].w[0] = first.neurons[1].w[0]

    assert (
        Sequential(first, second, first).summary()
        == """\
part      kind   shape   activation  parameters  frozen  shared
--------  -----  ------  ----------  ----------  ------  ------
layers.0  Layer  1 -> 2  relu                 4       0       0
layers.1  Layer  1 -> 2  relu                 3       0       1
total                                         7       0       1"""
    )


def test_a_layer_on_its_own():
    assert Layer(2, 1).summary().splitlines()[2:] == [
        "(itself)  Layer  2 -> 1  relu                 3       0",
        "total                                         3       0",
    ]


def test_parameters_that_a_module_hides_are_not_counted():
    class Hiding(Module):
        def __init__(self):
            self.layer = Layer(2, 1)

        def parameters(self):
            return self.layer.neurons[0].w

    lines = Hiding().summary().splitlines()

    assert lines[-1].split() == ["total", "2", "0"]


def test_a_model_without_parameters():
    assert Sequential(Activation("tanh")).summary().splitlines()[-1].split() == ["total", "0", "0"]
