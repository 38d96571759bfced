"""Models saved and loaded: the same to the last bit, or refused."""

import copy
import cProfile
import json
import math
import os
import pstats
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors
from hypothesis import given
from safetensors.numpy import load_file, save_file
from safetensors.numpy import save as by_package

import autograd
import nn
from autograd import scope, softmax
from nn import Activation, Layer, Module, Neuron, Parameter, Sequential
from nn.data import Standardise
from nn.saving import load, read_notes, save
from nn.saving.architecture import FORMS, KINDS, arguments
from nn.saving.container import Content, Tensor, packed

from ..refusals import refused
from .files import Line, altered, error_of, mlp, with_tensors
from .models import bits, frozen, models, tied, unpacked

# --- round trips ----------------------------------------------------------------------------------


@given(model=models())
def test_a_loaded_model_is_the_saved_one_to_the_last_bit(model, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    save(model, path)

    again = load(path)

    assert type(again) is type(model)
    assert repr(again) == repr(model)
    assert bits(again) == bits(model)
    assert frozen(again) == frozen(model)
    assert [name for name, _ in again.named_modules()] == [
        name for name, _ in model.named_modules()
    ]


@given(model=models())
def test_one_model_gives_one_file(model, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "once.safetensors"
    save(model, path)
    first = path.read_bytes()

    save(load(path), path)

    assert path.read_bytes() == first


def test_it_computes_the_same(path):
    model = mlp(3, 4, 2, activation="gelu")
    save(model, path)

    y, again = model([0.1, -0.2, 0.3]), load(path)([0.1, -0.2, 0.3])

    assert [v.data for v in again] == [v.data for v in y]


def test_a_loaded_model_trains(path):
    save(mlp(2, 3, 1), path)
    model = load(path)

    (model([1.0, 2.0]) ** 2).backward()

    assert any(parameter.grad for parameter in model.parameters())
    assert {parameter.label for parameter in model.parameters()} == {"w0", "w1", "w2", "b"}


def test_parameters_keep_the_scope_they_were_made_in(path):
    with scope("encoder"):
        model = Sequential(Layer(2, 2), Neuron(2))
    save(model, path)

    assert [p.scope for p in load(path).parameters()] == [p.scope for p in model.parameters()]
    assert load(path).parameters()[-1].scope == "encoder"


def test_a_function_of_autograd_is_written_by_name(path):
    save(Sequential(Layer(2, 3), softmax, autograd.sin), path)

    assert load(path).layers[1] is softmax
    assert load(path).layers[2].activate is autograd.sin


def test_a_shared_part_stays_one(path):
    layer = Layer(2, 2)
    save(Sequential(layer, "tanh", Sequential(layer, layer)), path)

    model = load(path)

    assert model.layers[0] is model.layers[2].layers[0] is model.layers[2].layers[1]


@given(model=models())
def test_a_model_with_a_parameter_in_two_places_is_filled_and_not_built(model, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "tied.safetensors"
    before = len(model.parameters())
    fresh = copy.deepcopy(tied(model))
    for parameter in fresh.parameters():
        parameter.unfreeze()
        parameter.data = 0.25
    save(model, path)

    assert bits(load(path, model=fresh)) == bits(model)
    assert frozen(fresh) == frozen(model)
    if len(model.parameters()) < before:
        with pytest.raises(ValueError, match="not how to build it"):
            load(path)


def test_a_layer_of_unequal_neurons(path):
    layer = Layer(2, 3)
    layer.neurons[1] = Neuron(2, activation="tanh", bias=False)
    layer.neurons[2] = layer.neurons[0]
    save(layer, path)

    again = load(path)

    assert again.activation == "relu, tanh"
    assert again.neurons[2] is again.neurons[0]
    assert bits(again) == bits(layer)


def test_a_neuron_that_comes_twice_stays_one(path):
    layer = Layer(2, 3)
    layer.neurons[2] = layer.neurons[0]
    save(layer, path)

    again = load(path)

    assert again.neurons[2] is again.neurons[0] is not again.neurons[1]


def test_training_or_in_use_is_kept_for_each_part(path):
    model = Sequential(Layer(1, 1), Sequential(Activation("tanh"), Layer(1, 1)))
    model.layers[1].eval()
    model.layers[1].layers[0].train()
    save(model, path)

    assert [m.training for m in load(path).modules()] == [m.training for m in model.modules()]


def test_an_activation_of_ones_own_is_known_once_it_is_registered(path):
    op = autograd.operation("swoosh_saved", lambda x: 2.0 * x, [lambda z, x: 2.0],
                            is_activation=True)  # fmt: skip
    try:
        save(Sequential(Layer(1, 1, activation="swoosh_saved")), path)
        assert load(path).layers[0].neurons[0].activate is op
        altered(path, lambda a: a["parts"][0].update(activation="swoosh_sawed"))

        assert error_of(load, path) == (
            f"cannot load {str(path)!r}: it names a function 'swoosh_sawed', which is unknown "
            "here: the nearest is 'swoosh_saved'; add a function of your own with "
            "autograd.operation first"
        )
    finally:
        del autograd.ops.ALL["swoosh_saved"]


def test_models_nested_deeper_than_the_stack(path):
    model = Sequential("tanh")
    for _ in range(1500):
        model = Sequential(model)
    save(model, path)

    depth, again = 0, load(path)
    while isinstance(again, Sequential):
        depth, again = depth + 1, again.layers[0]

    assert depth == 1501


def test_loading_takes_steps_in_proportion_to_the_file(path):
    """Counted, not timed: calls of Python functions, of twice the depth about twice as many.

    With modes that differ from part to part, and a part that comes twice.
    """

    def calls(depth):
        model = Sequential("tanh", Standardise([1.0], [2.0]), Layer(1, 1))
        for i in range(depth):
            model = Sequential(model, model)
            model.training = bool(i % 2)
        save(model, path)
        profile = cProfile.Profile()
        profile.runcall(load, path)
        return pstats.Stats(profile).total_calls

    few, many = calls(300), calls(600)

    assert many < 2.2 * few


def test_every_class_of_nn_is_known_with_the_kinds_of_its_arguments():
    classes = {
        cls
        for cls in vars(nn).values()
        if isinstance(cls, type) and issubclass(cls, Module) and cls is not Module
    }

    annotations = {
        annotation
        for kind in KINDS.keys() - {"MLP", "Sequential", "ModuleList"}
        for annotation in arguments(kind).values()
    }

    assert classes - set(KINDS.values()) == set()
    assert annotations == FORMS.keys()


def test_a_linear_layer_to_which_somebody_gave_an_activation(path):
    layer = nn.Linear(2, 2)
    layer.neurons[0].activate = layer.neurons[1].activate = autograd.tanh
    save(layer, path)

    assert load(path).activation == "tanh"


def test_a_list_without_parts(path):
    save(Sequential(nn.ModuleList(), Layer(1, 1)), path)

    assert len(load(path).layers[0]) == 0


def test_what_was_measured_is_saved_with_a_model_of_ones_own(path):
    class Scaled(Module):
        measured = ("top",)

        def __init__(self):
            self.first = Standardise([1.0], [2.0])
            self.top = [3.0]

    model, fresh = Scaled(), Scaled()
    fresh.first.means, fresh.first.scales, fresh.top = [0.0], [1.0], [0.0]
    save(model, path)

    load(path, model=fresh)

    assert (fresh.first.means, fresh.first.scales, fresh.top) == ([1.0], [2.0], [3.0])


@pytest.mark.parametrize("model", [mlp(1, 1), None], ids=["of another model", "of none"])
def test_a_file_of_something_else_is_refused_before_its_numbers_are_read(path, model, monkeypatch):
    """However large it is, and although its checksum is right."""
    content = Content(
        {
            "format": "glassgrad model",
            "version": "1",
            "architecture": json.dumps({"title": "MLP", "parts": [{"kind": "Tanh"}]}),
            "frozen": "{}",
        },
        {"w": Tensor((50,), [0.5] * 50)},
    )
    path.write_bytes(packed(content))
    monkeypatch.setattr(nn.saving.container.File, "tensors", None)

    complaint = "it lacks 'layers.0.weight'" if model else "a model with 0 numbers, but holds 50"
    assert complaint in error_of(load, path, model=model)


def test_half_a_character_in_a_name(path):
    model = Line()
    model.more = {"\ud800": Parameter(1.0)}

    with refused(
        ValueError,
        r"save writes names as UTF-8, but 'more.\ud800' has half a character (a lone surrogate) in "
        "it; give that attribute or key of the model another name. Nothing was written",
    ):
        save(model, path)
    for call in (lambda name: save(Line(), name), load, read_notes):
        with pytest.raises(
            ValueError, match=r"no file can be called '.*ud800': it contains half a"
        ):
            call(f"{path}\ud800")
    assert os.listdir(path.parent) == []


@pytest.mark.parametrize("scale", [0.0, -1.0, math.inf], ids=["zero", "negative", "infinite"])
def test_a_scale_that_nobody_has_measured(path, scale):
    save(Sequential(Standardise([1.0], [2.0])), path)
    with_tensors(path, lambda t: {**t, "layers.0.scales": Tensor((1,), [scale])})

    assert error_of(load, path).endswith(
        f"its 'layers.0.scales' contains {scale!r}, which is impossible there"
    )


def test_parts_taken_to_pieces_are_not_described(path):
    without_neurons, without_weights = Sequential(Layer(1, 2), Layer(1, 1)), Neuron(1)
    without_neurons.layers[1].neurons.clear()
    without_weights.w.clear()

    for model in (without_neurons, without_weights):
        save(model, path)
        with pytest.raises(ValueError, match="not how to build it"):
            load(path)


# --- other readers --------------------------------------------------------------------------------


def test_the_file_is_what_others_read_as_a_linear_layer(path):
    layer = Layer(3, 2, rng=random.Random(0))
    save(Sequential(layer), path)

    with safetensors.safe_open(path, "numpy") as file:
        weight = file.get_tensor("layers.0.weight")
        bias = file.get_tensor("layers.0.bias")

    assert weight.tolist() == [[w.data for w in neuron.w] for neuron in layer.neurons]
    assert bias.tolist() == [neuron.b.data for neuron in layer.neurons]


def test_the_bytes_are_those_of_the_packages_own_writer(path):
    model = mlp(2, 3, 1)
    save(model, path)
    tensors = unpacked(path.read_bytes()).tensors
    arrays = {name: np.array(t.numbers).reshape(t.shape) for name, t in tensors.items()}

    theirs = dict(safetensors.deserialize(by_package(arrays)))
    ours = dict(safetensors.deserialize(path.read_bytes()))

    assert ours == theirs


def test_a_file_that_another_program_wrote_again_is_read(path):
    model = mlp(2, 3, 1)
    save(model, path)
    with safetensors.safe_open(path, "numpy") as file:
        texts = file.metadata()
    save_file(load_file(path), path, texts)

    assert bits(load(path)) == bits(model)


# --- notes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "notes",
    [None, "moons, 99 %", {"accuracy": 0.5, "of": ["a", None]}, "\ud800"],
    ids=["none", "text", "dict", "half a character"],
)
def test_notes(path, notes):
    save(mlp(1, 1), path, notes=notes)

    assert read_notes(path) == notes


@pytest.mark.parametrize("notes", [object(), math.nan, {1, 2}], ids=["object", "nan", "set"])
def test_notes_that_json_cannot_say(path, notes):
    with pytest.raises((TypeError, ValueError), match=r"^save takes notes that JSON can hold"):
        save(mlp(1, 1), path, notes=notes)


# --- writing --------------------------------------------------------------------------------------


def test_a_failing_save_leaves_the_old_file(path, monkeypatch):
    save(mlp(1, 1), path)
    before = path.read_bytes()

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        save(mlp(2, 1), path)

    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]


ROOT = Path(__file__).resolve().parents[3]
WITHOUT_SAFETENSORS = """
import sys
from pathlib import Path
sys.modules["safetensors"] = None
from nn import MLP
from nn.saving import save
try:
    save(MLP(1, [1]), sys.argv[1])
except ImportError as error:
    print(error)
"""


def test_without_the_package_the_error_says_what_to_install(path):
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_SAFETENSORS, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    assert run.stdout == (
        'nn.saving needs the package safetensors: pip install "glassgrad[save]"\n'
    )
    assert not path.exists()
