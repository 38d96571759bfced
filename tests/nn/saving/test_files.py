"""Models saved and loaded: the same to the last bit, or refused."""

import copy
import cProfile
import json
import math
import os
import pstats
import random
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file
from safetensors.numpy import save as by_package

import autograd
import nn
from autograd import Value, scope, softmax
from nn import MLP, Activation, Layer, Module, Neuron, Parameter, Sequential
from nn.data import Standardise
from nn.saving import FormatError, load, read_notes, save
from nn.saving.architecture import FORMS, KINDS, arguments
from nn.saving.container import Content, Tensor, packed

from ..refusals import refused
from .models import bits, frozen, models, tied, unpacked


class Line(Module):
    """A class of one's own."""

    def __init__(self):
        self.slope = Parameter(2.0)
        self.body = MLP(1, [2])

    def forward(self, x):
        return self.slope * x


@pytest.fixture(name="path")
def fixture_path(tmp_path):
    return tmp_path / "model.safetensors"


def mlp(*sizes, seed=0, **options):
    return MLP(sizes[0], list(sizes[1:]), rng=random.Random(seed), **options)


def rewritten(path, **changes):
    """The file with other texts in it, and a checksum that is right."""
    content = unpacked(path.read_bytes())
    path.write_bytes(packed(Content({**content.texts, **changes}, content.tensors)))


def with_tensors(path, change):
    content = unpacked(path.read_bytes())
    path.write_bytes(packed(Content(content.texts, change(content.tensors))))


def altered(path, change):
    """The file with another architecture."""
    content = unpacked(path.read_bytes())
    architecture = json.loads(content.texts["architecture"])
    change(architecture)
    rewritten(path, architecture=json.dumps(architecture))


def error_of(call, *args, **options):
    with pytest.raises(FormatError) as caught:
        call(*args, **options)
    return str(caught.value)


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
            f"cannot load {str(path)!r}: it names a function 'swoosh_sawed', which is not known "
            "here: the nearest is 'swoosh_saved'; one of your own is known once autograd.operation "
            "has added it"
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

    complaint = "it lacks 'layers.0.weight'" if model else "a model with 0 numbers, and holds 50"
    assert complaint in error_of(load, path, model=model)


def test_half_a_character_in_a_name(path):
    model = Line()
    model.more = {"\ud800": Parameter(1.0)}

    with refused(
        ValueError,
        r"save writes names as UTF-8, and 'more.\ud800' has half a character (a lone surrogate) in "
        "it; give that attribute or key of the model another name. Nothing was written",
    ):
        save(model, path)
    for call in (lambda name: save(Line(), name), load, read_notes):
        with pytest.raises(ValueError, match=r"no file can be called '.*\\ud800': it has half a"):
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
        f"{str(path)!r} holds the numbers of Line, and not how to build it; write "
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
        "save writes down names, no code, and layers.1 has the function <lambda>, which load would "
        "not find; add it with autograd.operation(..., is_activation=True), or save the numbers "
        "alone with save(model, path, architecture=False) and give load the model to fill",
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
            "its 'layers.0.weight' has the shape [3, 2], and in this MLP the shape is [4, 2]",
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
        f"cannot load {str(path)!r}: it freezes number 0 of 'w', and this Plain has no Parameter "
        "there"
    )


def test_only_what_is_a_module_is_saved_and_filled(path):
    with refused(TypeError, "save takes a Module, got a list: [1.0]; write save(model, path)"):
        save([1.0], path)
    for one, two in ((mlp(2, 1), "a path"), ("a path", MLP), ("a path", {"w": 1.0})):
        text = "load reads a file, and fills a Module if it is given one, got "
        with refused(TypeError, text + f"{one!r} and {two!r}; write load(path), or "
                     "load(path, model)"):  # fmt: skip
            load(one, two)


def test_nan_is_not_saved(path):
    model = mlp(2, 3, 1)
    model.layers[1].neurons[0].w[2].data = math.nan

    with refused(
        ValueError,
        "save got a model whose 'layers.1.neurons.0.w.2' is nan; nothing was written. Training "
        "went wrong before: autograd.check_finite(loss) names where",
    ):
        save(model, path)
    assert not path.exists()


def test_both_infinities_are_no_nan(path):
    model = mlp(2, 1)
    model.layers[0].neurons[0].w[0].data = math.inf
    model.layers[0].neurons[0].w[1].data = -math.inf
    save(model, path)

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
    with pytest.raises((TypeError, ValueError), match=r"^save takes notes that JSON can say"):
        save(mlp(1, 1), path, notes=notes)


# --- files that are not what they should be -------------------------------------------------------


def test_a_missing_file_is_missing(path):
    with pytest.raises(FileNotFoundError):
        load(path)


@pytest.mark.parametrize("data", [b"", b"x", b"hello, I am no file of weights at all", bytes(100)],
                         ids=["empty", "one byte", "text", "zeros"])  # fmt: skip
def test_what_is_no_safetensors_file(path, data):
    path.write_bytes(data)

    assert error_of(load, path).startswith(
        f"cannot load {str(path)!r}: it is not a whole safetensors file ("
    )


def test_a_safetensors_file_of_others(path):
    for texts in (None, {"format": "pt"}):
        save_file({"w": np.zeros(2)}, path, texts)

        assert error_of(load, path) == (
            f"cannot load {str(path)!r}: it is a safetensors file that another program wrote: "
            "its header has no 'glassgrad'"
        )


@pytest.mark.parametrize("metadata", ["null", "{}"], ids=["null", "empty"])
def test_a_header_without_texts(path, metadata):
    header = f'{{"__metadata__":{metadata}}}'.encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)

    assert "that another program wrote" in error_of(load, path)


def test_a_newer_version_is_not_guessed_at(path):
    save(mlp(1, 1), path)
    rewritten(path, version="2")

    text = (
        f"cannot load {str(path)!r}: it has version '2' of the format, and this glassgrad reads "
        "version 1: install a newer glassgrad"
    )

    assert error_of(load, path) == text
    assert error_of(read_notes, path).endswith(text[-60:])


def test_other_types_of_number_are_refused(path):
    save(mlp(1, 1), path)
    with safetensors.safe_open(path, "numpy") as file:
        texts = file.metadata()
        arrays = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
    save_file(arrays, path, texts)

    assert "has the type F32, and weights are F64" in error_of(load, path)


def test_every_truncation_is_noticed(path):
    save(mlp(2, 2, 1), path)
    data = path.read_bytes()

    for end in range(len(data)):
        path.write_bytes(data[:end])
        assert error_of(load, path)


def test_every_flipped_bit_is_noticed_or_means_nothing(path):
    model = mlp(2, 2, 1)
    save(model, path, notes="x")
    data = path.read_bytes()
    rng = random.Random(0)

    for place in range(len(data)):
        flipped = bytearray(data)
        flipped[place] ^= 1 << rng.randrange(8)
        path.write_bytes(flipped)
        try:
            again = load(path)
        except FormatError:
            continue
        assert bits(again) == bits(model)
        assert repr(again) == repr(model)


@given(data=st.binary(max_size=200))
def test_any_bytes_are_refused(data, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "noise.safetensors"
    path.write_bytes(data)

    assert error_of(load, path)


def test_a_header_that_promises_a_giant_allocates_nothing(path):
    save(Sequential(Layer(2, 3)), path)
    altered(path, lambda a: a["parts"][0].update(nin=10**12, nout=10**12))

    assert error_of(load, path) == (
        f"cannot load {str(path)!r}: it describes a model with 1000000000001000000000000 numbers, "
        "and holds 9"
    )


def test_a_tensor_too_large_for_its_file(path):
    header = json.dumps({"w": {"dtype": "F64", "shape": [2**62, 2**62], "data_offsets": [0, 8]}})
    path.write_bytes(struct.pack("<Q", len(header)) + header.encode() + bytes(8))

    assert "not a whole safetensors file" in error_of(load, path)


def test_a_nan_in_a_file_is_refused(path):
    save(mlp(1, 1), path)
    with_tensors(path, lambda t: {**t, "layers.0.bias": Tensor((1,), [math.nan])})

    assert error_of(load, path).endswith("'layers.0.bias' contains nan, which is impossible there")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda t: {k: t[k] for k in t if "bias" not in k}, "with 2 numbers, and holds 1"),
        (lambda t: {**t, "more": Tensor((), [1.0])}, "with 2 numbers, and holds 3"),
        (
            lambda t: {"layers.0.wait": t["layers.0.weight"], "layers.0.bias": t["layers.0.bias"]},
            (
                "it lacks 'layers.0.weight' (nearest: 'layers.0.wait') and has unknown "
                "'layers.0.wait' (nearest: 'layers.0.weight')"
            ),
        ),
        (
            lambda t: {**t, "layers.0.bias": Tensor((1, 1), [0.0])},
            "its 'layers.0.bias' has the shape [1, 1], and in this MLP the shape is [1]",
        ),
    ],
    ids=["missing", "extra", "renamed", "shape"],
)
def test_tensors_that_do_not_fit_the_architecture(path, change, complaint):
    save(mlp(1, 1), path)
    with_tensors(path, change)

    assert error_of(load, path).endswith(complaint)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 4) | st.just(10**12) | st.floats(allow_nan=False)
    | st.sampled_from(["", "MLP", "Layer", "Neuron", "relu", "layers.0.neurons.0.b"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["kind", "nin", "nout", "parts", "bias", "activation", "scope"]), inner
    ),
    max_leaves=6,
)  # fmt: skip


@given(data=st.data())
def test_any_json_in_the_header_is_refused_or_harmless(data, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "json.safetensors"
    model = Sequential(MLP(1, [1]), "tanh", Neuron(1))
    save(model, path)
    content = unpacked(path.read_bytes())
    name = data.draw(st.sampled_from(["architecture", "frozen", "notes"]))
    tree = json.loads(content.texts[name])
    tree = data.draw(damaged(tree))
    rewritten(path, **{name: json.dumps(tree)})

    try:
        again = load(path)
    except FormatError:
        return
    except ValueError as error:
        assert "not how to build it" in str(error)  # noqa: PT017 - no error is as good
        return
    assert len(again.parameters()) == len(model.parameters())


@st.composite
def damaged(draw, tree):
    """A tree in which one thing is replaced by anything, added or left out."""
    place = tree
    while isinstance(place, (list, dict)) and place and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], (list, dict)) or draw(st.integers(0, 3)) == 0:
            if draw(st.booleans()):
                place[key] = draw(ANYTHING)
            else:
                del place[key]
            return tree
        place = place[key]
    return draw(ANYTHING)


@pytest.mark.parametrize(
    "text",
    ["", "{", "nul", '{"title":"MLP","title":"MLP","parts":[]}', "NaN", "[" * 100_000,
     "1" * 10_000],
    ids=["empty", "open", "word", "twice", "nan", "deep", "long number"],
)  # fmt: skip
def test_texts_that_are_no_json(path, text):
    save(mlp(1, 1), path)
    rewritten(path, architecture=text)

    assert "is not JSON that glassgrad wrote" in error_of(load, path)


@pytest.mark.parametrize("name", ["architecture", "frozen"])
def test_a_text_that_is_missing(path, name):
    save(mlp(1, 1), path)
    content = unpacked(path.read_bytes())
    del content.texts[name]
    path.write_bytes(packed(content))

    assert error_of(load, path).endswith(f"its header has no {name!r}")


@pytest.mark.parametrize(
    ("frozen_", "complaint"),
    [
        (
            {"layers.0.weight": [5]},
            "it freezes number 5 of 'layers.0.weight', and this MLP has no Parameter there",
        ),
        ({"nothing": [0]}, "it freezes number 0 of 'nothing', and this MLP has no Parameter there"),
        ({"layers.0.bias": [-1]}, "its 'frozen' is malformed: {'layers.0.bias': [-1]}"),
        ({"layers.0.bias": True}, "its 'frozen' is malformed: {'layers.0.bias': True}"),
    ],
    ids=["index", "name", "negative", "flag"],
)
def test_what_cannot_be_frozen(path, frozen_, complaint):
    save(mlp(1, 1), path)
    rewritten(path, frozen=json.dumps(frozen_))

    assert error_of(load, path).endswith(complaint)


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
