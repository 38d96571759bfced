"""Going back to a checkpoint: all of it, or nothing."""

import copy
import math
import random
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value
from nn import Adam, EarlyStopping, RMSprop
from nn.losses import mse
from nn.saving.container import Tensor
from nn.training.checkpoints import Checkpoint

from .helpers import Louder, alter, line, small, stochastic, trained, weights


def test_parameters_besides_the_models_are_resumed_too(tmp_path):
    X, y = line()

    def run(epochs, **options):
        model, scale = small(nin=1), Value(1.0)
        trained(
            model, X, y, epochs=epochs, optimizer=Adam([*model.parameters(), scale], lr=0.1),
            loss=lambda outputs, targets: mse([scale * output for output in outputs], targets),
            **options,
        )  # fmt: skip
        return weights(model), scale.data

    run(2, checkpoint=tmp_path / "run")

    assert run(4, checkpoint=tmp_path / "run", resume=True) == run(4)


def test_a_generator_that_cannot_be_repeated_is_refused_at_the_call(tmp_path):
    X, y = line()
    model = stochastic()
    trained(model, X, y, checkpoint=tmp_path / "run")
    data, before = (tmp_path / "run").read_bytes(), weights(stochastic())
    for resume in (False, True):
        fresh = stochastic()
        with pytest.raises(
            TypeError, match="generator rng is a SystemRandom, whose draws cannot be"
        ):
            trained(fresh, X, y, rng=random.SystemRandom(), checkpoint=tmp_path / "run",
                    resume=resume)  # fmt: skip
        assert weights(fresh) == before
    assert (tmp_path / "run").read_bytes() == data


def test_a_callback_that_cannot_go_on_stops_everything(tmp_path):
    """What it changed before it failed is taken back."""
    X, y = line()

    class Fails(Louder):
        def load_state_dict(self, _):
            self.seen.append("?")
            raise KeyError("seen")

    def made(seed):
        model, scale = small(seed=seed, nin=1), Value(1.0 + seed)
        return {"model": model, "rng": random.Random(5), "fails": Fails(), "scale": scale,
                "optimizer": Adam([*model.parameters(), scale], lr=0.1)}  # fmt: skip

    def fitted(of, **options):
        def loss(outputs, targets):
            return mse([of["scale"] * output for output in outputs], targets)

        trained(of["model"], X, y, loss=loss, optimizer=of["optimizer"], callbacks=of["fails"],
                rng=of["rng"], checkpoint=tmp_path / "run", **options)  # fmt: skip

    first, fresh = made(0), made(3)
    first["model"].layers[0].freeze()
    fitted(first)
    before = copy.deepcopy(fresh)
    with pytest.raises(
        nn.FormatError, match=r"cannot continue from .*: 'seen'; nothing was changed"
    ):
        fitted(fresh, resume=True)

    assert weights(fresh["model"]) == weights(before["model"])
    assert not any(p.frozen for p in fresh["model"].parameters())
    assert fresh["scale"].data == before["scale"].data
    assert fresh["optimizer"].state_dict() == before["optimizer"].state_dict()
    assert fresh["rng"].getstate() == before["rng"].getstate()
    assert vars(fresh["fails"]) == vars(before["fails"])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 13) | st.floats(-2.0, 2.0)
    | st.sampled_from(["", "x", "nan", "EarlyStopping", "rng", 10**30]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["a", "$tuple", "$number", "$floats", "weights"]), inner),
    max_leaves=5,
)  # fmt: skip


@st.composite
def damages(draw):
    """A function that changes one place of a state: replaced, left out, or one more."""
    choices = draw(st.lists(st.floats(0.0, 0.999), min_size=12, max_size=12))
    kind, new = draw(st.sampled_from(["replace", "drop", "double", "tensor"])), draw(ANYTHING)
    numbers = draw(st.lists(st.floats(allow_infinity=False), max_size=30))

    def change(state, tensors):
        steps = iter(choices)
        if kind == "tensor":
            name = sorted(tensors)[int(next(steps) * len(tensors))]
            length = math.prod(tensors[name].shape)
            some = (numbers * length)[:length] if next(steps) < 0.5 and numbers else numbers
            same = len(some) == length
            tensors[name] = Tensor(tensors[name].shape if same else (len(some),), some)
            return
        place = state
        while True:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = keys[int(next(steps) * len(keys))]
            inner = place[key]
            if not isinstance(inner, (dict, list)) or not inner or next(steps, 0.0) < 0.25:
                break
            place = inner
        if kind == "replace":
            place[key] = new
        elif kind == "drop":
            del place[key]
        elif isinstance(place, list):
            place.insert(key, inner)
        else:
            place["more"] = inner

    return change


RMS = partial(RMSprop, lr=0.01, momentum=0.5, centered=True)


@given(
    damage=damages(), optimizer=st.sampled_from([partial(Adam, lr=0.02), RMS]), share=st.booleans()
)
def test_any_damage_is_refused_or_harmless(tmp_path_factory, damage, optimizer, share):
    """With a checksum that is right: the training goes on to its end, or nothing has changed."""
    path = tmp_path_factory.mktemp("damaged") / "run"
    X, y = line(8)

    def made(seed):
        model = stochastic(seed)
        return {"model": model, "optimizer": optimizer(model), "rng": random.Random(seed),
                "stopping": EarlyStopping(2), "louder": Louder(1.0)}  # fmt: skip

    def fitted(of, epochs):
        return trained(
            of["model"], X, y, epochs=epochs, optimizer=of["optimizer"], rng=of["rng"],
            batch_size=3, early_stopping=of["stopping"], callbacks=of["louder"],
            validation=0.25 if share else None, checkpoint=Checkpoint(path, every=9), resume=True,
        )  # fmt: skip

    def all_of(of):
        drop = of["model"].layers[1]
        return repr((
            weights(of["model"]), [p.frozen for p in of["model"].parameters()],
            of["optimizer"].state_dict(), of["rng"].getstate(), vars(of["stopping"]),
            vars(of["louder"]), drop.rng.getstate(),
        ))  # fmt: skip

    fitted(made(0), 2)
    alter(path, damage)
    fresh = made(1)
    before = all_of(fresh)
    try:
        fitted(fresh, 3)
    except nn.DivergedError:  # the numbers were of the right form, and large
        pass
    except ValueError:  # a FormatError, or another training
        assert all_of(fresh) == before


@pytest.mark.parametrize(
    ("place", "new", "text"),
    [
        (("callbacks", 0, "weights"), [0.0], "EarlyStopping cannot continue from the state"),
        (("callbacks", 0, "best"), "low", "EarlyStopping cannot continue from the state"),
        (("callbacks", 0, "best_epoch"), 7, "EarlyStopping cannot continue from the state"),
        (("optimizer", "memory", "v", 3), -1.0, ".*'v' contains -1, but is never negative"),
        (("optimizer", "memory", "t", 3), -1.0, ".*'t' contains -1, but is never negative"),
        (("lr",), -1.0, "Adam: lr must be "),
        (("best_epoch",), 7, "its best epoch is 7, of 2"),
        (("history", "loss"), [0.5], "its history does not have 2 epochs"),
        (("weights",), [0.5], "its 'weights' has 1 items, but this has 13"),
        (("before",), [0.5], "its 'before' has 1 items, but this has 13"),
    ],
)
def test_what_would_fail_only_later_is_refused_now(tmp_path, place, new, text):
    """Short weights at the end of the training, a negative memory at the root in a step."""
    path = tmp_path / "run"
    run = partial(trained, X=line()[0], y=line()[1], early_stopping=5, checkpoint=path, resume=True)
    run(small(nin=1), epochs=2)

    def change(state, _):
        *way, last = place
        for key in way:
            state = state[key]
        state[last] = new

    alter(path, change)
    fresh = small(seed=3, nin=1)
    before = weights(fresh)
    with pytest.raises(nn.FormatError, match=f"cannot continue from .*: {text}"):
        run(fresh, epochs=4)

    assert weights(fresh) == before
