"""``rng``: a seed, Python's generators and NumPy's are taken everywhere, with one meaning."""

import random
from fractions import Fraction

import numpy as np
import pytest
from numpy.random import RandomState, default_rng

import nn
from nn import MLP, Dropout, Embedding, Layer, Linear, Module, Neuron
from nn.data import batches, blobs, circles, curve, moons, spirals, xor
from nn.randomness import generator
from nn.saving import random_states

from .refusals import refused
from .training.helpers import line, stochastic, trained, weights


def state(model):
    return list(model.state_dict().values())


def fitted(rng):
    model = MLP(1, [3, 1], init="zeros")
    model.layers[0].neurons[0].w[0].data = model.layers[1].neurons[0].w[0].data = 0.5
    history = nn.fit(model, *line(), loss="mse", epochs=2, batch_size=4, rng=rng, progress=False,
                     validation=0.25)  # fmt: skip
    return history["loss"], weights(model)


def dropped(rng):
    part = Dropout(0.5, rng=rng)
    return [part(1.0) for _ in range(50)]


DOORS = {
    "neuron": lambda rng: state(Neuron(5, rng=rng)),
    "layer": lambda rng: state(Layer(3, 2, activation="tanh", rng=rng)),
    "linear": lambda rng: state(Linear(3, 2, rng=rng)),
    "mlp": lambda rng: state(MLP(4, [4, 4, 4], init="uniform", rng=rng)),
    "embedding": lambda rng: state(Embedding(4, 3, rng=rng)),
    "dropout": dropped,
    "batches": lambda rng: list(batches(range(50), size=7, shuffle=True, rng=rng)),
    "fit": fitted,
    **{f.__name__: lambda rng, f=f: f(40, rng=rng) for f in (moons, circles, spirals, xor, blobs)},
    "curve": lambda rng: curve(40, rng=rng),
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_what_is_taken_at_every_door(door):
    expected = door(random.Random(7))

    assert door(7) == door(np.int64(7)) == expected
    random.seed(7)
    assert door(None) == expected
    random.seed(7)
    assert door(random) == expected
    for make in (default_rng, RandomState):
        one, same, other = make(3), make(3), make(4)
        assert door(one) == door(same) != door(other)
        assert door(one) != door(make(3))  # it has moved on
    np.random.seed(3)  # noqa: NPY002 - the module itself is a generator to scikit-learn
    assert door(np.random) == door(RandomState(3))


def test_layers_of_one_seed_do_not_begin_alike():
    first, second, third = MLP(4, [4, 4, 4], init="uniform", rng=0).layers

    assert state(first) != state(second) != state(third) != state(first)


@pytest.mark.parametrize("rng", [True, 1.0, "0", [], (1, 2), b"0", Fraction(1), random.Random])
def test_what_is_no_rng(rng):
    text = "rng must be a whole number from 0 up, a random.Random, a NumPy Generator or None, got "
    for door in (generator, *DOORS.values()):
        with refused(TypeError, f"{text}{rng!r:.60}; write rng=0"):
            door(rng)


def test_minus_one_would_draw_what_one_draws():
    assert random.Random(-1).random() == random.Random(1).random()
    with pytest.raises(ValueError, match=r"from 0 up, .* got -1; write rng=0"):
        generator(-1)


# --- checkpoints ----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [lambda: 5, lambda: default_rng(5), lambda: RandomState(5)])
def test_a_training_goes_on_bit_for_bit(tmp_path, make):
    X, y = line(10)
    parts, whole = stochastic(), stochastic()
    options = {"batch_size": 4, "validation": 0.25, "checkpoint": tmp_path / "run"}
    for epochs in (2, 3, 7):
        trained(parts, X, y, epochs=epochs, rng=make(), resume=True, **options)
    del options["checkpoint"]
    trained(whole, X, y, epochs=7, rng=make(), **options)

    assert weights(parts) == weights(whole)


def test_a_generator_of_numpys_in_a_model_is_not_forgotten_silently(tmp_path):
    class Noisy(Module):
        def __init__(self):
            self.layer, self.noise = Layer(1, 1, rng=0), default_rng(0)

        def forward(self, x):
            return self.layer(x) + self.noise.normal()

    text = "the generator model.noise is a Generator, whose draws cannot be repeated; use "
    with refused(TypeError, text + "random.Random(seed)"):
        random_states(Noisy(), random.Random(0))
    with refused(TypeError, text + "random.Random(seed)"):
        trained(Noisy(), *line(), checkpoint=tmp_path / "run")
    trained(Noisy(), *line())  # without a checkpoint nothing must be repeated


def test_a_seed_is_one_order_for_each_call_and_batches_that_are_kept_have_new_ones():
    """As the module says; a loop over epochs wants the latter."""

    def order(some):
        return [x for rows in some for x in rows]

    def make(rng):
        return batches(range(50), size=7, shuffle=True, rng=rng)

    kept, shared = make(0), random.Random(0)
    anew = [order(make(0)) for _ in range(2)]
    again = [order(kept) for _ in range(2)]

    assert anew[0] == anew[1] == again[0] != again[1]
    assert [order(make(shared)) for _ in range(2)] == again
