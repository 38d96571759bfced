import json
import math
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import ConstantError, Value, mean, no_grad, relu, scope
from nn import MLP, Embedding, Layer, Module, Parameter, Sequential, mse
from viz.report import Report, report
from viz.say.health import mean_size

BATCH = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [-1.0, 0.5]]
TARGETS = [1.0, 1.0, 0.0, 0.0]


def model_of(activation="relu", sizes=(4, 3, 1), seed=0):
    return MLP(2, list(sizes), activation=activation, rng=random.Random(seed))


def kill(neuron):
    """Make a relu unit dead."""
    neuron.b.data = -1000.0


# --- against an oracle ----------------------------------------------------------------------------


@given(st.integers(0, 50), st.sampled_from(["relu", "tanh", "sigmoid", "leaky_relu"]))
def test_the_numbers_are_those_of_a_plain_backward_pass(seed, activation):
    """Measured once more: layer by layer, with `backward` and ``.grad``."""
    model = model_of(activation, seed=seed)
    found = report(model, BATCH, TARGETS, "mse").layers
    outputs = [[] for _ in model.layers]
    results = []
    for x in BATCH:
        for i, layer in enumerate(model.layers):
            out = layer(outputs[i - 1][-1] if i else x)
            outputs[i].append(out if isinstance(out, list) else [out])
        results.append(outputs[-1][-1][0])
    mse(results, TARGETS).backward()

    for layer, seen, kept in zip(model.layers, found, outputs, strict=True):
        values = [y for row in kept for y in row]
        grads = [parameter.grad for parameter in layer.parameters()]
        assert seen.units == layer.nout
        assert seen.mean_output == pytest.approx(mean_size([y.data for y in values]))
        assert seen.grad_outputs == pytest.approx(mean_size([y.grad for y in values]))
        assert seen.grad_weights == pytest.approx(mean_size(grads))
        assert seen.zero_grads == sum(grad == 0.0 for grad in grads) / len(grads)
        if activation == "relu" and seen.activation:
            dead = [i for i in range(layer.nout) if all(row[i].data == 0.0 for row in kept)]
            assert seen.dead == tuple(dead)


def test_nothing_is_touched():
    model = model_of()
    for number, parameter in enumerate(model.parameters()):
        parameter.grad = float(number)
    before = [(p.data, p.grad) for p in model.parameters()]
    report(model, BATCH, TARGETS, "mse")

    assert [(p.data, p.grad) for p in model.parameters()] == before
    assert model.training


def test_under_no_grad_it_records_all_the_same():
    model = model_of()
    with no_grad():
        assert str(report(model, BATCH)) == str(report(model, BATCH))


# --- units ----------------------------------------------------------------------------------------


def test_dead_units_are_named_by_index():
    model = model_of("relu", (12, 3, 1), seed=1)
    for i in (2, 10, 11):
        kill(model.layers[0].neurons[i])
    first, second, last = report(model, BATCH, TARGETS, "mse").layers

    assert set(first.dead) >= {2, 10, 11}
    assert list(first.dead) == sorted(first.dead)
    assert (first.layer, first.kind, first.activation, first.units) == (
        "layers.0", "Layer", "relu", 12,
    )  # fmt: skip
    assert math.isnan(last.saturated)
    assert (last.dead, last.activation) == ((), "")
    assert second.units == 3


def centred(xs):
    """A function between two parts that mixes the units, with no parameters of its own."""
    return [mean(xs) - x for x in xs]


@pytest.mark.parametrize("parts", [("relu",), ("tanh", "relu")], ids=["relu", "tanh, relu"])
def test_activations_of_their_own_have_units(parts):
    layer = Layer(2, 4, nonlin=False, rng=random.Random(0))
    kill(layer.neurons[3])
    rows = report(Sequential(layer, *parts, Layer(4, 1, nonlin=False)), BATCH).layers

    assert [row.units for row in rows] == [4] * (1 + len(parts)) + [1]
    assert 3 in rows[len(parts)].dead
    assert [row.layer for row in rows] == [f"layers.{i}" for i in range(len(parts) + 2)]


def test_activations_after_a_function_have_units():
    layer = Layer(2, 4, nonlin=False, rng=random.Random(0))
    layer.neurons[3].b.data = 1000.0
    rows = {row.layer: row for row in report(Sequential(layer, centred, "relu"), BATCH).layers}

    assert rows["layers.2"].units == 4
    assert 3 in rows["layers.2"].dead


def test_an_embedding_has_parameters_and_no_units():
    rng = random.Random(0)
    model = Sequential(Embedding(5, 2, rng=rng), Layer(2, 3, nonlin=False, rng=rng))
    first, second = report(model, [0, 1, 4], [0, 1, 2], "cross_entropy").layers

    assert (first.layer, first.kind, first.units) == ("layers.0", "Embedding", 0)
    assert first.zero_grads == 0.4  # words 2 and 3 were not looked up
    assert second.units == 3


def test_saturated_units_are_named_by_index():
    model = model_of("tanh")
    model.layers[0].neurons[1].b.data = 7.0
    found = report(model, BATCH)

    assert found.layers[0].saturated_units == (1,)
    assert found.layers[0].saturated == 0.25
    assert found.layers[0].dead == ()
    assert found.advice[0].startswith(
        "layers.0: the tanh is saturated in 25 % of cases, and for all examples: 1."
    )


def test_one_example_cannot_tell_what_is_dead():
    model = MLP(2, [3, 1], activation="leaky_relu", rng=random.Random(0))
    model.layers[0].neurons[1].activate = relu
    kill(model.layers[0].neurons[1])
    found = report(model, BATCH[:1])

    said = "layers.0: 1 of 3 units is off (1) for the one example given. "
    assert found.advice == (said + "Whether it is dead, only a batch can tell.",)
    assert "  off  " in str(found).splitlines()[0]


class Residual(Module):
    """Two layers, a sum around them, and a scope of the user's."""

    def __init__(self):
        rng = random.Random(0)
        self.inner = [Layer(2, 2, rng=rng), Layer(2, 2, rng=rng)]
        self.gain = Parameter(0.5)

    def forward(self, x):
        with scope("block"):
            y = self.inner[1](self.inner[0](x))
        with scope("head"):
            squares = [v * v for v in y]
        return [self.gain * (a + b) for a, b in zip(squares, x, strict=True)]


def test_any_module_has_rows():
    found = report(Residual(), BATCH)

    assert [(row.layer, row.kind, row.units) for row in found.layers] == [
        ("inner.0", "Layer", 2),
        ("inner.1", "Layer", 2),
        ("head", "scope", 2),
        ("(itself)", "Residual", 2),
    ]
    assert [row.zero_grads == row.zero_grads for row in found.layers] == [True, True, False, True]


# --- gradients ------------------------------------------------------------------------------------


def test_gradients_that_vanish_are_found():
    model = model_of("sigmoid", (8, 8, 8, 8, 8, 1))
    found = report(model, BATCH, TARGETS, "mse")

    assert "Gradients vanish: those of layers.0 are" in found.advice[-1]
    assert found.layers[0].backward.startswith("shrinks")
    assert found.layers[0].to_next == pytest.approx(
        found.layers[0].grad_weights / found.layers[1].grad_weights
    )
    assert found.layers[-1].backward == ""
    assert math.isnan(found.layers[-1].to_next)


def test_gradients_that_explode_are_found():
    model = model_of("linear", (4, 4, 4, 1))
    for parameter in model.layers[1].parameters() + model.layers[2].parameters():
        parameter.data *= 1000.0
    for parameter in model.layers[0].parameters():
        parameter.data *= 1e-6
    found = report(model, BATCH)

    assert found.advice[-1].startswith("Gradients explode: those of layers.0 are")


def test_gradients_that_stop_are_found():
    model = model_of()
    for neuron in model.layers[1].neurons:
        kill(neuron)
    found = report(model, BATCH)

    assert found.advice[-1].startswith("No gradient at all reaches layers.0, layers.1.")
    assert found.layers[1].backward == "stops"
    assert found.layers[0].zero_grads == 1.0


def test_a_loss_that_is_flat_is_said():
    found = report(model_of("tanh"), BATCH, None, lambda outputs: sum(outputs) * 0.0)

    assert found.advice == (
        "All gradients are 0: nothing would be learned from this batch and this loss.",
    )


def test_where_nan_begins_is_said():
    model = model_of()
    for weight in model.layers[0].neurons[2].w:
        weight.data = 1e308
    found = report(model, [[3.0, 3.0]])

    assert found.advice[0].startswith(
        "The first value that is not finite arises in layers.0/neurons.2: "
        "dot(1e+308, 1e+308, 3.0, …) has inf."
    )
    assert found.layers[0].not_finite > 0


def test_all_is_well():
    found = report(MLP(2, [3, 1], activation="tanh", rng=random.Random(0)), BATCH)

    assert found.advice == ()
    assert str(found).endswith("No problems found (4 examples).")


def test_frozen_layers_have_units_and_no_gradients():
    model = model_of()
    model.layers[0].freeze()
    first, second, _ = report(model, BATCH).layers

    assert (first.units, first.backward) == (4, "frozen")
    assert math.isnan(first.grad_weights)
    assert second.grad_weights == second.grad_weights
    model.freeze()
    assert [row.backward for row in report(model, BATCH).layers] == ["frozen"] * 3
    with pytest.raises(ConstantError, match="unfreeze some"):
        report(model, [[1, 2]])


# --- showing --------------------------------------------------------------------------------------


def test_the_table_is_text():
    model = MLP(1, [1, 1], activation="relu")
    for parameter in model.parameters():
        parameter.data = 2.0

    assert str(report(model, [[1.0], [2.0]])) == TABLE


TABLE = """\
layer     units   dead  saturated  mean |a|  mean |∂a|  mean |∂w|  backward  ∂w = 0  nan, inf
--------  ------  ----  ---------  --------  ---------  ---------  --------  ------  --------
layers.0  1 relu     0        0 %         5          2          5    steady     0 %         0
layers.1  1          —          —        12          1          6         —     0 %         0
a: a layer's output; ∂a, ∂w: gradients of the output and of the parameters;
backward: mean |∂w| compared with the next layer; ∂w = 0: how many of them

No problems found (2 examples)."""


def test_rows_go_into_pandas_and_json():
    found = report(model_of(), BATCH)
    frame = pd.DataFrame(found.rows)

    assert list(frame["layer"]) == ["layers.0", "layers.1", "layers.2"]
    assert json.loads(json.dumps(found.rows))[0]["units"] == 4
    assert isinstance(found, Report)
    assert repr(found) == "<Report on 3 layers, 4 examples: print it>"


def test_a_notebook_shows_no_markup_of_the_user():
    class Hostile(Module):
        def __init__(self):
            self.parts = {"<script>": Layer(2, 1, rng=random.Random(0))}

        def forward(self, x):
            return self.parts["<script>"](x)

    model = Hostile()
    kill(model.parts["<script>"].neurons[0])
    shown = report(model, BATCH)._repr_html_()

    assert "<script>" not in shown
    assert shown.count("parts.&lt;script&gt;") == 2  # in its row, and in the advice


# --- what it takes --------------------------------------------------------------------------------


def test_a_batch_is_an_array_or_a_frame():
    model = model_of()
    expected = str(report(model, BATCH))

    assert str(report(model, np.array(BATCH))) == expected
    assert str(report(model, pd.DataFrame(BATCH))) == expected


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (([1.0, 2.0],), TypeError, r"got \[1.0, 2.0\]; write \[x\] for one"),
        (([],), ValueError, "report got an empty batch; give at least one example"),
        ((BATCH, TARGETS), TypeError, "report got targets and no loss; write loss='mse', or"),
        ((BATCH, None, "mse"), TypeError, "report: loss='mse' needs targets"),
        ((BATCH, TARGETS, "mes"), ValueError, "did you mean 'mse'"),
        ((BATCH, TARGETS, lambda out, y: 1.0), TypeError, "must return a Value, and returned 1"),
    ],
    ids=["one example", "empty", "no loss", "no targets", "unknown loss", "number"],
)  # fmt: skip
def test_what_it_does_not_take(given, error, message):
    with pytest.raises(error, match=message):
        report(model_of(), *given)


def test_it_takes_examples_as_fit_does():
    model, ones = model_of(), MLP(1, [2, 1], rng=0)
    expected = str(report(model, BATCH, TARGETS, "mse"))
    X, y = np.array(BATCH), np.array(TARGETS)

    for data in (
        (X, y), (X, y.reshape(-1, 1)), (pd.DataFrame(X), pd.Series(y)), (iter(BATCH), TARGETS),
        (list(zip(BATCH, TARGETS, strict=True)),), (pd.DataFrame(X), pd.DataFrame(y)),
    ):  # fmt: skip
        assert str(report(model, *data, loss="mse")) == expected
    assert str(report(ones, [0.5, 2.0], [1.0, 0.0], "mse")) == str(
        report(ones, [[0.5], [2.0]], [1.0, 0.0], "mse")
    )
    with pytest.raises(ValueError, match="X has 2 rows, y has 1; give one target for each"):
        report(ones, [0.5, 2.0], [1.0], "mse")


def test_models_that_are_none():
    class Numbers(Module):
        def forward(self, x):
            return len(x)

    with pytest.raises(TypeError, match="report takes a Module, got a function"):
        report(lambda x: Value(1.0), BATCH)
    with pytest.raises(TypeError, match=r"this one returned 2"):
        report(Numbers(), BATCH)


# --- errors of the model --------------------------------------------------------------------------


def test_a_type_error_of_the_model_is_not_hidden():
    calls = []

    class Broken(Module):
        def __init__(self):
            self.w = Parameter(1.0)

        def forward(self, x):
            calls.append(x)
            if len(calls) == 1:
                return self.w * len(x[0])  # a number has no len()
            return self.w * x[0]

    with pytest.raises(TypeError, match=r"len\(\)"):
        report(Broken(), BATCH)
    assert len(calls) == 1


def test_a_model_that_wants_plain_numbers_gets_them():
    class Wave(Module):
        def __init__(self):
            self.w = Parameter(2.0)

        def forward(self, x):
            return self.w * math.sin(x[0])

    assert report(Wave(), BATCH).layers[0].mean_output == pytest.approx(
        mean_size([2.0 * math.sin(x[0]) for x in BATCH])
    )
