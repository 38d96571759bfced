"""Being called while a model is trained."""

import pytest

from nn import Callback, Module, Parameter

from .helpers import line, small, trained


class Diary(Callback):
    def __init__(self):
        self.pages = []

    def note(self, hook, training):
        self.pages.append((hook, training.epoch, training.batch))

    def on_fit_begin(self, training):
        self.note("fit begins", training)

    def on_epoch_begin(self, training):
        self.note("epoch begins", training)

    def on_batch_end(self, training):
        self.note("batch ends", training)

    def on_epoch_end(self, training):
        self.note("epoch ends", training)

    def on_epoch_kept(self, training):
        self.note("epoch kept", training)

    def on_fit_end(self, training):
        self.note("fit ends", training)


def test_when_each_is_called():
    diary = Diary()
    trained(small(nin=1), *line(4), batch_size=2, epochs=2, callbacks=diary)

    assert diary.pages == [
        ("fit begins", 0, 0),
        ("epoch begins", 1, 0),
        ("batch ends", 1, 1),
        ("batch ends", 1, 2),
        ("epoch ends", 1, 2),
        ("epoch kept", 1, 2),
        ("epoch begins", 2, 2),
        ("batch ends", 2, 1),
        ("batch ends", 2, 2),
        ("epoch ends", 2, 2),
        ("epoch kept", 2, 2),
        ("fit ends", 2, 2),
    ]


def test_what_they_see():
    seen = {}

    def look(training):
        seen.update(
            model=training.model, batches=training.batches, logs=dict(training.logs),
            epochs=training.epochs, history=dict(training.history),
        )  # fmt: skip

    model = small(nin=1)
    history = trained(model, *line(10), batch_size=4, callbacks=look, validation=0.2)

    assert seen["model"] is model
    assert (seen["batches"], seen["epochs"]) == (2, 3)
    assert seen["logs"]["val_loss"] == history["val_loss"][-1]
    assert seen["history"] == history  # the last look was before its own epoch was added
    assert history.epochs == 3


def test_the_gradients_of_the_step_are_still_there():
    class Line(Module):
        def __init__(self):
            self.w = Parameter(1.0)

        def forward(self, x):
            return self.w * x[0]

    grads = []

    class Looking(Callback):
        def on_batch_end(self, training):
            grads.append(training.model.w.grad)

    trained(Line(), [[2.0]], [0.0], epochs=1, callbacks=[Looking()])

    assert grads == [8.0]  # of (2w)², at w = 1


@pytest.mark.parametrize("hook", ["on_batch_end", "on_epoch_end"])
def test_they_may_stop_it(hook):
    class Stopping(Callback):
        pass

    def stop(_, training):
        if training.epoch == 2:
            training.stop("I have seen enough")

    setattr(Stopping, hook, stop)
    history = trained(small(nin=1), *line(10), batch_size=4, epochs=9, callbacks=Stopping())

    assert history.stopped == "I have seen enough"
    assert history.epochs == (1 if hook == "on_batch_end" else 2)


def test_an_error_of_theirs_comes_through_and_all_is_put_back():
    def broken(_):
        raise RuntimeError("mine")

    model = small(nin=1)
    model.eval()
    with pytest.raises(RuntimeError, match="mine"):
        trained(model, *line(), callbacks=broken)

    assert not model.training


def test_a_misspelt_hook_is_refused():
    class Keras(Callback):
        def on_train_begin(self, training):
            pass

    with pytest.raises(TypeError, match=r"Keras.on_train_begin would never be called"):
        trained(small(nin=1), *line(), callbacks=Keras())


def test_a_hook_may_be_set_on_the_object():
    seen = []
    callback = Callback()
    callback.on_epoch_end = lambda training: seen.append(training.epoch)
    trained(small(nin=1), *line(), callbacks=callback)

    assert seen == [1, 2, 3]


def test_the_loss_of_each_batch_can_be_had():
    losses = []

    class Noting(Callback):
        def on_batch_end(self, training):
            losses.append(training.batch_loss)

    history = trained(small(nin=1), *line(8), batch_size=4, epochs=1, callbacks=Noting())

    assert sum(losses) / 2 == pytest.approx(history["loss"][0])
