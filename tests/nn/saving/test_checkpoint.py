"""Checkpoints: the state and the model come back exactly, or not at all."""

import json
import math
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import MLP, Layer, Module, Parameter, Sequential
from nn.saving import FormatError, load, read_checkpoint, restore, save, write_checkpoint
from nn.saving.container import Content, packed

from ..refusals import refused
from .files import damaged
from .models import bits, frozen, models, tied, unpacked
from .test_exact import TREES


@pytest.fixture(name="path")
def fixture_path(tmp_path):
    return tmp_path / "run.checkpoint"


def mlp(*sizes, seed=0, **options):
    return MLP(sizes[0], list(sizes[1:]), rng=random.Random(seed), **options)


@given(model=models() | models().map(tied), state=st.dictionaries(st.text() | st.integers(), TREES))
def test_state_and_model_come_back(model, state, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.checkpoint"
    write_checkpoint(path, model, state)
    checkpoint = read_checkpoint(path)
    bits_then, frozen_then = bits(model), frozen(model)
    for parameter in model.parameters():
        parameter.unfreeze()
        parameter.data = 0.25

    restore(model, checkpoint)

    assert repr(dict(checkpoint)) == repr(state)
    assert bits(model) == bits_then
    assert frozen(model) == frozen_then


@given(model=models())
def test_the_model_in_a_checkpoint_is_loaded(model, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "loaded.checkpoint"
    write_checkpoint(path, model, {"m": [0.5] * 20})

    assert bits(load(path)) == bits(model)


def test_a_model_of_ones_own_with_nameless_functions(path):
    class Own(Module):
        def __init__(self):
            self.layers = [Layer(1, 1, activation=lambda x: x * x), Parameter(1.0)]

    model, fresh = Own(), Own()
    write_checkpoint(path, model, {})

    restore(fresh, read_checkpoint(path))

    assert bits(fresh) == bits(model)


def test_nameless_functions_in_nns_own_classes(path):
    model, fresh = (Sequential(Layer(1, 1, activation=lambda x: x * x)) for _ in range(2))
    write_checkpoint(path, model, {})

    restore(fresh, read_checkpoint(path))

    assert bits(fresh) == bits(model)


def test_another_model_stays_as_it_was(path):
    write_checkpoint(path, mlp(2, 3, 1), {})
    other = mlp(2, 3, 1, activation="tanh")
    before = bits(other)

    with refused(
        FormatError,
        f"cannot restore from {str(path)!r}: it fits another model: the activation of part 0 "
        "is relu there, and tanh here",
    ):
        restore(other, read_checkpoint(path))
    assert bits(other) == before


def test_a_model_is_no_checkpoint_and_a_checkpoint_has_no_notes(path):
    save(mlp(1, 1), path)

    with refused(
        FormatError,
        f"cannot read {str(path)!r}: it is a glassgrad model, but this reads only a glassgrad "
        "checkpoint",
    ):
        read_checkpoint(path)


def test_nan_in_the_model_leaves_the_last_good_checkpoint(path):
    model = mlp(1, 1)
    write_checkpoint(path, model, {"epoch": 1})
    model.parameters()[0].data = math.nan

    with pytest.raises(
        ValueError, match=r"'layers\.0\.neurons\.0\.w\.0' is nan; nothing was written"
    ):
        write_checkpoint(path, model, {"epoch": 2})
    assert read_checkpoint(path) == {"epoch": 1}


def test_what_is_no_state(path):
    with refused(TypeError, "the state of a checkpoint must be a dict, got a list"):
        write_checkpoint(path, mlp(1, 1), [])
    with refused(TypeError, "a checkpoint needs a Module, got a int: 3"):
        write_checkpoint(path, 3, {})
    with refused(TypeError, "restore takes what read_checkpoint(path) returns, got a dict"):
        restore(mlp(1, 1), {})
    with refused(TypeError, "restore takes a Module, got a int"):
        restore(3, {})


def test_every_truncation_is_noticed(path):
    write_checkpoint(path, mlp(1, 1), {"history": {"loss": [0.5, math.nan]}})
    data = path.read_bytes()

    for end in range(len(data)):
        path.write_bytes(data[:end])
        with pytest.raises(FormatError):
            read_checkpoint(path)


@pytest.mark.parametrize(
    "state", ["[]", "3", '{"a":{"$floats":"state/7"}}', '{"a":NaN}', "[" * 10_000, ""],
    ids=["list", "number", "no tensor", "nan", "deep", "empty"],
)  # fmt: skip
def test_states_that_are_none(path, state):
    write_checkpoint(path, mlp(1, 1), {})
    content = unpacked(path.read_bytes())
    path.write_bytes(packed(Content({**content.texts, "state": state}, content.tensors)))

    with pytest.raises(FormatError):
        read_checkpoint(path)


@given(data=st.data())
def test_any_json_as_state_is_refused_or_a_dict(data, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "json.checkpoint"
    state = {"m": [0.5] * 20, 3: (1, math.nan), "history": {"loss": [math.inf]}}
    write_checkpoint(path, mlp(1, 1), state)
    content = unpacked(path.read_bytes())
    tree = data.draw(damaged(json.loads(content.texts["state"])))
    texts = {**content.texts, "state": json.dumps(tree)}
    path.write_bytes(packed(Content(texts, content.tensors)))

    try:
        found = read_checkpoint(path)
    except FormatError:
        return
    assert isinstance(found, dict)


# --- killed at any moment -------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[3]
WRITER = """
import random, sys
from nn import MLP
from nn.saving import write_checkpoint

model = MLP(4, [16, 4], rng=random.Random(0))
parameters = model.parameters()
epoch = 0
while True:
    epoch += 1
    for parameter in parameters:
        parameter.data = float(epoch)
    write_checkpoint(sys.argv[1], model, {"epoch": epoch, "m": [float(epoch)] * len(parameters)})
    print(epoch, flush=True)
"""


@pytest.mark.nightly
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_writer_killed_at_any_moment_leaves_a_whole_checkpoint(path):
    rng = random.Random(0)
    for _ in range(25):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)],
                              stdout=subprocess.PIPE, cwd=ROOT) as writer:  # fmt: skip
            for _ in range(rng.randint(1, 5)):
                written = int(writer.stdout.readline())
            time.sleep(rng.uniform(0.0, 0.03))
            writer.send_signal(signal.SIGKILL)
        checkpoint = read_checkpoint(path)
        model = mlp(4, 16, 4)
        restore(model, checkpoint)
        epoch = checkpoint["epoch"]

        assert epoch >= written
        assert {parameter.data for parameter in model.parameters()} == {float(epoch)}
        assert checkpoint["m"] == [float(epoch)] * len(model.parameters())

    drafts = [name for name in os.listdir(path.parent) if name != path.name]
    assert all(name.startswith(path.name) and name.endswith(".part") for name in drafts)
