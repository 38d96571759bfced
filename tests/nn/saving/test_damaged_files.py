"""Files that are not what they should be are refused."""

import json
import math
import random
import struct

import numpy as np
import pytest
import safetensors
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from nn import MLP, Layer, Neuron, Sequential
from nn.saving import FormatError, load, read_notes, save
from nn.saving.container import Tensor, packed

from .files import altered, damaged, error_of, mlp, rewritten, with_tensors
from .models import bits, unpacked


def test_a_missing_file_is_missing(path):
    with pytest.raises(FileNotFoundError):
        load(path)


@pytest.mark.parametrize("data", [b"", b"x", b"hello, I am no file of weights at all", bytes(100)],
                         ids=["empty", "one byte", "text", "zeros"])  # fmt: skip
def test_what_is_no_safetensors_file(path, data):
    path.write_bytes(data)

    assert error_of(load, path).startswith(
        f"cannot load {str(path)!r}: it is not a complete safetensors file ("
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
        f"cannot load {str(path)!r}: it has version '2' of the format, but this glassgrad reads "
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

    assert "has the type F32, but weights are F64" in error_of(load, path)


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
        "but holds 9"
    )


def test_a_tensor_too_large_for_its_file(path):
    header = json.dumps({"w": {"dtype": "F64", "shape": [2**62, 2**62], "data_offsets": [0, 8]}})
    path.write_bytes(struct.pack("<Q", len(header)) + header.encode() + bytes(8))

    assert "not a complete safetensors file" in error_of(load, path)


def test_a_nan_in_a_file_is_refused(path):
    save(mlp(1, 1), path)
    with_tensors(path, lambda t: {**t, "layers.0.bias": Tensor((1,), [math.nan])})

    assert error_of(load, path).endswith("'layers.0.bias' contains nan, which is impossible there")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda t: {k: t[k] for k in t if "bias" not in k}, "with 2 numbers, but holds 1"),
        (lambda t: {**t, "more": Tensor((), [1.0])}, "with 2 numbers, but holds 3"),
        (
            lambda t: {"layers.0.wait": t["layers.0.weight"], "layers.0.bias": t["layers.0.bias"]},
            (
                "it lacks 'layers.0.weight' (nearest: 'layers.0.wait') and has unknown "
                "'layers.0.wait' (nearest: 'layers.0.weight')"
            ),
        ),
        (
            lambda t: {**t, "layers.0.bias": Tensor((1, 1), [0.0])},
            "its 'layers.0.bias' has the shape [1, 1], but in this MLP the shape is [1]",
        ),
    ],
    ids=["missing", "extra", "renamed", "shape"],
)
def test_tensors_that_do_not_fit_the_architecture(path, change, complaint):
    save(mlp(1, 1), path)
    with_tensors(path, change)

    assert error_of(load, path).endswith(complaint)


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
            "it freezes number 5 of 'layers.0.weight', but this MLP has no Parameter there",
        ),
        ({"nothing": [0]}, "it freezes number 0 of 'nothing', but this MLP has no Parameter there"),
        ({"layers.0.bias": [-1]}, "its 'frozen' is malformed: {'layers.0.bias': [-1]}"),
        ({"layers.0.bias": True}, "its 'frozen' is malformed: {'layers.0.bias': True}"),
    ],
    ids=["index", "name", "negative", "flag"],
)
def test_what_cannot_be_frozen(path, frozen_, complaint):
    save(mlp(1, 1), path)
    rewritten(path, frozen=json.dumps(frozen_))

    assert error_of(load, path).endswith(complaint)
