"""Models of one's own are filled from a file: all of one, or nothing."""

import math

import pytest

from autograd import Value
from nn import MLP, Layer, Module, Parameter, Sequential
from nn.saving import load, save

from ..refusals import refused
from .files import Line, error_of, mlp
from .models import bits, frozen

# --- models of one's own --------------------------------------------------------------------------


def test_a_model_of_ones_own_is_filled(path):
    model, fresh = Line(), Line()
    model.body.freeze()
    save(model, path)

    assert load(path, model=fresh) is fresh
    assert bits(fresh) == bits(model)
    assert frozen(fresh) == frozen(model)


def test_what_was_not_frozen_is_not_frozen_afterwards(path):
    model, fresh = mlp(2, 3, 1), mlp(2, 3, 1, seed=1)
    model.layers[1].freeze()
    fresh.layers[0].freeze()
    save(model, path)

    assert frozen(load(path, model=fresh)) == frozen(model)


def test_a_model_of_ones_own_cannot_be_built(path):
    save(Line(), path)

    with refused(
        ValueError,
        f"{str(path)!r} has the numbers of Line, but not how to build it; write "
        f"load({str(path)!r}, model=Line(...))",
    ):
        load(path)


def test_a_model_that_was_extended_cannot_be_built_from_its_class_alone(path):
    model, fresh = mlp(1, 1), mlp(1, 1)
    model.scale, fresh.scale = Parameter(3.0), Parameter(1.0)
    save(model, path)

    with pytest.raises(ValueError, match="not how to build it"):
        load(path)
    assert load(path, model=fresh).scale.data == 3.0


def test_a_subclass_is_a_class_of_ones_own(path):
    class Wide(Layer):
        pass

    save(Wide(1, 2), path)

    with pytest.raises(ValueError, match=r"model=Wide\(...\)"):
        load(path)


def test_micrograds_modules_of_plain_values(path):
    class Micro(Module):
        def __init__(self):
            self.w = [Value(1.0), Value(2.0)]

        def parameters(self):
            return self.w

    save(Micro(), path)
    fresh = Micro()
    fresh.w[1].data = 7.0

    assert [w.data for w in load(path, model=fresh).w] == [1.0, 2.0]


def test_a_function_without_a_name_is_refused(path):
    model = Sequential(Layer(2, 2), Layer(2, 1, activation=lambda x: x * x))

    with refused(
        ValueError,
        "save writes names, not code, and layers.1 has the function <lambda>, which load would "
        "not find; add it with autograd.operation(..., is_activation=True), or save only the "
        "numbers with save(model, path, architecture=False) and give load the model to fill",
    ):
        save(model, path)
    assert not path.exists()


def test_the_numbers_alone(path):
    def square(x):
        return x * x

    model, fresh = (Layer(2, 1, activation=square) for _ in range(2))
    save(model, path, architecture=False)

    assert bits(load(path, model=fresh)) == bits(model)
    with pytest.raises(ValueError, match="not how to build it"):
        load(path)


def test_a_model_that_contains_itself_is_not_described(path):
    model = Sequential(Layer(1, 1))
    model.layers.append(model)
    save(model, path)

    with pytest.raises(ValueError, match="not how to build it"):
        load(path)


# --- filling: all or nothing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "complaint"),
    [
        (
            mlp(2, 3),
            "its MLP does not fit this MLP: it has unknown 'layers.1.bias', 'layers.1.weight'",
        ),
        (
            mlp(2, 3, 1, 1),
            "its MLP does not fit this MLP: it lacks 'layers.2.weight', 'layers.2.bias'",
        ),
        (
            mlp(2, 4, 1),
            "its 'layers.0.weight' has the shape [3, 2], but in this MLP the shape is [4, 2]",
        ),
        (
            mlp(2, 3, 1, activation="tanh"),
            "it fits another model: the activation of part 0 is relu there, and tanh here",
        ),
        (
            Sequential(Layer(2, 3), Layer(3, 1, nonlin=False)),
            "it fits another model: the kind of part 2 is MLP there, and Sequential here",
        ),
        (
            Sequential(Layer(2, 3), "tanh", Layer(3, 1)),
            (
                "its MLP does not fit this Sequential: it lacks 'layers.2.weight', "
                "'layers.2.bias' and has unknown 'layers.1.bias', 'layers.1.weight'"
            ),
        ),
    ],
    ids=["fewer layers", "more layers", "wider", "activation", "class", "names"],
)
def test_a_model_that_does_not_fit_stays_as_it_was(path, other, complaint):
    save(mlp(2, 3, 1), path)
    before = bits(other)

    assert error_of(load, path, model=other) == f"cannot load {str(path)!r}: {complaint}"
    assert bits(other) == before


def test_a_model_whose_functions_have_no_name_is_compared_by_its_tensors(path):
    other = mlp(2, 3, 1, activation=lambda x: x * x)
    save(mlp(2, 3, 1), path)

    assert bits(load(path, model=other)) == bits(load(path))


def test_only_parameters_can_be_frozen(path):
    class Plain(Module):
        def __init__(self, number):
            self.w = number

        def parameters(self):
            return [self.w]

    model = Plain(Parameter(1.0))
    model.freeze()
    save(model, path)

    assert error_of(load, path, model=Plain(Value(2.0))) == (
        f"cannot load {str(path)!r}: it freezes number 0 of 'w', but this Plain has no Parameter "
        "there"
    )


def test_only_what_is_a_module_is_saved_and_filled(path):
    with refused(TypeError, "save takes a Module, got a list: [1.0]; write save(model, path)"):
        save([1.0], path)
    for one, two in ((mlp(2, 1), "a path"), ("a path", MLP), ("a path", {"w": 1.0})):
        text = "load takes a path and perhaps a Module to fill, got "
        with refused(TypeError, text + f"{one!r} and {two!r}; write load(path), or "
                     "load(path, model)"):  # fmt: skip
            load(one, two)


def test_nan_is_not_saved(path):
    model = mlp(2, 3, 1)
    model.layers[1].neurons[0].w[2].data = math.nan

    with refused(
        ValueError,
        "save got a model whose 'layers.1.neurons.0.w.2' is nan; nothing was written. Training "
        "went wrong before this: autograd.check_finite(loss) names where",
    ):
        save(model, path)
    assert not path.exists()


def test_both_infinities_are_no_nan(path):
    model = mlp(2, 1)
    model.layers[0].neurons[0].w[0].data = math.inf
    model.layers[0].neurons[0].w[1].data = -math.inf
    save(model, path)

    assert bits(load(path)) == bits(model)
