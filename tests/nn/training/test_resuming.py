"""Resuming: the same training goes on bit for bit, another is refused."""

import copy
import random
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import sklearn.metrics

import nn
from nn import SGD, EarlyStopping, Layer
from nn.losses import mse

from .helpers import SIDES, Louder, alter, line, mean_squared, small, stochastic, trained, weights

ROOT = Path(__file__).resolve().parents[3]


# --- the end of a schedule ------------------------------------------------------------------------

PROPORTIONAL = [nn.CosineDecay(), nn.LinearDecay(0.1), lambda t, end: 1.0 / (1.0 + t / end)]
OF_TIME_ALONE = [nn.StepDecay(2, 0.5), nn.WarmUp(9, nn.CosineDecay()), lambda t, _: 0.9**t]


@pytest.mark.parametrize("schedule", [*PROPORTIONAL, *OF_TIME_ALONE])
def test_a_training_in_parts_has_one_horizon(tmp_path, schedule):
    X, y = line(10)
    options = {"schedule": schedule, "batch_size": 4}
    parts, whole = stochastic(), stochastic()
    for epochs in (2, 3, 7):
        rng = random.Random(5)
        trained(parts, X, y, epochs=epochs, horizon=7, rng=rng, checkpoint=tmp_path / "run",
                resume=True, **options)  # fmt: skip
    trained(whole, X, y, epochs=7, **options)

    assert weights(parts) == weights(whole)


@pytest.mark.parametrize("schedule", PROPORTIONAL)
@pytest.mark.parametrize("epochs", [3, 8])
def test_another_horizon_is_refused_where_it_would_have_made_a_difference(
    tmp_path, schedule, epochs
):
    X, y = line()
    model = small(nin=1)
    with pytest.raises(KeyError):
        trained(model, X, y, epochs=5, schedule=schedule, checkpoint=tmp_path / "run",
                callbacks=lambda training: {}[0] if training.epoch == 3 else None)  # fmt: skip
    again = partial(trained, X=X, y=y, schedule=schedule, checkpoint=tmp_path / "run", resume=True)
    before = weights(model)
    text = (
        rf"the schedule of the checkpoint .* ends at epoch 5, .*write horizon=5 .*horizon={epochs}$"
    )
    with pytest.raises(ValueError, match=text):
        again(model, epochs=epochs)

    assert weights(model) == before
    whole = small(nin=1)
    trained(whole, X, y, epochs=epochs, schedule=schedule, horizon=5)
    again(model, epochs=epochs, horizon=5)
    assert weights(model) == weights(whole)


@pytest.mark.parametrize("schedule", [None, *OF_TIME_ALONE])
def test_a_schedule_of_time_alone_has_no_horizon_to_keep(tmp_path, schedule):
    X, y = line()
    parts, whole = small(nin=1), small(nin=1)
    for epochs in (2, 4):
        trained(parts, X, y, epochs=epochs, schedule=schedule, checkpoint=tmp_path / "run",
                resume=True)  # fmt: skip
    # The second part ran to another end, which made no difference until then.
    trained(whole, X, y, epochs=4, schedule=schedule)

    assert weights(parts) == weights(whole)


def test_fewer_epochs_than_done_are_refused(tmp_path):
    X, y = line()
    model = small(nin=1)
    trained(model, X, y, epochs=5, checkpoint=tmp_path / "run")
    other = small(seed=2, nin=1)
    before = weights(other)
    with pytest.raises(
        ValueError, match=r"has 5 epochs done, but epochs=4 is fewer; write epochs=5 o"
    ):
        trained(other, X, y, epochs=4, checkpoint=tmp_path / "run", resume=True)

    assert weights(other) == before


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"horizon": 5}, "horizon is where a schedule ends, but there is none; leave it out"),
        ({"horizon": 0, "schedule": nn.CosineDecay()}, "fit: horizon must be "),
        ({"horizon": 2.5, "schedule": nn.CosineDecay()}, "fit: horizon must be "),
    ],
)
def test_a_bad_horizon(options, text):
    with pytest.raises((TypeError, ValueError), match=text):
        trained(small(nin=1), *line(), **options)


# --- what must be the same ------------------------------------------------------------------------


def penalised(factor):
    def loss(outputs, targets):
        return mse(outputs, targets) * factor

    return loss


class Power(nn.Module):
    """A class of one's own, with a number and a function for settings."""

    def __init__(self, power=2.0, shape=lambda x: x):
        self.power, self.shape = power, shape
        self.line = Layer(1, 1, nonlin=False, rng=random.Random(0))

    def forward(self, x):
        return self.shape(self.line(x)) ** self.power


class Calm(SGD):
    """An optimiser of one's own."""


OTHERS = {
    "lambda as schedule": (
        {"schedule": lambda t, end: 0.5**t},
        {"schedule": lambda t, end: 0.25**t},
    ),
    "schedule in a schedule": (
        {"schedule": nn.WarmUp(1, lambda t, end: 0.5)},
        {"schedule": nn.WarmUp(1, lambda t, end: 0.25)},
    ),
    "lambda as loss": (
        {"loss": lambda outputs, targets: 1.0 * mse(outputs, targets)},
        {"loss": lambda outputs, targets: 2.0 * mse(outputs, targets)},
    ),
    "closure as loss": ({"loss": penalised(1.0)}, {"loss": penalised(2.0)}),
    "partial": (
        {"loss": partial(nn.losses.huber, delta=1.0)},
        {"loss": partial(nn.losses.huber, delta=2.0)},
    ),
    "metric": ({"metrics": {"m": lambda o, t: 0.0}}, {"metrics": {"m": lambda o, t: 1.0}}),
    "patience": ({"early_stopping": 9}, {"early_stopping": 8}),
    "what improves": (
        {"early_stopping": EarlyStopping(9, min_delta=0.0)},
        {"early_stopping": EarlyStopping(9, min_delta=0.1)},
    ),
    "metric of scikit-learn": (
        {"metrics": {"m": sklearn.metrics.max_error}},
        {"metrics": {"m": sklearn.metrics.mean_squared_error}},
    ),
    "class_weight": (
        {"y": SIDES * 3, "class_weight": {0: 1.0, 1: 2.0}},
        {"y": SIDES * 3, "class_weight": "balanced"},
    ),
    "stratify": (
        {"y": SIDES * 3, "validation": 0.5, "stratify": True},
        {"y": SIDES * 3, "validation": 0.5},
    ),
    "setting of a callback": ({"callbacks": Louder(1.5)}, {"callbacks": Louder(2.5)}),
    "number in the model": ({"model": Power(1.0)}, {"model": Power(2.0)}),
    "function in the model": (
        {"model": Power(shape=lambda x: x)},
        {"model": Power(shape=lambda x: x * x)},
    ),
    "activation": (
        {"model": Layer(1, 1, activation=lambda x: x, rng=random.Random(0))},
        {"model": Layer(1, 1, activation=lambda x: -x, rng=random.Random(0))},
    ),
}


@pytest.mark.parametrize(("one", "other"), OTHERS.values(), ids=OTHERS)
def test_another_training_is_refused_whatever_it_is_called(tmp_path, one, other):
    """And the same goes on."""
    X, y = line()

    def run(options, epochs):
        options = {"model": small(nin=1), **copy.deepcopy(options)}
        model = options.pop("model")
        rng = random.Random(5)
        before = weights(model), rng.getstate()
        try:
            options = {"X": X, "y": y, "checkpoint": tmp_path / "run", "resume": True, **options}
            trained(model, epochs=epochs, rng=rng, **options)
        except ValueError:
            assert (weights(model), rng.getstate()) == before
            raise
        return weights(model)

    run(one, 2)
    with pytest.raises(ValueError, match=r"is from a training with .*; pass the same as then"):
        run(other, 3)
    in_parts = run(one, 3)
    (tmp_path / "run").unlink()
    assert run(one, 3) == in_parts


def test_a_model_that_was_trained_already_is_the_same(tmp_path):
    """What fit notes on it is no setting of its own."""
    model = small(nin=1)
    for epochs in (1, 2, 3):
        trained(model, *line(), epochs=epochs, checkpoint=tmp_path / "run", resume=True)


def test_a_refusal_says_which_class_weights_there_were(tmp_path):
    X, y = line()[0], SIDES * 3
    run = partial(trained, X=X, y=y, checkpoint=tmp_path / "run", resume=True)
    run(small(nin=1), class_weight={1: 2, 0.0: 1.0})
    run(small(nin=1), class_weight={0: 1, 1: 2.0})
    text = r"a training with class_weight \{0: 1.0, 1: 2.0\}, not balanced"
    with pytest.raises(ValueError, match=text):
        run(small(nin=1), class_weight="balanced")


def test_the_code_of_an_optimiser_of_ones_own(tmp_path, monkeypatch):
    X, y = line()
    run = partial(trained, X=X, y=y, checkpoint=tmp_path / "run", resume=True)
    run(small(nin=1), optimizer=lambda model: Calm(model, lr=0.1))
    run(small(nin=1), optimizer=lambda model: Calm(model, lr=0.1))
    monkeypatch.setattr(Calm, "change", lambda self, i, g: 0.0 * g, raising=False)
    with pytest.raises(
        ValueError, match="is from a training with a different optimizer, although it"
    ):
        run(small(nin=1), optimizer=lambda model: Calm(model, lr=0.1))


def test_a_loss_that_knows_its_model_is_the_same_after_training(tmp_path):
    """The weights in it change: they are the checkpoint's to compare."""
    X, y = line()
    model = small(nin=1)

    def loss(outputs, targets):
        return mse(outputs, targets) + 0.01 * sum(p * p for p in model.parameters())

    for epochs in (1, 2, 3):
        trained(model, X, y, loss=loss, epochs=epochs, checkpoint=tmp_path / "run", resume=True)


def test_resumed_twice_although_a_callback_changed_the_learning_rate(tmp_path):
    X, y = line()

    def run(epochs, **options):
        model = small(nin=1)
        trained(model, X, y, epochs=epochs, callbacks=Louder(), **options)
        return weights(model)

    for epochs in (1, 2, 3):
        last = run(epochs, checkpoint=tmp_path / "run", resume=True)

    assert last == run(3)


def test_what_cannot_be_compared_is_said(tmp_path):
    X, y = line()

    def loss(outputs, targets, steps=(0.0 for _ in range(1000))):
        return mse(outputs, targets) + 0.0 * next(steps)

    trained(small(nin=1), X, y, loss=loss, checkpoint=tmp_path / "run")
    with pytest.warns(
        UserWarning, match="cannot tell whether .* they use a generator, which cannot be"
    ):
        trained(small(nin=1), X, y, loss=loss, checkpoint=tmp_path / "run", resume=True)


def test_another_python_is_said(tmp_path):
    X, y = line()
    trained(small(nin=1), X, y, loss=penalised(1.0), checkpoint=tmp_path / "run")
    alter(tmp_path / "run", lambda state, _: state.update(python="3.1.4"))
    with pytest.raises(
        ValueError, match=r"differs \(it was started with Python 3\.1\.4, but this is"
    ):
        trained(small(nin=1), X, y, loss=penalised(2.0), checkpoint=tmp_path / "run", resume=True)


SCRIPT = """
import random, sys
from functools import partial
import numpy as np, nn
words, scale = {"one", "two", "three", "four"}, np.array([1.0, 2.0])
class Odd:
    def __init__(self, x): self.x = x
    def __call__(self, t, end): return self.x if "one" in words else float(scale[0])
def hubert(delta):
    return lambda o, t: nn.losses.huber(o, t, delta=delta) * scale[0]
X, y = nn.data.moons(12, rng=random.Random(0))
model = nn.MLP(2, [4, 1], activation=lambda x: x.tanh(), rng=random.Random(0))
nn.fit(model, X, y, loss=hubert(1.5), epochs=int(sys.argv[1]), schedule=nn.WarmUp(1, Odd(0.5)),
       metrics={"m": partial(max, 0.0), "n": lambda o, t: sum(o)}["n"], rng=random.Random(1),
       early_stopping=5, checkpoint=sys.argv[2], resume=True, progress=False)
print([p.data for p in model.parameters()])
"""


def test_the_same_script_goes_on_in_another_process(tmp_path):
    """Lambdas, closures, sets and arrays, with another seed for the hashes of texts each time."""

    def run(epochs, name, seed):
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", SCRIPT, epochs, str(tmp_path / name)],
            cwd=ROOT, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    run("1", "parts", "1")
    run("2", "parts", "2")

    assert run("3", "parts", "3") == run("3", "whole", "4")


def test_an_unknown_loss_has_no_name(tmp_path):
    """A callable object is shown by its class, not by where it lies in memory."""

    class Loss:
        def __call__(self, outputs, targets):
            return mean_squared(outputs, targets)

    trained(small(nin=1), *line(), loss=Loss(), checkpoint=tmp_path / "run")
    history = trained(
        small(nin=1), *line(), loss=Loss(), epochs=4, checkpoint=tmp_path / "run", resume=True
    )

    assert history.epochs == 4


def test_parameters_in_another_order_are_another_training(tmp_path):
    """What an optimiser remembers goes by the order: velocities would land on other weights."""
    path = tmp_path / "training.safetensors"
    X, y = [[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0]

    def train(order, **options):
        model = nn.MLP(2, [2, 2, 1], rng=0)
        optimiser = SGD([{"params": model.layers[i]} for i in order], lr=0.1, momentum=0.9)
        return nn.fit(model, X, y, loss="mse", optimizer=optimiser, rng=0, progress=False,
                      checkpoint=path, **options)  # fmt: skip

    train([0, 1, 2], epochs=2)
    with pytest.raises(
        ValueError, match="different parameters in the optimizer, or in another order"
    ):
        train([1, 0, 2], epochs=4, resume=True)
    assert len(train([0, 1, 2], epochs=4, resume=True)["loss"]) == 4
