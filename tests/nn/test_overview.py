"""A model as a table, and as lines."""

from nn import MLP, Activation, Layer, Linear, Module, ModuleList, Neuron, Parameter, Sequential
from nn.overview import MOST, WIDEST


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


# --- str ------------------------------------------------------------------------------------------


class Inner(Module):
    def __init__(self, part=None):
        self.part = part


class Net(Module):
    def __init__(self):
        self.scale = Parameter(2.0)
        self.hidden = [Layer(2, 3), {"a": Linear(3, 3)}]
        self.body = Inner(MLP(3, [4, 3]))
        self.heads = ModuleList([Sequential(Linear(3, 1), "tanh")])
        self.again = self.hidden[0]
        self.rows = [[Parameter(0.0), Parameter(1.0)], [Parameter(1.0)]]
        self.number = 3.0


def test_the_text_of_ones_own_model_shows_its_parts():
    assert (
        str(Net())
        == f"{Net()}"
        == """\
Net(
  (scale): 1 parameter
  (hidden.0): Layer(2 -> 3, relu)
  (hidden.1.a): Linear(3 -> 3)
  (body): Inner(
    (part): MLP(3 -> 4 relu -> 3 linear)
  )
  (heads): ModuleList(
    (0): Sequential(Linear(3 -> 1), Activation(tanh))
  )
  (rows): 3 parameters
)"""
    )
    assert str(Inner()) == repr(Inner()) == "Inner()"
    assert repr(Net()) == "Net()"  # errors have room for a line


def test_in_a_notebook_it_shows_its_parts_too():
    class Printer(list):
        text = list.append

    printer = Printer()
    Net()._repr_pretty_(printer, cycle=False)
    assert printer == [str(Net())]


def test_ours_and_what_has_words_of_its_own_stay_as_they_are():
    class Said(Module):
        def __repr__(self):
            return "in\ntwo"

    for model in (MLP(2, [3, 1]), Layer(2, 1), Sequential("relu"), Said()):
        assert str(model) == repr(model)
    assert str(Inner(Said())) == "Inner(\n  (part): in two\n)"


def test_circles_and_deep_and_wide_models_have_a_short_text():
    circle = Inner()
    circle.part = Inner(circle)
    assert str(circle) == "Inner(\n  (part): Inner(\n    (part): Inner(...)\n  )\n)"

    deep, sequence = Inner(), Sequential("relu")
    for _ in range(20_000):
        deep, sequence = Inner(deep), Sequential(sequence)
    assert str(deep).count("\n") == MOST
    assert str(deep).endswith("...")
    assert str(Inner(sequence)) == "Inner(\n  (part): Sequential(...)\n)"

    wide = Inner([Inner() for _ in range(500)])
    assert str(wide).splitlines()[-2:] == ["  (part.98): Inner()", "..."]
    long = Inner(Sequential(*["relu"] * 500))
    assert max(map(len, str(long).splitlines())) < WIDEST + 20
